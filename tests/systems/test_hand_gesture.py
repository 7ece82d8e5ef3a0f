"""A hand in a picture: what is read, refused, named and said."""

from dataclasses import replace

import numpy as np
import pytest

from rehabkit.errors import InputError, RecordingError
from rehabkit.findings import Finding
from rehabkit.runtime.card import Card
from rehabkit.systems.hand_gesture.calibration import learn
from rehabkit.systems.hand_gesture.naming import named
from rehabkit.systems.hand_gesture.partial import progress
from rehabkit.systems.hand_gesture.reading import HandSeen
from rehabkit.systems.hand_gesture.system import HandGesture

SYSTEM = HandGesture()
TYPICAL = {"relaxed": [0.6] * 5, "fist": [0.0] * 5, "open": [1.0] * 5}
CARD = Card(
    system="hand_gesture", network="", title="", labels=["relaxed", "fist", "open"], inputs={}, outputs={},
    settings={
        "least_probability": 0.7, "largest_distance": 2.0, "typical_extensions": TYPICAL,
        "rendered_labels": ["fist"],
    },
)  # fmt: skip


def flat_hand(palm_px=80.0):
    """A right hand, palm to the camera, fingers straight up: knuckles on a circle about the wrist."""
    points = np.zeros((21, 3))
    angles = np.radians([60, 80, 90, 100, 110])  # thumb, index … little; x right, y down
    for finger, angle in enumerate(angles):
        along = np.array([np.cos(angle), -np.sin(angle), 0.0])
        lengths = [0.35, 0.6, 0.85, 1.1] if finger == 0 else [1.0, 1.45, 1.7, 1.9]
        points[1 + 4 * finger : 5 + 4 * finger] = palm_px * np.outer(lengths, along)
    return HandSeen(points + np.array([200.0, 300.0, 0.0]), "right")


def outputs(*probability, distance=0.5):
    rows = np.array([probability], dtype=np.float32)
    return {"probability": rows, "distance": np.array([distance]), "embedding": np.zeros((1, 4), dtype=np.float32)}


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


def test_where_and_how_large_a_hand_is_in_the_picture_changes_nothing():
    hand = flat_hand()
    moved = replace(hand, points_px=2.5 * hand.points_px + [31.0, -7.0, 0.0])
    first, second = (SYSTEM.prepare(one)["landmarks"] for one in (hand, moved))
    np.testing.assert_allclose(first, second, atol=1e-5)
    assert first[0, 0].tolist() == [0, 0, 0]
    assert np.linalg.norm(first[0, [5, 9, 13, 17]], axis=1) == pytest.approx(np.ones(4))


def test_a_left_hand_is_prepared_as_the_right_hand_that_it_mirrors():
    right = flat_hand()
    left = replace(right, points_px=right.points_px * [-1, 1, 1], side="left")
    np.testing.assert_allclose(SYSTEM.prepare(left)["landmarks"], SYSTEM.prepare(right)["landmarks"], atol=1e-6)


def test_what_is_no_hand_is_refused_by_name():
    hand = flat_hand()
    lost = hand.points_px.copy()
    lost[8, 1] = np.nan
    with pytest.raises(RecordingError, match="got none for index_tip"):
        SYSTEM.prepare(replace(hand, points_px=lost))
    with pytest.raises(RecordingError, match="palm must be at least 4 px long, got 3"):
        SYSTEM.prepare(flat_hand(palm_px=3.0))
    with pytest.raises(RecordingError, match="side must be left or right, got unknown; confidence must be 0 to 1"):
        HandSeen(hand.points_px, "unknown", confidence=7.0)


def test_a_sure_hand_is_named_with_its_fingers_and_how_far_it_came():
    said = by_name(SYSTEM.interpret(flat_hand(), outputs(0.05, 0.05, 0.9), CARD))
    assert said["gesture_recognised"].value == "open" and not said["gesture_recognised"].simulated
    assert said["gesture_probability"].value == pytest.approx(0.9)
    assert said["hand_opening"].value == pytest.approx(1.0)
    assert said["index_extension"].value == pytest.approx(1.0)
    assert said["gesture_progress"].value == pytest.approx(1.0)
    assert all(finding.provisional for finding in said.values())


def test_what_was_learnt_from_modelled_hands_alone_says_so():
    said = by_name(SYSTEM.interpret(flat_hand(), outputs(0.05, 0.9, 0.05), CARD))
    assert said["gesture_recognised"].value == "fist" and said["gesture_recognised"].simulated
    assert said["gesture_progress"].value == 0.0  # an open hand is no part of the way to a fist


