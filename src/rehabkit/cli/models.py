"""``rehabkit models list | fetch | verify``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from rehabkit.cli.console import console


def application() -> typer.Typer:
    """The group ``rehabkit models``."""
    app = typer.Typer(help="The pose network's files: which are here, fetch them, verify them.", no_args_is_help=True)
    app.command("list")(list_models)
    app.command("fetch")(fetch)
    app.command("verify")(verify)
    return app


def list_models() -> None:
    """List the model files and where they are."""
    from rich.table import Table

    from rehabkit.runtime import store

    table = Table("model", "state", "file or remedy", box=None, header_style="bold")
    for one in store.status():
        table.add_row(one.name, one.state, str(one.path) if one.ok else one.remedy)
    console().print(table)


def fetch(
    model: Annotated[Literal["lite", "full", "heavy"], typer.Argument(help="Which pose network.")] = "full",
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="PATH", help="A package file or folder already on this computer."),
    ] = None,
) -> None:
    """Fetch a pose network with the package manager's own client, and build the file that rehabkit uses."""
    from rehabkit.runtime import store

    here = next(one for one in store.status() if one.name == model)
    path = here.path if here.ok and source is None else store.fetch(model, source)
    console().print(f"ready: {path}", soft_wrap=True)


def verify() -> None:
    """Verify the checksums of the model files that are here."""
    from rehabkit.runtime import store

    damaged = [one for one in store.status() if one.state == "damaged"]
    for one in damaged:
        console().print(f"damaged: {one.name}; {one.remedy}", soft_wrap=True)
    if damaged:
        raise typer.Exit(2)
    console().print("all model files that are here are whole")
