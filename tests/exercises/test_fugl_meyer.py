"""Fugl-Meyer: the items, the rules' file, points from bodies drawn from known angles, and from real recordings."""

import numpy as np
import pytest

from rehabkit.demo import demo_recording
from rehabkit.errors import ExerciseError, InputError
from rehabkit.exercises import fugl_meyer
from rehabkit.exercises.fugl_meyer_score import score
from rehabkit.exercises.fugl_meyer_sheet import sheet
from rehabkit.pose.smoothing import clean
from rehabkit.recordings import landmarks
from rehabkit.recordings.datasets import keraal
from rehabkit.recordings.datasets.uiprmd import UiPrmd
from rehabkit.recordings.skeleton import Skeleton

RULES = fugl_meyer.load()
TRUNK, UPPER, FORE = 0.5, 0.3, 0.25
RATE_HZ = 30.0


def body(left_arm, right_arm=None, hand=0.0):
    """A depth camera's skeleton facing -z, up y; each arm (abduction, forward flexion, elbow flexion) over time, deg.

    The upper arm hangs at 0, is raised sideways by abduction or forward by flexion; the elbow bends the forearm on in
    the same plane, and ``hand`` bends both wrists on in it (towards the palm when the arm is held forward).
    """
    arms = {"left": left_arm, "right": left_arm if right_arm is None else right_arm}
    n = len(np.broadcast_arrays(*left_arm)[0])
    still = np.zeros((n, 3))
    points = {"left_hip": still + np.array([-0.1, 0, 0]), "right_hip": still + np.array([0.1, 0, 0])}
    points |= {
        "left_knee": still + np.array([-0.1, -0.4, 0]),
        "right_knee": still + np.array([0.1, -0.4, 0]),
        "head": still + np.array([0, 0.75, 0]),
    }
    for side, sign in (("left", -1.0), ("right", 1.0)):
        abduction, flexion, elbow = (np.radians(np.broadcast_to(x, n)) for x in arms[side])
        sideways = np.abs(abduction) >= np.abs(flexion)
        out = np.where(sideways[:, None], np.array([sign, 0, 0]), np.array([0, 0, -1.0]))
        raised = np.where(sideways, abduction, flexion)

        def along(angle, out=out):
            return np.sin(angle)[:, None] * out - np.cos(angle)[:, None] * np.array([0, 1.0, 0])

        shoulder = still + np.array([sign * 0.18, TRUNK, 0])
        points[f"{side}_shoulder"] = shoulder
        points[f"{side}_elbow"] = shoulder + UPPER * along(raised)
        points[f"{side}_wrist"] = points[f"{side}_elbow"] + FORE * along(raised + elbow)
        knuckles = points[f"{side}_wrist"] + 0.09 * along(raised + elbow - np.radians(np.broadcast_to(hand, n)))
        for finger, offset in (("index", -sign * 0.03), ("pinky", sign * 0.03)):  # palm down: thumb side to the middle
            points[f"{side}_{finger}"] = knuckles + np.array([offset, 0, 0])
    positions = np.stack(list(points.values()), axis=1)
    return Skeleton(tuple(points), np.arange(n) / RATE_HZ, positions, np.ones(positions.shape[:2]), "y_up", "kinect")


def up_and_down(top, n=60, bottom=5.0):
    """(n,) degrees from the bottom to the top and back, resting 0.5 s at either end."""
    rise = bottom + (top - bottom) * (1 - np.cos(np.linspace(0, np.pi, n))) / 2
    return np.concatenate([np.full(15, rise[0]), rise, np.full(15, top), rise[::-1], np.full(15, rise[0])])


def test_there_are_33_items_and_66_points():
    assert len(RULES.items) == 33 and 2 * len(RULES.items) == 66
    by_section = {s: 2 * sum(item.section == s for item in RULES.items) for s in "ABCD"}
    assert by_section == {"A": 36, "B": 10, "C": 14, "D": 6}
    assert all(item.needs_clinician for item in RULES.items if not item.visible)
    assert not any(item.visible for item in RULES.items if item.section == "C" or "reflex" in item.id)


