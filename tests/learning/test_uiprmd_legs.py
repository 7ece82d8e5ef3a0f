"""Mending of UI-PRMD's Kinect legs: on a fault made by hand, and on the real set."""

from __future__ import annotations

import numpy as np
import pytest

from rehabkit.kinematics.canonical import CANONICAL_JOINTS, CANONICAL_PARENTS
from rehabkit.learning.uiprmd_legs import LEGS, Pairs, _warped, mend, mended
from rehabkit.recordings.datasets.uiprmd import UiPrmd


def bent(angle_deg: np.ndarray) -> np.ndarray:
    """(n_frames, n_joints, 3) both thighs turned forward by an angle, shanks back by half of it."""
    angle = np.radians(angle_deg)
    down = {"knee": angle, "ankle": -angle / 2}
    still = {"neck": [0, 0.4, 0], "head": [0, 0.1, 0], "hip": [0.07, 0, 0], "shoulder": [0.13, 0, 0]}
    positions = np.zeros((len(angle), len(CANONICAL_JOINTS), 3))
    for joint, name in enumerate(CANONICAL_JOINTS[1:], start=1):
        side, _, part = name.rpartition("_")
        if part in down:
            bone = 0.3 * np.stack([0 * angle, -np.cos(down[part]), np.sin(down[part])], axis=1)
        else:
            bone = np.array(still.get(part, [0, -0.2, 0])) * [-1 if side == "right" else 1, 1, 1]
        positions[:, joint] = positions[:, CANONICAL_PARENTS[joint]] + bone
    return positions


def test_a_wrong_map_of_the_legs_is_undone_for_someone_never_paired():
    """A sensor that doubles the thigh's angle; the map learns it from two people and mends the third."""
    rng = np.random.default_rng(0)
    angles = [np.abs(np.sin(np.linspace(0, np.pi, 64))) * most for most in rng.uniform(30, 85, 30)]
    truth = np.stack([bent(a) for a in angles]).astype(np.float32)
    seen = truth.copy()
    doubled = np.stack([bent(2 * a) for a in angles])
    seen[:, :, LEGS] = doubled[:, :, LEGS]
    legs = np.stack([truth[:, :, leg] - truth[:, :, CANONICAL_PARENTS[leg]] for leg in LEGS], axis=2) / 0.3
    subject = np.repeat([1, 2, 3], 10)
    legs[subject == 3] = np.nan
    found = mend(Pairs(seen, np.zeros((30, 64, 4, 3), np.float32), legs.astype(np.float32), subject))
    third = subject == 3
    assert np.abs(found[third] - truth[third]).max() < 0.06
    assert np.abs(seen[third] - truth[third]).max() > 0.2


def test_time_warping_finds_the_like_moment():
    t = np.linspace(0, 1, 64)
    slow, fast = np.sin(np.pi * t), np.sin(np.pi * t**1.3)
    at = _warped(slow[None, :, None].astype(np.float32), fast[None, :, None].astype(np.float32))[0]
    assert np.abs(fast[at] - slow).max() < 0.06
    assert (np.diff(at) >= 0).all()


@pytest.fixture(scope="module")
def squats(shared):
    data = UiPrmd(shared / "exercise" / "uiprmd")
    chosen = [r for r in data.repetitions if r.movement == "deep_squat" and r.subject <= 4 and r.episode <= 4]
    return chosen, mended(data, chosen)


def test_a_squats_thigh_no_longer_points_up(squats):
    """Nobody's thigh rises 50 degrees above the horizontal in a squat; the Kinect's own did."""
    _, skeletons = squats
    for skeleton in skeletons:
        thigh = skeleton.joint("right_knee") - skeleton.joint("right_hip")
        above = np.degrees(np.arcsin(thigh[:, 1] / np.linalg.norm(thigh, axis=1))).max()
        assert above < 40


def test_mended_skeletons_say_so(squats):
    chosen, skeletons = squats
    assert len(chosen) == len(skeletons)
    assert all("mended" in skeleton.history[0] for skeleton in skeletons)
