"""The bench: a recipe's models under a protocol → one table, with the guards on and the folds kept.

Folds run side by side through joblib, on this machine or on a Ray cluster (``engine``). Each fold's predictions are
kept under a key of everything that made them (data, code, settings, seed), so that an interrupted run goes on where
it was, and the same run is never made twice.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import joblib
import numpy as np
import torch
from numpy.typing import NDArray

from rehabkit.errors import InputError, LeakError, MissingExtraError
from rehabkit.learning.examples import Examples
from rehabkit.learning.export import Cost, cost, count_parameters, to_onnx
from rehabkit.learning.metrics import Estimate, by_recording, estimate, estimate_of_series
from rehabkit.learning.model import Model
from rehabkit.learning.protocols import Fold, Protocol, check_seen, check_split, check_unfitted
from rehabkit.learning.recipe import Recipe
from rehabkit.recordings.files import atomic
from rehabkit.runtime.bundle import Tensors

Engine = Literal["local", "ray"]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Settings:
    """How a run is made.

    Parameters
    ----------
    seed : same seed, same device: same figure.
    quick : few subjects, one epoch, nothing timed; its figures are not results.
    jobs : folds at a time.
    engine : ``local`` processes, or ``ray`` for a cluster that `ray start` made (or a local one).
    cache : folder of finished folds; ``None`` keeps nothing.
    leak_demo : let a protocol pass that has subjects on both sides; its result can't be exported.
    """

    seed: int = 0
    quick: bool = False
    jobs: int = 1
    engine: Engine = "local"
    cache: Path | None = None
    leak_demo: bool = False


@dataclass(frozen=True)
class Outcome:
    """One model under one protocol.

    Parameters
    ----------
    rows : (n,) numbers of the rows that were predicted, each once.
    outputs : output name → (n, …) predictions by models that had not seen the row's subject.
    estimates : metric name → figure.
    cost : ``None`` for what isn't exported.
    settings : of the untrained model.
    """

    model: str
    rows: NDArray[np.intp]
    outputs: Tensors
    estimates: dict[str, Estimate]
    cost: Cost | None = None
    trivial: bool = False
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Evaluation:
    """A recipe under one protocol; rows, recordings and subjects that were tested, and what these are."""

    recipe: str
    protocol: Protocol
    settings: Settings
    n_rows: int
    n_recordings: int
    n_subjects: int
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    simulated: str = ""
    subjects_are: str = "people"


def evaluate(
    recipe: Recipe,
    examples: Examples,
    protocol: Protocol,
    settings: Settings,
    *,
    models: Sequence[str] | None = None,
    say: Say = lambda _: None,
) -> Evaluation:
    """Train and score models on people they have not seen.

    Parameters
    ----------
    models : names; every model and every trivial baseline by default.
    say : told what is being done.

    Raises
    ------
    LeakError
        If a fold's parts share subjects or recordings, or a model has seen the test part.
    InputError
        If a model is unknown.
    """
    offered: Mapping[str, Callable[[], Model]] = {**recipe.models, **recipe.baselines}
    chosen = list(offered) if models is None else list(models)
    unknown = [name for name in chosen if name not in offered]
    if unknown:
        raise InputError(f"model must be one of {', '.join(offered)}, got {', '.join(unknown)}; choose one of these")
    if protocol.leaks and not settings.leak_demo:
        raise LeakError(f"protocol {protocol.name} must not be used for results, it leaks; --leak-demo shows how much")
    folds = protocol.split(examples)
    _guard(examples, folds, settings)
    with engine(settings.engine, settings.jobs):
        outcomes = {
            name: _outcome(recipe, name, offered[name], examples, folds, protocol, settings, say) for name in chosen
        }
    tested = examples.at(np.concatenate([fold.test for fold in folds]))
    n_recordings = len(np.unique(tested.recording))
    sizes = len(tested), n_recordings, len(tested.subjects)
    return Evaluation(recipe.name, protocol, settings, *sizes, outcomes, recipe.simulated, recipe.subjects_are)


@contextmanager
def engine(name: Engine, jobs: int) -> Iterator[None]:
    """The joblib backend on which everything inside runs.

    Raises
    ------
    MissingExtraError
        If Ray is asked for and isn't installed.
    """
    if name == "local":
        with joblib.parallel_config(backend="loky", n_jobs=jobs, inner_max_num_threads=1):
            yield
        return
    try:
        from ray.util.joblib import register_ray
    except ImportError as error:
        raise MissingExtraError(
            "engine ray needs Ray, which isn't installed; run `pip install 'rehabkit[cluster]'`"
        ) from error
    register_ray()
    with joblib.parallel_config(backend="ray", n_jobs=jobs):
        yield


def _guard(examples: Examples, folds: Sequence[Fold], settings: Settings) -> None:
    digests = examples.digests()
    for fold in folds:
        if not len(fold.train) or not len(fold.test):
            raise InputError(f"fold {fold.name} must have training and test rows, got an empty part; use more data")
        if not settings.leak_demo:
            check_split(examples, fold, digests)


def _outcome(
    recipe: Recipe,
    name: str,
    make: Callable[[], Model],
    examples: Examples,
    folds: Sequence[Fold],
    protocol: Protocol,
    settings: Settings,
    say: Say,
) -> Outcome:
    trivial = name in recipe.baselines
    say(f"{recipe.name}, {protocol.name}: {name}, {len(folds)} folds")
    measured = None if trivial or settings.quick else folds[0].name
    results = joblib.Parallel()(
        joblib.delayed(run_fold)(recipe, name, make, examples, fold, settings, with_cost=fold.name == measured)
        for fold in folds
    )
    rows = np.concatenate([fold.test for fold in folds])
    outputs = {key: np.concatenate([one[key] for one, _ in results]) for key in results[0][0]}
    estimates = score(recipe, examples.at(rows), outputs)
    say(f"  {next(iter(estimates))} {next(iter(estimates.values()))}")
    expense = next((c for _, c in results if c is not None), None)
    return Outcome(name, rows, outputs, estimates, expense, trivial, make().settings())


def run_fold(
    recipe: Recipe,
    name: str,
    make: Callable[[], Model],
    examples: Examples,
    fold: Fold,
    settings: Settings,
    *,
    with_cost: bool = False,
) -> tuple[Tensors, Cost | None]:
    """Train on one part, predict the other; or take what an earlier run kept.

    Raises
    ------
    LeakError
        If the model was fitted before, or on more than the training part.
    """
    torch.set_num_threads(1)
    model = make().quick() if settings.quick else make()
    if not settings.leak_demo:
        check_unfitted(model, fold)
    train, test = examples.at(fold.train), examples.at(fold.test)
    path = _kept(recipe, name, model, train, test, settings)
    if path is not None and path.is_file():
        return _read(path)
    model.fit(train, settings.seed)
    if not settings.leak_demo:
        check_seen(model, fold)
    outputs = model.predict(test)
    expense = _cost(model, recipe, test) if with_cost else None
    if path is not None:
        _write(path, outputs, expense)
    return outputs, expense


def score(recipe: Recipe, examples: Examples, outputs: Tensors) -> dict[str, Estimate]:
    """Each metric over recordings: of the mean of each one's rows, or of its rows as a series."""
    output = outputs[recipe.output]
    if recipe.series:
        rows = examples.target, output, examples.subject, examples.recording
        return {name: estimate_of_series(metric, *rows) for name, metric in recipe.metrics.items()}
    target, pooled, subject = by_recording(examples.target, output, examples.subject, examples.recording)
    return {name: estimate(metric, target, pooled, subject) for name, metric in recipe.metrics.items()}