@pytest.mark.parametrize(("top", "points"), [(12, 0), (50, 1), (110, 2)])
def test_abduction_to_a_known_height(top, points):
    found = score(RULES.item("shoulder_abduction_90"), body((up_and_down(top), 0, 0)), "left")
    assert found.score == points
    assert found.value == pytest.approx(top, abs=1)
    assert found.evidence.joints == ["left_shoulder", "right_shoulder", "left_hip", "right_hip", "left_elbow"]
    assert found.evidence.end_s == pytest.approx((15 + 60) / RATE_HZ, abs=0.5)


def test_the_affected_side_is_what_counts():
    skeleton = body((up_and_down(110), 0, 0), (up_and_down(40), 0, 0))
    assert [score(RULES.item("shoulder_abduction_90"), skeleton, side).score for side in ("left", "right")] == [2, 1]


def test_an_elbow_that_bends_at_once_gives_none_and_one_that_bends_later_gives_one():
    top = up_and_down(110)
    at_once, later = np.full(len(top), 60.0), np.where(top > 60, 60.0, 0.0)
    found = [score(RULES.item("shoulder_abduction_90"), body((top, 0, elbow)), "left") for elbow in (at_once, later)]
    assert [one.score for one in found] == [0, 1]
    assert all(one.broken == ["not kept: the elbow stays straight"] for one in found)


def test_the_best_of_several_attempts_counts():
    top = np.concatenate([up_and_down(60), up_and_down(120), up_and_down(95)])
    elbow = np.concatenate([np.zeros(165), np.full(165, 60.0), np.zeros(165)])
    found = score(RULES.item("shoulder_abduction_90"), body((top, 0, elbow)), "left")
    assert (found.score, found.broken) == (2, [])
    assert found.value == pytest.approx(95, abs=1)


def test_a_movement_without_its_start_is_not_scored():
    found = score(RULES.item("shoulder_abduction_90"), body((up_and_down(110, bottom=60.0), 0, 0)), "left")
    assert found.score is None and "must start at 35 degrees" in found.not_measurable


@pytest.mark.parametrize(("top", "points"), [(12, 0), (60, 1), (100, 2), (150, 2)])
def test_flexion_to_a_known_height_and_beyond(top, points):
    """An arm that goes on to overhead is abducted by any formula; only the way to what is asked counts."""
    found = score(RULES.item("shoulder_flexion_90"), body((0, up_and_down(top), 0)), "left")
    assert (found.score, found.broken) == (points, [])


@pytest.mark.parametrize(("top", "points"), [(60, 0), (130, 1), (170, 2)])
def test_flexion_as_far_as_it_goes(top, points):
    assert score(RULES.item("shoulder_flexion_180"), body((0, up_and_down(top), 0)), "right").score == points


@pytest.mark.parametrize(("least", "points"), [(80, 0), (50, 1), (10, 2)])
def test_the_elbow_stretched_from_flexion(least, points):
    found = score(RULES.item("extensor_elbow"), body((0, 0, 140 - up_and_down(140 - least, bottom=0.0))), "left")
    assert (found.score, found.value) == (points, pytest.approx(least, abs=1))


def test_a_value_near_a_threshold_says_what_else_it_could_be():
    near, far = (score(RULES.item("flexor_abduction"), body((up_and_down(top), 0, 0)), "left") for top in (79, 179))
    assert near.score == 1 and near.could_be == [1, 2]
    assert near.uncertainty > 1 and far.score == 2


def waving(low, high):
    """(n,) degrees of a hand that goes down and up three times."""
    return (low + high) / 2 + (high - low) / 2 * np.sin(np.linspace(0, 6 * np.pi, 180))


