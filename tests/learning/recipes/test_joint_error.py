"""The recipe: errors put where they are said to be, metrics by hand, real people kept apart."""

from pathlib import Path

import numpy as np
import pytest

from rehabkit.kinematics.canonical import CANONICAL_JOINTS
from rehabkit.kinematics.injection import INJECTED_JOINTS, inject
from rehabkit.learning.examples import Examples
from rehabkit.learning.export import TOLERANCE, require_parity, to_onnx
from rehabkit.learning.protocols import check_split, leave_one_subject_out
from rehabkit.learning.recipes.joint_error import (
    ERRORS,
    JointErrorRecipe,
    clean_alarmed,
    measured,
    reported_right,
    right_joint,
    standard,
)
from rehabkit.learning.recipes.joint_error_models import (
    CLEAN,
    INCORRECT,
    INJECTED,
    FilterModel,
    LargestDeviation,
    Trees,
    repetitions,
)
from rehabkit.recordings.datasets.uiprmd import MOVEMENTS


@pytest.fixture(scope="module")
def examples(shared: Path) -> Examples:
    return JointErrorRecipe().examples(shared, quick=True)


def test_metrics_by_hand():
    target = np.array([0, 0, 1, 2, 2, -1])
    probability = np.array([
        [0.9, 0.05, 0.05], [0.4, 0.3, 0.3],  # clean: quiet, alarmed
        [0.2, 0.7, 0.1], [0.6, 0.1, 0.3], [0.2, 0.5, 0.3],  # right, right but not reported, wrong joint
        [0.0, 1.0, 0.0],  # incorrect, not scored
    ])  # fmt: skip
    assert right_joint(target, probability) == pytest.approx(2 / 3)
    assert clean_alarmed(target, probability) == pytest.approx(1 / 2)
    assert reported_right(target, probability) == pytest.approx(1 / 3)
    assert np.isnan(right_joint(target[:2], probability[:2])) and np.isnan(clean_alarmed(target[2:], probability[2:]))


def test_ten_repetitions_meet_every_joint_axis_and_sign():
    met = {one.number % len(ERRORS) for nth in range(10) for one in standard(nth)}
    assert met == set(range(len(ERRORS)))


def test_what_is_off_is_measured_by_hand():
    covariates = {"degrees": np.array([-15.0, 15.0]), "start": np.full(2, 0.25), "end": np.full(2, 0.75)}
    one = Examples({}, np.array([1, 3]), np.array(["a", "a"]), np.arange(2), covariates)
    outputs = {
        "probability": np.array([[0.2, 0.8] + [0.0] * 8, [0.1, 0.9] + [0.0] * 8]),
        "degrees": np.tile([[-13.0, 2.0]], (2, 9, 1)),
        "stretch": np.tile([0.25, 0.95], (2, 9, 1)),
    }
    np.testing.assert_allclose(measured(one, outputs), [[1, 1, 2, 0.1], [0, 0, 2, 0.1]])


def test_errors_are_in_copies_of_real_correct_repetitions(examples):
    role = examples.covariates["role"]
    assert set(role.tolist()) == {CLEAN, INJECTED, INCORRECT}
    assert (examples.target[role == CLEAN] == 0).all() and (examples.target[role == INCORRECT] == -1).all()
    row = int(np.flatnonzero(role == INJECTED)[5])
    joint, axis = INJECTED_JOINTS[examples.target[row] - 1], examples.covariates["axis"][row]
    clean = examples.at(role == CLEAN).inputs["positions"].astype(np.float64)
    again = [inject(one, CANONICAL_JOINTS, joint, ("flexion", "abduction")[axis], examples.covariates["degrees"][row])
             for one in clean]  # fmt: skip
    assert min(np.abs(one - examples.inputs["positions"][row]).max() for one in again) < 1e-6


def test_people_are_apart_and_the_file_is_small_and_says_the_same(examples):
    fold = leave_one_subject_out(examples)[0]
    check_split(examples, fold)
    train, test = examples.at(fold.train), examples.at(fold.test)
    model = FilterModel()
    model.fit(train, 0)
    found = model.predict(test)
    assert right_joint(test.target, found["probability"]) > 0.4  # of 9; two people, two repetitions each
    content = to_onnx(model, JointErrorRecipe(), test)
    assert len(content) <= 1_000_000
    assert require_parity(content, model, test, list(JointErrorRecipe.outputs)) <= TOLERANCE


def test_the_filter_is_made_of_what_people_really_did(examples):
    made_of = repetitions(examples)
    real = examples.covariates["role"] != INJECTED
    np.testing.assert_array_equal(made_of.positions, examples.inputs["positions"][real])
    assert made_of.correct.sum() == (examples.target == 0).sum()


@pytest.mark.parametrize("make", [lambda: Trees(n_trees=10), LargestDeviation])
def test_what_it_is_compared_with_gives_probabilities(examples, make):
    fold = leave_one_subject_out(examples)[1]
    model = make()
    model.fit(examples.at(fold.train), 0)
    probability = model.predict(examples.at(fold.test))["probability"]
    np.testing.assert_allclose(probability.sum(axis=1), 1.0, atol=1e-5)
    assert probability.shape == (len(fold.test), 1 + len(INJECTED_JOINTS)) and len(MOVEMENTS) == 10
