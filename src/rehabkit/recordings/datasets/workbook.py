"""The first sheet of an .xlsx file as text cells: a zip of XML, read without a spreadsheet library."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree

from rehabkit.errors import RecordingError
from rehabkit.recordings.files import check_size

MOST_BYTES = 16 * 2**20
MOST_ROWS, MOST_COLUMNS = 10_000, 1_000
_SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read_sheet(path: Path) -> list[list[str]]:
    """Rows of cells as text, empty where a cell is missing; formulas as the value that was last computed.

    Raises
    ------
    RecordingError
        If it is no .xlsx file, is damaged, or is larger than a table of scores can be.
    """
    check_size(path, MOST_BYTES)
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            sheet = next((n for n in sorted(names) if re.fullmatch(r"xl/worksheets/sheet\d*\.xml", n)), None)
            if sheet is None:
                raise RecordingError(f"{path.name} must hold a worksheet, got none; save it as .xlsx again")
            shared = _shared(_xml(archive, "xl/sharedStrings.xml", path)) if "xl/sharedStrings.xml" in names else []
            rows = [_row(row, shared) for row in _xml(archive, sheet, path).iter(f"{_SPACE}row")][:MOST_ROWS]
    except (OSError, zipfile.BadZipFile, zlib.error, ElementTree.ParseError, EOFError, NotImplementedError,
            ValueError, IndexError, RuntimeError) as error:  # fmt: skip
        if isinstance(error, RecordingError):
            raise
        raise RecordingError(f"{path.name} must be a whole .xlsx file, got: {error}; copy it again") from error
    if not rows:
        raise RecordingError(f"{path.name} must have at least one row, got none; copy it again")
    return rows


def _xml(archive: zipfile.ZipFile, name: str, path: Path) -> ElementTree.Element:
    with archive.open(name) as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES or b"<!DOCTYPE" in content:  # entities could grow without bound
        raise RecordingError(f"{path.name} must be a small sheet without a document type, got another; copy it again")
    return ElementTree.fromstring(content)


def _shared(root: ElementTree.Element) -> list[str]:
    return ["".join(text.text or "" for text in one.iter(f"{_SPACE}t")) for one in root.iter(f"{_SPACE}si")]


def _row(row: ElementTree.Element, shared: list[str]) -> list[str]:
    cells: list[str] = []
    for cell in row.iter(f"{_SPACE}c"):
        column = _column(cell.get("r", ""), len(cells))
        cells += [""] * (column - len(cells)) + [_text(cell, shared)]
    return cells


def _column(reference: str, otherwise: int) -> int:
    """Number of a cell's column from 0: ``B7`` → 1."""
    letters = re.match(r"[A-Z]{1,3}", reference)
    if letters is None:
        return otherwise
    number = 0
    for letter in letters[0]:
        number = 26 * number + ord(letter) - ord("A") + 1
    if number > MOST_COLUMNS:
        raise ValueError(f"column {letters[0]} is beyond the {MOST_COLUMNS} that a table of scores may have")
    return number - 1


def _text(cell: ElementTree.Element, shared: list[str]) -> str:
    if cell.get("t") == "inlineStr":
        return "".join(text.text or "" for text in cell.iter(f"{_SPACE}t"))
    value = cell.find(f"{_SPACE}v")
    text = (value.text or "") if value is not None else ""
    return shared[int(text)] if cell.get("t") == "s" else text
