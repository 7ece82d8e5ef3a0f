"""Further tables of movement_quality: approved repetitions, abstaining, and a sensor that it never saw."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from rehabkit.errors import RecordingError
from rehabkit.learning.bench import Settings, evaluate
from rehabkit.learning.examples import Examples
from rehabkit.learning.metrics import accuracy, auroc, calibration_error
from rehabkit.learning.protocols import LOSO
from rehabkit.learning.recipe import Recipe, Table
from rehabkit.learning.recipes.movement_quality_models import N_APPROVED, RocketModel, from_approved
from rehabkit.recordings.datasets.uiprmd import UiPrmd
from rehabkit.runtime.calibrate import ApprovedWeights, calibrated, log_odds
from rehabkit.runtime.datasets import locate
from rehabkit.runtime.home import home
from rehabkit.systems.movement_quality import CORRECT, MOVEMENTS, prepare

Array = NDArray[Any]

RIGHT_WHEN_SURE = 0.97
"""Share of the judged repetitions that shall be right; the rest is abstained from."""


def approved(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """The same repetitions with and without three approved ones of the person, which are not scored."""
    examples, outputs = _left_out(recipe, source, quick)
    group = _groups(examples)
    probability, relative = outputs["probability"][:, CORRECT].astype(np.float64), outputs["relative"]
    _, rows = from_approved(relative, examples.target, group)
    after = probability.copy()
    for person in np.unique(examples.subject):
        weights = ApprovedWeights(**approved_weights(examples, outputs, examples.subject != person))
        for one in np.unique(group[examples.subject == person]):
            own = np.flatnonzero(group == one)
            given = own[examples.target[own] == CORRECT][:N_APPROVED]
            if len(given) == N_APPROVED:
                after[own] = calibrated(probability[own], relative[own], relative[given], weights)
    rated = [_row("the network alone", probability, examples, rows), _row("three approved", after, examples, rows)]
    note = f"{len(rows)} repetitions, the {N_APPROVED} approved ones of each person and exercise apart; {LOSO.title}."
    columns = ["probabilities", "accuracy", "AUROC", "calibration error", "worst person's accuracy"]
    return Table("movement_quality: repetitions that a clinician approved", columns, rated, note)


def abstained(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """What is left when it may abstain; the threshold comes from the other people's repetitions."""
    examples, outputs = _left_out(recipe, source, quick)
    probability, target = outputs["probability"], examples.target
    kept = np.zeros(len(target), dtype=bool)
    for person in np.unique(examples.subject):
        own = examples.subject == person
        kept[own] = probability[own].max(axis=1) >= least_sure(target[~own], probability[~own])
    right = probability.argmax(axis=1) == target
    row = [str(recipe.ships), float(right.mean()), float(kept.mean()), float(right[kept].mean()) if kept.any() else 0.0]
    columns = ["model", "all right", "judged", "of these right"]
    note = f"Threshold for {RIGHT_WHEN_SURE:.0%} right, chosen on the other people; {LOSO.title}."
    return Table("movement_quality: when it may abstain", columns, [row], note)


