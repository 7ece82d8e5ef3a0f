"""Plain numbers in a text file that may be gzipped: what most published data sets consist of."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.files import read_bytes

Array = NDArray[np.float64]

LARGEST = 128 * 2**20
"""Bytes of a file, and of what it unzips to."""


def read_text(path: Path) -> str:
    """The text of a file, unzipped if it is gzipped.

    Raises
    ------
    RecordingError
        If it is missing, empty, no text, cut off, or larger than 128 MiB.
    """
    raw = read_bytes(path, LARGEST)
    try:
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.GzipFile(fileobj=io.BytesIO(raw)).read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise RecordingError(f"{path.name} must unzip to at most {LARGEST} bytes, got more; check the file")
        return raw.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise RecordingError(f"{path.name} must be whole text, gzipped or not, got: {error}; copy it again") from error


def read_numbers(
    path: Path,
    n_columns: int,
    separator: str | None = ",",
    *,
    most_columns: int | None = None,
    header: Sequence[str] = (),
    largest: float = 1e6,
) -> Array:
    """(n_rows, n_columns) finite numbers of a text file; empty lines are passed over.

    Parameters
    ----------
    n_columns : how many numbers a line holds.
    separator : between them; ``None`` is white space.
    most_columns : accept up to this many cells a line and leave the last ones out (an empty cell at the end, say).
    header : names that the first line must hold, if it has any.
    largest : magnitude above which no number can be what it should be.

    Raises
    ------
    RecordingError
        If a line has another number of cells, a cell is no finite number, or there is no line.
    """
    rows = []
    lines = read_text(path).splitlines()
    if header and (not lines or [name.strip() for name in lines[0].split(separator)] != list(header)):
        raise RecordingError(f"{path.name}, line 1 must be {','.join(header)}, got another; copy it again")
    for line, text in enumerate(lines[1:] if header else lines, start=2 if header else 1):
        cells = text.split(separator)
        if not any(cell.strip() for cell in cells):
            continue
        if not n_columns <= len(cells) <= (most_columns or n_columns):
            raise RecordingError(
                f"{path.name}, line {line} must have {n_columns} numbers a line, got {len(cells)}; "
                "is it the file of another sensor, or cut off?"
            )
        rows.append(_numbers(cells[:n_columns], path, line, largest))
    if not rows:
        raise RecordingError(f"{path.name} must hold at least one line of numbers, got none; copy it again")
    return np.array(rows)


def _numbers(cells: list[str], path: Path, line: int, largest: float) -> Array:
    try:
        numbers = np.array(cells, dtype=np.float64)
    except ValueError as error:
        raise RecordingError(f"{path.name}, line {line} must be a table of numbers, got: {error}; check it") from error
    if not (np.abs(numbers) <= largest).all():  # NaN is not
        raise RecordingError(
            f"{path.name}, line {line} must hold finite numbers up to {largest:g}, got others; check it"
        )
    return numbers
