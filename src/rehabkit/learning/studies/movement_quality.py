"""Further tables of movement_quality: whole sets, approved repetitions, abstaining, a sensor that it never saw."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.learning.bench import Settings, evaluate
from rehabkit.learning.examples import Examples
from rehabkit.learning.metrics import accuracy, auroc, calibration_error, estimate
from rehabkit.learning.protocols import LOSO
from rehabkit.learning.recipe import Recipe, Table
from rehabkit.learning.recipes.movement_quality_models import RocketModel
from rehabkit.learning.recipes.movement_quality_sets import (
    KINECT,
    RIGHT_WHEN_SURE,
    VICON,
    groups,
    judged,
    least_sure,
    two,
)
from rehabkit.runtime.calibrate import log_odds
from rehabkit.runtime.home import home
from rehabkit.systems.movement_quality import CORRECT

Array = NDArray[Any]

COLUMNS = ["repetitions", "judged", "number", "accuracy", "AUROC", "calibration error"]
HALF = "half of a set taken to be correct"
MIXES: dict[str, tuple[int | None, int | None]] = {
    "all": (None, None),
    "correct ones only": (None, 0),
    "incorrect ones only": (0, None),
    "8 correct, 2 incorrect": (8, 2),
    "2 correct, 8 incorrect": (2, 8),
}
"""How many correct and incorrect ones of each person and exercise make a set; ``None``: all."""
OTHERS = (
    "Where people's levels lie was taken from the other people's out-of-fold probabilities, whose networks had the "
    "judged person among their training people."
)


def sets(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """Each repetition judged by itself, and together with the person's others, whatever the set is made of."""
    examples, probability = _left_out(recipe, source, quick)
    rows = []
    for name, mix in MIXES.items():
        chosen = _first(examples, *mix)
        part, alone = examples.at(chosen), probability[chosen]
        together = judged(part, alone, (examples, probability))
        rows += [_row(name, "one by one", alone, part), _row(name, "as a set", together, part)]
    rows.append(_row("all", HALF, _halved(examples, probability), examples))
    if not quick:  # few people don't fill the published folds
        part, alone = _left_out(recipe, source, quick, "published_folds")
        name = "published folds"
        rows += [_row(name, "one by one", alone, part), _row(name, "as a set", judged(part, alone), part)]
        rows.append(_row(name, HALF, _halved(part, alone), part))
    note = (
        "In brackets the 95 % interval (bootstrap over people) and the worst person. "
        f"A set is what one person did of one exercise, 20 repetitions as a rule; {LOSO.title}. No label of the judged "
        f"person is used; nothing is assumed of how many are correct, but where the table says so. {OTHERS}"
    )
    return Table("movement_quality: repetitions judged as a set", COLUMNS, rows, note)


