"""The recipe on real recordings, quick; thinning, losses and studies' arithmetic by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rehabkit.learning.examples import Examples
from rehabkit.learning.export import require_parity, to_onnx
from rehabkit.learning.protocols import LOSO
from rehabkit.learning.recipes.joint_intention import DESIGN_MEN, TASKS, JointIntentionRecipe
from rehabkit.learning.recipes.joint_intention_models import RidgeModel, augmented, sequence_error, thinned
from rehabkit.learning.studies.joint_intention import p_value
from rehabkit.learning.studies.joint_intention_calibration import _one
from rehabkit.systems.joint_intention_live import N_FRAMES, WARM_UP


@pytest.fixture(scope="module")
def recipe():
    return JointIntentionRecipe()


@pytest.fixture(scope="module")
def examples(recipe, shared):
    return recipe.examples(shared, quick=True)


def test_examples_are_windows_of_three_men_in_three_tasks(examples):
    assert set(examples.subject) == {"A02", "N01", "N03"}
    assert len(np.unique(examples.recording)) == 9 and set(examples.covariates["task"]) == {0, 1, 2}
    assert len(DESIGN_MEN) == 12


def test_the_truth_of_a_window_is_the_angle_at_its_end(examples):
    angle = examples.covariates["angle"]
    np.testing.assert_allclose(angle[:, -1], examples.target, atol=1e-4)
    np.testing.assert_allclose(angle[:, -2], examples.covariates["past"], atol=1e-4)
    first = examples.first_rows()
    assert np.isnan(angle[first, : N_FRAMES - WARM_UP]).all() and np.isfinite(angle[first, N_FRAMES - WARM_UP :]).all()


def test_who_stands_flexes_with_the_hamstrings_and_who_sits_extends_with_the_quadriceps(examples):
    """One man's labels are exchanged; with that, his files are driven by the muscles that everybody uses."""
    strength = np.log(examples.inputs["envelope"][:, -1] + 1)
    for number in np.unique(examples.recording):
        at = examples.recording == number
        task = TASKS[int(examples.covariates["task"][at][0])]
        with_angle = [np.corrcoef(strength[at, muscle], examples.target[at])[0, 1] for muscle in range(4)]
        if task == "standing":
            assert with_angle[3] > 0.5  # semitendinosus
        if task == "sitting":
            assert with_angle[2] < -0.5  # vastus medialis


def test_ridge_and_a_network_learn_what_muscles_say(recipe, examples):
    """Two men teach, one is new: sitting and standing are better than the mean, whose error is the spread."""
    fold = LOSO.split(examples)[2]
    train, test = examples.at(fold.train), examples.at(fold.test)
    for model in (RidgeModel(), recipe.models["bpnn"]()):
        model.fit(train, 0)
        at = test.covariates["task"] != TASKS.index("gait")
        error = np.sqrt(np.mean((model.predict(test)["value"].reshape(-1)[at] - test.target[at]) ** 2))
        assert error < test.target[at].std()


def test_the_published_network_exports_with_its_distance(recipe, examples):
    model = recipe.models["published"]().quick()
    part = thinned(examples, 10)
    model.fit(part, 0)
    outputs = model.predict(part)
    assert 0.5 < np.median(outputs["distance"]) < 1.5  # of training windows
    assert require_parity(to_onnx(model, recipe, part), model, part, list(recipe.outputs)) < 1e-4


def test_emg_in_millivolt_taken_for_volt_is_far_away(recipe, examples):
    model = recipe.models["published"]().quick()
    model.fit(examples, 0)
    rows = thinned(examples, 50)
    wrong = Examples({k: v * 1000 for k, v in rows.inputs.items()}, rows.target, rows.subject, rows.recording)
    assert model.predict(wrong)["distance"].min() > 2 * np.quantile(model.predict(rows)["distance"], 0.99)


def numbered(counts):
    recording = np.repeat(np.arange(len(counts)), counts)
    x = {"envelope": np.zeros((len(recording), N_FRAMES, 4), np.float32)}
    return Examples(x, np.arange(float(len(recording))), np.array(["a"] * len(recording)), recording)


def test_thinning_keeps_the_last_of_each_recording():
    assert thinned(numbered([5, 4]), 3).target.tolist() == [1, 4, 5, 8]


def test_the_sequence_loss_leaves_out_the_warm_up_and_unknown_angles():
    angle = torch.zeros(2, N_FRAMES)
    angle[0, :WARM_UP] = 1e6  # not looked at
    angle[1, -1] = float("nan")
    sequence = torch.full((2, N_FRAMES), 30.0)  # off by 30°, one unit
    assert sequence_error({"sequence": sequence}, {"angle": angle}).item() == pytest.approx(1.0)


def test_other_electrodes_change_strength_and_hardly_the_share_of_the_size():
    batch = {"envelope": torch.ones(500, N_FRAMES, 4), "size": torch.ones(500, N_FRAMES, 4), "target": torch.ones(500)}
    new = augmented(batch, torch.Generator().manual_seed(0))
    assert new["size"][:, 0].log().std().item() == pytest.approx(0.15, rel=0.1)
    assert (new["envelope"] / new["size"])[:, 0].log().std().item() == pytest.approx(0.05, rel=0.1)
    assert torch.equal(new["target"], batch["target"])


def test_wilcoxon_over_men():
    """Eight men, all better by different amounts: two of 2^8 sign patterns are as extreme, p = 2 / 256."""
    first = {f"A{i}": 10.0 for i in range(8)}
    second = {f"A{i}": 11.0 + i for i in range(8)}
    assert p_value(first, second) == pytest.approx(2 / 256)
    assert p_value({"A1": 1.0}, {"A1": 2.0}) is None


def test_a_calibrated_recording_is_scored_after_the_window_left_out():
    """20 s, off by 8° until 6 s and right after: calibrating on the first 4 s spoils the rest, as it must."""
    time_s = np.arange(WARM_UP, 501) / 25
    n = len(time_s)
    truth = 30 + 10 * np.sin(time_s)
    outputs = {
        "value": (truth - 8 * (time_s < 6)).astype(np.float32),
        "features": np.zeros((n, 2), np.float32),
    }
    covariates = {"time_s": time_s, "end_s": np.full(n, 20.0)}
    x = {"envelope": np.zeros((n, 1), np.float32)}
    one = Examples(x, truth, np.array(["A2"] * n), np.zeros(n, dtype=int), covariates)

    def offset(rows, measured):
        by = float(np.mean(measured - rows["value"]))
        return lambda some: some["value"] + by

    assert _one(one, outputs, 0, offset, None) == pytest.approx(8.0, abs=1e-4)
    assert _one(one, outputs, 0, lambda rows, measured: lambda some: some["value"], None) == pytest.approx(0, abs=1e-4)
    assert _one(one, outputs, 0, offset, 0.6) is None  # two frames after the warm-up
