"""A learner's repetitions beside a template's: aligned in time, compared angle by angle and phase by phase.

Degrees come from the clinical measures and from nothing else: an angle that the view, the sensor or a hidden joint
rules out in one of the two recordings is named with the reason and not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.findings import Repetition, Side
from rehabkit.kinematics.alignment import differences, short_way, warp
from rehabkit.kinematics.seen import mean_seen
from rehabkit.kinematics.tracks import Track
from rehabkit.kinematics.uncertainty import camera_error
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.systems.pose_matching.result import (
    AlignedCurve,
    AngleDifference,
    MatchedRepetition,
    NotCompared,
    Phase,
    PoseScore,
)

Array = NDArray[np.float64]

N_INSTANTS = 101
"""Each repetition is sampled at so many even instants before it is aligned."""
CALM_STEPS = 5
"""Differences are a running median over so many steps: one bad frame is no difference."""
OTHER_SIDE: dict[Side, Side] = {"left": "right", "right": "left", "both": "both", "none": "none"}

Score = Callable[[float, float], PoseScore | None]
"""(learner's seconds, template's seconds) → how alike the two poses look."""


@dataclass(frozen=True)
class Performed:
    """One recording as it is compared: its angles, and its repetitions (one that spans it where none was found)."""

    skeleton: Skeleton
    tracks: Sequence[Track]
    repetitions: Sequence[Repetition]


def compare(
    learner: Performed, template: Performed, score: Score | None = None
) -> tuple[list[MatchedRepetition], list[NotCompared]]:
    """Each repetition of the learner beside the template's first of the same side, or of the other one mirrored.

    Returns
    -------
    repetitions, left_out
        What was compared, and each angle that couldn't be, with the reason of the recording that can't give it.

    Raises
    ------
    RecordingError
        If the two recordings share no angle that both may state.
    """
    found: list[MatchedRepetition] = []
    left_out: dict[str, NotCompared] = {}
    for mine in learner.repetitions:
        beside = _beside(learner, template, mine)
        for track in beside.pairs:
            if (why := beside.why_not(track)) is not None:
                left_out.setdefault(track[0].name, NotCompared(label=track[0].label, why=why))
        if beside.stated:
            found.append(_matched(beside, score))
    if not found:
        whys = "; ".join(f"{one.label}: {one.why}" for one in list(left_out.values())[:3])
        raise RecordingError(
            f"learner and template must share an angle that both recordings can state, got none ({whys}); "
            "film both from the same side, the whole body in view"
        )
    return found, list(left_out.values())


@dataclass(frozen=True)
class _Beside:
    """One repetition of the learner, the template's that it is held against, and the same angle of both."""

    mine: Repetition
    theirs: Repetition
    mirrored: bool
    pairs: list[tuple[Track, Track]]

    def why_not(self, pair: tuple[Track, Track]) -> str | None:
        """Why this angle has no clinical value in one of the two."""
        whys = {
            "learner": pair[0].why_not_between(self.mine.start_s, self.mine.end_s),
            "template": pair[1].why_not_between(self.theirs.start_s, self.theirs.end_s),
        }
        if whys["learner"] == whys["template"]:
            return whys["learner"]
        return "; ".join(f"{who}: {why}" for who, why in whys.items() if why) or None

    @property
    def stated(self) -> list[int]:
        """Places of the angles that both may state."""
        return [i for i, pair in enumerate(self.pairs) if self.why_not(pair) is None]


def _beside(learner: Performed, template: Performed, mine: Repetition) -> _Beside:
    theirs = next((r for r in template.repetitions if r.side == mine.side), template.repetitions[0])
    mirrored = mine.side in ("left", "right") and OTHER_SIDE[mine.side] == theirs.side
    by_name = {(track.measure.name, track.side): track for track in template.tracks}
    pairs = [(t, by_name[t.measure.name, OTHER_SIDE[t.side] if mirrored else t.side]) for t in learner.tracks]
    return _Beside(mine, theirs, mirrored, pairs)


def _matched(beside: _Beside, score: Score | None) -> MatchedRepetition:
    """Aligned on all angles, those that can't be stated included: they tell time well enough. Stated ones are said."""
    mine, theirs = beside.mine, beside.theirs
    when = np.linspace(mine.start_s, mine.end_s, N_INSTANTS), np.linspace(theirs.start_s, theirs.end_s, N_INSTANTS)
    values = [np.stack([_at(pair[i], when[i]) for pair in beside.pairs], axis=1) for i in (0, 1)]  # (instant, angle)
    path = warp(differences(*values))
    pairs = [beside.pairs[i] for i in beside.stated]
    learner, template = (values[i][path[:, i]][:, beside.stated] for i in (0, 1))  # (step, angle)
    near = np.where(np.isfinite(template), template + short_way(learner - template), learner)  # 350 beside -5 is -10
    steps = _Steps(when[0][path[:, 0]], when[1][path[:, 1]], near, template)
    phases = _phases(theirs, steps, [pair[0] for pair in pairs], None if beside.mirrored else score)
    told = [_difference(pair, steps, column, phases) for column, pair in enumerate(pairs)]
    told.sort(key=lambda d: (not d.told, -abs(d.difference_deg)))
    column = next(i for i, (track, _) in enumerate(pairs) if track.name == told[0].angle)
    return MatchedRepetition(
        number=mine.number, start_s=mine.start_s, end_s=mine.end_s, side=mine.side, mirrored=beside.mirrored,
        mean_difference_deg=round(float(np.nanmean(np.abs(steps.apart))), 1),
        phases=phases, differences=told, curve=_curve(pairs[column][0], steps, column),
    )  # fmt: skip


