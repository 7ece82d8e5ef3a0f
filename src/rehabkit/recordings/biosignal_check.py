"""Is a recording of electrodes fit: missing, flat, clipped, mains hum, drift, movement, electrodes out of line.

Everything is measured, nothing mended. :func:`quality` says it in one word a channel for a short live window,
:func:`check` in sentences for a recording.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rehabkit.findings import CheckResult
from rehabkit.recordings.biosignal import ELECTRIC, Array, Biosignal, Channel
from rehabkit.recordings.biosignal_columns import marked_bad
from rehabkit.recordings.biosignal_units import amplitude
from rehabkit.recordings.channel_names import place_of

Word = Literal["good", "poor", "bad"]
MAINS_HZ = (50.0, 60.0)
FLAT_V = 1e-7
"""V: less than the noise of an amplifier whose input is short-circuited."""
HUM_POOR, HUM_BAD = 0.2, 0.6
"""Share of the power that mains hum and its harmonics have."""
CLIPPED_POOR, CLIPPED_BAD = 0.002, 0.02
"""Share of samples in runs of three or more at the largest or least value: a signal crosses its peak in one or two."""
MISSING_BAD = 0.05
SLOW_HZ, SLOW_POOR = (1.0, 20.0), 0.5
"""Movement of cable and skin lies below 20 Hz (De Luca et al. 2010), most of the EMG above."""
_SEGMENT_S, _MOST_SEGMENTS = 2.0, 20
_APART, _DRIFTING = 0.3, 10.0
"""An electrode's largest correlation with another; drift in amplitudes of the signal itself."""


class Quality(NamedTuple):
    """One word, and why it isn't ``good``."""

    word: Word
    why: str = ""


class Measures(NamedTuple):
    """What is measured of each channel, (n_channels,) each.

    Parameters
    ----------
    missing, clipped : shares of the samples.
    spread : robust amplitude, V.
    hum, hum_hz : share of the power above 1 Hz that is mains hum, and of which mains.
    slow : share of the power above 1 Hz that lies between 1 and 20 Hz.
    drift : how far the level wanders, in amplitudes of what is left without that.
    """

    missing: Array
    clipped: Array
    spread: Array
    hum: Array
    hum_hz: Array
    slow: Array
    drift: Array


def measures(values: Array, rate_hz: float) -> Measures:
    """Measure every channel.

    Parameters
    ----------
    values : (n_times, n_channels); NaN where a sample is missing.
    """
    lost = np.isnan(values)
    missing = lost.mean(axis=0)
    whole = values if not lost.any() else np.where(lost, _middle(values), values)
    segments = _segments(whole, rate_hz)  # (n_segments, n, n_channels)
    hum, hum_hz, slow = _shares(segments, rate_hz)
    return Measures(missing, _clipped(whole), amplitude(whole), hum, hum_hz, slow, _drift(segments))


def quality(values: Array, rate_hz: float, channels: Sequence[Channel]) -> dict[str, Quality]:
    """One word a channel for a short window, e.g. the last second of a live signal.

    Parameters
    ----------
    values : (n_times, n_channels) V and degrees as in :class:`~rehabkit.recordings.biosignal.Biosignal`, unfiltered.

    Examples
    --------
    >>> time_s = np.arange(1000) / 1000
    >>> hum = 1e-4 * np.sin(2 * np.pi * 50 * time_s)
    >>> quality(np.stack([hum, 0 * hum], axis=1), 1000.0, [Channel("biceps", "emg"), Channel("C3", "eeg")])
    {'biceps': Quality(word='bad', why='mains hum, 50 Hz'), 'C3': Quality(word='bad', why='flat')}
    """
    found = measures(np.asarray(values, dtype=np.float64), rate_hz)
    return {channel.name: _word(channel, found, i) for i, channel in enumerate(channels)}


