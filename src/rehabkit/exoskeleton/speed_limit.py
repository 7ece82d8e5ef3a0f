"""How fast a joint may be moved where it hurts: (angle, pain) → speed limit, made so that doubt is always slow.

After the follow-up of Mukherjee & Halder Roy (IEEE Access 2025), where pain is stored by knee angle and sets the
robot's speed. Who may say what:

========================================  ====================================================
a clinician, a network trained on pain    sets the level of an angle while it is fresh and sure
the patient                               may lower the speed, and only a clinician takes it back
a network trained on simulated signals    may lower the speed, for as long as it is fresh
nobody, or nothing that makes sense       the slowest speed of that angle, or a stop
========================================  ====================================================

No network of rehabkit was trained on measured pain: whatever they say can only lower the limit.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf, isfinite, nan
from typing import Literal

import numpy as np

from rehabkit.errors import InputError
from rehabkit.exoskeleton.speed_table import CEILING_DEG_S, DEFAULT_TABLE, SpeedTable

Source = Literal["clinician", "network", "patient"]
FUTURE_S = 0.05
"""A reading may be so much ahead of the clock, no more."""


@dataclass(frozen=True)
class PainReading:
    """What somebody or something says of pain at one angle.

    Parameters
    ----------
    level : 0 for none up to the table's worst.
    at_s : when, on the controller's clock.
    source : who says so.
    certainty : 0 to 1; of a network its probability.
    simulated : of a network: trained on simulated signals. True unless it is stated that it was not.
    """

    level: float
    at_s: float
    source: Source
    certainty: float = 1.0
    simulated: bool = True

    @property
    def may_raise(self) -> bool:
        """Whether it may set a speed above the slowest."""
        return self.source == "clinician" or (self.source == "network" and self.simulated is False)


def level_of_rating(rating: float) -> float:
    """Numeric rating scale 0 to 10 → none, mild (to 3), moderate (to 6), severe as 0 to 3; NaN for no rating.

    Examples
    --------
    >>> [level_of_rating(r) for r in (0, 0.5, 3, 4, 7, 10)]
    [0.0, 1.0, 1.0, 2.0, 3.0, 3.0]
    """
    if not (isfinite(rating) and 0 <= rating <= 10):
        return float("nan")
    return float(np.searchsorted([0.0, 3.0, 6.0], rating, side="left"))


@dataclass
class SpeedLimiter:
    """Pain by angle, as it is heard, and the speed that it allows.

    Parameters
    ----------
    table : speeds by angle and level.
    oldest_s : a reading older than this sets nothing.
    least_certainty : a reading less sure than this sets nothing; the patient is always believed.
    unknown : what is allowed where no level is set: the slowest speed of the angle, or none.
    ahead_deg : so far to either side the limit is that of the slowest angle, since a limb can't stop at once.
    recovery_deg_s2 : how fast the limit may rise again.

    Raises
    ------
    InputError
        If a setting is not a sensible number.

    Examples
    --------
    >>> limiter = SpeedLimiter(SpeedTable.even((0.0, 90.0), (40.0, 20.0, 5.0)))
    >>> limiter.allowed(30.0, now_s=0.0)  # nothing is known
    5.0
    >>> limiter.hear(30.0, PainReading(0, at_s=0.0, source="clinician"))
    >>> limiter.allowed(30.0, now_s=1.0)
    40.0
    >>> limiter.hear(30.0, PainReading(1, at_s=1.0, source="patient"))
    >>> limiter.hear(30.0, PainReading(0, at_s=1.5, source="patient"))  # takes nothing back
    >>> limiter.allowed(30.0, now_s=2.0)
    20.0
    """

    table: SpeedTable = DEFAULT_TABLE
    oldest_s: float = 60.0
    least_certainty: float = 0.8
    unknown: Literal["slowest", "stop"] = "slowest"
    ahead_deg: float = 5.0
    recovery_deg_s2: float = 10.0
    _set: dict[int, PainReading] = field(default_factory=dict, init=False)
    _reported: dict[int, int] = field(default_factory=dict, init=False)
    _lowered: dict[int, list[tuple[float, int]]] = field(default_factory=dict, init=False)
    _last: tuple[float, float] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        ranges = {
            "oldest_s": (0.1, 3600),
            "least_certainty": (0, 1),
            "ahead_deg": (0, 90),
            "recovery_deg_s2": (0.1, 200),
        }
        problems = [
            f"{name} must be {low:g} to {high:g}, got {getattr(self, name)}"
            for name, (low, high) in ranges.items()
            if not low <= getattr(self, name) <= high
        ]
        if problems:
            raise InputError("speed limiter: " + "; ".join(problems))

    def hear(self, angle_deg: float, reading: PainReading) -> None:
        """Keep what is said of an angle. What makes no sense leaves no trust, or counts as the worst pain.

        Said of an angle that there isn't, it is taken as said of all.
        """
        place = self.table.bin_of(angle_deg)
        level = self._level(reading)
        for bin_ in range(self.table.n_bins) if place is None else (place,):
            if reading.may_raise:
                self._hear_trusted(bin_, reading if place is not None else replace(reading, level=nan))
            elif reading.source == "patient":
                worst = self.table.n_levels - 1 if level is None else level
                self._reported[bin_] = max(self._reported.get(bin_, 0), worst)
            else:
                self._hear_lowering(bin_, reading.at_s, level)

    def _hear_trusted(self, bin_: int, reading: PainReading) -> None:
        """A newer reading takes the place of an older one, also where it makes no sense: then no level is set."""
        before = self._set.get(bin_)
        before_s = -inf if before is None else before.at_s
        if not isfinite(reading.at_s):
            self._set[bin_] = replace(reading, level=nan, at_s=before_s)
        elif reading.at_s >= before_s:
            self._set[bin_] = reading

    def _hear_lowering(self, bin_: int, at_s: float, level: int | None) -> None:
        """Only those are kept that no newer and no milder one covers: at most one a level."""
        one = (at_s if isfinite(at_s) else inf, self.table.n_levels - 1 if level is None else level)
        others = self._lowered.get(bin_, [])
        if not any(time >= one[0] and worse >= one[1] for time, worse in others):
            self._lowered[bin_] = [two for two in others if not (two[0] <= one[0] and two[1] <= one[1])] + [one]

    def take_back_reports(self) -> None:
        """A clinician's deliberate act: what only lowered the speed is forgotten; fresh levels that were set stay."""
        self._reported.clear()
        self._lowered.clear()

    def forget(self) -> None:
        """Back to knowing nothing: the slowest speed or a stop everywhere, from which it rises slowly again."""
        self.take_back_reports()
        self._set.clear()
        self._last = None

    def allowed(self, angle_deg: float, now_s: float) -> float:
        """Speed limit at an angle now, deg/s, without regard to how fast it may rise; 0 where time or angle is none."""
        place = self.table.bin_of(angle_deg)
        if place is None or not isfinite(now_s):
            return 0.0
        edges = self.table.edges_deg
        near = (edges[1:] > angle_deg - self.ahead_deg) & (edges[:-1] < angle_deg + self.ahead_deg)
        near[place] = True
        return min(CEILING_DEG_S, *(self._of_bin(int(bin_), now_s) for bin_ in np.flatnonzero(near)))

    def update(self, angle_deg: float, now_s: float) -> float:
        """The limit to be used, deg/s: falls at once, rises slowly; a clock that goes back does not raise it."""
        target = self.allowed(angle_deg, now_s)
        if self._last is None:
            limit = min(target, self._slowest())
        else:
            before_s, before = self._last
            passed_s = max(now_s - before_s, 0.0) if isfinite(now_s) else 0.0
            limit = min(target, before + self.recovery_deg_s2 * passed_s)
        at_s = now_s if isfinite(now_s) else (self._last[0] if self._last else 0.0)
        self._last = (max(at_s, self._last[0]) if self._last else at_s, limit)
        return limit

    def _of_bin(self, bin_: int, now_s: float) -> float:
        speeds = self.table.speed_deg_s[bin_]
        reading = self._set.get(bin_)
        level = None if reading is None or not self._counts(reading, now_s) else self._level(reading)
        limit = float(speeds[-1] if level is None else speeds[level])
        if level is None and self.unknown == "stop":
            limit = 0.0
        lowering = [worse for at_s, worse in self._lowered.get(bin_, []) if now_s - at_s <= self.oldest_s]
        lowering += [self._reported[bin_]] if bin_ in self._reported else []
        return min([limit, *(float(speeds[worse]) for worse in lowering)])

    def _counts(self, reading: PainReading, now_s: float) -> bool:
        """Whether it is fresh, of no later than now, and sure."""
        age_s = now_s - reading.at_s
        return -FUTURE_S <= age_s <= self.oldest_s and self.least_certainty <= reading.certainty <= 1

    def _level(self, reading: PainReading) -> int | None:
        """Its level as a whole number, ``None`` if it is none of the table's."""
        said = reading.level
        if not (isfinite(said) and said == int(said) and 0 <= said < self.table.n_levels):
            return None
        return int(said)

    def _slowest(self) -> float:
        return float(self.table.speed_deg_s[:, -1].min()) if self.unknown == "slowest" else 0.0
