"""The skeleton at the start and at the end of the range, drawn from the landmarks.

Left limbs are solid and blue, right limbs hollow and vermilion. The angle's arc is drawn only where the
picture shows the angle that is printed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.findings import Assessment, Hold, JointRange, Repetition
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.reports import drawing as d
from rehabkit.reports.text import clock, quantity, words

Array = NDArray[np.float64]

HEIGHT, MARGIN = 270.0, 16.0
ROOM = 120.0
"""Beside the body, for the value of the angle."""
WIDTHS = (170.0, 380.0)
"""The sheet is as wide as the body needs, within these limits."""
TRUNK = (
    ("left_shoulder", "right_shoulder"), ("left_hip", "right_hip"), ("left_shoulder", "left_hip"),
    ("right_shoulder", "right_hip"),
)  # fmt: skip
LIMBS = (
    ("shoulder", "elbow"), ("elbow", "wrist"), ("wrist", "index"), ("hip", "knee"), ("knee", "ankle"),
    ("ankle", "heel"), ("heel", "foot_index"), ("ankle", "foot_index"),
)  # fmt: skip
JOINTS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
HEAD = ("left_ear", "right_ear", "left_eye", "right_eye", "nose")
HEAD_IN_TRUNKS = 0.21
"""Radius of the head over the trunk's length (shoulder to hip), for the drawing only."""
BEND = {
    "knee_flexion": ("hip", "knee", "ankle"), "elbow_flexion": ("shoulder", "elbow", "wrist"),
    "hip_flexion": ("shoulder", "hip", "knee"), "hip_abduction": ("shoulder", "hip", "knee"),
    "wrist_flexion": ("elbow", "wrist", "index"), "body_line": ("shoulder", "hip", "ankle"),
    "knee_valgus": ("hip", "knee", "ankle"),
}  # fmt: skip
"""Angles counted from the straight continuation of the first segment."""
SWING = {name: ("hip", "shoulder", "elbow") for name in (
    "shoulder_flexion", "shoulder_extension", "shoulder_abduction", "shoulder_elevation",
)}  # fmt: skip
"""Angles counted from the first segment itself: an arm that hangs is at 0."""
AGREES_DEG = 12.0
"""An arc that differs by more from the printed value would show another angle, so it is left out."""


@dataclass(frozen=True)
class Figure:
    """A drawing and the sentence under it."""

    drawing: d.Drawing
    caption: str


@dataclass(frozen=True)
class _Moment:
    """One instant to draw, and the angle that is pointed out in it."""

    time_s: float
    title: str
    measure: str
    side: str
    value_deg: float | None
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
    figures: list[Figure] = []
    for moments in _moments(assessment, measure):
        flat = _flat(skeleton, measure)
        frames = [int(np.argmin(np.abs(skeleton.time_s - moment.time_s))) for moment in moments]
        if all(np.isfinite(flat[frame]).any() for frame in frames):
            sheet = _Sheet.around(flat[frames])
            for moment, frame in zip(moments, frames, strict=True):
                shapes = _shapes(skeleton.joint_names, sheet.place(flat[frame]), moment)
                drawing = d.Drawing(sheet.width, HEIGHT, moment.title, f"Drawn skeleton. {moment.caption}.", shapes)
                figures.append(Figure(drawing, moment.caption))
    return figures


# -- which moments -------------------------------------------------------------------------------------------


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
        moments.append(_Moment(at_s, title, measure, side, value, f"{title} ({clock(at_s)})\n{said}"))
    return moments


def _held(hold: Hold, measure: str) -> _Moment:
    middle_s = (hold.start_s + hold.end_s) / 2
    title = "The position held longest"
    return _Moment(middle_s, title, measure, "", None, f"{title} ({clock(middle_s)})")


def _split(angle: str) -> tuple[str, str]:
    """Side and measure of an angle's name.

    Examples
    --------
    >>> _split("left_knee_flexion"), _split("trunk_lean_side")
    (('left', 'knee_flexion'), ('', 'trunk_lean_side'))
    """
    side, _, rest = angle.partition("_")
    return (side, rest) if side in ("left", "right") else ("", angle)


# -- from joints to the sheet --------------------------------------------------------------------------------


def _flat(skeleton: Skeleton, measure: str) -> Array:
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


@dataclass(frozen=True)
class _Sheet:
    """Maps the joints of both moments onto sheets of one size, so that their sizes and places compare."""

    width: float
    centre: Array
    units_per_length: float

    @classmethod
    def around(cls, points: Array) -> _Sheet:
        """``points`` (n_moments, n_joints, 2)."""
        low, high = np.nanmin(points, axis=(0, 1)), np.nanmax(points, axis=(0, 1))
        size = np.maximum(high - low, 1e-9)
        scale = float(np.min((np.array([WIDTHS[1], HEIGHT]) - 2 * MARGIN) / size))
        width = float(np.clip(size[0] * scale + ROOM, *WIDTHS))
        return cls(width, (low + high) / 2, scale)

    def place(self, points: Array) -> Array:
        """(n_joints, 2) in the drawing's units."""
        return np.asarray((points - self.centre) * self.units_per_length + np.array([self.width, HEIGHT]) / 2)


# -- what is drawn -------------------------------------------------------------------------------------------


