"""The same report as a PDF, written by fpdf2: no browser, no system packages.

The letters are DejaVu Sans: Latin, Greek, Cyrillic, Arabic and Hebrew, but no Chinese, Japanese or Korean.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from fpdf import FPDF

from rehabkit.findings import Assessment
from rehabkit.recordings.files import atomic
from rehabkit.reports import drawing as d
from rehabkit.reports.blocks import Block, Cell, Fact, Figures, Listing, Report, Row, Section, Table
from rehabkit.reports.content import report_of
from rehabkit.reports.fonts import font_file
from rehabkit.reports.pdf_drawing import CONDENSED, FONT, draw

MARGIN, WIDTH, BOTTOM = 15.0, 180.0, 18.0
ACCENT, ALERT, WASH = "#0b5570", "#8a3b00", "#f4f7fa"


def write_pdf(assessment: Assessment, path: str | Path) -> None:
    """Write the report of one assessment as a PDF of A4 pages.

    Raises
    ------
    OutputError
        If it can't be written.
    MissingExtraError
        If matplotlib's fonts are not installed.
    """
    write_pages(report_of(assessment), path)


def write_pages(report: Report, path: str | Path) -> None:
    """Write any report as a PDF of A4 pages.

    Raises
    ------
    OutputError
        If it can't be written.
    MissingExtraError
        If matplotlib's fonts are not installed.
    """
    with atomic(Path(path)) as temporary, _quiet():
        page = _Page(report)
        page.report(report)
        page.output(str(temporary))


@contextmanager
def _quiet() -> Iterator[None]:
    """fpdf2 warns of each letter that the font lacks; it prints a box instead, which the reader sees."""
    logger = logging.getLogger("fpdf")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


class _Page(FPDF):  # type: ignore[misc]  # fpdf2 carries no types
    """A pen that walks down A4 pages."""

    def __init__(self, report: Report) -> None:
        super().__init__(format="A4")
        self.notice = report.notice
        self.add_font(FONT, "", font_file())
        self.add_font(FONT, "B", font_file(bold=True))
        self.set_margins(MARGIN, MARGIN)
        self.c_margin = 0.0
        self.set_auto_page_break(True, BOTTOM)
        self.set_title(f"{report.title} – {report.what.lower()}")
        self.set_creator("rehabkit")
        self.set_lang("en")
        self.alias_nb_pages()

    def report(self, report: Report) -> None:
        """The whole report."""
        self.add_page()
        self._head(report)
        if report.tiles:
            self._tiles(report)
        for sentence in report.summary:
            self.say(sentence, 11, gap=1.2)
        if report.pictures:
            self.ln(2)
            pictures = report.pictures  # a page is wide: those of lying bodies stand side by side too
            across = max(pictures.across, min(2, len(pictures.figures)))
            self._figures(replace(pictures, across=across), height=52.0)
        for section in report.sections:
            self._section(section)

    def footer(self) -> None:
        """On every page: what the report is not, and the page's number."""
        self.set_y(-13)
        self.style(7, d.MUTED)
        self.cell(WIDTH - 20, 4, self.notice)
        self.cell(20, 4, f"{self.page_no()} / {{nb}}", align="R")

    # -- pieces ----------------------------------------------------------------------------------------------

    def style(self, size: float, colour: str = d.INK, bold: bool = False) -> None:
        """The letters to come."""
        self.set_font(FONT, "B" if bold else "", size)
        self.set_stretching(CONDENSED)
        self.set_text_color(colour)

    def say(self, text: str, size: float, colour: str = d.INK, bold: bool = False, gap: float = 0.0) -> None:
        """A paragraph over the whole width."""
        self.style(size, colour, bold)
        self.need(self.multi_cell(WIDTH, size * 0.5, text, align="L", dry_run=True, output="HEIGHT"))
        self.style(size, colour, bold)
        self.multi_cell(WIDTH, size * 0.5, text, align="L", new_x="LMARGIN", new_y="NEXT")
        self.ln(gap)

    def need(self, height: float) -> None:
        """Start a new page unless so many mm are left on this one."""
        if self.get_y() + height > self.h - BOTTOM:
            self.add_page()

    def rule(self, colour: str = d.FAINT, width: float = 0.2) -> None:
        """A line across the page, where the pen is."""
        self.set_draw_color(colour)
        self.set_line_width(width)
        self.line(MARGIN, self.get_y(), MARGIN + WIDTH, self.get_y())

    def _head(self, report: Report) -> None:
        self.style(10, ACCENT, bold=True)
        self.cell(WIDTH / 2, 5, "rehabkit")
        self.style(8, d.MUTED)
        self.cell(WIDTH / 2, 5, report.what, align="R", new_x="LMARGIN", new_y="NEXT")
        self.ln(1)
        self.rule(ACCENT, 0.5)
        self.ln(5)
        self.say(report.title, 19, bold=True, gap=2.5)
        for start in range(0, len(report.facts), 4):
            self._facts(report.facts[start : start + 4])
        self.ln(2)

    def _facts(self, facts: Sequence[Fact]) -> None:
        top, width = self.get_y(), WIDTH / 4
        bottom = top
        for i, fact in enumerate(facts):
            self.set_xy(MARGIN + i * width, top)
            self.style(7, d.MUTED)
            self.cell(width, 3.6, fact.label, new_x="LEFT", new_y="NEXT")
            self.style(8.5)
            self.multi_cell(width - 4, 4, fact.value, align="L", new_x="LEFT", new_y="NEXT")
            bottom = max(bottom, self.get_y())
        self.set_xy(MARGIN, bottom + 1.8)

    def _tiles(self, report: Report) -> None:
        top, width = self.get_y(), WIDTH / max(len(report.tiles), 1)
        self.style(8.5)
        lines = [len(self.multi_cell(width - 7, 3.9, t.label, dry_run=True, output="LINES")) for t in report.tiles]
        height = max(24.0, 17.0 + 3.9 * max(lines))
        self.set_fill_color(WASH)
        self.rect(MARGIN, top, WIDTH, height, "F")
        for i, tile in enumerate(report.tiles):
            self.set_xy(MARGIN + i * width + 4, top + 3)
            self.style(17 if len(tile.value) < 13 else 13, bold=True)
            self.cell(width - 6, 7, tile.value, new_x="LEFT", new_y="NEXT")
            self.style(8.5)
            self.multi_cell(width - 7, 3.9, tile.label, align="L", new_x="LEFT", new_y="NEXT")
            self.style(7, d.MUTED)
            self.cell(width - 6, 3.6, tile.note)
        self.set_xy(MARGIN, top + height + 4)

    def _section(self, section: Section) -> None:
        first = section.blocks[0]
        self.need(30 + (_height(first) if isinstance(first, Figures) else 4))
        self.ln(5)
        self.say(section.title, 12, bold=True, gap=1)
        if section.lead:
            self.say(section.lead, 8.5, d.MUTED, gap=1.5)
        for block in section.blocks:
            self._block(block)

    def _block(self, block: Block) -> None:
        if isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Figures):
            self._figures(block)
        else:
            self._listing(block)

    # -- figures ---------------------------------------------------------------------------------------------

    def _figures(self, block: Figures, height: float | None = None) -> None:
        width = WIDTH / max(block.across, 1)
        for start in range(0, len(block.figures), max(block.across, 1)):
            row = block.figures[start : start + block.across]
            scales = [min(width / f.drawing.width, (height or 1e9) / f.drawing.height) for f in row]
            tall = max(scale * f.drawing.height for scale, f in zip(scales, row, strict=True))
            self.need(tall + 14)
            top, bottom = self.get_y(), self.get_y()
            for i, (figure, scale) in enumerate(zip(row, scales, strict=True)):
                x = MARGIN + i * width + (width - scale * figure.drawing.width) / 2
                draw(self, figure.drawing, x, top, scale)
                self.set_xy(MARGIN + i * width, top + tall + 0.8)
                if figure.caption:
                    self.style(7.5, d.MUTED)
                    align = "C" if block.across > 1 else "L"
                    self.multi_cell(width - 3, 3.6, figure.caption, align=align, new_x="LEFT", new_y="NEXT")
                bottom = max(bottom, self.get_y())
            self.set_xy(MARGIN, bottom + 1.5)
        if block.note:
            self.say(block.note, 7.5, d.MUTED, gap=1)

    # -- tables and lists ------------------------------------------------------------------------------------

    def _table(self, table: Table) -> None:
        widths = [WIDTH * share / 100 for share in table.widths]
        self.need(24)
        self._heading(table, widths)
        for row in table.rows:
            height = self._row(row, widths, dry=True)
            if self.get_y() + height > self.h - BOTTOM:
                self.add_page()
                self._heading(table, widths)
            self._row(row, widths, dry=False)
            self.rule()
        self.ln(1.2)
        if table.note:
            self.say(table.note, 7, d.MUTED)
        self.ln(4)

    def _heading(self, table: Table, widths: Sequence[float]) -> None:
        self.style(7.5, bold=True)
        lines = [
            len(self.multi_cell(w - 3, 3.6, c, dry_run=True, output="LINES"))
            for c, w in zip(table.columns, widths, strict=True)
        ]
        top, most = self.get_y(), max(lines)
        for i, (column, width) in enumerate(zip(table.columns, widths, strict=True)):
            self.set_xy(MARGIN + sum(widths[:i]), top + 3.6 * (most - lines[i]))
            self.multi_cell(width - 3, 3.6, column, align="L")
        self.set_xy(MARGIN, top + 3.6 * most + 1)
        self.rule(d.INK, 0.4)

    def _row(self, row: Row, widths: Sequence[float], dry: bool) -> float:
        """Draw a row, or only measure it; its height in mm."""
        top, bottom = self.get_y() + 1.5, self.get_y() + 1.5
        for i, (cell, width) in enumerate(zip(row.cells, widths, strict=True)):
            x, y = MARGIN + sum(widths[:i]), top
            parts = [(f"▲ {row.mark}", 7.5, ALERT, True)] if row.mark and i == 0 else []
            parts += [(cell.text, 8.5, d.INK, cell.strong), (cell.note, 7.0, d.MUTED, False)]
            for text, size, colour, bold in parts:
                if text:
                    self.style(size, colour, bold)
                    self.set_xy(x, y)
                    y += self.multi_cell(width - 3, size * 0.46, text, align="L", dry_run=dry, output="HEIGHT")
            bottom = max(bottom, y)
        if not dry:
            self.set_xy(MARGIN, bottom + 1.4)
        else:
            self.set_y(top - 1.5)
        return float(bottom + 1.4 - (top - 1.5))

    def _listing(self, block: Listing) -> None:
        if block.warning:
            self.need(20)
            self.say("▲ Look at these first", 9, ALERT, bold=True, gap=0.5)
        widths = (WIDTH * 0.34, WIDTH * 0.66)
        for point in block.points:
            row = Row((_strong(point.label), _plain(point.value)))
            self.need(self._row(row, widths, dry=True))
            self._row(row, widths, dry=False)
            self.rule(ALERT if block.warning else d.FAINT)
        self.ln(4)


def _height(block: Figures) -> float:
    """Of the first row of drawings, mm."""
    drawing = block.figures[0].drawing
    return WIDTH / max(block.across, 1) / drawing.width * drawing.height


def _strong(text: str) -> Cell:
    return Cell(text, strong=True)


def _plain(text: str) -> Cell:
    return Cell(text)