@pytest.mark.parametrize(("low", "high", "points"), [(-5, 5, 0), (-20, 30, 1), (-50, 60, 2)])
def test_the_hand_moved_up_and_down_with_the_elbow_bent(low, high, points):
    skeleton = body((0, 0.1, np.full(180, 90.0)), hand=waving(low, high))  # 0.1: bends forward, not sideways
    found = score(RULES.item("wrist_movement_elbow_90"), skeleton, "right")
    assert (found.score, found.value) == (points, pytest.approx(high - low, abs=2))  # 0.2 s off each end
    straight = score(RULES.item("wrist_movement_elbow_0"), skeleton, "right")
    assert straight.score is None and "must show that the elbow is straight" in straight.not_measurable


def touching(seconds_each, n=5):
    """(n_frames,) elbow flexion of an arm held forward at 60 degrees that comes to the nose n times."""
    times = np.arange(0, n * seconds_each, 1 / RATE_HZ)
    rest = np.full(30, 10.0)
    return np.concatenate([rest, 10 + 65 * (1 - np.cos(2 * np.pi * times / seconds_each)), rest])


@pytest.mark.parametrize(("slow", "points"), [(1.1, 2), (1.8, 1), (2.8, 0)])
def test_five_touches_compared_with_the_other_arm(slow, points):
    """One second a touch with the right arm; the left is 0.5, 4 or 9 s slower over five."""
    left, right = touching(slow), touching(1.0)
    both = [np.concatenate([left, np.full(len(right), 10.0)]), np.concatenate([np.full(len(left), 10.0), right])]
    skeleton = body((0, 90, both[0]), (0, 90, both[1]))
    found = score(RULES.item("finger_to_nose_time"), skeleton, "left")
    assert found.value == pytest.approx(5 * (slow - 1.0), abs=0.6)
    assert found.score == points
    few = score(RULES.item("finger_to_nose_time"), body((0, 90, touching(1.0, n=3))), "left")
    assert few.score is None and "5 touches of the nose with each arm, got 3 left and 3 right" in few.not_measurable


def test_what_only_a_clinician_can_score_is_not_scored():
    with pytest.raises(InputError, match="a camera can see, got tremor"):
        score(RULES.item("tremor"), body((up_and_down(90), 0, 0)), "left")
    with pytest.raises(InputError, match="item must be one of flexor_abduction"):
        RULES.item("handshake")


def test_the_sheet_has_all_items_and_a_sub_score_and_no_total():
    one = score(RULES.item("shoulder_abduction_90"), body((up_and_down(50), 0, 0)), "left")
    found = sheet(RULES, {one.item: one}, "left")
    assert (found.sub_score, found.sub_score_max, found.camera_max, found.n_needs_clinician) == (1, 2, 18, 24)
    assert len(found.items) == 33 and "66" not in found.model_dump_json()
    assert sum(item.not_measurable == "no recording was given" for item in found.items) == 8


def edited(tmp_path, old, new):
    text = fugl_meyer.SHIPPED.read_text()
    assert old in text
    (tmp_path / "mine.toml").write_text(text.replace(old, new, 1))
    return tmp_path / "mine.toml"


def test_a_clinicians_threshold_changes_the_points(tmp_path):
    mine = fugl_meyer.load(
        edited(
            tmp_path, "start = 35\npartial = 20\nfull = 80\nkeep = [{", "start = 35\npartial = 20\nfull = 45\nkeep = [{"
        )
    )
    skeleton = body((up_and_down(50), 0, 0))
    assert [score(rules.item("shoulder_abduction_90"), skeleton, "left").score for rules in (RULES, mine)] == [1, 2]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("full = 110", 'full = "far"', r"mine\.toml line \d+, items\[7\]\.full: must be a valid number"),
        ("full = 110", "full = 60", r"line \d+, items\[7\]: full of flexor_elbow must be harder to reach"),
        ("full = 110", "", r"line \d+, items\[7\]: flexor_elbow must give toward, partial and full"),
        ('measure = "wrist_flexion"', 'measure = "wrist"', r"measure of wrist_movement_elbow_90 must be one of"),
        ("most = 35, early = 30", "early = 30", r"keep\[1\]: keep must give least or most"),
        ('section = "D"', 'section = "C"', r"items must be .* got .*keep every item"),
        ('id = "tremor"', 'id = "dysmetria"', "ids must differ, got dysmetria twice"),
        ('name = "Tremor"', 'name = "Tremor"\nmeasure = "elbow_flexion"', "either measure or needs_clinician"),
        ('name = "Tremor"', 'name = "Tremor"\ncolour = "red"', r"items\[31\]\.colour: must be a known key"),
        ("title =", "title", r"line \d+.*must be TOML"),
    ],
)  # fmt: skip
def test_a_mistake_in_an_edited_file_is_named_with_line_and_key(tmp_path, old, new, said):
    with pytest.raises(ExerciseError, match=said):
        fugl_meyer.load(edited(tmp_path, old, new))


