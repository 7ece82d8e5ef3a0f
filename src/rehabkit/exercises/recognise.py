"""Which exercise of the library a recording resembles: template matching on posture and on what repeats.

For exercises that no network was trained on. Each exercise's own definition is its template: the position it is done
in, the angle that tells its repetitions apart and from which end, how far that goes, what is held. It ranks; it
claims no accuracy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.exercises import counting, library
from rehabkit.exercises.definition import Exercise, HoldRule
from rehabkit.exercises.learn import start_position
from rehabkit.exercises.motion import LEGS, NEEDS_ITS_VIEW
from rehabkit.findings import Side
from rehabkit.kinematics.activity import on_the_spot
from rehabkit.kinematics.measures import MEASURES, supported
from rehabkit.kinematics.repetitions import Counted, find_holds
from rehabkit.kinematics.seen import mean_seen
from rehabkit.kinematics.view import ViewEstimate, estimate_view
from rehabkit.recordings.skeleton import Skeleton

Signals = dict[Side, NDArray[np.float64]]

LEAST_SCORE = 0.5
"""Less than half of the template met is no candidate."""
OUTSIDE_DEG = 60.0
"""A turning point this far outside the target is another exercise's."""
UNSTATED = 0.8
"""An angle that the view doesn't let a single camera state counts this much of one that it does."""
MOST = 3


@dataclass(frozen=True)
class Candidate:
    """An exercise that the recording may show.

    Parameters
    ----------
    name, title : of the exercise.
    score : 0 to 1, how much of its template is met; not a probability.
    reason : what spoke for it, in words.
    """

    name: str
    title: str
    score: float
    reason: str


@dataclass(frozen=True)
class _Match:
    """Degrees moved in an exercise's own repetitions, and how well the turning points fit its target."""

    exercise: Exercise
    degrees: float
    fit: float
    reason: str


def recognise(
    skeleton: Skeleton, view: ViewEstimate | None = None, exercises: Sequence[Exercise] | None = None
) -> list[Candidate]:
    """Exercises that the recording resembles, the likest first, at most three; empty if it resembles none.

    Parameters
    ----------
    skeleton : cleaned.
    view : how the camera saw the person; estimated if not given.
    exercises : to choose among, the whole library by default.
    """
    view = view or estimate_view(skeleton)
    position = start_position(skeleton, view)
    possible = [e for e in exercises or library.all_exercises() if _fits(e, position)]
    matches = [_moved(skeleton, view, e) for e in possible if e.primary is not None]
    most = max((match.degrees for match in matches), default=0.0)
    moving = [
        Candidate(m.exercise.name, m.exercise.title, m.fit * m.degrees / most, m.reason) for m in matches if most > 0
    ]
    found = moving if moving else [_held(skeleton, e, e.hold) for e in possible if e.hold is not None]
    ranked = sorted((one for one in found if one.score >= LEAST_SCORE), key=lambda one: -one.score)
    return ranked[:MOST]


def _fits(exercise: Exercise, position: str) -> bool:
    """Whether the exercise is done in this position; one that may start at either end may start standing, too."""
    if exercise.position == "any" or position == "any":
        return exercise.position not in ("lying", "plank") and position not in ("lying", "plank")
    either = exercise.primary is not None and exercise.primary.either_end
    return exercise.position == position or (either and {exercise.position, position} == {"sitting", "standing"})


def _moved(skeleton: Skeleton, view: ViewEstimate, exercise: Exercise) -> _Match:
    """What the exercise's own rule counts in the recording."""
    primary = exercise.primary
    stated = primary is not None and supported(primary.angle, view.name, skeleton) is None
    if primary is None or (primary.angle in NEEDS_ITS_VIEW and not stated):
        return _Match(exercise, 0.0, 0.0, "")
    signals = counting.signals_of(exercise, skeleton)
    found = on_the_spot(skeleton, counting.count(exercise, skeleton.time_s, signals))
    joint = primary.angle.partition("_")[0]
    one_leg = joint in LEGS and primary.sides != "together"  # both legs at once aren't a step, a lunge or a raise
    whole = [(side, one) for side, one in found if one.kind == "complete" and not (one_leg and side == "both")]
    if not whole:
        return _Match(exercise, 0.0, 0.0, "")
    sizes = np.array([one.excursion for _, one in whole])
    alike = float(np.sum(sizes) - np.sum(np.abs(sizes - np.median(sizes))))
    n_times = "once" if len(whole) == 1 else f"{len(whole)} times"
    reason = f"{MEASURES[primary.angle].label} repeats {n_times}, by {np.median(sizes):.0f} degrees, {view.posture}"
    fit = _target_fit(exercise, skeleton, signals, whole) if stated else UNSTATED
    return _Match(exercise, max(alike, 0.0) * LEGS.get(joint, 1.0), fit, reason)


def _target_fit(exercise: Exercise, skeleton: Skeleton, signals: Signals, whole: list[tuple[Side, Counted]]) -> float:
    """1 where turning points lie in the target band, falling to 0 at :data:`OUTSIDE_DEG` outside it."""
    if exercise.target is None:
        return 1.0
    every = mean_seen(np.array(list(signals.values())))
    values = [signals.get(side, every)[int(np.argmin(np.abs(skeleton.time_s - one.peak_s)))] for side, one in whole]
    peak = float(np.median(values))
    outside = max(exercise.target.low_deg - peak, peak - exercise.target.high_deg, 0.0)
    return max(1.0 - outside / OUTSIDE_DEG, 0.0)


def _held(skeleton: Skeleton, exercise: Exercise, rule: HoldRule) -> Candidate:
    """Share of the recording during which the position is held."""
    signal = mean_seen(np.array(list(counting.signals_of(exercise, skeleton).values())))
    holds = find_holds(skeleton.time_s, signal, rule.low_deg, rule.high_deg, rule.minimum_s)
    seconds = sum(hold.duration_s for hold in holds if hold.kind == "complete")
    share = seconds / skeleton.duration_s if skeleton.duration_s > 0 else 0.0
    label = MEASURES[rule.angle].label
    return Candidate(exercise.name, exercise.title, share, f"{label} held for {seconds:.1f} s, nothing repeats")
