"""Do derived EEG features of acute stroke know the severity at the start? The verdict follows from the figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rehabkit.learning.bench import Outcome, Settings, evaluate
from rehabkit.learning.examples import Examples
from rehabkit.learning.metrics import by_recording, mae, r_squared
from rehabkit.learning.permutation import orders
from rehabkit.learning.protocols import LOSO
from rehabkit.learning.recipe import Table
from rehabkit.learning.recipes.stroke_models import PatientRidge, left_out_by_ridge, left_out_by_svm, of_patients
from rehabkit.learning.recipes.stroke_severity import SCORES, Score, StrokeScoreRecipe
from rehabkit.learning.verdict import paired_p, skill, skill_interval, verdict
from rehabkit.runtime.home import home
from rehabkit.signals.permutation import p_value

Array = NDArray[np.float64]
DRAWS, DRAWS_SVM, DRAWS_QUICK = 10_000, 200, 99
COLUMNS = ["score at the start", "model", "R²", "MAE", "skill over the mean (95 %)", "p", "verdict"]


def severity(source: Path | None, quick: bool) -> Table:
    """Every score (NIHSS alone if quick) and model, one patient left out at a time, with the verdict on each."""
    rows, n_patients = [], 0
    for score in SCORES[:1] if quick else SCORES:
        recipe = StrokeScoreRecipe(score)
        examples = recipe.examples(source, quick=quick)
        n_patients = len(examples.subjects)
        outcomes = evaluate(recipe, examples, LOSO, Settings(quick=quick, cache=home() / "folds")).outcomes
        rows += [_row(recipe, one, examples, quick) for one in outcomes.values()]
    note = (
        f"{n_patients} patients in the first days after a stroke; their windows' values are averaged. All from others "
        "than the patient: scalers, penalties, weights. Skill: share of the squared error of the others' mean that is "
        "taken away; its interval draws patients with replacement. p, one-sided: "
        f"{DRAWS_QUICK if quick else DRAWS} orders of the labels over patients (svm {_draws('svm', quick)}), the "
        "penalty chosen anew in each; of the network, which isn't trained anew, by turning the signs of the "
        "differences of squared errors. The verdict: better only if p < 0.05 and the interval lies above 0. This is "
        "severity at the start, never recovery, and no bundle is made of it. Age, days and the other scores are "
        "what a clinician has without EEG."
    )
    return Table("recovery_prognosis: severity at the start, real patients, each left out", COLUMNS, rows, note)


def _row(recipe: StrokeScoreRecipe, one: Outcome, examples: Examples, quick: bool) -> list[object]:
    at = examples.at(one.rows)
    target, predicted, _ = by_recording(at.target, one.outputs["value"], at.subject, at.recording)
    found = float(skill(target, predicted))
    low, high = skill_interval(target, predicted)
    figures = [r_squared(target, predicted), mae(target, predicted)]
    if one.model == "mean":
        return [_title(recipe.score), one.model, *figures, None, None, "nothing is known by it"]
    p = chance(recipe, one.model, examples, found, quick)
    p = paired_p(target, predicted) if p is None else p
    interval = f"{found:.2f} ({low:.2f} to {high:.2f})"
    return [_title(recipe.score), one.model, *figures, interval, p, verdict(found, low, p, len(target)).text]


def _title(score: Score) -> str:
    return {"nihss": "NIHSS", "mbi": "MBI", "mrs": "mRS"}[score]


def _draws(model: str, quick: bool) -> int:
    return DRAWS_QUICK if quick else DRAWS_SVM if model == "svm" else DRAWS


def chance(recipe: StrokeScoreRecipe, model: str, examples: Examples, found: float, quick: bool) -> float | None:
    """One-sided p of a model's skill by dealing the labels anew among patients; ``None`` for the network."""
    left_out: Callable[[Array, Array], Array] = left_out_by_svm if model == "svm" else left_out_by_ridge
    made = {**recipe.models, **recipe.baselines}[model]()
    if not isinstance(made, PatientRidge) and model != "svm":
        return None
    x, y = of_patients(examples, made.covariates if isinstance(made, PatientRidge) else ())
    labels = y[orders(len(y), _draws(model, quick)).T]  # (patient, labelling)
    return p_value(found, skill(labels, left_out(x, labels)))
