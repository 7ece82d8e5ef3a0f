"""Points of a picture and depth → points in space: known cameras, known balls."""

import numpy as np
import pytest

from rehabkit.errors import InputError
from rehabkit.kinematics.depth.lift import Offsets, rays, surface_at
from rehabkit.recordings.intrinsics import Intrinsics

CAMERA = Intrinsics(250.0, 250.0, 159.5, 143.5, 320, 288)


def ball(centre: np.ndarray, radius: float) -> np.ndarray:
    """Depth of a ball before a wall at 3 m, by meeting each line of sight with it."""
    v, u = np.mgrid[:288, :320].astype(float)
    ray = CAMERA.lift(np.stack([u, v], axis=-1), np.ones((288, 320)))
    # |t·ray − centre| = radius → the nearer root
    a, b, c = (ray**2).sum(axis=-1), ray @ centre, centre @ centre - radius**2
    root = b**2 - a * c
    return np.where(root > 0, (b - np.sqrt(np.maximum(root, 0))) / a, 3.0)


def test_a_point_of_known_depth_is_lifted_where_the_pinhole_says() -> None:
    ray = rays(CAMERA, np.array([[159.5, 143.5], [209.5, 43.5]]))
    np.testing.assert_allclose(ray * 2.0, [[0, 0, 2], [0.4, -0.8, 2]])


@pytest.mark.parametrize("centre", [(0.0, 0.0, 2.0), (0.5, -0.4, 2.2), (-0.7, 0.3, 1.8)])
def test_a_balls_middle_lies_its_radius_behind_its_surface(centre: tuple[float, float, float]) -> None:
    middle = np.array(centre)
    depth = ball(middle, 0.06)
    pixel = CAMERA.project(middle)[None]
    surface = rays(CAMERA, pixel) * surface_at(depth, pixel).depth_m[:, None]
    found = Offsets(("ball",), np.array([0.06]), np.array([0.01])).centres(surface)[0]
    assert np.linalg.norm(found - middle) < 0.003  # half a pixel is 4 mm aside, 0.2 mm in depth


def test_fitting_finds_the_radius() -> None:
    rng = np.random.default_rng(0)
    middles = rng.uniform([-0.5, -0.5, 1.8], [0.5, 0.5, 2.4], size=(15, 3))
    surfaces = []
    for middle in middles:
        pixel = CAMERA.project(middle)[None]
        surfaces.append(rays(CAMERA, pixel) * surface_at(ball(middle, 0.05), pixel).depth_m[:, None])
    seen = np.ones((15, 1), dtype=bool)
    fitted = Offsets.fitted(["ball"], np.stack(surfaces), middles[:, None], seen)
    assert fitted.offset_m[0] == pytest.approx(0.05, abs=0.001)
    assert fitted.spread_m[0] < 0.002


def test_the_median_doesnt_mind_a_flying_pixel() -> None:
    depth = np.full((20, 20), 2.0)
    depth[10, 10] = 2.6
    assert surface_at(depth, np.array([[10.0, 10.0]])).depth_m[0] == 2.0


def test_the_window_grows_over_a_hole_and_gives_up_at_its_largest() -> None:
    depth = np.full((60, 60), 1.5)
    depth[20:41, 20:41] = np.nan  # 10 px in each direction from (30, 30)
    surface = surface_at(depth, np.array([[30.0, 30.0]]))
    assert (surface.depth_m[0], surface.half_px[0]) == (1.5, 11)
    assert np.isnan(surface_at(depth, np.array([[30.0, 30.0]]), largest_px=10).depth_m[0])


def test_a_point_beside_a_thin_limb_takes_the_limb_and_not_the_mattress() -> None:
    depth = np.full((40, 40), 2.0)
    depth[:, 18:22] = 1.9  # an arm, 4 px wide
    beside = np.array([[24.0, 20.0]])
    assert surface_at(depth, beside).depth_m[0] == 2.0
    assert surface_at(depth, beside, mask=depth < 1.95).depth_m[0] == 1.9


def test_where_the_mask_holds_nothing_all_pixels_count() -> None:
    depth = np.full((40, 40), 2.0)
    assert surface_at(depth, np.array([[5.0, 5.0]]), mask=np.zeros((40, 40), dtype=bool)).depth_m[0] == 2.0


def test_points_that_werent_found_or_lie_outside_have_no_depth() -> None:
    depth = np.full((40, 40), 2.0)
    assert np.isnan(surface_at(depth, np.array([[np.nan, 3.0], [900.0, 3.0], [-500.0, 3.0]])).depth_m).all()


def test_a_joint_that_was_never_seen_is_named() -> None:
    points = np.ones((3, 2, 3))
    seen = np.array([[True, False]] * 3)
    with pytest.raises(InputError, match=r"each joint must be seen in a training picture, got none of nose; add some"):
        Offsets.fitted(["head", "nose"], points, points, seen)
