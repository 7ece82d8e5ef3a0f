"""Colour spaces beside OpenCV, and by hand."""

import cv2
import numpy as np
import pytest

from rehabkit.imaging.colours import displayed, ita_deg, lab, linear, ycbcr


@pytest.fixture
def colours():
    return np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)


def test_ycbcr_is_opencvs_within_rounding(colours):
    theirs = cv2.cvtColor(colours, cv2.COLOR_RGB2YCrCb)[..., [0, 2, 1]].astype(float)
    ours = np.clip(ycbcr(colours), 0, 255)
    assert np.abs(ours - theirs).max() <= 1.0  # four decimals here, whole numbers there


@pytest.mark.parametrize(("rgb", "expected"), [
    ([0, 0, 0], [0, 128, 128]), ([255, 255, 255], [255, 128, 128]),
    ([200, 140, 110], [154.52, 102.879, 160.439]),  # by the formulas on paper
])  # fmt: skip
def test_ycbcr_by_hand(rgb, expected):
    assert ycbcr(rgb) == pytest.approx(expected, abs=0.03)


def test_lab_is_opencvs(colours):
    theirs = cv2.cvtColor((colours / 255).astype(np.float32), cv2.COLOR_RGB2Lab)
    assert np.abs(lab(linear(colours)) - theirs).max() < 1.0  # its table is coarse


def test_light_and_back(colours):
    assert (displayed(linear(colours)) == colours).all()


def test_what_is_brighter_than_white_is_cut():
    assert displayed([2.0, -1.0, 0.0]).tolist() == [255, 0, 0]


def test_skin_without_yellow_has_no_typology_angle():
    assert np.isnan(ita_deg(linear([100, 100, 250])))
