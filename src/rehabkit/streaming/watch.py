"""Live signal quality: the last second of every channel, looked at four times a second."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from rehabkit.errors import RecordingError
from rehabkit.recordings.biosignal import Biosignal, Channel
from rehabkit.recordings.biosignal_check import Quality, quality
from rehabkit.recordings.biosignal_units import check_magnitude
from rehabkit.streaming.sources import Array

WINDOW_S, EVERY_S, SHORT_S = 1.0, 0.25, 0.2
"""Length of what is looked at, how often, and of the end in which a channel that has gone flat is found at once."""


class QualityWatch:
    """Keeps the last second of raw samples and says how good each channel is.

    Parameters
    ----------
    channels : one a column.
    units : that the device states, one a channel: whether they can be true is looked at too.
    """

    def __init__(self, rate_hz: float, channels: Sequence[Channel], units: Sequence[str]) -> None:
        self._rate_hz, self._channels, self._units = rate_hz, tuple(channels), tuple(units)
        self.wrong_unit = ""
        self._window = np.empty((0, len(self._channels)))
        self._new: list[Array] = []
        self._n_new = 0
        self._seen: Counter[tuple[str, str]] = Counter()
        self.n_looks = 0
        self.now: dict[str, Quality] = {}
        """Channel name → what was last found; empty at first."""

    def add(self, values: Array) -> None:
        """(n, n_channels) even samples, V or degrees, unfiltered."""
        self._new.append(values)
        self._n_new += len(values)

    def restart(self) -> None:
        """Forget what lay before a break."""
        self._window, self._new, self._n_new = self._window[:0], [], 0

    def look(self) -> bool:
        """Look again if a quarter of a second is new; whether it was."""
        if self._n_new < EVERY_S * self._rate_hz:
            return False
        self._window = np.concatenate([self._window, *self._new])[-round(WINDOW_S * self._rate_hz) :]
        self._new, self._n_new = [], 0
        self.now = quality(self._window, self._rate_hz, self._channels)
        end = quality(self._window[-round(SHORT_S * self._rate_hz) :], self._rate_hz, self._channels)
        self.now |= {name: found for name, found in end.items() if found.why == "flat"}
        self.wrong_unit = self._contradiction()
        self.n_looks += 1
        self._seen.update((name, found.word) for name, found in self.now.items())
        return True

    def _contradiction(self) -> str:
        try:
            check_magnitude(Biosignal(self._window, self._rate_hz, self._channels), self._units)
        except RecordingError as error:
            return str(error)
        return ""

    def worst(self) -> Quality:
        """The worst word of all channels, and which channel why."""
        if self.wrong_unit:
            return Quality("bad", self.wrong_unit)
        for word in ("bad", "poor"):
            for name, found in self.now.items():
                if found.word == word:
                    return Quality(found.word, f"{name}: {found.why}")
        return Quality("good")

    def summary(self) -> dict[str, dict[str, object]]:
        """Channel → share of the looks at which it was good, poor and bad, and what is wrong with it now."""
        return {
            channel.name: {
                **{
                    word: round(self._seen[channel.name, word] / max(self.n_looks, 1), 3)
                    for word in ("good", "poor", "bad")
                },
                "now": self.now[channel.name].why or "good" if channel.name in self.now else "not looked at",
            }
            for channel in self._channels
        }
