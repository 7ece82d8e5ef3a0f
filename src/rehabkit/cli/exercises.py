"""``rehabkit exercises`` and ``rehabkit exercise learn | show``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rehabkit.cli import options as given
from rehabkit.cli.console import console, progress


def application() -> typer.Typer:
    """The group ``rehabkit exercise``."""
    app = typer.Typer(help="Define a new exercise from an approved repetition, or show one.", no_args_is_help=True)
    app.command("learn")(learn)
    app.command("show")(show)
    return app


def list_exercises(
    as_json: Annotated[bool, typer.Option("--json", help="Print the definitions as JSON.")] = False,
) -> None:
    """List the exercises that rehabkit knows."""
    from rich.markup import escape
    from rich.table import Table

    from rehabkit.exercises import library

    found = library.all_exercises()
    if as_json:
        import json

        typer.echo(json.dumps([exercise.model_dump(mode="json") for exercise in found], indent=2))
        return
    table = Table("name", "title", "film from", "also called", box=None, header_style="bold")
    for exercise in found:
        views = " or ".join(view.replace("_", " ") for view in exercise.views)
        table.add_row(exercise.name, escape(exercise.title), views, escape(", ".join(exercise.aliases)))
    console().print(table)


def show(name: Annotated[str, typer.Argument(help="Name, alias or TOML file.")]) -> None:
    """Show how an exercise is done, when to stop, and what is measured."""
    from rich.markup import escape

    from rehabkit.exercises import library

    exercise = library.load(name)
    to = console()
    to.print(f"[bold]{escape(exercise.title)}[/bold] ({exercise.name})\n{escape(exercise.description)}\n")
    for number, step in enumerate(exercise.instructions, 1):
        to.print(f"{number}. {escape(step)}")
    to.print(f"\n{escape(exercise.stop_if)}")
    to.print(f"Film from: {' or '.join(exercise.views)}")
    to.print(f"Measured: {', '.join(exercise.measures)}")
    if exercise.target is not None:
        to.print(f"Target: {exercise.target.low_deg:g}° to {exercise.target.high_deg:g}°")
    for check in exercise.compensations:
        to.print(f"Looked for: {check.name.replace('_', ' ')} — “{escape(check.say)}”")
    to.print(f"Source: {escape(exercise.source)}")


def learn(
    recording: Annotated[str, typer.Argument(help="A video or landmark file of one approved repetition.")],
    name: Annotated[str, typer.Option("--name", help="Name of the new exercise, in small_letters.")],
    title: Annotated[str | None, typer.Option("--title", help="Its title for people.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE.toml", help="Where to write it; your own library by default."),
    ] = None,
    model: given.Model = "full",
    person: given.Person = None,
    quiet: given.Quiet = False,
) -> None:
    """Define a new exercise from an approved repetition."""
    from rehabkit import pipeline
    from rehabkit.cli.outputs import require_writable
    from rehabkit.exercises import library
    from rehabkit.exercises.learn import learn as learn_from
    from rehabkit.exercises.learn import write_toml
    from rehabkit.pose.smoothing import clean

    path = output or library.own_folder() / f"{name}.toml"
    if output is None:
        path.parent.mkdir(parents=True, exist_ok=True)
    require_writable(path)
    with progress("finding the body", quiet=quiet) as report:
        recorded = pipeline.record(recording, model=model, person=person, progress=report)
    exercise = learn_from(clean(recorded.skeleton), name, title)
    write_toml(exercise, path)
    console(quiet=quiet).print(f"written: {path}; read it, and mend what the example does not show", soft_wrap=True)
