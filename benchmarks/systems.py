"""Every system on people that it has not seen: results/system_NAME.json, and the bundles that ship.

    python benchmarks/systems.py DATA [NAME …] [--model MODEL …] [--jobs N] [--no-bundle]

DATA is a folder of data sets. Each of a recipe's protocols and studies becomes a table; the leaking one is run with
the shipped model only, as a demonstration. The model that ships is then trained on everyone and written with the
figures of the default protocol in its card. --model leaves the other models out, and the table says which. Finished
folds are kept in the user's rehabkit home, so an interrupted run goes on.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import Any

from rehabkit.learning import bench, results
from rehabkit.learning.examples import Examples
from rehabkit.learning.recipe import Recipe, Table
from rehabkit.learning.registry import RECIPES, recipe
from rehabkit.learning.ship import make_bundle
from rehabkit.runtime.bundles import SHIPPED
from rehabkit.runtime.datasets import locate
from rehabkit.runtime.home import home
from result_file import save

SEED = 0


def run(one: Recipe, data: Path, jobs: int, models: list[str] | None, *, with_bundle: bool) -> None:
    """Measure one recipe, write its results, and ship its bundle."""
    started = time.perf_counter()
    settings = bench.Settings(seed=SEED, jobs=jobs, cache=home() / "folds")
    examples = one.examples(data)
    default = next(iter(one.protocols))
    evaluations = {name: evaluated(one, examples, name, settings, models) for name in one.protocols}
    tables = [results.table(one, evaluation) for evaluation in evaluations.values()]
    if with_bundle and one.ships is not None:  # before the studies, which may run what ships
        bundle = make_bundle(one, examples, settings, evaluation=evaluations[default], say=print)
        bundle.save(SHIPPED / f"{one.name}.onnx")
        print(f"bundle: {one.name}, {len(bundle.content)} bytes")
    tables += [study(one, name, data) for name in one.studies]
    save(
        f"system_{one.name}",
        {
            "title": f"{one.title} ({one.name})",
            "protocol": results.note(evaluations[default]) + left_out(one, models),
            "headline": headline(one, evaluations[default]),
            "tables": results.as_json(tables),
            "seed": SEED,
            "machine": f"{os.cpu_count()} CPU cores, {bench.device_name()}",
        },
        data=[path for name in one.data for path in files(locate(name, data))],
        started=started,
    )


def files(folder: Path) -> list[Path]:
    """What lies in a data set's folder, without what is written about it."""
    return sorted(path for path in folder.iterdir() if path.is_file() and path.suffix != ".md")


def evaluated(
    one: Recipe, examples: Examples, name: str, settings: bench.Settings, chosen: list[str] | None
) -> bench.Evaluation:
    """One protocol; a leaking one as a demonstration, with the shipped model alone."""
    protocol = one.protocols[name]
    models = [one.ships or next(iter(one.models))] if protocol.leaks else chosen and [*chosen, *one.baselines]
    as_said = bench.Settings(SEED, False, settings.jobs, cache=settings.cache, leak_demo=protocol.leaks)
    return bench.evaluate(one, examples, protocol, as_said, models=models, say=print)


def left_out(one: Recipe, models: list[str] | None) -> str:
    """Which models were not run."""
    rest = [name for name in one.models if models and name not in models]
    return f" Not run at full size on this machine: {', '.join(rest)}." if rest else ""


def study(one: Recipe, name: str, data: Path) -> Table:
    """One further table."""
    print(f"{one.name}: study {name}")
    return one.studies[name](data, False)


def headline(one: Recipe, evaluation: bench.Evaluation) -> list[str]:
    """The line for the README: the first metric of the model that ships; none of a demonstration."""
    if one.no_bundle or one.simulated:
        return []
    name = one.ships or next(iter(one.models))
    metric, estimate = next(iter(evaluation.outcomes[name].estimates.items()))
    how = evaluation.protocol.title.split(";")[0]
    return [
        f"{one.title}, {how}, {evaluation.n_subjects} {evaluation.subjects_are}: {metric} {estimate.value:.3f} "
        f"({estimate.low_95:.3f} to {estimate.high_95:.3f})"
    ]


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("names", nargs="*", default=list(RECIPES))
    parser.add_argument("--model", action="append")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--no-bundle", action="store_true")
    given: Any = parser.parse_args()
    for name in given.names:
        run(recipe(name), given.data, given.jobs, given.model, with_bundle=not given.no_bundle)


if __name__ == "__main__":
    main()
