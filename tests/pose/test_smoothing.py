"""Cleaning brings landmarks nearer to a known truth, and leaves alone what it must."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import butter, sosfiltfilt

from rehabkit.pose.smoothing import clean, find_gaps
from rehabkit.recordings.cuts import find_cuts
from rehabkit.recordings.skeleton import Skeleton

LEG = ("right_shoulder", "right_hip", "right_knee", "right_ankle")


def leg(knee_deg: np.ndarray) -> np.ndarray:
    """(frames, 4, 2) px: a shank that stands, a thigh and a trunk above it, the knee flexed as given."""
    n = len(knee_deg)
    ankle = np.tile([600.0, 650.0], (n, 1))
    knee = ankle - [0, 130]
    thigh = np.radians(knee_deg)[:, None] * [1.0, 1.0]
    hip = knee + 130 * np.stack([-np.sin(thigh[:, 0]), -np.cos(thigh[:, 0])], axis=1)
    shoulder = hip - [0, 170]
    return np.stack([shoulder, hip, knee, ankle], axis=1)


def knee_of(positions: np.ndarray) -> np.ndarray:
    """(frames,) flexion in degrees, by the angle between thigh and shank."""
    thigh, shank = positions[:, 1] - positions[:, 2], positions[:, 3] - positions[:, 2]
    cosine = (thigh * shank).sum(axis=1) / np.linalg.norm(thigh, axis=1) / np.linalg.norm(shank, axis=1)
    return 180 - np.degrees(np.arccos(cosine))


def skeleton(time_s: np.ndarray, positions: np.ndarray, confidence: np.ndarray | float = 1.0) -> Skeleton:
    shape = positions.shape[:2]
    return Skeleton(LEG, time_s, positions, np.broadcast_to(confidence, shape), "image", "test", (1280, 720))


def squats(time_s: np.ndarray, period_s: float = 2.0) -> np.ndarray:
    return 5 + 55 * (1 - np.cos(2 * np.pi * time_s / period_s))


def rms(x: np.ndarray) -> float:
    return float(np.sqrt(np.mean(x**2)))


@pytest.mark.parametrize("seed", range(3))
def test_the_error_against_a_known_truth_gets_smaller(seed: int) -> None:
    rng = np.random.default_rng(seed)
    time_s = np.arange(300) / 30
    truth = squats(time_s)
    noisy = skeleton(time_s, leg(truth) + rng.normal(0, 3, (300, 4, 2)))
    cleaned = clean(noisy)

    assert rms(knee_of(cleaned.positions) - truth) < 0.75 * rms(knee_of(noisy.positions) - truth)
    assert rms(cleaned.positions - leg(truth)) < 0.75 * rms(noisy.positions - leg(truth))


def test_a_squat_of_one_second_keeps_its_range() -> None:
    time_s = np.arange(29) / 30
    truth = squats(time_s, period_s=29 / 30)
    cleaned = knee_of(clean(skeleton(time_s, leg(truth))).positions)

    assert np.ptp(cleaned) == pytest.approx(np.ptp(truth), abs=2.0)
    assert cleaned.argmax() == pytest.approx(truth.argmax(), abs=1)


@pytest.mark.parametrize("rate", [5, 10, 15, 24, 60, 120, 240])
def test_no_rate_loses_range(rate: int) -> None:
    time_s = np.arange(4 * rate) / rate
    truth = squats(time_s)

    assert np.ptp(knee_of(clean(skeleton(time_s, leg(truth))).positions)) == pytest.approx(np.ptp(truth), abs=2.0)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_uneven_times_change_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    time_s = np.cumsum(rng.uniform(0.02, 0.05, 120))
    truth = squats(time_s)

    assert np.abs(knee_of(clean(skeleton(time_s, leg(truth))).positions) - truth)[5:-5].max() < 1.0


def test_it_is_a_butterworth_filter_without_lag() -> None:
    """At a high and even rate, SciPy's Butterworth run forth and back is the same filter."""
    rng = np.random.default_rng(0)
    time_s = np.arange(1200) / 240
    positions = leg(squats(time_s)) + rng.normal(0, 2, (1200, 4, 2))
    expected = sosfiltfilt(butter(2, 6.0, fs=240, output="sos"), positions, axis=0)

    assert np.abs(clean(skeleton(time_s, positions)).positions - expected)[100:-100].max() < 0.1


