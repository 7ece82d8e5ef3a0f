"""How the 10-20 system is measured on a head: from the side and from above, the electrodes that are needed filled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rehabkit.recordings.electrodes import EARS, TEN_TWENTY, positions, standard_name
from rehabkit.reports import drawing as d
from rehabkit.reports.head import Head, outline
from rehabkit.reports.limb_drawing import SKIN, SKIN_EDGE, smooth

WIDTH, HEIGHT = 350.0, 350.0
HEAD = Head(175.0, 190.0, 134.0)
NEEDED, OTHER, CROWDED = 9.8, 7.0, 40
"""Radius of an electrode that is needed, and of one that only helps to find it."""
SIDE_X, SIDE_Y, SIDE_RADIUS = 178.0, 186.0, 124.0
NASION_DEG, INION_DEG = 155.0, 9.0
"""Where the two lie on the arc of the side view, degrees from the back of the head upwards."""
MIDLINE = ("Fpz", "Fz", "Cz", "Pz", "Oz")
STEPS_PERCENT = (10, 20, 20, 20, 20, 10)
MEASURE = "#0067a5"


def from_above(names: Sequence[str]) -> d.Drawing:
    """The sites from above; those needed are filled, the rest of the 10-20 system shows the way."""
    needed = [known for name in names if (known := standard_name(name)) is not None]
    helping = [name for name in (*TEN_TWENTY, "Fpz", "Oz") if name not in needed]
    shapes: list[d.Shape] = [d.Path(HEAD.around(), fill=SKIN, closed=True), *outline(HEAD, SKIN_EDGE)]
    x, y, r = HEAD.x, HEAD.y, HEAD.radius
    for points in (((x, y - r), (x, y + r)), ((x - r, y), (x + r, y)), HEAD.around(0.8)):
        shapes.append(d.Path(points, stroke=MEASURE, width=0.9, dash=(4, 3)))
    for name in helping:
        shapes += _site(name, OTHER, False)
    for name in dict.fromkeys(needed):
        shapes += _site(name, NEEDED if len(needed) <= CROWDED else OTHER + 0.6, True)
    shapes += [
        d.Text(x + 16, y - r - 12, "nasion", 9.5, d.MUTED),
        d.Text(x, y + r + 14, "inion", 9.5, d.MUTED, "middle"),
        d.Text(4, 14, "From above", 11, d.INK, bold=True),
    ]
    said = f"Needed: {', '.join(dict.fromkeys(needed))}. Drawn small, to find them by: {', '.join(helping)}."
    return d.Drawing(WIDTH, HEIGHT, "Electrodes from above", said, tuple(shapes))


def _site(name: str, radius: float, needed: bool) -> list[d.Shape]:
    right, front = positions()[name]
    x, y = HEAD.x + HEAD.radius * right, HEAD.y - HEAD.radius * front
    if name in EARS:
        x = HEAD.x + (1.12 if right > 0 else -1.12) * HEAD.radius
    size = radius * (0.92 if len(name) <= 2 else 0.76)
    fill, colour = (d.INK, d.PAPER) if needed else (d.PAPER, d.MUTED)
    return [
        d.Circle(x, y, radius, stroke=d.INK if needed else d.MUTED, fill=fill, width=0.8),
        d.Text(x, y + 0.35 * size, name, size, colour, "middle", bold=needed),
    ]


def from_the_side() -> d.Drawing:
    """Nasion, vertex and inion, and the tenths between them."""
    shapes: list[d.Shape] = [d.Path(_profile(), SKIN_EDGE, SKIN, 1.3, closed=True)]
    sweep = np.linspace(NASION_DEG, INION_DEG, 60)
    shapes.append(d.Path(tuple(_on_arc(float(a), 6) for a in sweep), stroke=MEASURE, width=1.6))
    reached = 0
    for percent, name in zip(STEPS_PERCENT, (*MIDLINE, ""), strict=True):
        shapes.append(_share(reached + percent / 2, f"{percent} %"))
        reached += percent
        if name:
            shapes += _mark(reached, name)
    shapes += [*_end(0, "nasion", "end"), *_end(100, "inion", "start")]
    shapes += [*_ear(), d.Text(4, 14, "From the left: nasion to inion over the top", 11, d.INK, bold=True)]
    said = "From nasion to inion over the top of the head: 10 % Fpz, 30 % Fz, 50 % Cz, 70 % Pz, 90 % Oz."
    return d.Drawing(WIDTH, HEIGHT, "Measuring the head from the side", said, tuple(shapes))


def _on_arc(degrees: float, outward: float = 0.0) -> d.Point:
    angle = np.radians(degrees)
    radius = SIDE_RADIUS + outward
    return SIDE_X + radius * float(np.cos(angle)), SIDE_Y - radius * float(np.sin(angle))


def _at(percent: float) -> float:
    return NASION_DEG + (INION_DEG - NASION_DEG) * percent / 100


def _share(percent: float, words: str) -> d.Shape:
    x, y = _on_arc(_at(percent), -13)
    return d.Text(x, y + 3.5, words, 9.5, MEASURE, "middle")


def _mark(percent: float, name: str) -> list[d.Shape]:
    x, y = _on_arc(_at(percent), 24)
    return [
        d.Circle(*_on_arc(_at(percent), 6), 4.2, fill=d.INK),
        d.Text(x, y + 4, name, 11, d.INK, "middle", bold=True),
    ]


def _end(percent: float, words: str, anchor: d.Anchor) -> list[d.Shape]:
    x, y = _on_arc(_at(percent), 6)
    shift = -9 if anchor == "end" else 9
    return [d.Circle(x, y, 3.4, fill=MEASURE), d.Text(x + shift, y + 4, words, 10, MEASURE, anchor)]


def _ear() -> list[d.Shape]:
    """The ear, and the dip in front of it from which the head is measured across."""
    x, y = SIDE_X + 6, SIDE_Y + 34
    angle = np.linspace(0, 2 * np.pi, 40)
    rim = tuple((float(x + 11 * np.cos(a)), float(y + 19 * np.sin(a))) for a in angle)
    return [
        d.Path(rim, SKIN_EDGE, d.PAPER, 1.2, closed=True),
        d.Circle(x - 15, y - 8, 3.4, fill=MEASURE),
        d.Text(x - 21, y - 12, "dip in front of the ear", 10, MEASURE, "end"),
    ]


def _profile() -> tuple[d.Point, ...]:
    """Skull as an arc, then face and neck; the face looks to the left."""
    skull = [_on_arc(float(a)) for a in np.linspace(INION_DEG, NASION_DEG, 50)]
    right_down = [
        (-114, -38), (-118, -24), (-128, -2), (-138, 16), (-131, 24), (-119, 28), (-123, 40), (-117, 48), (-122, 58),
        (-116, 70), (-119, 84), (-106, 99), (-76, 98), (-48, 100), (-38, 118), (-38, 152),
    ]  # fmt: skip
    face = smooth(np.array([skull[-1], *((SIDE_X + x, SIDE_Y + y) for x, y in right_down)]))
    nape = smooth(np.array([(SIDE_X + x, SIDE_Y + y) for x, y in ((82, 152), (84, 108), (102, 52))] + [skull[0]]))
    return (*skull, *((float(x), float(y)) for x, y in (*face, *nape)))
