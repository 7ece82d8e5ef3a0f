"""Metrics against scikit-learn and hand calculations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sk

from rehabkit.learning import metrics

RNG = np.random.default_rng(0)


def test_auroc_is_scikit_learns_with_ties() -> None:
    target = RNG.integers(0, 2, 200)
    positive = np.round(np.clip(target * 0.2 + RNG.random(200), 0, 1), 1)
    probability = np.stack([1 - positive, positive], axis=1)
    assert metrics.auroc(target, probability) == pytest.approx(sk.roc_auc_score(target, positive), abs=1e-12)
    assert np.isnan(metrics.auroc(np.ones(3, int), probability[:3]))


def test_balanced_accuracy_and_f1_are_scikit_learns() -> None:
    target = RNG.integers(0, 4, 100)
    probability = RNG.dirichlet(np.ones(4), 100)
    guess = probability.argmax(axis=1)
    assert metrics.balanced_accuracy(target, probability) == pytest.approx(sk.balanced_accuracy_score(target, guess))
    assert metrics.macro_f1(target, probability) == pytest.approx(sk.f1_score(target, guess, average="macro"))


def test_calibration_error_of_one_bin_by_hand() -> None:
    probability = np.tile([0.1, 0.9], (10, 1))
    target = np.array([1] * 7 + [0] * 3)
    assert metrics.calibration_error(target, probability) == pytest.approx(0.9 - 0.7, abs=1e-6)


def test_r_squared_is_scikit_learns_and_undefined_where_nothing_varies() -> None:
    target, value = RNG.normal(size=30), RNG.normal(size=30)
    assert metrics.r_squared(target, value) == pytest.approx(sk.r2_score(target, value))
    assert np.isnan(metrics.r_squared(np.ones(3), np.zeros(3)))


def test_errors_and_rank_correlation() -> None:
    target, value = np.array([1.0, 2.0, 4.0]), np.array([[2.0], [2.0], [1.0]])
    assert metrics.mae(target, value) == pytest.approx(4 / 3)
    assert metrics.rmse(target, value) == pytest.approx(np.sqrt(10 / 3))
    assert metrics.spearman(target, value) == pytest.approx(stats.spearmanr(target, value[:, 0]).statistic)
    assert np.isnan(metrics.spearman(target, np.ones(3)))


def test_rows_of_one_recording_count_once() -> None:
    recording = np.array([5, 5, 2])
    target, pooled, subject = metrics.by_recording(
        np.array([1, 1, 0]), np.array([[0.0, 1.0], [1.0, 0.0], [0.2, 0.8]]), np.array(["a", "a", "b"]), recording
    )
    assert subject.tolist() == ["b", "a"] and target.tolist() == [0, 1]
    np.testing.assert_allclose(pooled, [[0.2, 0.8], [0.5, 0.5]])


def test_the_interval_of_identical_subjects_is_a_point() -> None:
    target = np.tile([0.0, 1.0], 5)
    e = metrics.estimate(metrics.mae, target, target + 0.5, np.repeat(list("abcde"), 2))
    assert (e.value, e.low_95, e.high_95, e.worst) == (0.5, 0.5, 0.5, 0.5)


def test_a_mean_of_rows_has_the_interval_of_a_metric_that_looks_at_them_all() -> None:
    rng = np.random.default_rng(0)
    target, output = rng.random((30, 4)), rng.random((30, 4))
    subject = np.repeat(list("abc"), 10)

    def of_rows(true, said):
        return np.abs(true - said).mean(axis=1)

    once = metrics.estimate(metrics.MeanOfRows(of_rows), target, output, subject)
    again = metrics.estimate(lambda true, said: float(of_rows(true, said).mean()), target, output, subject)
    assert (once.value, once.low_95, once.high_95, once.worst) == pytest.approx(
        (again.value, again.low_95, again.high_95, again.worst)
    )