def _word(channel: Channel, of: Measures, i: int) -> Quality:
    """The worst thing about a channel; an angle can only be missing, since a joint may be held still."""
    if of.missing[i] > 0:
        return Quality("bad" if of.missing[i] > MISSING_BAD else "poor", f"{of.missing[i]:.0%} of the samples missing")
    if channel.kind not in ELECTRIC:
        return Quality("good")
    if of.spread[i] < FLAT_V:
        return Quality("bad", "flat")
    if of.clipped[i] > CLIPPED_POOR:
        return Quality("bad" if of.clipped[i] > CLIPPED_BAD else "poor", "clipped at the end of its range")
    if of.hum[i] > HUM_POOR:
        return Quality("bad" if of.hum[i] > HUM_BAD else "poor", f"mains hum, {of.hum_hz[i]:g} Hz")
    if channel.kind == "emg" and of.slow[i] > SLOW_POOR:
        return Quality("poor", "movement of cable or skin")
    return Quality("good")


def check(recording: Biosignal) -> list[CheckResult]:
    """The answers for a whole recording; of each question one, naming the channels."""
    of = measures(recording.values, recording.rate_hz)
    kinds = np.array([channel.kind for channel in recording.channels])
    electric = np.isin(kinds, list(ELECTRIC))
    live = electric & (of.spread >= FLAT_V)
    emg, eeg = kinds == "emg", kinds == "eeg"
    say = _Say(recording)
    answers = [
        say("missing samples", of.missing > 0, lambda i: f"{of.missing[i]:.1%}", "cut them out, or record again"),
        say("flat channels", electric & ~live, lambda i: "", "look at the electrode, its cable and its gel"),
        say("clipped channels", live & (of.clipped > CLIPPED_POOR), lambda i: f"{of.clipped[i]:.1%} of the samples",
            "lower the amplifier's gain"),
        say("mains hum", live & (of.hum > HUM_POOR), lambda i: f"{of.hum[i]:.0%} of the power at {of.hum_hz[i]:g} Hz",
            "keep cables from mains leads and chargers, improve contact and ground"),
        say("drift", live & (of.drift > _DRIFTING), lambda i: "", "let electrodes settle before recording"),
    ]  # fmt: skip
    if emg.any():
        moved = live & emg & (of.slow > SLOW_POOR)
        share = "of the power below 20 Hz"
        remedy = "fix cables to the skin, clean it, place electrodes on the muscle's belly"
        answers.append(say("movement in the EMG", moved, lambda i: f"{of.slow[i]:.0%} {share}", remedy))
    if eeg.any():
        answers += _electrodes(recording, say, live & eeg)
    return answers


def _electrodes(recording: Biosignal, say: _Say, live: NDArray[np.bool_]) -> list[CheckResult]:
    """Whether the montage knows them, and which goes its own way."""
    unknown = np.array([c.kind == "eeg" and not place_of(c.name) for c in recording.channels])
    marked = np.isin(recording.names, marked_bad(recording))
    return [
        say("electrodes' places", unknown, lambda i: "", "rename them by the 10-20 system: --rename OLD=C3"),
        say("electrodes out of line", _apart(recording, live), lambda i: "", "look at their contact"),
        say("electrodes marked bad", marked, lambda i: "", "leave them out, or let them be mended"),
    ]


class _Say:
    """Turns which channels into an answer: ``unfit`` where no channel has a signal."""

    def __init__(self, recording: Biosignal) -> None:
        self.names = recording.names
        self.start_s = recording.start_s

    def __call__(self, name: str, wrong: NDArray[np.bool_], how: Callable[[int], str], remedy: str) -> CheckResult:
        places = np.flatnonzero(wrong)
        if not len(places):
            return CheckResult(name=name, status="ok", message="none")
        told = [f"{self.names[i]} {how(int(i))}".strip() for i in places[:8]]
        more = f" and {len(places) - 8} more" if len(places) > 8 else ""
        dead = name in ("flat channels", "missing samples") and len(places) == len(self.names)
        return CheckResult(
            name=name, status="unfit" if dead else "warning", message=", ".join(told) + more, remedy=remedy
        )


def _middle(values: Array) -> Array:
    """(n_channels,) mean of the samples that are there, 0 where none is."""
    there = np.isfinite(values)
    return np.asarray(np.where(there, values, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1))