def _shapes(names: tuple[str, ...], points: Array, moment: _Moment) -> tuple[d.Shape, ...]:
    at = {name: point for name, point in zip(names, points, strict=True) if np.isfinite(point).all()}
    shapes: list[d.Shape] = [*_trunk(at), *_head(at)]
    for side in _far_first(moment.side):
        shapes += _limbs(at, side)
    return (*shapes, *_arc(at, moment))


def _far_first(side: str) -> tuple[str, str]:
    return ("left", "right") if side == "right" else ("right", "left")


def _trunk(at: dict[str, Array]) -> list[d.Shape]:
    corners = ("left_shoulder", "right_shoulder", "right_hip", "left_hip")
    shapes: list[d.Shape] = []
    if all(name in at for name in corners):
        shapes.append(d.Path(tuple(_xy(at[name]) for name in corners), fill="#eef2f6", closed=True))
    for first, last in TRUNK:
        if first in at and last in at:
            shapes.append(d.Path((_xy(at[first]), _xy(at[last])), stroke=d.NEUTRAL, width=3))
    return shapes


def _head(at: dict[str, Array]) -> list[d.Shape]:
    seen = [at[name] for name in HEAD if name in at] or [at[n] for n in ("head", "head_top") if n in at]
    trunk = [np.linalg.norm(at[f"{s}_shoulder"] - at[f"{s}_hip"]) for s in ("left", "right")
             if f"{s}_shoulder" in at and f"{s}_hip" in at]  # fmt: skip
    if not seen or not trunk:
        return []
    ears = [at[name] for name in ("left_ear", "right_ear") if name in at]
    centre = np.mean(ears or seen, axis=0)
    radius = HEAD_IN_TRUNKS * float(max(trunk))
    shapes: list[d.Shape] = [d.Circle(*_xy(centre), radius, stroke=d.NEUTRAL, fill=d.PAPER, width=3)]
    if "nose" in at:
        shapes.append(d.Circle(*_xy(at["nose"]), 2.4, fill=d.NEUTRAL))
    return shapes


def _limbs(at: dict[str, Array], side: str) -> list[d.Shape]:
    colour = d.SIDE_COLOURS[side]
    bones = [(at[f"{side}_{a}"], at[f"{side}_{b}"]) for a, b in LIMBS if f"{side}_{a}" in at and f"{side}_{b}" in at]
    shapes: list[d.Shape] = [d.Path((_xy(a), _xy(b)), stroke=colour, width=6.5) for a, b in bones]
    if side == "right":
        shapes += [d.Path((_xy(a), _xy(b)), stroke=d.PAPER, width=3) for a, b in bones]
    ends = {_xy(end) for bone in bones for end in bone}
    for name in (f"{side}_{joint}" for joint in JOINTS):
        if name in at and _xy(at[name]) in ends:
            fill = colour if side == "left" else d.PAPER
            shapes.append(d.Circle(*_xy(at[name]), 4.6, stroke=colour, fill=fill, width=1.8))
    return shapes


def _arc(at: dict[str, Array], moment: _Moment) -> list[d.Shape]:
    """The arc from zero to the angle and its value; nothing where the picture shows another angle."""
    joints = BEND.get(moment.measure) or SWING.get(moment.measure)
    needed = [f"{moment.side}_{joint}" for joint in joints or ()]
    if moment.value_deg is None or not needed or not all(name in at for name in needed):
        return []
    near, vertex, far = (at[name] for name in needed)
    zero = vertex - near if moment.measure in BEND else near - vertex
    limb = far - vertex
    start, turn = np.arctan2(zero[1], zero[0]), _turn(zero, limb)
    if abs(abs(np.degrees(turn)) - abs(moment.value_deg)) > AGREES_DEG:
        return []
    radius = min(0.5 * float(np.linalg.norm(limb)), 34.0)
    sweep = start + np.linspace(0.0, turn, 24)
    arc = vertex + radius * np.stack([np.cos(sweep), np.sin(sweep)], axis=-1)  # (point, x and y)
    baseline = (_xy(vertex), _xy(vertex + 1.25 * radius * zero / np.linalg.norm(zero)))
    words_at = _beside(arc[12], vertex, float(np.mean([point[0] for point in at.values()])))
    return [
        d.Path(baseline, stroke=d.INK, width=1.1, dash=(3, 3)),
        d.Path(tuple(_xy(p) for p in arc), stroke=d.INK, width=1.8),
        d.Text(*words_at, quantity(moment.value_deg, "deg"), 15, d.INK, "middle", bold=True, halo=True),
    ]


def _beside(arc_middle: Array, vertex: Array, body_x: float) -> d.Point:
    """Where the value stands: outside the arc, or, where the arc lies on the limb, away from the body."""
    outward = arc_middle[0] - vertex[0]
    if abs(outward) < 10:
        outward = vertex[0] - body_x
    return float(arc_middle[0] + np.copysign(24, outward)), float(arc_middle[1] + 5)


def _turn(first: Array, last: Array) -> float:
    """Signed angle from one vector to another in the picture, radians, -π to π."""
    return float(np.arctan2(first[0] * last[1] - first[1] * last[0], first @ last))


def _xy(point: Array) -> d.Point:
    return float(point[0]), float(point[1])
