"""Assessments in the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rehabkit.findings import Assessment, Finding, Repetition
from rehabkit.reports.common import check_text
from rehabkit.reports.sensor_content import length_text
from rehabkit.reports.text import clock, plural, range_text, side_text, value_text, words

MOST_FINDINGS = 24
"""More than this is read in the report, not in a terminal."""


def print_assessment(to: Console, assessment: Assessment, written: Sequence[Path] = ()) -> None:
    """What was counted and measured, what could not be, and where the files are."""
    recording = assessment.recording
    title, name = escape(assessment.exercise_title), escape(recording.name)
    if recording.has_body:
        to.print(f"[bold]{title}[/bold] · {name} · view: {recording.view}")
        to.print(_counted(assessment))
    else:
        to.print(f"[bold]{title}[/bold] · {name} · {escape(recording.view)} · {length_text(assessment)}")
        for told in assessment.summary:
            to.print(escape(told), soft_wrap=True)
    for finding in assessment.findings:
        if finding.category == "count" and finding.attention:
            to.print(escape(finding.text), soft_wrap=True)
    if assessment.repetitions:
        to.print(_repetitions(assessment.repetitions))
    for one in assessment.repetitions:
        if one.reason is not None:
            to.print(f"{one.number} is partial: {escape(one.reason)}", soft_wrap=True)
    measured = [f for f in assessment.findings if f.not_measurable is None]
    if measured:
        to.print(_findings(sorted(measured, key=lambda f: not f.attention)[:MOST_FINDINGS]))
    for line in _remarks(assessment):
        to.print(line, soft_wrap=True)
    for path in written:
        to.print(f"written: {escape(str(path))}", soft_wrap=True)


def _counted(assessment: Assessment) -> str:
    parts = [plural(assessment.n_repetitions, "complete repetition")]
    if assessment.n_partial:
        parts.append(f"{assessment.n_partial} partial")
    if assessment.holds:
        parts.append(plural(len(assessment.holds), "hold") + f" ({sum(h.duration_s for h in assessment.holds):.1f} s)")
    return ", ".join(parts)


def _repetitions(repetitions: Sequence[Repetition]) -> Table:
    angles = list(dict.fromkeys(j.angle for r in repetitions for j in r.range_of_motion if j.range_deg is not None))[:3]
    table = Table(
        "no.",
        "start",
        "end",
        "side",
        "kind",
        *(words(a) + " range" for a in angles),
        box=None,
        header_style="bold",
    )
    for one in repetitions:
        ranges = {joint.angle: range_text(joint) for joint in one.range_of_motion}
        table.add_row(
            str(one.number),
            clock(one.start_s),
            clock(one.end_s),
            side_text(one.side),
            one.kind,
            *(ranges.get(a, "–") for a in angles),
        )
    return table


def _findings(findings: Iterable[Finding]) -> Table:
    table = Table("", "finding", "value", "", box=None, header_style="bold")
    for one in findings:
        table.add_row(
            "!" if one.attention else "",
            escape(one.label),
            escape(value_text(one)),
            ", ".join(["simulated"] * one.simulated + ["provisional"] * one.provisional),
        )
    return table


def _remarks(assessment: Assessment) -> list[str]:
    lines = [
        f"{check.status}: {escape(check_text(assessment.recording, check))}; {escape(check.remedy)}"
        for check in assessment.recording.checks
        if check.status != "ok"
    ]
    n_unmeasured = sum(f.not_measurable is not None for f in assessment.findings)
    if n_unmeasured:
        lines.append(f"not measurable: {plural(n_unmeasured, 'finding')}; the report says why")
    return [*lines, assessment.provenance.notice]
