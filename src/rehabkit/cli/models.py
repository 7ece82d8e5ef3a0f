"""``rehabkit models list | show | fetch | verify``, and ``rehabkit systems``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rehabkit.cli.console import console
from rehabkit.errors import ModelError

if TYPE_CHECKING:
    from rehabkit.runtime.card import Card


def application() -> typer.Typer:
    """The group ``rehabkit models``."""
    app = typer.Typer(help="Networks: the pose network's files, and the systems' bundles.", no_args_is_help=True)
    app.command("list")(list_models)
    app.command("show")(show)
    app.command("fetch")(fetch)
    app.command("verify")(verify)
    return app


def list_models() -> None:
    """List the pose networks and the systems' bundles, and where they are."""
    from rich.table import Table

    from rehabkit.runtime import bundles, store

    table = Table("model", "state", "kB", "file or remedy", box=None, header_style="bold")
    for one in store.status():
        table.add_row(one.name, one.state, _kilobytes(one.size_bytes), str(one.path) if one.ok else one.remedy)
    for name, path in bundles.available().items():
        state = "ready" if _fault(path) is None else "damaged"
        table.add_row(name, state, _kilobytes(path.stat().st_size), str(path))
    console().print(table)


def show(
    name: Annotated[str, typer.Argument(metavar="SYSTEM|FILE.onnx", help="A system's name, or a bundle's file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole card as JSON.")] = False,
) -> None:
    """Show a bundle's card: what it is for, what it was trained on, how good it was, and its limits."""
    from rehabkit.runtime.bundles import bundle

    found = bundle(name)
    if as_json:
        typer.echo(found.card.model_dump_json(indent=2))
        return
    for line in card_lines(found.card, len(found.content)):
        typer.echo(line)


def card_lines(card: Card, size_bytes: int) -> list[str]:
    """A card as a page of text."""
    lines = [
        f"{card.title} ({card.system}, {card.network})",
        f"  {size_bytes / 1000:.0f} kB, {card.n_parameters} parameters",
        f"  made {card.created} with rehabkit {card.rehabkit_version}",
        f"  sha256 {card.sha256}",
        f"  for: {card.intended_use}",
        *(f"  not: {limit}" for limit in card.limits),
        *(f"  in {name}: {spec.shape} {' × '.join(spec.axes)} {spec.unit}" for name, spec in card.inputs.items()),
        *(f"  out {name}: {spec.shape} {' × '.join(spec.axes)} {spec.unit}" for name, spec in card.outputs.items()),
        *(f"  tells apart: {', '.join(card.labels)}" for _ in card.labels[:1]),
        *(
            f"  trained on {d.title}: {d.n_subjects} people, {d.n_recordings} recordings; {d.licence}"
            for d in card.data
        ),
    ]
    for figure in card.figures:
        interval = "" if figure.low_95 is None else f" ({figure.low_95:.3f} to {figure.high_95:.3f})"
        worst = "" if figure.worst_subject is None else f", worst person {figure.worst_subject:.3f}"
        lines.append(f"  {figure.name} {figure.value:.3f}{interval}{worst}; {figure.protocol}")
    return [*lines, f"  {card.notice}"]


def fetch(
    model: Annotated[
        Literal["lite", "full", "heavy", "hand", "viewer"],
        typer.Argument(help="Which: of a body, of a hand, or what draws the 3-D page."),
    ] = "full",
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="PATH", help="A package file or folder already on this computer."),
    ] = None,
) -> None:
    """Fetch a pose network, or what draws the 3-D page, with the package manager's own client."""
    from rehabkit.runtime import store

    here = next(one for one in store.status() if one.name == model)
    path = here.path if here.ok and source is None else store.fetch(model, source)
    console().print(f"ready: {path}", soft_wrap=True)


def verify() -> None:
    """Verify the checksums of the model files and bundles that are here."""
    from rehabkit.runtime import bundles, store

    faults = [f"{one.name}; {one.remedy}" for one in store.status() if one.state == "damaged"]
    faults += [f"{name}; {fault}" for name, path in bundles.available().items() if (fault := _fault(path))]
    for fault in faults:
        console().print(f"damaged: {fault}", soft_wrap=True)
    if faults:
        raise typer.Exit(2)
    console().print("all model files and bundles that are here are whole")


def list_systems() -> None:
    """List the systems that have a network: what each reads, and whether its bundle is here."""
    from rich.table import Table

    from rehabkit.runtime import bundles
    from rehabkit.systems.registry import SYSTEMS

    table = Table("system", "reads", "bundle", "what it tells", box=None, header_style="bold")
    here = bundles.available()
    for name, one in SYSTEMS.items():
        table.add_row(name, one.reads.__name__, "ready" if name in here else "none", one.title)
    console().print(table)


def _kilobytes(size_bytes: int) -> str:
    return f"{size_bytes / 1000:.0f}" if size_bytes else ""


def _fault(path: Path) -> str | None:
    """Why a bundle's file can't be used; ``None`` if it can."""
    from rehabkit.runtime.bundle import load

    try:
        load(path)
    except ModelError as error:
        return str(error)
    return None
