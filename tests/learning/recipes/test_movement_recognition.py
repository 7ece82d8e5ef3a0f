"""The recipe: an open-set loss by hand, examples by subject, and training that learns what it doesn't know."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from rehabkit.learning.examples import Examples
from rehabkit.learning.networks.movement_nearness import Nearness
from rehabkit.learning.networks.movement_recognition import MovementNetwork, cnn_lstm, mpl_cnn, small
from rehabkit.learning.recipes.movement_models import (
    LABELS,
    N_KNOWN,
    NONE,
    Rocket,
    fit_nearness,
    open_set_loss,
    with_strangers,
)
from rehabkit.learning.recipes.movement_recognition import (
    MovementRecognitionRecipe,
    accuracy,
    named_right,
)


def toy(n_rows: int = 24) -> Examples:
    rng = np.random.default_rng(0)
    positions = rng.normal(0, 0.3, (n_rows, 32, 15, 3)).astype(np.float32)
    positions[:, :, 0] = 0.0
    sensor = np.array(["kinect", "vicon"])[np.arange(n_rows) % 2]
    subject = np.array([f"{i % 3:02d}" for i in range(n_rows)])
    return Examples(
        {"positions": positions}, np.arange(n_rows) % N_KNOWN, subject, np.arange(n_rows), {"sensor": sensor}
    )


def test_loss_of_a_known_a_stranger_and_a_near_miss_by_hand():
    logits = torch.zeros(1, N_KNOWN)
    each = math.log(2.0)
    known = open_set_loss({"logits": logits}, {"target": torch.tensor([3])})
    assert float(known) == pytest.approx(N_KNOWN * each + math.log(N_KNOWN), rel=1e-5)
    stranger = open_set_loss({"logits": logits}, {"target": torch.tensor([NONE])})
    assert float(stranger) == pytest.approx(N_KNOWN * each, rel=1e-5)
    missed = open_set_loss({"logits": logits}, {"target": torch.tensor([NONE + 1 + 3])})
    assert float(missed) == pytest.approx(each, rel=1e-5)


def test_a_near_miss_pulls_down_its_own_movement_only():
    logits = torch.zeros(1, N_KNOWN, requires_grad=True)
    open_set_loss({"logits": logits}, {"target": torch.tensor([NONE + 1 + 3])}).backward()
    assert logits.grad is not None
    assert torch.nonzero(logits.grad[0]).flatten().tolist() == [3] and float(logits.grad[0, 3]) > 0


def test_probability_is_shared_and_the_rest_is_unknown():
    network = MovementNetwork(torch.nn.Flatten(), 2 * 45, N_KNOWN).eval()
    with torch.no_grad():
        network.head[2].weight.zero_()
        network.head[2].bias.copy_(torch.tensor([2.0] + [0.0] * (N_KNOWN - 1)))
        probability = network(torch.zeros(1, 2, 15, 3))["probability"][0]
        network.get_submodule("nearness").set_scale(torch.tensor([-9.0, -10.0, -11.0]))  # 0 lies 10 deviations away
        far = network(torch.zeros(1, 2, 15, 3))["probability"][0]
    unknown = 1 / (1 + math.exp(0.5 * 2.0 + 2.0))
    first = (1 - unknown) * math.exp(2.0) / (math.exp(2.0) + N_KNOWN - 1)
    assert float(probability[0]) == pytest.approx(first, rel=1e-5)
    assert float(probability[-1]) == pytest.approx(unknown, rel=1e-5)
    assert float(probability.sum()) == pytest.approx(1.0, rel=1e-5)
    assert float(far[-1]) == pytest.approx(1 / (1 + math.exp(0.5 * 2.0 + 2.0 - 1.5 * 1.5)), rel=1e-5)


def test_someone_else_is_as_near_as_usual_and_another_movement_is_far():
    examples = toy(240)
    poses = np.random.default_rng(1).normal(0, 1.0, (N_KNOWN + 1, 1, 15, 3)).astype(np.float32)
    noise = examples.inputs["positions"].copy()
    examples.inputs["positions"] += poses[examples.target]
    near, seen = Nearness(N_KNOWN), examples.at(examples.subject != "02")
    fit_nearness(near, seen, 0)
    elsewhere = torch.as_tensor(examples.at(examples.subject == "02").inputs["positions"])
    assert near(elsewhere).mean().item() == pytest.approx(0.0, abs=1.0)
    assert near(torch.as_tensor(noise + poses[-1])).min().item() > 3.0


def test_published_sizes_by_hand():
    lstm = 4 * 32 * (45 + 32 + 2) + 4 * 32 * (32 + 32 + 2)
    convolutions = (64 * 32 * 5 + 64) + (128 * 64 * 3 + 128)
    head = 2 * 128 + (128 * N_KNOWN + N_KNOWN)
    assert sum(p.numel() for p in mpl_cnn(N_KNOWN).parameters()) == lstm + convolutions + head
    assert sum(p.numel() for p in small(N_KNOWN).parameters()) < (lstm + convolutions + head) / 4
    assert cnn_lstm(N_KNOWN).eval()(torch.zeros(2, 32, 15, 3))["probability"].shape == (2, N_KNOWN + 1)


def test_what_is_made_keeps_the_subject_it_was_made_of():
    examples = toy(60)
    made = with_strangers(examples, seed=0)
    assert len(made) > len(examples)
    assert np.array_equal(made.target[: len(examples)], examples.target)
    assert set(made.subject) <= set(examples.subject)
    assert (made.target == NONE).sum() == int(0.35 * len(examples))
    assert made.target.max() > NONE
    again = with_strangers(examples, seed=0)
    assert np.array_equal(made.inputs["positions"], again.inputs["positions"])
    assert with_strangers(examples, seed=0, near=False).target.max() == NONE


def test_metrics_by_hand():
    probability = np.zeros((3, N_KNOWN + 1))
    probability[0, 2], probability[0, -1] = 0.9, 0.1
    probability[1, 2], probability[1, -1] = 0.3, 0.7
    probability[2, 4], probability[2, -1] = 0.8, 0.2
    target = np.array([2, 2, 2])
    assert accuracy(target, probability) == pytest.approx(2 / 3)
    assert named_right(target, probability) == pytest.approx(1 / 3)


def test_minirocket_gives_probabilities_over_all_labels():
    model = Rocket().quick()
    model.fit(toy(40), 0)
    probability = model.predict(toy(40))["probability"]
    assert probability.shape == (40, len(LABELS))
    assert probability.sum(axis=1) == pytest.approx(1.0, abs=1e-5)


def test_real_examples_have_ten_movements_of_both_sensors_and_no_subject_twice(shared):
    recipe = MovementRecognitionRecipe()
    examples = recipe.examples(shared / "exercise", quick=True)
    assert set(examples.target) == set(range(N_KNOWN))
    assert examples.subjects == ["01", "02", "03"]
    one = examples.at(examples.first_rows())
    kinect = one.covariates["sensor"] == "kinect"
    assert kinect.sum() == 3 * 10 * 2 * 2  # people, movements, episodes, with and without errors
    assert 0 < (~kinect).sum() <= kinect.sum()
