"""The key to the drawings of a scene: what its signs mean, which number is which part, and the scene in words."""

from __future__ import annotations

import numpy as np

from rehabkit.figures import Scene
from rehabkit.reports import drawing as d
from rehabkit.reports.colours import part
from rehabkit.reports.text import number, plural, words

CLOUD = "#8694a3"
"""Of points without a part and without a colour."""
MATTRESS = "#f0ede6"
DOT = 3.4
"""Radius of a joint; a spread that isn't wider has no ring."""
TOP, STEP, COLUMN = 40.0, 19.0, 174.0
MOST_SAID = 6
Entry = tuple[str, list[d.Shape]]
"""A name, and its sign around (0, 0)."""


def key(scene: Scene, width: float, height: float) -> d.Drawing:
    """All signs of a scene with their names, in two columns; what has no room is counted."""
    entries = [*_signs(scene), *_parts(scene)]
    rows = int((height - TOP) / STEP)
    shown = entries[: 2 * rows]
    shapes: list[d.Shape] = [d.Text(4, 14, "key", 11, d.MUTED, bold=True)]
    for i, (name, sign) in enumerate(shown):
        x, y = 16 + COLUMN * (i // rows), TOP + STEP * (i % rows) - 6
        shapes += [d.moved(shape, x, y) for shape in sign]
        shapes.append(d.Text(x + 18, y + 4, d.fitted(name, 11, COLUMN - 24), 11))
    if rest := len(entries) - len(shown):
        shapes.append(d.Text(width - 4, 14, f"and {rest} more", 10, d.MUTED, "end"))
    named = ", ".join(name for name, _ in entries) or "nothing to name"
    return d.Drawing(width, height, f"{scene.title}, key", f"Key: {named}.", tuple(shapes))


def joint_sign(x: float, y: float, spread: float, hidden: bool, colour: str) -> list[d.Shape]:
    """A dot, hollow where something hides it, in the ring within which it lies two times out of three."""
    ring = [d.Circle(x, y, spread, stroke=colour, width=0.8, dash=(2, 2))] if spread > DOT else []
    return [*ring, d.Circle(x, y, DOT, stroke=colour, fill=d.PAPER if hidden else colour, width=1.6)]


def side_of(joint: str) -> str:
    """``left``, ``right`` or nothing, from a joint's name.

    Examples
    --------
    >>> side_of("left_knee"), side_of("head")
    ('left', '')
    """
    first = joint.partition("_")[0]
    return first if first in d.SIDE_COLOURS else ""


def side_colour(side: str) -> str:
    """Blue for the left, vermilion for the right, ink for the middle."""
    return d.SIDE_COLOURS.get(side, d.INK)


def said(scene: Scene) -> str:
    """What the scene holds, in words."""
    sentences = []
    if scene.points_m:
        sentences.append(f"{plural(len(scene.points_m), 'point')}{_shares(scene)}.")
    if scene.joints:
        hidden = [words(name).lower() for name, one in scene.joints.items() if one.hidden]
        told = f", of which hidden: {', '.join(hidden)}" if hidden else ""
        sentences.append(f"{plural(len(scene.joints), 'joint')}{told}.")
    if len(scene.bed_m) > 2:
        sentences.append("The mattress is drawn.")
    return " ".join(sentences) or "There is nothing to draw."


def _signs(scene: Scene) -> list[Entry]:
    """Of everything in the scene but its parts."""
    joints, sides = scene.joints.values(), {side_of(name) for name in scene.joints}
    mattress = ((-9.0, -5.0), (9.0, -5.0), (9.0, 5.0), (-9.0, 5.0))
    dashed = d.Path(((-9, 0), (9, 0)), stroke=d.RIGHT, width=2.4, dash=(5, 3.4))
    every: list[tuple[bool, str, list[d.Shape]]] = [
        (bool(scene.points_m) and not scene.labels, "point that was seen", [d.Circle(0, 0, 3, fill=CLOUD)]),
        ("left" in sides, "left", [d.line(-9, 0, 9, 0, d.LEFT, 2.4)]),
        ("right" in sides, "right", [dashed]),
        (any(not one.hidden for one in joints), "joint", joint_sign(0, 0, 0, False, d.INK)),
        (any(one.hidden for one in joints), "hidden joint", joint_sign(0, 0, 0, True, d.INK)),
        (any(one.spread_m > 0 for one in joints), "within, 2 of 3 times", joint_sign(0, 0, 8, False, d.INK)[:1]),
        (len(scene.bed_m) > 2, "mattress", [d.Path(mattress, stroke=d.MUTED, fill=MATTRESS, closed=True)]),
    ]
    return [(name, sign) for there, name, sign in every if there]


def _parts(scene: Scene) -> list[Entry]:
    """Those that have points, with their numbers from 1."""
    present = sorted(set(scene.labels))
    return [(f"{i + 1}  {words(scene.label_names[i])}", [d.Circle(0, 0, 5, fill=part(i))]) for i in present]


def _shares(scene: Scene) -> str:
    if not scene.labels:
        return ""
    counts = np.bincount(scene.labels, minlength=len(scene.label_names))
    largest = [i for i in np.argsort(-counts, kind="stable") if counts[i]]
    told = [f"{scene.label_names[i]} {number(100 * counts[i] / len(scene.labels), 0)} %" for i in largest[:MOST_SAID]]
    rest = len(largest) - len(told)
    return f": {', '.join(told)}" + (f" and {rest} more parts" if rest else "")
