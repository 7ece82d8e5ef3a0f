"""What S7 computes from one recording before any network: epochs that can be used, their spectrum, the task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.biosignal import Biosignal
from rehabkit.recordings.electrodes import mirror_pairs
from rehabkit.signals.eeg import MUSCLE_HZ, CleanEeg, artefacts, at_sites, clean, cut, stretches
from rehabkit.signals.eeg_measures import ERD_BANDS, Desynchronisation, desynchronisation, trial_power
from rehabkit.signals.spectrum import Band, welch

Array = NDArray[np.float64]
SITES = ("F7", "F3", "Fz", "F4", "F8", "T7", "C3", "Cz", "C4", "T8", "P7", "P3", "Pz", "P4", "P8")
"""Fifteen electrodes of the 10-20 system under their 10-10 names: what most caps have, cheap ones too."""
PAIRS = tuple((SITES.index(left), SITES.index(right)) for left, right in mirror_pairs(SITES))
EPOCH_S = 2.0
LEAST_EPOCHS = 20
TASK_BANDS: Mapping[str, Band] = {**ERD_BANDS, "muscle": MUSCLE_HZ}
REST = "rest"


@dataclass(frozen=True)
class PatientEeg(Biosignal):
    """A recording of somebody whose affected side of the body is known.

    Parameters
    ----------
    affected_side : of the body; the lesion is on the other side of the head.
    """

    affected_side: Literal["left", "right", "unknown"] = "unknown"


@dataclass(frozen=True)
class Analysis:
    """The fifteen electrodes of one recording, cleaned and cut.

    Parameters
    ----------
    eeg : cleaned.
    epochs : (n_epochs, n_times, 15) V, without artefacts.
    large_s, muscle_s : when the epochs start that were left out, seconds.
    """

    eeg: CleanEeg
    epochs: Array
    large_s: tuple[float, ...]
    muscle_s: tuple[float, ...]

    @property
    def n_cut(self) -> int:
        """Epochs before artefacts were left out."""
        return len(self.epochs) + len(self.large_s) + len(self.muscle_s)

    @cached_property
    def spectra(self) -> tuple[Array, Array]:
        """(n_bins,) Hz, 1 Hz apart, and (n_epochs, n_bins, 15) V²/Hz."""
        return welch(self.epochs, self.eeg.recording.rate_hz, 1.0)


def analysed(recording: Biosignal) -> Analysis:
    """Fifteen electrodes by name, cleaned, cut into epochs of 2 s; those with artefacts left out.

    Raises
    ------
    RecordingError
        If an electrode is missing, samples are missing, the rate is too low, or fewer than 20 epochs are left.
    """
    eeg = clean(at_sites(recording).pick(SITES))
    rate_hz = eeg.recording.rate_hz
    epochs = cut(eeg.recording, EPOCH_S)
    large, muscle = artefacts(epochs, rate_hz) if len(epochs) else (np.zeros(0, bool),) * 2
    good = ~(large | muscle)
    if good.sum() < LEAST_EPOCHS:
        raise RecordingError(
            f"EEG must hold {LEAST_EPOCHS} stretches of {EPOCH_S:g} s without artefacts, got {int(good.sum())} of "
            f"{len(epochs)}; record longer, sitting still"
        )
    start_s = eeg.recording.start_s + EPOCH_S * np.arange(len(epochs))
    return Analysis(eeg, epochs[good], tuple(start_s[large & ~muscle].tolist()), tuple(start_s[muscle].tolist()))


@dataclass(frozen=True)
class Task:
    """What changed when something was done or imagined.

    Parameters
    ----------
    names : every electrode of the recording at a known site.
    power : label, ``rest`` among them → (n_trials, 3, n_channels) V² of mu, beta and muscle.
    change : of mu and beta, all tasks together against rest.
    muscle : of 30 to 45 Hz, likewise.
    """

    names: tuple[str, ...]
    power: Mapping[str, Array]
    change: Desynchronisation
    muscle: Desynchronisation

    @property
    def labels(self) -> list[str]:
        """Of the tasks."""
        return [label for label in self.power if label != REST]


def task_of(recording: Biosignal) -> Task | str:
    """Tasks against rest over all electrodes, or why there is nothing to compare."""
    marked = stretches(recording)
    if REST not in marked or len(marked) < 2:
        got = ", ".join(f"{label} ({len(ones)})" for label, ones in marked.items()) or "none"
        return f"the recording must mark five stretches of rest and five of a task at least, got {got}"
    try:
        whole = clean(at_sites(recording)).recording
    except RecordingError as error:
        return f"of all electrodes: {error}"
    power = {label: trial_power(whole, ones, TASK_BANDS) for label, ones in marked.items()}
    power = {label: one for label, one in power.items() if len(one) >= 2}
    rest, tasks = power.get(REST), [one for label, one in power.items() if label != REST]
    if rest is None or not tasks:
        return "stretches of rest and of the task must last 1.5 s at least"
    pooled = np.concatenate(tasks)
    change = desynchronisation(pooled[:, :2], rest[:, :2])
    return Task(whole.names, power, change, desynchronisation(pooled[:, 2:], rest[:, 2:]))