def approved(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """The same repetitions with and without approved ones of the person, which are not scored."""
    examples, probability = _left_out(recipe, source, quick)
    rows: list[list[Any]] = []
    for n_approved in (2, 3):
        given = _first(examples, n_approved, 0)
        rest = np.setdiff1d(np.arange(len(examples)), given)
        left = examples.at(rest)
        set_alone = judged(left, probability[rest], (examples, probability))
        helped = judged(examples, probability, (examples, probability), given)[rest]
        of = f"all but {n_approved} approved of each person and exercise"
        rows.append(_row(of, "one by one", probability[rest], left))
        rows.append(_row(of, "as a set", set_alone, left))
        rows.append(_row(of, f"as a set, {n_approved} approved", helped, left))
        single = judged(examples, probability, (examples, probability), given, one_by_one=True)[rest]
        rows.append(_row(of, f"one by one beside {n_approved} approved", single, left))
    return Table("movement_quality: repetitions that a clinician approved", COLUMNS, rows, f"{LOSO.title}. {OTHERS}")


def abstained(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """What is left when it may abstain; the threshold comes from the other people's repetitions."""
    examples, probability = _left_out(recipe, source, quick)
    rows = []
    for name, p in (("one by one", probability), ("as a set", judged(examples, probability))):
        both, target = two(p), examples.target
        kept = np.zeros(len(target), dtype=bool)
        for person in np.unique(examples.subject):
            own = examples.subject == person
            kept[own] = both[own].max(axis=1) >= least_sure(target[~own], both[~own])
        right = both.argmax(axis=1) == target
        rows.append([name, float(right.mean()), float(kept.mean()), float(right[kept].mean()) if kept.any() else 0.0])
    columns = ["judged", "all right", "judged, share", "of these right"]
    note = f"Threshold for {RIGHT_WHEN_SURE:.0%} right, chosen on the other people; {LOSO.title}."
    return Table("movement_quality: when it may abstain", columns, rows, note)


def vicon(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """Trained on one sensor alone, judged on the other's repetitions of a person left out of training."""
    examples = recipe.examples(source, quick=quick)
    rows: list[list[Any]] = []
    for given, asked in ((KINECT, VICON), (VICON, KINECT)):
        own, probability = _trained_on(given, examples, quick)
        known, part = examples.at(own), examples.at(~own)
        p, name = probability[~own], f"{given.title()} to {asked.title()}"
        rows.append(_row(name, "one by one", p, part))
        rows.append(_row(name, "as a set", judged(part, p, (known, probability[own])), part))
        rows.append(_row(name, HALF, _halved(part, p), part))
    note = (
        f"{LOSO.title}. No label of the sensor that is asked is used, also not for where people's levels lie. Legs of "
        "the Kinect were mended with the Vicon poses, unlabelled, of people other than their owner."
    )
    return Table("movement_quality: from one sensor to the other", COLUMNS, rows, note)


def _trained_on(sensor: str, examples: Examples, quick: bool) -> tuple[Array, Array]:
    """Which rows are this sensor's, and each row's probability by a model of this sensor's rows of other people."""
    own = examples.covariates["sensor"] == sensor
    probability = np.zeros(len(examples))
    for person in examples.subjects:
        model = RocketModel().quick() if quick else RocketModel()
        model.fit(examples.at(own & (examples.subject != person)), 0)
        here = examples.subject == person
        probability[here] = model.predict(examples.at(here))["probability"][:, CORRECT]
    return own, probability


def _left_out(recipe: Recipe, source: Path | None, quick: bool, protocol: str = "loso") -> tuple[Examples, Array]:
    """The rows that are tested, and the probability of correct by the shipped model of the other people."""
    examples = recipe.examples(source, quick=quick)
    ships = str(recipe.ships)
    settings = Settings(quick=quick, cache=home() / "folds")
    one = evaluate(recipe, examples, recipe.protocols[protocol], settings, models=[ships]).outcomes[ships]
    back = np.argsort(one.rows)
    return examples.at(one.rows[back]), one.outputs["probability"][back, CORRECT].astype(np.float64)


def _first(examples: Examples, n_correct: int | None, n_incorrect: int | None) -> NDArray[np.intp]:
    """Rows of the first so many of each set, in the order of recording."""
    group, chosen = groups(examples), []
    for one in np.unique(group):
        for label, n in ((1, n_correct), (0, n_incorrect)):
            chosen += np.flatnonzero((group == one) & (examples.target == label))[:n].tolist()
    return np.sort(np.array(chosen, dtype=np.intp))


def _halved(examples: Examples, probability: Array) -> Array:
    """Probabilities with each set's median at even odds."""
    evidence, group = log_odds(probability), groups(examples)
    for one in np.unique(group):
        evidence[group == one] -= np.median(evidence[group == one])
    return np.asarray(1 / (1 + np.exp(-evidence)))


def _row(name: str, how: str, correct: Array, examples: Examples) -> list[Any]:
    both, target, subject = two(correct), examples.target, examples.subject
    metrics = (
        [accuracy, auroc, calibration_error] if len(np.unique(target)) > 1 else [accuracy, None, calibration_error]
    )
    return [name, how, len(target), *(m and str(estimate(m, target, both, subject)) for m in metrics)]
