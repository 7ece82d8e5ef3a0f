"""A drawing of lines, circles and words, and how it becomes SVG.

Curves and skeletons are composed of these three shapes once; the HTML report writes them as inline SVG,
the PDF report draws the same shapes with its own pen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Literal

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]

INK = "#1c2733"
MUTED = "#5a6775"
FAINT = "#dde3ea"
LEFT = "#0067a5"
RIGHT = "#c8500a"
NEUTRAL = "#3d4f60"
PAPER = "#ffffff"
STAMP = "#8a3b00"
LETTER = 0.62
"""Mean width of a letter over its size, on the safe side."""
SIDE_COLOURS = {"left": LEFT, "right": RIGHT}
"""Blue and vermilion: told apart by colour-blind readers; the right side is also dashed or hollow."""


@dataclass(frozen=True)
class Path:
    """A line through points; closed and filled, an area.

    Parameters
    ----------
    points : at least one; x to the right, y downwards.
    stroke, fill : ``#rrggbb`` or ``None``.
    dash : lengths of dash and gap.
    opacity : of the fill, 0 to 1.
    """

    points: tuple[Point, ...]
    stroke: str | None = None
    fill: str | None = None
    width: float = 1.0
    dash: tuple[float, float] | None = None
    closed: bool = False
    opacity: float = 1.0


@dataclass(frozen=True)
class Circle:
    """A circle around (x, y)."""

    x: float
    y: float
    radius: float
    stroke: str | None = None
    fill: str | None = None
    width: float = 1.0
    dash: tuple[float, float] | None = None


@dataclass(frozen=True)
class Text:
    """Words whose baseline starts, centres or ends at (x, y); ``halo`` keeps them legible on lines."""

    x: float
    y: float
    words: str
    size: float = 11.0
    colour: str = INK
    anchor: Anchor = "start"
    bold: bool = False
    halo: bool = False


Shape = Path | Circle | Text


@dataclass(frozen=True)
class Drawing:
    """Shapes on a sheet of ``width`` by ``height`` units, with the words for those who can't see it."""

    width: float
    height: float
    title: str
    description: str
    shapes: tuple[Shape, ...] = field(default=())


def line(x0: float, y0: float, x1: float, y1: float, stroke: str, width: float = 1.0) -> Path:
    """A straight line."""
    return Path(((x0, y0), (x1, y1)), stroke=stroke, width=width)


def box(x0: float, y0: float, x1: float, y1: float, fill: str, opacity: float = 1.0) -> Path:
    """A filled rectangle."""
    return Path(((x0, y0), (x1, y0), (x1, y1), (x0, y1)), fill=fill, closed=True, opacity=opacity)


def hatch(x0: float, y0: float, x1: float, y1: float, stroke: str, step: float = 7.0) -> list[Path]:
    """Diagonal lines that fill a rectangle, so that it differs from a plain one without colour."""
    lines = []
    offset = x0 - (y1 - y0) + step
    while offset < x1:
        start = (max(offset, x0), y1 - max(0.0, x0 - offset))
        end_x = min(offset + (y1 - y0), x1)
        lines.append(Path((start, (end_x, y1 - (end_x - offset))), stroke=stroke, width=0.8))
        offset += step
    return lines


def stamp(right: float, top: float, words: str) -> list[Shape]:
    """A badge whose upper right corner is at (right, top): what nobody may overlook."""
    width = 6.6 * len(words) + 12
    return [
        box(right - width, top, right, top + 15, STAMP),
        Text(right - width / 2, top + 11, words, 9, PAPER, "middle", bold=True),
    ]


def fitted(words: str, size: float, width: float) -> str:
    """Words shortened to fit into ``width`` units, by the mean width of letters.

    Examples
    --------
    >>> fitted("rectus femoris", 10, 200), fitted("rectus femoris", 10, 50)
    ('rectus femoris', 'rectus …')
    """
    most = max(int(width / (LETTER * size)), 1)
    return words if len(words) <= most else words[: most - 1] + "…"


def side_by_side(drawings: Sequence[Drawing], title: str) -> Drawing:
    """Several drawings as one, from left to right."""
    shapes: list[Shape] = []
    x = 0.0
    for one in drawings:
        shapes += [moved(shape, x) for shape in one.shapes]
        x += one.width
    height = max((one.height for one in drawings), default=0.0)
    return Drawing(x, height, title, " ".join(f"{one.title}: {one.description}" for one in drawings), tuple(shapes))


def moved(shape: Shape, right: float, down: float = 0.0) -> Shape:
    """The shape elsewhere on the sheet."""
    if isinstance(shape, Path):
        return replace(shape, points=tuple((x + right, y + down) for x, y in shape.points))
    return replace(shape, x=shape.x + right, y=shape.y + down)


def svg_file(drawing: Drawing) -> str:
    """The drawing as a file of its own, on white paper."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" font-family="Arial, sans-serif" style="background:{PAPER}" '
    style = "<style>.halo{paint-order:stroke;stroke:#fff;stroke-width:3.5px;stroke-linejoin:round}</style>"
    return to_svg(drawing).replace("<svg ", head, 1).replace("<title>", f"{style}<title>", 1) + "\n"


def to_svg(drawing: Drawing) -> str:
    """The drawing as an ``<svg>`` element for an HTML page; words are escaped.

    Examples
    --------
    >>> to_svg(Drawing(10, 5, "A & B", "a dot", (Circle(1, 2, 3, fill="#000000"),)))[-68:]
    '<desc>a dot</desc><circle cx="1" cy="2" r="3" fill="#000000"/></svg>'
    """
    label = escape(f"{drawing.title}. {drawing.description}", quote=True)
    return (
        f'<svg viewBox="0 0 {_n(drawing.width)} {_n(drawing.height)}" role="img" aria-label="{label}">'
        f"<title>{escape(drawing.title)}</title><desc>{escape(drawing.description)}</desc>"
        + "".join(_shapes(drawing.shapes))
        + "</svg>"
    )


def _shapes(shapes: Iterable[Shape]) -> Iterable[str]:
    for shape in shapes:
        if isinstance(shape, Path):
            yield _path(shape)
        elif isinstance(shape, Circle):
            yield (
                f'<circle cx="{_n(shape.x)}" cy="{_n(shape.y)}" r="{_n(shape.radius)}"'
                f"{_paint(shape.stroke, shape.fill, shape.width, shape.dash)}/>"
            )
        else:
            yield _text(shape)


def _path(path: Path) -> str:
    tag = "polygon" if path.closed else "polyline"
    opacity = f' fill-opacity="{_n(path.opacity)}"' if path.opacity < 1 else ""
    paint = _paint(path.stroke, path.fill, path.width, path.dash)
    return f'<{tag} points="{_points(path.points)}"{paint}{opacity}/>'


def _text(text: Text) -> str:
    anchor = "" if text.anchor == "start" else f' text-anchor="{text.anchor}"'
    bold = ' font-weight="600"' if text.bold else ""
    halo = ' class="halo"' if text.halo else ""
    return (
        f'<text x="{_n(text.x)}" y="{_n(text.y)}" font-size="{_n(text.size)}" fill="{text.colour}"'
        f"{anchor}{bold}{halo}>{escape(text.words)}</text>"
    )


def _paint(stroke: str | None, fill: str | None, width: float, dash: tuple[float, float] | None) -> str:
    paint = f' fill="{fill or "none"}"'
    if stroke:
        paint += f' stroke="{stroke}" stroke-width="{_n(width)}"'
    if stroke and dash:
        paint += f' stroke-dasharray="{_n(dash[0])} {_n(dash[1])}"'
    return paint


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
