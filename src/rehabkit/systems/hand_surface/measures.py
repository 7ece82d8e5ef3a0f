"""What is measured on a hand whose points carry the names of their parts: lengths, breadth, girths, volumes.

Landmarks are on the surface. A finger's length runs along its middle line, from where its part meets the palm's
(half of the border's points lie on each side) to its tip, the last half per cent of its points left out. On the back
of the hand that border is at the knuckles, on the palm's side about a centimetre farther out: lengths from both
sides are different measures. Girths are those of a tape, in a plane across: of a finger half way along it, of the
palm a little behind the knuckles without the thumb, of the wrist at 1.3 times the distance between index and little
finger behind the knuckles. Volumes are a finger's beyond its first quarter, and the hand's beyond the wrist.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rehabkit.recordings.cloud import PointCloud
from rehabkit.recordings.datasets.hand_parts import PARTS
from rehabkit.systems.hand_surface import girths
from rehabkit.systems.hand_surface.centreline import Centreline
from rehabkit.systems.hand_surface.measure import EDGE_ON, NO_AXES, NOT_SEEN, Measure, family, titled
from rehabkit.systems.hand_surface.palm import Hand
from rehabkit.systems.hand_surface.shape import FINGERS, WITHOUT_THUMB, HandShape, is_outside, shape_of

MOST_BEND_DEG = 60.0
"""Of a finger's middle line: more, and its length depends on how it is bent."""
MOST_GAP_M = 0.015
"""Along a finger without a point."""
ODD = (0.65, 1.5)
"""A finger's length beside what the others let expect: outside, a part of it is likely hidden or labelled wrong."""
USUAL_MM = {"thumb": 95.0, "index": 86.0, "middle": 96.0, "ring": 91.0, "little": 63.0}
"""How the lengths relate in modelled hands, from border to tip."""
HIDES_M = 0.008
"""How much nearer to the sensor is what may hide a fingertip."""


def measured(cloud: PointCloud, hand: Hand) -> list[Measure]:
    """All measures of a hand, in a fixed order; what can't be measured says why.

    Parameters
    ----------
    cloud : metres, labelled with :data:`.hand_parts.PARTS`, with its viewpoint; normals are needed for volumes only.
    hand : whose hand it is.
    """
    return measures_of(shape_of(cloud, hand))


def measures_of(shape: HandShape) -> list[Measure]:
    """All measures of a hand whose lines and axes are known, in a fixed order."""
    return [*_lengths(shape), _breadth(shape), *girths.girths(shape), *girths.volumes(shape)]


def _lengths(shape: HandShape) -> Iterator[Measure]:
    face = shape.face or "back"
    seen = "back" if face == "back" else "palm's side"
    known_mm = {name: 1000 * line.length_m for name, line in shape.lines.items()}
    for name in FINGERS:
        label = f"{titled(name)}, length on the {seen}"
        what = Measure(f"{name}_length_{face}", label, family(name, f"length_{face}"), name, "mm")
        why_not = _why_no_length(shape, name, known_mm)
        yield what.missing(why_not) if why_not else what.valued(known_mm[name])


def _why_no_length(shape: HandShape, name: str, known_mm: dict[str, float]) -> str | None:
    line = shape.lines.get(name)
    if line is None:
        return NOT_SEEN
    if shape.axes is None:
        return NO_AXES
    if shape.face is None:
        return EDGE_ON
    if line.bend_deg > MOST_BEND_DEG:
        return f"it is bent by {line.bend_deg:.0f}°, at most {MOST_BEND_DEG:.0f}° can be measured; open the hand"
    if line.gap_m > max(MOST_GAP_M, 2 * shape.reach_m):
        return f"{1000 * line.gap_m:.0f} mm along it are not seen"
    if not shape.all_round and is_outside(shape.cloud) and (by := _hidden_by(shape, name, line)):
        return f"its tip may be hidden behind the {by}; spread the fingers"
    others = [length / USUAL_MM[other] for other, length in known_mm.items() if other != name]
    beside = known_mm[name] / USUAL_MM[name] / float(np.median(others)) if others else 1.0
    if not ODD[0] <= beside <= ODD[1]:
        return f"{beside:.0%} of what the other fingers let expect: a part of it may be hidden or missing"
    return None


def _hidden_by(shape: HandShape, name: str, line: Centreline) -> str | None:
    """The part that lies before what would be the end of a finger, as the sensor sees it."""
    eye = np.array(shape.cloud.viewpoint)
    ray, others = line.at(1.0) + 0.006 * line.direction(1.0) - eye, shape.cloud.points - eye
    far = float(np.linalg.norm(ray))
    along = others @ ray / far
    beside = np.linalg.norm(others - np.outer(along, ray / far), axis=1) * far / np.maximum(along, 1e-6)
    before = (along < far - HIDES_M) & (beside < HIDES_M / 2) & ~shape.mask(name)
    if before.sum() < 3 or shape.cloud.labels is None:
        return None
    return titled(PARTS[int(np.bincount(shape.cloud.labels[before]).argmax())]).lower()


def _breadth(shape: HandShape) -> Measure:
    what = Measure("palm_breadth", "Palm, breadth behind the knuckles", "palm_breadth", "palm", "mm")
    if shape.axes is None or shape.face is None:
        return what.missing(EDGE_ON if shape.axes else NO_AXES)
    breadth = shape.axes.breadth_m(shape.of(*WITHOUT_THUMB))
    return what.missing("too few points across the palm") if breadth is None else what.valued(1000 * breadth)