def test_the_line_that_is_named_is_the_line(tmp_path):
    path = edited(tmp_path, "full = 110", 'full = "far"')
    line = path.read_text().splitlines().index('full = "far"') + 1
    with pytest.raises(ExerciseError, match=f"line {line}, "):
        fugl_meyer.load(path)


@pytest.fixture(scope="module")
def uiprmd(shared):
    return UiPrmd(shared / "exercise" / "uiprmd")


def scores_of(uiprmd, movement, item, sensor):
    rows = [r for r in uiprmd.repetitions if r.movement == movement and r.correct][::4]
    found = [(r, getattr(uiprmd, sensor)(r)) for r in rows]
    return [score(RULES.item(item), clean(s), "left" if r.dominant_side == "left" else "right") for r, s in found if s]


@pytest.mark.parametrize("sensor", ["kinect", "vicon"])
def test_healthy_people_raising_an_arm_sideways_have_full_points(uiprmd, sensor):
    found = [
        one for one in scores_of(uiprmd, "shoulder_abduction", "shoulder_abduction_90", sensor) if one.score is not None
    ]
    assert len(found) >= 20
    assert np.mean([one.score == 2 for one in found]) >= 0.85


@pytest.mark.parametrize("sensor", ["kinect", "vicon"])
def test_other_real_movements_are_not_taken_for_flexion(uiprmd, sensor):
    backward = scores_of(uiprmd, "shoulder_extension", "shoulder_flexion_90", sensor)
    assert all(one.score in (None, 0, 1) for one in backward)
    aslant = [
        one for one in scores_of(uiprmd, "shoulder_scaption", "shoulder_flexion_90", sensor) if one.score is not None
    ]
    assert np.mean([one.score == 2 for one in aslant]) <= 0.15
    assert np.mean(["not kept: the arm does not swing out" in one.broken for one in aslant]) > 0.7


def test_five_systems_that_saw_one_motion_agree_or_say_why_not(shared):
    """Trunk rotation with the arms held out: 3-D sensors and a steady picture give the same points."""
    folder = shared / "exercise" / "keraal_sample"
    found = {
        system: score(
            RULES.item("flexor_abduction"), clean(keraal.read(next(folder.glob(f"G3-{system}-RTK-*")))), "left"
        )
        for system in ("Kinect", "Vicon", "OP", "AP", "BP")
    }
    assert {found[s].score for s in ("Kinect", "Vicon", "OP")} == {2}
    assert np.ptp([found[s].value for s in ("Kinect", "Vicon", "OP")]) < 8
    for system in ("AP", "BP"):
        assert "view, and it changes" in found[system].not_measurable


def test_a_phones_view_decides_what_can_be_scored():
    front = clean(landmarks.read(demo_recording("elbow_flexion")))
    side = clean(landmarks.read(demo_recording("deep_squat")))
    assert "film from the side" in score(RULES.item("flexor_elbow"), front, "right").not_measurable
    assert "film from the front" in score(RULES.item("flexor_abduction"), side, "right").not_measurable
    assert score(RULES.item("shoulder_abduction_90"), front, "right").score == 0  # the arms hang while the elbows bend
    squat = score(RULES.item("shoulder_flexion_90"), side, "right")
    assert squat.score == 1 and squat.broken == ["not kept: the elbow stays straight"]
