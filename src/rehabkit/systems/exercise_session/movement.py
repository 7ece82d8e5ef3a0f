"""exercise_session: one recording of one exercise → repetitions, holds and joint ranges. Geometry, no network.

``prepare`` turns a cleaned skeleton into a :class:`Movement`: angles over time, repetitions found.
The module ``interpretation`` says what they mean. Between the two, a person's corrections may replace
the repetitions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from rehabkit.exercises import counting
from rehabkit.exercises.compensation import CheckOutcome, run_checks
from rehabkit.exercises.definition import Exercise
from rehabkit.findings import Hold, Repetition, Side
from rehabkit.kinematics.activity import on_the_spot
from rehabkit.kinematics.generic import generic_signals
from rehabkit.kinematics.repetitions import Counted, find_holds
from rehabkit.kinematics.seen import mean_seen
from rehabkit.kinematics.smoothness import sparc
from rehabkit.kinematics.tempo import phase_durations
from rehabkit.kinematics.tracks import HIDDEN_SHARE, Track, tracks_of
from rehabkit.kinematics.view import ViewEstimate
from rehabkit.recordings.skeleton import Skeleton

Array = NDArray[np.float64]

ENOUGH_FOR_TREND = 5
"""Fewer repetitions than this give no drift and no fatigue trend."""
MOVED_DEG = 15.0
"""For an unknown exercise: angles that moved less than this are not listed."""
GENERIC_ANGLES = (
    "knee_flexion", "hip_flexion", "hip_abduction", "shoulder_flexion", "shoulder_abduction", "elbow_flexion",
)  # fmt: skip


@dataclass(frozen=True)
class Movement:
    """What was measured, before anything is concluded from it.

    Parameters
    ----------
    skeleton : cleaned skeleton.
    exercise : its definition, ``None`` when it is unknown.
    tracks : the angles over time.
    signal_name : the measure on which repetitions were told apart.
    signals : side → (n_frames,) that measure; tolerant of the view, so not always a clinical value.
    checks : what the compensation checks found.
    """

    skeleton: Skeleton
    view: ViewEstimate
    exercise: Exercise | None
    tracks: tuple[Track, ...]
    signal_name: str
    signals: dict[Side, Array] = field(default_factory=dict)
    repetitions: tuple[Repetition, ...] = ()
    holds: tuple[Hold, ...] = ()
    checks: tuple[CheckOutcome, ...] = ()

    @property
    def complete(self) -> list[Repetition]:
        """The complete repetitions."""
        return [r for r in self.repetitions if r.kind == "complete"]


def prepare(skeleton: Skeleton, view: ViewEstimate, exercise: Exercise | None) -> Movement:
    """Measure the angles of an exercise and find its repetitions or holds.

    Parameters
    ----------
    skeleton : cleaned skeleton (gaps are NaN).
    view : how the camera saw the person.
    exercise : ``None`` for an unknown exercise: then the movement that repeats most is counted.

    Returns
    -------
    Movement
        With repetitions or holds, and no conclusions.
    """
    if exercise is None:
        return _prepare_unknown(skeleton, view)
    tracks = tuple(track for name in exercise.measures for track in tracks_of(skeleton, view, name))
    signals = counting.signals_of(exercise, skeleton)
    movement = Movement(skeleton, view, exercise, tracks, exercise.measures[0], signals)
    if exercise.hold is not None:
        rule = exercise.hold
        signal = mean_seen(np.array(list(signals.values())))
        held = find_holds(skeleton.time_s, signal, rule.low_deg, rule.high_deg, rule.minimum_s)
        return replace(movement, holds=tuple(held))
    return with_repetitions(movement, _count(movement, exercise))


def with_repetitions(movement: Movement, repetitions: Sequence[Repetition]) -> Movement:
    """Take these repetitions, whoever set their boundaries, and measure each anew.

    Parameters
    ----------
    repetitions : in any order; they are sorted by start and numbered again.
    """
    ordered = _numbered(sorted(repetitions, key=lambda r: r.start_s))
    checks = run_checks(movement.skeleton, movement.view, movement.exercise, ordered)
    measured = [_measured(movement, r, checks) for r in ordered]
    return replace(movement, repetitions=tuple(measured), checks=tuple(checks))


def _prepare_unknown(skeleton: Skeleton, view: ViewEstimate) -> Movement:
    pairs = [tracks_of(skeleton, view, name) for name in GENERIC_ANGLES]
    tracks = [track for pair in pairs for track in pair if max(t.span for t in pair) >= MOVED_DEG]
    label, signal, found = generic_signals(skeleton)
    movement = Movement(skeleton, view, None, tuple(tracks), label, {"both": signal})
    return with_repetitions(movement, [_repetition("both", one) for one in found])


def _count(movement: Movement, exercise: Exercise) -> list[Repetition]:
    found = counting.count(exercise, movement.skeleton.time_s, movement.signals)
    return [_repetition(side, one) for side, one in on_the_spot(movement.skeleton, found)]


def _repetition(side: Side, found: Counted) -> Repetition:
    return Repetition(
        number=1,
        start_s=round(found.start_s, 3),
        end_s=round(found.end_s, 3),
        peak_s=round(found.peak_s, 3),
        side=side,
        kind=found.kind,
        reason=found.reason,
    )


def _numbered(repetitions: Sequence[Repetition]) -> list[Repetition]:
    return [r.model_copy(update={"number": i + 1}) for i, r in enumerate(repetitions)]


def _measured(movement: Movement, repetition: Repetition, checks: Sequence[CheckOutcome]) -> Repetition:
    start_s, end_s = repetition.start_s, repetition.end_s
    time_s = movement.skeleton.time_s
    signal = movement.signals.get(repetition.side)
    if signal is None:
        signal = mean_seen(np.array(list(movement.signals.values())))
    inside = (time_s >= start_s) & (time_s <= end_s)
    peak_s = repetition.peak_s
    if peak_s is None or not start_s <= peak_s <= end_s:
        peak_s = _farthest_s(time_s[inside], signal[inside])
    tempo = {} if peak_s is None else phase_durations(time_s, signal, start_s, peak_s, end_s)
    sides = ("none", "left", "right") if repetition.side in ("both", "none") else ("none", repetition.side)
    return repetition.model_copy(
        update={
            "peak_s": peak_s,
            "tempo_s": {name: round(seconds, 2) for name, seconds in tempo.items()},
            "smoothness": _smoothness(time_s[inside], signal[inside]),
            "compensations": [c.check.name for c in checks if c.failed(repetition.number)],
            "range_of_motion": [t.range_between(start_s, end_s) for t in movement.tracks if t.side in sides],
        }
    )


def _farthest_s(time_s: Array, signal: Array) -> float | None:
    """Time at which the signal is farthest from where it started; ``None`` when it was never seen."""
    seen = np.isfinite(signal)
    if not seen.any():
        return None
    away = np.abs(signal[seen] - signal[seen][0])
    return float(time_s[seen][int(np.argmax(away))])


def _smoothness(time_s: Array, signal: Array) -> float | None:
    seen = np.isfinite(signal)
    if seen.sum() < 5 or seen.mean() < 1 - HIDDEN_SHARE:
        return None
    rate_hz = 1.0 / float(np.median(np.diff(time_s)))
    even_s = np.arange(time_s[0], time_s[-1], 1.0 / rate_hz)
    speed = np.gradient(np.interp(even_s, time_s[seen], signal[seen]), 1.0 / rate_hz)
    value = sparc(speed, rate_hz)
    return round(value, 2) if np.isfinite(value) else None
