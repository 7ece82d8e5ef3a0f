"""Splits by subject, and leaks planted on purpose that the guards must catch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from toy import SwingRecipe

from rehabkit.errors import InputError, LeakError
from rehabkit.learning import protocols
from rehabkit.learning.bench import Settings, evaluate
from rehabkit.learning.examples import Examples, merged
from rehabkit.learning.model import ClassicalModel
from rehabkit.learning.protocols import LOSO, RANDOM, Protocol, grouped, leave_one_subject_out


@pytest.mark.parametrize("split", [leave_one_subject_out, grouped(2), grouped(5)])
def test_a_subject_is_on_one_side_and_tested_once(split, examples: Examples) -> None:
    folds = split(examples)
    for fold in folds:
        protocols.check_split(examples, fold)
        assert not set(fold.train) & set(fold.test)
    assert sorted(np.concatenate([fold.test for fold in folds])) == list(range(len(examples)))


def test_grouped_folds_are_of_like_size(examples: Examples) -> None:
    uneven = examples.at(np.flatnonzero((examples.subject != "p0") | (np.arange(len(examples)) % 2 == 0)))
    sizes = [len(fold.test) for fold in grouped(2)(uneven)]
    assert max(sizes) - min(sizes) <= 12


def test_published_folds_leave_out_what_belongs_to_none(examples: Examples) -> None:
    fold_of = np.where(examples.subject == "p0", -1, (examples.subject == "p1").astype(int))
    folds = protocols.by_column("fold")(replace(examples, covariates={"fold": fold_of}))
    assert [len(fold.test) for fold in folds] == [36, 12]
    assert all("p0" not in examples.subject[np.r_[fold.train, fold.test]] for fold in folds)


def test_a_subject_on_both_sides_stops_the_run(recipe: SwingRecipe, examples: Examples) -> None:
    leaky = Protocol("leaky", "looks honest", RANDOM.split)
    with pytest.raises(LeakError, match=r"subjects of fold random 1 must be on one side, got p0, p1"):
        evaluate(recipe, examples, leaky, Settings())


def test_a_recording_twice_under_two_names_stops_the_run(recipe: SwingRecipe, examples: Examples) -> None:
    copy = examples.at(np.array([3]))
    planted = merged([examples, replace(copy, subject=np.array(["another"]))])
    with pytest.raises(LeakError, match=r"got recording \d+ of subject .* on both sides .* remove the duplicates"):
        evaluate(recipe, planted, LOSO, Settings())


def test_a_scaler_fitted_before_the_fold_stops_the_run(recipe: SwingRecipe, examples: Examples) -> None:
    scaler = StandardScaler().fit(examples.flat())

    class Planted(SwingRecipe):
        models = {"classical": lambda: ClassicalModel(lambda: make_pipeline(scaler, LogisticRegression()))}  # noqa: RUF012

    with pytest.raises(LeakError, match="StandardScaler must be unfitted when fold p0 starts"):
        evaluate(Planted(), examples, LOSO, Settings())


def test_a_scaler_fitted_on_all_within_the_fold_stops_the_run(examples: Examples) -> None:
    class FitsOnAll(ClassicalModel):
        def fit(self, part: Examples, seed: int) -> None:
            self.scaler = StandardScaler().fit(examples.flat())
            super().fit(part, seed)

    class Planted(SwingRecipe):
        models = {"classical": lambda: FitsOnAll(LogisticRegression, n_classes=2)}  # noqa: RUF012

    with pytest.raises(LeakError, match=r"StandardScaler must be fitted on the 48 training rows of fold p0.* on 60"):
        evaluate(Planted(), examples, LOSO, Settings())


def test_a_leaking_protocol_passes_only_as_a_demonstration(recipe: SwingRecipe, examples: Examples) -> None:
    with pytest.raises(LeakError, match="--leak-demo"):
        evaluate(recipe, examples, RANDOM, Settings())
    run = evaluate(recipe, examples, RANDOM, Settings(leak_demo=True), models=["classical"])
    assert run.outcomes["classical"].estimates["accuracy"].value > 0.5


def test_choosing_inside_needs_two_subjects(examples: Examples) -> None:
    with pytest.raises(InputError, match="at least 2"):
        protocols.inner_split(np.array(["a", "a"]), 0.5, 0)
    fit, chosen = protocols.inner_split(examples.subject, 0.2, 0)
    assert set(examples.subject[fit]).isdisjoint(examples.subject[chosen])
    assert len(chosen) == 12
