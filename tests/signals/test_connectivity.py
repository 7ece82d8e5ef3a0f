"""Connectivity against mne-connectivity, on real EEG, and against what a known lag must give."""

from __future__ import annotations

import numpy as np
import pytest

from rehabkit.signals.connectivity import MEASURES, connectivity
from rehabkit.signals.spectrum import BANDS

RATE = 125.0


def by_mne(epochs: np.ndarray) -> np.ndarray:
    """(band, measure, channel, channel) of mne-connectivity; its lower triangle mirrored."""
    from mne_connectivity import spectral_connectivity_epochs

    low, high = zip(*BANDS.values(), strict=True)
    found = spectral_connectivity_epochs(
        epochs.swapaxes(1, 2), method=["coh", "imcoh", "plv", "wpli"], sfreq=RATE, mode="fourier", fmin=low,
        fmax=tuple(edge - 0.01 for edge in high), faverage=True, verbose="error",
    )  # fmt: skip
    return np.stack([one.get_data("dense") for one in found]).transpose(3, 0, 1, 2)


@pytest.fixture(scope="module")
def real(shared) -> np.ndarray:
    """(40, 250, 15) two-second epochs of one person, V."""
    with np.load(shared / "bio" / "mi_openbci_R0" / "eeg_R0_10subj.npz") as file:
        return file["S04_eeg"][625 : 625 + 40 * 250].astype(float).reshape(40, 250, 15)


@pytest.mark.filterwarnings("ignore")  # mne's and its dependencies' own
def test_real_eeg_gives_what_mne_connectivity_gives(real: np.ndarray) -> None:
    own, expected = connectivity(real, RATE), by_mne(real)
    lower = np.tril_indices(15, -1)
    for i, name in enumerate(MEASURES):
        assert np.allclose(own[:, i][:, *lower], expected[:, i][:, *lower], atol=1e-9), name


def test_symmetry_and_diagonal(real: np.ndarray) -> None:
    coherence, imaginary, locked, lagged = connectivity(real, RATE).swapaxes(0, 1)
    assert all(np.allclose(one, one.swapaxes(1, 2)) for one in (coherence, locked, lagged))
    assert np.allclose(imaginary, -imaginary.swapaxes(1, 2))
    diagonals = [np.einsum("bcc->bc", one) for one in (coherence, imaginary, locked, lagged)]
    assert all(np.allclose(one, value) for one, value in zip(diagonals, (1, 0, 1, 0), strict=True))


def lagged_pair(lag_s: float, shared_noise: float, seed: int = 0) -> np.ndarray:
    """(200, 250, 2): the second channel repeats the first ``lag_s`` later, both with noise, or a common source."""
    rng = np.random.default_rng(seed)
    n, lag = 200 * 250, round(lag_s * RATE)
    source = rng.normal(size=n + lag)
    pair = np.stack([source[lag:], source[:n]], axis=1) + 0.5 * rng.normal(size=(n, 2))
    return (pair + shared_noise * rng.normal(size=(n, 1))).reshape(200, 250, 2)


def test_a_lag_of_a_quarter_period_is_seen_by_all_and_its_sign_says_who_leads() -> None:
    """3 samples of 125 Hz are 24 ms: a quarter of a period at 10.4 Hz. Coherence is 1 / (1 + 0.5²) of white noises."""
    found = connectivity(lagged_pair(0.024, 0.0), RATE)[2]
    assert found[0, 0, 1] == pytest.approx(1 / 1.25, abs=0.03)
    assert found[1, 0, 1] == pytest.approx(1 / 1.25, abs=0.06) and found[3, 0, 1] > 0.9
    assert found[1, 1, 0] == pytest.approx(-found[1, 0, 1])


def test_volume_conduction_is_seen_by_coherence_and_not_by_what_needs_a_lag() -> None:
    found = connectivity(lagged_pair(0.0, 1.0), RATE)[2]
    assert found[0, 0, 1] > 0.8 and found[2, 0, 1] > 0.7
    assert abs(found[1, 0, 1]) < 0.05 and found[3, 0, 1] < 0.2


def test_one_epoch_says_nothing() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        connectivity(np.zeros((1, 100, 2)), RATE)
