"""Raw EEG → channels at known sites, band-passed, bad ones mended, re-referenced; epochs without artefacts.

Everything works on a whole recording (filters run both ways), so nothing here is for live use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.biosignal import Annotation, Biosignal
from rehabkit.recordings.electrodes import directions, mirror, standard_name

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
PASS_HZ = (1.0, 45.0)
LEAST_RATE_HZ = 100.0
MUSCLE_HZ = (30.0, 45.0)
"""Below the mains of either kind, above what the scalp passes of the brain with much power."""
FLAT_V = 1e-7
FAR = 4.0
"""Robust standard deviations (of logarithms) beyond which a channel or an epoch is out of line."""


@dataclass(frozen=True)
class CleanEeg:
    """EEG at known sites, ready for epochs.

    Parameters
    ----------
    recording : band-passed, bad channels replaced by their neighbours, against the mean of all.
    bad : site → why it was replaced.
    """

    recording: Biosignal
    bad: Mapping[str, str]


def at_sites(recording: Biosignal) -> Biosignal:
    """The EEG channels at sites of the 10-10 system, under their standard names (``T3`` becomes ``T7``).

    Channels with other names are left out and named in the history; nothing is guessed.

    Raises
    ------
    RecordingError
        If no EEG channel is at a known site, or two are at the same.
    """
    eeg = [channel for channel in recording.channels if channel.kind == "eeg"]
    known = {c.name: site for c in eeg if (site := standard_name(c.name)) in directions()}
    other = [c.name for c in eeg if c.name not in known]
    if not known:
        got = ", ".join(other[:12]) or "no EEG channel"
        raise RecordingError(f"EEG channels must have names of the 10-20 system, got {got}; rename them")
    picked = recording.pick(list(known))
    renamed = [f"{old} as {new}" for old, new in known.items() if old != new]
    said = [f"electrodes read by their 10-10 names: {', '.join(renamed)}"] if renamed else []
    said += [f"left out, no site of the 10-10 system: {', '.join(other)}"] if other else []
    channels = tuple(replace(c, name=str(known[c.name])) for c in picked.channels)
    return replace(picked, channels=channels, history=(*picked.history, *said))


def mirrored(recording: Biosignal) -> Biosignal:
    """Left and right exchanged: each channel at a 10-10 site gets the name of the site across the midline."""
    channels = tuple(replace(c, name=mirror(c.name)) for c in recording.channels)
    return recording.noted("left and right electrodes exchanged", channels=channels)


def clean(recording: Biosignal) -> CleanEeg:
    """Band-pass 1 to 45 Hz without delay, replace bad channels, refer to the mean of all.

    Parameters
    ----------
    recording : of :func:`at_sites`.

    Raises
    ------
    RecordingError
        If samples are missing, the rate is below 100 Hz, or more than a quarter of the channels are bad.
    """
    from scipy.signal import butter, sosfiltfilt

    recording.require_rate(LEAST_RATE_HZ, "EEG up to 45 Hz is looked at")
    recording.require_whole()
    sections = butter(4, PASS_HZ, "bandpass", fs=recording.rate_hz, output="sos")
    if recording.duration_s < 4.0:
        raise RecordingError(f"EEG must last at least 4 s, got {recording.duration_s:.3g} s; record longer")
    values = sosfiltfilt(sections, recording.values, axis=0)
    bad = bad_channels(values, recording.rate_hz, recording.names)
    if len(bad) > recording.n_channels / 4:
        named = ", ".join(f"{name} ({why})" for name, why in bad.items())
        raise RecordingError(f"bad electrodes must be a quarter at most, got {named}; fix their contact, record again")
    values = _mended(values, recording.names, set(bad))
    values -= values.mean(axis=1, keepdims=True)
    step = "band-passed 1 to 45 Hz, against the mean of all electrodes"
    step += f"; replaced by their neighbours: {', '.join(bad)}" if bad else ""
    return CleanEeg(recording.noted(step, values=values), bad)


def bad_channels(values: Array, rate_hz: float, names: tuple[str, ...]) -> dict[str, str]:
    """Channels that are flat, far stronger or weaker than the others, or full of muscle or noise.

    Parameters
    ----------
    values : (n_times, n_channels) V, band-passed.

    Returns
    -------
    dict
        Name → why, in the channels' order.
    """
    spread = values.std(axis=0)
    flat = spread < FLAT_V
    strength = _out_of_line(np.log(spread + 1e-12), 0.25, ~flat)
    noisy = _out_of_line(np.log(_muscle(values[None], rate_hz)[0] + 1e-24), 0.35, ~flat)
    why = np.select(
        [flat, strength > FAR, strength < -FAR, noisy > FAR],
        ["flat", "far stronger than the others", "far weaker than the others", "full of muscle or noise"],
        "",
    )
    return {name: str(reason) for name, reason in zip(names, why, strict=True) if reason}


def _out_of_line(values: Array, least: float, among: Mask | None = None) -> Array:
    """Robust z: from the median, in 1.4826 median deviations, or in ``least`` where that is more."""
    chosen = values if among is None or not among.any() else values[among]
    middle = np.median(chosen)
    return np.asarray((values - middle) / max(1.4826 * float(np.median(np.abs(chosen - middle))), least))


def _muscle(epochs: Array, rate_hz: float) -> Array:
    """(n_epochs, n_times, n_channels) → (n_epochs, n_channels) power from 30 to 45 Hz, V²."""
    n = epochs.shape[1]
    frequency = np.fft.rfftfreq(n, 1 / rate_hz)
    inside = (frequency >= MUSCLE_HZ[0]) & (frequency < MUSCLE_HZ[1])
    return np.asarray(2 * (np.abs(np.fft.rfft(epochs, axis=1)[:, inside]) ** 2).sum(axis=1) / n**2)


def _mended(values: Array, names: tuple[str, ...], bad: set[str]) -> Array:
    """Bad channels as the mean of the good ones, weighted by 1 / angle⁴, so that the nearest count."""
    at = np.stack([directions()[name] for name in names])
    good = np.array([name not in bad for name in names])
    out = values.copy()
    for place in np.flatnonzero(~good):
        angle = np.arccos(np.clip(at[good] @ at[place], -1, 1))
        weight = angle**-4.0
        out[:, place] = values[:, good] @ (weight / weight.sum())
    return out


def cut(recording: Biosignal, length_s: float) -> Array:
    """(n_epochs, n_times, n_channels) consecutive epochs; what is left at the end is dropped."""
    n = round(length_s * recording.rate_hz)
    n_epochs = recording.n_times // n
    return recording.values[: n_epochs * n].reshape(n_epochs, n, recording.n_channels)


def artefacts(epochs: Array, rate_hz: float) -> tuple[Mask, Mask]:
    """Epochs that stand out from the others of the recording.

    Parameters
    ----------
    epochs : (n_epochs, n_times, n_channels) V.

    Returns
    -------
    large : (n_epochs,) a channel's peak to peak is far above its usual one (blink, movement, electrode pop).
    muscle : (n_epochs,) power from 30 to 45 Hz, over the channels, is far above the usual.
    """
    size = np.log(np.ptp(epochs, axis=1) + 1e-12)
    standing_out = np.stack([_out_of_line(column, 0.2) for column in size.T], axis=1).max(axis=1)
    muscle = _out_of_line(np.log(_muscle(epochs, rate_hz).mean(axis=1) + 1e-24), 0.35)
    return standing_out > FAR, muscle > FAR


POINT_LASTS_S = 4.0
REST_LABELS = frozenset({"t0", "rest", "resting", "relax", "baseline", "idle"})
LEAST_TRIALS = 5
"""Of one label, below which it isn't taken for a task."""


def stretches(recording: Biosignal) -> dict[str, list[tuple[float, float]]]:
    """Label → (start, end) in seconds, of the labels that occur five times at least, those of rest under ``rest``.

    A mark without duration lasts until the next mark, four seconds at most.
    """
    marks = recording.annotations
    found: dict[str, list[tuple[float, float]]] = {}
    for mark, following in zip_longest(marks, marks[1:]):
        label = "rest" if mark.label.strip().casefold() in REST_LABELS else mark.label
        found.setdefault(label, []).append((mark.start_s, mark.start_s + _lasts(mark, following)))
    last = recording.start_s + recording.duration_s
    inside = {label: [(a, b) for a, b in ones if b <= last + 0.5] for label, ones in found.items()}
    return {label: ones for label, ones in inside.items() if len(ones) >= LEAST_TRIALS}


def _lasts(mark: Annotation, following: Annotation | None) -> float:
    if mark.duration_s > 0:
        return mark.duration_s
    until = following.start_s - mark.start_s if following else POINT_LASTS_S
    return min(until, POINT_LASTS_S)
