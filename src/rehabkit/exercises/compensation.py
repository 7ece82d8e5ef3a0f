"""Compensation checks of an exercise, applied to the repetitions of a recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rehabkit.exercises.definition import Compensation, Exercise
from rehabkit.findings import Repetition
from rehabkit.kinematics.measures import MEASURES, Measure
from rehabkit.kinematics.tracks import Track, tracks_of
from rehabkit.kinematics.view import ViewEstimate
from rehabkit.recordings.skeleton import Skeleton


@dataclass(frozen=True)
class CheckOutcome:
    """What one check found.

    Parameters
    ----------
    extremes : repetition number → the value farthest towards the limit, in ``measure.unit``.
    why_not : why it could not be judged, ``None`` if it could.
    """

    check: Compensation
    measure: Measure
    extremes: dict[int, float]
    why_not: str | None = None

    @property
    def limit(self) -> float:
        """The value that must not be passed."""
        return self.check.above if self.check.above is not None else self.check.below or 0.0

    @property
    def worst(self) -> float:
        """The value farthest past, or nearest to, the limit."""
        values = list(self.extremes.values())
        return max(values) if self.check.above is not None else min(values)

    def failed(self, repetition: int) -> bool:
        """Whether the limit was passed in this repetition."""
        if repetition not in self.extremes:
            return False
        excess = self.extremes[repetition] - self.limit
        return excess > 0 if self.check.above is not None else excess < 0


def run_checks(
    skeleton: Skeleton, view: ViewEstimate, exercise: Exercise | None, repetitions: Sequence[Repetition]
) -> list[CheckOutcome]:
    """Judge every compensation check of an exercise in every repetition.

    Parameters
    ----------
    skeleton : cleaned skeleton.
    exercise : ``None``: nothing to check.
    repetitions : complete and partial ones.
    """
    return [_run(skeleton, view, check, repetitions) for check in (exercise.compensations if exercise else ())]


def _run(
    skeleton: Skeleton, view: ViewEstimate, check: Compensation, repetitions: Sequence[Repetition]
) -> CheckOutcome:
    tracks = tracks_of(skeleton, view, check.measure)
    extremes: dict[int, float] = {}
    for repetition in repetitions:
        values = [v for track in tracks if (v := _extreme(track, check, repetition)) is not None]
        if values:
            extremes[repetition.number] = max(values) if check.above is not None else min(values)
    why_not = None if extremes else tracks[0].why_not or "the joints it needs were hidden, or there was no repetition"
    return CheckOutcome(check, MEASURES[check.measure], extremes, why_not)


def _extreme(track: Track, check: Compensation, repetition: Repetition) -> float | None:
    if track.side not in ("none", repetition.side) and repetition.side in ("left", "right"):
        return None
    if track.why_not_between(repetition.start_s, repetition.end_s) is not None:
        return None
    values = track.between(repetition.start_s, repetition.end_s)
    values = values[np.isfinite(values)]
    if check.relative:
        values = values - values[0]
    return round(float(values.max() if check.above is not None else values.min()), 1)
