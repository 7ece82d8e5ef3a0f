"""What is no hand's surface is refused before any network runs, with what to do about it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rehabkit.errors import InputError, RecordingError
from rehabkit.picture_pipeline.given import Asked, Beside
from rehabkit.picture_pipeline.surface import scene_of, way
from rehabkit.recordings import clouds
from rehabkit.recordings.cloud import PointCloud

RNG = np.random.default_rng(0)


def asked(path: Path, **beside) -> Asked:
    return Asked(path, beside=Beside(**beside))


def written(path: Path, points) -> Path:
    np.savetxt(path, points, fmt="%.6f")
    return path


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (np.column_stack([RNG.uniform(0, 0.2, (500, 2)), np.zeros(500)]), "points on one plane"),
        (np.outer(np.linspace(0, 0.2, 500), [1, 1, 0]), "points on one line"),
        (np.full((500, 3), np.nan), "at least 3 points that are numbers"),
        (np.zeros((1, 3)), "at least 3 points"),
        (RNG.uniform(0, 2.0, (500, 3)), "a hand must measure 0.04 to 0.6 m"),
    ],
    ids=["plane", "line", "nan", "one point", "no unit that fits"],
)
def test_what_is_no_surface_of_a_hand(tmp_path, points, said) -> None:
    with pytest.raises(RecordingError, match=said):
        way(asked(written(tmp_path / "hand.xyz", points)))


def test_a_wrong_unit_is_named(tmp_path) -> None:
    path = written(tmp_path / "hand.xyz", RNG.uniform(0, 0.15, (500, 3)))
    with pytest.raises(RecordingError, match="say --units m"):
        way(asked(path, units="mm"))


def test_intrinsics_belong_to_a_picture(tmp_path) -> None:
    path = written(tmp_path / "hand.xyz", RNG.uniform(0, 0.15, (500, 3)))
    with pytest.raises(RecordingError, match="--intrinsics must come with a depth picture"):
        way(asked(path, intrinsics=tmp_path / "k.json"))


def test_what_other_systems_take_is_refused(tmp_path) -> None:
    with pytest.raises(InputError, match="--examples"):
        way(asked(tmp_path / "hand.ply", examples=tmp_path))


def test_an_empty_file(tmp_path) -> None:
    path = tmp_path / "hand.ply"
    path.write_bytes(b"")
    with pytest.raises(RecordingError, match="got 0 bytes"):
        way(asked(path))


def test_the_scene_keeps_labels_colours_and_density(tmp_path) -> None:
    n = 31_000
    cloud = PointCloud(
        RNG.uniform(0, 0.1, (n, 3)),
        colours=RNG.integers(0, 255, (n, 3)).astype(np.uint8),
        labels=RNG.integers(0, 6, n),
    )
    scene = scene_of(cloud)
    assert len(scene.points_m) == len(scene.labels) == len(scene.colours) == 30_000
    assert "30000 of 31000 points" in scene.caption
    few = scene_of(cloud.sampled(100, how="random"))
    assert len(few.points_m) == 100
    assert few.caption.startswith("All 100")
    clouds.write(cloud, tmp_path / "one.ply")  # what a user gives back is read back
    assert clouds.read(tmp_path / "one.ply").n_points == n
