"""Tidy CSV for statistics programs: one observation a row, the unit in the column's name.

The first column names the recording, so that tables of many recordings can be put one under the other.
An empty cell is a value that could not be measured. Angles follow the neutral-zero convention.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from rehabkit.findings import Assessment, JointRange, Quality, Repetition
from rehabkit.recordings.files import atomic

Row = tuple[str | float | bool | None, ...]

ANGLE_COLUMNS = (
    "recording", "exercise", "time_s", "angle", "side", "value_deg", "value_percent", "clinical",
)  # fmt: skip
REPETITION_COLUMNS = (
    "recording", "exercise", "repetition", "side", "kind", "reason", "start_s", "peak_s", "end_s",
    "out_s", "hold_s", "return_s", "pause_after_s", "smoothness_sparc", "compensations",
    "quality_score", "quality_sure", "deviating_joint", "deviation_deg",
    "angle", "start_deg", "peak_deg", "range_deg", "uncertainty_deg", "provisional", "not_measurable",
)  # fmt: skip


def write_angles_csv(assessments: Assessment | Iterable[Assessment], path: str | Path) -> None:
    """One row a frame and angle; ``clinical`` is false where the view supports no clinical value.

    ``value_deg`` holds angles, ``value_percent`` the measures that are shares of a body length.

    Raises
    ------
    OutputError
        If the place can't be written.
    """
    write_rows(path, ANGLE_COLUMNS, (row for a in each(assessments) for row in _angle_rows(a)))


def write_repetitions_csv(assessments: Assessment | Iterable[Assessment], path: str | Path) -> None:
    """One row a repetition and joint angle; ``uncertainty_deg`` is the half-width of the 95 % interval.

    Raises
    ------
    OutputError
        If the place can't be written.
    """
    write_rows(path, REPETITION_COLUMNS, (row for a in each(assessments) for row in _repetition_rows(a)))


def each(assessments: Assessment | Iterable[Assessment]) -> Iterable[Assessment]:
    """One or many, to be walked through."""
    return [assessments] if isinstance(assessments, Assessment) else assessments


def _angle_rows(assessment: Assessment) -> Iterator[Row]:
    name, exercise = assessment.recording.name, assessment.exercise
    for series in assessment.series:
        for time_s, value in zip(series.time_s, series.value, strict=True):
            rounded = None if value is None else round(value, 2)
            values = (None, rounded) if series.unit == "%" else (rounded, None)
            yield (name, exercise, round(time_s, 6), series.name, series.side, *values, series.clinical)


def _repetition_rows(assessment: Assessment) -> Iterator[Row]:
    for repetition in assessment.repetitions:
        for joint in repetition.range_of_motion or [JointRange(angle="", not_measurable="no angle was measured")]:
            yield (
                assessment.recording.name,
                assessment.exercise,
                *_of_repetition(repetition),
                joint.angle,
                joint.start_deg,
                joint.peak_deg,
                joint.range_deg,
                joint.uncertainty_deg,
                joint.provisional,
                joint.not_measurable,
            )


def _of_repetition(repetition: Repetition) -> Row:
    return (
        repetition.number,
        repetition.side,
        repetition.kind,
        repetition.reason,
        repetition.start_s,
        repetition.peak_s,
        repetition.end_s,
        *(repetition.tempo_s.get(phase) for phase in ("out", "hold", "return", "pause_after")),
        repetition.smoothness,
        " ".join(repetition.compensations),
        *_of_quality(repetition.quality),
    )


def _of_quality(quality: Quality | None) -> Row:
    if quality is None:
        return (None, None, None, None)
    deviation = quality.deviation
    joint, degrees = (None, None) if deviation is None else (deviation.joint, deviation.degrees)
    return (quality.score, quality.sure, joint, degrees)


def write_rows(path: str | Path, columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    """Write a table whole or not at all; words that a spreadsheet would run are made text.

    Raises
    ------
    OutputError
        If the place can't be written.
    """
    with atomic(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(tuple(_cell(value) for value in row) for row in rows)


def _cell(value: str | float | bool | None) -> str | float | None:
    """Booleans as every program reads them; text that a spreadsheet would run as a formula is made text."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value
