"""Rows of text → numbers, where every problem is named by line and column."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.skeleton import Array

MOST_ROWS = 1_000_000
"""Nine hours at 30 Hz."""


class Table(NamedTuple):
    """``values`` (n_rows, n_columns), NaN for an empty cell, and the line of each row (n_rows,)."""

    values: Array
    lines: NDArray[np.int64]


def parse(rows: Iterable[tuple[int, Sequence[str]]], header: Sequence[str], wanted: Sequence[int]) -> Table:
    """The wanted columns of a text table as numbers.

    Parameters
    ----------
    rows : line number and cells of each row; rows without any text are skipped.
    header : name of every column.
    wanted : which columns to take.

    Raises
    ------
    RecordingError
        At the first row with more or fewer cells than the header, the first cell that is no finite number,
        when there is no row, or when there are too many.

    Examples
    --------
    >>> parse([(2, ["0.5", "a", ""])], ["time_s", "label", "x_m"], [0, 2]).values
    array([[0.5, nan]])
    """
    numbers, lines = array("d"), array("q")
    for line, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            raise RecordingError(
                f"line {line} must have {len(header)} cells like the header, got {len(cells)}; "
                "complete the line or remove it"
            )
        if len(lines) == MOST_ROWS:
            raise RecordingError(f"file must have at most {MOST_ROWS} rows, got more; cut the recording")
        try:
            numbers.extend([float(cells[i].strip() or "nan") for i in wanted])
        except ValueError:
            raise _no_number(line, cells, header, wanted) from None
        lines.append(line)
    if not lines:
        raise RecordingError("file must have at least one row of numbers, got none; export the recording again")
    values = np.frombuffer(numbers).reshape(len(lines), len(wanted))
    infinite = np.argwhere(np.isinf(values))
    if len(infinite):
        row, column = infinite[0]
        name = header[wanted[column]]
        raise RecordingError(f"line {lines[row]}, column {name} must be finite, got infinity; leave it empty")
    return Table(values, np.frombuffer(lines, dtype=np.int64))


def _no_number(line: int, cells: Sequence[str], header: Sequence[str], wanted: Sequence[int]) -> RecordingError:
    for i in wanted:
        try:
            float(cells[i].strip() or "nan")
        except ValueError:
            return RecordingError(
                f"line {line}, column {header[i]} must be a number, got {cells[i][:40]!r}; "
                "correct it, or leave it empty where the joint was not seen"
            )
    return RecordingError(f"line {line} must hold numbers; correct it")


def check_times(time_s: Array, lines: NDArray[np.int64]) -> None:
    """Raise a RecordingError at the first line whose time is missing or not after the time before it."""
    wrong = ~(np.diff(time_s, prepend=-np.inf) > 0)
    if wrong.any():
        first = int(np.argmax(wrong))
        before = f"after {time_s[first - 1]:g} s" if first else "a number of seconds"
        raise RecordingError(
            f"line {lines[first]}, time must be {before}, got {time_s[first]:g}; "
            "sort the rows by time and remove doubled ones"
        )
