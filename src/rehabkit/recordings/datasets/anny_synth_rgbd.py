"""219 rendered depth and colour pictures of people lying in poses of real ones: simulated pictures, real poses.

Made with Anny; the poses are those of SLP-3Dfits, so that nothing trained on them may ship. No blanket, no pillow, no
hair, and noise as a model of the sensor's: every figure on this set must say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings import depth_png
from rehabkit.recordings.datasets import index_csv
from rehabkit.recordings.datasets.arrays import read_arrays
from rehabkit.recordings.intrinsics import Intrinsics
from rehabkit.recordings.rgbd import RgbdFrame

Array = NDArray[np.float64]
SIZE = (320, 288)
PARTS = (
    "none", "head", "torso", "left_upper_arm", "right_upper_arm", "left_lower_arm", "right_lower_arm", "left_hand",
    "right_hand", "left_thigh", "right_thigh", "left_shank", "right_shank", "left_foot", "right_foot",
)  # fmt: skip
JOINTS = (
    "nose", "head", "neck", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist",
    "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle", "pelvis",
)  # fmt: skip
_SHORT = tuple(name.replace("left_", "l_").replace("right_", "r_") for name in JOINTS)


@dataclass(frozen=True)
class LyingFrame:
    """One picture with what is known of it; the pictures are decoded when they are asked for.

    Parameters
    ----------
    name : number of the picture, four digits.
    subject : whose pose and shape it is; the unit of every split.
    posture : supine, side or prone.
    gender, tilt_deg, yaw_deg, distance_m : of the body, and how the camera looks at the bed.
    joints : (16, 3) metres in camera axes, in the order of ``JOINTS``.
    pixels : (16, 2) px of the depth picture.
    visible : (16,) whether the surface seen at the joint is nearer to it than 170 mm.
    parts : (288, 320) which of ``PARTS`` each depth pixel shows.
    bed_to_camera : (3, 4) rotation and metres; the bed is the plane z = 0, z points down, the floor lies 0.55 m below.
    intrinsics : of the depth picture.
    folder : of the set.
    """

    name: str
    subject: str
    posture: str
    gender: str
    tilt_deg: float
    yaw_deg: float
    distance_m: float
    joints: Array
    pixels: Array
    visible: NDArray[np.bool_]
    parts: NDArray[np.uint8]
    bed_to_camera: Array
    intrinsics: Intrinsics
    folder: Path

    def frame(self) -> RgbdFrame:
        """Depth, and colour one and a half times as fine.

        Raises
        ------
        RecordingError
            If a file is missing or damaged.
        """
        colour = self.folder / "rgb" / f"{self.name}.jpg"
        return depth_png.read(self.folder / "depth" / f"{self.name}.png", colour, self.intrinsics)


def read(folder: Path) -> list[LyingFrame]:
    """All pictures, in the order of the table.

    Parameters
    ----------
    folder : with ``index.csv``, ``labels.npz``, ``depth`` and ``rgb``.

    Raises
    ------
    RecordingError
        If the folder isn't that.
    """
    columns = ("frame", "slp_subject", "gender", "posture", "tilt_deg", "yaw_deg", "dist_m")
    rows = index_csv.read(folder / "index.csv", columns)
    names = ("joints3d_mm", "joints2d_depthpx", "joint_names", "visible", "parts", "cam_RT", "fx", "fy", "cx", "cy")
    arrays = read_arrays(folder / "labels.npz", *names, others=False)
    n, j = len(rows), len(JOINTS)
    shapes = {
        "joints3d_mm": (n, j, 3), "joints2d_depthpx": (n, j, 2), "visible": (n, j), "parts": (n, SIZE[1], SIZE[0]),
        "cam_RT": (n, 12), "fx": (), "fy": (), "cx": (), "cy": (),
    }  # fmt: skip
    wrong = [name for name, shape in shapes.items() if arrays[name].shape != shape or arrays[name].dtype.kind == "U"]
    if wrong or tuple(arrays["joint_names"].tolist()) != _SHORT:
        got = ", ".join(wrong) or "other joints"
        raise RecordingError(
            f"labels.npz must hold what the {n} rows of index.csv show, got others in {got}; copy both"
        )
    fx, fy, cx, cy = (float(arrays[name]) for name in ("fx", "fy", "cx", "cy"))
    k = Intrinsics(fx, fy, cx, cy, *SIZE)
    frames = [_frame(folder, row, {name: arrays[name][i] for name in names[:6] if name != "joint_names"}, k)
              for i, row in enumerate(rows)]  # fmt: skip
    index_csv.missing([folder / "depth" / f"{frame.name}.png" for frame in frames], "anny_synth_rgbd")
    return frames


def _bed_to_camera(numbers: NDArray[Any]) -> Array:
    """Nine numbers of the rotation, row by row, then three of the place → (3, 4)."""
    numbers = numbers.astype(np.float64)
    return np.column_stack([numbers[:9].reshape(3, 3), numbers[9:]])


def _frame(folder: Path, row: dict[str, str], labels: dict[str, Any], intrinsics: Intrinsics) -> LyingFrame:
    if not (row["frame"].isdecimal() and len(row["frame"]) == 4):
        raise RecordingError(f"frame of index.csv must be four digits, got {row['frame'][:20]!r}; copy it again")
    try:
        tilt, yaw, distance = (float(row[name]) for name in ("tilt_deg", "yaw_deg", "dist_m"))
    except ValueError as error:
        raise RecordingError(f"frame {row['frame']} of index.csv must have numbers; copy it again") from error
    return LyingFrame(
        row["frame"], f"S{row['slp_subject']}", row["posture"], row["gender"], tilt, yaw, distance,
        labels["joints3d_mm"].astype(np.float64) / 1000, labels["joints2d_depthpx"].astype(np.float64),
        labels["visible"].astype(bool), labels["parts"].astype(np.uint8),
        _bed_to_camera(labels["cam_RT"]), intrinsics, folder,
    )  # fmt: skip
