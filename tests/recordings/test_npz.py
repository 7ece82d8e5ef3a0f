"""npz and base64: what comes back, how large it is, and that no damaged or hostile file gets through."""

import base64
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rehabkit.demo import Demo, demo_recording
from rehabkit.errors import InputError, OutputError, RecordingError
from rehabkit.recordings import landmarks, npz
from rehabkit.recordings.skeleton import Skeleton

Squatting = Callable[..., Skeleton]


def _moving(squatting: Squatting) -> Skeleton:
    time_s = np.array([0.0, 0.031, 0.069, 0.1, 0.134])
    skeleton = squatting(time_s, 100 * time_s).noted("seen")
    positions = skeleton.positions.copy()
    positions[2, 4] = np.nan
    confidence = skeleton.confidence.copy()
    confidence[2, 4] = 0
    return skeleton.noted("a gap, äöü", positions=positions, confidence=confidence)


def test_round_trip_loses_less_than_any_sensor_resolves(squatting: Squatting, tmp_path: Path) -> None:
    skeleton = _moving(squatting)
    landmarks.write(skeleton, tmp_path / "a.npz")
    for back in (landmarks.read(tmp_path / "a.npz"), landmarks.from_base64(landmarks.to_base64(skeleton))):
        np.testing.assert_array_equal(back.time_s, skeleton.time_s)
        np.testing.assert_allclose(back.positions, skeleton.positions, atol=0.005, rtol=0)
        np.testing.assert_allclose(back.confidence, skeleton.confidence, atol=0.002, rtol=0)
        assert back.estimated_m is not None and skeleton.estimated_m is not None
        np.testing.assert_allclose(back.estimated_m, skeleton.estimated_m, atol=0.00013, rtol=0)
        for name in ("joint_names", "axes", "sensor", "frame_size_px", "history"):
            assert getattr(back, name) == getattr(skeleton, name)
        assert npz.dumps(back) == npz.dumps(skeleton)  # rounding again changes nothing


def test_numpy_reads_it_without_pickle(squatting: Squatting, tmp_path: Path) -> None:
    landmarks.write(_moving(squatting), tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        assert file["positions"].shape == (5, 33, 2)
        assert file["joint_names"][25] == "left_knee"


def test_metres_without_picture(tmp_path: Path) -> None:
    skeleton = Skeleton(("left_hip", "left_knee"), [0.0], [[[0, 0.9, 0], [0, 0.5, 0.01]]], [[1, 1]], "z_up", "vicon")
    landmarks.write(skeleton, tmp_path / "A.NPZ")
    back = landmarks.read(tmp_path / "A.NPZ")
    np.testing.assert_allclose(back.positions, skeleton.positions, atol=0.00001)
    assert (back.frame_size_px, back.estimated_m, back.history) == (None, None, ())


@pytest.mark.parametrize("exercise", ["elbow_flexion", "push_up"])
def test_real_landmarks_take_at_most_600_characters_a_frame(exercise: Demo) -> None:
    skeleton = landmarks.read(demo_recording(exercise))
    assert len(landmarks.to_base64(skeleton)) / skeleton.n_frames <= 600


def _zip(arrays: dict[str, object]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in arrays.items():
            if not isinstance(value, bytes):
                content = io.BytesIO()
                np.save(content, np.asarray(value))
                value = content.getvalue()
            archive.writestr(f"{name}.npy", value)
    return buffer.getvalue()


GOOD: dict[str, object] = {
    "joint_names": ["left_hip", "left_knee"],
    "time_s": [0.0, 0.1],
    "positions": np.full((2, 2, 2), 50.0),
    "confidence": np.ones((2, 2)),
    "axes": "image",
    "sensor": "test",
}


def test_the_plain_arrays_are_enough() -> None:
    assert npz.loads(_zip(GOOD)).n_frames == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"positions": np.full((2, 2), 50.0)}, "positions must be numbers with 3 axes"),
        ({"positions": np.full((2, 3, 2), 50.0)}, "must have shape"),
        ({"confidence": np.ones((3, 5))}, "confidence must have shape"),
        ({"confidence": np.full((2, 2), 2.0)}, "confidence must lie between 0 and 1"),
        ({"time_s": [0.1, 0.1]}, "strictly increasing"),
        ({"time_s": [0.0, np.nan]}, "finite"),
        ({"time_s": [0.0, 1e308]}, "within ±1e.09 s"),
        ({"time_s": 0.0}, "time_s must be numbers with 1 axes"),
        ({"time_s": ["a", "b"]}, "time_s must be numbers"),
        ({"time_s": np.array([0.0, 0.1], dtype=object)}, "plain numbers or text"),
        ({"positions": np.full((2, 2, 2), np.inf)}, "positions must lie within"),
        ({"positions": np.full((2, 2, 2), 0.5)}, "must be pixels"),
        ({"axes": "sideways"}, "axes must be one of image"),
        ({"sensor": "\x1b[31m"}, "printable"),
        ({"joint_names": ["left_hip", "left_hip"]}, "must differ"),
        ({"frame_size_px": [1280]}, "frame_size_px must be width and height"),
        ({"frame_size_px": [1280, -1]}, "frame_size_px must be width and height"),
        ({"estimated_m": np.full((2, 2, 3), 900.0)}, "estimated_m must lie within"),
        ({"extra": [1]}, "npz must hold once each"),
        ({"time_s": b"\x93NUMPY\x01\x00\x00\x00"}, "plain numbers"),
    ],
)
def test_wrong_contents_are_named(change: dict[str, object], message: str) -> None:
    with pytest.raises(RecordingError, match=message):
        npz.loads(_zip({**GOOD, **change}))


