"""Clouds and meshes against spheres, whose area, normals and extent are known."""

from __future__ import annotations

import numpy as np
import pytest

from rehabkit.errors import InputError, RecordingError
from rehabkit.recordings import cloud_sampling, lengths
from rehabkit.recordings.cloud import MOST_FOR_FARTHEST, PointCloud
from rehabkit.recordings.mesh import Mesh


def sphere(n: int = 800, radius: float = 0.1, seed: int = 0) -> np.ndarray:
    directions = np.random.default_rng(seed).normal(size=(n, 3))
    return radius * directions / np.linalg.norm(directions, axis=1, keepdims=True)


def test_normals_of_a_sphere_point_from_its_centre_toward_the_sensor() -> None:
    centre = np.array([0.0, 0.0, 1.0])
    found = PointCloud(sphere() + centre, viewpoint=(0.0, 0.0, 0.0)).with_normals(12)
    assert found.normals is not None
    outward = (found.points - centre) / 0.1
    along = (found.normals * outward).sum(axis=1)
    assert np.degrees(np.arccos(np.abs(along))).mean() < 5
    seen = (outward * (np.zeros(3) - found.points)).sum(axis=1) > 0.03  # faces the sensor, edge left out
    assert (along[seen] > 0).all()


def test_normals_of_one_point_and_of_a_line_look_at_the_sensor() -> None:
    one = PointCloud(np.array([[0.0, 0.0, 2.0]])).with_normals()
    assert one.normals is not None and one.normals.tolist() == [[0.0, 0.0, -1.0]]
    line = PointCloud(np.array([[0.0, 0.0, z] for z in (1.0, 1.1, 1.2, 1.3)])).with_normals(4)
    np.testing.assert_allclose(line.normals, np.tile([0, 0, -1.0], (4, 1)))


def test_farthest_points_are_spread_better_than_random_ones() -> None:
    from scipy.spatial import cKDTree

    points = sphere(3000)
    gaps = {
        name: cKDTree(points[places]).query(points[places], 2)[0][:, 1].min()
        for name, places in (
            ("farthest", cloud_sampling.farthest(points, 100)),
            ("random", cloud_sampling.at_random(3000, 100)),
        )
    }
    assert gaps["farthest"] > 3 * gaps["random"]


def test_what_belongs_to_a_point_goes_with_it() -> None:
    points = sphere(50)
    cloud = PointCloud(
        points,
        normals=points / 0.1,
        colours=np.arange(150, dtype=np.uint8).reshape(50, 3),
        labels=np.arange(50) % 2,
        label_names=("palm", "thumb"),
    )
    fewer = cloud.sampled(10, seed=3)
    assert fewer.normals is not None and fewer.labels is not None and fewer.colours is not None
    np.testing.assert_allclose(fewer.normals, fewer.points / 0.1)
    place = [int(np.flatnonzero((points == p).all(axis=1))[0]) for p in fewer.points]
    assert fewer.labels.tolist() == [p % 2 for p in place]
    assert fewer.colours[:, 0].tolist() == [3 * p for p in place]
    assert (cloud.sampled(10, seed=3).points == fewer.points).all()
    assert cloud.sampled(50) is cloud


def test_a_large_cloud_is_thinned_before_farthest_sampling_and_says_so() -> None:
    cloud = PointCloud(sphere(MOST_FOR_FARTHEST + 1000)).sampled(20)
    assert cloud.n_points == 20 and len(cloud.history) == 2 and "at random" in cloud.history[0]


def test_one_point_a_cube() -> None:
    grid = np.stack(np.meshgrid(*[np.arange(10) / 100] * 3), axis=-1).reshape(-1, 3)
    assert PointCloud(grid).thinned(0.02 + 1e-9).n_points == 125
    with pytest.raises(RecordingError, match="positive"):
        PointCloud(grid).thinned(0.0)


