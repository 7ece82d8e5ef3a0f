"""The skeleton at the start and at the end of the range: which moments, and from where they are seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.findings import Assessment, Hold, JointRange, Repetition
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.reports.body_drawing import Joints, Pointed, Sheet, body_shapes
from rehabkit.reports.drawing import Drawing
from rehabkit.reports.text import clock, quantity, words

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Figure:
    """A drawing and the sentence under it, if its own title doesn't say all."""

    drawing: Drawing
    caption: str = ""


@dataclass(frozen=True)
class _Moment:
    """One instant to draw, and the angle that is pointed out in it."""

    time_s: float
    title: str
    angle: Pointed
    caption: str


def pose_figures(assessment: Assessment, skeleton: Skeleton, measure: str) -> list[Figure]:
    """Start and end range of the best repetition of each side, or the middle of the longest hold.

    Parameters
    ----------
    skeleton : the cleaned skeleton that was assessed.
    measure : the angle to point out, e.g. ``knee_flexion``.

    Returns
    -------
    list of Figure
        Empty when nothing was repeated or held, or the body was not seen at those moments.
    """
    flat = flattened(skeleton, measure)
    figures: list[Figure] = []
    for moments in _moments(assessment, measure):
        seen = [joints_at(skeleton, flat, moment.time_s) for moment in moments]
        if all(seen):
            sheet = Sheet.around(seen)
            figures += [_figure(sheet, at, moment) for at, moment in zip(seen, moments, strict=True)]
    return figures


def joints_at(skeleton: Skeleton, flat: Array, time_s: float) -> Joints:
    """The joints seen in the frame nearest to a time."""
    points = flat[int(np.argmin(np.abs(skeleton.time_s - time_s)))]
    pairs = zip(skeleton.joint_names, points, strict=True)
    return {name: point for name, point in pairs if np.isfinite(point).all()}


def flattened(skeleton: Skeleton, measure: str) -> Array:
    """(n_frames, n_joints, 2) the joints as seen by a camera: x right, y down, in px or metres.

    Three-dimensional skeletons are looked at from the front for frontal measures, otherwise from their right.
    """
    if skeleton.axes == "image":
        return skeleton.positions
    up = np.array([0.0, 1.0, 0.0] if skeleton.axes == "y_up" else [0.0, 0.0, 1.0])
    left = np.nanmean(skeleton.joint("left_hip") - skeleton.joint("right_hip"), axis=0)
    left = left - (left @ up) * up
    left = left / max(float(np.linalg.norm(left)), 1e-9)
    from_front = "abduction" in measure or "valgus" in measure or "side" in measure or "elevation" in measure
    across = left if from_front else np.cross(left, up)
    return np.stack([skeleton.positions @ across, -(skeleton.positions @ up)], axis=-1)


def _figure(sheet: Sheet, at: Joints, moment: _Moment) -> Figure:
    shapes = body_shapes(sheet.place(at), moment.angle)
    said = f"Drawn skeleton. {moment.caption}."
    return Figure(Drawing(sheet.width, sheet.height, moment.title, said, shapes), moment.caption)


def _moments(assessment: Assessment, measure: str) -> list[list[_Moment]]:
    if assessment.holds and not assessment.repetitions:
        return [[_held(max(assessment.holds, key=lambda hold: hold.duration_s), measure)]]
    best = (_best(assessment, side, measure) for side in ("both", "none", "left", "right"))
    return [_start_and_end(repetition, _shown(assessment, repetition, measure)) for repetition in best if repetition]


def _best(assessment: Assessment, side: str, measure: str) -> Repetition | None:
    """The repetition of one side with the widest range; a partial one only where there is no complete one."""
    mine = [r for r in assessment.repetitions if r.side == side and r.peak_s is not None]

    def rank(repetition: Repetition) -> tuple[bool, float]:
        ranges = [j.range_deg or 0.0 for j in repetition.range_of_motion if j.angle.endswith(measure)]
        return repetition.kind == "complete", max(ranges, default=0.0)

    return max(mine, key=rank, default=None)


def _shown(assessment: Assessment, repetition: Repetition, measure: str) -> JointRange:
    """The range to point out: of the side that moved further where both were measured."""
    mine = [j for j in repetition.range_of_motion if j.angle in (measure, f"left_{measure}", f"right_{measure}")]
    return max(
        mine,
        key=lambda j: j.range_deg or 0.0,
        default=JointRange(angle=measure, not_measurable="not measured"),
    )


def _start_and_end(repetition: Repetition, joint: JointRange) -> list[_Moment]:
    side, measure = _split(joint.angle)
    start, end = f"Repetition {repetition.number}, start", f"Repetition {repetition.number}, end range"
    peak_s = repetition.start_s if repetition.peak_s is None else repetition.peak_s
    moments = []
    for title, at_s, value in ((start, repetition.start_s, joint.start_deg), (end, peak_s, joint.peak_deg)):
        said = "the angle is no clinical value here"
        if value is not None:
            said = f"{words(joint.angle)} {quantity(value, 'deg', joint.uncertainty_deg)}"
            said += " (provisional)" if joint.provisional else ""
        moments.append(_Moment(at_s, title, Pointed(measure, side, value), f"{title} ({clock(at_s)})\n{said}"))
    return moments


def _held(hold: Hold, measure: str) -> _Moment:
    middle_s = (hold.start_s + hold.end_s) / 2
    title = "The position held longest"
    return _Moment(middle_s, title, Pointed(measure, "", None), f"{title} ({clock(middle_s)})")


def _split(angle: str) -> tuple[str, str]:
    """Side and measure of an angle's name.

    Examples
    --------
    >>> _split("left_knee_flexion"), _split("trunk_lean_side")
    (('left', 'knee_flexion'), ('', 'trunk_lean_side'))
    """
    side, _, rest = angle.partition("_")
    return (side, rest) if side in ("left", "right") else ("", angle)
