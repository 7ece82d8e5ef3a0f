"""KIMORE's score: features of a known sine, medians by hand, a forest that finds what decides, no diagnosis inside."""

from pathlib import Path

import numpy as np
import pytest

from rehabkit.errors import InputError
from rehabkit.learning.bench import Settings, evaluate
from rehabkit.learning.examples import Examples
from rehabkit.learning.recipes.kimore_features import FEATURES, signal_features
from rehabkit.learning.recipes.kimore_models import (
    N_FEATURES,
    Blend,
    Forest,
    Kernel,
    Medians,
    weighted_median,
)
from rehabkit.learning.recipes.kimore_score import GROUPED, KimoreScoreRecipe
from rehabkit.recordings.datasets.kimore import RATE_HZ, MarkedSignal


def swinging(exercise: int = 1, second: float = 0.3) -> MarkedSignal:
    """Four movements of 2 s, amplitudes 0.3 m and ``second`` m in turn, about 1 m."""
    time = np.arange(int(8 * RATE_HZ) + 1) / RATE_HZ
    height = np.where((time // 2).astype(int) % 2 == 0, 0.3, second)
    signal = 1.0 + height * np.sin(np.pi * time / 2) ** 2
    intervals = np.array([[0, 2], [2, 4], [4, 6], [6, 8]], dtype=float)
    intervals[-1, 1] -= 1 / RATE_HZ
    return MarkedSignal(exercise, "E_ID1", signal, None, intervals)


def named(signal: MarkedSignal) -> dict[str, float]:
    return dict(zip(FEATURES, signal_features(signal), strict=True))


def test_a_sine_has_its_own_period_amplitude_and_count():
    found = named(swinging())
    assert found["repetitions"] == 4
    assert found["strongest_frequency"] == pytest.approx(0.5, abs=0.13)
    assert found["period_s"] == pytest.approx(2.0, abs=0.1)
    assert found["time_s"] == pytest.approx(2.0, abs=0.05)
    assert found["amplitude"] == pytest.approx(0.3, abs=0.01)
    assert found["amplitude_variation"] == pytest.approx(0.0, abs=0.01)
    assert found["highest"] == pytest.approx(1.3, abs=0.01)
    assert found["peak_at"] == pytest.approx(0.5, abs=0.05)


def test_unequal_sides_are_told_where_repetitions_alternate():
    """0.3 m against 0.15 m: the logarithm of two; Es1 has no sides."""
    assert named(swinging(3, 0.15))["side_amplitude"] == pytest.approx(np.log(2), abs=0.03)
    assert named(swinging(1, 0.15))["side_amplitude"] == 0.0


def test_pauses_drift_and_spread_by_hand():
    """Movements end where the next starts; of four, 0.3 and 0.15 m in turn about 1 m: the last is half the first."""
    found = named(swinging(1, 0.15))
    assert found["pause_s"] == pytest.approx(0.0, abs=0.01)
    assert found["moving_share"] == pytest.approx(1.0, abs=0.05)
    assert found["shrinking"] == pytest.approx(-np.log(2), abs=0.03)
    assert found["amplitude_ratio"] == pytest.approx(np.log(2), abs=0.03)
    assert found["slowing"] == pytest.approx(0.0, abs=0.05)
    # at mid-movement 0.3, 0.15, 0.3, 0.15 m: deviation 0.075 m of a mean amplitude of 0.225 m
    assert found["spread_10"] == pytest.approx(1 / 3, abs=0.02)
    assert named(swinging())["spread_10"] == pytest.approx(0.0, abs=0.01)


def test_sides_are_turned_to_each_other_before_their_spread_is_taken():
    time = np.arange(int(8 * RATE_HZ) + 1) / RATE_HZ
    signal = np.sin(np.pi * time / 2) * 0.3  # right, left, right, left
    intervals = np.array([[0, 2], [2, 4], [4, 6], [6, 8]], dtype=float)
    spread = {exercise: named(MarkedSignal(exercise, "E_ID1", signal, None, intervals)) for exercise in (1, 3)}
    assert spread[3]["spread_10"] == pytest.approx(0.0, abs=0.01)
    assert spread[1]["spread_10"] > 1


def test_an_empty_signal_is_not_seen():
    empty = MarkedSignal(1, "E_ID1", np.full(300, np.nan), None, np.zeros((0, 2)))
    assert np.isnan(signal_features(empty)).all()


def test_weighted_median_by_hand():
    assert weighted_median(np.array([10.0, 30.0, 20.0]), np.array([1.0, 1.0, 1.0])) == 20.0
    assert weighted_median(np.array([10.0, 30.0, 20.0]), np.array([0.0, 0.7, 0.3])) == 30.0


def toy(n_people: int = 40, n_telling: int = 1) -> Examples:
    """A person's first features tell the scores of all exercises; the second exercise scores 5 less."""
    rng = np.random.default_rng(0)
    skill = rng.uniform(20, 45, n_people)
    features = rng.normal(size=(n_people, N_FEATURES))
    features[:, :n_telling] = skill[:, None]
    person = np.repeat(np.arange(n_people), 2)
    exercise = np.tile([0, 1], n_people)
    inputs = {"features": features[person].astype(np.float32), "seen": np.ones((2 * n_people, N_FEATURES), np.float32)}
    diagnosis = np.where(skill[person] > 33, "E", "P")
    covariates = {"exercise": exercise, "diagnosis": diagnosis}
    subject = np.array([f"{one:02d}" for one in person])
    return Examples(inputs, skill[person] - 5.0 * exercise, subject, np.arange(2 * n_people), covariates)


@pytest.mark.parametrize(
    ("model", "n_telling"), [(Forest(n_trees=60), 1), (Kernel(), 40), (Blend(Forest(n_trees=60)), 20)]
)
def test_each_learns_from_other_people_and_beats_the_exercise_median(model, n_telling):
    """A forest finds the one feature that decides; a kernel machine needs several that agree."""
    examples = toy(n_telling=n_telling)
    train, test = examples.at(np.arange(60)), examples.at(np.arange(60, 80))
    errors = {}
    for name, one in {"model": model, "median": Medians(diagnosis=False)}.items():
        one.fit(train, 0)
        errors[name] = np.abs(one.predict(test)["value"] - test.target).mean()
    assert errors["model"] < 0.75 * errors["median"]


def test_a_blend_is_the_mean_of_its_parts():
    examples = toy()
    blend, parts = Blend(Forest(n_trees=20)), (Forest(n_trees=20), Kernel())
    told = []
    for one in (*parts, blend):
        one.fit(examples, 3)
        told.append(one.predict(examples)["value"])
    np.testing.assert_allclose(told[2], (told[0] + told[1]) / 2, rtol=1e-5)


def test_scores_stay_within_what_can_be_scored():
    examples = toy()
    model = Kernel()
    model.fit(examples, 0)
    far = toy()
    far.inputs["features"][:] = 100.0 * far.inputs["features"]
    value = model.predict(far)["value"]
    assert value.min() >= 0 and value.max() <= 50


def test_medians_by_exercise_and_diagnosis_by_hand():
    examples = toy().at(np.arange(8))
    model = Medians(diagnosis=True)
    model.fit(examples, 0)
    same = (examples.covariates["exercise"] == 0) & (
        examples.covariates["diagnosis"] == examples.covariates["diagnosis"][0]
    )
    assert model.predict(examples)["value"][0] == pytest.approx(np.median(examples.target[same]), rel=1e-6)


def test_an_unfitted_model_is_refused():
    with pytest.raises(InputError, match="fitted before"):
        Forest().predict(toy(3))


def test_recipe_on_the_real_data_keeps_the_diagnosis_out_and_whole_people_apart(shared: Path):
    recipe = KimoreScoreRecipe()
    examples = recipe.examples(shared, quick=True)
    assert list(examples.inputs) == ["features", "seen"]
    assert ((examples.target >= 0) & (examples.target <= 50)).all()
    assert set(examples.covariates["diagnosis"].tolist()) <= {"E", "NE", "P", "S", "B"}
    for fold in GROUPED.split(examples):
        assert not set(examples.subject[fold.train]) & set(examples.subject[fold.test])
    found = evaluate(recipe, examples, GROUPED, Settings(quick=True), models=["classical", "exercise"])
    assert all(0 < one.estimates["MAE"].value < 50 for one in found.outcomes.values())
