"""A drawing on a PDF page: the shapes of :mod:`rehabkit.reports.drawing` with fpdf2's pen."""

from __future__ import annotations

from fpdf import FPDF
from fpdf.enums import TextMode

from rehabkit.reports import drawing as d

FONT = "DejaVu"
CONDENSED = 90
"""DejaVu Sans at 90 % of its width is DejaVu Sans Condensed, which suits tables."""
PT_PER_MM = 72 / 25.4


def draw(page: FPDF, drawing: d.Drawing, x: float, y: float, scale: float) -> None:
    """Draw the shapes with their upper left corner at (x, y) mm.

    Parameters
    ----------
    scale : mm per unit of the drawing.
    """
    for shape in drawing.shapes:
        if isinstance(shape, d.Path):
            _path(page, shape, x, y, scale)
        elif isinstance(shape, d.Circle):
            style = _pen(page, shape, scale)
            page.circle(x + shape.x * scale, y + shape.y * scale, shape.radius * scale, style)
            page.set_dash_pattern()
        else:
            _words(page, shape, x, y, scale)


def _pen(page: FPDF, shape: d.Path | d.Circle, scale: float) -> str:
    if shape.stroke:
        page.set_draw_color(shape.stroke)
        page.set_line_width(shape.width * scale)
    if shape.fill:
        page.set_fill_color(shape.fill)
    if shape.dash:
        page.set_dash_pattern(shape.dash[0] * scale, shape.dash[1] * scale)
    return ("D" if shape.stroke else "") + ("F" if shape.fill else "")


def _path(page: FPDF, path: d.Path, x: float, y: float, scale: float) -> None:
    points = [(x + px * scale, y + py * scale) for px, py in path.points]
    style = _pen(page, path, scale)
    if path.opacity < 1:
        with page.local_context(fill_opacity=path.opacity):
            page.polyline(points, polygon=path.closed, style=style)
    else:
        page.polyline(points, polygon=path.closed, style=style)
    page.set_dash_pattern()


def _words(page: FPDF, text: d.Text, x: float, y: float, scale: float) -> None:
    page.set_font(FONT, "B" if text.bold else "", text.size * scale * PT_PER_MM)
    page.set_stretching(CONDENSED)
    page.set_text_color(text.colour)
    shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[text.anchor] * page.get_string_width(text.words)
    at = (x + text.x * scale - shift, y + text.y * scale)
    if text.halo:
        with page.local_context(text_mode=TextMode.STROKE, draw_color=d.PAPER, line_width=3 * scale):
            page.text(*at, text.words)
    page.text(*at, text.words)
