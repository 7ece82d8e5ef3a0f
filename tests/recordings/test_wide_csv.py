"""CSV: round trip, what other programs see, MediaPipe exports, and every mistake named by line and column."""

import csv
import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.recordings import landmarks
from rehabkit.recordings.skeleton import MEDIAPIPE_JOINTS, Skeleton

Squatting = Callable[..., Skeleton]


def _read(folder: Path, text: str) -> Skeleton:
    path = folder / "walk.csv"
    path.write_text(text, encoding="utf-8")
    return landmarks.read(path)


def test_round_trip(squatting: Squatting, tmp_path: Path) -> None:
    time_s = np.array([0.0, 0.031, 0.069, 0.1])
    skeleton = squatting(time_s, 200 * time_s).noted('said "this", and that')
    positions, confidence = skeleton.positions.copy(), skeleton.confidence.copy()
    positions[1, 3], confidence[1, 3] = np.nan, 0
    skeleton = skeleton.noted("a gap", positions=positions, confidence=confidence)
    landmarks.write(skeleton, tmp_path / "a.csv")
    back = landmarks.read(tmp_path / "a.csv")
    np.testing.assert_allclose(back.time_s, skeleton.time_s, atol=1e-6)
    np.testing.assert_allclose(back.positions, skeleton.positions, atol=0.0051)
    np.testing.assert_allclose(back.confidence, skeleton.confidence, atol=0.00051)
    assert back.estimated_m is not None and skeleton.estimated_m is not None
    np.testing.assert_allclose(back.estimated_m, skeleton.estimated_m, atol=0.0000051)
    for name in ("joint_names", "axes", "sensor", "frame_size_px", "history"):
        assert getattr(back, name) == getattr(skeleton, name)


