"""Approved repetitions: a shift that all of a person's evidence shares must vanish."""

from __future__ import annotations

import numpy as np
import pytest

from rehabkit.errors import InputError
from rehabkit.runtime.calibrate import ApprovedWeights, calibrated, log_odds

WEIGHTS = ApprovedWeights(relative=1.0, absolute=0.0, bias=1.5)


def test_a_persons_own_level_is_taken_away():
    relative = np.array([0.2, -3.0, 0.4, -2.5])
    probability = np.full(4, 0.5)
    here = calibrated(probability, relative, relative[[0, 2]], WEIGHTS)
    there = calibrated(probability, relative - 7.0, relative[[0, 2]] - 7.0, WEIGHTS)
    assert here == pytest.approx(there)
    assert (here > 0.5).tolist() == [True, False, True, False]


def test_by_hand():
    """Mean of the approved is 1; ln 3 / 2 away from it and bias ln 3 / 2: odds of 3 to 1."""
    half = np.log(3) / 2
    weights = ApprovedWeights(relative=1.0, absolute=0.0, bias=half)
    assert calibrated(np.array([0.1]), np.array([1 + half]), np.array([0.0, 2.0]), weights) == pytest.approx([0.75])


def test_absolute_evidence_alone_gives_the_probability_back():
    weights = ApprovedWeights(relative=0.0, absolute=1.0, bias=0.0)
    given = np.array([0.03, 0.5, 0.97])
    assert calibrated(given, np.zeros(3), np.zeros(2), weights) == pytest.approx(given)


def test_certainty_stays_finite():
    assert np.isfinite(log_odds(np.array([0.0, 1.0]))).all()


def test_one_approved_repetition_is_too_few():
    with pytest.raises(InputError, match="at least 2, got 1"):
        calibrated(np.array([0.5]), np.array([0.0]), np.array([0.0]), WEIGHTS)
