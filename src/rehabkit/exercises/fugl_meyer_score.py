"""Scoring Fugl-Meyer items from recordings: points with their evidence, never a total of 66."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rehabkit.errors import InputError
from rehabkit.exercises.fugl_meyer import POINTS, TIMED, FuglMeyer, Item, Keep
from rehabkit.findings import NOT_A_MEDICAL_DEVICE, Evidence, Record
from rehabkit.kinematics.measures import MEASURES, clinical_series, supported
from rehabkit.kinematics.repetitions import Counted, count_repetitions
from rehabkit.kinematics.tracks import tracks_of
from rehabkit.kinematics.uncertainty import camera_error
from rehabkit.kinematics.view import ViewEstimate, estimate_view
from rehabkit.recordings.skeleton import Skeleton

Array = NDArray[np.float64]
ArmSide = Literal["left", "right"]

HELD_S = 0.2
"""A value counts when it lasts this long: the median over it, so that one bad frame does not score."""
MOST_BROKEN = 0.1
"""What must hold may be broken for this share of the way before it counts as broken."""
LEAST_SEEN = 0.5
"""What must hold has to be seen for at least this share of the way to be judged."""
LEAST_REACH = 0.3
"""A finger that comes this much nearer to the nose, in trunk lengths, goes there."""
TOUCHES = 5


class ItemScore(Record):
    """One item: its points with evidence, or why it has none."""

    item: str
    name: str
    section: str
    score: int | None = None
    value: float | None = None
    unit: str = ""
    uncertainty: float | None = None
    could_be: list[int] = Field([], description="points within the camera's own error, where they differ")
    broken: list[str] = Field([])
    not_checked: list[str] = Field([])
    not_measurable: str | None = None
    needs_clinician: str | None = None
    evidence: Evidence = Evidence()


class Sheet(Record):
    """All 33 items. ``sub_score`` of ``sub_score_max`` concerns the items that were scored here, no others."""

    title: str
    affected_side: ArmSide
    items: list[ItemScore]
    sub_score: int
    sub_score_max: int
    camera_max: int
    n_needs_clinician: int
    summary: str
    rules_source: str
    recordings: dict[str, dict[str, str]] = Field({}, description="item → name, sha256, sensor and view")
    rules_sha256: str = ""
    rehabkit_version: str = ""
    notice: str = NOT_A_MEDICAL_DEVICE


@dataclass(frozen=True)
class _Attempt:
    """One way through the movement: ``signed`` value (higher is more), and frames from its start to its peak."""

    start: int
    peak: int
    value: float
    came_from: float


def sheet(rules: FuglMeyer, scores: Mapping[str, ItemScore], side: ArmSide) -> Sheet:
    """The whole sheet, with what was scored and, for each other item, why it has no points."""
    items = [scores.get(item.id) or _unscored(item) for item in rules.items]
    points = [one.score for one in items if one.score is not None]
    most, clinician = POINTS * len(points), sum(not item.visible for item in rules.items)
    camera_max = POINTS * len(rules.visible)
    summary = (
        f"{sum(points)} of {most} points in the {len(points)} items that were scored here. A camera can see "
        f"{len(rules.visible)} items ({camera_max} points); {clinician} need a clinician. This is no Fugl-Meyer total."
    )
    return Sheet(
        title=rules.title,
        affected_side=side,
        items=items,
        sub_score=sum(points),
        sub_score_max=most,
        camera_max=camera_max,
        n_needs_clinician=clinician,
        summary=summary,
        rules_source=rules.source,
    )


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
        return _timed(item, skeleton, side)
    view = estimate_view(skeleton)
    track = next(t for t in tracks_of(skeleton, view, item.measure) if t.side in (side, "none"))
    if track.why_not is not None:
        return _refused(item, track.why_not)
    if not np.isfinite(track.value).sum() >= 2:
        return _refused(item, f"{track.label} was not seen; show the whole arm")
    if item.toward == "range":
        return _ranged(item, skeleton, view, side, track.value)
    return _reached(item, skeleton, view, side, track.value)


def _unscored(item: Item) -> ItemScore:
    why = (
        {"needs_clinician": item.needs_clinician} if not item.visible else {"not_measurable": "no recording was given"}
    )
    return ItemScore(item=item.id, name=item.name, section=item.section, **why)


def _refused(item: Item, why: str) -> ItemScore:
    return ItemScore(item=item.id, name=item.name, section=item.section, not_measurable=why)


def _reached(item: Item, skeleton: Skeleton, view: ViewEstimate, side: ArmSide, value: Array) -> ItemScore:
    """The farthest point of the best attempt."""
    sign = -1.0 if item.toward == "lowest" else 1.0
    attempts = _attempts(skeleton.time_s, sign * value)
    allowed = [a for a in attempts if item.start is None or a.came_from <= sign * item.start]
    if not allowed:
        nearest = sign * min(a.came_from for a in attempts)
        word = "most" if sign > 0 else "least"
        return _refused(
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
        verdict = _kept(keep, skeleton, view, side, value, attempt, item.toward == "lowest")
        if verdict is None:
            not_checked.append(f"that {keep.say}")
        elif verdict < POINTS and item.toward == "range":
            return _refused(item, f"the recording must show that {keep.say}, and it doesn't for most of the time")
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
    keep: Keep, skeleton: Skeleton, view: ViewEstimate, side: ArmSide, value: Array, attempt: _Attempt, lowest: bool
) -> int | None:
    """Points that a condition leaves: 2 kept, 1 broken, 0 broken early; None where it can't be seen."""
    if supported(keep.measure, view.name, skeleton, side) is not None:
        return None
    way = slice(attempt.start, attempt.peak + 1)
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
    return 0 if (main > keep.early if lowest else main < keep.early) else POINTS - 1


