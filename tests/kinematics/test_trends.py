"""Trends against hand calculation."""

import numpy as np
import pytest

from rehabkit.kinematics.trends import drift, symmetry_index, theil_sen


def test_interval_by_hand():
    # Six values in perfect order: the 15 pairwise slopes are all 3, so the interval has no width.
    trend = theil_sen(np.array([1.0, 4.0, 7.0, 10.0, 13.0, 16.0]))
    assert (trend.slope, trend.low, trend.high) == (3.0, 3.0, 3.0)
    assert (trend.start, trend.end) == (1.0, 16.0)


def test_one_odd_repetition_does_not_bend_it():
    values = np.array([10.0, 10.0, 10.0, 99.0, 10.0, 10.0, 10.0])
    assert theil_sen(values).slope == 0.0
    assert drift(values) == 0.0


def test_a_missing_repetition_keeps_its_place():
    assert theil_sen(np.array([0.0, np.nan, np.nan, 6.0, 8.0])).slope == 2.0
    assert drift(np.array([0.0, np.nan, np.nan, 6.0, 8.0])) == 8.0


def test_too_few_for_an_interval_or_a_trend():
    assert theil_sen(np.array([1.0, 2.0, 3.0, 4.0])).low == -np.inf
    assert np.isnan(theil_sen(np.array([1.0])).slope)
    assert np.isnan(drift(np.array([np.nan, 1.0])))


def test_interval_covers_the_truth_as_often_as_it_says():
    draw = np.random.default_rng(0)
    hits = 0
    for _ in range(400):
        trend = theil_sen(0.5 * np.arange(10) + draw.standard_t(3, 10))
        hits += trend.low <= 0.5 <= trend.high
    assert 0.93 <= hits / 400 <= 0.99


@pytest.mark.parametrize(
    ("left", "right", "percent"), [(90, 90, 0), (120, 80, 40), (80, 120, -40), (50, 0, 200), (-10, 10, -200)]
)
def test_symmetry_index_by_hand(left, right, percent):
    assert symmetry_index(left, right) == pytest.approx(percent)


def test_symmetry_of_nothing():
    assert np.isnan(symmetry_index(0, 0))
    assert np.isnan(symmetry_index(np.nan, 10))
