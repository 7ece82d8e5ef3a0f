"""The table that says what each picture of a data set shows."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from rehabkit.errors import RecordingError
from rehabkit.recordings.datasets.text_table import read_text


def read(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """A row a picture, by the names in the first line.

    Parameters
    ----------
    columns : names that must be there.

    Raises
    ------
    RecordingError
        If the file is missing or malformed, lacks a column, or holds no row.
    """
    try:
        table = csv.DictReader(io.StringIO(read_text(path)), strict=True)
        missing = [name for name in columns if name not in (table.fieldnames or ())]
        rows = [] if missing else list(table)
    except csv.Error as error:
        raise RecordingError(f"{path.name} must be a table, got '{error}'; copy it again") from error
    if missing or not rows:
        raise RecordingError(f"{path.name} must have {', '.join(columns)} and rows, got others; copy it again")
    short = next((i for i, row in enumerate(rows, 2) if any(not isinstance(row[name], str) for name in columns)), None)
    if short is not None:
        raise RecordingError(
            f"{path.name} must have every column in each line, got fewer in line {short}; copy it again"
        )
    return rows


def beside(folder: Path, name: str) -> Path:
    """A file that a table names, inside its folder.

    Raises
    ------
    RecordingError
        If the name leads out of the folder.
    """
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or not name or "\\" in name or "\0" in name:
        raise RecordingError(f"file of a data set must lie in its folder, got {name[:80]!r}; copy the table again")
    return folder / name


def missing(paths: Sequence[Path], what: str) -> None:
    """Refuse a folder in which files of the table aren't there.

    Raises
    ------
    RecordingError
        Naming how many and the first.
    """
    lost = [path.name for path in paths if not path.is_file()]
    if lost:
        raise RecordingError(f"folder of {what} must hold all its pictures, got {len(lost)} missing, first {lost[0]}")
