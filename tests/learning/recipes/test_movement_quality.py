"""movement_quality's models on made-up people whose levels differ, and on a little of the real set."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rehabkit.kinematics.canonical import CANONICAL_JOINTS, CANONICAL_PARENTS
from rehabkit.learning.bench import Settings, evaluate
from rehabkit.learning.examples import Examples
from rehabkit.learning.export import require_parity, to_onnx
from rehabkit.learning.networks.movement_quality import LENGTHS, N_CHANNELS, QualityRocket, views
from rehabkit.learning.recipes.movement_quality import PUBLISHED, MovementQualityRecipe
from rehabkit.learning.recipes.movement_quality_models import RocketModel, discriminant, log_odds
from rehabkit.learning.recipes.movement_quality_sets import judged, least_sure, levels_of
from rehabkit.runtime.calibrate import Levels
from rehabkit.systems.movement_quality import MOVEMENTS


def standing(n_rows: int = 2) -> torch.Tensor:
    positions = torch.zeros(n_rows, 64, len(CANONICAL_JOINTS), 3)
    for joint, parent in enumerate(CANONICAL_PARENTS[1:], start=1):
        side, _, name = CANONICAL_JOINTS[joint].rpartition("_")
        sign = {"left": 1.0, "right": -1.0}.get(side, 0.0)
        away = {"shoulder": [sign, 0, 0], "hip": [sign, 0, 0], "neck": [0, 1.0, 0], "head": [0, 1.0, 0]}
        bone = torch.tensor(away.get(name, [0, -1.0, 0])) * LENGTHS[name]
        positions[:, :, joint] = positions[:, :, parent] + bone
    return positions


def test_views_of_a_standing_body_by_hand():
    found = views(standing())[0, :, 0].numpy()
    assert found.shape == (N_CHANNELS,)
    where = found[: 3 * 14].reshape(14, 3)[CANONICAL_JOINTS.index("left_ankle") - 1]
    assert where == pytest.approx([0.07, -0.6, 0])
    straight, hanging = found[84 : 84 + 8], found[92 : 92 + 6]
    assert straight[:2] == pytest.approx([0, 0], abs=2e-3)  # elbow and knee of the left side
    assert straight[2:4] == pytest.approx([np.pi, np.pi], abs=2e-3)  # arm and thigh against the trunk
    assert hanging == pytest.approx(np.zeros(6), abs=2e-3)
    assert found[98:103] == pytest.approx([0.26, 0.14, 0.26, 0.14, 0.14], abs=1e-6)  # widths


def test_bone_lengths_do_not_matter():
    """A Kinect's wrist lies in the hand, a Vicon's in the wrist: directions are what counts."""
    longer = standing()
    for name in ("left_wrist", "right_wrist"):
        longer[:, :, CANONICAL_JOINTS.index(name), 1] -= 0.06
    assert torch.allclose(views(longer), views(standing()), atol=1e-5)


def test_the_discriminant_avoids_what_differs_between_people():
    """Two directions part the classes alike; along the first, people differ as well.

    Scatters of about 0.3 * 9 + 1/4 and 1/4, and a ridge of their mean 1.6: weights as 1/4.55 to 1/1.85.
    """
    rng = np.random.default_rng(0)
    subject, target = np.repeat(np.arange(8), 20), np.tile([0, 1], 80)
    level = rng.normal(0, 3, 8)[subject]
    x = np.stack([2.0 * target + level, 2.0 * target], axis=1) + rng.normal(0, 0.5, (160, 2))
    weight, bias = discriminant(x, target, subject)
    assert 0.25 < weight[0] / weight[1] < 0.6
    assert np.abs(x @ weight + bias).mean() == pytest.approx(2.0, rel=1e-6)


def test_levels_of_made_up_people():
    """Ten people whose own level has deviation 1, classes at -2 and 2, repetitions about them with 0.5."""
    rng = np.random.default_rng(1)
    subject, target = np.repeat([f"p{i}" for i in range(10)], 40), np.tile([0, 1], 200)
    level = np.repeat(rng.normal(0, 1, 10), 40)
    evidence = 4.0 * target - 2 + level + rng.normal(0, 0.5, 400)
    inputs = {"movement": np.eye(10, dtype=np.float32)[np.zeros(400, dtype=int)]}
    examples = Examples(inputs, target, subject, np.arange(400))
    found = levels_of(examples, 1 / (1 + np.exp(-evidence)))
    own = level[::40]
    assert found.correct - found.incorrect == pytest.approx(4, abs=0.1)
    assert (found.within_incorrect, found.within_correct) == pytest.approx((0.5, 0.5), abs=0.05)
    assert np.asarray(found.between) == pytest.approx(np.full((2, 2), own.var(ddof=1)), abs=0.2)
    together = judged(examples, 1 / (1 + np.exp(-evidence)))
    assert ((together > 0.5) == target).mean() > 0.99


def test_log_odds_of_known_scores():
    """Scores drawn so that their log odds are twice themselves less 1."""
    rng = np.random.default_rng(0)
    score = rng.uniform(-3, 3, 20000)
    target = (rng.random(20000) < 1 / (1 + np.exp(-(2 * score - 1)))).astype(int)
    assert log_odds(score, target) == pytest.approx((2, -1), abs=0.1)


def test_it_is_sure_only_where_it_was_right():
    p = np.linspace(0.5, 1, 1001)
    right = p > 0.8
    probability = np.stack([1 - p, p], axis=1)
    assert 0.78 < least_sure(right.astype(int), probability) <= 0.8
    assert least_sure(np.zeros(1001, dtype=int), probability) == 1.0


@pytest.fixture(scope="module")
def recipe():
    return MovementQualityRecipe()


@pytest.fixture(scope="module")
def examples(recipe, shared):
    return recipe.examples(shared, quick=True)


@pytest.fixture(scope="module")
def fitted(examples):
    model = RocketModel().quick()
    model.fit(examples.at(np.flatnonzero(examples.subject != "s01")), 0)
    return model


def test_examples(examples):
    """Three people, two exercises, four repetitions of each kind; Vicon lost two of them."""
    kinect = examples.covariates["sensor"] == "kinect"
    assert (kinect.sum(), (~kinect).sum()) == (3 * 2 * 4 * 2, 46)
    assert examples.target[kinect].mean() == 0.5
    assert (examples.inputs["movement"].sum(axis=1) == 1).all()
    assert set(examples.covariates["fold"]) <= {-1, 0, 1, 2, 3, 4}


def test_published_folds_hold_1326_repetitions_of_two_people_each(recipe, shared):
    from rehabkit.learning.recipes.movement_quality import published_folds

    folds = np.array(published_folds(shared / "exercise" / "uiprmd"))
    assert (folds >= 0).sum() == 1326
    assert PUBLISHED.name == "published_folds" and set(folds) == {-1, 0, 1, 2, 3, 4}


def test_someone_never_seen(examples, fitted):
    """Abduction played with errors is told from a correct one by far more than chance."""
    test = examples.at((examples.subject == "s01") & (examples.covariates["sensor"] == "kinect"))
    assert np.mean(fitted.predict(test)["probability"].argmax(axis=1) == test.target) >= 0.75


def test_the_file_says_what_the_module_says_and_guesses_the_exercise(recipe, examples, fitted):
    test = examples.at(np.flatnonzero(examples.subject == "s01"))
    content = to_onnx(fitted, recipe, test)
    assert len(content) < 1_000_000
    assert require_parity(content, fitted, test, list(recipe.outputs)) < 1e-4
    unnamed = {**test.inputs, "movement": np.zeros_like(test.inputs["movement"])}
    module = fitted.module()
    guessed = module(*(torch.from_numpy(unnamed[name]) for name in recipe.system.inputs))["exercise"].argmax(dim=1)
    assert (guessed.numpy() == test.inputs["movement"].argmax(axis=1)).mean() > 0.9


def test_the_size_of_the_shipped_graph():
    """Full features: what the heads, biases and channels take stays under 1 MB."""
    module = QualityRocket(5040)
    assert 4 * sum(buffer.numel() for buffer in module.buffers()) < 950_000
    assert module.get_buffer("weight").shape == (module.rocket.n_features, len(MOVEMENTS))


def test_the_activation_adds_up_to_the_log_odds(examples, fitted):
    """For one exercise, log odds less the mean activation are the same constant in every repetition."""
    outputs = fitted.predict(examples.at(examples.inputs["movement"][:, 0] == 1))
    inside = np.abs(outputs["probability"][:, 1] - 0.5) < 0.499
    outputs = {name: value[inside] for name, value in outputs.items()}
    p = outputs["probability"][:, 1].astype(np.float64)
    assert len(p) > 5
    constant = np.log(p / (1 - p)) - outputs["activation"].mean(axis=1)
    assert outputs["activation"].std() > 0.1
    assert constant == pytest.approx(np.full(len(p), constant.mean()), abs=2e-3)


@pytest.mark.parametrize("name", ["small", "extra_trees", "start pose"])
def test_every_kind_of_model_runs(recipe, examples, name):
    outcome = evaluate(recipe, examples, recipe.protocols["loso"], Settings(quick=True), models=[name]).outcomes[name]
    assert 0.2 <= outcome.estimates["accuracy"].value <= 1.0
    assert len(outcome.rows) == 48  # those of the Kinect alone


def test_settings_come_from_people_not_seen(recipe, examples):
    outcome = evaluate(recipe, examples, recipe.protocols["loso"], Settings(quick=True), models=["classical"]).outcomes[
        "classical"
    ]
    back = np.argsort(outcome.rows)
    scored = {name: value[back] for name, value in outcome.outputs.items()}
    part = examples.at(outcome.rows[back])
    settings = recipe.settings(part, scored)
    assert 0.5 <= settings["least_sure"] <= 1.0
    assert Levels(**settings["levels"]) == levels_of(part, scored["probability"][:, 1])
    assert settings["levels"]["correct"] > settings["levels"]["incorrect"]
    assert recipe.settings(part, {}) == {}


@pytest.mark.parametrize("study", ["sets", "approved", "abstained", "vicon", "when"])
def test_every_further_table_is_filled(recipe, shared, study):
    table = recipe.studies[study](shared, True)
    assert table.rows and all(len(row) == len(table.columns) for row in table.rows)
