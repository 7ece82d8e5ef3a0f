"""Girths and volumes of a labelled hand that is seen from all round; from one side there are none."""

from __future__ import annotations

from collections.abc import Iterator

from rehabkit.recordings.cloud import PointCloud
from rehabkit.systems.hand_surface import palm, sections, volume
from rehabkit.systems.hand_surface.measure import (
    NO_AXES,
    NO_NORMALS,
    NO_WRIST,
    NOT_ROUND,
    NOT_SEEN,
    ONE_SIDE,
    Measure,
    family,
    titled,
)
from rehabkit.systems.hand_surface.palm import Palm
from rehabkit.systems.hand_surface.shape import FINGERS, SLAB_M, HandShape, of_parts

MIDDLE, BEYOND = 0.5, 0.25
"""Shares of a finger's length where its girth is taken, and from which its volume counts."""


def girths(shape: HandShape) -> Iterator[Measure]:
    """Of each finger, of the palm and of the wrist."""
    for name in FINGERS:
        what = Measure(f"{name}_girth", f"{titled(name)}, girth half way along", family(name, "girth"), name, "mm")
        line = shape.lines.get(name)
        if line is None:
            yield what.missing(NOT_SEEN)
            continue
        half = max(SLAB_M, 0.7 * shape.reach_m)
        slice_ = sections.sliced(shape.of(name), line.at(MIDDLE), line.direction(MIDDLE), half)
        yield _girth(shape, what, sections.through(slice_))
    yield _of_palm(shape, Measure("palm_girth", "Palm, girth behind the knuckles", "palm_girth", "palm", "mm"))
    wrist = Measure("wrist_girth", "Wrist, girth", "wrist_girth", "palm", "mm")
    yield wrist.missing(NO_WRIST) if shape.axes and not _reaches_wrist(shape, shape.axes) else _of_palm(shape, wrist)


def _of_palm(shape: HandShape, what: Measure) -> Measure:
    if shape.axes is None:
        return what.missing(NO_AXES)
    level_m = shape.axes.wrist_m if what.name == "wrist_girth" else -palm.LEVEL * shape.axes.span_m
    return _girth(shape, what, shape.palm_section(shape.axes, level_m))


def _girth(shape: HandShape, what: Measure, section: sections.Section | None) -> Measure:
    if not shape.all_round:
        return what.missing(ONE_SIDE)
    if section is None or not section.closed:
        return what.missing(NOT_ROUND)
    return what.valued(1000 * section.girth_m)


def _reaches_wrist(shape: HandShape, axes: Palm) -> bool:
    return bool((axes.level(shape.of("palm")) < axes.wrist_m - SLAB_M).sum() >= 10)


def volumes(shape: HandShape) -> Iterator[Measure]:
    """Of each finger, and of the hand."""
    even = shape.cloud.thinned(volume.THIN_M) if shape.all_round else shape.cloud
    for name in FINGERS:
        label = f"{titled(name)}, volume beyond its first quarter"
        yield _finger(shape, even, Measure(f"{name}_volume", label, family(name, "volume"), name, "ml"))
    yield _hand(shape, even, Measure("hand_volume", "Hand, volume beyond the wrist", "hand_volume", "palm", "ml"))


def _finger(shape: HandShape, even: PointCloud, what: Measure) -> Measure:
    line = shape.lines.get(what.part)
    if not shape.all_round:
        return what.missing(ONE_SIDE)
    if line is None or even.normals is None:
        return what.missing(NOT_SEEN if line is None else NO_NORMALS)
    mine = of_parts(even, what.part)
    found = volume.beyond(even.points[mine], even.normals[mine], line.at(BEYOND), line.direction(BEYOND))
    return what.valued(1e6 * found)


def _hand(shape: HandShape, even: PointCloud, what: Measure) -> Measure:
    if shape.axes is None or not shape.all_round:
        return what.missing(ONE_SIDE if shape.axes else NO_AXES)
    if even.normals is None:
        return what.missing(NO_NORMALS)
    axes = shape.axes
    if not _reaches_wrist(shape, axes):
        return what.missing(NO_WRIST)
    at = axes.knuckles + axes.wrist_m * axes.along
    return what.valued(1e6 * volume.beyond(even.points, even.normals, at, axes.along))
