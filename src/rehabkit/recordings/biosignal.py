"""Biosignal: what electrodes and goniometers gave: EEG, EMG, joint angles over time, evenly spaced."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError

Array = NDArray[np.float64]
Kind = Literal["eeg", "emg", "eog", "ecg", "angle", "other"]
ELECTRIC: frozenset[str] = frozenset({"eeg", "emg", "eog", "ecg"})
"""Kinds whose unit is V."""
UNITS: dict[str, str] = {"eeg": "V", "emg": "V", "eog": "V", "ecg": "V", "angle": "deg"}
"""The one unit of each kind; ``other`` has its own."""


@dataclass(frozen=True)
class Channel:
    """One column of a Biosignal.

    Parameters
    ----------
    name : as the field writes it: ``C3``, ``rectus_femoris``, ``knee_flexion``.
    kind : what it measures.
    unit : ``V`` for electric kinds, ``deg`` for angles; free for ``other``.
    """

    name: str
    kind: Kind
    unit: str = "V"


@dataclass(frozen=True)
class Annotation:
    """What somebody or a machine marked in time, seconds of the recording's own clock."""

    start_s: float
    duration_s: float
    label: str


@dataclass(frozen=True)
class Biosignal:
    """Evenly spaced channels of one recording.

    Parameters
    ----------
    values : (n_times, n_channels) V of electric channels, degrees of angles; NaN where a sample is missing.
    rate_hz : samples a second.
    channels : one a column.
    start_s : time of the first sample.
    annotations : marks in time, in order.
    montage : of EEG, by its name in MNE, e.g. ``standard_1005``; empty where none is known.
    sensor : what recorded it, e.g. ``edf``.
    history : what was done to it, oldest first.

    Raises
    ------
    RecordingError
        If shapes, names or units contradict each other; all problems are named at once.

    Examples
    --------
    >>> quiet = Biosignal(np.zeros((1000, 1)), 500.0, (Channel("C3", "eeg"),))
    >>> quiet.n_times, quiet.duration_s, quiet.names
    (1000, 2.0, ('C3',))
    """

    values: Array
    rate_hz: float
    channels: tuple[Channel, ...]
    start_s: float = 0.0
    annotations: tuple[Annotation, ...] = ()
    montage: str = ""
    sensor: str = "biosignal"
    history: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", np.asarray(self.values, dtype=np.float64))
        problems = self._problems()
        if problems:
            raise RecordingError(f"biosignal of {self.sensor}: " + "; ".join(problems))

    def _problems(self) -> list[str]:
        problems = []
        if self.values.ndim != 2 or self.values.shape[1] != len(self.channels):
            wanted = f"(n_times, {len(self.channels)}), a column a channel"
            return [f"values must have shape {wanted}, got {self.values.shape}"]
        if self.values.size == 0:
            problems.append(f"it must have at least one sample of one channel, got shape {self.values.shape}")
        if np.isinf(self.values).any():
            problems.append("values must be finite or NaN, got infinity")
        if not (np.isfinite(self.rate_hz) and self.rate_hz > 0):
            problems.append(f"rate_hz must be a positive number, got {self.rate_hz}")
        twice = sorted({name for name in self.names if self.names.count(name) > 1})
        if twice:
            problems.append(f"channel names must differ, got {', '.join(twice[:5])} more than once")
        for channel in self.channels:
            if channel.kind not in get_args(Kind):
                problems.append(
                    f"kind of {channel.name} must be one of {', '.join(get_args(Kind))}, got {channel.kind}"
                )
            elif channel.unit != UNITS.get(channel.kind, channel.unit):
                problems.append(f"unit of {channel.name} must be {UNITS[channel.kind]}, got {channel.unit!r}")
        return problems

    @property
    def n_times(self) -> int:
        """Number of samples."""
        return len(self.values)

    @property
    def n_channels(self) -> int:
        """Number of channels."""
        return len(self.channels)

    @property
    def names(self) -> tuple[str, ...]:
        """Channel names in order."""
        return tuple(channel.name for channel in self.channels)

    @property
    def time_s(self) -> Array:
        """(n_times,) seconds."""
        return self.start_s + np.arange(self.n_times) / self.rate_hz

    @property
    def duration_s(self) -> float:
        """Length in seconds, the last sample's own step included."""
        return self.n_times / self.rate_hz

    def of_kind(self, kind: Kind) -> Biosignal:
        """Only the channels of one kind.

        Raises
        ------
        RecordingError
            If there is none.
        """
        return self.pick([channel.name for channel in self.channels if channel.kind == kind] or [f"any {kind}"])

    def pick(self, names: Sequence[str]) -> Biosignal:
        """These channels, in this order.

        Raises
        ------
        RecordingError
            Naming every channel that is missing and those that there are; nothing is guessed.
        """
        missing = [name for name in names if name not in self.names]
        if missing:
            have = _listed(self.names)
            raise RecordingError(
                f"channels must include {', '.join(missing)}, got {have}; rename them in the file or its description"
            )
        places = [self.names.index(name) for name in names]
        return replace(self, values=self.values[:, places], channels=tuple(self.channels[i] for i in places))

    def column(self, name: str) -> Array:
        """(n_times,) one channel.

        Raises
        ------
        RecordingError
            If there is no such channel.
        """
        return self.pick([name]).values[:, 0]

    def between(self, start_s: float, end_s: float) -> Biosignal:
        """The samples with ``start_s <= time < end_s`` and what was marked in them.

        Raises
        ------
        RecordingError
            If there are none.
        """
        first, last = (int(np.ceil((at - self.start_s) * self.rate_hz - 1e-6)) for at in (start_s, end_s))
        first, last = max(first, 0), min(max(last, 0), self.n_times)
        inside = tuple(a for a in self.annotations if a.start_s < end_s and a.start_s + a.duration_s >= start_s)
        start = self.start_s + first / self.rate_hz
        return replace(self, values=self.values[first:last], start_s=start, annotations=inside)

    def noted(self, step: str, **changes: object) -> Biosignal:
        """A copy with ``changes`` made and ``step`` added to its history."""
        return replace(self, history=(*self.history, step), **changes)  # type: ignore[arg-type]

    def require_rate(self, least_hz: float, why: str) -> None:
        """Refuse a recording that is too slow for what is asked of it.

        Raises
        ------
        RecordingError
            Naming both rates and ``why``.
        """
        if self.rate_hz < least_hz * (1 - 1e-9):
            raise RecordingError(f"rate must be at least {least_hz:g} Hz, got {self.rate_hz:g} Hz; {why}")

    def require_whole(self, names: Collection[str] | None = None) -> None:
        """Refuse missing samples.

        Raises
        ------
        RecordingError
            Naming each channel with NaN, how many, and the first second.
        """
        bad = []
        for place, name in enumerate(self.names):
            lost = np.flatnonzero(np.isnan(self.values[:, place]))
            if len(lost) and (names is None or name in names):
                bad.append(f"{name} {len(lost)} from {self.start_s + lost[0] / self.rate_hz:.3f} s")
        if bad:
            raise RecordingError(f"samples must be numbers, got NaN in {', '.join(bad[:8])}; cut them out or fill them")


def _listed(names: Sequence[str], most: int = 12) -> str:
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest
