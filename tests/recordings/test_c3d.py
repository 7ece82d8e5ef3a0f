"""C3D against ezc3d itself: units, axes, labels, gaps, files cut off, and the missing extra."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rehabkit.errors import MissingExtraError, RecordingError
from rehabkit.recordings import c3d, landmarks
from rehabkit.recordings.skeleton import Axes, Skeleton

ezc3d = pytest.importorskip("ezc3d", reason='C3D needs ezc3d: pip install "rehabkit[c3d]"')

Squatting = Callable[..., Skeleton]


def _falling(axes: Axes) -> Skeleton:
    time_s = 2.0 + np.arange(51) / 50
    positions = np.full((51, 2, 3), 0.1)
    positions[:, 0, 1 if axes == "y_up" else 2] = 5 - 9.81 / 2 * (time_s - 2) ** 2
    positions[10, 1] = np.nan
    seen = np.isfinite(positions[..., 0]).astype(float)
    return Skeleton(("left_hip", "left_knee"), time_s, positions, seen, axes, "vicon")


def _laboratory(path: Path, **point: Any) -> None:
    """As a laboratory has one: millimetres, z up, a label with the subject's name, an unlabelled marker."""
    file = ezc3d.c3d()
    points = np.ones((4, 2, 20))
    points[:3, 0] = [[100.0], [0.0], [500.0]]
    points[:3, 1] = [[100.0], [0.0], [900.0]]
    points[:3, 1, 3] = np.nan
    file["data"]["points"] = points
    labels = ["Maria:RKnee", "*1"]
    for name, value in {"RATE": [100.0], "LABELS": labels, "UNITS": ["mm"], **point}.items():
        file.add_parameter("POINT", name, value)
    file.write(str(path))


def test_what_ezc3d_sees(tmp_path: Path) -> None:
    skeleton = _falling("z_up")
    landmarks.write(skeleton, tmp_path / "a.c3d")
    file = ezc3d.c3d(str(tmp_path / "a.c3d"))
    point = file["parameters"]["POINT"]
    assert point["UNITS"]["value"] == ["mm"]
    assert point["LABELS"]["value"] == ["left_hip", "left_knee"]
    assert point["RATE"]["value"][0] == pytest.approx(50)
    assert point["Y_SCREEN"]["value"] == ["+Z"]
    np.testing.assert_allclose(file["data"]["points"][2, 0], 1000 * skeleton.joint("left_hip")[:, 2], rtol=1e-6)
    assert file["data"]["meta_points"]["residuals"][0, 1, 10] < 0  # C3D's sign of a marker not seen


@pytest.mark.parametrize("axes", ["y_up", "z_up"])
def test_round_trip(tmp_path: Path, axes: Axes) -> None:
    skeleton = _falling(axes)
    landmarks.write(skeleton, tmp_path / "a.c3d")
    back = landmarks.read(tmp_path / "a.c3d")
    np.testing.assert_allclose(back.positions, skeleton.positions, atol=1e-6)
    np.testing.assert_allclose(back.time_s, skeleton.time_s, atol=1e-6)
    np.testing.assert_array_equal(back.confidence, skeleton.confidence)
    assert (back.axes, back.sensor, back.joint_names) == (axes, "vicon", skeleton.joint_names)


def test_a_file_of_a_laboratory(tmp_path: Path) -> None:
    _laboratory(tmp_path / "a.c3d")
    skeleton = landmarks.read(tmp_path / "a.c3d")
    assert skeleton.joint_names == ("right_knee", "1")
    assert (skeleton.axes, skeleton.sensor) == ("z_up", "c3d")
    assert skeleton.history == ("read from C3D: z taken as up",)
    np.testing.assert_allclose(skeleton.joint("right_knee"), np.tile([0.1, 0.0, 0.5], (20, 1)))
    assert np.flatnonzero(np.isnan(skeleton.joint("1")[:, 0])).tolist() == [3]
    assert skeleton.rate_hz == pytest.approx(100)


@pytest.mark.parametrize(
    ("point", "message"),
    [
        ({"UNITS": ["m"]}, "must measure .* millimetres"),
        ({"UNITS": ["furlong"]}, "POINT:UNITS must be m, cm or mm, got 'furlong'"),
        ({"LABELS": ["RKnee", "RKnee"]}, "joint names must differ"),
    ],
)
def test_wrong_contents_are_named(tmp_path: Path, point: dict[str, Any], message: str) -> None:
    _laboratory(tmp_path / "a.c3d", **point)
    with pytest.raises(RecordingError, match="a.c3d: .*" + message):
        landmarks.read(tmp_path / "a.c3d")


def test_cut_off_and_foreign_files(tmp_path: Path) -> None:
    _laboratory(tmp_path / "a.c3d")
    whole = (tmp_path / "a.c3d").read_bytes()
    (tmp_path / "cut.c3d").write_bytes(whole[: 512 * 3 + 200])
    with pytest.raises(RecordingError, match="must hold 20 frames, as its header says, got"):
        landmarks.read(tmp_path / "cut.c3d")
    (tmp_path / "none.c3d").write_bytes(b"hello" * 300)
    with pytest.raises(RecordingError, match="must be a whole C3D"):
        landmarks.read(tmp_path / "none.c3d")


def test_a_file_without_points(tmp_path: Path) -> None:
    file = ezc3d.c3d()
    file["data"]["points"] = np.ones((4, 0, 20))
    file.add_parameter("POINT", "RATE", [100.0])
    file.write(str(tmp_path / "a.c3d"))
    with pytest.raises(RecordingError, match=r"a\.c3d: "):
        landmarks.read(tmp_path / "a.c3d")


def test_a_picture_is_marked_and_not_read_back(squatting: Squatting, tmp_path: Path) -> None:
    landmarks.write(squatting(np.arange(10) / 30, np.linspace(0, 90, 10)), tmp_path / "a.c3d")
    descriptions = ezc3d.c3d(str(tmp_path / "a.c3d"))["parameters"]["POINT"]["DESCRIPTIONS"]["value"]
    assert set(descriptions) == {"mediapipe-full (estimated depth)"}
    with pytest.raises(RecordingError, match="depth a pose network estimated"):
        landmarks.read(tmp_path / "a.c3d")


def test_without_ezc3d_the_command_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _laboratory(tmp_path / "a.c3d")
    monkeypatch.setitem(sys.modules, "ezc3d", None)  # what Python itself does to say "not installed"
    with pytest.raises(MissingExtraError, match=r'pip install "rehabkit\[c3d\]"'):
        landmarks.read(tmp_path / "a.c3d")
    with pytest.raises(MissingExtraError, match=r'pip install "rehabkit\[c3d\]"'):
        c3d.write(_falling("z_up"), tmp_path / "b.c3d")