def _segments(values: Array, rate_hz: float) -> Array:
    """(n_segments, n, n_channels) of 2 s, at most 20 of them spread over the recording."""
    n = max(min(round(_SEGMENT_S * rate_hz), len(values)), 1)
    n_whole = len(values) // n
    chosen = np.unique(np.linspace(0, n_whole - 1, min(n_whole, _MOST_SEGMENTS)).astype(int))
    return np.asarray(values[: n_whole * n].reshape(n_whole, n, values.shape[1])[chosen])


def _shares(segments: Array, rate_hz: float) -> tuple[Array, Array, Array]:
    """Share of mains hum, of which mains, and share of slow power, (n_channels,) each; Hann windows, averaged.

    Hum is what stands above the neighbourhood: power within 1 Hz of the mains and its harmonics, less as many bins of
    the median level from 2 to 6 Hz aside.
    """
    n, n_channels = segments.shape[1:]
    if n < rate_hz / 2:  # too short to tell 50 from 60 Hz
        return np.zeros(n_channels), np.full(n_channels, MAINS_HZ[0]), np.zeros(n_channels)
    window = np.hanning(n)[:, None]
    power = np.zeros((n // 2 + 1, n_channels))
    for segment in segments:
        power += np.abs(np.fft.rfft((segment - segment.mean(axis=0)) * window, axis=0)) ** 2
    hertz = np.asarray(np.fft.rfftfreq(n, 1 / rate_hz), dtype=np.float64)
    total = power[hertz >= SLOW_HZ[0]].sum(axis=0)
    total = np.where(total > 0, total, np.inf)
    hums = np.stack([_hum(power, hertz, mains) for mains in MAINS_HZ]) / total
    which = hums.argmax(axis=0)
    slow = power[(hertz >= SLOW_HZ[0]) & (hertz < SLOW_HZ[1])].sum(axis=0) / total
    return hums.max(axis=0), np.array(MAINS_HZ)[which], slow


def _hum(power: Array, hertz: Array, mains_hz: float) -> Array:
    found = np.zeros(power.shape[1])
    for line in np.arange(mains_hz, min(hertz[-1] - 1, 10 * mains_hz), mains_hz):
        away = np.abs(hertz - line)
        at, beside = away <= 1.0, (away >= 2.0) & (away <= 6.0)
        if at.any() and beside.any():
            excess = power[at].sum(axis=0) - at.sum() * np.median(power[beside], axis=0)
            found += np.where(power[at].max(axis=0) > 5 * np.median(power[beside], axis=0), np.maximum(excess, 0), 0)
    return found


def _clipped(values: Array) -> Array:
    """(n_channels,) share of the samples that begin a run of three at the largest or the least value."""
    share = np.zeros(values.shape[1])
    for i, column in enumerate(values.T):
        signal = np.ascontiguousarray(column)
        for extreme in (signal.max(), signal.min()):
            at = np.flatnonzero(signal == extreme)
            if 2 < len(at) < len(signal):
                share[i] += np.count_nonzero(at[2:] - at[:-2] == 2) / len(signal)
    return share


def _drift(segments: Array) -> Array:
    """(n_channels,) range of the segments' medians in median amplitudes inside a segment."""
    levels = np.median(segments, axis=1)
    inside = np.median(np.abs(segments - levels[:, None]).mean(axis=1), axis=0)
    return np.asarray(np.ptp(levels, axis=0) / np.where(inside > 0, inside, np.inf))


def _apart(recording: Biosignal, live: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """EEG channels that follow no other, where the others do follow each other.

    Neighbours on the scalp see the same sources through the skull; an electrode without contact does not
    (Bigdely-Shamlo et al. 2015, who ask for a correlation of 0.4 in windows of one second).
    """
    wrong = np.zeros(recording.n_channels, dtype=bool)
    places = np.flatnonzero(live)
    if len(places) < 4:
        return wrong
    segments = np.nan_to_num(_segments(recording.values, recording.rate_hz)[..., places])
    centred = (segments - segments.mean(axis=1, keepdims=True)).reshape(-1, len(places))
    related = np.abs(np.corrcoef(centred, rowvar=False))
    np.fill_diagonal(related, 0.0)
    nearest = related.max(axis=1)
    if np.median(nearest) > 2 * _APART:
        wrong[places[nearest < _APART]] = True
    return wrong
