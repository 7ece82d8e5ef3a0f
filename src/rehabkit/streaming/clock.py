"""Packets → even samples: what is lost is named, and bridged or else a new start; clocks may jump, drift and stutter.

A sample's place is told by the device's count where it has one, and by its time otherwise. The expected time of the
next sample follows the device's clock slowly, so that its drift is followed and its jitter is not. A gap up to
``bridge_s`` is bridged by a straight line and marked; after a longer one, and after a jump of the clock, all filters
start anew. All is decided sample by sample: however the samples are cut into chunks, the outcome is the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rehabkit.streaming.rates import RateLog, StartRate
from rehabkit.streaming.sources import Array, Chunk
from rehabkit.streaming.stretches import Rules, Stretch, Tally

FOLLOW_S = 0.5
"""Time constant with which the expected time follows the clock."""
MOST_DRIFT = 0.02
"""The rate may be off by this share; a device that is farther off states a wrong rate."""
LATEST = 1e12
"""Seconds; no clock shows more, and what does is no time."""
REMEMBERED = 512
"""Samples in which a duplicate is looked for."""
MOST_NEWS = 200


@dataclass
class _Open:
    """A stretch that is being filled."""

    fresh: bool
    values: list[Array] = field(default_factory=list)
    time_s: list[float] = field(default_factory=list)
    bridged: list[bool] = field(default_factory=list)


class Evener:
    """Makes the samples of one device even.

    Parameters
    ----------
    rate_hz : as the device states it.
    jitter_s : by how much its times may be off, at most; how much they are is learned.
    modulus : at which its count starts again.
    live : whether ``Chunk.arrived_s`` says when the samples were taken.
    needed : columns that must be numbers, or the sample counts as missing; all by default, with none of them any one.
    rules : what is bridged and what is a jump.

    Examples
    --------
    Sample 3 is lost; it is put on the line between its neighbours:

    >>> even = Evener(1000.0)
    >>> got = even.push(Chunk(np.array([[0.0], [1.0], [3.0]]), np.array([0.0, 0.001, 0.003]), 0.0))
    >>> got[0].values.ravel().tolist(), got[0].bridged.tolist()
    ([0.0, 1.0, 2.0, 3.0], [False, False, True, False])
    """

    def __init__(
        self,
        rate_hz: float,
        *,
        jitter_s: float = 0.0,
        modulus: int = 0,
        live: bool = False,
        needed: Sequence[int] | None = None,
        rules: Rules | None = None,
    ) -> None:
        self.tally = Tally()
        self.rules = rules or Rules()
        self._news: list[str] = []
        self._nominal_hz, self._jitter_s, self._modulus, self._live = rate_hz, jitter_s, modulus, live
        self._needed = needed
        self._period = 1.0 / rate_hz
        self._gain = min(0.5, 1.0 / (FOLLOW_S * rate_hz))
        self._peak = jitter_s
        self._fade = math.exp(-1.0 / (10.0 * rate_hz))
        self._next: float | None = None  # when the next sample is expected
        self._missing = 0  # samples known to be missing since the last good one
        self._late_run = 0
        self._last: Array | None = None
        self._number: int | None = None
        self._recent: dict[float, Array] = {}
        self._arrived: float | None = None
        self._silence = math.inf
        self._in_stretch = 0
        self._log, self._longest, self._start = RateLog(rate_hz), RateLog(rate_hz), StartRate(rate_hz)
        self._done: list[_Open] = []

    def push(self, chunk: Chunk) -> list[Stretch]:
        """Even samples of a chunk, in as many stretches as it has breaks, none if nothing new came."""
        self._done = [_Open(fresh=False)]
        if self._live and self._arrived is not None:
            self._silence = chunk.arrived_s - self._arrived
        self._arrived = chunk.arrived_s
        values = np.asarray(chunk.values, dtype=np.float64)
        values = np.where(np.isfinite(values), values, np.nan)
        numbers = [None] * len(values) if chunk.numbers is None or not self._modulus else chunk.numbers.tolist()
        for row, good, time, number in zip(
            values, self._readable(values), chunk.device_s.tolist(), numbers, strict=True
        ):
            self._take(row, good, time, number)
        return [
            Stretch(np.array(one.values), np.array(one.time_s), np.array(one.bridged), one.fresh)
            for one in self._done
            if one.values
        ]

    def _readable(self, values: Array) -> list[bool]:
        finite = np.isfinite(values)
        if self._needed is not None and not len(self._needed):
            rows: NDArray[np.bool_] = np.logical_or.reduce(finite, axis=1)
        else:
            rows = np.logical_and.reduce(finite if self._needed is None else finite[:, self._needed], axis=1)
        told: list[bool] = rows.tolist()
        return told

    def news(self) -> list[str]:
        """What happened since this was last asked, in words."""
        said, self._news = self._news, []
        return said

    def rate_hz(self) -> float | None:
        """The rate by the device's clock, over its longest unbroken stretch; ``None`` in the first second."""
        longest = max(self._log, self._longest, key=lambda log: log.duration_s)
        return longest.rate_hz()

    def drift_ppm(self) -> float | None:
        """By how many millionths the rate differs from the stated one; ``None`` in the first second."""
        rate = self.rate_hz()
        return None if rate is None else (rate / self._nominal_hz - 1.0) * 1e6

    def wrong_rate_hz(self) -> float | None:
        """The rate of the first seconds, where it is not the stated one at all; else ``None``."""
        rate = self._start.rate_hz()
        return None if rate is None or abs(rate / self._nominal_hz - 1) <= MOST_DRIFT else rate

    @property
    def tolerance_s(self) -> float:
        """How far a time may be from the expected one before a sample counts as lost or late."""
        return max(0.75 * self._period, min(self._jitter_s, 1.5 * self._peak))

    def _take(self, row: Array, readable: bool, time: float, number: int | None) -> None:
        self.tally.received += 1
        timed = math.isfinite(time) and abs(time) < LATEST
        if timed and self._is_duplicate(row, time, number):
            self.tally.duplicates += 1
            return
        if timed:
            self._start.add(time)
        else:
            self.tally.timeless += 1
        if self._next is None:
            self._restart(row, readable, time if timed else 0.0, number)
            return
        expected = self._next + self._missing * self._period
        counted = self._counted(number, time - expected if timed else 0.0)
        if counted is not None and counted < 0:
            self.tally.late += 1
            return
        missing = self._missing + (counted or 0)
        expected = self._next + missing * self._period
        self._place(row, readable, number, missing, expected, time - expected if timed else 0.0, counted is not None)

    def _place(
        self, row: Array, readable: bool, number: int | None, missing: int, expected: float, off: float, counted: bool
    ) -> None:
        """Where a sample belongs that comes ``off`` seconds from when it is expected."""
        if abs(off) <= self.tolerance_s:
            self._accept(row, readable, number, missing, expected, off)
        elif off < 0 and not counted and not self._set_back():
            self.tally.late += 1
        elif off < 0 or counted or (off > self.rules.jump_s and self._silence < off / 2):
            self._jump(row, readable, number, expected + off, off)
        else:
            missing += round(min(off / self._period, LATEST))
            self._accept(row, readable, number, missing, expected + off, 0.0)

    def _set_back(self) -> bool:
        self._late_run += 1
        return self._late_run * self._period > self.rules.patience_s

    def _counted(self, number: int | None, off: float) -> int | None:
        """How many samples the device's count says are missing; negative for one that was passed; None unknown."""
        if number is None or self._number is None:
            return None
        step = (number - self._number - 1) % self._modulus
        if abs(off) > self._modulus * self._period / 2:  # the count went round: only the time can tell
            return None
        return step if step < self._modulus / 2 else step - self._modulus

    def _is_duplicate(self, row: Array, time: float, number: int | None) -> bool:
        known = self._recent.get(time)
        if known is not None and np.array_equal(known, row, equal_nan=True):
            return True
        self._recent[time] = row
        if len(self._recent) > REMEMBERED:
            del self._recent[next(iter(self._recent))]
        return number is not None and number == self._number and self._next is not None and time < self._next

    def _accept(
        self, row: Array, readable: bool, number: int | None, missing: int, expected: float, off: float
    ) -> None:
        """A sample in its place, after so many that are missing."""
        self._number, self._late_run = number, 0
        self._peak = max(abs(off), self._peak * self._fade)
        if not readable:
            self.tally.unreadable += 1
            self._next, self._missing = expected - missing * self._period, missing + 1
            return
        if missing:
            self._note_gap(missing)
        if not self._bridgeable(missing):
            self._restart(row, readable, expected + off, number)
            return
        self._bridge(row, missing, expected)
        self._log.add(self._in_stretch, expected + off)
        low, high = ((1 + sign * MOST_DRIFT) / self._nominal_hz for sign in (-1, 1))
        self._period = min(max(self._period + self._gain**2 / 4 * off, low), high)  # critically damped
        self._append(row, expected + self._gain * off, False)

    def _jump(self, row: Array, readable: bool, number: int | None, time: float, off: float) -> None:
        back = off < 0
        self.tally.jumps_back += back
        self.tally.jumps_forward += not back
        self._say(f"the device's clock jumped {'back' if back else 'forward'} by {abs(off):.3g} s")
        self._restart(row, readable, time, number)

    def _bridge(self, row: Array, missing: int, until: float) -> None:
        """A straight line from the last sample to this one."""
        last = row if self._last is None else self._last
        for step in range(1, missing + 1):
            part = step / (missing + 1)
            self._append(last + part * (row - last), until - (missing + 1 - step) * self._period, True)

    def _append(self, row: Array, time: float, bridged: bool) -> None:
        stretch = self._done[-1]
        stretch.values.append(row)
        stretch.time_s.append(time)
        stretch.bridged.append(bridged)
        self.tally.bridged += bridged
        self._last, self._missing = row, 0
        self._next = time + self._period
        self._in_stretch += 1

    def _restart(self, row: Array, readable: bool, time: float, number: int | None) -> None:
        """Begin a new stretch with this sample, or with the next one that can be read."""
        self._late_run, self._missing, self._number, self._next = 0, 0, number, None
        if not readable:
            self.tally.unreadable += 1
            return
        self.tally.restarts += self._last is not None
        self._longest = max(self._log, self._longest, key=lambda log: log.duration_s)
        self._log, self._in_stretch = RateLog(self._nominal_hz), 0
        self._log.add(0, time)
        self._done.append(_Open(fresh=True))
        self._append(row, time, False)

    def _bridgeable(self, missing: int) -> bool:
        return missing * self._period <= self.rules.bridge_s * (1 + 1e-9)

    def _note_gap(self, missing: int) -> None:
        self.tally.gaps += 1
        self.tally.lost += missing
        lasted = missing * self._period
        self.tally.longest_gap_s = max(self.tally.longest_gap_s, lasted)
        done = "bridged" if self._bridgeable(missing) else "started anew"
        self._say(f"{missing} sample{'s' * (missing != 1)} ({lasted * 1e3:.3g} ms) missing, {done}")

    def _say(self, what: str) -> None:
        if len(self._news) < MOST_NEWS:
            self._news.append(what)
