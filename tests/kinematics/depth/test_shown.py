"""How a depth picture is shown, from surfaces whose slope is known."""

import numpy as np
import pytest

from rehabkit.kinematics.depth.shown import DARKEST, SHEET, SKIN, region_of, shaded
from rehabkit.recordings.intrinsics import Intrinsics
from rehabkit.recordings.rgbd import RgbdFrame

CAMERA = Intrinsics(100.0, 100.0, 39.5, 29.5, 80, 60)


def test_brightness_is_the_cosine_to_the_line_of_sight():
    v, u = np.mgrid[:60, :80].astype(float)
    ray = CAMERA.lift(np.stack([u, v], axis=-1), np.ones((60, 80)))
    up = np.array([0.0, -np.sin(np.radians(50)), -np.cos(np.radians(50))])  # a plane that leans by 50 degrees
    depth = -2.0 / (ray @ up)
    body = np.zeros((60, 80), dtype=bool)
    body[20:40, 20:40] = True
    shown = shaded(RgbdFrame(depth, CAMERA), body)
    for colour, (row, column) in ((SKIN, (30, 30)), (SHEET, (30, 60))):
        sight = ray[row, column] / np.linalg.norm(ray[row, column])
        light = DARKEST + (1 - DARKEST) * abs(sight @ up)
        np.testing.assert_allclose(shown[row, column], np.array(colour) * light, atol=3)


def test_holes_are_shown_too():
    depth = np.full((60, 80), 2.0)
    depth[10:30, 10:30] = np.nan
    shown = shaded(RgbdFrame(depth, CAMERA), np.zeros((60, 80), dtype=bool))
    assert shown.dtype == np.uint8
    assert shown[20, 20].min() > 200  # as bright as the flat rest


@pytest.mark.parametrize("turn_deg", [0.0, 30.0, -60.0])
def test_the_long_axis_is_turned_upright(turn_deg):
    v, u = np.mgrid[:300, :300] - 150.0
    axis = np.array([np.sin(np.radians(turn_deg)), -np.cos(np.radians(turn_deg))])  # clockwise from the top
    along, across = u * axis[0] + v * axis[1], u * -axis[1] + v * axis[0]
    region = region_of((np.abs(along) < 100) & (np.abs(across) < 20))
    np.testing.assert_allclose(region.centre, [150.0, 150.0], atol=0.6)
    assert region.half_px == pytest.approx(125.0, abs=1.5)
    off = (region.upright_deg + turn_deg) % 180  # up or down: which end is the head isn't known
    assert min(off, 180 - off) < 0.5
