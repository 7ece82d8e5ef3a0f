"""``rehabkit match``: a learner's recording beside a template's."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rehabkit.cli import options as given
from rehabkit.cli.assess import source_of
from rehabkit.cli.console import console, progress
from rehabkit.cli.outputs import STDOUT, require_writable
from rehabkit.errors import OutputError

if TYPE_CHECKING:
    from rich.console import Console

    from rehabkit.systems.pose_matching.result import SequenceMatch


def match(
    learner: Annotated[
        str, typer.Argument(metavar="LEARNER", help="A video or landmark file (.npz, .csv, .trc, .c3d).")
    ],
    template: Annotated[
        str,
        typer.Argument(
            metavar="TEMPLATE",
            help="The same movement as it should be: a file, or the demo deep_squat, push_up or elbow_flexion.",
        ),
    ],
    exercise: given.ExerciseName = None,
    json: given.Json = None,
    report: given.Report = None,
    model: given.Model = "full",
    anyway: given.Anyway = False,
    quiet: given.Quiet = False,
) -> None:
    """Compare a learner with a template: which joint differs, when, and by how many degrees."""
    from rehabkit.matching import match as run
    from rehabkit.recordings.files import atomic
    from rehabkit.reports.match_html import write_match

    files = [Path(name) for name in (json, report) if name not in (None, STDOUT)]
    for path in files:
        if path.resolve() in (Path(learner).resolve(), Path(template).resolve()):
            raise OutputError(f"output must be another file than the recordings, got {path} for both; rename it")
        require_writable(path)
    with progress("finding the bodies", quiet=quiet) as said:
        found = run(source_of(learner), source_of(template), exercise, model=model, anyway=anyway, progress=said)
    as_json = found.result.model_dump_json(indent=2) + "\n"
    if json == STDOUT:
        sys.stdout.write(as_json)
    elif json is not None:
        with atomic(Path(json)) as temporary:
            temporary.write_text(as_json, encoding="utf-8")
    if report is not None:
        write_match(found.result, found.learner.skeleton, found.template.skeleton, report)
    _print(console(stderr=json == STDOUT, quiet=quiet), found.result, files)


def _print(to: Console, result: SequenceMatch, written: list[Path]) -> None:
    from rich.markup import escape
    from rich.table import Table

    from rehabkit.reports.match_html import summary
    from rehabkit.reports.text import number

    shown = Table(box=None, header_style="bold")
    for heading in ("repetition", "angle", "learner", "template", "difference", "at", "more than the error?"):
        shown.add_column(heading, overflow="fold")
    for one in result.repetitions:
        worst = one.differences[0]
        error = f"{number(worst.difference_deg, 0)} ± {number(worst.uncertainty_deg, 0)}°"
        values = (f"{number(worst.learner_deg, 0)}°", f"{number(worst.template_deg, 0)}°", error, f"{worst.at_s:.1f} s")
        shown.add_row(str(one.number), escape(worst.label), *values, "yes" if worst.told else "no")
    to.print(f"[bold]{escape(result.exercise)}[/bold]", shown)
    left_out = [f"not compared: {one.label}: {one.why}" for one in result.not_compared]
    lines = [*summary(result), *result.warnings, *left_out, *(f"written: {path}" for path in written), result.notice]
    for line in lines:
        to.print(escape(line), soft_wrap=True)
