"""Studies of joint_intention: task by task with several seeds, models of one task, and skill over persistence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import wilcoxon

from rehabkit.learning.bench import Settings, evaluate
from rehabkit.learning.examples import Examples
from rehabkit.learning.metrics import by_subject, offset_free_rmse, r_squared, range_rmse, rmse
from rehabkit.learning.protocols import LOSO
from rehabkit.learning.recipe import Recipe, Table
from rehabkit.recordings.datasets import uci_lower_limb
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.home import home
from rehabkit.systems.joint_intention_live import FRAME_HZ

TASKS = tuple(uci_lower_limb.TASKS.values())
SEEDS = {"published": 5, "small": 5, "bpnn": 5, "classical": 1, "mean": 1}
"""Models of all tasks that are compared, and how many seeds of each; ridge and mean have no chance in them."""
ONE_TASK_SEEDS = dict.fromkeys(SEEDS, 1)
HELD_S = (0.04, 0.32, 1.0)
Scores = dict[str, float]
"""Man → figure."""


def tasks(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """One model of all tasks, scored task by task; each figure a mean over men and seeds."""
    examples = recipe.examples(source, quick=quick)
    rows = _rows_of_models(recipe, examples, quick, SEEDS)
    note = (
        f"{_men(examples)}; a man's figure is his mean over the seeds. p: Wilcoxon signed-rank test over men of this "
        "model's RMSE against the CNN-LSTM's (published) and the CNN's (small), two-sided. 'all, pooled': RMSE over "
        "all of a man's moments. The 9 men: designs were compared on the 12 others; which of the two networks ships "
        "was decided on all 21."
    )
    return Table("joint_intention, one model of all tasks, task by task: leave one man out", COLUMNS, rows, note)


def one_task(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """Models that learned one task alone and are scored on it."""
    examples = recipe.examples(source, quick=quick)
    rows = []
    for number, task in enumerate(TASKS):
        own = examples.at(examples.covariates["task"] == number)
        rows += [row for row in _rows_of_models(recipe, own, quick, ONE_TASK_SEEDS) if row[0] == task]
    note = (
        f"{_men(examples)}. Somebody must have said which task it is. p: Wilcoxon over men against the CNN-LSTM "
        "(published) and the CNN (small), two-sided."
    )
    return Table("joint_intention, a model for each task: leave one man out", COLUMNS, rows, note)


COLUMNS = [
    "task", "model", "seeds", "RMSE, deg", "RMSE of the 9 men not looked at, deg", "offset-free RMSE, deg",
    "% of range", "R²", "p against published", "p against small",
]  # fmt: skip


def _rows_of_models(recipe: Recipe, examples: Examples, quick: bool, seeds: dict[str, int]) -> list[list[Any]]:
    predicted = {name: predictions(recipe, examples, name, 1 if quick else n, quick) for name, n in seeds.items()}
    for name in ("published", "small"):
        if len(predicted[name]) > 1:
            predicted[f"{name}, its seeds averaged in one"] = [np.mean(predicted[name], axis=0)]
    task = examples.covariates["task"]
    rows = []
    for label, at in [
        *((name, task == i) for i, name in enumerate(TASKS)),
        ("all", task >= 0),
        ("all, pooled", task >= 0),
    ]:
        if not at.any():
            continue
        part = examples.at(at)
        unit = part.subject if label.endswith("pooled") else part.recording
        first = {
            name: over_seeds(rmse, part, [one[at] for one in predicted[name]], unit) for name in ("published", "small")
        }
        for name, values in predicted.items():
            kept = [one[at] for one in values]
            own = over_seeds(rmse, part, kept, unit)
            unseen = [figure for man, figure in own.items() if int(man[1:]) % 2 == 0]
            others = [
                mean_of(over_seeds(metric, part, kept, unit)) for metric in (offset_free_rmse, range_rmse, r_squared)
            ]
            p = [None if name == against else p_value(best, own) for against, best in first.items()]
            rows.append([label, name, len(values), mean_of(own), float(np.mean(unseen)), *others, *p])
    return rows


def predictions(recipe: Recipe, examples: Examples, model: str, n_seeds: int, quick: bool) -> list[NDArray[np.float64]]:
    """(n_rows,) of each seed, by models that have not seen the row's man."""
    return [
        outputs["value"].reshape(-1).astype(np.float64) for outputs in unseen(recipe, examples, model, n_seeds, quick)
    ]


def unseen(recipe: Recipe, examples: Examples, model: str, n_seeds: int, quick: bool) -> list[Tensors]:
    """The outputs of each seed in the examples' order; folds that were run before are taken as kept."""
    found = []
    for seed in range(n_seeds):
        settings = Settings(seed=seed, quick=quick, cache=home() / "folds")
        outcome = evaluate(recipe, examples, LOSO, settings, models=[model]).outcomes[model]
        order = np.argsort(outcome.rows)
        found.append({name: value[order] for name, value in outcome.outputs.items()})
    return found


def over_seeds(metric: Any, examples: Examples, values: Sequence[NDArray[np.float64]], unit: NDArray[Any]) -> Scores:
    """Man → mean over seeds of the metric over his recordings, or over all his moments where ``unit`` is the man."""
    each = [by_subject(metric, examples.target, value, examples.subject, unit) for value in values]
    return {man: float(np.mean([one[man] for one in each])) for man in each[0]}


def mean_of(scores: Scores) -> float:
    """Over men."""
    return float(np.mean(list(scores.values())))


def p_value(first: Scores, second: Scores) -> float | None:
    """Wilcoxon signed-rank test over the same men, two-sided; ``None`` for fewer than six."""
    pairs = np.array([(first[man], second[man]) for man in first])
    return float(wilcoxon(pairs[:, 0], pairs[:, 1]).pvalue) if len(pairs) >= 6 else None


def skill(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """1 less the ratio of squared errors to those of holding the measured angle of a moment ago."""
    examples = recipe.examples(source, quick=quick)
    value = predictions(recipe, examples, str(recipe.ships), 1, quick)[0]
    rows: list[list[Any]] = []
    for held_s in HELD_S:
        of_tasks = [_skill(examples.at(at), value[at], held_s) for at in _tasks(examples)]
        rows.append([f"{1000 * held_s:.0f} ms", *of_tasks])
    note = (
        f"{_men(examples)}, {recipe.ships}, seed 0. Below 0: holding the measured angle of so long ago is nearer than "
        "the estimate from EMG. An estimate that never sees the angle must lose to the angle of 40 ms ago; one that "
        "won would have seen it. Median over men."
    )
    return Table("joint_intention, skill over the measured angle held", ["held for", *TASKS], rows, note)


def _skill(part: Examples, value: NDArray[np.float64], held_s: float) -> float:
    n = round(held_s * FRAME_HZ)
    each = []
    for number in np.unique(part.recording):
        at = part.recording == number
        truth = part.target[at]
        held = np.mean((truth[n:] - truth[:-n]) ** 2)
        each.append(1 - np.mean((value[at][n:] - truth[n:]) ** 2) / held)
    return float(np.median(each))


def _tasks(examples: Examples) -> list[NDArray[np.bool_]]:
    return [examples.covariates["task"] == number for number in range(len(TASKS))]


def _men(examples: Examples) -> str:
    return f"{len(examples.subjects)} men, {len(np.unique(examples.recording))} recordings"