def test_a_missing_array_is_named() -> None:
    with pytest.raises(RecordingError, match="npz must hold once each joint_names"):
        npz.loads(_zip({key: value for key, value in GOOD.items() if key != "axes"}))


def test_a_header_that_lies_about_its_size_allocates_nothing() -> None:
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (9000000000,), }\n"
    liar = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(16)
    with pytest.raises(RecordingError, match="size and shape contradict"):
        npz.loads(_zip({**GOOD, "time_s": liar}))


def test_a_zip_bomb_is_refused_unopened() -> None:
    bomb = _zip({**GOOD, "positions": bytes(200 * 2**20)})
    assert len(bomb) < 10**6
    with pytest.raises(RecordingError, match="unpacked size must be at most"):
        npz.loads(bomb)


def test_pickles_are_never_opened() -> None:
    content = io.BytesIO()
    np.save(content, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(RecordingError, match="plain numbers or text"):
        npz.loads(_zip({**GOOD, "sensor": content.getvalue()}))


def test_truncated_and_foreign_bytes() -> None:
    whole = _zip(GOOD)
    for data in (whole[:-30], whole[:100], b"", b"PK\x03\x04", b"not a zip at all"):
        with pytest.raises(RecordingError, match="whole npz archive"):
            npz.loads(data)
    damaged = bytearray(whole)
    damaged[60:70] = bytes(10)
    with pytest.raises(RecordingError):
        npz.loads(bytes(damaged))


def test_base64_that_is_none() -> None:
    for text in ("%%%", "ab", "ä"):
        with pytest.raises(RecordingError, match="base64"):
            landmarks.from_base64(text)
    with pytest.raises(RecordingError, match="whole npz"):
        landmarks.from_base64(base64.b64encode(b"hello").decode())


def test_files_that_are_none(squatting: Squatting, tmp_path: Path) -> None:
    skeleton = squatting([0.0, 0.1], [0.0, 0.0])
    (tmp_path / "empty.npz").write_bytes(b"")
    with pytest.raises(RecordingError, match="0 bytes"):
        landmarks.read(tmp_path / "empty.npz")
    with pytest.raises(RecordingError, match="file must exist"):
        landmarks.read(tmp_path / "missing.npz")
    with pytest.raises(RecordingError, match="file must exist"):
        landmarks.read(Path("/dev/zero.npz"))
    with pytest.raises(RecordingError, match=r"must end in \.npz, \.csv, \.trc, \.c3d, got a\.xlsx"):
        landmarks.read(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="must end in"):
        landmarks.write(skeleton, tmp_path / "a.xlsx")
    with pytest.raises(OutputError):
        landmarks.write(skeleton, tmp_path / "missing" / "a.npz")
