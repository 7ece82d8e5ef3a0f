"""``rehabkit train | evaluate | export``: one path for every system."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from rehabkit.cli.console import console
from rehabkit.cli.outputs import require_writable
from rehabkit.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from rehabkit.learning.bench import Say
    from rehabkit.learning.recipe import Recipe

SystemName = Annotated[str, typer.Argument(metavar="SYSTEM", help="A name that `rehabkit systems` lists.")]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="FOLDER", help="The data set, or a folder of data sets; the imported one by default."
    ),
]
Quick = Annotated[bool, typer.Option("--quick", help="Few people, little training: to see that it runs.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="The same seed on the same device gives the same figure.")]
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, help="Folds at a time.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but the result and errors.")]


def train(
    system: SystemName,
    data: Data = None,
    model: Annotated[
        str | None, typer.Option("--model", help="Which of its models; the shipped one by default.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE.onnx", help="Where the bundle goes; your own store by default."),
    ] = None,
    evaluate_too: Annotated[
        bool, typer.Option("--evaluate", help="Evaluate on unseen people first; the card then carries the figures.")
    ] = False,
    checkpoint: Annotated[
        Path | None, typer.Option("--checkpoint", metavar="FILE.npz", help="Keep the weights after each epoch.")
    ] = None,
    quick: Quick = False,
    seed: Seed = 0,
    jobs: Jobs = 1,
    quiet: Quiet = False,
) -> None:
    """Train a system's model on all people of a data set, and write it as a bundle."""
    recipe = recipe_of(system)
    from rehabkit.learning.bench import Settings, evaluate
    from rehabkit.learning.ship import make_bundle
    from rehabkit.runtime.bundles import own_folder

    if output is None:
        own_folder().mkdir(parents=True, exist_ok=True)
    path = output or own_folder() / f"{recipe.name}.onnx"
    if path.suffix != ".onnx":
        raise InputError(f"--output must name an .onnx file, got {path}; rename it")
    require_writable(path)
    settings = Settings(seed=seed, quick=quick, jobs=jobs, cache=_cache())
    examples = recipe.examples(data, quick=quick)
    evaluation = None
    if evaluate_too:
        chosen = model or recipe.ships or next(iter(recipe.models))
        protocol = next(iter(recipe.protocols.values()))
        evaluation = evaluate(recipe, examples, protocol, settings, models=[chosen], say=_say(quiet))
    bundle = make_bundle(
        recipe, examples, settings, model=model, evaluation=evaluation, checkpoint=checkpoint, say=_say(quiet)
    )
    bundle.save(path)
    size = f"{len(bundle.content) / 1000:.0f} kB, {bundle.card.n_parameters} parameters"
    console(quiet=quiet).print(f"ready: {path} ({size})", soft_wrap=True)


def evaluate(
    system: SystemName,
    data: Data = None,
    protocol: Annotated[
        str | None, typer.Option("--protocol", help="How people are split; the system's default by default.")
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option("--model", help="Only this model; can be given again. All by default.")
    ] = None,
    study: Annotated[str | None, typer.Option("--study", help="One of the system's further tables instead.")] = None,
    leak_demo: Annotated[
        bool, typer.Option("--leak-demo", help="Let people be on both sides, to see what that leak is worth.")
    ] = False,
    engine: Annotated[
        Literal["local", "ray"], typer.Option("--engine", help="Where folds run: here, or on a Ray cluster.")
    ] = "local",
    json: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="The table as JSON.")] = None,
    quick: Quick = False,
    seed: Seed = 0,
    jobs: Jobs = 1,
    quiet: Quiet = False,
) -> None:
    """Train and score a system's models and baselines on people they have not seen: one table."""
    recipe = recipe_of(system)
    from rehabkit.learning import bench, results

    if json is not None:
        require_writable(json)
    if study is not None:
        table = _choice(recipe.studies, study, "study")(data, quick)
    else:
        chosen = _choice(recipe.protocols, protocol or next(iter(recipe.protocols)), "protocol")
        settings = bench.Settings(seed, quick, jobs, engine, _cache(), leak_demo)
        examples = recipe.examples(data, quick=quick)
        run = bench.evaluate(recipe, examples, chosen, settings, models=model or None, say=_say(quiet))
        table = results.table(recipe, run)
    typer.echo(results.text(table))
    if json is not None:
        _write_json(json, results.as_json([table])[0])


def export(
    system: Annotated[str, typer.Argument(metavar="SYSTEM|FILE.onnx", help="A system's name, or a bundle.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE.onnx", help="Where it goes.")],
    card: Annotated[Path | None, typer.Option("--card", metavar="FILE.json", help="Its card as JSON as well.")] = None,
) -> None:
    """Write a system's bundle, checked, into a file of your own: for the browser, a phone or another machine."""
    from rehabkit.runtime.bundles import bundle

    found = bundle(system)
    if found.card.leak_demo:
        raise InputError("bundle must not come from a leak demonstration to be exported; train it again without")
    if output.suffix != ".onnx":
        raise InputError(f"--output must name an .onnx file, got {output}; rename it")
    found.save(output)
    if card is not None:
        _write_json(card, found.card.model_dump(mode="json"))
    console().print(f"ready: {output}", soft_wrap=True)


def recipe_of(system: str) -> Recipe:
    """The recipe, or the command that installs what it needs.

    Raises
    ------
    MissingExtraError
        If torch or another part of the extra is missing.
    InputError
        If there is no such system.
    """
    try:
        from rehabkit.learning.registry import recipe
    except ImportError as error:
        raise MissingExtraError(
            f"training needs {error.name}, which isn't installed; run `pip install 'rehabkit[train]'`"
        ) from error
    return recipe(system)


def _choice(offered: Any, name: str, what: str) -> Any:
    if name not in offered:
        known = ", ".join(offered) or "none"
        raise InputError(f"{what} must be one of {known}, got {name!r}; choose one of these")
    return offered[name]


def _cache() -> Path:
    from rehabkit.runtime.home import home

    return home() / "folds"


def _say(quiet: bool) -> Say:
    out = console(stderr=True, quiet=quiet)
    return lambda line: out.print(line, soft_wrap=True, highlight=False)


def _write_json(path: Path, content: object) -> None:
    import json

    from rehabkit.recordings.files import atomic

    with atomic(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
