"""A recording played as if it came now: from a file, or simulated."""

from __future__ import annotations

import time

import numpy as np

from rehabkit.recordings.biosignal import Biosignal, Channel
from rehabkit.streaming.sources import Chunk

PACKET_S = 0.01
"""Length of a chunk: what a radio link sends at once."""


class Replay:
    """Plays a recording in chunks of 10 ms, in its own time or as fast as it is taken.

    Parameters
    ----------
    recording : any; NaN are samples that can't be read.
    fast : don't wait for the time to pass.
    name : for people.
    notes : what whoever reads the figures must know.

    Examples
    --------
    >>> played = Replay(Biosignal(np.zeros((25, 1)), 1000.0, (Channel("rectus_femoris", "emg"),)), fast=True)
    >>> [len(chunk.values) for chunk in iter(lambda: played.read(1.0), None)], played.ended
    ([10, 10, 5], True)
    """

    jitter_s, modulus, reconnections = 0.0, 0, 0

    def __init__(
        self, recording: Biosignal, *, fast: bool = False, name: str = "recording", notes: tuple[str, ...] = ()
    ) -> None:
        self.recording, self.name, self.notes = recording, name, notes
        self.live = not fast
        self._at = 0
        self._began: float | None = None
        self._n = max(1, round(PACKET_S * recording.rate_hz))
        self._closed = False

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Of the recording."""
        return self.recording.channels

    @property
    def units(self) -> tuple[str, ...]:
        """Of the recording."""
        return tuple(channel.unit for channel in self.channels)

    @property
    def rate_hz(self) -> float:
        """Of the recording."""
        return self.recording.rate_hz

    @property
    def ended(self) -> bool:
        """Whether the recording is over."""
        return self._closed or self._at >= self.recording.n_times

    def read(self, timeout_s: float) -> Chunk | None:
        """The next 10 ms, when they have passed."""
        if self.ended:
            return None
        end = min(self._at + self._n, self.recording.n_times)
        if self.live and not self._passed(end, timeout_s):
            return None
        start, self._at = self._at, end
        times = self.recording.start_s + np.arange(start, end) / self.rate_hz
        return Chunk(self.recording.values[start:end], times, time.perf_counter())

    def _passed(self, end: int, timeout_s: float) -> bool:
        """Wait for the last of these samples, or for as long as one may."""
        if self._began is None:
            self._began = time.perf_counter()
        left = self._began + (end - 1) / self.rate_hz - time.perf_counter()
        if left > timeout_s:
            time.sleep(timeout_s)
            return False
        time.sleep(max(left, 0.0))
        return True

    def host_s(self, device_s: float) -> float | None:
        """When a sample was due, if it is played in its own time."""
        return None if self._began is None else self._began + device_s - self.recording.start_s

    def close(self) -> None:
        """Nothing more comes."""
        self._closed = True
