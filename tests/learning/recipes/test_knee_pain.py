"""The recipes, quick: equal shares of every man, models that learn, a demonstration that is called one."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rehabkit.learning.export import require_parity, to_onnx
from rehabkit.learning.recipes.knee_pain import NEVER, KneePainRecipe, certainty
from rehabkit.learning.recipes.knee_pain_data import WINDOWS, middle
from rehabkit.learning.recipes.knee_pain_demo import LABELS, KneePainDemoRecipe
from rehabkit.learning.recipes.knee_pain_models import MeasuresModel, only, without_some
from rehabkit.learning.recipes.knee_pain_simulated import cohort
from rehabkit.learning.studies.knee_pain import fixed_analysis, paired
from rehabkit.learning.training import batch_of
from rehabkit.recordings.biosignal import Biosignal, Channel


@pytest.fixture(scope="module")
def recipe():
    return KneePainRecipe()


@pytest.fixture(scope="module")
def examples(recipe, shared):
    return recipe.examples(shared, quick=True)


@pytest.fixture(scope="module")
def simulated():
    return KneePainDemoRecipe().examples(None, quick=True)


def test_every_man_gives_as_much_of_every_task(examples):
    assert len(examples.subjects) == 6 and set(examples.target) == {0, 1}
    for who in examples.subjects:
        at = examples.at(examples.subject == who)
        tasks, counts = np.unique(at.covariates["task"], return_counts=True)
        assert dict(zip(tasks.tolist(), counts.tolist(), strict=True)) == dict(WINDOWS)
        assert len(np.unique(at.recording)) == 1  # a man is scored, not a task
    assert (examples.inputs["present"] == [1, 1, 0]).all()
    assert examples.covariates["nuisance"].shape == (36, 17)


def test_the_middle_is_cut_out_before_anything_is_filtered():
    values = np.arange(13_700.0)[:, None]
    part = middle(Biosignal(values, 1000.0, (Channel("knee_flexion", "angle", "deg"),)), 3)
    assert part.n_times == 12_000 and part.values[0, 0] == pytest.approx(850, abs=1)


def test_the_classifier_of_measures_learns_and_exports(recipe, examples):
    model = recipe.models["classical"]()
    model.fit(examples, 0)
    outputs = model.predict(examples)
    assert np.mean(outputs["probability"].argmax(axis=1) == examples.target) > 0.8  # men that it has seen
    assert model.settings()["trained_on"] == ["emg", "angle"]
    assert require_parity(to_onnx(model, recipe, examples), model, examples, list(recipe.outputs)) < 1e-4


def test_a_baseline_of_the_angle_sees_no_emg(examples):
    model = MeasuresModel(2, ("angle",))
    model.fit(examples, 0)
    changed = dict(examples.inputs) | {"emg": 7 * examples.inputs["emg"][::-1]}
    other = type(examples)(changed, examples.target, examples.subject, examples.recording, examples.covariates)
    np.testing.assert_array_equal(model.predict(examples)["probability"], model.predict(other)["probability"])


def test_the_network_knows_from_what_it_learned(recipe, examples):
    model = recipe.models["small"]().quick()
    assert "trained_on" not in model.settings()
    model.fit(examples, 0)
    assert model.settings()["trained_on"] == ["emg", "angle"]
    assert model.module().get_buffer("known").tolist() == [1, 1, 0]


def test_training_windows_lose_modalities_but_never_all(simulated):
    batch = batch_of(simulated)
    changed = without_some(batch, torch.Generator().manual_seed(0))
    there = changed["present"].numpy()
    assert 0.6 < there.mean() < 0.95 and there.sum(axis=1).min() >= 1
    for i, name in enumerate(("emg", "angle", "eeg")):
        np.testing.assert_array_equal(changed[name].abs().amax(dim=(1, 2)).numpy() > 0, there[:, i] > 0)
    assert batch["present"].min() == 1  # the batch that came is as it was


def test_only_leaves_some(simulated):
    part = only(simulated, ("eeg",))
    assert part.inputs["present"].tolist() == [[0, 0, 1]] * len(part)
    assert not part.inputs["emg"].any() and part.inputs["eeg"].any() and simulated.inputs["emg"].any()


def test_certainty_of_a_card():
    """Surest first: right, right, wrong, right …: nine of ten only down to the second."""
    sure = np.array([0.99, 0.95, 0.9, 0.8])
    probability = np.stack([sure, 1 - sure], axis=1)
    assert certainty(np.array([0, 0, 1, 0]), probability) == pytest.approx(0.95)
    assert certainty(np.array([1, 0, 0, 0]), probability) == NEVER


def test_paired_differences_by_hand():
    """Of four people two are told right by one and all by the other: half a point less in both classes."""
    target, who = np.array([0, 0, 1, 1]), np.array(list("abcd"))
    good = np.eye(2)[target]
    worse = np.eye(2)[[0, 1, 1, 0]]
    assert paired(target, worse, good, who).startswith("-0.500 (-1.000 to ")


def test_the_fixed_analysis_runs_and_says_what_it_did(shared):
    table = fixed_analysis(shared, True)
    names = [row[0] for row in table.rows]
    assert names[0].startswith("fixed in advance") and names[1].startswith("control") and "must not" in names[-1]
    assert [row[1] for row in table.rows[:4]] == [57, 51, 42, 15]
    assert all(0 < row[3] <= 1 for row in table.rows)
    assert "6 men, 3 with an abnormality" in table.note


# --- simulated people ---------------------------------------------------------------------------------------------


def test_simulated_recordings_say_so_and_hold_the_effects_that_were_put_in(simulated):
    samples = cohort(3, seed=5)
    assert len(samples) == 12 and all("simulated" in one.recording.history[0] for one in samples)
    assert all(one.subject.startswith("simulated") for one in samples)

    def mean(of, level):
        return np.mean([of(one.recording) for one in samples if one.target == level])

    def alpha(recording):
        spectrum = np.abs(np.fft.rfft(recording.column("Pz"))) ** 2
        hertz = np.fft.rfftfreq(recording.n_times, 1 / recording.rate_hz)
        return spectrum[(hertz > 8) & (hertz < 12)].sum() / spectrum[(hertz > 14) & (hertz < 17)].sum()

    assert mean(alpha, 3) < 0.6 * mean(alpha, 0)
    assert mean(lambda one: np.ptp(one.column("knee_flexion")), 3) < 0.85 * mean(
        lambda one: np.ptp(one.column("knee_flexion")), 0
    )


def test_the_demonstration_learns_what_was_put_in_and_is_called_one(simulated):
    recipe = KneePainDemoRecipe()
    model = recipe.models["classical"]()
    first = simulated.subject != simulated.subjects[-1]
    model.fit(simulated.at(first), 0)
    test = simulated.at(~first)
    told = model.predict(test)["probability"].argmax(axis=1)
    assert np.abs(told - test.target).mean() < 1.0  # chance: 1.25 levels off
    assert all("simulated" in text for text in (*LABELS, recipe.title, recipe.intended_use, recipe.limits[0]))
    assert "nobody was measured" in recipe.simulated
    assert recipe.settings(simulated, {}) == {"simulated": True} and recipe.data == ()