@dataclass(frozen=True)
class _Steps:
    """The aligned repetition: seconds (n_steps,) and degrees (n_steps, n_angles) of learner and template."""

    learner_s: Array
    template_s: Array
    learner: Array
    template: Array

    @property
    def apart(self) -> Array:
        """(n_steps, n_angles) learner minus template, calmed; NaN where one wasn't seen."""
        raw = self.learner - self.template
        half = CALM_STEPS // 2
        padded = np.pad(raw, ((half, half), (0, 0)), mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, CALM_STEPS, axis=0)  # (step, angle, window)
        calm = np.where(np.isfinite(windows).any(axis=2), np.median(windows, axis=2), np.nan)
        return np.where(np.isfinite(calm), calm, raw)


def _at(track: Track, seconds: Array) -> Array:
    """(n,) the track at these times, on the straight line between the frames around each; a gap stays a gap."""
    after = np.clip(np.searchsorted(track.time_s, seconds), 1, len(track.time_s) - 1)
    share = (seconds - track.time_s[after - 1]) / (track.time_s[after] - track.time_s[after - 1])
    between = track.value[after - 1] + share * short_way(track.value[after] - track.value[after - 1])
    nearest = track.value[np.where(share <= 0.5, after - 1, after)]
    return np.asarray(np.where(np.isfinite(between), between, nearest))


def _phases(theirs: Repetition, steps: _Steps, tracks: Sequence[Track], score: Score | None) -> list[Phase]:
    """The template's phases (thirds of its time where its tempo is unknown)."""
    tempo = theirs.tempo_s
    names = tuple(tempo)[:3] if len(tempo) >= 3 else ("first third", "middle third", "last third")
    lengths = [tempo[name] for name in names] if len(tempo) >= 3 else [(theirs.end_s - theirs.start_s) / 3] * 3
    edges = theirs.start_s + np.concatenate([[0.0], np.cumsum(lengths)])
    edges[-1] = theirs.end_s
    return [_phase(name, edges[i], edges[i + 1], steps, tracks, score) for i, name in enumerate(names)]


def _phase(name: str, low: float, high: float, steps: _Steps, tracks: Sequence[Track], score: Score | None) -> Phase:
    inside = np.flatnonzero((steps.template_s >= low) & (steps.template_s <= high))
    if not len(inside):
        inside = np.array([int(np.argmin(np.abs(steps.template_s - (low + high) / 2)))])
    apart = steps.apart[inside]
    middle = inside[len(inside) // 2]
    learner_s = steps.learner_s[inside]
    phase = Phase(
        name=name, template_start_s=round(low, 3), template_end_s=round(high, 3),
        start_s=round(float(learner_s[0]), 3), end_s=round(float(learner_s[-1]), 3),
        pose=score(float(steps.learner_s[middle]), float(steps.template_s[middle])) if score else None,
    )  # fmt: skip
    if not np.isfinite(apart).any():
        return phase
    row, column = divmod(int(np.nanargmax(np.abs(apart))), apart.shape[1])
    return phase.model_copy(
        update={
            "mean_difference_deg": round(float(np.nanmean(np.abs(apart))), 1),
            "angle": tracks[column].name,
            "difference_deg": round(float(apart[row, column]), 1),
        }
    )


def _difference(pair: tuple[Track, Track], steps: _Steps, column: int, phases: Sequence[Phase]) -> AngleDifference:
    mine = pair[0]
    apart = steps.apart[:, column]
    step = int(np.nanargmax(np.abs(apart)))
    errors = [camera_error(track.measure.name, track.sensor) for track in pair]
    uncertainty = float(np.hypot(errors[0].half_width_95, errors[1].half_width_95))
    at_s, value = float(steps.template_s[step]), float(apart[step])
    template_deg = float(mean_seen(steps.template[max(0, step - 2) : step + 3, column]))
    return AngleDifference(
        angle=mine.name, label=mine.label, side=mine.side, mean_deg=round(float(np.nanmean(np.abs(apart))), 1),
        difference_deg=round(value, 1), learner_deg=round(template_deg + value, 1), template_deg=round(template_deg, 1),
        at_s=round(float(steps.learner_s[step]), 3), template_at_s=round(at_s, 3),
        phase=next((p.name for p in phases if at_s <= p.template_end_s), phases[-1].name),
        uncertainty_deg=round(uncertainty, 1), provisional=any(error.provisional for error in errors),
        told=abs(value) > uncertainty,
    )  # fmt: skip


def _curve(track: Track, steps: _Steps, column: int) -> AlignedCurve:
    """Both over the template's time, one value an instant of the template (the mean of the steps that meet there)."""
    instants = np.unique(steps.template_s)
    groups = [np.flatnonzero(steps.template_s == instant) for instant in instants]

    def told(values: Array) -> list[float | None]:
        means = [float(mean_seen(values[group, column])) for group in groups]
        return [round(value, 1) if np.isfinite(value) else None for value in means]

    return AlignedCurve(
        angle=track.name, label=track.label, time_s=[round(float(t), 3) for t in instants],
        template_deg=told(steps.template), learner_deg=told(steps.learner),
        learner_time_s=[round(float(steps.learner_s[group].mean()), 3) for group in groups],
    )  # fmt: skip
