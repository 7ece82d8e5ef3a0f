"""A hand's files to an assessment: by the parts that the file names, and a real hand by the network's."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rehabkit.figures import Scene
from rehabkit.picture_pipeline.given import Asked, Beside
from rehabkit.picture_pipeline.ways import WAYS
from rehabkit.recordings import clouds
from rehabkit.recordings.cloud import PointCloud
from rehabkit.recordings.datasets.hand_parts import PARTS
from rehabkit.recordings.intrinsics_files import dumps

SR305 = Path(__file__).parents[3] / "shared" / "data" / "hands" / "sr305_depth_lada"
_spec = importlib.util.spec_from_file_location("hand_solids", Path(__file__).parents[1] / "systems" / "hand_solids.py")
assert _spec and _spec.loader
solids = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(solids)


def assessed(path: Path, *more: Path, **beside):
    return WAYS["hand_surface"](Asked(path, beside=Beside(files=more, **beside)))


def written(cloud: PointCloud, path: Path) -> Path:
    clouds.write(replace(cloud, label_names=PARTS), path)
    return path


def test_a_file_that_names_its_parts_is_measured_by_them(tmp_path) -> None:
    a = assessed(written(solids.hand(6000), tmp_path / "hand.ply"), hand="right")
    found = {one.name: one for one in a.findings}
    assert found["index_girth"].value == pytest.approx(2000 * np.pi * solids.RADIUS_M, rel=0.03)
    assert found["ring_length_back"].value == pytest.approx(1000 * solids.LENGTHS_M["ring"], abs=3)
    assert (a.recording.kind, a.recording.view, a.provenance.models) == ("cloud", "all round", {})
    (scene,) = a.figures
    assert isinstance(scene, Scene)
    assert len(scene.points_m) == len(scene.labels) == solids.hand(6000).n_points
    assert {check.name for check in a.recording.checks} >= {
        "points on the hand",
        "density",
        "side of the hand",
        "parts",
    }


def test_without_a_hand_stated_it_says_so(tmp_path) -> None:
    a = assessed(written(solids.hand(3000), tmp_path / "hand.ply"))
    (only,) = a.findings
    assert "--hand left or right" in (only.not_measurable or "")


def test_a_left_hand_taken_for_a_right_one_shows_the_other_side(tmp_path) -> None:
    left = solids.seen(solids.hand(6000), (0.0, 0.0, 0.4)).mirrored()
    path = written(left, tmp_path / "left.ply")
    assert assessed(path, hand="left").recording.view == "back"
    assert assessed(path, hand="right").recording.view == "palm"


@pytest.mark.skipif(not SR305.is_dir(), reason="needs the SR305 pictures")
def test_a_real_hand_before_a_camera(tmp_path) -> None:
    from rehabkit.recordings.datasets import sr305

    intrinsics = tmp_path / "k.json"
    intrinsics.write_text(dumps(sr305.INTRINSICS, sr305.UNIT))
    a = assessed(sr305.read(SR305)[0].paths[5], intrinsics=intrinsics, hand="right")
    checks = {check.name: check.status for check in a.recording.checks}
    assert checks["points on the hand"] == checks["distance"] == checks["holes"] == "ok"
    assert a.finding("hand_confidence") is not None
    assert all(one.value is None for one in a.findings if one.name.endswith(("girth", "volume")))
