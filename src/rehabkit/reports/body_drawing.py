"""A body of lines: left limbs solid and blue, right limbs hollow and vermilion, the angle's arc at its joint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.reports import drawing as d
from rehabkit.reports.text import quantity

Array = NDArray[np.float64]
Joints = dict[str, Array]
"""Name → (x, y) of the joints that were seen, y downwards."""

WIDEST, TALLEST = 400.0, 270.0
ROOM, MARGIN = 120.0, 36.0
"""Beside the body for the value of the angle, above and below it for the head."""
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
class Pointed:
    """The angle to point out in a drawing; nothing is where ``value_deg`` is ``None``."""

    measure: str
    side: str
    value_deg: float | None


@dataclass(frozen=True)
class Sheet:
    """Maps several moments onto sheets of one size, so that their sizes and places compare."""

    width: float
    height: float
    centre: Array
    units_per_length: float

    @classmethod
    def around(cls, moments: Sequence[Joints]) -> Sheet:
        """The sheet that holds the joints and heads of all moments, each with at least one joint."""
        points = np.array([point for at in moments for point in at.values()])
        circles = [circle for circle in map(head_circle, moments) if circle is not None]
        low = np.min([points.min(axis=0), *(centre - radius for centre, radius in circles)], axis=0)
        high = np.max([points.max(axis=0), *(centre + radius for centre, radius in circles)], axis=0)
        size = np.maximum(high - low, 1e-9)
        scale = float(np.min(np.array([WIDEST - ROOM, TALLEST - MARGIN]) / size))
        return cls(float(size[0] * scale + ROOM), float(size[1] * scale + MARGIN), (low + high) / 2, scale)

    def place(self, at: Joints) -> Joints:
        """The joints in the drawing's units."""
        middle = np.array([self.width, self.height]) / 2
        return {name: (point - self.centre) * self.units_per_length + middle for name, point in at.items()}


def body_shapes(at: Joints, angle: Pointed) -> tuple[d.Shape, ...]:
    """The body, the limbs of the side that is pointed out in front.

    Parameters
    ----------
    at : joints in the drawing's units.
    angle : its arc is drawn only where the picture shows the value within 12 degrees.
    """
    shapes: list[d.Shape] = [*_trunk(at), *_head(at)]
    for side in _far_first(angle.side):
        shapes += _limbs(at, side)
    return (*shapes, *_arc(at, angle))


def _far_first(side: str) -> tuple[str, str]:
    return ("left", "right") if side == "right" else ("right", "left")


def _trunk(at: Joints) -> list[d.Shape]:
    corners = ("left_shoulder", "right_shoulder", "right_hip", "left_hip")
    shapes: list[d.Shape] = []
    if all(name in at for name in corners):
        shapes.append(d.Path(tuple(_xy(at[name]) for name in corners), fill="#eef2f6", closed=True))
    for first, last in TRUNK:
        if first in at and last in at:
            shapes.append(d.Path((_xy(at[first]), _xy(at[last])), stroke=d.NEUTRAL, width=3))
    return shapes


def head_circle(at: Joints) -> tuple[Array, float] | None:
    """Centre and radius of the head, ``None`` where it was not seen."""
    seen = [at[name] for name in HEAD if name in at]
    sides = [s for s in ("left", "right") if f"{s}_shoulder" in at and f"{s}_hip" in at]
    if not seen or not sides:
        return None
    ears = [at[name] for name in ("left_ear", "right_ear") if name in at]
    trunk = max(float(np.linalg.norm(at[f"{s}_shoulder"] - at[f"{s}_hip"])) for s in sides)
    return np.mean(ears or seen, axis=0), HEAD_IN_TRUNKS * trunk


def _head(at: Joints) -> list[d.Shape]:
    circle = head_circle(at)
    if circle is None:
        return []
    shapes: list[d.Shape] = [d.Circle(*_xy(circle[0]), circle[1], stroke=d.NEUTRAL, fill=d.PAPER, width=3)]
    if "nose" in at:
        shapes.append(d.Circle(*_xy(at["nose"]), 2.4, fill=d.NEUTRAL))
    return shapes


def _limbs(at: Joints, side: str) -> list[d.Shape]:
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


def _arc(at: Joints, angle: Pointed) -> list[d.Shape]:
    """The arc from zero to the angle and its value; nothing where the picture shows another angle."""
    joints = BEND.get(angle.measure) or SWING.get(angle.measure)
    needed = [f"{angle.side}_{joint}" for joint in joints or ()]
    if angle.value_deg is None or not needed or not all(name in at for name in needed):
        return []
    near, vertex, far = (at[name] for name in needed)
    zero = vertex - near if angle.measure in BEND else near - vertex
    limb = far - vertex
    start, turn = np.arctan2(zero[1], zero[0]), _turn(zero, limb)
    if abs(abs(np.degrees(turn)) - abs(angle.value_deg)) > AGREES_DEG:
        return []
    radius = min(0.5 * float(np.linalg.norm(limb)), 34.0)
    sweep = start + np.linspace(0.0, turn, 24)
    arc = vertex + radius * np.stack([np.cos(sweep), np.sin(sweep)], axis=-1)  # (point, x and y)
    baseline = (_xy(vertex), _xy(vertex + 1.25 * radius * zero / np.linalg.norm(zero)))
    words_at = _beside(arc[12], vertex, float(np.mean([point[0] for point in at.values()])))
    return [
        d.Path(baseline, stroke=d.INK, width=1.1, dash=(3, 3)),
        d.Path(tuple(_xy(p) for p in arc), stroke=d.INK, width=1.8),
        d.Text(*words_at, quantity(angle.value_deg, "deg"), 15, d.INK, "middle", bold=True, halo=True),
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