@pytest.mark.parametrize(
    ("given", "why"),
    [(outputs(0.3, 0.6, 0.1), "not sure enough: fist"), (outputs(0.05, 0.9, 0.05, distance=3.0), "none of the 3 gest")],
)
def test_an_unsure_or_strange_hand_is_not_named(given, why):
    first = SYSTEM.interpret(flat_hand(), given, CARD)[0]
    assert first.value is None and first.attention
    assert first.not_measurable is not None and first.not_measurable.startswith(why)


def test_a_relaxed_hand_is_said_to_command_nothing():
    said = by_name(SYSTEM.interpret(flat_hand(), outputs(0.9, 0.05, 0.05), CARD))
    assert said["gesture_recognised"].text == "The hand is relaxed: no command."
    assert "gesture_progress" not in said


def test_fingers_that_bend_backwards_are_the_other_hand():
    bent = flat_hand().points_px.copy()
    for finger in range(1, 5):  # straight up to the middle joint, then towards the camera, where the palm is
        middle = 2 + 4 * finger
        bent[middle + 1 : middle + 3] = bent[middle] + [[0, 0, -25.0], [0, 0, -40.0]]
    towards = HandSeen(bent, "right")
    assert "hand_side" not in by_name(SYSTEM.interpret(towards, outputs(0, 0, 1), CARD))
    other = by_name(SYSTEM.interpret(replace(towards, side="left"), outputs(0, 0, 1), CARD))
    assert "left hand must bend towards the palm" in other["hand_side"].not_measurable


def test_progress_looks_only_at_fingers_that_must_move():
    relaxed, one = np.full(5, 0.6), np.array([0.6, 1.0, 0.0, 0.0, 0.0])
    half = relaxed + 0.5 * (one - relaxed)
    assert progress(half, relaxed, one) == pytest.approx(0.5)
    assert progress(half + np.array([0.3, 0, 0, 0, 0]), relaxed, one) == pytest.approx(
        0.5
    )  # the thumb has no way to go
    assert progress(relaxed - 0.2 * (one - relaxed), relaxed, one) == 0.0
    assert progress(relaxed, relaxed, relaxed) == 1.0


def examples(*places):
    embedding = np.array(places, dtype=np.float32)
    return {"embedding": embedding, "probability": np.tile(np.float32([0.1, 0.45, 0.45]), (len(embedding), 1))}


def test_own_examples_decide_where_the_network_cannot():
    hand = flat_hand()
    shown = examples([0, 0], [0.2, 0], [3, 3], [3, 2.8])
    own = learn([hand] * 4, ["fist", "fist", "open", "open"], shown, CARD)
    assert own.means["fist"] == pytest.approx([0.1, 0.0])
    assert own.leaning == 1.0
    adapted = own.adapted(examples([0.1, 0.1], [3, 3]), CARD)
    assert adapted["probability"].argmax(axis=1).tolist() == [1, 2]
    assert adapted["probability"].sum(axis=1) == pytest.approx([1.0, 1.0])
    assert named({**adapted, "distance": np.zeros(2)}, CARD).gesture == "fist"
    assert own.extensions["open"] == pytest.approx(np.ones(5), abs=0.01)


def test_where_the_network_is_right_by_itself_own_examples_dont_count():
    """The network is sure of each example, and one lies among those of the other gesture: leaning would only harm."""
    shown = examples([0, 0], [0.2, 0], [3, 3], [0.1, 0.1])
    shown["probability"] = np.float32([[0.01, 0.98, 0.01]] * 2 + [[0.01, 0.01, 0.98]] * 2)
    own = learn([flat_hand()] * 4, ["fist", "fist", "open", "open"], shown, CARD)
    assert own.leaning == 0.0
    new = examples([0.1, 0.0]) | {"probability": np.float32([[0.1, 0.3, 0.6]])}
    assert own.adapted(new, CARD)["probability"] == pytest.approx(new["probability"], abs=1e-6)


def test_a_lone_example_cannot_be_tried_and_doesnt_count():
    own = learn([flat_hand()] * 2, ["fist", "open"], examples([0, 0], [3, 3]), CARD)
    assert own.leaning == 0.0


def test_own_examples_that_fit_nothing_are_refused_with_all_reasons():
    with pytest.raises(InputError, match=r"got 1 hands, 2 names.*must be among relaxed, fist, open, got wave"):
        learn([flat_hand()], ["fist", "wave"], examples([0, 0]), CARD)
    with pytest.raises(InputError, match="at most 50 a gesture"):
        learn([flat_hand()] * 51, ["fist"] * 51, examples(*[[0, 0]] * 51), CARD)
