"""Any input either reads or raises a RehabkitError on one line, in bounded time and memory."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rehabkit.exercises import fugl_meyer, library
from rehabkit.findings import AngleSeries, Assessment, Finding, Provenance, RecordingInfo, Repetition
from rehabkit.recordings import inertial_csv, landmarks, video
from rehabkit.recordings.assessments import read_assessment, write_assessment
from rehabkit.recordings.datasets import irds, keraal, kimore_raw, spar, spar_text, uiprmd_text, workbook
from rehabkit.recordings.datasets.uiprmd import UiPrmd
from rehabkit.recordings.joint_names import KINECT_V2
from rehabkit.recordings.skeleton import Skeleton

from .reading import Kind, put, test_damaged_files, test_files_cut_off, test_whole_files_read  # noqa: F401


def _skeleton(axes: str = "image") -> Skeleton:
    time_s = np.arange(12) / 30
    swing = np.sin(4 * time_s)[:, None, None]
    if axes == "image":
        positions, estimated = 300 + 200 * swing * np.ones((12, 3, 2)), 0.3 * swing * np.ones((12, 3, 3))
    else:
        positions, estimated = np.linspace(0.2, 1.7, 3)[:, None] + 0.2 * swing * np.ones((12, 3, 3)), None
    positions[5, 1] = np.nan
    confidence = np.isfinite(positions[..., 0]) * 0.9
    names = ("left_hip", "left_knee", "left_ankle")
    size = (640, 480) if axes == "image" else None
    return Skeleton(names, time_s, positions, confidence, axes, "test", size, estimated, ("made",))  # type: ignore[arg-type]


def _landmarks(suffix: str, axes: str) -> Callable[[Path], bytes]:
    def make(folder: Path) -> bytes:
        landmarks.write(_skeleton(axes), folder / f"whole{suffix}")
        return (folder / f"whole{suffix}").read_bytes()

    return make


def _c3d(folder: Path) -> bytes:
    pytest.importorskip("ezc3d", reason='C3D needs ezc3d: pip install "rehabkit[c3d]"')
    return _landmarks(".c3d", "y_up")(folder)


def _member(name: str) -> Callable[[Path], bytes]:
    return lambda folder: zipfile.ZipFile(io.BytesIO(_landmarks(".npz", "image")(folder))).read(f"{name}.npy")


def _in_archive(name: str) -> Callable[[bytes], bytes]:
    """An else whole archive in which one array's file has this content: damage that no checksum shows."""

    def wrap(content: bytes) -> bytes:
        whole = zipfile.ZipFile(io.BytesIO(base64.b64decode(landmarks.to_base64(_skeleton()))))
        result = io.BytesIO()
        with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as archive:
            for member in whole.namelist():
                archive.writestr(member, content if member == f"{name}.npy" else whole.read(member))
        return result.getvalue()

    return wrap


def _assessment(folder: Path) -> bytes:
    info = RecordingInfo(name="x.mp4", kind="video", sensor="test", duration_s=1, n_frames=2, rate_hz=30, view="front")
    written = Assessment(
        exercise="deep_squat",
        exercise_title="Deep squat",
        n_repetitions=1,
        repetitions=[Repetition(number=1, start_s=0, end_s=1, side="both", kind="complete")],
        findings=[Finding(name="a", label="A", value=1.5, unit="deg", uncertainty=2)],
        series=[AngleSeries(name="a", label="A", side="left", time_s=[0, 1], value=[1, None], clinical=True)],
        recording=info.model_copy(update={"landmarks": landmarks.to_base64(_skeleton())}),
        provenance=Provenance(rehabkit_version="0", created="2026-01-01"),
    )
    write_assessment(written, folder / "whole.json")
    return (folder / "whole.json").read_bytes()


def _openpose_frame(folder: Path) -> bytes:
    (folder / "recording.json").write_text('{"rate_hz": 30}')
    points = np.column_stack([np.linspace(100, 400, 25), np.linspace(50, 600, 25), np.ones(25)])
    return json.dumps({"version": 1.3, "people": [{"pose_keypoints_2d": points.ravel().tolist()}]}).encode()


def _numbers(n: int, value: float = 0.5, separator: str = ",") -> Callable[[Path], bytes]:
    cells = [f"{value if i % 4 == 3 else value + 0.01 * i:.4f}" for i in range(n)]
    return lambda _: ((separator.join(cells) + "\n") * 3).encode()


def _irds(_: Path) -> bytes:
    joints = ",".join(f"({name},Tracked,{0.1 * i},{0.05 * i},2.5,1,1)" for i, name in enumerate(KINECT_V2))
    return f"Version0.1\n0,0,1,{joints}\n1,0,2,{joints}\n".encode()


def _keraal_json(_: Path) -> bytes:
    return json.dumps({"positions": {str(i): {"rHip": [0.4, 0.5], "lHip": [0.5, 0.5]} for i in range(3)}}).encode()


def _compact(name: str) -> Callable[[Path], bytes]:
    """One file of a whole UI-PRMD of two repetitions, whose other files lie in the folder."""

    def make(folder: Path) -> bytes:
        for sensor, n in (("Kinect", 66), ("Vicon", 117)):
            for kind in ("positions", "angles")[: 2 if sensor == "Kinect" else 1]:
                for movement in (1, 7):
                    path = folder / "set" / sensor / kind.title() / f"m{movement:02d}_s01_e01_{kind}.txt"
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(_numbers(n)(folder) * 4)
        uiprmd_text.convert(folder / "set", folder)
        return (folder / name).read_bytes()

    return make


