"""Learn an exercise from one approved repetition, or a few: what moves, how far, how fast, and what stays still.

What comes out is a draft for a clinician: the words and the limits are theirs to mend.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import ExerciseError
from rehabkit.exercises.definition import Compensation, Exercise, Primary, Target, Tempo, View
from rehabkit.exercises.motion import Motion, main_motion
from rehabkit.findings import Side
from rehabkit.kinematics.measures import MEASURES, clinical_series, counting_series, supported
from rehabkit.kinematics.repetitions import Counted
from rehabkit.kinematics.tempo import phase_durations
from rehabkit.kinematics.view import ViewEstimate, estimate_view
from rehabkit.recordings.files import atomic
from rehabkit.recordings.skeleton import Skeleton

Array = NDArray[np.float64]

_TRUNK = ("trunk_lean_forward", "trunk_lean_side")
WATCHED = {
    "shoulder": (*_TRUNK, "shoulder_hike", "elbow_flexion"),
    "elbow": (*_TRUNK, "shoulder_hike", "shoulder_elevation"),
    "forearm": (*_TRUNK, "shoulder_elevation", "elbow_flexion"),
    "wrist": (*_TRUNK, "elbow_flexion"),
    "knee": (*_TRUNK, "hip_flexion"),
    "hip": (*_TRUNK, "knee_flexion"),
    "ankle": (*_TRUNK, "knee_flexion"),
    "trunk": ("knee_flexion", "hip_flexion"),
}
"""What to watch beside the joint that moves."""
SAY = {
    "trunk_lean_forward": ("Stay upright: don't lean forward.", "Stay upright: don't lean back."),
    "trunk_lean_side": ("Stay upright: don't lean to the side.", None),
    "shoulder_hike": ("Keep your shoulder down, away from your ear.", None),
    "shoulder_elevation": ("Keep your upper arm where it is.", None),
    "elbow_flexion": ("Don't bend the elbow more.", "Don't straighten the elbow."),
    "knee_flexion": ("Don't bend the knee more.", "Don't straighten the knee."),
    "hip_flexion": ("Keep the thigh where it is.", None),
}
"""What the patient hears when a measure goes above or below what was approved; the second may make no sense."""

ATTEMPT = 0.4
"""An attempt reaches this share of the approved range."""
TARGET_MARGIN_DEG = 10.0
STILL_RANGE, MARGIN = 15.0, 10.0
"""Degrees or percent: a measure that moved less than the first stayed still; its limit lies the second beyond."""
SITTING_DEG = 50.0
"""Who starts with hips and knees bent further than this sits."""
HELD_S = 1.5
"""A stay at the target longer than this is part of the exercise."""


def learn(skeleton: Skeleton, name: str, title: str | None = None) -> Exercise:
    """Make an exercise of an approved recording.

    The angle that moves most, and most alike in all repetitions, becomes the primary one; where it ended, give
    or take 10 degrees, the target; 40 % of its range an attempt. What stayed still becomes a check.

    Parameters
    ----------
    skeleton : cleaned; one whole repetition from rest to rest, or a few.
    name : small letters, digits and underscores.
    title : ``None``: made from the name.

    Raises
    ------
    ExerciseError
        If the name is malformed, or there is no whole repetition.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ExerciseError(f"exercise name must be small letters, digits and _, got {name!r}; take another")
    view = estimate_view(skeleton)
    motion = main_motion(skeleton, view)
    if motion is None:
        raise ExerciseError(
            "recording must hold a whole repetition, got none; film it from rest to rest, the whole body in view"
        )
    title = title or name.replace("_", " ").capitalize()
    checks, moving = _checks(skeleton, view, motion)
    return Exercise(
        name=name,
        title=title,
        description=f"{title}, as shown in the recording that it was learned from.",
        instructions=("Start as you were shown.", "Move as far as you were shown.", "Come back slowly."),
        position=start_position(skeleton, view),
        views=(_view(view),),
        primary=Primary(
            angle=motion.angle,
            direction=motion.direction,
            sides=motion.sides,
            minimum_range_deg=float(max(round(ATTEMPT * float(np.median(motion.ranges))), 5)),
        ),
        target=_target(motion.peaks),
        tempo=_tempo(skeleton, motion),
        also_measure=moving,
        compensations=checks,
        stop_if="Stop if you feel pain or dizzy.",
        source=f"Learned from an approved recording of {_spoken(len(motion.peaks))}; not yet reviewed.",
    )


