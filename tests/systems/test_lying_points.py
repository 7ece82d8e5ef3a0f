"""What lying_points sees of a bed, and where it says that joints are."""

from dataclasses import replace

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.learning.lying_people.people import pictures
from rehabkit.recordings.intrinsics import Intrinsics
from rehabkit.recordings.rgbd import RgbdFrame
from rehabkit.runtime.card import Card
from rehabkit.systems.lying_points import (
    HIGHEST_M,
    LOWEST_M,
    N_VIEWS,
    SIDE,
    WIDE_M,
    LyingPoints,
    inside,
    sighted,
    view_of,
)
from rehabkit.systems.lying_pose.picture import JOINTS, LyingPicture

CAMERA = Intrinsics(250.0, 250.0, 159.5, 119.5, 320, 240)
CARD = Card(system="lying_points", network="", title="", inputs={}, outputs={})
NOWHERE = np.full((len(JOINTS), 2), np.nan)


def block(turn_deg=0.0):
    """Something 1.3 m long, 0.24 m wide and 0.2 m high on a mattress 2 m below the camera, with a hole in it."""
    v, u = np.mgrid[:240, :320].astype(float)
    x, y = (u - 159.5) * 2 / 250, (v - 119.5) * 2 / 250
    along = np.cos(np.radians(turn_deg)) * x + np.sin(np.radians(turn_deg)) * y
    across = np.cos(np.radians(turn_deg)) * y - np.sin(np.radians(turn_deg)) * x
    on_it = (np.abs(along) < 0.72) & (np.abs(across) < 0.135)  # of its own size at 2 m
    depth = np.where(on_it, 1.8, 2.0)
    depth[110:113, 150:153] = np.nan
    return LyingPicture(RgbdFrame(depth, CAMERA), NOWHERE, np.zeros(len(JOINTS)))


@pytest.mark.parametrize("turn_deg", [0.0, 35.0, -70.0])
def test_the_relief_stands_upright_at_one_scale_whatever_way_the_bed_lies(turn_deg):
    relief = LyingPoints().prepare(block(turn_deg))["relief"][0]
    high = relief > 0.1
    row, column = np.nonzero(high)
    metres = WIDE_M / SIDE
    assert np.ptp(row) * metres == pytest.approx(1.3, abs=0.04)
    assert np.ptp(column) * metres == pytest.approx(0.24, abs=0.04)
    assert np.median(relief[high]) == pytest.approx(0.2, abs=0.01)
    assert (np.abs([row.mean(), column.mean()] - np.array((SIDE - 1) / 2)) < 2).all()
    assert np.median(relief[~high]) == pytest.approx(0.0, abs=0.005)
    assert relief.min() >= LOWEST_M and relief.max() <= HIGHEST_M


def test_the_mattress_leans_as_the_camera_does():
    straight = LyingPoints().prepare(block())["up"][0]
    np.testing.assert_allclose(straight, 0.0, atol=0.01)
    one = next(iter(pictures(3, 1)))
    blank = LyingPicture(one.frame, NOWHERE, np.zeros(len(JOINTS)))
    leaning = LyingPoints().prepare(blank)["up"][0]
    assert np.hypot(*leaning) == pytest.approx(np.hypot(*one.bed.plane.up[:2]), abs=0.02)


def test_points_go_to_the_relief_and_back():
    one = next(iter(pictures(3, 1)))
    picture = LyingPicture(one.frame, one.pixels, np.ones(len(JOINTS)))
    told = LyingPoints().prepare(picture)["told"]
    assert told.shape == (1, N_VIEWS, len(JOINTS), 3)
    assert (told[0, 0, :, 2] == np.isfinite(one.pixels).all(axis=1)).all() and not told[0, 1:].any()
    back = sighted(picture, {"points": told[:, 0, :, :2], "sure": told[:, 0, :, 2]})
    np.testing.assert_allclose(back.pixels, one.pixels, atol=1e-3)
    blank = replace(picture, pixels=NOWHERE)
    assert not LyingPoints().prepare(blank)["told"].any()
    views = np.stack([one.pixels, one.pixels + 3.0, NOWHERE, one.pixels])
    seen = LyingPoints().prepare(replace(picture, views=views))["told"][0]
    assert seen[[0, 1, 3], :, 2].any(axis=1).all() and not seen[2].any()
    np.testing.assert_allclose(seen[0], seen[3])
    with pytest.raises(RecordingError, match=r"views must be \(n_views, 16, 2\), got \(2, 3, 2\)"):
        replace(picture, views=np.zeros((2, 3, 2)))


def test_joints_beyond_the_picture_are_not_found():
    frame = block().frame
    pixels = np.tile([160.0, 120.0], (len(JOINTS), 1))
    pixels[0] = 319.6, 10
    one = inside(frame, pixels, np.full(len(JOINTS), 0.9))
    assert not one.found[0] and one.found[1:].all()
    assert one.confidence[0] == 0


def test_few_sure_joints_are_pointed_out():
    picture = block()
    sure = np.where(np.arange(len(JOINTS)) < 5, 0.9, 0.2)[None]
    points = np.full((1, len(JOINTS), 2), SIDE / 2)
    (finding,) = LyingPoints().interpret(picture, {"points": points, "sure": sure}, CARD)
    assert (finding.value, finding.unit, finding.attention) == (5.0, "of 16", True)


def test_nothing_on_the_mattress_is_refused():
    flat = LyingPicture(RgbdFrame(np.full((240, 320), 2.0), CAMERA), NOWHERE, np.zeros(len(JOINTS)))
    with pytest.raises(RecordingError, match="a person must lie on the mattress"):
        view_of(flat)
