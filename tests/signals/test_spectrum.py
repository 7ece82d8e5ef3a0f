"""Power by Parseval's theorem and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from rehabkit.signals.spectrum import BANDS, band_power, relative_power, welch

RATE = 250.0


def test_a_sine_has_half_its_squared_amplitude_and_only_in_its_band() -> None:
    time_s = np.arange(int(60 * RATE)) / RATE
    values = np.stack([3e-6 * np.sin(2 * np.pi * 10 * time_s), 2e-6 * np.sin(2 * np.pi * 20 * time_s)], axis=1)
    frequency, power = welch(values, RATE)
    found = band_power(frequency, power)
    assert found.shape == (4, 2)
    assert found[2, 0] == pytest.approx(4.5e-12, rel=1e-3) and found[3, 1] == pytest.approx(2e-12, rel=1e-3)
    assert found[[0, 1, 3], 0].max() < 1e-15
    assert np.allclose(relative_power(frequency, power)[:, 1], [0, 0, 0, 1], atol=1e-6)


def test_white_noise_has_power_by_width_of_the_band() -> None:
    values = np.random.default_rng(0).normal(size=(200_000, 1))
    share = relative_power(*welch(values, RATE))[:, 0]
    widths = np.array([high - low for low, high in BANDS.values()])
    assert np.allclose(share, widths / widths.sum(), atol=0.01)


def test_epochs_are_estimated_one_by_one() -> None:
    epochs = np.random.default_rng(0).normal(size=(5, 500, 3))
    frequency, power = welch(epochs, RATE)
    assert np.allclose(power[3], welch(epochs[3], RATE)[1]) and power.shape == (5, len(frequency), 3)


def test_a_band_without_a_bin_is_refused() -> None:
    frequency, power = welch(np.zeros((100, 1)), RATE, 0.4)
    with pytest.raises(ValueError, match="none in delta"):
        band_power(frequency, power, {"delta": (0.5, 2.0)})
