"""Scoring one Fugl-Meyer item from one recording: how far, and what else had to hold on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import InputError
from rehabkit.exercises.fugl_meyer import POINTS, TIMED, Item, Keep
from rehabkit.exercises.fugl_meyer_sheet import ArmSide, ItemScore, refused
from rehabkit.exercises.fugl_meyer_time import timed
from rehabkit.findings import Evidence
from rehabkit.kinematics.measures import MEASURES, clinical_series, supported
from rehabkit.kinematics.repetitions import Counted, count_repetitions
from rehabkit.kinematics.tracks import tracks_of
from rehabkit.kinematics.uncertainty import camera_error
from rehabkit.kinematics.view import ViewEstimate, estimate_view
from rehabkit.recordings.skeleton import Skeleton

Array = NDArray[np.float64]

HELD_S = 0.2
"""A value counts when it lasts this long: the median over it, so that one bad frame does not score."""
MOST_BROKEN = 0.1
"""What must hold may be broken for this share of the way before it counts as broken."""
LEAST_SEEN = 0.5
"""What must hold has to be seen for at least this share of the way to be judged."""


@dataclass(frozen=True)
class _Attempt:
    """One way through the movement: ``signed`` value (higher is more), and frames from its start to its peak."""

    start: int
    peak: int
    value: float
    came_from: float


def score(item: Item, skeleton: Skeleton, side: ArmSide) -> ItemScore:
    """Points of one item from one recording.

    Parameters
    ----------
    item : which one, with its rule.
    skeleton : cleaned skeleton of a person who does the item, as often as they like: the best attempt counts.
    side : the affected arm.

    Raises
    ------
    InputError
        If only a clinician can score the item.
    """
    if item.measure is None:
        raise InputError(f"item must be one that a camera can see, got {item.id}: {item.needs_clinician}")
    if item.measure == TIMED:
        return timed(item, skeleton, side)
    view = estimate_view(skeleton)
    track = next(t for t in tracks_of(skeleton, view, item.measure) if t.side in (side, "none"))
    if track.why_not is not None:
        return refused(item, track.why_not)
    if not np.isfinite(track.value).sum() >= 2:
        return refused(item, f"{track.label} was not seen; show the whole arm")
    if item.toward == "range":
        return _ranged(item, skeleton, view, side, track.value)
    return _reached(item, skeleton, view, side, track.value)


def _reached(item: Item, skeleton: Skeleton, view: ViewEstimate, side: ArmSide, value: Array) -> ItemScore:
    """The farthest point of the best attempt."""
    sign = -1.0 if item.toward == "lowest" else 1.0
    attempts = _attempts(skeleton.time_s, sign * value)
    allowed = [a for a in attempts if item.start is None or a.came_from <= sign * item.start]
    if not allowed:
        nearest = sign * min(a.came_from for a in attempts)
        word = "most" if sign > 0 else "least"
        return refused(
            item,
            f"the movement must start at {item.start:g} degrees at {word}, got {nearest:.0f}; record its start too",
        )
    scored = [_scored(item, skeleton, view, side, value, a, sign * a.value) for a in allowed]
    return max(scored, key=lambda one: (one.score or 0, -len(one.broken), sign * (one.value or 0.0)))


def _attempts(time_s: Array, signed: Array) -> list[_Attempt]:
    """Every repetition that the counter finds, and the way to the farthest point of all."""
    held = _held(time_s, signed)
    span = float(np.nanmax(held) - np.nanmin(held))
    found = count_repetitions(time_s, signed, minimum_range=max(span / 4, 1e-6)) if span > 0 else []
    ways = [(int(np.searchsorted(time_s, c.start_s)), _near_peak(time_s, held, c)) for c in found]
    top = int(np.nanargmax(held))
    ways.append((int(np.nanargmin(held[: top + 1])), top))
    return [_Attempt(a, b, float(held[b]), float(np.nanmin(held[a : b + 1]))) for a, b in ways if np.isfinite(held[b])]


def _near_peak(time_s: Array, held: Array, counted: Counted) -> int:
    inside = np.flatnonzero((time_s >= counted.start_s) & (time_s <= counted.end_s) & np.isfinite(held))
    return int(inside[np.argmax(held[inside])]) if len(inside) else int(np.searchsorted(time_s, counted.peak_s))


def _held(time_s: Array, value: Array) -> Array:
    """(n_frames,) median over HELD_S around each frame; NaN where less than half of it is seen."""
    first = np.searchsorted(time_s, time_s - HELD_S / 2)
    last = np.searchsorted(time_s, time_s + HELD_S / 2, side="right")
    out = np.full(len(value), np.nan)
    for i, (a, b) in enumerate(zip(first, last, strict=True)):
        near = value[a:b][np.isfinite(value[a:b])]
        if 2 * len(near) >= b - a:
            out[i] = np.median(near)
    return out if np.isfinite(out).any() else value


def _ranged(item: Item, skeleton: Skeleton, view: ViewEstimate, side: ArmSide, value: Array) -> ItemScore:
    """How far apart the two ends of the movement are, over the whole recording."""
    held = _held(skeleton.time_s, value)
    low, high = int(np.nanargmin(held)), int(np.nanargmax(held))
    whole = _Attempt(0, skeleton.n_frames - 1, 0.0, 0.0)
    return _scored(item, skeleton, view, side, value, whole, float(held[high] - held[low]))


def _scored(
    item: Item, skeleton: Skeleton, view: ViewEstimate, side: ArmSide, value: Array, attempt: _Attempt, reached: float
) -> ItemScore:
    measure = MEASURES[item.measure or ""]
    broken, not_checked, points = [], list(item.not_checked), item.points(reached)
    for keep in item.keep:
        verdict = _kept(keep, item, skeleton, view, side, value, attempt)
        if verdict is None:
            not_checked.append(f"that {keep.say}")
        elif verdict < POINTS and item.toward == "range":
            return refused(item, f"the recording must show that {keep.say} all the time, and it doesn't")
        elif verdict < POINTS:
            broken.append(f"not kept: {keep.say}")
            points = min(points, verdict)
    error = camera_error(measure.name, skeleton.sensor)
    near = {item.points(reached + e) for e in (-error.half_width_95, 0.0, error.half_width_95)}
    could_be = sorted({min(points, one) for one in near} if broken else near)
    return ItemScore(
        item=item.id,
        name=item.name,
        section=item.section,
        score=points,
        value=round(reached, 1),
        unit=measure.unit,
        uncertainty=round(error.half_width_95, 1),
        could_be=could_be if len(could_be) > 1 else [],
        broken=broken,
        not_checked=not_checked,
        evidence=Evidence(
            joints=list(measure.joints_of(side)),
            start_s=round(float(skeleton.time_s[attempt.start]), 3),
            end_s=round(float(skeleton.time_s[attempt.peak]), 3),
            plane=measure.plane,
            view=view.name,
            method=f"{item.toward} {side} {measure.label}; 1 point from {item.partial:g}, 2 from {item.full:g}",
            source=error.source,
        ),
    )


def _kept(
    keep: Keep, item: Item, skeleton: Skeleton, view: ViewEstimate, side: ArmSide, value: Array, attempt: _Attempt
) -> int | None:
    """Points that a condition leaves: 2 kept, 1 broken, 0 broken early; None where it can't be seen."""
    if supported(keep.measure, view.name, skeleton, side) is not None:
        return None
    way = slice(attempt.start, _arrival(item, value, attempt) + 1)
    seen = clinical_series(skeleton, keep.measure, side)[way]
    if np.isfinite(seen).mean() < LEAST_SEEN:
        return None
    least = -np.inf if keep.least is None else keep.least
    most = np.inf if keep.most is None else keep.most
    outside = (seen < least) | (seen > most)  # NaN is neither
    if outside.sum() <= MOST_BROKEN * np.isfinite(seen).sum():
        return POINTS
    if keep.early is None:
        return POINTS - 1
    main = value[way][np.flatnonzero(outside)[0]]
    return 0 if (main > keep.early if item.toward == "lowest" else main < keep.early) else POINTS - 1


def _arrival(item: Item, value: Array, attempt: _Attempt) -> int:
    """The frame up to which a condition must hold: where the movement reaches what is asked, or else its peak.

    An arm that goes on to overhead has left the item's movement, and its abduction means nothing there.
    """
    if item.toward == "range" or item.full is None:
        return attempt.peak
    sign = -1.0 if item.toward == "lowest" else 1.0
    reached = np.flatnonzero(sign * value[attempt.start : attempt.peak + 1] >= sign * item.full)
    return attempt.start + int(reached[0]) if len(reached) else attempt.peak