def test_a_cut_is_not_smeared() -> None:
    time_s = np.arange(60) / 30
    positions = leg(np.full(60, 10.0))
    positions[30:] += [250, -40]

    assert find_cuts(skeleton(time_s, positions)) == [30]
    assert np.allclose(clean(skeleton(time_s, positions)).positions, positions, atol=1e-6)


def test_quick_movement_is_no_cut() -> None:
    """A jump: half a body length up and down in 0.5 s."""
    time_s = np.arange(60) / 30
    positions = leg(np.full(60, 5.0))
    positions[..., 1] -= 200 * np.clip(np.sin(2 * np.pi * (time_s - 0.5)), 0, None)[:, None]

    assert find_cuts(skeleton(time_s, positions)) == []


def test_short_gaps_are_bridged_and_noted_long_ones_stay() -> None:
    time_s = np.arange(90) / 30
    positions = leg(squats(time_s))
    truth = positions.copy()
    positions[20:24, 2] = np.nan  # 0.13 s
    positions[50:60, 2] = np.nan  # 0.33 s
    confidence = np.where(np.isnan(positions[..., 0]), 0.0, 1.0)
    cleaned = clean(skeleton(time_s, positions, confidence))

    assert np.abs(cleaned.positions[20:24, 2] - truth[20:24, 2]).max() < 3
    assert (cleaned.confidence[20:24, 2] >= 0.5).all()
    assert np.isnan(cleaned.positions[50:60, 2]).all()
    assert any("4 joint positions bridged" in step for step in cleaned.history)
    assert [
        (g.joint, round(g.start_s, 2), round(g.end_s, 2)) for g in find_gaps(skeleton(time_s, positions, confidence))
    ] == [("right_knee", 1.67, 1.97)]


def test_a_gap_across_a_cut_stays() -> None:
    time_s = np.arange(60) / 30
    positions = leg(np.full(60, 10.0))
    positions[30:] += [250, -40]
    positions[28:32] = np.nan

    assert np.isnan(clean(skeleton(time_s, positions)).positions[28:32]).all()


def test_nobody_in_view_is_one_gap_of_the_whole_person() -> None:
    time_s = np.arange(60) / 30
    positions = leg(np.full(60, 10.0))
    positions[10:30] = np.nan

    gaps = find_gaps(skeleton(time_s, positions, np.where(np.isnan(positions[..., 0]), 0.0, 1.0)))
    assert [(g.joint, round(g.start_s, 2), round(g.end_s, 2)) for g in gaps] == [(None, 0.33, 0.97)]


def test_a_hidden_joint_is_removed_a_flicker_is_not() -> None:
    time_s = np.arange(60) / 30
    confidence = np.ones((60, 4))
    confidence[20:35, 3] = 0.2
    confidence[40, 3] = 0.3
    cleaned = clean(skeleton(time_s, leg(squats(time_s)), confidence))

    assert np.isnan(cleaned.positions[20:35, 3]).all()
    assert np.isfinite(cleaned.positions[40, 3]).all()


def test_a_joint_that_jumps_for_a_frame_is_put_back() -> None:
    time_s = np.arange(60) / 30
    truth = leg(squats(time_s))
    positions = truth.copy()
    positions[25, 3] += [150, 0]
    cleaned = clean(skeleton(time_s, positions))

    assert np.abs(cleaned.positions[:, 3] - truth[:, 3]).max() < 2
    assert "1 joint positions jumping" in cleaned.history


def test_metres_and_marker_systems_are_cleaned_alike() -> None:
    time_s = np.arange(120) / 30
    metres = np.concatenate([leg(squats(time_s)) / 300, np.zeros((120, 4, 1))], axis=2)
    cleaned = clean(Skeleton(LEG, time_s, metres, np.ones((120, 4)), "y_up", "vicon"))

    assert np.abs(cleaned.positions - metres).max() < 0.01


@pytest.mark.parametrize("n_frames", [1, 2, 4, 5])
def test_very_short_recordings_pass(n_frames: int) -> None:
    time_s = np.arange(n_frames) / 30

    assert np.isfinite(clean(skeleton(time_s, leg(squats(time_s)))).positions).all()
    assert find_gaps(skeleton(time_s, leg(squats(time_s)))) == []


def test_a_recording_without_anybody_passes() -> None:
    time_s = np.arange(30) / 30
    nobody = skeleton(time_s, np.full((30, 4, 2), np.nan), 0.0)

    assert np.isnan(clean(nobody).positions).all()
    assert len(find_gaps(nobody)) == 1
