"""Finger angles by hand and beside the true joint angles of modelled hands."""

import json
from pathlib import Path

import numpy as np
import pytest

from rehabkit.errors import InputError
from rehabkit.kinematics.hand import FINGERS, HAND_LANDMARKS, hand_angles, opening


def flat(bent=None, by_deg=0.0):
    """A right hand, palm to the viewer (x right, y up, z to the viewer); all joints from one on bent by so much."""
    points = np.zeros((21, 3))
    points[1:5] = [(2, 1, 0), (4, 3, 0), (5, 4, 0), (6, 5, 0)]
    for finger, name in enumerate(FINGERS):
        along = np.array([1.5 - finger, 8.0, 0])
        along /= np.linalg.norm(along)
        place, angle = 8 * along, 0.0
        for joint, length in (("mcp", 4), ("pip", 2.5), ("dip", 2)):
            points[HAND_LANDMARKS.index(f"{name}_{joint}")] = place
            angle += np.radians(by_deg) if joint == bent else 0.0
            place = place + length * (np.cos(angle) * along + np.sin(angle) * np.array([0, 0, 1.0]))
        points[HAND_LANDMARKS.index(f"{name}_tip")] = place
    return points


@pytest.mark.parametrize("joint", ["mcp", "pip", "dip"])
@pytest.mark.parametrize("degrees", [-20, 0, 35, 90, 110])
def test_each_joint_by_hand(joint, degrees):
    angles = hand_angles(flat(joint, degrees), "right")
    for finger in FINGERS:
        for other in ("mcp", "pip", "dip"):
            expected = degrees if other == joint else 0
            assert angles[f"{finger}_{other}_flexion"].degrees == pytest.approx(expected, abs=1e-6)


def test_a_mirrored_hand_has_the_same_angles():
    right = flat("pip", 60)
    left = right * [-1, 1, 1]
    ours, theirs = hand_angles(right, "right"), hand_angles(left, "left")
    for name, angle in ours.items():
        assert theirs[name].degrees == pytest.approx(angle.degrees, abs=1e-6)


def test_a_left_hand_taken_for_right_bends_backwards():
    assert hand_angles(flat("pip", 60), "left")["index_pip_flexion"].degrees == pytest.approx(-60)


def test_turning_moving_and_scaling_the_hand_change_nothing():
    hand = flat("mcp", 40)
    turn, _ = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))
    turn *= np.sign(np.linalg.det(turn))
    moved = np.stack([hand, 0.01 * hand @ turn.T + [0.3, 0.2, 1]])
    for angle in hand_angles(moved, "right").values():
        assert angle.degrees[0] == pytest.approx(angle.degrees[1], abs=1e-6)


def test_abduction_is_away_from_the_middle_finger():
    hand = flat()
    for finger, number in (("index", 6), ("little", 18)):
        mcp, along = hand[number - 1], hand[number] - hand[number - 1]
        turn = np.radians(10 if finger == "index" else -10)
        x, y = along[0] * np.cos(turn) + along[1] * np.sin(turn), along[1] * np.cos(turn) - along[0] * np.sin(turn)
        hand[number] = mcp + np.array([x, y, 0.0])
    angles = hand_angles(hand, "right")
    assert angles["index_mcp_abduction"].degrees == pytest.approx(10)
    assert angles["little_mcp_abduction"].degrees == pytest.approx(10)
    assert angles["ring_mcp_abduction"].degrees == pytest.approx(0, abs=1e-6)


def test_opening_by_hand():
    assert opening(flat(), "right") == pytest.approx(1)
    assert opening(flat("mcp", 45), "right") == pytest.approx(0.75)  # half of one of two joints
    assert opening(flat("pip", 100), "right") == pytest.approx(0.5)
    unknown = flat()
    unknown[10] = np.nan
    assert np.isnan(opening(unknown, "right"))
    assert hand_angles(unknown, "right")["index_pip_flexion"].degrees == pytest.approx(0, abs=1e-6)


def test_every_angle_carries_the_error_that_was_measured_and_is_provisional():
    """A finger's error is that of its kind of angle in results/hand_angles.json, to the degree."""
    measured = json.loads((Path(__file__).parents[2] / "results" / "hand_angles.json").read_text(encoding="utf-8"))
    kinds = {name.lower().replace(" ", "_"): error for name, error in measured["half_width_95_deg"].items()}
    angles = hand_angles(flat(), "right")
    assert len(angles) == 19 and all(angle.provisional for angle in angles.values())
    for name, angle in angles.items():
        kind = name if name.startswith("thumb") else name.split("_", 1)[1]
        assert angle.uncertainty_deg == pytest.approx(kinds[kind], abs=0.51), name


@pytest.mark.parametrize(("points", "side"), [(np.zeros((20, 3)), "left"), (np.zeros((21, 2)), "left"), (flat(), "up")])
def test_what_is_no_hand_is_refused(points, side):
    with pytest.raises(InputError, match=r"\(\.\.\., 21, 3\) points"):
        hand_angles(points, side)


def test_beside_the_true_angles_of_800_modelled_hands(shared):
    """True rotations are from a rest pose that isn't straight, so each joint differs by a constant, and no more."""
    kept = np.load(shared / "hands" / "anny_synth_hands" / "anny_hands_800.npz")
    bones, joints = list(kept["bone_names"]), kept["joints_mm"].astype(float)
    points = np.full((len(joints), 21, 3), np.nan)
    points[:, 0] = joints[:, bones.index("wrist.R")]
    for finger in range(5):
        for joint in range(3):
            points[:, 1 + 4 * finger + joint] = joints[:, bones.index(f"finger{finger + 1}-{joint + 1}.R")]
    angles = hand_angles(points, "right")
    for number, finger in enumerate(FINGERS, 2):
        for bone, joint in ((1, "mcp"), (2, "pip")):
            true = np.degrees(kept["pose_rotvec"][:, bones.index(f"finger{number}-{bone}.R"), 0].astype(float))
            found = angles[f"{finger}_{joint}_flexion"].degrees
            assert np.polyfit(true, found, 1)[0] == pytest.approx(1, abs=0.03)
            assert np.std(found - true) < 2.0
        assert np.isnan(angles[f"{finger}_dip_flexion"].degrees).all()  # no fingertips in this set
