"""EMG of the thigh, knee angle and EEG of one recording → windows of 4 s at 100 Hz, whichever of them there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.biosignal import Biosignal
from rehabkit.recordings.electrodes import standard_name
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.card import TensorSpec

Array = NDArray[np.float64]
RATE_HZ, WINDOW_S = 100.0, 4.0
N_TIMES = round(RATE_HZ * WINDOW_S)
MOST_WINDOWS = 150
"""Of a longer recording the ten minutes in its middle are looked at."""
MUSCLES = ("rectus_femoris", "biceps_femoris", "vastus_medialis", "semitendinosus")
"""Quadriceps and hamstrings, in turn."""
ANGLE = "knee_flexion"
ELECTRODES = ("F3", "Fz", "F4", "T7", "T8", "P3", "Pz", "P4")
"""Frontal, temporal and parietal sites; the paper names the regions, not the sites."""
MODALITIES = ("emg", "angle", "eeg")
BANDS_HZ = ((40.0, 100.0), (100.0, 450.0))
"""Of the EMG. Below 40 Hz steps shake the electrodes, and how much they do follows the day of recording."""
ENVELOPE_HZ = ANGLE_HZ = 6.0
EEG_HZ = (1.0, 40.0)
EMG_RATE_HZ, SLOWEST_HZ = 1000.0, 100.0
"""Rate that EMG needs, and that angle and EEG need."""

INPUTS: Mapping[str, TensorSpec] = {
    "emg": TensorSpec(
        shape=[N_TIMES, 2 * len(MUSCLES)],
        axes=["time", "muscle and band"],
        unit="µV",
        description=f"envelopes at 100 Hz of {', '.join(MUSCLES)}, from 40 to 100 Hz, then from 100 to 450 Hz",
    ),
    "angle": TensorSpec(
        shape=[N_TIMES, 1], axes=["time", "joint"], unit="deg", description="knee flexion at 100 Hz, low-passed at 6 Hz"
    ),
    "eeg": TensorSpec(
        shape=[N_TIMES, len(ELECTRODES)],
        axes=["time", "electrode"],
        unit="µV",
        description=f"{', '.join(ELECTRODES)} at 100 Hz, 1 to 40 Hz",
    ),
    "present": TensorSpec(
        shape=[len(MODALITIES)], axes=["modality"], description="1 where there is emg, angle, eeg; what isn't is zeros"
    ),
}


@dataclass(frozen=True)
class Found:
    """Which channels of a recording serve which modality, and why one doesn't.

    Parameters
    ----------
    channels : modality → names in the recording, in the order of its tensor.
    missing : modality → why it isn't used.
    """

    channels: Mapping[str, tuple[str, ...]]
    missing: Mapping[str, str]


def find(recording: Biosignal) -> Found:
    """Look for the channels by kind and name; part of a modality's channels is none of it.

    Raises
    ------
    RecordingError
        If no modality is whole.
    """
    by_kind = {
        "emg": {channel.name: channel.name for channel in recording.channels if channel.kind == "emg"},
        "angle": {channel.name: channel.name for channel in recording.channels if channel.kind == "angle"},
        "eeg": {standard_name(c.name) or c.name: c.name for c in recording.channels if c.kind == "eeg"},
    }
    wanted = {"emg": MUSCLES, "angle": (ANGLE,), "eeg": ELECTRODES}
    channels, missing = {}, {}
    for modality, names in wanted.items():
        absent = [name for name in names if name not in by_kind[modality]]
        if not absent:
            channels[modality] = tuple(by_kind[modality][name] for name in names)
        elif len(absent) == len(names):
            missing[modality] = f"no channel {' or '.join(names)} of kind {modality} is in the recording"
        else:
            missing[modality] = f"{', '.join(absent)} of kind {modality} must be in the recording, too"
    if not channels:
        wrong = "; ".join(missing.values())
        raise RecordingError(
            f"recording must have {', '.join(MUSCLES)} (EMG), {ANGLE} (angle) or {', '.join(ELECTRODES)} (EEG), "
            f"got none whole: {wrong}; rename its channels"
        )
    return Found(channels, missing)


def window_starts(recording: Biosignal) -> Array:
    """(n_windows,) seconds after the first sample: windows one after the other, in the middle of the recording.

    Raises
    ------
    RecordingError
        If it is shorter than one window.
    """
    n_windows = int((recording.duration_s + 1e-6) / WINDOW_S)
    if n_windows < 1:
        got = f"{recording.duration_s:.3g} s"
        raise RecordingError(f"recording must last at least {WINDOW_S:g} s, got {got}; record longer")
    n_windows = min(n_windows, MOST_WINDOWS)
    spare_s = max(recording.duration_s - n_windows * WINDOW_S, 0.0)
    return np.asarray(spare_s / 2 + WINDOW_S * np.arange(n_windows))


def prepare(recording: Biosignal) -> Tensors:
    """Windows of every modality, zeros for what is absent.

    Raises
    ------
    RecordingError
        If no modality is whole, or the recording is too short, too slow or has gaps.
    """
    found = find(recording)
    starts_s = window_starts(recording)
    used = recording.pick([name for names in found.channels.values() for name in names])
    used.require_whole()
    used.require_rate(SLOWEST_HZ, "tensors hold 100 samples a second")
    if "emg" in found.channels:
        used.require_rate(EMG_RATE_HZ, "the band of the EMG reaches 450 Hz; leave its channels out to do without them")
    make = {"emg": _emg, "angle": _angle, "eeg": _eeg}
    tensors: Tensors = {}
    for modality in MODALITIES:
        shape = (len(starts_s), *INPUTS[modality].shape)
        tensors[modality] = np.zeros(shape, dtype=np.float32)
        if modality in found.channels:
            series = make[modality](used.pick(found.channels[modality]).values, used.rate_hz)
            tensors[modality] = _windows(series, used.rate_hz, starts_s)
    present = np.array([modality in found.channels for modality in MODALITIES], dtype=np.float32)
    tensors["present"] = np.tile(present, (len(starts_s), 1))
    return tensors


def _emg(volts: Array, rate_hz: float) -> Array:
    """(n_times, 4) V → (n_times, 8) µV: linear envelopes without mains hum, low band of all muscles, then the high."""
    from rehabkit.signals.emg import envelope, in_band, there_and_back
    from rehabkit.signals.filters import mains_notch

    hum_free = there_and_back(mains_notch(rate_hz), volts)
    bands = [in_band(hum_free, rate_hz, low_hz, high_hz) for low_hz, high_hz in BANDS_HZ]
    return 1e6 * envelope(np.concatenate(bands, axis=1), rate_hz, ENVELOPE_HZ)


def _angle(degrees: Array, rate_hz: float) -> Array:
    """(n_times, 1) degrees, low-passed, so that no one can tell at what rate the goniometer was read."""
    from rehabkit.signals.emg import there_and_back
    from rehabkit.signals.filters import low_pass

    return there_and_back(low_pass(rate_hz, ANGLE_HZ, order=4), degrees)


def _eeg(volts: Array, rate_hz: float) -> Array:
    """(n_times, 8) V → µV, 1 to 40 Hz."""
    from rehabkit.signals.emg import there_and_back
    from rehabkit.signals.filters import band_pass

    return 1e6 * there_and_back(band_pass(rate_hz, *EEG_HZ), volts)


def _windows(series: Array, rate_hz: float, starts_s: Array) -> NDArray[np.float32]:
    """(n_times, n) at the recording's rate → (n_windows, 400, n) at 100 Hz."""
    from scipy.interpolate import CubicSpline

    at_s = starts_s[:, None] + np.arange(N_TIMES) / RATE_HZ
    found = CubicSpline(np.arange(len(series)) / rate_hz, series, axis=0)(at_s)
    return np.asarray(found, dtype=np.float32)
