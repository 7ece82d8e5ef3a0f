"""Permutation p-values against scipy, and how often they cry wolf."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from rehabkit.learning.permutation import orders, permutation_p
from rehabkit.signals.permutation import family_p, p_value


def test_p_is_scipys_for_a_correlation() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=12)
    y = 0.4 * x + rng.normal(size=12)
    found = permutation_p(lambda all_: np.array([np.corrcoef(x, y[one])[0, 1] for one in all_]), 12, draws=4000)
    expected = stats.permutation_test(
        (y,), lambda z: np.corrcoef(x, z)[0, 1], permutation_type="pairings", n_resamples=4000, alternative="greater",
        rng=np.random.default_rng(0), vectorized=False,
    )  # fmt: skip
    assert found.value == pytest.approx(expected.statistic)
    assert found.p == pytest.approx(expected.pvalue, abs=0.025)  # three standard errors of a p near 0.1


def test_every_order_holds_every_unit_once_and_a_seed_fixes_it() -> None:
    drawn = orders(9, 50, seed=3)
    assert (np.sort(drawn, axis=1) == np.arange(9)).all()
    assert (drawn == orders(9, 50, seed=3)).all() and (drawn != orders(9, 50, seed=4)).any()


def test_p_by_hand_and_what_is_undefined_is_no_success() -> None:
    assert p_value(2.0, np.array([0.0, 1.0, 2.0])) == 0.5
    assert p_value(float("nan"), np.array([0.0, 1.0, 2.0])) == 1.0
    assert p_value(5.0, np.array([np.nan, 1.0, 2.0])) == 0.5


def test_corrected_p_cries_wolf_in_a_twentieth_of_families() -> None:
    """Twenty equal channels: without correction 64 % of families would have one below 0.05."""
    rng = np.random.default_rng(0)
    alarms = 0
    for _ in range(400):
        figures = np.abs(rng.normal(size=(200, 20)))
        alarms += family_p(figures[0], figures[1:]).min() < 0.05
    assert stats.binomtest(alarms, 400, 0.05).pvalue > 0.01
