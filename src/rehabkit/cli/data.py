"""``rehabkit data list | get | import``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rehabkit.cli.console import console

if TYPE_CHECKING:
    from rehabkit.recordings.datasets.entries import DataSet
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
    from rich.markup import escape

    from rehabkit.runtime import datasets

    found = datasets.status()
    if as_json:
        _print_json(found)
        return
    out = console()
    for one in found:
        out.print(f"[bold]{one.data.name:16}[/bold]{escape(_said(one))}", soft_wrap=True)
        _print_facts(one.data)


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

    stored = datasets.import_set(name, path)
    console().print(f"ready: {stored}", soft_wrap=True)
    left_out = next(one.left_out for one in datasets.status() if one.data.name == name)
    if left_out:
        text = f"{len(left_out)} left out, such as: {left_out[0]}; `rehabkit data list --json` names all"
        console(stderr=True).print(text, soft_wrap=True, markup=False)


def _said(one: DataStatus) -> str:
    if one.state == "ready":
        converted = ", converted from the published layout" if one.layout == "published" else ""
        left_out = f", {len(one.left_out)} left out" if one.left_out else ""
        return f"here, checksums verified{converted}{left_out}"
    return f"damaged: {one.problem}; import it again" if one.state == "damaged" else "not here"


def _print_how(data: DataSet) -> None:
    why = {
        "agreement": "its page asks for consent to terms, so a person has to download it",
        "by hand": "it has no confirmed direct address, so a person has to download it",
    }[data.access]
    out = console()
    out.print(f"{data.name}: {why}", soft_wrap=True, markup=False)
    _print_facts(data)
    for word, text in (("layout", data.published), ("then", f"rehabkit data import {data.name} FOLDER")):
        out.print(f"  {word:9}{text}", soft_wrap=True, markup=False)


def _print_facts(data: DataSet) -> None:
    people = "" if data.people is None else f"; {data.people} people"
    ships = "may ship" if data.ships else "may not ship"
    facts = {
        "set": data.title,
        "holds": data.holds + people,
        "home": data.home,
        "licence": f"{data.licence}; a bundle trained on it {ships} with rehabkit",
        "cite": data.citation,
    }
    for word, text in facts.items():
        console().print(f"  {word:9}{text}", soft_wrap=True, markup=False)


def _print_json(found: list[DataStatus]) -> None:
    import json
    from dataclasses import asdict

    said = [
        asdict(one.data) | {"state": one.state, "path": str(one.path), "layout": one.layout, "left_out": one.left_out}
        for one in found
    ]
    typer.echo(json.dumps(said, indent=2, ensure_ascii=False))
