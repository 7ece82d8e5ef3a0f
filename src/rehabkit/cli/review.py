"""``rehabkit correct``, ``compare`` and ``report``: what happens to an assessment afterwards."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rehabkit.cli import options as given
from rehabkit.cli.console import console
from rehabkit.cli.outputs import STDOUT, Outputs, require_writable
from rehabkit.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

    from rehabkit.reports.compare import Comparison


def correct(
    assessment: given.AssessmentFile,
    who: Annotated[str, typer.Option("--who", help="Who corrects; kept with the change.")],
    why: Annotated[str, typer.Option("--why", help="Why; kept with the change.")],
    exercise: Annotated[str | None, typer.Option("--exercise", "-e", help="The exercise that it really was.")] = None,
    side: Annotated[
        Literal["left", "right", "both", "none"] | None, typer.Option("--side", help="The side that moved.")
    ] = None,
    repetition: Annotated[int | None, typer.Option("--repetition", min=1, help="Number of the one to change.")] = None,
    start: Annotated[float | None, typer.Option("--start", min=0, help="Its start, seconds.")] = None,
    end: Annotated[float | None, typer.Option("--end", min=0, help="Its end, seconds.")] = None,
    kind: Annotated[
        Literal["complete", "partial", "none"] | None,
        typer.Option("--kind", help="What it was; none deletes it."),
    ] = None,
    add: Annotated[
        str | None, typer.Option("--add", metavar="START:END", help="A repetition that was missed, seconds.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE.json", help="Where to write it; over the old file by default."),
    ] = None,
    report: given.Report = None,
    pdf: given.Pdf = None,
    quiet: given.Quiet = False,
) -> None:
    """Correct what a person sees better, keep who and why, and compute everything else again."""
    from rehabkit.cli.tables import print_assessment
    from rehabkit.corrections import correct as run
    from rehabkit.recordings.assessments import read_assessment

    before = read_assessment(assessment)
    outputs = Outputs(json=str(output or assessment), report=report, pdf=pdf, quiet=quiet)
    outputs.require_writable()
    after = run(
        before,
        who=who,
        why=why,
        exercise=exercise,
        side=side,
        repetition=repetition,
        start_s=start,
        end_s=end,
        kind=kind,
        add=None if add is None else _stretch(add),
    )
    print_assessment(console(quiet=quiet), after, outputs.write(after))


def compare(
    assessments: Annotated[
        list[Path],
        typer.Argument(help="Two or more assessments of one exercise.", metavar="ASSESSMENT.json …"),
    ],
    json: given.Json = None,
    report: given.Report = None,
    quiet: given.Quiet = False,
) -> None:
    """Compare sessions over time: each change beside the minimal detectable change."""
    from rehabkit.recordings.assessments import read_assessment
    from rehabkit.recordings.files import atomic
    from rehabkit.reports import compare as comparing
    from rehabkit.reports.comparison_html import write_comparison

    files = [Path(name) for name in (json, report) if name not in (None, STDOUT)]
    for path in files:
        require_writable(path)
    comparison = comparing.compare([read_assessment(path) for path in assessments])
    as_json = comparison.model_dump_json(indent=2) + "\n"
    if json == STDOUT:
        sys.stdout.write(as_json)
    elif json is not None:
        with atomic(Path(json)) as temporary:
            temporary.write_text(as_json, encoding="utf-8")
    if report is not None:
        write_comparison(comparison, report)
    _print_comparison(console(stderr=json == STDOUT, quiet=quiet), comparison, files)


def report(
    assessment: given.AssessmentFile,
    report: given.Report = None,
    pdf: given.Pdf = None,
    csv: given.Csv = None,
    trc: given.Trc = None,
    c3d: given.C3d = None,
    scene: given.Scene = None,
    ply: given.Ply = None,
    quiet: given.Quiet = False,
) -> None:
    """Write the report, tables, landmarks or scene of an assessment again."""
    from rehabkit.recordings.assessments import read_assessment

    outputs = Outputs(report=report, pdf=pdf, csv=csv, trc=trc, c3d=c3d, scene=scene, ply=ply, quiet=quiet)
    if outputs == Outputs(quiet=quiet):
        raise InputError(
            "an output must be named, got none; give --report, --pdf, --csv, --trc, --c3d, --scene or --ply"
        )
    kept = read_assessment(assessment)
    outputs.require_writable(assessment)
    for path in outputs.write(kept):
        console(quiet=quiet).print(f"written: {path}", soft_wrap=True)


def _print_comparison(to: Console, comparison: Comparison, written: list[Path]) -> None:
    from rich.markup import escape
    from rich.table import Table

    from rehabkit.reports.compare import table

    headings, rows = table(comparison)
    shown = Table(box=None, header_style="bold")
    for heading in headings:
        shown.add_column(escape(heading), overflow="fold")
    for row, one in zip(rows, comparison.changes, strict=True):
        shown.add_row(*(escape(cell) for cell in (*row[:-1], one.verdict)))  # the short word: terminals are narrow
    to.print(f"[bold]{escape(comparison.exercise_title)}[/bold]", shown)
    for line in (*comparison.warnings, *(f"written: {path}" for path in written), comparison.notice):
        to.print(escape(line), soft_wrap=True)


def _stretch(text: str) -> tuple[float, float]:
    try:
        start, end = (float(part) for part in text.split(":"))
    except ValueError:
        raise InputError(f"--add must be START:END in seconds, got {text!r}; e.g. --add 3.2:5.0") from None
    return start, end
