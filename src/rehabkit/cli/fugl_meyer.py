"""``rehabkit fugl-meyer items | score | rules``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rehabkit.cli import options as given
from rehabkit.cli.console import console, progress
from rehabkit.errors import InputError

if TYPE_CHECKING:
    from rehabkit.exercises.fugl_meyer_sheet import ItemScore, Sheet

Rules = Annotated[
    Path | None,
    typer.Option("--rules", metavar="FILE.toml", help="Your own copy of the rules; `fugl-meyer rules` writes one."),
]


def application() -> typer.Typer:
    """The group ``rehabkit fugl-meyer``."""
    app = typer.Typer(
        help="Fugl-Meyer upper extremity: the items that a camera can see, scored with their evidence.",
        no_args_is_help=True,
    )
    app.command("items")(items)
    app.command("score")(score)
    app.command("rules")(rules)
    return app


def items(
    rules: Rules = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the items and their rules as JSON.")] = False,
) -> None:
    """List all 33 items: how a recording is scored, or why only a clinician can."""
    from rich.markup import escape
    from rich.table import Table

    from rehabkit.exercises import fugl_meyer

    found = fugl_meyer.load(rules)
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
        return
    table = Table(box=None, header_style="bold")
    table.add_column("item", no_wrap=True)
    for title in ("name", "camera", "how, or why not"):
        table.add_column(title)
    for item in found.items:
        how = f"needs a clinician: {item.needs_clinician}"
        if item.visible:
            how = f"{item.toward} {item.measure}: 1 from {item.partial:g}, 2 from {item.full:g}"
        table.add_row(item.id, escape(item.name), "yes" if item.visible else "no", escape(how))
    console().print(table)


def score(
    recordings: Annotated[
        list[str],
        typer.Argument(metavar="ITEM=RECORDING …", help="An item and the video or landmark file that shows it."),
    ],
    side: Annotated[Literal["left", "right"], typer.Option("--side", help="The affected arm.")],
    rules: Rules = None,
    json: given.Json = None,
    model: given.Model = "full",
    person: given.Person = None,
    quiet: given.Quiet = False,
) -> None:
    """Score items from recordings: 0, 1 or 2 points each, with evidence. Never a total of 66."""
    from rehabkit.cli.outputs import require_writable

    if json not in (None, "-"):
        require_writable(Path(json))
    sheet = _sheet(_pairs(recordings), side, rules, model, person, quiet)
    if json == "-":
        typer.echo(sheet.model_dump_json(indent=2))
        return
    if json is not None:
        from rehabkit.recordings.files import atomic

        with atomic(json) as temporary:
            temporary.write_text(sheet.model_dump_json(indent=2), encoding="utf-8")
    _print(sheet, quiet)


def rules(
    output: Annotated[Path, typer.Argument(metavar="FILE.toml", help="Where to write a copy of the rules.")],
) -> None:
    """Write a copy of the rules and thresholds, to be edited and used with --rules."""
    from rehabkit.exercises.fugl_meyer import SHIPPED
    from rehabkit.recordings.files import atomic

    if output.exists():
        raise InputError(f"file must not exist yet, got {output}; name another, so that no edited rules are lost")
    with atomic(output) as temporary:
        temporary.write_bytes(SHIPPED.read_bytes())
    console().print(f"written: {output}", soft_wrap=True)


def _pairs(words: list[str]) -> dict[str, str]:
    """``["a=x.mp4"]`` as ``{"a": "x.mp4"}``."""
    pairs: dict[str, str] = {}
    for word in words:
        item, equals, recording = word.partition("=")
        if not equals or not item or not recording or item in pairs:
            raise InputError(f"each word must be ITEM=RECORDING, each item once, got {word!r}; see fugl-meyer --help")
        pairs[item] = recording
    return pairs


def _sheet(
    pairs: dict[str, str],
    side: Literal["left", "right"],
    rules: Path | None,
    model: str,
    person: int | None,
    quiet: bool,
) -> Sheet:
    from importlib.metadata import version

    from rehabkit import pipeline
    from rehabkit.exercises import fugl_meyer, fugl_meyer_score, fugl_meyer_sheet
    from rehabkit.pose.smoothing import clean
    from rehabkit.recordings.files import sha256

    protocol = fugl_meyer.load(rules)
    chosen = {name: protocol.item(name) for name in pairs}
    scores, said, seen = {}, {}, {}
    for name, path in pairs.items():
        if path not in seen:
            with progress(f"finding the body in {Path(path).name}", quiet=quiet) as report:
                seen[path] = pipeline.record(path, model=model, person=person, progress=report)
        recorded = seen[path]
        scores[name] = fugl_meyer_score.score(chosen[name], clean(recorded.skeleton), side)
        said[name] = {"name": recorded.info.name, "sha256": recorded.info.sha256 or "", "sensor": recorded.info.sensor}
    sheet = fugl_meyer_sheet.sheet(protocol, scores, side)
    return sheet.model_copy(
        update={
            "recordings": said,
            "rules_sha256": sha256(rules or fugl_meyer.SHIPPED),
            "rehabkit_version": version("rehabkit"),
        }
    )


def _print(sheet: Sheet, quiet: bool) -> None:
    from rich.markup import escape
    from rich.table import Table

    out = console(quiet=quiet)
    table = Table(box=None, header_style="bold")
    table.add_column("item", no_wrap=True)
    for title in ("points", "reached", "evidence"):
        table.add_column(title)
    for one in sheet.items:
        if one.item not in sheet.recordings:
            continue
        reached = "" if one.value is None else f"{one.value:g} {one.unit}"
        if one.uncertainty is not None:
            reached += f" ± {one.uncertainty:g}"
        points = "–" if one.score is None else str(one.score)
        if one.could_be:
            points += f" (within the camera's error: {' or '.join(map(str, one.could_be))})"
        table.add_row(one.item, points, reached, escape(_evidence(one)))
    out.print(table)
    out.print(sheet.summary, soft_wrap=True)
    out.print(sheet.notice, soft_wrap=True)


def _evidence(one: ItemScore) -> str:
    if one.not_measurable is not None:
        return f"not measurable here: {one.not_measurable}"
    parts = [f"{one.evidence.start_s:.1f} to {one.evidence.end_s:.1f} s, {one.evidence.method}", *one.broken]
    parts += [f"not checked: {text}" for text in one.not_checked]
    return "; ".join(parts)
