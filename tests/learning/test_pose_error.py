"""Measures of 3-D pose, against transforms that are known."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from rehabkit.learning.pose_error import aligned, joint_error_mm, share_within

TRUE = np.random.default_rng(0).normal(size=(16, 3))


def test_any_similarity_is_undone() -> None:
    moved = 0.7 * Rotation.from_euler("xyz", [20, -60, 140], degrees=True).apply(TRUE) + [3.0, -1.0, 2.0]
    np.testing.assert_allclose(aligned(TRUE, moved), TRUE, atol=1e-12)


def test_a_mirror_image_is_not() -> None:
    mirrored = TRUE * [-1, 1, 1]
    assert joint_error_mm(TRUE, aligned(TRUE, mirrored)).mean() > 300


def test_no_other_similarity_is_nearer() -> None:
    rng = np.random.default_rng(1)
    noisy = TRUE + rng.normal(0, 0.1, TRUE.shape)
    best = aligned(TRUE, noisy)
    least = ((best - TRUE) ** 2).sum()
    for _ in range(50):
        other = (1 + rng.normal(0, 0.02)) * Rotation.from_rotvec(rng.normal(0, 0.02, 3)).apply(best)
        assert ((other + rng.normal(0, 0.02, 3) - TRUE) ** 2).sum() >= least


def test_a_joint_that_wasnt_found_takes_no_part_and_is_a_miss() -> None:
    found = TRUE + 5.0
    found[3] = np.nan
    error = joint_error_mm(TRUE, aligned(TRUE, found))
    assert np.isnan(error[3])
    assert np.nanmax(error) < 1e-6
    assert share_within(error, 50.0) == pytest.approx(15 / 16)
