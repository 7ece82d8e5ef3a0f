"""``rehabkit correct``, ``compare`` and ``report``: what happens to an assessment afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rehabkit.cli import options as given
from rehabkit.cli.console import console
from rehabkit.cli.outputs import Outputs
from rehabkit.errors import AssessmentError, InputError

if TYPE_CHECKING:
    from rehabkit.findings import Assessment


def correct(
    assessment: given.AssessmentFile,
    who: Annotated[str, typer.Option("--who", help="Who corrects; kept with the change.")],
    why: Annotated[str, typer.Option("--why", help="Why; kept with the change.")],
    exercise: Annotated[
        str | None, typer.Option("--exercise", "-e", help="The exercise that it really was.")
    ] = None,
    side: Annotated[
        Literal["left", "right", "both", "none"] | None, typer.Option("--side", help="The side that moved.")
    ] = None,
    repetition: Annotated[
        int | None, typer.Option("--repetition", min=1, help="Number of the one to change.")
    ] = None,
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
        typer.Option(
            "--output", "-o", metavar="FILE.json", help="Where to write it; over the old file by default."
        ),
    ] = None,
    report: given.Report = None,
    pdf: given.Pdf = None,
    quiet: given.Quiet = False,
) -> None:
    """Correct what a person sees better, keep who and why, and compute everything else again."""
    from rehabkit.cli.tables import print_assessment
    from rehabkit.corrections import correct as run

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
        list[Path], typer.Argument(help="Two or more assessments.", metavar="ASSESSMENT.json …")
    ],
    json: Annotated[
        str | None, typer.Option("--json", metavar="FILE|-", help="The comparison as JSON.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE.html", help="As one HTML page.")
    ] = None,
    quiet: given.Quiet = False,
) -> None:
    """Compare sessions over time: each change beside the minimal detectable change."""


def report(
    assessment: given.AssessmentFile,
    report: given.Report = None,
    pdf: given.Pdf = None,
    csv: given.Csv = None,
    trc: given.Trc = None,
    c3d: given.C3d = None,
    quiet: given.Quiet = False,
) -> None:
    """Write the report, tables or landmarks of an assessment again."""
    outputs = Outputs(report=report, pdf=pdf, csv=csv, trc=trc, c3d=c3d, quiet=quiet)
    if outputs == Outputs(quiet=quiet):
        raise InputError("an output must be named, got none; give --report, --pdf, --csv, --trc or --c3d")
    kept = read_assessment(assessment)
    outputs.require_writable(assessment)
    for path in outputs.write(kept):
        console(quiet=quiet).print(f"written: {path}", soft_wrap=True)


def read_assessment(path: Path) -> Assessment:
    """Read an assessment.

    Raises
    ------
    AssessmentError
        If the file can't be read, or is no assessment; all problems are named.
    """
    from pydantic import ValidationError

    from rehabkit.findings import Assessment

    try:
        return Assessment.model_validate_json(path.read_bytes())
    except OSError as error:
        raise AssessmentError(
            f"assessment must be a readable file, got '{error.strerror}' for {path}; check the name"
        ) from error
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, one['loc'])) or 'file'}: {one['msg']}" for one in error.errors()]
        more = f"; and {len(problems) - 5} more" if len(problems) > 5 else ""
        raise AssessmentError(
            f"assessment must be what `rehabkit assess --json` wrote, got {path} with "
            f"{'; '.join(problems[:5])}{more}; assess again"
        ) from error


def _stretch(text: str) -> tuple[float, float]:
    try:
        start, end = (float(part) for part in text.split(":"))
    except ValueError:
        raise InputError(f"--add must be START:END in seconds, got {text!r}; e.g. --add 3.2:5.0") from None
    return start, end
