"""Best ranges, left beside right, each with the sensor's own error as a bar around its mark."""

from __future__ import annotations

from rehabkit.findings import Assessment, Finding
from rehabkit.reports import drawing as d
from rehabkit.reports.axes import WIDTH
from rehabkit.reports.text import number

LEFT_EDGE, RIGHT_EDGE, ROW, TOP = 190.0, WIDTH - 24, 36.0, 10.0
TICK_DEG = 30


def range_chart(assessment: Assessment) -> d.Drawing | None:
    """One line a joint that was measured on both sides; ``None`` where there is no such joint."""
    pairs = list(_pairs(assessment).values())
    if not pairs:
        return None
    most = max(float(f.value or 0) + (f.uncertainty or 0) for pair in pairs for f in pair)
    top_deg = TICK_DEG * max(3, -int(-most // TICK_DEG))
    height = TOP + ROW * len(pairs) + 24
    shapes = _grid(top_deg, height - 24)
    for i, (left, right) in enumerate(pairs):
        y = TOP + ROW * (i + 0.5)
        name = left.label.removeprefix("Left ").split(",")[0]
        shapes.append(d.Text(0, y + 4, name[:1].upper() + name[1:], 12, bold=True))
        shapes += _mark(left, y - 7, top_deg)
        shapes += _mark(right, y + 7, top_deg)
    return d.Drawing(WIDTH, height, "Best range, left and right", _description(pairs), tuple(shapes))


def _pairs(assessment: Assessment) -> dict[str, tuple[Finding, Finding]]:
    best = {
        f.name: f
        for f in assessment.findings
        if f.name.endswith("_range_best") and f.unit == "deg" and isinstance(f.value, float | int)
    }
    rights = {name: f"right_{name.removeprefix('left_')}" for name in best if name.startswith("left_")}
    return {left: (best[left], best[right]) for left, right in rights.items() if right in best}


def _x(value: float, top_deg: float) -> float:
    return LEFT_EDGE + min(max(value / top_deg, 0.0), 1.0) * (RIGHT_EDGE - LEFT_EDGE)


def _grid(top_deg: float, bottom: float) -> list[d.Shape]:
    shapes: list[d.Shape] = []
    for value in range(0, int(top_deg) + 1, TICK_DEG):
        x = _x(value, top_deg)
        shapes.append(d.line(x, TOP, x, bottom, d.FAINT, 0.8))
        shapes.append(d.Text(x, bottom + 15, f"{value}°", 10, d.MUTED, "middle"))
    return shapes


def _mark(finding: Finding, y: float, top_deg: float) -> list[d.Shape]:
    left = finding.side == "left"
    colour = d.LEFT if left else d.RIGHT
    value, error = float(finding.value or 0), finding.uncertainty or 0.0
    x, low, high = (_x(v, top_deg) for v in (value, value - error, value + error))
    return [
        d.Text(LEFT_EDGE - 10, y + 3.6, "Left" if left else "Right", 10.5, colour, "end"),
        d.line(LEFT_EDGE, y, x, y, d.FAINT, 1.2),
        d.line(low, y, high, y, colour, 2.4),
        *(d.line(edge, y - 4, edge, y + 4, colour, 1.4) for edge in (low, high)),
        d.Circle(x, y, 4.8, stroke=colour, fill=colour if left else d.PAPER, width=2),
    ]


def _description(pairs: list[tuple[Finding, Finding]]) -> str:
    said = (
        f"{left.label.removeprefix('Left ').split(',')[0]}: left {number(float(left.value or 0), 0)}°, "
        f"right {number(float(right.value or 0), 0)}°."
        for left, right in pairs
    )
    return " ".join(said)
