"""``rehabkit assess`` and ``rehabkit check``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rehabkit.cli import options as given
from rehabkit.cli.console import console, progress
from rehabkit.cli.outputs import Outputs
from rehabkit.errors import InputError

if TYPE_CHECKING:
    from rehabkit.findings import CheckResult
    from rehabkit.picture_pipeline.given import Beside

UNFIT = 2


def assess(
    source: given.Source,
    more: given.More = None,
    exercise: given.ExerciseName = None,
    json: given.Json = None,
    report: given.Report = None,
    pdf: given.Pdf = None,
    video: given.Video = None,
    show_faces: given.ShowFaces = False,
    csv: given.Csv = None,
    trc: given.Trc = None,
    c3d: given.C3d = None,
    scene: given.Scene = None,
    ply: given.Ply = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="For a folder of recordings: where results go.",
            rich_help_panel=given.OUTPUT,
        ),
    ] = None,
    model: given.Model = "full",
    person: given.Person = None,
    anyway: given.Anyway = False,
    seconds: given.Seconds = None,
    approved: given.Approved = "",
    worn_on: given.WornOn = None,
    units: given.Units = "",
    system: given.System = None,
    description: given.Description = None,
    rename: given.Rename = "",
    rate: given.Rate = None,
    intrinsics: given.Intrinsics = None,
    hand: given.WhichHand = None,
    examples: given.Examples = None,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="For a folder: recordings at a time.")] = None,
    quiet: given.Quiet = False,
    patient: given.Reference = "",
    age: given.Age = None,
    sex: given.Sex = None,
    affected_side: given.AffectedSide = None,
    sets: given.Sets = None,
    repetitions: given.Repetitions = None,
    target: given.Target = None,
    hold: given.HoldSeconds = None,
    pain_before: given.PainBefore = None,
    pain_after: given.PainAfter = None,
    effort: given.Effort = None,
) -> None:
    """Assess one recording, or all recordings of a folder."""
    from rehabkit.findings import Patient, Prescription

    person_says = Patient(
        reference=patient,
        age_years=age,
        sex=sex,
        affected_side=affected_side,
        prescription=Prescription(sets=sets, repetitions=repetitions, target_deg=target, hold_s=hold),
        pain_before=pain_before,
        pain_after=pain_after,
        effort=effort,
    )
    outputs = Outputs(json, report, pdf, video, csv, trc, c3d, scene, ply, show_faces, quiet)
    how = {"exercise": exercise, "model": model, "person": person, "patient": person_says, "anyway": anyway}
    from rehabkit.picture_pipeline.given import Beside
    from rehabkit.picture_pipeline.ways import WAYS
    from rehabkit.recordings.biosignals import is_biosignal
    from rehabkit.recordings.landmarks import is_landmark_file
    from rehabkit.sensor_pipeline import Stated

    if system is None or system not in WAYS:
        outputs.without_space()
    else:
        outputs.without_body(system)
    beside = Beside(tuple(more or ()), intrinsics, hand=hand, examples=examples)
    if system not in WAYS:
        beside.only(system)
    if system not in WAYS and Path(source).is_dir() and not is_landmark_file(source) and not is_biosignal(source):
        from rehabkit.cli.folder import assess_folder

        given_for_one = {"--approved": approved, "--worn-on": worn_on, "--units": units, "--system": system}
        if named := ", ".join(name for name, value in given_for_one.items() if value):
            raise InputError(f"{named} must come with one recording, got the folder {source}; assess it by itself")

        assess_folder(Path(source), out, outputs, jobs, how)
        return
    if out is not None or jobs is not None:
        raise InputError(f"--out and --jobs need a folder of recordings, got {source}; use --json and --report")
    of_one = {"seconds": seconds, "approved": numbers(approved), "worn_on": worn_on, "units": words(units)}
    stated = Stated(description=description, rename=renamed(rename), rate_hz=rate)
    _assess_one(source_of(source), outputs, how | of_one | {"system": system, "stated": stated, "beside": beside})


def check(
    source: given.Source,
    more: given.More = None,
    exercise: given.ExerciseName = None,
    model: given.Model = "full",
    person: given.Person = None,
    seconds: given.Seconds = None,
    units: given.Units = "",
    description: given.Description = None,
    rename: given.Rename = "",
    rate: given.Rate = None,
    intrinsics: given.Intrinsics = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answers as JSON.")] = False,
    quiet: given.Quiet = False,
) -> None:
    """Is a recording fit to be assessed, and what to do about it? Of a depth picture: is camera and bed.

    Exit code 2 if it is not.
    """
    from rehabkit import pipeline
    from rehabkit.picture_pipeline.given import Beside
    from rehabkit.recordings import biosignals, depth_files

    beside = Beside(tuple(more or ()), intrinsics, units=units)
    if depth_files.is_depth(source):
        answers = _check_bed(source, beside, quiet)
    elif biosignals.is_biosignal(source) or description is not None:
        how: dict[str, Any] = {
            "description": description,
            "units": words(units),
            "rename": dict(renamed(rename)),
            "rate_hz": rate,
        }
        answers = biosignals.check(biosignals.read(source, **how))
    else:
        Beside(beside.files, intrinsics).only(None)
        with progress("looking", quiet=quiet) as report:
            answers = pipeline.check(
                source_of(source), exercise, model=model, person=person, seconds=seconds, progress=report
            )
    if as_json:
        import json

        typer.echo(json.dumps([answer.model_dump(mode="json") for answer in answers], indent=2))
    else:
        _print_answers(answers, quiet)
    if any(answer.status == "unfit" for answer in answers):
        raise typer.Exit(UNFIT)


def _check_bed(source: str, beside: Beside, quiet: bool) -> list[CheckResult]:
    from rehabkit.picture_pipeline import lying
    from rehabkit.picture_pipeline.given import Asked

    with progress("looking", quiet=quiet) as report:
        return lying.check(Asked(source, beside=beside, progress=report))


def source_of(text: str) -> str | int:
    """What the user named: a camera's number, or a path.

    Examples
    --------
    >>> source_of("0"), source_of("squat.mp4")
    (0, 'squat.mp4')
    """
    return int(text) if text.isdigit() and not Path(text).exists() else text


def numbers(text: str) -> list[int]:
    """Numbers of repetitions as written on the command line.

    Raises
    ------
    InputError
        If it is no list of numbers.

    Examples
    --------
    >>> numbers("1, 3"), numbers("")
    ([1, 3], [])
    """
    try:
        return [int(word) for word in text.split(",")] if text.strip() else []
    except ValueError:
        raise InputError(f"--approved must be numbers with commas between, got {text!r}; write 1,2") from None


def words(text: str) -> list[str]:
    """What stands between commas.

    Examples
    --------
    >>> words("g, deg/s"), words("")
    (['g', 'deg/s'], [])
    """
    return [word.strip() for word in text.split(",")] if text.strip() else []


def renamed(text: str) -> tuple[tuple[str, str], ...]:
    """Old and new names as written on the command line.

    Raises
    ------
    InputError
        If it isn't written so.

    Examples
    --------
    >>> renamed("EMG1=rectus_femoris, EMG2=biceps_femoris")
    (('EMG1', 'rectus_femoris'), ('EMG2', 'biceps_femoris'))
    """
    pairs = [tuple(part.strip() for part in word.split("=")) for word in words(text)]
    if any(len(pair) != 2 or not all(pair) for pair in pairs):
        raise InputError(f"--rename must be OLD=NEW with commas between, got {text!r}; write EMG1=rectus_femoris")
    return tuple((old, new) for old, new in pairs)


def _assess_one(source: str | int, outputs: Outputs, how: dict[str, Any]) -> None:
    from rehabkit.cli.tables import print_assessment
    from rehabkit.pipeline import assess as run

    outputs.require_writable(source)
    with progress("finding the body", quiet=outputs.quiet) as report:
        assessment = run(source, progress=report, **how)
    written = outputs.write(assessment, source)
    print_assessment(console(stderr=outputs.to_stdout, quiet=outputs.quiet), assessment, written)


def _print_answers(answers: list[CheckResult], quiet: bool) -> None:
    from rich.table import Table

    table = Table("question", "answer", "what was seen", "what to do", box=None, header_style="bold")
    for answer in answers:
        table.add_row(answer.name, answer.status, answer.message, "" if answer.status == "ok" else answer.remedy)
    console(quiet=quiet).print(table)
