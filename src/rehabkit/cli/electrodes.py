"""``rehabkit electrodes emg | eeg``: where electrodes go, as a page to print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rehabkit.cli.assess import words
from rehabkit.cli.console import console
from rehabkit.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

    from rehabkit.reports.blocks import Block, Report

Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="A page to print: .html, .pdf, or only the drawings: .svg."),
]


def application() -> typer.Typer:
    """The group ``rehabkit electrodes``."""
    app = typer.Typer(help="Where electrodes go, with drawings and words for a page to print.", no_args_is_help=True)
    app.command("emg")(emg)
    app.command("eeg")(eeg)
    return app


def emg(
    muscles: Annotated[
        str, typer.Option("--muscles", metavar="NAME,…", help="Which; the four of the thigh by default.")
    ] = "",
    placements: Annotated[
        Path | None,
        typer.Option("--placements", metavar="FILE.toml", help="Your own placements, in place of SENIAM's."),
    ] = None,
    output: Output = None,
) -> None:
    """Surface EMG after the SENIAM recommendations: landmarks, place, direction, skin, test."""
    from rehabkit.exercises.emg_placement import THIGH, load
    from rehabkit.reports.placement_content import emg_page

    found = load(placements)
    asked = words(muscles) or (THIGH if placements is None else [muscle.name for muscle in found.muscle])
    _give(emg_page(found, found.of(asked)), output)


def eeg(
    system: Annotated[
        str | None, typer.Option("--system", metavar="NAME", help="The electrodes that a system reads.")
    ] = None,
    names: Annotated[
        str, typer.Option("--names", metavar="C3,C4,…", help="These electrodes; all 19 of the 10-20 system by default.")
    ] = "",
    output: Output = None,
) -> None:
    """EEG after the 10-20 system: how the head is measured, and where each electrode lies."""
    from rehabkit.recordings.electrodes import TEN_TWENTY
    from rehabkit.reports.placement_content import eeg_page

    if system is not None and names:
        raise InputError(f"--system and --names must not come together, got {system} and {names}; leave one out")
    asked: Sequence[str] = _known(words(names)) if names else TEN_TWENTY
    why = "you" if names else "the 10-20 system"
    if system is not None:
        asked, why = _read_by(system), system
    _give(eeg_page(asked, why), output)


def _known(names: Sequence[str]) -> list[str]:
    from rehabkit.recordings.electrodes import standard_name

    unknown = [name for name in names if standard_name(name) is None]
    if unknown:
        raise InputError(f"--names must be sites of the 10-10 system, got {', '.join(unknown)}; write C3,C4,Cz")
    return list(dict.fromkeys(names))


def _read_by(system: str) -> Sequence[str]:
    from rehabkit.systems.knee_pain.tensors import ELECTRODES
    from rehabkit.systems.recovery_prognosis.analysis import SITES

    readers = {"recovery_prognosis": SITES, "knee_pain": ELECTRODES}
    if system not in readers:
        raise InputError(f"--system must be one that reads EEG: {', '.join(readers)}; got {system}; name one of them")
    return readers[system]


def _give(page: Report, output: Path | None) -> None:
    """Write the page, or print it where no file is named."""
    if output is None:
        _print(console(), page)
        return
    from rehabkit.recordings.files import atomic
    from rehabkit.reports.drawing import side_by_side, svg_file
    from rehabkit.reports.html import write_page
    from rehabkit.reports.pdf import write_pages
    from rehabkit.reports.placement_content import drawings_of

    kind = output.suffix.lower()
    if kind == ".html":
        write_page(page, output)
    elif kind == ".pdf":
        write_pages(page, output)
    elif kind == ".svg":
        with atomic(output) as temporary:
            temporary.write_text(svg_file(side_by_side(drawings_of(page), page.title)), encoding="utf-8")
    else:
        raise InputError(f"--output must end in .html, .pdf or .svg, got {output.name}; rename it")
    console().print(f"written: {output}", soft_wrap=True, markup=False)


def _print(to: Console, page: Report) -> None:
    from rich.markup import escape

    to.print(f"[bold]{escape(page.title)}[/bold]")
    for fact in page.facts:
        to.print(f"{escape(fact.label)}: {escape(fact.value)}", soft_wrap=True)
    for section in page.sections:
        blocks = [block for block in section.blocks if _lines(block)]
        if blocks:
            to.print(f"\n[bold]{escape(section.title)}[/bold]")
        for line in (line for block in blocks for line in _lines(block)):
            to.print(escape(line), soft_wrap=True)
    to.print("\nWith --output FILE.html, .pdf or .svg there are drawings.")


def _lines(block: Block) -> list[str]:
    """A block in words; drawings have none."""
    from rehabkit.reports.blocks import Listing, Table

    if isinstance(block, Listing):
        return [f"{point.label}: {point.value}" for point in block.points]
    if isinstance(block, Table):
        rows = [
            [" ".join(filter(None, (cell.text, cell.note and f"({cell.note})"))) for cell in r.cells]
            for r in block.rows
        ]
        return [" | ".join(filter(None, row)) for row in rows]
    return []