def test_other_programs_see_one_column_a_coordinate(squatting: Squatting, tmp_path: Path) -> None:
    skeleton = squatting([0.0, 0.5], [0.0, 90.0])
    landmarks.write(skeleton, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(newline="") as file:
        assert file.readline().startswith("# rehabkit skeleton {")
        rows = list(csv.DictReader(file))
    assert [float(row["time_s"]) for row in rows] == [0.0, 0.5]
    assert float(rows[1]["right_hip_x_px"]) == pytest.approx(skeleton.joint("right_hip")[1, 0], abs=0.006)


@pytest.mark.parametrize(("unit", "factor"), [("m", 1.0), ("cm", 0.01), ("mm", 0.001)])
def test_units_of_three_dimensions(tmp_path: Path, unit: str, factor: float) -> None:
    header = ",".join(["time_s"] + [f"{joint}_{axis}_{unit}" for joint in ("head", "heel") for axis in "xyz"])
    row = ",".join(str(v / factor) for v in (0.1, 1.7, 0.0, 0.1, 0.02, 0.0))
    skeleton = _read(tmp_path, f"{header}\n0.0,{row}\n0.1,{row}\n")
    np.testing.assert_allclose(skeleton.joint("head")[0], [0.1, 1.7, 0.0])
    assert skeleton.axes == "y_up"
    assert skeleton.history == ("axes not stated: y taken as up",)


def test_millimetres_called_metres(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"walk.csv: a person must measure .* got 1680 m; .* millimetres"):
        _read(tmp_path, "time_s,head_x_m,head_y_m,head_z_m,heel_x_m,heel_y_m,heel_z_m\n0,0,1700,0,0,20,0\n")


def test_a_half_seen_joint_is_not_seen(tmp_path: Path) -> None:
    skeleton = _read(tmp_path, "time_s,a_x_px,a_y_px\n0,5,6\n0.1,5,\n0.2,nan,NaN\n\n")
    assert np.isnan(skeleton.joint("a")[1:]).all()
    np.testing.assert_array_equal(skeleton.visibility("a"), [1, 0, 0])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("time_s,a_x_px,a_y_px\n0,5,6\n0.1,5\n", "line 3 must have 3 cells like the header, got 2"),
        ("time_s,a_x_px,a_y_px\n0,5,6\n0.1,5,6,7\n", "line 3 must have 3 cells like the header, got 4"),
        ("time_s,a_x_px,a_y_px\n0,5,6\n0.1,five,6\n", "line 3, column a_x_px must be a number, got 'five'"),
        ("# note\ntime_s,a_x_px,a_y_px\n0,5,inf\n", "line 3, column a_y_px must be finite"),
        ("time_s,a_x_px,a_y_px\n0,5,6\n\n0,5,6\n", "line 4, time must be after 0 s, got 0"),
        ("time_s,a_x_px,a_y_px\n,5,6\n", "line 2, time must be a number of seconds, got nan"),
        ("time_s,a_x_px,a_y_px\n", "at least one row of numbers"),
        ("time_s,a_x_px\n0,5\n", "got none for position a y"),
        ("time_s,a_x_px,a_x_px\n0,5,6\n", "columns must differ, got a_x_px twice"),
        ("time_s,a_x_px,a_y_px,b_x_m,b_y_m,b_z_m\n0,5,6,1,1,1\n", "columns of one unit"),
        ("time_s;a_x_px;a_y_px\n0,0;5,1;6,2\n", "separated by commas, got 'time_s;a_x_px"),
        ("1,2,3\n4,5,6\n", "header must name columns"),
        ("a_x_px,a_y_px\n5,6\n", "times must be known, got no column time_s"),
        ("time_s,a_x_px,a_y_px\n0,0.5,0.6\n", "must be pixels, got at most 0.6"),
        ("time_s,a_x_px,a_y_px\n0,5e30,6\n", "positions must lie within"),
        ("time_s,a_x,a_y\n0,0.5,0.6\n", "frame size must be known"),
        (
            '# rehabkit skeleton {"frame_size_px": [640, 480]}\ntime_s,a_x,a_y\n0,320,240\n',
            "shares of the picture",
        ),
        ('# rehabkit skeleton {"axes": "z_up"}\ntime_s,a_x_px,a_y_px\n0,5,6\n', "axes must fit the unit"),
        ('# rehabkit skeleton {"sensr": "x"}\ntime_s,a_x_px,a_y_px\n0,5,6\n', "line 1, 'sensr' is wrong"),
        ("# rehabkit skeleton sensor\ntime_s,a_x_px,a_y_px\n0,5,6\n", "line 1, the text in braces is wrong"),
        ("time_s,a_x_px,a_y_px,a_confidence\n0,5,6,7\n", "confidence must lie between 0 and 1"),
        ("time_s,x1,y1,x40,y40\n0,5,6,7,8\n", "33 landmarks of MediaPipe Pose, got x40"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RecordingError, match="walk.csv: .*" + message) as error:
        _read(tmp_path, text)
    assert "\n" not in str(error.value)


def test_text_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("time_s,ä_x_px\n0,1\n".encode("latin-1"))
    with pytest.raises(RecordingError, match="must be UTF-8, got byte 0xe4"):
        landmarks.read(tmp_path / "a.csv")


def test_the_mark_of_windows_and_its_line_ends(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("\ufefftime_s,a_x_px,a_y_px\r\n0,5,6\r\n".encode())
    assert landmarks.read(tmp_path / "a.csv").joint("a").tolist() == [[5, 6]]


@pytest.mark.parametrize("first", [0, 1])
def test_numbered_landmarks(tmp_path: Path, first: int) -> None:
    names = [f"{axis}{i}" for i in range(first, first + 33) for axis in "xyzv"]
    values = [value for i in range(33) for value in (i / 100, 0.5, -0.1, 0.9)]
    about = '# rehabkit skeleton {"frame_size_px": [200, 100], "rate_hz": 25}\n'
    text = about + "class," + ",".join(names) + "\n" + ("squat," + ",".join(map(str, values)) + "\n") * 3
    skeleton = _read(tmp_path, text)
    assert skeleton.joint_names == MEDIAPIPE_JOINTS
    np.testing.assert_allclose(skeleton.joint("left_knee")[2], [0.25 * 200, 0.5 * 100])
    np.testing.assert_allclose(skeleton.time_s, [0, 0.04, 0.08])
    np.testing.assert_allclose(skeleton.confidence, 0.9)
    assert skeleton.history == (f"columns not read: class, {', '.join(f'z{first + i}' for i in range(4))} …",)


def test_a_real_mediapipe_export(shared: Path, tmp_path: Path) -> None:
    source = shared / "exercise" / "mediapipe_form" / "squat_model_test.csv.gz"
    text = gzip.decompress(source.read_bytes()).decode()
    with pytest.raises(RecordingError, match="times must be known, got no column time_s and no rate"):
        _read(tmp_path, text)
    skeleton = _read(tmp_path, '# rehabkit skeleton {"frame_size_px": [1280, 720], "rate_hz": 30}\n' + text)
    assert (skeleton.n_frames, skeleton.n_joints) == (len(text.splitlines()) - 1, 9)
    np.testing.assert_allclose(skeleton.joint("nose")[0], [0.5348431468009949 * 1280, 0.14798225462436676 * 720])
    assert skeleton.joint("left_ankle")[0, 1] > skeleton.joint("left_hip")[0, 1]