def _timed(item: Item, skeleton: Skeleton, side: ArmSide) -> ItemScore:
    """Seconds that five touches of the nose take longer with the affected arm than with the other."""
    found = {one: _touches(skeleton, one) for one in ("left", "right")}
    counts = {one: len(touches) for one, touches in found.items()}
    if min(counts.values()) < TOUCHES:
        return _refused(
            item,
            f"the recording must show {TOUCHES} touches of the nose with each arm, got {counts['left']} left and "
            f"{counts['right']} right; record both arms, one after the other",
        )
    times = {one: touches[TOUCHES - 1].end_s - touches[0].start_s for one, touches in found.items()}
    slower = times[side] - times["left" if side == "right" else "right"]
    mine = found[side]
    return ItemScore(
        item=item.id,
        name=item.name,
        section=item.section,
        score=item.points(slower),
        value=round(slower, 2),
        unit="s",
        not_checked=list(item.not_checked),
        evidence=Evidence(
            joints=[f"{side}_{_tip(skeleton, side)}", _nose(skeleton)],
            start_s=round(mine[0].start_s, 3),
            end_s=round(mine[TOUCHES - 1].end_s, 3),
            view=estimate_view(skeleton).name,
            method=f"left {times['left']:.1f} s, right {times['right']:.1f} s for {TOUCHES} touches",
        ),
    )


def _touches(skeleton: Skeleton, side: str) -> list[Counted]:
    """Complete ways to the nose and back, by the finger's distance from it in trunk lengths."""
    if not skeleton.has("left_shoulder", "right_shoulder", "left_hip", "right_hip", f"{side}_wrist", _nose(skeleton)):
        return []
    trunk = np.linalg.norm(skeleton.middle("shoulder") - skeleton.middle("hip"), axis=-1)
    if not np.isfinite(trunk).any() or not np.nanmedian(trunk) > 0:
        return []
    gap = np.linalg.norm(skeleton.joint(f"{side}_{_tip(skeleton, side)}") - skeleton.joint(_nose(skeleton)), axis=-1)
    distance = gap / np.nanmedian(trunk)
    if np.isfinite(distance).sum() < 2 or np.nanmax(distance) - np.nanmin(distance) < LEAST_REACH:
        return []
    counted = count_repetitions(skeleton.time_s, distance, minimum_range=LEAST_REACH, direction="decrease")
    return [one for one in counted if one.kind == "complete"]


def _tip(skeleton: Skeleton, side: str) -> str:
    return "index" if skeleton.has(f"{side}_index") else "wrist"


def _nose(skeleton: Skeleton) -> str:
    return "nose" if skeleton.has("nose") else "head"
