"""Findings of established EMG measures, on noise that was loud at known times."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rehabkit.recordings.biosignal import Biosignal, Channel
from rehabkit.systems.emg_findings import emg_findings

RATE_HZ = 1000.0
MUSCLES = ("rectus_femoris", "biceps_femoris")


def in_turn(rate_hz: float = RATE_HZ, start_s: float = 0.0) -> Biosignal:
    """Rectus femoris loud from 1 to 2 s, biceps femoris from 2.5 to 3 s; 4 s."""
    rng = np.random.default_rng(3)
    time_s = np.arange(round(4 * rate_hz)) / rate_hz
    level = np.full((len(time_s), 2), 4e-6)
    level[(time_s >= 1) & (time_s < 2), 0] = 100e-6
    level[(time_s >= 2.5) & (time_s < 3), 1] = 50e-6
    channels = tuple(Channel(name, "emg") for name in MUSCLES)
    return Biosignal(rng.normal(0, 1, level.shape) * level, rate_hz, channels, start_s=start_s)


def by_name(recording):
    return {one.name: one for one in emg_findings(recording)}


def test_each_muscle_has_its_measures_and_the_pair_its_co_contraction():
    found = by_name(in_turn())
    assert found["rectus_femoris_onset"].value == pytest.approx(1.0, abs=0.03)
    assert found["biceps_femoris_onset"].value == pytest.approx(2.5, abs=0.03)
    assert found["rectus_femoris_burst_duration"].value == pytest.approx(1.0, abs=0.05)
    assert "mean duration of 1" in found["rectus_femoris_burst_duration"].label
    # white noise of 100 µV for a quarter of the time; the band holds 430 of 500 Hz
    assert found["rectus_femoris_rms"].value == pytest.approx(np.sqrt(100**2 / 4 * 430 / 500), rel=0.05)
    assert found["rectus_femoris_median_frequency"].value == pytest.approx(235, abs=15)
    # levels over the greatest, by second: 1 and 0.08 (1 s), 0.04 and 1 (0.5 s), 0.04 and 0.08 (2.5 s); 2 · 0.2 / 1.9
    assert found["rectus_femoris_biceps_femoris_co_contraction"].value == pytest.approx(21, abs=3)
    assert all(one.category == "signal" and one.provisional for one in found.values())
    assert found["rectus_femoris_biceps_femoris_co_contraction"].evidence.channels == list(MUSCLES)


def test_times_are_those_of_the_recording():
    found = by_name(in_turn(start_s=20.0))["rectus_femoris_onset"]
    assert found.value == pytest.approx(21.0, abs=0.03)
    assert found.evidence.end_s == pytest.approx(22.0, abs=0.05)


def test_what_can_not_be_had_is_said():
    whole = in_turn()
    lost = whole.values.copy()
    lost[10, 0] = np.nan
    found = by_name(replace(whole, values=lost))
    assert "NaN in rectus_femoris" in found["rectus_femoris_signal"].not_measurable
    assert "NaN in rectus_femoris" in found["rectus_femoris_biceps_femoris_co_contraction"].not_measurable
    assert found["biceps_femoris_rms"].value > 0
    flat = whole.values.copy()
    flat[:, 1] = 1e-5
    assert "must vary" in by_name(replace(whole, values=flat))["biceps_femoris_signal"].not_measurable
    slow = by_name(in_turn(rate_hz=500.0))
    assert "at least 1000 Hz, got 500 Hz" in slow["rectus_femoris_median_frequency"].not_measurable
    assert slow["rectus_femoris_onset"].value == pytest.approx(1.0, abs=0.05)
    short = by_name(whole.between(0.0, 0.8))
    assert "at least 1 s" in short["rectus_femoris_onset"].not_measurable
    working = by_name(whole.between(1.5, 4.0))["rectus_femoris_onset"]
    assert working.not_measurable == "the muscle was at work when the recording began"


def test_without_emg_there_are_none():
    assert emg_findings(Biosignal(np.zeros((100, 1)), 100.0, (Channel("knee_flexion", "angle", "deg"),))) == []
