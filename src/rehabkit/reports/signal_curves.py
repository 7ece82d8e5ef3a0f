"""Lines over time and over frequency: estimated and measured angles, attention of a network, spectra of channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rehabkit.figures import Curves, Spectrum
from rehabkit.reports import drawing as d
from rehabkit.reports.axes import (
    LEFT_MARGIN,
    TOP,
    WIDTH,
    Axes,
    along_grid,
    apart,
    decimal_step,
    drawn_line,
    pieces,
    step_of,
    value_grid,
)
from rehabkit.reports.colours import LINE_STYLES
from rehabkit.reports.text import SYMBOLS, clock, number, unit_text, words

HEIGHT, RIGHT_MARGIN = 232.0, 150.0
NAMES_LEFT, NAME_ROOM = 31.0, 15.0
REST = "#c3ccd5"
"""Of the lines beyond those that can be told apart."""
FILLS = ("#e8eef4", "#f6ead9", "#e3efe6")
EDGES = ("#9fb0bf", "#c79a5b", "#7fae8f")
Line = tuple[str, Sequence[float | None]]


def signal_curves(figure: Curves) -> d.Drawing:
    """Lines over time, with the stretches that are pointed out shaded behind them."""
    figure = _readable(figure)
    lines = list(figure.lines.items())
    axes = _axes(figure.time_s, lines)
    shapes: list[d.Shape] = []
    for i, (label, stretches) in enumerate(figure.shaded.items()):
        shapes += _shaded(axes, i, stretches)
        shapes += _swatch(i, label, len(figure.shaded), _unit_width(figure.unit))
    shapes += value_grid(axes, _value_step(axes, figure.unit == "deg"), SYMBOLS.get(figure.unit, "").strip())
    span = axes.end - axes.start
    shapes += along_grid(axes, step_of(span, 10) if span >= 5 else decimal_step(span, 8), " s")
    shapes += _unit(figure.unit)
    shapes += _lines(axes, figure.time_s, lines)
    return _drawing(figure, axes, shapes, f"{len(lines)} lines over {clock(span)}. {_reach(lines, figure.unit)}")


def spectrum(figure: Spectrum) -> d.Drawing:
    """Lines over frequency, with the bands shaded and named."""
    lines: list[Line] = [(name, values) for name, values in figure.lines.items()]
    axes = _axes(figure.frequency_hz, lines)
    shapes: list[d.Shape] = []
    for i, (name, (low, high)) in enumerate(figure.bands.items()):
        x0, x1 = axes.x(low), axes.x(high)
        shapes.append(d.box(x0, TOP, x1, axes.bottom, FILLS[0], 1.0 if i % 2 == 0 else 0.45))
        named = d.fitted(name, 9.5, x1 - x0 - 2)
        shapes.append(d.Text((x0 + x1) / 2, TOP - 6, named, 9.5, d.NEUTRAL, "middle"))
    shapes += value_grid(axes, _value_step(axes, False))
    shapes += along_grid(axes, decimal_step(axes.end - axes.start, 10), " Hz")
    shapes += [*_unit(figure.unit), *_lines(axes, figure.frequency_hz, lines)]
    said = f"{len(lines)} lines from {number(axes.start, 0)} to {number(axes.end, 0)} Hz. {_reach(lines, figure.unit)}"
    return _drawing(figure, axes, shapes, said)


def _drawing(figure: Curves | Spectrum, axes: Axes, shapes: list[d.Shape], said: str) -> d.Drawing:
    if figure.simulated:
        shapes = [*shapes, *d.stamp(WIDTH - 4, 2, "SIMULATED")]
    return d.Drawing(WIDTH, axes.height, figure.title, said, tuple(shapes))


def _readable(figure: Curves) -> Curves:
    """Volts so small that nobody reads them, in mV or µV instead."""
    seen = [abs(v) for values in figure.lines.values() for v in values if v is not None]
    most = max(seen, default=1.0)
    if figure.unit != "V" or most >= 0.1 or most == 0:
        return figure
    unit, factor = ("mV", 1e3) if most >= 1e-4 else ("µV", 1e6)
    lines = {name: [None if v is None else v * factor for v in values] for name, values in figure.lines.items()}
    return figure.model_copy(update={"unit": unit, "lines": lines})


def _axes(along: Sequence[float], lines: Sequence[Line]) -> Axes:
    seen = [v for _, values in lines for v in values if v is not None] or [0.0, 1.0]
    low, high = min(seen), max(seen)
    if low > 0 and low < 0.4 * high:  # near enough to zero that zero belongs on the axis
        low = 0.0
    flat = high - low <= 1e-9 * max(abs(high), abs(low))
    room = 0.04 * (high - low) if not flat else abs(high) / 2 or 1.0
    start, end = (min(along), max(along)) if along else (0.0, 1.0)
    height = HEIGHT + max(0, min(len(lines), len(LINE_STYLES)) - 10) * NAME_ROOM
    low = low if low == 0.0 else low - room
    return Axes(start, end if end > start else start + 1.0, low, high + room, height, RIGHT_MARGIN)


def _value_step(axes: Axes, of_angles: bool) -> float:
    span = axes.high - axes.low
    return step_of(span, 5) if of_angles and span >= 4 else decimal_step(span, 5)


def _unit(unit: str) -> list[d.Shape]:
    """Above the values, unless it stands behind each of them."""
    return [d.Text(4, 10, unit_text(unit), 9.5, d.MUTED)] if unit and not SYMBOLS.get(unit, "").strip() else []


def _unit_width(unit: str) -> float:
    return 14 + d.LETTER * 9.5 * len(unit) if _unit(unit) else 0.0


def _shaded(axes: Axes, i: int, stretches: Sequence[tuple[float, float]]) -> list[d.Shape]:
    """Each kind of stretch has its own tint and edge; every second one is hatched as well."""
    fill, edge = FILLS[i % len(FILLS)], EDGES[i % len(EDGES)]
    shapes: list[d.Shape] = []
    for start_s, end_s in stretches:
        x0, x1 = axes.x(start_s), axes.x(end_s)
        if start_s <= axes.end and end_s >= axes.start:
            x1 = max(x1, x0 + 0.8)
            shapes.append(d.box(x0, TOP, x1, axes.bottom, fill, 0.85))
            shapes += d.hatch(x0, TOP, x1, axes.bottom, edge, 9) if i % 2 else []
            shapes.append(d.box(x0, TOP - 4, x1, TOP - 1, edge))
    return shapes


def _swatch(i: int, label: str, n: int, unit_width: float) -> list[d.Shape]:
    left = max(LEFT_MARGIN, unit_width)
    width = (WIDTH - RIGHT_MARGIN - left) / n
    x = left + i * width
    named = d.fitted(words(label), 9.5, width - 20)
    return [
        d.box(x, TOP - 21, x + 10, TOP - 12, FILLS[i % len(FILLS)]),
        *(d.hatch(x, TOP - 21, x + 10, TOP - 12, EDGES[i % len(EDGES)], 4) if i % 2 else []),
        d.box(x, TOP - 21, x + 10, TOP - 19, EDGES[i % len(EDGES)]),
        d.Text(x + 14, TOP - 12.5, named, 9.5, d.NEUTRAL),
    ]


def _lines(axes: Axes, along: Sequence[float], lines: Sequence[Line]) -> list[d.Shape]:
    """The first lines in their own colours and dashes with names; further ones in grey behind them."""
    shapes: list[d.Shape] = []
    for _, values in lines[len(LINE_STYLES) :]:
        shapes += [drawn_line(points, REST, 0.7) for points in pieces(axes, along, values)]
    own = list(zip(lines, LINE_STYLES, strict=False))
    for (_, values), (colour, dash) in own:
        shapes += [drawn_line(points, colour, 1.7, dash) for points in pieces(axes, along, values)]
    styles = {name: style for (name, _), style in own}
    return [*shapes, *_names(axes, dict(lines), styles)]


def _names(
    axes: Axes, lines: Mapping[str, Sequence[float | None]], styles: dict[str, tuple[str, tuple[float, float] | None]]
) -> list[d.Shape]:
    """Names at the right ends of their lines, moved apart where the lines end together."""
    ends = {name: _last(lines[name]) for name in styles}
    named = sorted((axes.y(end), name) for name, end in ends.items() if end is not None)
    rest = len(lines) - len(styles)
    floor = axes.bottom + (10 if rest <= 0 else -NAME_ROOM)
    places = apart([y for y, _ in named], [NAME_ROOM] * len(named), TOP + 4, floor)
    shapes: list[d.Shape] = []
    x = axes.right + 8
    for y, (_, name) in zip(places, named, strict=True):
        colour, dash = styles[name]
        shapes.append(d.Path(((x, y), (x + 20, y)), stroke=colour, width=1.9, dash=dash))
        said = d.fitted(_said(name), 10.5, RIGHT_MARGIN - NAMES_LEFT - 2)
        shapes.append(d.Text(axes.right + NAMES_LEFT, y + 3.7, said, 10.5, colour, bold=True))
    if rest > 0:
        shapes.append(
            d.Text(x, places[-1] + NAME_ROOM + 3 if places else TOP, f"and {rest} more, in grey", 9.5, d.MUTED)
        )
    return shapes


def _said(name: str) -> str:
    """Names of electrodes as they are, those in small letters for people."""
    return words(name) if name.islower() else name


def _last(values: Sequence[float | None]) -> float | None:
    return next((v for v in reversed(values) if v is not None), None)


def _reach(lines: Sequence[Line], unit: str) -> str:
    said = []
    for name, values in lines[: len(LINE_STYLES)]:
        seen = [v for v in values if v is not None]
        reach = f"from {min(seen):.3g} to {max(seen):.3g} {unit_text(unit)}".rstrip() if seen else "never measured"
        said.append(f"{_said(name)} {reach}.")
    return " ".join(said)