def vicon(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """Trained on the Kinect, judged on Vicon's joint centres of a person left out of training."""
    examples = recipe.examples(source, quick=quick)
    positions, movement, target, subject = _vicon_rows(UiPrmd(locate("uiprmd", source)), examples)
    logit = np.zeros(len(target))
    for number, person in enumerate(np.unique(examples.subject)):
        own = np.flatnonzero(subject == person)
        model = RocketModel().quick() if quick else RocketModel()
        model.fit(examples.at(np.flatnonzero(examples.subject != person)), number)
        inputs = {"positions": positions[own], "movement": movement[own]}
        part = Examples(inputs, target[own], subject[own], np.arange(len(own)))
        logit[own] = log_odds(model.predict(part)["probability"][:, CORRECT].astype(np.float64))
    shifted = logit.copy()
    for one in np.unique(movement.argmax(axis=1)):
        own = movement.argmax(axis=1) == one
        shifted[own] -= np.median(logit[own])
    rows = [
        [name, accuracy(target, _two(value)), auroc(target, _two(value))]
        for name, value in (("as trained", logit), ("median of each exercise's unlabelled scores", shifted))
    ]
    note = (
        f"{len(target)} repetitions that Vicon saw whole. No Vicon label is used; the second threshold takes half of "
        "each exercise's repetitions to be correct, as they are here. Legs were mended with other people's Vicon."
    )
    return Table("movement_quality: from Kinect to Vicon", ["threshold", "accuracy", "AUROC"], rows, note)


def approved_weights(examples: Examples, outputs: dict[str, Array] | Any, use: Array) -> dict[str, float]:
    """Weights of relative and absolute evidence, by logistic regression on rows predicted by models of others.

    Parameters
    ----------
    use : (n_rows,) which rows may be looked at.
    """
    rows = np.flatnonzero(use)
    away, left = from_approved(outputs["relative"][rows], examples.target[rows], _groups(examples)[rows])
    absolute = log_odds(outputs["probability"][rows, CORRECT])
    target = examples.target[rows]
    if len(np.unique(target[left])) < 2:
        return {"relative": 1.0, "absolute": 0.0, "bias": 0.0}
    fitted = LogisticRegression(C=100.0).fit(np.stack([away, absolute], axis=1)[left], target[left])
    first, second = fitted.coef_[0]
    return {"relative": float(first), "absolute": float(second), "bias": float(fitted.intercept_[0])}


def least_sure(target: Array, probability: Array) -> float:
    """The lowest probability from which the share of right ones is as wanted; 1 where none is.

    Examples
    --------
    >>> least_sure(np.array([1, 1, 0]), np.array([[0.1, 0.9], [0.3, 0.7], [0.4, 0.6]]))
    0.7
    """
    sure = probability.max(axis=1)
    order = np.argsort(-sure)
    right = (probability.argmax(axis=1) == target)[order]
    share = np.cumsum(right) / np.arange(1, len(right) + 1)
    reached = np.flatnonzero(share >= RIGHT_WHEN_SURE)
    return float(sure[order][reached[-1]]) if len(reached) else 1.0


def _left_out(recipe: Recipe, source: Path | None, quick: bool) -> tuple[Examples, dict[str, Array]]:
    """Examples and the shipped model's predictions of them, each by a model of the other people."""
    examples = recipe.examples(source, quick=quick)
    ships = str(recipe.ships)
    settings = Settings(quick=quick, cache=home() / "folds")
    one = evaluate(recipe, examples, LOSO, settings, models=[ships]).outcomes[ships]
    back = np.argsort(one.rows)
    return examples, {name: value[back] for name, value in one.outputs.items()}


def _groups(examples: Examples) -> NDArray[np.str_]:
    movement = examples.inputs["movement"].argmax(axis=1)
    return np.array([f"{person} {one}" for person, one in zip(examples.subject, movement, strict=True)])


def _row(name: str, probability: Array, examples: Examples, rows: Array) -> list[Any]:
    both = np.stack([1 - probability, probability], axis=1)[rows]
    target, subject = examples.target[rows], examples.subject[rows]
    worst = min(accuracy(target[subject == one], both[subject == one]) for one in np.unique(subject))
    return [name, accuracy(target, both), auroc(target, both), calibration_error(target, both), worst]


def _two(logit: Array) -> Array:
    p = 1 / (1 + np.exp(-logit))
    return np.stack([1 - p, p], axis=1)


def _vicon_rows(data: UiPrmd, examples: Examples) -> tuple[Array, Array, Array, Array]:
    """Positions, exercise, target and subject of the repetitions of these people and exercises that Vicon saw."""
    people = set(examples.subject.tolist())
    exercises = {MOVEMENTS[i] for i in np.unique(examples.inputs["movement"].argmax(axis=1))}
    rows: list[tuple[Array, Array, int, str]] = []
    for one in data.repetitions:
        person = f"s{one.subject:02d}"
        skeleton = data.vicon(one) if person in people and one.movement in exercises else None
        if skeleton is None:
            continue
        try:
            tensors = prepare(skeleton, one.movement)
        except RecordingError:
            continue  # a joint's markers were lost throughout
        rows.append((tensors["positions"][0], tensors["movement"][0], int(one.correct), person))
    positions, movement, target, subject = zip(*rows, strict=True)
    return np.stack(positions), np.stack(movement), np.array(target), np.array(subject)
