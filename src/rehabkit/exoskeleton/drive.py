"""Where desired angles come from: a series in time, as it would arrive, and the hands of the person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.exoskeleton.injection import Line
from rehabkit.exoskeleton.watchdog import Watchdog

Array = NDArray[np.float64]
LATENCY_S = 0.03
"""From the newest sample of an estimate to its arrival; what streaming must keep to."""


@dataclass(frozen=True)
class Drive:
    """Angles of the intact side, one an estimate.

    The other side is led to the same angle: flexion is flexion on both sides, so mirroring changes no sign.

    Parameters
    ----------
    time_s : (n,) of the newest sample behind each, from 0 on.
    angle_deg : (n,) flexion.
    source : what made them, for people.
    signal_v : (n_times, n_electrodes) that they came from, V; none where a goniometer drives.
    rate_hz : of ``signal_v``.
    latency_s : from that sample to arrival.

    Raises
    ------
    RecordingError
        If there are fewer than two, times go back, or they come too seldom for the watchdog.
    """

    time_s: Array
    angle_deg: Array
    source: str
    signal_v: Array = field(default_factory=lambda: np.empty((0, 0)))
    rate_hz: float = 1000.0
    latency_s: float = LATENCY_S

    def __post_init__(self) -> None:
        if len(self.time_s) < 2 or len(self.time_s) != len(self.angle_deg):
            got = f"{len(self.time_s)} and {len(self.angle_deg)}"
            raise RecordingError(f"a drive must have two angles or more, each with its time, got {got}; record longer")
        steps = np.diff(self.time_s)
        longest = Watchdog().stale_s - self.latency_s
        if not (steps > 0).all() or steps.max() >= longest:
            got = f"{steps.min():.3f} to {steps.max():.3f} s apart"
            raise RecordingError(f"estimates must come less than {longest:.3f} s apart, got {got}; estimate more often")

    @property
    def end_s(self) -> float:
        """When the last angle has arrived."""
        return float(self.time_s[-1] + self.latency_s)

    def lines(self, hands: Hands) -> Callable[[float], Line]:
        """What reaches the machine at each time, seconds."""
        stamps, angles = self.time_s.tolist(), self.angle_deg.tolist()
        rows = [tuple(row) for row in self.signal_v.tolist()]
        electrodes = self.signal_v.shape[1]
        arrived = 0

        def line(now_s: float) -> Line:
            nonlocal arrived
            while arrived < len(stamps) and stamps[arrived] + self.latency_s <= now_s + 1e-9:
                arrived += 1
            packet = int(now_s * self.rate_hz + 1e-6)
            last = max(arrived - 1, 0)
            signal = rows[min(packet, len(rows) - 1)] if rows else (0.0,) * electrodes
            enable, confirm = hands.at(now_s)
            return Line(arrived, stamps[last], angles[last], packet, signal, enable, confirm)

        return line


@dataclass(frozen=True)
class Hands:
    """When the person starts, lets go, and resumes.

    Parameters
    ----------
    start_s : hold-to-run is pressed a little before, and the start confirmed now.
    resume_s : each time the person lets go, presses again and confirms.
    release_s : lets go for good; never by default.
    """

    start_s: float = 1.0
    resume_s: Sequence[float] = ()
    release_s: float = float("inf")

    def at(self, now_s: float) -> tuple[bool, bool]:
        """Whether hold-to-run is held and the confirmation pressed.

        Examples
        --------
        >>> hands = Hands(1.0, [5.0])
        >>> [hands.at(t) for t in (0.5, 0.8, 1.02, 3.0, 4.5, 5.02)]
        [(False, False), (True, False), (True, True), (True, False), (False, False), (True, True)]
        """
        enable = self.start_s - 0.3 <= now_s < self.release_s
        enable = enable and not any(again - 0.7 <= now_s < again - 0.3 for again in self.resume_s)
        confirm = any(when <= now_s < when + 0.1 for when in (self.start_s, *self.resume_s))
        return enable, enable and confirm
