"""The recipe on real recordings, quick; thresholds and distances by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from rehabkit.learning.export import require_parity, to_onnx
from rehabkit.learning.protocols import LOSO
from rehabkit.learning.recipes.exercise_imu import LABELS, ExerciseImuRecipe, unknown
from rehabkit.learning.recipes.exercise_imu_models import temperature_of_sets, thresholds


@pytest.fixture(scope="module")
def recipe():
    return ExerciseImuRecipe()


@pytest.fixture(scope="module")
def examples(recipe, shared):
    return recipe.examples(shared, quick=True)


def test_examples_are_windows_of_three_people(examples):
    assert set(examples.subject) == {"01", "02", "03"}
    assert len(np.unique(examples.recording)) == 3 * 7 * 2
    assert set(examples.target) == set(range(7))
    assert examples.inputs["motion"].shape[1:] == (200, 6)


def test_hanging_arms_pull_toward_the_elbow_on_either_side(examples):
    """Specific force points up; x points to the elbow on the right wrist, as which both sides come."""
    hanging = np.isin(examples.target, [LABELS.index("Pendulum"), LABELS.index("Lower trapezius row with a band")])
    for side in ("left", "right"):
        x = examples.inputs["motion"][hanging & (examples.covariates["side"] == side), :, 0].mean(axis=1)
        assert x.min() > 5 and 8 < np.median(x) < 12


@pytest.mark.parametrize("model", ["classical", "extra_trees"])
def test_a_person_never_seen(recipe, examples, model):
    """Seven classes, two people to learn from: well above what the most common class gives."""
    fold = LOSO.split(examples)[0]
    found = recipe.models[model]().quick()
    found.fit(examples.at(fold.train[::3]), 0)
    test = examples.at(fold.test[::2])
    assert np.mean(found.predict(test)["probability"].argmax(axis=1) == test.target) > 0.6


def test_the_small_network_learns_and_exports(recipe, examples):
    model = recipe.models["small"]().quick()
    model.fit(examples, 0)
    part = examples.at(np.flatnonzero(np.arange(len(examples)) % 3 == 0))
    outputs = model.predict(part)
    assert np.mean(outputs["probability"].argmax(axis=1) == part.target) > 0.5
    assert 0.7 < np.median(outputs["distance"]) < 1.3  # of training windows
    assert require_parity(to_onnx(model, recipe, part), model, part, list(recipe.outputs)) < 1e-4


def test_minirocket_as_one_network_says_what_scikit_learn_does(recipe, examples):
    """The weights are copied from a standardised logistic regression: probabilities that add up, classes in order."""
    model = recipe.models["classical"]().quick()
    rows = np.flatnonzero(np.isin(examples.target, [1, 4, 6]))
    model.fit(examples.at(rows), 0)
    probability = model.predict(examples.at(rows))["probability"]
    assert np.allclose(probability.sum(axis=1), 1, atol=1e-5)
    assert np.mean(probability.argmax(axis=1) == examples.target[rows]) > 0.95
    assert probability[:, [0, 2, 3, 5]].max() < 1e-6  # never met


def test_thresholds():
    """Nine right ones, surest first, then a wrong one: it names what is surer than the wrong one."""
    top = np.array([0.99, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.5])
    probability = np.stack([top, 1 - top], axis=1)
    target = np.array([0] * 9 + [1])
    found = thresholds(target, probability, np.arange(1.0, 11.0))
    assert found["least_probability"] == pytest.approx(0.6)
    assert found["largest_distance"] == pytest.approx(9.1)  # 90th percentile of 1 … 10


def test_a_pendulum_it_never_saw_is_far(shared):
    rows = {row[0]: row for row in unknown(shared, True).rows}
    assert rows["Pendulum"][2] > 0.75


def test_the_temperature_makes_sets_as_sure_as_they_are_right(examples):
    """Ten sets of one window each, eight right: at the best temperature the right share is what it says, 0.8."""
    ten = replace(examples.at(np.arange(10)), target=np.array([0] * 8 + [1] * 2), recording=np.arange(10))
    logits = np.tile(np.array([6.0, 0.0], dtype=np.float32), (10, 1))  # says 0.998
    assert temperature_of_sets(logits, ten) == pytest.approx(6 / np.log(0.8 / 0.2), rel=1e-3)


def test_thresholds_and_temperature_are_chosen_in_fit_and_kept(recipe, examples):
    model = recipe.models["published"]().quick()
    assert "least_probability" not in model.settings()
    part = examples.at(np.flatnonzero(np.arange(len(examples)) % 3 == 0))
    model.fit(part, 0)
    outputs = model.predict(part)
    for name in ("least_probability", "largest_distance", "temperature"):
        np.testing.assert_allclose(outputs[name], model.settings()[name], rtol=1e-6)
    temperature = model.settings()["temperature"]
    assert temperature != 1.0
    expected = np.exp(outputs["logits"] / temperature)
    np.testing.assert_allclose(outputs["probability"], expected / expected.sum(axis=1, keepdims=True), atol=1e-5)


def test_augmented_windows_keep_their_class_and_their_seed(recipe, examples):
    model = recipe.models["small"]()
    batch = {"motion": torch.as_tensor(examples.inputs["motion"][:8]), "target": torch.arange(8)}
    first, second = (model.augment(batch, torch.Generator().manual_seed(1)) for _ in range(2))
    assert torch.equal(first["motion"], second["motion"])
    assert torch.equal(first["target"], batch["target"])
    assert not torch.allclose(first["motion"], batch["motion"])