def write_toml(exercise: Exercise, path: Path) -> None:
    """Write an exercise file that :func:`rehabkit.exercises.library.load` reads back as the same exercise.

    Raises
    ------
    OutputError
        If the file can't be written.
    """
    import tomli_w

    with atomic(path) as temporary:
        text = tomli_w.dumps(exercise.model_dump(mode="json", exclude_none=True), indent=2)
        temporary.write_text(text, encoding="utf-8")


def _target(peaks: Array) -> Target:
    low, high = float(np.min(peaks)) - TARGET_MARGIN_DEG, float(np.max(peaks)) + TARGET_MARGIN_DEG
    return Target(low_deg=float(round(max(low, -180))), high_deg=float(round(min(high, 360))))


def _tempo(skeleton: Skeleton, motion: Motion) -> Tempo:
    """Half to twice the seconds of the example; a hold only where one was shown."""
    phases = [
        phase_durations(skeleton.time_s, signal, one.start_s, one.peak_s, one.end_s)
        for side, one in motion.found
        for name, signal in motion.signals.items()
        if side in (name, "both")
    ]
    means = {
        phase: float(np.mean([p[phase] for p in phases if phase in p] or [0.0])) for phase in ("out", "hold", "return")
    }
    bands = {
        f"{phase}_s": (round(seconds / 2, 1), round(seconds * 2, 1))
        for phase, seconds in means.items()
        if seconds > (HELD_S if phase == "hold" else 0.0)
    }
    return Tempo.model_validate(bands)


def _checks(skeleton: Skeleton, view: ViewEstimate, motion: Motion) -> tuple[tuple[Compensation, ...], tuple[str, ...]]:
    """Checks on what stayed still, and the names of what moved along."""
    checks: list[Compensation] = []
    moving: list[str] = []
    for measure in WATCHED[motion.angle.partition("_")[0]]:
        if supported(measure, view.name, skeleton) is not None:
            continue
        low, high = _strayed(skeleton, measure, motion.found)
        if not np.isfinite(low + high):
            continue
        if high - low >= STILL_RANGE:
            moving.append(measure)
            continue
        limits = zip(("above", "below"), (high + MARGIN, low - MARGIN), SAY[measure], strict=True)
        for which, limit, say in limits:
            if say is not None:
                name = f"{measure}_{'more' if which == 'above' else 'less'}"
                given = {"name": name, "measure": measure, which: float(round(limit)), "say": say}
                checks.append(Compensation.model_validate({**given, "views": _views_of(measure)}))
    return tuple(checks), tuple(name for name in moving if MEASURES[name].unit == "deg")


def _strayed(skeleton: Skeleton, measure: str, found: list[tuple[Side, Counted]]) -> tuple[float, float]:
    """Least and greatest change from the start of a repetition, over all repetitions and the sides that moved."""
    changes = [np.array([np.nan])]
    for side, one in found:
        inside = (skeleton.time_s >= one.start_s) & (skeleton.time_s <= one.end_s)
        sides = ("none",) if not MEASURES[measure].sided else ("left", "right") if side == "both" else (side,)
        for which in sides:
            values = clinical_series(skeleton, measure, which)[inside]
            values = values[np.isfinite(values)]
            changes.append(values - values[0] if len(values) else values)
    every = np.concatenate(changes)[1:]
    return (float(every.min()), float(every.max())) if len(every) else (np.nan, np.nan)


def _views_of(measure: str) -> tuple[View, ...]:
    names: dict[str, View] = {"left": "side", "right": "side", "front": "front", "back": "back"}
    return tuple(dict.fromkeys(names[view] for view in MEASURES[measure].views))


def _view(view: ViewEstimate) -> View:
    if view.name in ("left", "right"):
        return "lying_side" if view.posture == "lying" else "side"
    return view.name if view.name in ("front", "back") else "any"


def start_position(skeleton: Skeleton, view: ViewEstimate) -> Literal["standing", "sitting", "lying", "plank", "any"]:
    """How the person begins: bent at hips and knees is sitting."""
    if view.posture in ("lying", "plank"):
        return view.posture
    bent = [counting_series(skeleton, name) for name in ("knee_flexion", "hip_flexion")]
    seen = np.isfinite(bent).all(axis=0)
    if not seen.any():
        return "any"
    at_first = np.array(bent)[:, np.flatnonzero(seen)[: max(skeleton.n_frames // 10, 1)]]
    return "sitting" if np.median(at_first, axis=1).min() > SITTING_DEG else "standing"


def _spoken(n: int) -> str:
    return "one repetition" if n == 1 else f"{n} repetitions"
