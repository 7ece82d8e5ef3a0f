"""What a report is made of, before it is HTML or PDF: sections of tables, figures and lists.

Both writers walk the same blocks, so both say the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from rehabkit.reports.poses import Figure


@dataclass(frozen=True)
class Fact:
    """One answer to who, what, when."""

    label: str
    value: str


@dataclass(frozen=True)
class Tile:
    """One big number for the patient: the number, what it is, what to know about it."""

    value: str
    label: str
    note: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell: its text, and a smaller line under it."""

    text: str
    note: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Row:
    """One row; ``mark`` is the word that calls for attention, in front of the first cell."""

    cells: tuple[Cell, ...]
    mark: str = ""


@dataclass(frozen=True)
class Table:
    """A table.

    Parameters
    ----------
    name : what it shows, read out to those who can't see it and printed above it where it isn't the only one.
    columns : one heading a column.
    widths : share of the page's width of each column, together 100.
    note : the line under it.
    """

    name: str
    columns: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[Row, ...]
    note: str = ""


@dataclass(frozen=True)
class Figures:
    """Drawings side by side, ``across`` in a row, and the line under them.

    Parameters
    ----------
    stacks : too full of words to stand side by side on a phone.
    """

    figures: tuple[Figure, ...]
    across: int = 1
    note: str = ""
    stacks: bool = False


@dataclass(frozen=True)
class Listing:
    """Points, each a short title and a text."""

    points: tuple[Fact, ...]
    warning: bool = False


Block = Table | Figures | Listing


@dataclass(frozen=True)
class Section:
    """A heading, a line that says how to read what follows, and the blocks."""

    title: str
    blocks: tuple[Block, ...]
    lead: str = ""


@dataclass(frozen=True)
class Report:
    """The whole report.

    Parameters
    ----------
    title : the exercise.
    facts : who, what, when.
    tiles : big numbers.
    summary : sentences that a patient understands.
    pictures : the skeleton at the start and the end of its range.
    sections : the rest, most useful first.
    notice : what the report is not.
    what : kind of assessment, beside the name of the program.
    """

    title: str
    facts: tuple[Fact, ...]
    tiles: tuple[Tile, ...]
    summary: tuple[str, ...]
    pictures: Figures | None
    sections: tuple[Section, ...]
    notice: str
    what: str = "Movement assessment"
