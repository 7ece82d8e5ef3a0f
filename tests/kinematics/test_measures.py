"""Measures on bodies whose angles are known by construction, as a camera and as a marker system see them."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rehabkit.errors import InputError
from rehabkit.kinematics.measures import MEASURES, clinical_series, counting_series, supported
from rehabkit.kinematics.view import name_of

SIDE_ON = [
    ("knee_flexion", {"knee": 75, "hip": 40}, 75),
    ("knee_flexion", {}, 0),
    ("hip_flexion", {"hip": 100, "knee": 90}, 100),
    ("hip_flexion", {"hip": -20}, -20),
    ("ankle_dorsiflexion", {"ankle": 15}, 15),
    ("ankle_dorsiflexion", {"ankle": -30}, -30),
    ("ankle_plantarflexion", {"ankle": -30}, 30),
    ("shoulder_flexion", {"flexion": 150}, 150),
    ("shoulder_flexion", {"flexion": 180}, 180),
    ("shoulder_flexion", {"flexion": -40}, -40),
    ("shoulder_extension", {"flexion": -40}, 40),
    ("elbow_flexion", {"elbow": 130, "flexion": 20}, 130),
    ("wrist_flexion", {"elbow": 90}, 0),
]
FACE_ON = [
    ("shoulder_abduction", {"abduction": 85}, 85),
    ("shoulder_abduction", {"abduction": 180}, 180),
    ("shoulder_elevation", {"abduction": 120}, 120),
    ("hip_abduction", {"hip_abduction": 35}, 35),
    ("knee_valgus", {}, 0),
]


def value(series):
    assert np.ptp(series) < 1e-9
    return float(series[0])


@pytest.mark.parametrize("roll", [0, 90], ids=["upright", "lying"])
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(("name", "angles", "expected"), SIDE_ON)
def test_side_view_gives_sagittal_angles_of_the_near_side(bodies, name, angles, expected, side, roll):
    film = bodies.filmed([bodies.pose(**angles)] * 3, 90 if side == "left" else -90, roll)
    assert value(clinical_series(film, name, side)) == pytest.approx(expected, abs=1e-4)
    assert supported(name, side, film, side) is None


@pytest.mark.parametrize("yaw", [0, 180], ids=["front", "back"])
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(("name", "angles", "expected"), FACE_ON)
def test_front_and_back_views_give_frontal_angles(bodies, name, angles, expected, side, yaw):
    film = bodies.filmed([bodies.pose(**angles)] * 3, yaw)
    assert value(clinical_series(film, name, side)) == pytest.approx(expected, abs=1e-4)
    assert supported(name, "front" if yaw == 0 else "back", film, side) is None


@pytest.mark.parametrize("axes", ["z_up", "y_up"])
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(("name", "angles", "expected"), [c for c in SIDE_ON + FACE_ON if c[0] != "wrist_flexion"])
def test_marker_systems_give_every_angle(bodies, name, angles, expected, side, axes):
    body = bodies.measured([bodies.tilted(bodies.pose(**angles), forward=20, left=10)] * 3, axes)
    assert value(clinical_series(body, name, side)) == pytest.approx(expected, abs=1e-4)
    assert supported(name, "3d", body, side) is None


def test_one_side_moves_the_other_stays(bodies):
    film = bodies.filmed([bodies.pose(abduction=70, only="left")] * 3, 0)
    assert value(clinical_series(film, "shoulder_abduction", "left")) == pytest.approx(70, abs=1e-4)
    assert value(clinical_series(film, "shoulder_abduction", "right")) == pytest.approx(0, abs=1e-4)
    assert value(clinical_series(film, "shoulder_abduction", "both")) == pytest.approx(35, abs=1e-4)


@pytest.mark.parametrize("yaw", [90, -90])
@pytest.mark.parametrize("lean", [-15, 0, 60])
def test_leaning_forward_counts_from_the_vertical(bodies, lean, yaw):
    leaning = [bodies.tilted(bodies.pose(), forward=lean)] * 3
    for body in (bodies.filmed(leaning, yaw), bodies.measured(leaning), bodies.measured(leaning, "y_up")):
        assert value(clinical_series(body, "trunk_lean_forward")) == pytest.approx(lean, abs=1e-4)


@pytest.mark.parametrize("yaw", [0, 180])
def test_leaning_sideways_is_positive_towards_the_named_side(bodies, yaw):
    leaning = [bodies.tilted(bodies.pose(), left=12)] * 3
    for body in (bodies.filmed(leaning, yaw), bodies.measured(leaning), bodies.measured(leaning, "y_up")):
        signs = {side: value(clinical_series(body, "trunk_lean_side", side)) for side in ("left", "right", "none")}
        assert signs == pytest.approx({"left": 12, "right": -12, "none": 12}, abs=1e-4)
        drop = value(clinical_series(body, "pelvic_tilt_side", "left"))
        assert drop == pytest.approx(12, abs=1e-4)


@pytest.mark.parametrize("yaw", [0, 180])
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_knee_towards_the_midline_is_valgus(bodies, side, yaw):
    joints = bodies.pose()
    inward = -1 if side == "left" else 1
    joints[f"{side}_knee"] = joints[f"{side}_knee"] + [0, inward * 0.42 * np.tan(np.radians(10)), 0]
    for body in (bodies.filmed([joints] * 3, yaw), bodies.measured([joints] * 3)):
        # 10 degrees above the knee and 10 below it
        assert value(clinical_series(body, "knee_valgus", side)) == pytest.approx(20, abs=1e-4)


def test_heel_and_shoulder_rise_in_percent_of_shank_and_trunk(bodies):
    joints = bodies.pose()
    heel = joints["left_foot_index"][2] - joints["left_heel"][2]
    joints["left_heel"] = joints["left_heel"] + [0, 0, heel + 0.084]  # a fifth of the shank above the toes
    film = bodies.filmed([joints] * 3, 90)
    assert value(clinical_series(film, "heel_rise", "left")) == pytest.approx(20, abs=1e-6)
    up = bodies.pose()
    up["left_shoulder"] = up["left_shoulder"] + [0, 0, 0.05]
    film = bodies.filmed([bodies.pose()] * 9 + [up], 0)
    hike = clinical_series(film, "shoulder_hike", "left")
    assert hike[0] == pytest.approx(100)
    # 5 cm on a 50 cm trunk, seen along the trunk's line, which leans by half of 5 cm on half the width
    assert hike[-1] == pytest.approx(110, abs=0.5)


def test_body_line_tells_pike_from_sag(bodies):
    for hip, expected in ((0, 0), (25, 25), (-15, -15)):
        film = bodies.filmed([bodies.pose(hip=hip, flexion=90)] * 3, 90, -90)
        assert value(clinical_series(film, "body_line", "left")) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("side", "out"), [("left", 1.0), ("right", -1.0)])
def test_turning_the_forearm_outward_is_external_rotation(bodies, side, out):
    at = bodies.pose(elbow=90)
    elbow = at[f"{side}_elbow"]
    for expected, direction in ((0, [1, 0, 0]), (90, [0, out, 0]), (-45, [1, -out, 0])):
        at[f"{side}_wrist"] = elbow + 0.25 * np.array(direction) / np.linalg.norm(direction)
        found = clinical_series(bodies.measured([dict(at)]), "shoulder_rotation", side)
        assert found[0] == pytest.approx(expected, abs=1e-6)
    # upper arm out to the side: forward is 0, the forearm up is 90 outward
    at[f"{side}_elbow"] = at[f"{side}_shoulder"] + [0, out * 0.3, 0]
    at[f"{side}_wrist"] = at[f"{side}_elbow"] + [0, 0, 0.25]
    assert clinical_series(bodies.measured([at]), "shoulder_rotation", side)[0] == pytest.approx(90, abs=1e-6)


def test_rotation_is_undefined_with_a_straight_elbow(bodies):
    assert np.isnan(clinical_series(bodies.measured([bodies.pose()]), "shoulder_rotation", "left")[0])


@pytest.mark.parametrize(("side", "out"), [("left", 1.0), ("right", -1.0)])
def test_palm_up_is_supination_and_bending_to_the_palm_is_flexion(bodies, side, out):
    at = bodies.pose(elbow=90)
    wrist = at[f"{side}_wrist"]

    def hand(thumb, knuckles):
        middle = wrist + 0.08 * np.array(knuckles, float)
        at[f"{side}_index"], at[f"{side}_pinky"] = (middle + s * 0.03 * np.array(thumb, float) for s in (1, -1))
        return bodies.measured([dict(at)])

    forward = [1, 0, 0]
    assert clinical_series(hand([0, 0, 1], forward), "forearm_rotation", side)[0] == pytest.approx(0, abs=1e-6)
    palm_up = hand([0, out, 0], forward)  # the thumb points away from the body
    assert clinical_series(palm_up, "forearm_rotation", side)[0] == pytest.approx(90, abs=1e-6)
    # thumb up: the palm looks to the midline
    bent = hand([0, 0, 1], [np.cos(0.5), -out * np.sin(0.5), 0])
    assert clinical_series(bent, "wrist_flexion", side)[0] == pytest.approx(np.degrees(0.5), abs=1e-6)


def test_in_a_picture_the_hand_that_drops_is_flexed(bodies):
    for yaw, side in ((90, "left"), (-90, "right")):
        at = bodies.pose(elbow=90)
        for name in ("index", "pinky"):
            at[f"{side}_{name}"] = at[f"{side}_wrist"] + [0.08 * np.cos(0.7), 0, -0.08 * np.sin(0.7)]
        found = clinical_series(bodies.filmed([at] * 3, yaw), "wrist_flexion", side)
        assert value(found) == pytest.approx(np.degrees(0.7), abs=1e-4)


def test_hidden_joints_leave_gaps_and_a_reason(bodies):
    film = bodies.filmed([bodies.pose(knee=40)] * 3, 90, hidden=("right_knee", "right_ankle"))
    assert np.isnan(clinical_series(film, "knee_flexion", "right")).all()
    assert value(clinical_series(film, "knee_flexion", "both")) == pytest.approx(40, abs=1e-4)
    assert "right knee is hidden" in supported("knee_flexion", "left", film, "right")
    assert supported("knee_flexion", "left", film) is None


def test_an_arm_that_points_at_the_camera_has_no_angle_in_the_picture(bodies):
    film = bodies.filmed([bodies.pose(flexion=85)] * 3, 0)
    assert np.isnan(clinical_series(film, "shoulder_abduction", "left")).all()


@pytest.mark.parametrize(
    ("name", "view", "words"),
    [
        ("elbow_flexion", "front", "sagittal plane parallel to the picture: film from the side"),
        ("knee_valgus", "left", "frontal plane parallel to the picture: film from the front"),
        ("knee_flexion", "oblique", "film from the side"),
        ("knee_flexion", "changing", "needs one view, and it changes"),
        ("shoulder_rotation", "left", "goniometer or a depth camera"),
    ],
)
def test_views_that_do_not_support_a_measure_say_what_to_do(bodies, name, view, words):
    reason = supported(name, view, bodies.filmed([bodies.pose()] * 3))
    assert words in reason


def test_a_sensor_without_the_joints_says_so(bodies):
    joints = {name: at for name, at in bodies.pose().items() if "heel" not in name}
    reason = supported("ankle_dorsiflexion", "3d", bodies.measured([joints] * 3))
    assert "heel, which this sensor doesn't give" in reason
    assert np.isnan(clinical_series(bodies.measured([joints] * 3), "ankle_dorsiflexion", "left")).all()


def test_unknown_measures_are_refused_with_the_names_that_exist(bodies):
    with pytest.raises(InputError, match=r"must be one of knee_flexion, .*got 'knee_bend'"):
        clinical_series(bodies.filmed([bodies.pose()]), "knee_bend", "left")


def test_no_clinical_angle_comes_from_the_guessed_depth(bodies):
    film = bodies.filmed([bodies.pose(knee=60, hip=30, flexion=50)] * 3, 90)
    without = film.noted("no guess", estimated_m=None)
    for name, one in MEASURES.items():
        side = "left" if one.sided else "none"
        assert np.array_equal(clinical_series(film, name, side), clinical_series(without, name, side), equal_nan=True)


SETTINGS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ANGLES = st.fixed_dictionaries(
    {"hip": st.floats(-20, 110), "knee": st.floats(0, 130), "flexion": st.floats(-40, 170), "elbow": st.floats(0, 140)}
)


@SETTINGS
@given(angles=ANGLES, shift=st.floats(-500, 500), scale=st.floats(0.2, 5))
def test_values_ignore_where_and_how_large_the_person_is(bodies, angles, shift, scale):
    film = bodies.filmed([bodies.pose(**angles)] * 3, 90)
    moved = film.noted("moved", positions=film.positions * scale + shift)
    for name, one in MEASURES.items():
        side = "left" if one.sided else "none"
        before, after = clinical_series(film, name, side), clinical_series(moved, name, side)
        assert np.allclose(before, after, atol=1e-6, equal_nan=True), name


@SETTINGS
@given(angles=ANGLES, roll=st.floats(-40, 40))
def test_joint_angles_ignore_a_camera_held_askew(bodies, angles, roll):
    level, askew = (bodies.filmed([bodies.pose(**angles)] * 3, 90, r) for r in (0.0, roll))
    for name in ("knee_flexion", "hip_flexion", "shoulder_flexion", "elbow_flexion", "body_line"):
        before, after = clinical_series(level, name, "left"), clinical_series(askew, name, "left")
        assert np.allclose(before, after, atol=1e-6, equal_nan=True), name


@SETTINGS
@given(angles=ANGLES, yaw=st.sampled_from([0, 90, 180, -90]), lean=st.floats(-10, 30))
def test_a_mirrored_picture_exchanges_left_and_right(bodies, angles, yaw, lean):
    film = bodies.filmed([bodies.tilted(bodies.pose(only="left", **angles), forward=lean)] * 3, yaw)
    order = [film.index(_other(name)) for name in film.joint_names]
    flipped, world = film.positions[:, order].copy(), film.estimated_m[:, order].copy()
    flipped[..., 0] = 1280 - flipped[..., 0]
    world[..., 0] *= -1
    mirror = film.noted("mirrored", positions=flipped, estimated_m=world)
    for name, one in MEASURES.items():
        if name_of(yaw) not in one.views:
            continue
        for side in ("left", "right") if one.sided else ("none",):
            before = clinical_series(film, name, side)
            after = clinical_series(mirror, name, _other(side))
            assert np.allclose(before, after, atol=1e-6, equal_nan=True), (name, side)


def _other(name):
    if "left" in name:
        return name.replace("left", "right")
    return name.replace("right", "left")


@pytest.mark.parametrize("yaw", [0, 45, 90, 135, 180, -90])
def test_counting_follows_a_squat_at_any_view_without_a_jump(bodies, yaw):
    knee = 55 - 55 * np.cos(np.linspace(0, 4 * np.pi, 120))
    film = bodies.filmed([bodies.pose(knee=k, hip=0.8 * k, ankle=0.1 * k) for k in knee], yaw)
    for side in ("left", "right", "both"):
        signal = counting_series(film, "knee_flexion", side)
        assert np.corrcoef(signal, knee)[0, 1] > 0.98
        assert np.max(np.abs(np.diff(signal))) < 10


def test_counting_goes_on_when_the_far_side_is_hidden(bodies):
    knee = 55 - 55 * np.cos(np.linspace(0, 4 * np.pi, 120))
    frames = [bodies.pose(knee=k, hip=0.8 * k) for k in knee]
    film = bodies.filmed(frames, 90, hidden=("right_knee", "right_ankle", "right_hip"))
    for side in ("right", "both"):
        assert np.corrcoef(counting_series(film, "knee_flexion", side), knee)[0, 1] > 0.98


def test_counting_works_without_a_depth_guess(bodies):
    arm = 60 - 60 * np.cos(np.linspace(0, 4 * np.pi, 120))
    film = bodies.filmed([bodies.pose(abduction=a) for a in arm], 0, guess=False)
    assert np.allclose(counting_series(film, "shoulder_abduction", "left"), arm, atol=1e-4)
