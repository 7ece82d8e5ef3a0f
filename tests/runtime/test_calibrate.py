"""Repetitions judged together: a shift that all of a person's evidence shares must show itself."""

from __future__ import annotations

import numpy as np
import pytest

from rehabkit.errors import InputError
from rehabkit.runtime.calibrate import Levels, judged_together, log_odds

LEVELS = Levels(-2.0, 2.0, 0.5, 0.5, ((1.0, 0.9), (0.9, 1.0)))


def probability(evidence):
    return 1 / (1 + np.exp(-np.asarray(evidence, dtype=float)))


def test_two_heaps_are_told_apart_wherever_they_lie():
    """All evidence of this person lies 2 low: one by one every repetition would be called wrong."""
    found = judged_together(probability([-0.1, -0.4, 0.1, -3.9, -4.2, -4.0]), LEVELS)
    assert (found > 0.5).tolist() == [True, True, True, False, False, False]


@pytest.mark.parametrize("level", [-2.0, 2.0])
def test_one_heap_is_not_torn_apart(level):
    found = judged_together(probability(level + np.array([-0.6, -0.3, 0.0, 0.3, 0.6])), LEVELS)
    assert ((found > 0.5) == (level > 0)).all()


def test_one_repetition_with_sharp_levels_by_hand():
    """People alike, classes at -1 and 1 with deviation 1: log odds of e are 2 e; a share unknown but even, no more."""
    sharp = Levels(-1.0, 1.0, 1.0, 1.0, ((1e-12, 0.0), (0.0, 1e-12)))
    shares = np.linspace(0.01, 0.99, 21)
    e = 0.7
    right, wrong = np.exp(-((e - 1) ** 2) / 2), np.exp(-((e + 1) ** 2) / 2)
    expected = (shares * right).sum() / (shares * right + (1 - shares) * wrong).sum()
    assert judged_together(probability([e]), sharp) == pytest.approx([expected], abs=1e-6)


def test_approved_ones_move_the_others():
    evidence = probability([-1.0, -1.2, -1.1, -5.0])
    alone, helped = judged_together(evidence[2:3], LEVELS), judged_together(evidence, LEVELS, [0, 1])
    assert alone[0] < 0.5 and helped[2] > 0.9
    assert helped[:2].tolist() == [1.0, 1.0] and helped[3] < 0.01


def test_everything_approved():
    assert judged_together(probability([0.0, 1.0]), LEVELS, [0, 1]).tolist() == [1.0, 1.0]


def test_certainty_stays_finite():
    assert np.isfinite(log_odds(np.array([0.0, 1.0]))).all()
    assert np.isfinite(judged_together(np.array([0.0, 1.0, 1.0]), LEVELS)).all()


def test_what_cannot_be_approved():
    with pytest.raises(InputError, match="at least 2, got 1"):
        judged_together(probability([0.0, 1.0]), LEVELS, [0])
    with pytest.raises(InputError, match=r"from 0 to 1, got \[0, 2\]"):
        judged_together(probability([0.0, 1.0]), LEVELS, [0, 2])
