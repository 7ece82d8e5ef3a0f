"""Files of the sets of hands and lying people, whatever their bytes, read or raise a RehabkitError on one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from rehabkit.recordings.datasets import anny_synth_hands, anny_synth_rgbd, hgr1, princeton_psb_hand

from .reading import Kind, put, test_damaged_files, test_files_cut_off  # noqa: F401


def _picture(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    Pillow.fromarray(np.full((4, 5, 3), 200, dtype=np.uint8)).save(path)


def _gestures(folder: Path) -> bytes:
    for part in ("images", "skin_masks"):
        _picture(folder / part / "a.png")
    return b"file,gesture,subject,take\na.png,A,id01,1\na.png,B,id02,2\n"


def _packed(**arrays: object) -> Callable[[Path], bytes]:
    def make(folder: Path) -> bytes:
        np.savez_compressed(folder / "whole.npz", **arrays)  # type: ignore[arg-type]
        return (folder / "whole.npz").read_bytes()

    return make


_TRIANGLE = np.array([[0, 0, 0], [1, 0, 0], [0, 2, 0]])
_HANDS = _packed(
    verts_mm=np.tile(_TRIANGLE * 90, (2, 1, 1)).astype(np.float16), faces=np.array([[0, 1, 2]], np.int32),
    vlabel6=np.zeros(3, np.uint8), vlabel16=np.zeros(3, np.uint8), joints_mm=np.zeros((2, 1, 3), np.float16),
    bone_names=np.array(["root"]), pose_rotvec=np.zeros((2, 1, 3), np.float16), gesture=np.zeros(2, np.uint8),
    gesture_names=np.array(["open"]),
)  # fmt: skip
_PART = {"V": _TRIANGLE.astype(np.float32), "F": np.array([[0, 1, 2]], np.int32), "face_label": np.zeros(1, np.uint8)}
_PARTS = _packed(**{f"{part}{model}": _PART[part] for model in princeton_psb_hand.MODELS for part in _PART})
_LYING = _packed(
    joints3d_mm=np.zeros((1, 16, 3), np.float32), joints2d_depthpx=np.zeros((1, 16, 2), np.float32),
    joint_names=np.array(anny_synth_rgbd._SHORT), visible=np.ones((1, 16), bool),
    parts=np.zeros((1, 288, 320), np.uint8), cam_RT=np.zeros((1, 12), np.float32),
    fx=np.array(252.0), fy=np.array(252.0), cx=np.array(159.5), cy=np.array(143.5),
)  # fmt: skip
_ROW = "frame,slp_subject,slp_sample,gender,posture,tilt_deg,yaw_deg,dist_m\n0000,1,43,male,side,35.0,-98.9,2.05\n"


def _lying(path: Path) -> object:
    folder = put(path, "labels.npz")
    (folder / "index.csv").write_text(_ROW)
    _picture(folder / "depth" / "0000.png")
    return anny_synth_rgbd.read(folder)


KINDS = {
    "gestures": Kind(".csv", _gestures, lambda path: hgr1.read(put(path, "index.csv"))[0].skin(), 60, 20),
    "hands": Kind(".npz", _HANDS, anny_synth_hands.read, 60, 20),
    "parts": Kind(".npz", _PARTS, princeton_psb_hand.read, 30, 10),
    "lying": Kind(".npz", _LYING, _lying, 40, 10),
}


def test_whole_files_read(kind: Kind, tmp_path: Path) -> None:
    path = tmp_path / f"a{kind.suffix}"
    path.write_bytes(kind.make(tmp_path))
    assert np.size(kind.read(path))
