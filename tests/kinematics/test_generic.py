"""An exercise that nobody named."""

from dataclasses import replace

import numpy as np

from rehabkit.kinematics.generic import generic_signals

TIME_S = np.arange(0, 14, 1 / 30)


def bends(n: int, seconds: float = 2.0, depth: float = 80.0) -> np.ndarray:
    """(n_frames,) ``n`` bends from 1 s on."""
    active = np.abs(TIME_S - 1 - n * seconds / 2) <= n * seconds / 2
    return 5 + active * depth * 0.5 * (1 - np.cos(2 * np.pi * (TIME_S - 1) / seconds))


def complete(found) -> int:
    return sum(one.kind == "complete" for one in found)


def test_squats_are_found_and_counted(squatting):
    label, signal, found = generic_signals(squatting(TIME_S, bends(5)))
    assert label in ("knee flexion", "hip flexion")
    assert complete(found) == 5
    assert signal.shape == TIME_S.shape


def test_one_leg(squatting):
    label, _, found = generic_signals(squatting(TIME_S, np.full(len(TIME_S), 5.0), bends(4)))
    assert label.startswith("right")
    assert complete(found) == 4


def test_standing_with_noise_is_nothing(squatting):
    standing = squatting(TIME_S, np.full(len(TIME_S), 5.0))
    numbers = np.random.default_rng(0)
    noisy = replace(
        standing,
        positions=standing.positions + numbers.normal(0, 2, standing.positions.shape),
        estimated_m=standing.estimated_m + numbers.normal(0, 0.01, standing.estimated_m.shape),
    )
    assert generic_signals(noisy)[2] == []


def test_walking_across_the_picture_is_nothing(squatting):
    """Two steps a second at 1.2 m/s: each knee bends by 60 degrees in turn."""
    phase = 2 * np.pi * TIME_S
    walking = squatting(TIME_S, 5 + 60 * np.clip(np.sin(phase), 0, 1), 5 + 60 * np.clip(-np.sin(phase), 0, 1))
    across = walking.positions.copy()
    across[..., 0] += 300 * 1.2 * TIME_S[:, None]
    assert generic_signals(replace(walking, positions=across))[2] == []


def test_nobody(squatting):
    standing = squatting(TIME_S, np.full(len(TIME_S), 5.0))
    nobody = replace(
        standing,
        positions=np.full_like(standing.positions, np.nan),
        estimated_m=np.full_like(standing.estimated_m, np.nan),
        confidence=np.zeros_like(standing.confidence),
    )
    _, signal, found = generic_signals(nobody)
    assert found == []
    assert len(signal) == len(TIME_S)