def _cost(model: Model, recipe: Recipe, example: Examples) -> Cost | None:
    if model.module() is None and not hasattr(model, "estimator"):
        return None
    content = to_onnx(model, recipe, example)
    return cost(content, example, count_parameters(model, content))


def _kept(recipe: Recipe, name: str, model: Model, train: Examples, test: Examples, settings: Settings) -> Path | None:
    """The file of a finished fold: its name is a checksum of everything that makes it."""
    if settings.cache is None:
        return None
    parts = [recipe.name, name, repr(model.settings()), str(settings.seed), str(settings.quick), code_digest(recipe)]
    for part in (train, test):
        parts += ["".join(part.digests()), part.target.tobytes().hex(), "|".join(part.subject.tolist())]
        parts += [f"{key}{value.tobytes().hex()}" for key, value in sorted(part.covariates.items())]
    return settings.cache / f"{recipe.name}-{name}-{hashlib.sha256(''.join(parts).encode()).hexdigest()[:24]}.npz"


def device_name() -> str:
    """The GPU's name, or that there was none."""
    return torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"


TRAINS = ("rehabkit.learning.model", "rehabkit.learning.training", "rehabkit.learning.trivial")
"""Modules of the bench on which a prediction depends; the rest only splits, scores and writes."""


def code_digest(recipe: Recipe) -> str:
    """SHA-256 of the source that a recipe's predictions depend on: itself, its networks, and how they are trained."""
    files = {Path(str(import_module(name).__file__)) for name in TRAINS}
    waiting = [type(recipe).__module__]
    while waiting:
        module = import_module(waiting.pop())
        path = Path(str(module.__file__))
        if path not in files:
            files.add(path)
            waiting += [name for name in _imported(path) if name.startswith(MADE_OF)]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()


MADE_OF = ("rehabkit.learning.recipes.", "rehabkit.learning.networks.")


def _imported(path: Path) -> list[str]:
    """Names of the modules that a source file imports from."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level]


def _write(path: Path, outputs: Tensors, expense: Cost | None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    numbers = np.array(list(asdict(expense).values()) if expense else [], dtype=np.float64)
    with atomic(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, _cost=numbers, **outputs)  # type: ignore[arg-type]


def _read(path: Path) -> tuple[Tensors, Cost | None]:
    with np.load(path, allow_pickle=False) as file:
        outputs = {name: file[name] for name in file.files if name != "_cost"}
        size, n_parameters, p50, p99 = file["_cost"].tolist() if len(file["_cost"]) else (0, 0, 0, 0)
    return outputs, Cost(int(size), int(n_parameters), p50, p99) if size else None
