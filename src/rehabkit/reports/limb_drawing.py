"""A right leg or arm from the front or the back, to scale, with landmarks, the lines between them, and electrodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.exercises.emg_placement import Placement, View
from rehabkit.reports import drawing as d
from rehabkit.reports.axes import apart
from rehabkit.reports.colours import LINE_STYLES

Array = NDArray[np.float64]
WIDTH, TOP, MARGIN = 350.0, 26.0, 12.0
LIMB_X, NAMES_X = 90.0, 176.0
"""Where the limb's axis and the names stand."""
SKIN, SKIN_EDGE = "#f3ece4", "#9a8f82"
NAME_ROOM = 15.0
DOT, LETTER_RADIUS, OUTWARD = 3.4, 5.4, 9.0
EDGE_MM = 30.0
"""Letters of landmarks further from the limb's axis stand beside them, outside."""

_LEG: tuple[tuple[float, float], ...] = (
    (-60, -70), (-70, -10), (-86, 80), (-96, 160), (-90, 270), (-70, 390), (-54, 470), (-50, 525), (-50, 580),
    (-58, 660), (-54, 740), (-38, 830), (-30, 890), (-36, 940), (-50, 975), (-34, 992), (6, 994), (26, 980),
    (28, 930), (24, 890), (32, 810), (50, 720), (56, 660), (48, 590), (44, 540), (48, 490), (58, 420), (72, 310),
    (82, 215), (84, 170), (98, 150), (98, -70),
)  # fmt: skip
_ARM: tuple[tuple[float, float], ...] = (
    (98, -52), (60, -40), (10, -18), (-26, -4), (-50, 35), (-62, 95), (-56, 165), (-47, 240), (-49, 300), (-53, 345),
    (-48, 410), (-36, 500), (-28, 565), (-36, 610), (-36, 670), (-18, 735), (6, 738), (20, 680), (24, 615), (20, 565),
    (28, 490), (38, 400), (41, 340), (38, 290), (36, 230), (38, 165), (46, 128), (70, 170), (98, 190),
)  # fmt: skip
"""Outlines in mm around the limb's axis, seen from the front: the body's middle is to the right."""


@dataclass(frozen=True)
class _Limb:
    """One view.

    Parameters
    ----------
    outline : mm, x to the right of the sheet, y down from the hip bone or the shoulder.
    landmarks : the same.
    units_per_mm : of the sheet.
    """

    title: str
    outline: tuple[tuple[float, float], ...]
    landmarks: Mapping[str, tuple[float, float]]
    units_per_mm: float
    from_behind: bool

    @property
    def height(self) -> float:
        """Of the sheet."""
        ys = [y for _, y in self.outline]
        return (max(ys) - min(ys)) * self.units_per_mm + TOP + MARGIN

    def at(self, point: Array) -> d.Point:
        """mm → the sheet."""
        x, y = point
        top = min(y for _, y in self.outline)
        return LIMB_X + float(x) * self.units_per_mm, TOP + (float(y) - top) * self.units_per_mm


