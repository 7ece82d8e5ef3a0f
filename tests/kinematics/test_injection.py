"""Injected errors against hand calculation on a stick person: x to the left, y up, z forward."""

import numpy as np
import pytest

from rehabkit.errors import InputError
from rehabkit.kinematics.angles import between_deg, unit
from rehabkit.kinematics.injection import INJECTED_JOINTS, TURNS, growth, inject, moved

STANDING = {
    "pelvis": (0, 0, 0), "neck": (0, 5, 0), "head": (0, 6, 0),
    "left_shoulder": (1, 5, 0), "left_elbow": (1, 3, 0), "left_wrist": (1, 1, 0),
    "right_shoulder": (-1, 5, 0), "right_elbow": (-1, 3, 0), "right_wrist": (-1, 1, 0),
    "left_hip": (0.5, 0, 0), "left_knee": (0.5, -4, 0), "left_ankle": (0.5, -8, 0),
    "right_hip": (-0.5, 0, 0), "right_knee": (-0.5, -4, 0), "right_ankle": (-0.5, -8, 0),
}  # fmt: skip
NAMES = tuple(STANDING)
PARENTS = {
    "neck": "pelvis", "head": "neck", "left_shoulder": "neck", "right_shoulder": "neck",
    "left_hip": "pelvis", "right_hip": "pelvis",
    **{f"{side}_{far}": f"{side}_{near}" for side in ("left", "right")
       for near, far in (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"))},
}  # fmt: skip
BONES = {
    "trunk": ("pelvis", "neck"),
    **{f"{side}_{near}": (f"{side}_{near}", f"{side}_{far}") for side in ("left", "right")
       for near, far in (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"))},
}  # fmt: skip
PEAK = 20


def standing(n_frames: int = 41) -> np.ndarray:
    return np.tile(np.array(list(STANDING.values()), dtype=float), (n_frames, 1, 1))


def waving(n_frames: int = 41) -> np.ndarray:
    """Smooth limbs that swing in all directions, bone lengths not kept; each joint with its own phases."""
    phase = np.random.default_rng(0).uniform(0, 6, (len(NAMES), 3))
    return standing(n_frames) + 0.5 * np.sin(np.linspace(0, 3, n_frames)[:, None, None] + phase)


def at(positions: np.ndarray, name: str, frame: int = PEAK) -> np.ndarray:
    return positions[frame, NAMES.index(name)]


@pytest.mark.parametrize(
    ("joint", "axis", "name", "expected"),
    [
        ("left_shoulder", "flexion", "left_wrist", (1, 5, 4)),
        ("right_shoulder", "flexion", "right_wrist", (-1, 5, 4)),
        ("left_shoulder", "abduction", "left_wrist", (5, 5, 0)),
        ("right_shoulder", "abduction", "right_wrist", (-5, 5, 0)),
        ("left_elbow", "flexion", "left_wrist", (1, 3, 2)),
        ("right_hip", "flexion", "right_ankle", (-0.5, 0, 8)),
        ("left_hip", "abduction", "left_ankle", (8.5, 0, 0)),
        ("left_knee", "flexion", "left_ankle", (0.5, -4, -4)),
        ("trunk", "flexion", "head", (0, 0, 6)),
        ("trunk", "abduction", "head", (6, 0, 0)),
    ],
)
def test_a_quarter_turn_of_a_standing_person(joint, axis, name, expected):
    turned = inject(standing(), NAMES, joint, axis, 90.0)
    np.testing.assert_allclose(at(turned, name), expected, atol=1e-12)


def test_arm_raised_to_the_side_is_turned_as_far_as_a_hanging_one():
    """The axis goes with the bone: flexing an arm that has been raised sideways brings it forward."""
    lift = np.radians(np.linspace(0, 180, 41))
    positions = standing()
    for i, length in (("left_elbow", 2), ("left_wrist", 4)):
        direction = np.stack([np.sin(lift), -np.cos(lift), 0 * lift], axis=-1)
        positions[:, NAMES.index(i)] = np.array([1, 5, 0]) + length * direction
    turned = inject(positions, NAMES, "left_shoulder", "flexion", 90.0)
    np.testing.assert_allclose(at(turned, "left_wrist"), (1, 5, 4), atol=1e-9)


@pytest.mark.parametrize("joint", INJECTED_JOINTS)
@pytest.mark.parametrize("axis", TURNS)
def test_bone_turns_by_the_degrees_asked_and_no_length_changes(joint, axis):
    before = waving()
    after = inject(before, NAMES, joint, axis, -15.0)
    start, end = BONES[joint]
    if joint == "trunk":  # the bone ends midway between the shoulders
        ends = [(p[PEAK, NAMES.index("left_shoulder")] + p[PEAK, NAMES.index("right_shoulder")]) / 2
                for p in (before, after)]  # fmt: skip
        bones = [end - at(before, "pelvis") for end in ends]
    else:
        bones = [at(p, end) - at(p, start) for p in (before, after)]
    assert between_deg(*bones) == pytest.approx(15.0, abs=1e-9)
    for child, parent in PARENTS.items():
        lengths = [
            np.linalg.norm(p[:, NAMES.index(child)] - p[:, NAMES.index(parent)], axis=-1) for p in (before, after)
        ]
        np.testing.assert_allclose(lengths[1], lengths[0], atol=1e-12)


def test_only_the_middle_half_and_only_what_hangs_on_the_joint_moves():
    before = waving()
    after = inject(before, NAMES, "left_knee", "flexion", 15.0)
    changed = np.abs(after - before).max(axis=-1) > 1e-12  # (frames, joints)
    assert [NAMES[j] for j in np.flatnonzero(changed.any(axis=0))] == ["left_ankle"]
    assert np.flatnonzero(changed.any(axis=1)).tolist() == list(range(11, 30))


def test_half_way_up_half_of_the_angle():
    turned = inject(standing(), NAMES, "left_elbow", "flexion", 40.0)
    forearm = unit(at(turned, "left_wrist", 15) - at(turned, "left_elbow", 15))
    np.testing.assert_allclose(forearm, (0, -np.cos(np.radians(20)), np.sin(np.radians(20))), atol=1e-12)
    assert growth(41, 0.25, 0.75)[15] == pytest.approx(0.5)


def test_no_degrees_change_nothing():
    np.testing.assert_allclose(inject(waving(), NAMES, "trunk", "abduction", 0.0), waving(), atol=1e-14)


def test_axes_do_not_matter():
    """A person turned as a whole gets the same error, turned as a whole."""
    turn = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
    turn *= np.linalg.det(turn)
    injected = inject(waving() @ turn.T + 2.0, NAMES, "right_hip", "abduction", 20.0)
    np.testing.assert_allclose(
        injected, inject(waving(), NAMES, "right_hip", "abduction", 20.0) @ turn.T + 2.0, atol=1e-12
    )


def test_hands_and_feet_of_any_sensor_go_along():
    names = ("left_thumb", "left_index", "left_hand", "left_heel", "left_foot_index", "left_collar", "nose", "left_ear")
    assert moved(names, "left_shoulder") == ["left_thumb", "left_index", "left_hand"]
    assert moved(names, "left_hip") == ["left_heel", "left_foot_index"]
    assert moved(names, "trunk") == ["left_thumb", "left_index", "left_hand", "left_collar", "nose", "left_ear"]


@pytest.mark.parametrize(
    "arguments",
    [("left_ankle", "flexion", 5.0), ("trunk", "rotation", 5.0), ("trunk", "flexion", 5.0, 0.8, 0.3)],
)
def test_unknown_errors_are_refused(arguments):
    with pytest.raises(InputError, match="injected error must be at one of"):
        inject(standing(), NAMES, *arguments)


def test_an_unseen_joint_is_named():
    positions = standing()
    positions[3, NAMES.index("left_ankle")] = np.nan
    with pytest.raises(InputError, match="got no left_ankle"):
        inject(positions, NAMES, "left_knee", "flexion", 5.0)
