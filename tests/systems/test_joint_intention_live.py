"""Frames and windows of EMG: as it comes in or whole, at any rate; and angles out of a stream."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehabkit.systems.joint_intention_live import FRAME_HZ, N_FRAMES, WARM_UP, Frames, windows


def emg(seconds, rate_hz=1000.0, seed=0):
    rng = np.random.default_rng(seed)
    strength = 20e-6 * (1.2 + np.sin(2 * np.pi * 0.7 * np.arange(round(seconds * rate_hz)) / rate_hz))
    return strength[:, None] * rng.normal(size=(len(strength), 4))


@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(0, 2345), max_size=6), rate=st.sampled_from([1000.0, 1024.0, 1111.1, 2000.0]))
def test_frames_in_chunks_are_those_of_the_whole(cuts, rate):
    signal = emg(2345 / rate, rate)
    last, whole = Frames(rate).process(signal)
    one = Frames(rate)
    parts = [one.process(part) for part in np.split(signal, sorted(cuts))]
    np.testing.assert_array_equal(last, np.concatenate([at for at, _ in parts]))
    np.testing.assert_array_equal(whole, np.concatenate([frames for _, frames in parts]))
    ends_s = (last + 1) / rate
    assert np.abs(ends_s * FRAME_HZ - np.arange(1, len(last) + 1)).max() <= FRAME_HZ / rate + 1e-9


def test_a_frame_is_the_muscle_s_strength_in_microvolt():
    """White noise of 50 µV: the band lets √0.86 of it pass, 15 notches of 2 Hz a little less; its mean is √(2/π)."""
    steady = 50e-6 * np.random.default_rng(1).normal(size=(40_000, 4))
    _, frames = Frames(1000.0).process(steady)
    notched_hz = 15 * 2 * np.pi / 2  # 9 of 50 Hz and 7 of 60 Hz, one of them in common; noise bandwidth π/2 times 2 Hz
    expected = 50 * np.sqrt((430 - notched_hz) / 500) * np.sqrt(2 / np.pi)
    assert frames[100:, 0].mean() == pytest.approx(expected, rel=0.02)
    assert frames[-1, 1].mean() == pytest.approx(expected, rel=0.03)


def test_a_window_holds_the_last_two_seconds_and_no_future():
    _, frames = Frames(1000.0).process(emg(6.0))
    cut = windows(frames)
    assert cut["envelope"].shape == cut["size"].shape == (150 - WARM_UP + 1, N_FRAMES, 4)
    np.testing.assert_array_equal(cut["envelope"][-1], frames[-N_FRAMES:, 0])
    np.testing.assert_array_equal(cut["size"][0, -WARM_UP:], frames[:WARM_UP, 1])
    np.testing.assert_array_equal(cut["size"][0, :-WARM_UP], np.repeat(frames[:1, 1], N_FRAMES - WARM_UP, axis=0))


def test_after_a_gap_sizes_are_kept_and_counting_starts_anew():
    one = Frames(1000.0)
    one.process(100 * emg(5.0))
    one.restart()
    last, frames = one.process(emg(0.2, seed=2))
    fresh = Frames(1000.0).process(emg(0.2, seed=2))[1]
    assert last[0] == 39
    np.testing.assert_array_equal(frames[:, 0], fresh[:, 0])
    assert (frames[:, 1] > 10 * fresh[:, 1]).all()
