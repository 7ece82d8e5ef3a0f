"""Tidy CSV of recordings without a body: findings, and all that the figures show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from rehabkit.figures import Connectivity, Curves, ScalpMap, Scene
from rehabkit.findings import Assessment
from rehabkit.reports.sensor_figures import AnyFigure
from rehabkit.reports.tables import Row, each, write_rows

FINDING_COLUMNS = (
    "recording", "system", "finding", "category", "value", "unit", "uncertainty", "side", "provisional", "simulated",
    "channels", "pairs", "start_s", "end_s", "not_measurable",
)  # fmt: skip
FIGURE_COLUMNS = (
    "recording", "system", "figure", "kind", "line", "time_s", "frequency_hz", "value", "unit", "marked", "simulated",
)  # fmt: skip


def write_findings_csv(assessments: Assessment | Iterable[Assessment], path: str | Path) -> None:
    """One row a finding; ``uncertainty`` is the half-width of the 95 % interval in ``unit``.

    Raises
    ------
    OutputError
        If the place can't be written.
    """
    write_rows(path, FINDING_COLUMNS, (row for a in each(assessments) for row in _finding_rows(a)))


def write_figures_csv(assessments: Assessment | Iterable[Assessment], path: str | Path) -> None:
    """One row a number that is drawn: a sample of a line, an electrode of a map, a pair of a circle, a joint's place.

    ``line`` names it; ``time_s`` or ``frequency_hz`` says where on the line; ``marked`` whether it is pointed out:
    an electrode that is ringed, a sample within a shaded stretch, a joint that something hides. Of points in space,
    those of each part are counted.

    Raises
    ------
    OutputError
        If the place can't be written.
    """
    write_rows(path, FIGURE_COLUMNS, (row for a in each(assessments) for row in _figure_rows(a)))


def _finding_rows(assessment: Assessment) -> Iterator[Row]:
    for one in assessment.findings:
        evidence = one.evidence
        pairs = " ".join(f"{a}~{b}" for a, b in evidence.pairs)
        yield (
            assessment.recording.name, assessment.exercise, one.name, one.category, one.value, one.unit,
            one.uncertainty, one.side, one.provisional, one.simulated, " ".join(evidence.channels), pairs,
            evidence.start_s, evidence.end_s, one.not_measurable,
        )  # fmt: skip


def _figure_rows(assessment: Assessment) -> Iterator[Row]:
    for figure in assessment.figures:
        of_it: Row = (assessment.recording.name, assessment.exercise, figure.title, figure.kind)
        for row in _drawn(figure):
            yield (*of_it, *row, figure.simulated)


def _drawn(figure: AnyFigure) -> Iterator[Row]:
    """line, time, frequency, value, unit, marked."""
    if isinstance(figure, ScalpMap):
        for name, value in figure.values.items():
            yield (name, None, None, value, figure.unit, name in figure.marked)
    elif isinstance(figure, Connectivity):
        for pair in figure.pairs:
            yield (f"{pair.first}~{pair.second}", None, None, pair.value, figure.measure, None)
    elif isinstance(figure, Curves):
        stretches = [stretch for one in figure.shaded.values() for stretch in one]
        for name, values in figure.lines.items():
            for at_s, sample in zip(figure.time_s, values, strict=True):
                inside = any(start <= at_s <= end for start, end in stretches)
                yield (name, round(at_s, 6), None, sample, figure.unit, inside)
    elif isinstance(figure, Scene):
        yield from _in_space(figure)
    else:
        for name, powers in figure.lines.items():
            for at_hz, power in zip(figure.frequency_hz, powers, strict=True):
                yield (name, None, round(at_hz, 6), power, figure.unit, None)


def _in_space(scene: Scene) -> Iterator[Row]:
    """Place and spread of each joint, and how many points each part has."""
    for name, joint in scene.joints.items():
        measured = zip(("x", "y", "z", "spread"), (*joint.at_m, joint.spread_m), strict=True)
        for what, value in measured:
            yield (f"{name} {what}", None, None, value, scene.unit, joint.hidden)
    counts = Counter(scene.label_names[label] for label in scene.labels) or {"all": len(scene.points_m)}
    for name, count in counts.items():
        yield (f"points {name}", None, None, count, "points", None)
