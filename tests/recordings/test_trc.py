"""TRC: the rules that OpenSim's reader enforces, units, axes, fixed rate, and mistakes named by line."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.recordings import landmarks
from rehabkit.recordings.skeleton import Axes, Skeleton

Squatting = Callable[..., Skeleton]

HEADER = (
    "PathFileType\t4\t(X/Y/Z)\twalk.trc\n"
    "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames\n"
    "50\t50\t{n}\t2\t{unit}\t50\t1\t{n}\n"
    "Frame#\tTime\tRKnee\t\t\tHead\t\t\t\n"
    "\t\tX1\tY1\tZ1\tX2\tY2\tZ2\t\n\n"
)


def _falling(axes: Axes = "y_up") -> Skeleton:
    """A marker that falls 1 s from 5 m and one that stands below it; height on the axis that is up."""
    time_s = 1.0 + np.arange(51) / 50
    up = 1 if axes == "y_up" else 2
    positions = np.zeros((51, 2, 3))
    positions[:, :, 0] = 0.1
    positions[:, 0, up] = 5 - 9.81 / 2 * (time_s - 1) ** 2
    positions[10, 1] = np.nan
    return Skeleton(("ball", "floor"), time_s, positions, np.isfinite(positions[..., 0]).astype(float), axes, "vicon")


def _read(folder: Path, text: str) -> Skeleton:
    (folder / "walk.trc").write_text(text, encoding="utf-8")
    return landmarks.read(folder / "walk.trc")


def test_what_is_written_keeps_the_rules_of_opensim(tmp_path: Path) -> None:
    landmarks.write(_falling(), tmp_path / "fall.trc")
    lines = (tmp_path / "fall.trc").read_text(encoding="utf-8").split("\n")
    assert lines[0].split("\t")[:3] == ["PathFileType", "4", "(X/Y/Z)"]
    assert lines[1].split("\t") == HEADER.splitlines()[1].split("\t")
    assert lines[2].split("\t") == ["50", "50", "51", "2", "m", "50", "1", "51"]
    assert [cell for cell in lines[3].split("\t") if cell] == ["Frame#", "Time", "ball", "floor"]
    assert [cell for cell in lines[4].split("\t") if cell] == ["X1", "Y1", "Z1", "X2", "Y2", "Z2"]
    assert lines[5] == ""
    rows = [line.split("\t") for line in lines[6:-1]]
    assert len(rows) == 51
    assert {len(row) for row in rows} == {2 + 3 * 2}
    assert rows[10][5:] == ["NaN"] * 3
    assert [int(row[0]) for row in rows] == list(range(1, 52))
    assert float(rows[50][1]) == pytest.approx(2.0)
    assert float(rows[50][3]) == pytest.approx(5 - 9.81 / 2, abs=1e-6)


@pytest.mark.parametrize("axes", ["y_up", "z_up"])
def test_round_trip_ends_with_y_up(tmp_path: Path, axes: Axes) -> None:
    skeleton = _falling(axes)
    landmarks.write(skeleton, tmp_path / "a.trc")
    back = landmarks.read(tmp_path / "a.trc")
    np.testing.assert_allclose(back.positions, _falling().positions, atol=1e-6)
    np.testing.assert_allclose(back.time_s, skeleton.time_s, atol=1e-6)
    assert (back.axes, back.joint_names) == ("y_up", skeleton.joint_names)


def test_turning_z_up_does_not_mirror(tmp_path: Path) -> None:
    axes = np.eye(3)[None] + 1  # three markers, one step along each axis from (1, 1, 1)
    skeleton = Skeleton(("x", "y", "z"), [0.0, 1.0], np.tile(axes, (2, 1, 1)), np.ones((2, 3)), "z_up", "vicon")
    landmarks.write(skeleton, tmp_path / "a.trc")
    steps = landmarks.read(tmp_path / "a.trc").positions[0] - [1, 1, -1]
    assert np.linalg.det(steps) == pytest.approx(1.0, abs=1e-5)
    np.testing.assert_allclose(steps[2], [0, 1, 0], atol=1e-6)


@pytest.mark.parametrize(("unit", "factor"), [("m", 1.0), ("cm", 0.01), ("mm", 0.001)])
def test_units_and_blank_markers(tmp_path: Path, unit: str, factor: float) -> None:
    knee, head = (f"{0.1 / factor}\t{0.5 / factor}\t0", f"0\t{1.7 / factor}\t0")
    text = HEADER.format(n=4, unit=unit) + (
        f"1\t0.00\t{knee}\t{head}\t\n2\t0.02\t\t\t\t{head}\t\n3\t0.04\t{knee}\tNaN\tNaN\tNaN\n4\t0.06\t0\t0\t0\t{head}\n"
    )
    skeleton = _read(tmp_path, text)
    assert skeleton.joint_names == ("right_knee", "Head")
    np.testing.assert_allclose(skeleton.joint("right_knee")[[0, 2]], [[0.1, 0.5, 0]] * 2)
    np.testing.assert_array_equal(skeleton.confidence, [[1, 1], [0, 1], [1, 0], [0, 1]])
    assert "1 positions of exactly 0, 0, 0 taken as not seen" in skeleton.history


def test_a_header_padded_with_spaces(tmp_path: Path) -> None:
    text = (
        "PathFileType  4\t(X/Y/Z)\nDataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\t"
        "OrigDataStartFrame\tOrigNumFrames\n  200.0 \t  200.0 \t   2 \t     2 \tmm \t  200.0 \t      1 \t   2\n"
        "Frame#\tTime\tR.Shoulder\t\t\tL.Heel\n\t\tX1\tY1\tZ1\tX2\tY2\tZ2\n\n"
        "1\t0.00000\t500\t1600\t-1900\t420\t300\t-2300\r\n2\t0.00500\t501\t1600\t-1900\t420\t300\t-2300\r\n"
    )
    skeleton = _read(tmp_path, text)
    assert skeleton.joint_names == ("right_shoulder", "left_heel")
    np.testing.assert_allclose(skeleton.joint("right_shoulder")[1], [0.501, 1.6, -1.9])
    assert skeleton.rate_hz == pytest.approx(200)


ROW = "1\t0.00\t0.1\t0.5\t0\t0\t1.7\t0\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("time,x\n1,2\n", "line 1 of a TRC file must start with PathFileType, got 'time,x'"),
        (HEADER.format(n=1, unit="px") + ROW, "line 3, Units must be m, cm or mm, got 'px'"),
        (HEADER.format(n="x", unit="m") + ROW, "line 3, NumFrames must be a whole number, got 'x'"),
        (
            HEADER.format(n=1, unit="m").replace("\tHead", "\t") + ROW,
            "must name NumMarkers = 2 markers, got 1",
        ),
        (HEADER.format(n=2, unit="m") + ROW, "must have NumFrames = 2 rows, got 1; it is cut off"),
        (HEADER.format(n=1, unit="m"), "at least one row"),
        (HEADER.format(n=1, unit="m") + ROW[:-5] + "\n", "line 7 must have 8 cells like the header, got 7"),
        (HEADER.format(n=1, unit="m") + ROW.replace("0.5", "0,5"), "line 7, column RKnee y must be a number"),
        (HEADER.format(n=2, unit="m") + ROW + ROW, "line 8, time must be after 0 s, got 0"),
        (HEADER.format(n=1, unit="m") + ROW.replace("1.7", "1700"), "must measure .* millimetres"),
        (HEADER.format(n=1, unit="mm") + ROW, "must measure .* in metres"),
        (HEADER.format(n=1, unit="m").replace("Head", "RKnee") + ROW, "joint names must differ"),
        ("PathFileType", "Units must be m"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RecordingError, match="walk.trc: .*" + message):
        _read(tmp_path, text)


def test_a_picture_becomes_world_landmarks_that_are_not_read_back(squatting: Squatting, tmp_path: Path) -> None:
    skeleton = squatting(np.arange(10) / 30, np.linspace(0, 90, 10))
    landmarks.write(skeleton, tmp_path / "squat.trc")
    lines = (tmp_path / "squat.trc").read_text(encoding="utf-8").splitlines()
    assert lines[0].endswith("squat.trc (mediapipe-full (estimated depth))")
    nose = [float(cell) for cell in lines[6].split("\t")[2:5]]
    assert skeleton.estimated_m is not None
    x, y, z = skeleton.estimated_m[0, 0]
    np.testing.assert_allclose(nose, [x, -y, -z], atol=1e-6)
    assert nose[1] > 0  # the head is above the hips
    with pytest.raises(RecordingError, match="must be measured, got a file whose depth a pose network estimated"):
        landmarks.read(tmp_path / "squat.trc")


def test_a_picture_without_world_landmarks_has_no_metres(squatting: Squatting, tmp_path: Path) -> None:
    skeleton = squatting([0.0, 0.1], [0.0, 0.0]).noted("no world", estimated_m=None)
    with pytest.raises(RecordingError, match=r"must hold metres, got pixels .*; write \.csv or \.npz"):
        landmarks.write(skeleton, tmp_path / "a.trc")
    assert not list(tmp_path.iterdir())


def test_names_with_spaces(tmp_path: Path) -> None:
    skeleton = Skeleton(("left knee",), [0.0, 0.1], np.ones((2, 1, 3)), np.ones((2, 1)), "y_up", "vicon")
    with pytest.raises(RecordingError, match="without spaces in TRC, got 'left knee'"):
        landmarks.write(skeleton, tmp_path / "a.trc")
