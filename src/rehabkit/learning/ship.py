"""A recipe's model trained on everyone at hand → Bundle, with the figures that its evaluation gave."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from rehabkit.errors import InputError
from rehabkit.learning.bench import Evaluation, Say, Settings
from rehabkit.learning.examples import Examples
from rehabkit.learning.export import bundle_of
from rehabkit.learning.model import Model, NetworkModel
from rehabkit.learning.recipe import Recipe
from rehabkit.learning.results import figures, title
from rehabkit.learning.training import Checkpoint, Report
from rehabkit.recordings.datasets import catalogue
from rehabkit.runtime.bundle import Bundle, Tensors
from rehabkit.runtime.card import DataUse

QUICK = ("A quick run: few people, little training; for tests only.",)


def make_bundle(
    recipe: Recipe,
    examples: Examples,
    settings: Settings,
    *,
    model: str | None = None,
    evaluation: Evaluation | None = None,
    checkpoint: Path | None = None,
    say: Say | None = None,
) -> Bundle:
    """Train on all examples and pack.

    Parameters
    ----------
    model : one of the recipe's; the one that ships by default.
    evaluation : of this model on unseen people, for the card's figures and thresholds.
    checkpoint : where a network's weights are kept after each epoch.
    say : told each epoch's loss.

    Raises
    ------
    InputError
        If there is no such model, no bundle may be made, or the evaluation was a leak demonstration.
    """
    if recipe.no_bundle:
        raise InputError(f"bundle of {recipe.name} must not be made: {recipe.no_bundle}; evaluate it instead")
    name = model or recipe.ships or next(iter(recipe.models))
    if name not in recipe.models:
        raise InputError(f"model must be one of {', '.join(recipe.models)}, got {name!r}; choose one of these")
    if evaluation is not None and (evaluation.protocol.leaks or evaluation.settings.leak_demo):
        raise InputError("a leak demonstration must not be exported; evaluate with another protocol")
    torch.manual_seed(settings.seed)
    trained = _quick(recipe.models[name], settings)()
    _listen(trained, checkpoint, say)
    trained.fit(examples, settings.seed)
    facts: dict[str, object] = {
        "settings": trained.settings() | recipe.settings(*_scored(examples, evaluation, name)),
        "data": [simulated(recipe, examples)] if recipe.simulated else [used(data, examples) for data in recipe.data],
        "protocol": title(evaluation) if evaluation else "not evaluated",
        "figures": figures(recipe, evaluation, name) if evaluation else [],
    }
    facts["limits"] = [*_of_simulation(recipe), *recipe.limits, *(QUICK if settings.quick else ())]
    return bundle_of(trained, name, recipe, examples, facts)


def used(name: str, examples: Examples) -> DataUse:
    """What the card says of a data set; a covariate ``data_set`` says which rows are of which, else all are of each."""
    entry, of_set = catalogue.find(name), examples.covariates.get("data_set")
    examples = examples if of_set is None else examples.at(of_set == name)
    return DataUse(
        name=name,
        title=entry.title,
        home=entry.home,
        licence=entry.licence,
        n_subjects=len(examples.subjects),
        n_recordings=len(np.unique(examples.recording)),
        sha256={file.name: file.sha256 for file in entry.files if file.sha256},
    )


def simulated(recipe: Recipe, examples: Examples) -> DataUse:
    """What the card says of examples that no person gave."""
    return DataUse(
        name="simulated",
        title=f"SIMULATED: {recipe.simulated}",
        licence="computed by rehabkit; no person's data",
        n_subjects=len(examples.subjects),
        n_recordings=len(np.unique(examples.recording)),
    )


def _of_simulation(recipe: Recipe) -> list[str]:
    if not recipe.simulated:
        return []
    return [f"Trained on SIMULATED signals ({recipe.simulated}); of a person it can say nothing."]


def _quick(make: Callable[[], Model], settings: Settings) -> Callable[[], Model]:
    return (lambda: make().quick()) if settings.quick else make


def _listen(model: Model, checkpoint: Path | None, say: Say | None) -> None:
    if not isinstance(model, NetworkModel):
        return
    if say is not None:
        model.callbacks += (Report(say),)
    if checkpoint is not None:
        model.callbacks += (Checkpoint(checkpoint),)


def _scored(examples: Examples, evaluation: Evaluation | None, name: str) -> tuple[Examples, Tensors]:
    """The examples that were predicted out of fold, in their order, and the outputs; all and none without any."""
    if evaluation is None or name not in evaluation.outcomes:
        return examples, {}
    outcome = evaluation.outcomes[name]
    order = np.argsort(outcome.rows)
    return examples.at(outcome.rows[order]), {key: value[order] for key, value in outcome.outputs.items()}
