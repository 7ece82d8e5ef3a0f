"""``rehabkit data list | get | import``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rehabkit.cli.console import console

if TYPE_CHECKING:
    from rehabkit.recordings.datasets.catalogue import DataSet
    from rehabkit.runtime.datasets import DataStatus

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of a data set, as `rehabkit data list` shows it.")]


def application() -> typer.Typer:
    """The group ``rehabkit data``."""
    app = typer.Typer(help="Public data sets: list them, get one, import a folder.", no_args_is_help=True)
    app.command("list")(list_data)
    app.command("get")(get)
    app.command("import")(import_data)
    return app


def list_data(
    as_json: Annotated[bool, typer.Option("--json", help="Print all that is known as JSON.")] = False,
) -> None:
    """List the public data sets, and which of them are here with their checksums verified."""
    from rehabkit.runtime import datasets

    found = datasets.status()
    if as_json:
        _print_json(found)
        return
    from rich.table import Table

    table = Table("name", "state", "people", "holds", "licence", "home", box=None, header_style="bold")
    for one in found:
        data = one.data
        table.add_row(data.name, _said(one), str(data.people or "–"), data.holds, data.licence, data.home)
    console().print(table)


def get(name: Name) -> None:
    """Download a data set, or say how to get it by hand (exit code 2 then: nothing was fetched)."""
    from rehabkit.recordings.datasets.catalogue import find
    from rehabkit.runtime import datasets

    data = find(name)
    if data.access == "direct":
        console().print(f"ready: {datasets.fetch(name)}", soft_wrap=True)
        return
    _print_how(data)
    raise typer.Exit(2)


def import_data(
    name: Name,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The folder as downloaded, or its compact form.")],
) -> None:
    """Check a folder that was downloaded by hand and store what is needed of it."""
    from rehabkit.runtime import datasets

    console().print(f"ready: {datasets.import_set(name, path)}", soft_wrap=True)


def _said(one: DataStatus) -> str:
    if one.state == "ready":
        return "here, checksums verified" + (", converted" if one.layout == "published" else "")
    return f"damaged: {one.problem}; import it again" if one.state == "damaged" else "not here"


def _print_how(data: DataSet) -> None:
    why = {
        "agreement": "Its page asks for consent to terms, so a person has to download it.",
        "by hand": "It has no confirmed direct address, so a person has to download it.",
    }[data.access]
    rows = {
        "home": data.home,
        "licence": data.licence,
        "cite": data.citation,
        "layout": data.published,
        "then": f"rehabkit data import {data.name} FOLDER",
    }
    out = console()
    out.print(f"{data.title}. {why}", soft_wrap=True, markup=False)
    for word, text in rows.items():
        out.print(f"{word:8}{text}", soft_wrap=True, markup=False)


def _print_json(found: list[DataStatus]) -> None:
    import json
    from dataclasses import asdict

    said = [asdict(one.data) | {"state": one.state, "path": str(one.path), "layout": one.layout} for one in found]
    typer.echo(json.dumps(said, indent=2, ensure_ascii=False))