def _from_behind(outline: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    return tuple((-x, y) for x, y in outline)


LIMBS: Mapping[View, _Limb] = {
    "leg_front": _Limb("Right leg from the front", _LEG, {
        "anterior_iliac_spine": (-34, 8), "patella_top": (-3, 488), "patella_side": (-29, 517),
        "medial_joint_space": (36, 547), "fibula_head": (-44, 590), "medial_malleolus": (21, 908),
    }, 0.38, False),
    "leg_back": _Limb("Right leg from behind", _from_behind(_LEG), {
        "ischial_tuberosity": (-42, 190), "lateral_tibia": (42, 565), "medial_tibia": (-40, 565),
        "fibula_head": (45, 592), "heel": (0, 955), "calf_middle": (-20, 545),
    }, 0.38, True),
    "arm_front": _Limb("Right arm from the front", _ARM, {
        "medial_acromion": (2, 6), "elbow_crease": (-6, 322), "acromion": (-30, 14), "lateral_elbow": (-46, 325),
    }, 0.46, False),
    "arm_back": _Limb("Right arm from behind", _from_behind(_ARM), {
        "posterior_acromion": (28, 14), "olecranon": (5, 330),
    }, 0.46, True),
}  # fmt: skip


def limb(view: View, muscles: Sequence[Placement], letters: Mapping[str, str], distance_mm: float) -> d.Drawing:
    """The limb with the electrodes of these muscles.

    Parameters
    ----------
    muscles : of this view; one whose landmarks aren't drawn is left out.
    letters : landmark → the letter that stands for it.
    distance_mm : between the two electrodes of a pair, drawn to scale.
    """
    seen = LIMBS[view]
    drawn = [muscle for muscle in muscles if can_draw(muscle)]
    shapes = _body(seen)
    for muscle, (colour, dash) in zip(drawn, LINE_STYLES * len(drawn), strict=False):
        shapes.append(
            d.Path(tuple(seen.at(end) for end in _line(muscle)), stroke=colour, width=1.2, dash=dash or (5, 2))
        )
        if muscle.beside_mm:
            start, end = _line(muscle)
            foot = seen.at(start + muscle.share * (end - start))
            shapes.append(d.Path((foot, seen.at(centre(muscle))), stroke=colour, width=0.8, dash=(1.5, 2)))
    for muscle, (colour, _) in zip(drawn, LINE_STYLES * len(drawn), strict=False):
        shapes += [
            d.Circle(*seen.at(at), DOT, stroke=d.PAPER, fill=colour, width=1) for at in pair(muscle, distance_mm)
        ]
    used = dict.fromkeys(mark for muscle in drawn for mark in (muscle.start, muscle.end))
    shapes += [shape for mark in used for shape in _letter(seen, mark, letters[mark])]
    shapes += _names(seen, drawn)
    said = " ".join(f"{m.title}: {m.where}" for m in drawn)
    return d.Drawing(WIDTH, seen.height, seen.title, said or "No electrode.", tuple(shapes))


def can_draw(muscle: Placement) -> bool:
    """Whether both of its landmarks have a place in our drawing; own files may use others."""
    return {muscle.start, muscle.end} <= LIMBS[muscle.view].landmarks.keys()


def centre(muscle: Placement) -> Array:
    """(2,) mm: the point halfway between the two electrodes."""
    start, end = _line(muscle)
    along = (end - start) / np.linalg.norm(end - start)
    across = np.array([-along[1], along[0]])  # to the left of the sheet for a line that goes down
    away = 1.0 if not LIMBS[muscle.view].from_behind else -1.0
    return np.asarray(start + muscle.share * (end - start) + away * muscle.beside_mm * across)


def pair(muscle: Placement, distance_mm: float) -> tuple[Array, Array]:
    """(2,) mm each: the two electrodes."""
    start, end = _line(muscle)
    turn = np.radians(muscle.turned_deg)
    along = (end - start) / np.linalg.norm(end - start)
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ along  # clockwise: y goes down
    middle = centre(muscle)
    return middle - distance_mm / 2 * turned, middle + distance_mm / 2 * turned


def _line(muscle: Placement) -> tuple[Array, Array]:
    marks = LIMBS[muscle.view].landmarks
    return np.array(marks[muscle.start], dtype=float), np.array(marks[muscle.end], dtype=float)


def _body(seen: _Limb) -> list[d.Shape]:
    points = smooth(np.array(seen.outline, dtype=float))
    shapes: list[d.Shape] = [d.Path(tuple(seen.at(p) for p in points), SKIN_EDGE, SKIN, 1.3, closed=True)]
    if seen.title.startswith("Right leg"):
        shapes += _leg_marks(seen)
    return [*shapes, d.Text(4, 14, seen.title, 11, d.INK, bold=True)]


def _leg_marks(seen: _Limb) -> list[d.Shape]:
    """Kneecap in front; fold of the buttock and crease of the knee behind."""
    if not seen.from_behind:
        angle = np.linspace(0, 2 * np.pi, 40)
        knee = np.stack([-3 + 26 * np.cos(angle), 516 + 28 * np.sin(angle)], axis=1)
        return [d.Path(tuple(seen.at(p) for p in knee), SKIN_EDGE, None, 1.0, closed=True)]
    folds = (((-82, 176), (-40, 208), (20, 204), (56, 186)), ((-38, 541), (0, 535), (42, 541)))
    return [d.Path(tuple(seen.at(p) for p in smooth(np.array(f, dtype=float))), SKIN_EDGE) for f in folds]


def _letter(seen: _Limb, mark: str, letter: str) -> list[d.Shape]:
    """A dot on the landmark, and the letter on it or, at the limb's edge, beside it."""
    place = np.array(seen.landmarks[mark], dtype=float)
    x, y = seen.at(place)
    beside = x + float(np.sign(place[0])) * OUTWARD if abs(place[0]) >= EDGE_MM else x
    return [
        d.Circle(x, y, 1.8, fill=d.INK),
        d.Circle(beside, y, LETTER_RADIUS, stroke=d.INK, fill=d.PAPER, width=0.9),
        d.Text(beside, y + 2.8, letter, 7.8, d.INK, "middle", bold=True),
    ]


def _names(seen: _Limb, drawn: Sequence[Placement]) -> list[d.Shape]:
    """Names to the right of the limb, each with a thin line to its electrodes."""
    styles = [style[0] for style in LINE_STYLES * len(drawn)]
    ends = sorted((seen.at(centre(muscle))[1], i) for i, muscle in enumerate(drawn))
    places = apart([y for y, _ in ends], [NAME_ROOM] * len(ends), TOP + 8, seen.height - MARGIN)
    shapes: list[d.Shape] = []
    for y, (_, i) in zip(places, ends, strict=True):
        x, at_y = seen.at(centre(drawn[i]))
        shapes.append(d.Path(((x + DOT + 3, at_y), (NAMES_X - 14, y - 3), (NAMES_X - 4, y - 3)), d.MUTED, None, 0.7))
        named = d.fitted(drawn[i].title, 10.5, WIDTH - NAMES_X - 2)
        shapes.append(d.Text(NAMES_X, y + 0.8, named, 10.5, styles[i], bold=True))
    return shapes


def smooth(points: Array, n: int = 6) -> Array:
    """(n_points, 2) → n times as many on a Catmull-Rom spline through them."""
    before, after = np.roll(points, 1, 0), np.roll(points, -1, 0)
    before[0], after[-1] = points[0], points[-1]  # the limb is cut off at both ends
    tangent = (after - before) / 2
    t = np.linspace(0, 1, n, endpoint=False)[:, None]
    pieces = [
        (2 * t**3 - 3 * t**2 + 1) * a + (t**3 - 2 * t**2 + t) * m + (3 * t**2 - 2 * t**3) * b + (t**3 - t**2) * k
        for a, b, m, k in zip(points[:-1], points[1:], tangent[:-1], tangent[1:], strict=True)
    ]
    return np.concatenate([*pieces, points[-1:]])
