"""The comparison of sessions as one HTML page, each value with its small curve."""

from __future__ import annotations

from pathlib import Path

from rehabkit.recordings.files import atomic
from rehabkit.reports import drawing as d
from rehabkit.reports.compare import (
    SAID,
    Change,
    Comparison,
    change_text,
    mdc_text,
    session_dates,
    values_text,
)
from rehabkit.reports.html import environment
from rehabkit.reports.text import SYMBOLS, number

WIDTH, HEIGHT, PAD = 150.0, 50.0, 11.0
MOST_COLUMNS = 4


def render_comparison(comparison: Comparison) -> str:
    """The comparison as a whole HTML document.

    More than four sessions are shown by their curve, with the first and the last value in figures.
    """
    n = len(comparison.sessions)
    shown = range(n) if n <= MOST_COLUMNS else (0, n - 1)
    rows = [
        {
            "label": one.label,
            "trend": trend(one),
            "values": [values_text(one)[i] for i in shown],
            "by": change_text(one),
            "mdc": mdc_text(one, mark=False),
            "provisional": one.provisional and one.mdc95 is not None,
            "told": one.verdict == "more than the error",
            "verdict": SAID[one.verdict],
        }
        for one in comparison.changes
    ]
    dates = session_dates(comparison)
    template = environment().get_template("comparison.html.j2")
    sides = comparison.of == "sides"
    return template.render(comparison=comparison, rows=rows, dates=dates, shown=[dates[i] for i in shown], sides=sides)


def write_comparison(comparison: Comparison, path: str | Path) -> None:
    """Write the comparison to an HTML file.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    with atomic(Path(path)) as temporary:
        temporary.write_text(render_comparison(comparison), encoding="utf-8")


def trend(change: Change) -> d.Drawing:
    """The values of all sessions, each with a bar for its error, joined by a line."""
    points = [(i, v, change.uncertainties[i] or 0.0) for i, v in enumerate(change.values) if v is not None]
    low, high = min(v - e for _, v, e in points), max(v + e for _, v, e in points)
    if high == low:
        low, high = low - 1, high + 1
    step = (WIDTH - 2 * PAD) / max(len(change.values) - 1, 1)

    def y(value: float) -> float:
        return HEIGHT - PAD - (value - low) / (high - low) * (HEIGHT - 2 * PAD)

    shapes: list[d.Shape] = [d.line(PAD, HEIGHT - 4, WIDTH - PAD, HEIGHT - 4, d.FAINT)]
    shapes.append(d.Path(tuple((PAD + i * step, y(v)) for i, v, _ in points), stroke=d.NEUTRAL, width=1.6))
    for i, value, error in points:
        x = PAD + i * step
        if error:
            shapes.append(d.line(x, y(value - error), x, y(value + error), d.MUTED, 1.4))
            shapes += [d.line(x - 3, y(v), x + 3, y(v), d.MUTED, 1.4) for v in (value - error, value + error)]
        shapes.append(d.Circle(x, y(value), 3.4, stroke=d.NEUTRAL, fill=d.NEUTRAL))
    unit = SYMBOLS.get(change.unit, f" {change.unit}")
    said = ", ".join("not measured" if v is None else f"{number(v, 1)}{unit}" for v in change.values)
    return d.Drawing(WIDTH, HEIGHT, change.label, f"One after the other: {said}.", tuple(shapes))
