"""Depth pictures against geometry: what a pinhole camera makes of planes, spheres and edges."""

from __future__ import annotations

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.recordings import depth_noise
from rehabkit.recordings.intrinsics import Intrinsics
from rehabkit.recordings.rgbd import RgbdFrame, RgbdSequence

CAMERA = Intrinsics(100.0, 110.0, 31.5, 23.5, 64, 48)


def plane(slope: float = 0.5, distance: float = 2.0) -> np.ndarray:
    """Depth of the plane z = distance + slope·x: z = distance / (1 − slope·(u − cx)/fx)."""
    u = np.arange(64.0)
    return np.tile(distance / (1 - slope * (u - 31.5) / 100.0), (48, 1))


def test_points_of_a_plane_lie_on_it_and_project_back() -> None:
    frame = RgbdFrame(plane(), CAMERA)
    points = frame.points()
    np.testing.assert_allclose(points[..., 2], 2.0 + 0.5 * points[..., 0], atol=1e-12)
    v, u = np.mgrid[:48, :64]
    np.testing.assert_allclose(frame.project(points), np.stack([u, v], axis=-1), atol=1e-9)


def test_a_part_keeps_its_points() -> None:
    frame = RgbdFrame(plane(), CAMERA, np.arange(48 * 64 * 3, dtype=np.uint32).astype(np.uint8).reshape(48, 64, 3))
    part = frame.cropped(40, 5, 10, 8)  # the principal point (31.5, 23.5) isn't in it
    np.testing.assert_allclose(part.points(), frame.points()[5:13, 40:50])
    assert part.colour is not None and frame.colour is not None
    assert (part.colour == frame.colour[5:13, 40:50]).all()
    assert part.history == ("cropped",)


def test_intrinsics_at_another_size_see_along_the_same_rays() -> None:
    larger = CAMERA.scaled(96, 72)
    point = np.array([0.31, -0.2, 1.7])
    np.testing.assert_allclose(larger.project(point), (CAMERA.project(point) + 0.5) * 1.5 - 0.5)
    assert larger.view_deg == pytest.approx(CAMERA.view_deg)


def test_colour_of_another_size_is_looked_up_where_it_belongs() -> None:
    colour = np.zeros((96, 128, 3), dtype=np.uint8)
    colour[20:22, 60:62] = 200  # belongs to depth row 10, column 30
    frame = RgbdFrame(plane(), CAMERA, colour)
    assert frame.colour_scale == (2.0, 2.0)
    on_depth = frame.colour_on_depth
    assert on_depth is not None
    assert np.argwhere(on_depth[..., 0] == 200).tolist() == [[10, 30]]


def test_holes_stay_out_of_the_cloud_and_a_mask_cuts() -> None:
    depth = plane()
    depth[0, :10] = np.nan
    mask = np.zeros(depth.shape, dtype=bool)
    mask[:2] = True
    assert RgbdFrame(depth, CAMERA).cloud(mask).n_points == 2 * 64 - 10


def test_pixels_between_an_edge_and_its_ground_fly_and_surfaces_do_not() -> None:
    v, u = np.mgrid[:48, :64]
    near = (u - 31.5) ** 2 + (v - 23.5) ** 2 < 12**2
    rim = ~near & ((u - 31.5) ** 2 + (v - 23.5) ** 2 < 12.6**2)
    depth = np.where(near, 0.8, 1.6)
    mixed = depth.copy()
    mixed[rim] = np.linspace(0.95, 1.4, rim.sum())  # light of both in one pixel
    fly = RgbdFrame(mixed, CAMERA).flying()
    assert fly[rim].mean() > 0.9
    assert not fly[~rim & ~near].any() and fly[near].mean() < 0.05
    assert not depth_noise.flying(depth).any()
    assert not depth_noise.flying(plane(1.0)).any()  # a slope of 45 deg is no edge
    cleaned = RgbdFrame(mixed, CAMERA).without_flying()
    assert not cleaned.valid[fly].any() and "flying" in cleaned.history[0]


def test_all_problems_are_named_at_once() -> None:
    depth = plane()
    depth[3, 3] = 0.0
    with pytest.raises(RecordingError) as caught:
        RgbdFrame(depth[:40], CAMERA, np.zeros((40, 40, 3), dtype=np.uint8), time_s=float("nan"))
    for part in ("64 x 48", "64 x 40", "positive metres", "same view", "time_s"):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ((100, 100, 700.0, 23.5, 64, 48), "principal point"),
        ((1e5, 1e5, 31.5, 23.5, 64, 48), "field of view"),
        ((100, 900, 31.5, 23.5, 64, 48), "alike"),
        ((-1.0, 100, 31.5, 23.5, 64, 48), "positive"),
        ((100, 100, 31.5, 23.5, 0, 48), "width and height"),
        ((float("nan"), 100, 31.5, 23.5, 64, 48), "positive"),
    ],
)
def test_wrong_intrinsics_are_named(values: tuple[float, float, float, float, int, int], word: str) -> None:
    with pytest.raises(RecordingError, match=word):
        Intrinsics(*values)


def test_a_sequence_is_read_twice_and_in_time() -> None:
    frames = [RgbdFrame(plane(), CAMERA, time_s=t) for t in (0.0, 0.5)]
    sequence = RgbdSequence.of(*frames)
    assert [f.time_s for f in sequence] == [f.time_s for f in sequence] == [0.0, 0.5]
    with pytest.raises(RecordingError, match="in time"):
        list(RgbdSequence.of(*frames[::-1]))
    with pytest.raises(RecordingError, match="at least one"):
        RgbdSequence.of()
    with pytest.raises(RecordingError, match="got none"):
        RgbdSequence(lambda: iter(())).first()
