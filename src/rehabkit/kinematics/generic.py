"""Count an exercise that nobody named: find the movement that repeats most, and count that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.findings import Side
from rehabkit.kinematics.activity import on_the_spot
from rehabkit.kinematics.measures import MEASURES, counting_series
from rehabkit.kinematics.repetitions import ENDS_MIDWAY, STARTS_MIDWAY, Counted, Direction, count_sides
from rehabkit.recordings.skeleton import Skeleton

Array = NDArray[np.float64]

CANDIDATES = (
    "knee_flexion", "hip_flexion", "elbow_flexion", "shoulder_elevation", "trunk_lean_forward",
    "trunk_lean_side",
)  # fmt: skip
MINIMUM_DEG = 30.0
"""Standing, holding a plank and the noise of a pose network stay under it; small exercises must be named."""
BOTH_SIDES = 1.25
"""Where both limbs do nearly the same, their mean is the movement, not the one that goes a little farther."""
CUT_OFF_S = 0.25
"""Half a movement takes longer than this; what is shorter at a recording's edge is noise as easily."""


@dataclass(frozen=True)
class _Movement:
    label: str
    signal: Array
    side: Side
    found: list[tuple[Side, Counted]]

    @property
    def n_complete(self) -> int:
        """How many complete repetitions."""
        return sum(one.kind == "complete" for _, one in self.found)

    @property
    def cut_off(self) -> list[Counted]:
        """The movements of which the recording's edges left a part."""
        return [one for _, one in self.found if one.reason in (STARTS_MIDWAY, ENDS_MIDWAY)]

    @property
    def worth(self) -> float:
        """Degrees moved in complete repetitions, less what they differ from each other; half for a half."""
        sizes = np.array([one.excursion for _, one in self.found if one.kind == "complete"])
        alike = np.sum(sizes) - np.sum(np.abs(sizes - np.median(sizes))) if len(sizes) else 0.0
        halves = [one.excursion for one in self.cut_off if one.duration_s >= CUT_OFF_S]
        return float(alike + 0.5 * sum(halves)) * (BOTH_SIDES if self.side == "both" else 1.0)


def generic_signals(skeleton: Skeleton) -> tuple[str, Array, list[Counted]]:
    """Find the dominant repeated movement of a whole body and its repetitions.

    Each joint angle, of both sides and of each alone, is counted like a named exercise; the one with the most
    range in complete and alike repetitions is it. Rest is the end nearer to the anatomical zero, unless the
    recording starts and ends at rest at the other one, as with rising from a chair. Standing and holding give
    none.
    Walking across the room gives none, as its steps end elsewhere than they began; walking on the spot repeats
    a movement and is counted, two steps as one repetition of a leg.

    Parameters
    ----------
    skeleton : cleaned skeleton.

    Returns
    -------
    label : the movement in words, e.g. ``knee flexion``; of the best candidate even when nothing was counted.
    signal : (n_frames,) the angle, degrees; NaN where not seen.
    repetitions : in order.
    """
    movements = list(_movements(skeleton))
    if not movements:
        return "movement", np.full(skeleton.n_frames, np.nan), []
    best = max(movements, key=lambda movement: movement.worth)
    if best.worth == 0.0:
        return best.label, best.signal, []
    return best.label, best.signal, [one for _, one in best.found]


def _movements(skeleton: Skeleton) -> Iterator[_Movement]:
    for name in CANDIDATES:
        sides: tuple[Side, ...] = ("both", "left", "right") if MEASURES[name].sided else ("none",)
        for side in sides:
            signal = counting_series(skeleton, name, side)
            label = MEASURES[name].label if side in ("both", "none") else f"{side} {MEASURES[name].label}"
            yield _from_rest(skeleton, label, signal, side)


def _from_rest(skeleton: Skeleton, label: str, signal: Array, side: Side) -> _Movement:
    """Count from the end at which the movement rests.

    A recording that is cut in the middle of a movement shows one repetition more from the wrong end than from
    the right one, so the number alone says nothing.
    """
    usual, other = (
        _Movement(label, signal, side, _count(skeleton, side, signal, direction)) for direction in _ways(signal)
    )
    return other if other.n_complete > usual.n_complete and not other.cut_off else usual


def _ways(signal: Array) -> tuple[Direction, Direction]:
    """The direction away from the anatomical zero, and the other."""
    seen = signal[np.isfinite(signal)]
    low, high = np.percentile(seen, [10, 90]) if len(seen) else (0.0, 0.0)
    return ("increase", "decrease") if abs(low) <= abs(high) else ("decrease", "increase")


def _count(skeleton: Skeleton, side: Side, signal: Array, direction: Direction) -> list[tuple[Side, Counted]]:
    found = count_sides(skeleton.time_s, {side: signal}, minimum_range=MINIMUM_DEG, direction=direction)
    return on_the_spot(skeleton, found)
