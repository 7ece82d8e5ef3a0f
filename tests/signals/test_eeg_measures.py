"""Measures by hand, and how often the map of desynchronisation cries wolf. Signals are simulated."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from rehabkit.recordings.biosignal import Biosignal, Channel
from rehabkit.signals.eeg_measures import (
    ERD_BANDS,
    brain_symmetry,
    desynchronisation,
    lateralisation,
    moved,
    slowing,
    trial_power,
)
from rehabkit.signals.spectrum import welch

RATE = 200.0
FREQUENCY = np.arange(1.0, 41.0)


def test_symmetry_by_hand_and_only_from_1_to_25_hz() -> None:
    left = np.ones((40, 1))
    power = np.concatenate([left, 2 * left, left, left], axis=1)
    assert brain_symmetry(FREQUENCY, power, [(0, 1)]) == pytest.approx(1 / 3)
    assert brain_symmetry(FREQUENCY, power, [(0, 1), (2, 3)]) == pytest.approx(1 / 6)
    power[25:, 3] = 100.0  # from 26 Hz
    assert brain_symmetry(FREQUENCY, power, [(2, 3)]) == 0


def test_slowing_by_hand() -> None:
    """A flat density has power by width: 3, 4, 5 and 17 Hz."""
    dar, dtabr = slowing(FREQUENCY, np.ones((40, 2)))
    assert dar == pytest.approx(3 / 5) and dtabr == pytest.approx(7 / 22)


def tasks_and_rest(drop: float) -> tuple[Biosignal, list[tuple[float, float]], list[tuple[float, float]]]:
    """C3 has a 10 Hz wave of 20 µV whose amplitude is ``drop`` times that in the task; C4 always has it."""
    rng = np.random.default_rng(0)
    time_s = np.arange(int(160 * RATE)) / RATE
    in_task = (time_s % 8) >= 4
    wave = 2e-5 * np.sin(2 * np.pi * 10 * time_s)
    values = np.stack([wave * np.where(in_task, drop, 1.0), wave], axis=1) + 1e-6 * rng.normal(size=(len(time_s), 2))
    recording = Biosignal(values, RATE, (Channel("C3", "eeg"), Channel("C4", "eeg")))
    return recording, [(8.0 * i + 4, 8.0 * i + 8) for i in range(20)], [(8.0 * i, 8.0 * i + 4) for i in range(20)]


def test_half_the_amplitude_is_a_desynchronisation_of_three_quarters() -> None:
    recording, task, rest = tasks_and_rest(0.5)
    active, quiet = trial_power(recording, task, ERD_BANDS), trial_power(recording, rest, ERD_BANDS)
    found = desynchronisation(active, quiet)
    assert found.percent[0] == pytest.approx([-75.0, 0.0], abs=1.0)
    assert found.p[0, 0] == pytest.approx(1 / 1001) and found.p[0, 1] > 0.05 and found.p[1].min() > 0.05
    difference, p = lateralisation(active[:, 0], quiet[:, 0])
    assert difference == pytest.approx(np.log(0.25), abs=0.02) and p < 0.01
    assert lateralisation(active[:, 0, ::-1], quiet[:, 0, ::-1])[0] == pytest.approx(-difference)


def test_permuted_t_is_scipys() -> None:
    from rehabkit.signals.eeg_measures import _permuted_t

    values = np.random.default_rng(0).normal(size=(12, 3))
    expected = np.abs(stats.ttest_ind(values[:5], values[5:], equal_var=False).statistic)
    observed, null = _permuted_t(values, 5, 50, 0)
    assert observed == pytest.approx(expected) and null.shape == (50, 3)


def test_no_effect_gives_an_alarm_in_a_twentieth_of_maps() -> None:
    rng = np.random.default_rng(0)
    alarms = 0
    for i in range(300):
        power = np.exp(rng.normal(size=(16, 2, 15)))
        alarms += desynchronisation(power[:8], power[8:], draws=199, seed=i).p.min() < 0.05
    assert stats.binomtest(alarms, 300, 0.05).pvalue > 0.01


def test_a_trial_too_short_after_the_cue_is_dropped() -> None:
    recording, task, _ = tasks_and_rest(0.5)
    assert len(trial_power(recording, [(4.0, 5.2), *task[1:3]], ERD_BANDS)) == 2


def test_muscles_at_work_are_seen_in_the_emg() -> None:
    rng = np.random.default_rng(0)
    time_s = np.arange(80 * 1000) / 1000
    working = (time_s % 8 >= 4) & (time_s < 24)  # in the first three of ten trials
    values = 5e-6 * rng.normal(size=(len(time_s), 1)) * np.where(working, 4.0, 1.0)[:, None]
    emg = Biosignal(values, 1000.0, (Channel("flexor", "emg"),))
    z = moved(emg, [(8.0 * i + 4, 8.0 * i + 8) for i in range(10)], [(8.0 * i, 8.0 * i + 4) for i in range(10)])
    assert z[:3].min() > 10 and z[3:].max() < 5


def test_spectrum_of_trials_is_that_of_welch() -> None:
    recording, task, _ = tasks_and_rest(0.5)
    start, end = task[0]
    part = recording.between(start + 0.5, end).values
    frequency, power = welch(part, RATE, 1.0)
    inside = (frequency >= 8) & (frequency < 13)
    assert trial_power(recording, task, ERD_BANDS)[0, 0] == pytest.approx(power[inside].sum(axis=0))
