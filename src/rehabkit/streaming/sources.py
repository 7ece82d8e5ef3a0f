"""What a live sensor gives, whatever it is: chunks of samples, each with the time that the device wrote on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import InputError
from rehabkit.recordings.biosignal import Channel

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Chunk:
    """Samples as they came.

    Parameters
    ----------
    values : (n_times, n_channels) V of electric channels, degrees of angles; NaN where a sample can't be read.
    device_s : (n_times,) seconds on the device's own clock, as written by it: not checked, not even.
    arrived_s : when this program had them, ``time.perf_counter()``.
    numbers : (n_times,) the device's own count of its samples, where it has one.
    """

    values: Array
    device_s: Array
    arrived_s: float
    numbers: NDArray[np.int64] | None = None


class Source(Protocol):
    """A sensor that is being read.

    Attributes
    ----------
    name : for people.
    channels : one a column, with kind and unit.
    units : that the device states, one a channel; values are in V and degrees already.
    rate_hz : as the device states it.
    live : whether samples come when they are taken; not so of a file that is read as fast as it goes.
    jitter_s : by how much the times on the samples may be off, at most.
    modulus : at which ``Chunk.numbers`` start again from 0.
    ended : whether nothing more will come.
    notes : what whoever reads the figures must know, e.g. that the signal is simulated.
    reconnections : how often the device was lost and found again.
    """

    @property
    def name(self) -> str: ...

    @property
    def channels(self) -> tuple[Channel, ...]: ...

    @property
    def units(self) -> tuple[str, ...]: ...

    @property
    def rate_hz(self) -> float: ...

    @property
    def live(self) -> bool: ...

    @property
    def jitter_s(self) -> float: ...

    @property
    def modulus(self) -> int: ...

    @property
    def ended(self) -> bool: ...

    @property
    def notes(self) -> tuple[str, ...]: ...

    @property
    def reconnections(self) -> int: ...

    def read(self, timeout_s: float) -> Chunk | None:
        """What has come, or ``None`` if nothing did within the time."""

    def host_s(self, device_s: float) -> float | None:
        """The device's time on this computer's ``time.perf_counter()``, where the two are known to be tied."""

    def close(self) -> None:
        """Let the device go; may be called twice."""


def require(source: Source, names: Sequence[str], rate_hz: float, why: str) -> list[int]:
    """Columns of the channels that are needed, from a source that is fast enough.

    Raises
    ------
    InputError
        Naming the rate if it is too low, else the channels that are missing; nothing is guessed.
    """
    if source.rate_hz < rate_hz * (1 - 1e-3):  # nothing else counts then: no name makes a device faster
        raise InputError(
            f"rate of {source.name} must be at least {rate_hz:g} Hz, got {source.rate_hz:g} Hz: {why}; "
            "take a faster device"
        )
    have = [channel.name for channel in source.channels]
    missing = [name for name in names if name not in have]
    if missing:
        raise InputError(
            f"channels of {source.name} must include {', '.join(missing)}, got {_listed(have)}; "
            "say --rename OLD=NEW,… if they are there under other names"
        )
    return [have.index(name) for name in names]


def _listed(names: Sequence[str], most: int = 12) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
