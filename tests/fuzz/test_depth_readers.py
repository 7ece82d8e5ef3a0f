"""Any depth or picture file, whatever its bytes, reads or raises a RehabkitError on one line, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from rehabkit.recordings import azure_calibration, depth_files, intrinsics_files, pictures
from rehabkit.recordings.intrinsics import Intrinsics

from ..recordings.test_depth_files import LAYOUTS, STEPS, calibration
from .reading import Kind, test_damaged_files, test_files_cut_off, test_whole_files_read  # noqa: F401

CAMERA = Intrinsics(60.0, 61.0, 31.25, 23.5, 64, 48)
KINECT = Path(__file__).parents[3] / "shared" / "data" / "lying" / "azure_kinect_mkv" / "recording.mkv"


def _saved(name: str) -> Callable[[Path], bytes]:
    def make(folder: Path) -> bytes:
        grey = STEPS if name.endswith("d.png") else np.stack([STEPS % 251] * 3, axis=-1).astype(np.uint8)
        Pillow.fromarray(grey).save(folder / name)
        return (folder / name).read_bytes()

    return make


def _mkv(_: Path) -> bytes:
    if not KINECT.is_file():
        pytest.skip("needs the Azure Kinect recording in the data folder")
    return KINECT.read_bytes()


def _bag(folder: Path) -> bytes:
    pytest.importorskip("rosbags")
    from ..recordings.test_realsense_bag import bag

    whole = folder / "whole.bag"
    whole.unlink(missing_ok=True)
    return bag(whole).read_bytes()


KINDS = {
    "depth png": Kind(".png", _saved("d.png"), lambda path: list(depth_files.read(path, intrinsics=CAMERA)), 80, 20),
    "colour png": Kind(".png", _saved("c.png"), pictures.read, 60, 20),
    "jpeg": Kind(".jpg", _saved("c.jpg"), pictures.read, 80, 20),
    "webp": Kind(".webp", _saved("c.webp"), pictures.read, 60, 10),
    "bmp": Kind(".bmp", _saved("c.bmp"), pictures.read, 40, 10),
    **{
        f"intrinsics {name}": Kind(
            ".txt", lambda _, n=name: LAYOUTS[n].encode(), lambda p: intrinsics_files.read(p, (64, 48)), 60, 20
        )  # type: ignore[misc]
        for name in ("own", "ros", "open3d", "lines")
    },
    "calibration": Kind(
        ".json", lambda _: calibration(),
        lambda path: azure_calibration.rig(path.read_bytes(), "WFOV_2X2BINNED", (512, 512), (1280, 720)), 100, 20,
    ),
    "mkv": Kind(".mkv", _mkv, lambda path: list(depth_files.read(path)), 12, 6),
    "bag": Kind(".bag", _bag, lambda path: list(depth_files.read(path)), 40, 15),
}  # fmt: skip
