"""EMG measures on signals whose answer physics gives: sines, tones added, noise switched on at known times."""

from __future__ import annotations

import numpy as np
import pytest

from rehabkit.errors import InputError
from rehabkit.signals import emg

RATE_HZ = 1000.0
TIME_S = np.arange(4000) / RATE_HZ


def noise(on: list[tuple[float, float]], level_v: float = 100e-6, rest_v: float = 3e-6, seed: int = 0) -> np.ndarray:
    """Band-limited noise, loud in these stretches."""
    rng = np.random.default_rng(seed)
    level = np.full(len(TIME_S), rest_v)
    for start, end in on:
        level[round(start * RATE_HZ) : round(end * RATE_HZ)] = level_v
    return emg.in_band(rng.normal(0, 1, len(TIME_S)), RATE_HZ) * level


def test_the_band_keeps_100_hz_and_removes_drift_and_what_is_slow():
    tone = np.sin(2 * np.pi * 100 * TIME_S)
    slow = 5 * np.sin(2 * np.pi * 2 * TIME_S) + 3
    kept = emg.in_band(tone + slow, RATE_HZ)
    np.testing.assert_allclose(kept[500:-500], tone[500:-500], atol=0.01)


def test_several_muscles_are_filtered_as_each_alone():
    both = np.stack([np.sin(300 * TIME_S), np.cos(500 * TIME_S)], axis=1)
    np.testing.assert_allclose(emg.in_band(both, RATE_HZ)[:, 1], emg.in_band(both[:, 1], RATE_HZ))


def test_the_envelope_of_a_sine_is_two_over_pi_of_its_amplitude():
    """Mean of |sin| over a period: 2/π."""
    found = emg.envelope(3.0 * np.sin(2 * np.pi * 87 * TIME_S), RATE_HZ)
    np.testing.assert_allclose(found[500:-500], 3.0 * 2 / np.pi, rtol=0.01)


def test_the_envelope_is_right_at_the_ends_as_well():
    """Steady noise: mean of |x| is √(2/π) of its deviation; a tenth of a second holds but a few independent samples."""
    level = np.array([emg.envelope(np.random.default_rng(i).normal(0, 1, 1000), RATE_HZ)[[0, 500]] for i in range(200)])
    np.testing.assert_allclose(level.mean(axis=0), np.sqrt(2 / np.pi), rtol=0.03)
    assert level[:, 0].std() < 2.5 * level[:, 1].std()


def test_the_moving_rms_of_a_sine_is_its_amplitude_over_root_two():
    found = emg.moving_rms(2.0 * np.sin(2 * np.pi * 100 * TIME_S), RATE_HZ, 0.1)
    np.testing.assert_allclose(found[100:-100], 2.0 / np.sqrt(2), rtol=0.02)


@pytest.mark.parametrize("method", ["hodges_bui", "teager_kaiser"])
def test_bursts_are_found_where_the_noise_was_loud(method):
    truth = [(1.0, 1.6), (2.5, 3.2)]
    found = emg.bursts(noise(truth), RATE_HZ, method=method)
    assert len(found) == 2
    for one, (start, end) in zip(found, truth, strict=True):
        assert one.start_s == pytest.approx(start, abs=0.03)
        assert one.end_s == pytest.approx(end, abs=0.03)
        assert one.duration_s == pytest.approx(end - start, abs=0.06)


def test_a_click_is_no_burst_and_a_short_pause_no_end():
    click = emg.bursts(noise([(2.0, 2.01)]), RATE_HZ, rest=(0.0, 1.0))
    assert click == []
    interrupted = emg.bursts(noise([(1.0, 1.5), (1.52, 2.0)]), RATE_HZ, rest=(0.0, 0.8))
    assert len(interrupted) == 1
    assert interrupted[0].duration_s == pytest.approx(1.0, abs=0.06)


def test_rest_that_is_stated_is_used():
    """Loud throughout: against its own quietest half second hardly ever on, against a stated quiet rest always."""
    always = noise([(1.0, 4.0)])
    whole = emg.bursts(always, RATE_HZ, rest=(0.0, 0.9))
    assert sum(one.duration_s for one in whole) == pytest.approx(3.0, abs=0.1)


def test_teager_kaiser_of_a_sine_is_amplitude_and_frequency():
    step = 2 * np.pi * 80 / RATE_HZ
    energy = emg.teager_kaiser(4.0 * np.sin(step * np.arange(1000) + 0.3))
    np.testing.assert_allclose(energy, (4.0 * np.sin(step)) ** 2, rtol=1e-9)


def test_median_and_mean_frequency_of_two_tones():
    """Power 4 at 60 Hz and 1 at 160 Hz: half lies below 60-odd Hz; the mean is (4·60 + 1·160) / 5 = 80 Hz."""
    tones = 2 * np.sin(2 * np.pi * 60 * TIME_S) + np.sin(2 * np.pi * 160 * TIME_S)
    assert emg.median_frequency(tones, RATE_HZ) == pytest.approx(60, abs=2)
    assert emg.mean_frequency(tones, RATE_HZ) == pytest.approx(80, abs=0.5)


def test_median_frequency_of_flat_noise_is_the_middle_of_the_band():
    white = np.random.default_rng(1).normal(0, 1, 200_000)
    assert emg.median_frequency(white, RATE_HZ) == pytest.approx(235, abs=4)  # (20 + 450) / 2
    assert emg.mean_frequency(white, RATE_HZ) == pytest.approx(235, abs=4)


def test_co_contraction_by_hand():
    """Half of the time both at their greatest, half of the time one alone: lower/higher (lower + higher) = 2, 0."""
    both, alone = np.array([1.0, 1.0, 1.0, 1.0]), np.array([5.0, 5.0, 0.0, 0.0])
    assert emg.co_contraction_rudolph(both, alone) == pytest.approx(1.0)
    assert emg.co_contraction_falconer(both, alone) == pytest.approx(2 * 2 / 6)
    assert emg.co_contraction_falconer(both, both) == pytest.approx(1.0)
    assert emg.co_contraction_rudolph(both, np.zeros(4)) == 0.0
    half = np.array([1.0, 0.5])
    assert emg.co_contraction_rudolph(np.array([1.0, 1.0]), half) == pytest.approx((2 + 0.5 * 1.5) / 2)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: emg.median_frequency(np.zeros(1000), RATE_HZ), "power from 20 Hz"),
        (lambda: emg.median_frequency(np.ones(100), RATE_HZ), "at least 0.5 s"),
        (lambda: emg.bursts(np.ones(500), RATE_HZ), "at least 1 s to find bursts"),
        (lambda: emg.bursts(np.ones(2000), RATE_HZ, rest=(1.0, 3.0)), "rest must lie within 2 s, got 1 to 3 s"),
        (lambda: emg.in_band(np.ones(2000), 40.0), "rate must leave a band"),
        (lambda: emg.in_band(np.ones(3), RATE_HZ), "at least 4 samples"),
        (lambda: emg.teager_kaiser(np.ones(2)), "at least 3 samples"),
    ],
)
def test_what_is_refused(call, named):
    with pytest.raises(InputError, match=named):
        call()