def test_box_and_length() -> None:
    cloud = PointCloud(np.array([[0.0, 0, 0], [0.1, 0.1, 0], [0.2, 0.2, 0]]))
    assert cloud.length_m == pytest.approx(0.2 * np.sqrt(2))
    assert cloud.cropped([0.05, -np.inf, -1], [np.inf, 0.15, 1]).n_points == 1
    with pytest.raises(RecordingError, match="at least one point"):
        cloud.cropped([5, 5, 5], [6, 6, 6])


def test_moving_keeps_distances_and_normals_and_a_mirror_undoes_itself() -> None:
    points = sphere(60)
    cloud = PointCloud(points + np.array([0.0, 0.0, 1.0]), normals=points / 0.1)
    quarter = [[0, -1, 0], [1, 0, 0], [0, 0, 1]]  # about z, x to y
    moved = cloud.moved(quarter, [0.5, 0, 0])
    np.testing.assert_allclose(moved.points[:, 1], cloud.points[:, 0], atol=1e-12)
    np.testing.assert_allclose(moved.points - moved.normals * 0.1, np.tile([0.5, 0, 1], (60, 1)), atol=1e-12)
    assert moved.viewpoint == (0.5, 0.0, 0.0)
    np.testing.assert_allclose(cloud.mirrored().points, cloud.points * [-1, 1, 1])
    np.testing.assert_allclose(cloud.mirrored().mirrored().points, cloud.points)
    with pytest.raises(RecordingError, match="orthogonal"):
        cloud.moved(np.eye(3) * 2, [0, 0, 0])


def test_all_problems_of_a_cloud_are_named_at_once() -> None:
    with pytest.raises(RecordingError) as caught:
        PointCloud(
            np.array([[0.0, 0, np.nan], [0, 0, 0]]),
            normals=np.full((2, 3), 2.0),
            colours=np.zeros((2, 3)),  # type: ignore[arg-type]
            labels=np.array([0, 7]),
            label_names=("palm",),
        )
    for part in ("1 that", "length 1", "uint8", "0 to 0"):
        assert part in str(caught.value)


def test_points_of_a_mesh_are_even_over_its_area() -> None:
    # two triangles, one three times as large, in the plane z = 1; seen from outside their normal is +z
    mesh = Mesh(
        np.array([[0.0, 0, 1], [1, 0, 1], [0, 1, 1], [-3, 0, 1]]), np.array([[0, 1, 2], [0, 2, 3]]), np.array([0, 1])
    )
    assert mesh.areas.tolist() == [0.5, 1.5]
    cloud = mesh.sampled(4000)
    assert cloud.labels is not None and cloud.normals is not None
    assert cloud.labels.mean() == pytest.approx(0.75, abs=0.03)
    assert (cloud.normals == [0, 0, 1]).all()
    small = cloud.points[cloud.labels == 0]
    np.testing.assert_allclose(small[:, :2].mean(axis=0), [1 / 3, 1 / 3], atol=0.02)  # a triangle's centroid
    with pytest.raises(RecordingError, match="vertices 0 to"):
        Mesh(np.zeros((3, 3)), np.array([[0, 1, 3]]))
    with pytest.raises(RecordingError, match="area"):
        Mesh(np.zeros((3, 3)), np.array([[0, 1, 2]])).sampled(5)


def test_units_are_recognised_and_contradictions_named() -> None:
    assert lengths.recognised(185.0, lengths.HAND) == (1e-3, "mm")
    assert lengths.recognised(18.5, lengths.HAND, "cm") == (1e-2, "cm")
    with pytest.raises(RecordingError, match=r"a hand must .* got 18 m in m; say --units cm"):
        lengths.recognised(18.0, lengths.HAND, "m")
    with pytest.raises(RecordingError, match="a person must measure"):
        lengths.check(3.0, lengths.PERSON)
    with pytest.raises(RecordingError, match="cut away"):
        lengths.recognised(1e9, lengths.HAND)
    for wrong in ("feet", "0mm", "-1m", "1e5m", "mm2"):
        with pytest.raises(InputError, match="unit of lengths"):
            lengths.unit_m(wrong)