def _kimore_npz(folder: Path) -> bytes:
    table = np.full((5, 25, 4), 2.0, dtype=np.float32)
    table[:, :, 0] = np.linspace(-0.5, 0.5, 25)
    np.savez_compressed(folder / "whole.npz", Es1__E_ID1=table, Es1__E_ID1__time_s=np.arange(5) / 30)
    return (folder / "whole.npz").read_bytes()


def _irds_npz(folder: Path) -> bytes:
    (folder / "1_2_3_4_1_sit.txt").write_bytes(_irds(folder))
    irds.convert(folder, folder)
    return (folder / "irds.npz").read_bytes()


def _spar_npz(folder: Path) -> bytes:
    (folder / "S1_E0_R.csv").write_text("ax,ay,az,wx,wy,wz\n" + "0.1,0.2,1.0,0.1,0.2,0.3\n" * 60)
    spar_text.convert(folder, folder)
    return (folder / "spar_subset.npz").read_bytes()


def _watch(_: Path) -> bytes:
    rows = "".join(f"{i / 50:.2f},0.1,-9.7,{0.1 * i:.1f},0.5,{0.1 * i - 1:.1f},-0.2\n" for i in range(20))
    return f"time,acc_x,acc_y,acc_z,gyro_x,gyro_y,gyro_z\n{rows}".encode()


def _workbook(folder: Path) -> bytes:
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    cells = '<c r="A1" t="s"><v>0</v></c><c r="C1"><v>41.5</v></c>'
    with zipfile.ZipFile(folder / "whole.xlsx", "w") as archive:
        archive.writestr("xl/sharedStrings.xml", f"<sst {space}><si><t>clinical TS Ex#1</t></si></sst>")
        sheet = f"<worksheet {space}><sheetData><row>{cells}</row></sheetData></worksheet>"
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    return (folder / "whole.xlsx").read_bytes()


def _reopened(path: Path) -> object:
    assessment = read_assessment(path)
    return assessment.recording.landmarks and landmarks.from_base64(assessment.recording.landmarks)


def _exercise(_: Path) -> bytes:
    return (Path(library.__file__).parent / "library" / "deep_squat.toml").read_bytes()


def _movie(folder: Path) -> bytes:
    import av

    path = folder / "whole.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for i in range(12):
            picture = np.full((48, 64, 3), 20 * i, dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path.read_bytes()


def _watched(path: Path) -> object:
    return video.probe(path), [frame.time_s for frame in video.frames(path, max_side_px=64)]


KINDS = {
    "npz": Kind(".npz", _landmarks(".npz", "image"), landmarks.read),
    **{
        f"npz {name}": Kind(".npz", _member(name), landmarks.read, wrap=_in_archive(name))
        for name in ("positions", "time_s", "joint_names", "frame_size_px", "axes")
    },
    "csv": Kind(".csv", _landmarks(".csv", "image"), landmarks.read, 150),
    "openpose": Kind("_000000000003_keypoints.json", _openpose_frame, lambda path: landmarks.read(path.parent), 60),
    "uiprmd": Kind(".txt", _numbers(66), lambda path: uiprmd_text.read_kinect(path, path), 40),
    "kimore": Kind(".csv", _numbers(100, 2.0), kimore_raw.read_positions, 40),
    "kimore scores": Kind(".xlsx", _workbook, workbook.read_sheet, 60),
    "irds": Kind(".txt", _irds, lambda path: irds.read(path.rename(path.with_name("1_2_3_4_1_sit.txt"))), 40),
    "uiprmd npz": Kind(".npz", _compact("kinect_world.npz"), lambda path: UiPrmd(put(path, "kinect_world.npz")), 40),
    "uiprmd index": Kind(".csv", _compact("meta.csv"), lambda path: UiPrmd(put(path, "meta.csv")), 40),
    "kimore npz": Kind(".npz", _kimore_npz, lambda path: list(kimore_raw.read_compact(put(path, "skeletons.npz"))), 40),
    "irds npz": Kind(".npz", _irds_npz, lambda path: list(irds.read_compact(put(path, "irds.npz"))), 40),
    "spar npz": Kind(".npz", _spar_npz, spar.read, 40),
    "keraal kinect": Kind(".txt", _numbers(175, separator=" "), keraal.read_kinect, 40),
    "keraal json": Kind(".json", _keraal_json, keraal.read_openpose, 60),
    "csv metres": Kind(".csv", _landmarks(".csv", "y_up"), landmarks.read),
    "watch": Kind(".csv", _watch, inertial_csv.read),
    "trc": Kind(".trc", _landmarks(".trc", "y_up"), landmarks.read, 150),
    "c3d": Kind(".c3d", _c3d, landmarks.read, 8, 4),
    "assessment": Kind(".json", _assessment, _reopened, 150),
    "exercise": Kind(".toml", _exercise, library.load, 150),
    "fugl-meyer": Kind(".toml", lambda _: fugl_meyer.SHIPPED.read_bytes(), fugl_meyer.load, 80),
    "video": Kind(".mp4", _movie, _watched, 40, 20),
}
