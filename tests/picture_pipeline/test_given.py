"""What is given beside the first file, and what is drawn in space, is refused where it makes no sense."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from rehabkit.errors import InputError
from rehabkit.figures import Scene, SceneJoint
from rehabkit.picture_pipeline.given import Asked, Beside


def test_all_that_a_system_has_no_use_for_is_named_at_once() -> None:
    beside = Beside(files=(Path("b.ply"),), intrinsics=Path("k.json"), hand="left")
    with pytest.raises(InputError, match=r"a second file, --intrinsics must be left out.*--system hand_surface"):
        beside.only("hand_surface", "hand")
    beside.only("hand_surface", "hand", "files", "intrinsics")


def test_a_camera_is_no_file() -> None:
    with pytest.raises(InputError, match="got camera 0; name a file"):
        Asked(0).path("lying_pose")


def test_a_scene_names_all_that_contradicts_itself() -> None:
    with pytest.raises(ValidationError) as caught:
        Scene(
            title="hand",
            points_m=[(0, 0, 1), (0, 0, 2)],
            labels=[0, 3],
            label_names=["palm"],
            colours=[(0, 0, 0)],
            joints={"wrist": SceneJoint(at_m=(0, 0, 1))},
            bones=[("wrist", "elbow")],
        )
    said = str(caught.value)
    assert "colours must be one a point, 2, got 1" in said
    assert "labels must name one of 1, got 0 to 3" in said
    assert "bones must join joints of the scene, got elbow" in said
