"""Norms against the figures as published."""

import pytest

from rehabkit.exercises.norms import all_norms, norm
from rehabkit.kinematics.measures import MEASURES


@pytest.mark.parametrize(
    ("measure", "age", "sex", "mean", "source"),
    [
        ("knee_flexion", 62, "female", 131.0, "Roach"),  # 60 to 74 years, both sexes
        ("knee_flexion", 30, None, 134.0, "Roach"),
        ("knee_flexion", 22, "female", 141.9, "Soucie"),
        ("knee_flexion", 5, "female", 152.6, "Soucie"),
        ("shoulder_flexion", 50, "female", 168.1, "Soucie"),
        ("shoulder_flexion", 60, "male", 164.0, "Soucie"),
        ("shoulder_flexion", 80, "female", 158.5, "Gill"),
        ("elbow_flexion", 30, "male", 140.5, "Boone"),
        ("shoulder_abduction", 72, "male", 141.3, "Gill"),
        ("knee_flexion", None, None, 135.0, "Academy"),
        ("shoulder_flexion", 40, None, 180.0, "Academy"),
    ],
)
def test_published_figures(measure, age, sex, mean, source):
    found = norm(measure, age, sex)
    assert found is not None
    assert found.mean == mean
    assert source in found.source


def test_nothing_where_nothing_is_published():
    assert norm("shoulder_hike", 40, "female") is None
    assert norm("shoulder_rotation", 40, "male") is None


def test_ages_are_completed_years():
    assert norm("elbow_flexion", 8.9, "female").age_band == (2, 8)
    assert norm("elbow_flexion", 9.0, "female").age_band == (9, 19)


def test_limits_follow_from_the_standard_deviation():
    found = norm("hip_flexion", 70, "male")
    assert (found.low, found.high) == (
        pytest.approx(118 - 1.96 * 13, abs=0.06),
        pytest.approx(118 + 1.96 * 13, abs=0.06),
    )
    assert norm("hip_flexion").low is None


def test_soucie_standard_deviations_agree_with_its_quartiles():
    """A quarter of a normal distribution lies below mean - 0.674 SD; quartiles of women aged 45 to 69."""
    quartile = {"shoulder_flexion": 163.5, "elbow_flexion": 145.0, "hip_flexion": 124.5}
    for measure, p25 in quartile.items():
        found = next(n for n in all_norms() if n.fits(measure, 50, "female") and "Soucie" in n.source)
        assert found.mean - 0.674 * found.sd == pytest.approx(p25, abs=1.0)


def test_every_norm_is_plausible_and_has_a_source():
    for one in all_norms():
        assert one.measure in MEASURES
        assert 10 <= one.mean <= 190
        assert one.sd is None or 1 <= one.sd <= 15
        assert len(one.source) > 20
