"""Agreement: the ICC against a published example, the rest against hand calculations."""

import numpy as np
import pytest

from rehabkit.errors import InputError
from rehabkit.kinematics.agreement import agreement, icc_2_1

# Shrout & Fleiss 1979, table 2: six targets, four judges; the paper gives ICC(2,1) = .29
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def test_icc_2_1_is_the_published_one():
    assert icc_2_1(SHROUT_FLEISS) == pytest.approx(0.29, abs=0.005)


def test_icc_2_1_is_one_for_equal_ratings_and_lower_with_a_constant_bias():
    x = np.array([10.0, 20, 30, 40])
    assert icc_2_1(np.stack([x, x], axis=1)) == pytest.approx(1)
    # by hand: MS rows 2·166.67 = 333.33, MS columns 4·2·2.5²= 50, error 0 -> 333.33/(333.33 + 2·50/4)
    assert icc_2_1(np.stack([x, x + 5], axis=1)) == pytest.approx(333.333333 / (333.333333 + 25))


def test_a_constant_difference_is_bias_and_nothing_else():
    a = agreement([10, 20, 30, 40], [13, 23, 33, 43], ["a", "a", "b", "b"])
    assert a.bias == pytest.approx(3)
    assert a.sem == pytest.approx(0, abs=1e-9)
    assert a.limits_of_agreement == pytest.approx((3, 3))
    assert a.half_width_95 == pytest.approx(1.96 * 3)
    assert a.bias_95 == pytest.approx((3, 3))


def test_variance_between_and_within_persons_by_hand():
    # differences 0, 2 of one person and 8, 10 of another: within mean square (1+1+1+1)/2 = 2,
    # between mean square 2·(4² + 4²)/1 = 64, hence between variance (64 - 2)/2 = 31
    a = agreement([0, 0, 0, 0], [0, 2, 8, 10], [1, 1, 2, 2])
    assert a.bias == pytest.approx(5)
    assert a.sd_within == pytest.approx(np.sqrt(2))
    assert a.sd_between == pytest.approx(np.sqrt(31))
    assert a.sem == pytest.approx(np.sqrt(33))
    assert a.mdc95 == pytest.approx(1.96 * np.sqrt(66))
    assert a.limits_of_agreement == pytest.approx((5 - 1.96 * np.sqrt(33), 5 + 1.96 * np.sqrt(33)))


def test_more_repetitions_of_the_same_persons_do_not_narrow_the_interval():
    rng = np.random.default_rng(1)
    offset = rng.normal(0, 5, 8)
    few = agreement(np.zeros(16), np.repeat(offset, 2), np.repeat(np.arange(8), 2))
    many = agreement(np.zeros(400), np.repeat(offset, 50), np.repeat(np.arange(8), 50))
    assert np.ptp(many.bias_95) == pytest.approx(np.ptp(few.bias_95), rel=1e-6)


@pytest.mark.parametrize(
    ("reference", "measured", "subject"),
    [
        ([1, 2], [1, 2, 3], [1, 1, 2]),
        ([1, 2, 3], [1, 2, 3], [1, 1, 1]),
        ([1, 2, np.nan], [1, 2, 3], [1, 1, 2]),
    ],
)
def test_what_cannot_be_compared_is_refused(reference, measured, subject):
    with pytest.raises(InputError, match="agreement"):
        agreement(reference, measured, subject)
