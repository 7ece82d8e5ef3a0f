"""``rehabkit assess FOLDER``: many recordings, one line each, nothing lost when one fails."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rehabkit.batch import assess_many, find_recordings
from rehabkit.cli.console import console
from rehabkit.cli.outputs import Outputs
from rehabkit.errors import InputError, OutputError, RehabkitError
from rehabkit.exercises import library
from rehabkit.findings import Assessment
from rehabkit.recordings.assessments import read_assessment
from rehabkit.recordings.files import atomic
from rehabkit.reports.tables import write_angles_csv, write_repetitions_csv

FAILED = 2


@dataclass(frozen=True)
class Row:
    """One recording of the folder, as the summary tells it."""

    recording: str
    exercise: str = ""
    n_complete: int | None = None
    n_partial: int | None = None
    n_holds: int | None = None
    duration_s: float | None = None
    view: str = ""
    error: str = ""


def assess_folder(folder: Path, out: Path | None, outputs: Outputs, jobs: int | None, how: dict[str, Any]) -> None:
    """Assess every recording of a folder; the results go into ``out``.

    Raises
    ------
    InputError
        If the folder holds no recording, the exercise is unknown, or an option for one recording was given.
    OutputError
        If ``out`` can't be written.
    """
    if outputs != Outputs(quiet=outputs.quiet):
        raise InputError("outputs of a folder go into --out FOLDER, got options for one file; use --out")
    if how["exercise"] is not None:
        library.load(how["exercise"])  # once and now, rather than once a recording
    recordings = find_recordings(folder)
    out = out or folder / "rehabkit"
    if out.resolve() == folder.resolve():  # its tables would be taken for recordings the next time
        raise OutputError(f"--out must be another folder than the recordings', got {out}; name another")
    _make(out)
    to = console(quiet=outputs.quiet)
    rows = [_kept(to, path, result, out) for path, result in assess_many(recordings, jobs, **how)]
    rows.sort(key=lambda row: row.recording)
    _write_summary(rows, out / "summary.csv")
    done = [out / f"{row.recording}.json" for row in rows if not row.error]
    write_angles_csv(map(read_assessment, done), out / "angles.csv")  # one in memory at a time
    write_repetitions_csv(map(read_assessment, done), out / "repetitions.csv")
    _print_summary(to, rows, out)
    if any(row.error for row in rows):
        raise typer.Exit(FAILED)


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"--out must be a folder, got '{error.strerror}' for {out}; name another") from error
    Outputs(json=str(out / "x.json")).require_writable(out)


def _kept(to: Console, path: Path, result: Assessment | RehabkitError, out: Path) -> Row:
    if isinstance(result, Assessment):
        try:
            place = out / path.name
            Outputs(json=f"{place}.json", report=Path(f"{place}.html")).write(result)
        except RehabkitError as error:
            result = error
    row = _row(path.name, result)
    said = f"error: {row.error}" if row.error else f"{row.exercise}: {row.n_complete} complete, {row.n_partial} partial"
    to.print(f"{escape(path.name)}: {escape(said)}", soft_wrap=True)
    return row


def _row(name: str, result: Assessment | RehabkitError) -> Row:
    if isinstance(result, RehabkitError):
        return Row(name, error=" ".join(str(result).split()))
    return Row(
        name,
        result.exercise,
        result.n_repetitions,
        result.n_partial,
        len(result.holds),
        result.recording.duration_s,
        result.recording.view,
    )


def _write_summary(rows: list[Row], path: Path) -> None:
    with atomic(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(Row.__dataclass_fields__)
        table.writerows([getattr(row, name) for name in Row.__dataclass_fields__] for row in rows)


def _print_summary(to: Console, rows: list[Row], out: Path) -> None:
    table = Table("recording", "exercise", "complete", "partial", "holds", "view", box=None, header_style="bold")
    done = [row for row in rows if not row.error]
    for row in done:
        table.add_row(
            escape(row.recording),
            row.exercise,
            str(row.n_complete),
            str(row.n_partial),
            str(row.n_holds),
            row.view,
        )
    to.print(table)
    failed = [row for row in rows if row.error]
    to.print(f"{len(done)} of {len(rows)} assessed; written: {escape(str(out))}", soft_wrap=True)
    for row in failed:
        to.print(f"failed: {escape(row.recording)}: {escape(row.error)}", soft_wrap=True)
