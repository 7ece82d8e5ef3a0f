"""The figures of an assessment, each drawn by its own hand and put beside its like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rehabkit.figures import Connectivity, Curves, ScalpMap, Scene, Spectrum
from rehabkit.reports.blocks import Figures
from rehabkit.reports.connectome import circle, on_head
from rehabkit.reports.head import unplaced
from rehabkit.reports.poses import Figure
from rehabkit.reports.scalp import scalp_map
from rehabkit.reports.scene import scene_drawings
from rehabkit.reports.signal_curves import signal_curves, spectrum
from rehabkit.reports.text import sentence

AnyFigure = ScalpMap | Spectrum | Connectivity | Curves | Scene
CHART = "chart"
WHOLE = (Connectivity.__name__, Scene.__name__)
"""Kinds whose drawings belong together: a block each."""


def figure_blocks(figures: Sequence[AnyFigure]) -> Iterator[Figures]:
    """Maps two in a row, a circle beside its head, a scene from its sides, charts one under the other."""
    for kind, group in groupby(figures, key=_place):
        drawn = [_drawn(one) for one in group]
        small = kind != CHART
        for row in drawn if kind in WHOLE else [[figure for one in drawn for figure in one]]:
            yield Figures(tuple(row), across=2 if small else 1, stacks=small)


def _place(figure: AnyFigure) -> str:
    return type(figure).__name__ if isinstance(figure, ScalpMap | Connectivity | Scene) else CHART


def _drawn(figure: AnyFigure) -> list[Figure]:
    if isinstance(figure, ScalpMap):
        return [Figure(scalp_map(figure), _caption(figure, _left_out(list(figure.values))))]
    if isinstance(figure, Spectrum):
        return [Figure(spectrum(figure), _caption(figure))]
    if isinstance(figure, Curves):
        return [Figure(signal_curves(figure), _caption(figure))]
    if isinstance(figure, Scene):
        first, *others = scene_drawings(figure)
        return [Figure(first, _caption(figure)), *map(Figure, others)]
    on_it = f"{_ended(figure.measure)} The same pairs on the head. {_left_out(figure.nodes)}"
    return [
        Figure(circle(figure), _caption(figure, _ended(figure.measure))),
        Figure(on_head(figure), on_it.strip()),
    ]


def _caption(figure: AnyFigure, more: str = "") -> str:
    simulated = "Simulated." if figure.simulated else ""
    return " ".join(filter(None, (simulated, _ended(figure.title), more, sentence(figure.caption))))


def _ended(text: str) -> str:
    """As a sentence; names with capitals inside, such as wPLI, keep their first letter."""
    first = text.split(" ", 1)[0]
    return sentence(text) if first.islower() or not text else f"{text}."


def _left_out(names: list[str]) -> str:
    """Electrodes without a place of the 10-10 system can't be drawn on the head; that is said."""
    unknown = unplaced(names)
    return f"Not drawn, as no sites of the 10-10 system: {', '.join(unknown[:8])}." if unknown else ""
