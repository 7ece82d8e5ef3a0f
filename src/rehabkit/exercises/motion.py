"""What moves in a recording: the angle whose repetitions are largest and most alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.findings import Side
from rehabkit.kinematics.measures import MEASURES, clinical_series, counting_series, supported
from rehabkit.kinematics.repetitions import Counted, Direction, Sides, count_sides
from rehabkit.kinematics.view import ViewEstimate
from rehabkit.recordings.skeleton import Skeleton

Array = NDArray[np.float64]

CANDIDATES = (
    "knee_flexion", "hip_flexion", "hip_abduction", "ankle_plantarflexion", "ankle_dorsiflexion",
    "shoulder_flexion", "shoulder_abduction", "shoulder_extension", "shoulder_elevation", "elbow_flexion",
    "wrist_flexion", "trunk_lean_forward", "trunk_lean_side", "shoulder_rotation", "forearm_rotation",
)  # fmt: skip
"""Angles that may be the primary one; of two that move alike the earlier is taken."""
NEEDS_ITS_VIEW = set(CANDIDATES) - {"knee_flexion", "hip_flexion", "shoulder_elevation", "elbow_flexion"}
"""Angles that are noise, or like another one, where the view doesn't let the sensor state them."""
IN_A_PLANE = {"hip_abduction", "shoulder_flexion", "shoulder_abduction", "shoulder_extension"}
LEAST_RANGE_DEG = 10.0
"""A movement smaller than this can't be told from a pose network's noise."""
UNSTATED = 0.8
"""A range that the view doesn't support weighs this much of one that it does."""
LEGS = {"knee": 1.4, "hip": 1.3}
"""Arms often swing to balance what the legs do: a bent leg weighs this much more than a raised arm."""
ALIKE = 0.95
WELL_SEEN = 0.7
"""Share of the repetitions' time in which a side must be seen for its clinical values to be used."""


@dataclass(frozen=True)
class Motion:
    """One angle going one way: its repetitions, and how far it went in each as far as the sensor can state it."""

    angle: str
    direction: Direction
    sides: Sides
    found: list[tuple[Side, Counted]]
    signals: dict[Side, Array]
    peaks: Array
    ranges: Array
    weight: float

    @property
    def worth(self) -> float:
        """Degrees moved in all repetitions, less what they differ from each other."""
        spread = np.abs(self.ranges - np.median(self.ranges)) if len(self.ranges) else 0.0
        return self.weight * float(np.sum(self.ranges - spread))


def main_motion(skeleton: Skeleton, view: ViewEstimate) -> Motion | None:
    """The angle that moves most, and most alike in all repetitions; ``None`` without a whole repetition.

    Parameters
    ----------
    skeleton : cleaned.
    view : how the sensor saw the person: an angle that it can state goes before one that it can't.
    """
    motions = list(_motions(skeleton, view))
    most = max((motion.worth for motion in motions), default=0.0)
    return next((motion for motion in motions if motion.worth >= ALIKE * most > 0), None)


def _motions(skeleton: Skeleton, view: ViewEstimate) -> Iterator[Motion]:
    for angle in CANDIDATES:
        stated = supported(angle, view.name, skeleton) is None
        if angle in NEEDS_ITS_VIEW and not stated:
            continue
        for direction in ("increase", "decrease"):
            motion = _motion(skeleton, angle, direction, stated)
            if len(motion.peaks):
                yield motion


def _motion(skeleton: Skeleton, angle: str, direction: Direction, stated: bool) -> Motion:
    names: tuple[Side, ...] = ("left", "right") if MEASURES[angle].sided else ("both",)
    signals = {side: counting_series(skeleton, angle, side) for side in names}
    found = [
        (side, one)
        for side, one in count_sides(
            skeleton.time_s, signals, minimum_range=LEAST_RANGE_DEG, sides="each", direction=direction
        )
        if one.kind == "complete"
    ]
    series, seen = _best_series(skeleton, angle, signals, found) if stated else (signals, UNSTATED)
    sign = 1.0 if direction == "increase" else -1.0
    extremes = [_extremes(skeleton.time_s, series, side, one, sign) for side, one in found]
    whole = [(start, peak) for start, peak in extremes if sign * (peak - start) >= LEAST_RANGE_DEG]
    starts, peaks = np.array(whole).reshape(-1, 2).T
    sides: Sides = "together" if any(side == "both" for side, _ in found) else "each"
    weight = seen * LEGS.get(angle.partition("_")[0], 1.0)
    return Motion(angle, direction, sides, found, signals, peaks, np.abs(peaks - starts), weight)


def _best_series(
    skeleton: Skeleton, angle: str, signals: dict[Side, Array], found: list[tuple[Side, Counted]]
) -> tuple[dict[Side, Array], float]:
    """The clinical values of each side that is seen well enough, else its signal; and how well the best is seen.

    A limb that leaves the plane of an angle isn't seen in it: so an arm raised sideways is no flexion.
    """
    time_s = skeleton.time_s
    during = np.any([(time_s >= one.start_s) & (time_s <= one.end_s) for _, one in found], axis=0)
    exact = {side: clinical_series(skeleton, angle, side) for side in signals}
    share = {side: float(np.mean(np.isfinite(exact[side][during]))) if found else 0.0 for side in signals}
    series = {side: exact[side] if share[side] >= WELL_SEEN else signals[side] for side in signals}
    moving = [share[side] for side in signals if any(of in (side, "both") for of, _ in found)]
    return series, max(moving, default=0.0) if angle in IN_A_PLANE else 1.0


def _extremes(time_s: Array, series: dict[Side, Array], side: Side, one: Counted, sign: float) -> tuple[float, float]:
    """Where the angle was at the start of a repetition and at its farthest, on the side that went farther."""
    inside = (time_s >= one.start_s) & (time_s <= one.end_s)
    moving = [series[side]] if side in series else list(series.values())
    seen = [values[inside][np.isfinite(values[inside])] for values in moving]
    pairs = [(float(v[0]), float(sign * np.max(sign * v))) for v in seen if len(v)]
    return max(pairs, key=lambda pair: sign * (pair[1] - pair[0]), default=(0.0, 0.0))
