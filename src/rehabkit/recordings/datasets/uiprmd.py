"""UI-PRMD: ten exercises of ten healthy people, seen at once by a Kinect v2 and a Vicon system.

Vakanski et al. 2018, Data 3(1):2. Read from its compact form (``kinect_world.npz``, ``vicon_25hz.npz``,
``meta.csv``), in which the Kinect's parent-relative offsets are already world positions.

The two streams of a repetition are not synchronised and were cut separately: compare ranges and peaks, never
frames. The Kinect's rate is nominal.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.datasets.arrays import read_arrays, split
from rehabkit.recordings.datasets.plug_in_gait import joint_centres
from rehabkit.recordings.datasets.text_table import read_text
from rehabkit.recordings.skeleton import Skeleton

Array = NDArray[np.float64]

MOVEMENTS = {
    1: "deep_squat", 2: "hurdle_step", 3: "inline_lunge", 4: "side_lunge", 5: "sit_to_stand",
    6: "straight_leg_raise", 7: "shoulder_abduction", 8: "shoulder_extension", 9: "shoulder_rotation",
    10: "shoulder_scaption",
}  # fmt: skip
"""Movement number to the name of rehabkit's exercise."""

KINECT_JOINTS = (
    "pelvis", "spine", "chest", "neck", "head", "head_top", "left_collar", "left_shoulder", "left_elbow",
    "left_wrist", "right_collar", "right_shoulder", "right_elbow", "right_wrist", "left_hip", "left_knee",
    "left_ankle", "left_foot_index", "right_hip", "right_knee", "right_ankle", "right_foot_index",
)  # fmt: skip
"""The 22 joints in stored order. What is named wrist here is the Kinect's hand, some 8 cm further out."""

VICON_MARKERS = (
    "LFHD", "RFHD", "LBHD", "RBHD", "C7", "T10", "CLAV", "STRN", "RBAK",
    "LSHO", "LUPA", "LELB", "LFRM", "LWRA", "LWRB", "LFIN",
    "RSHO", "RUPA", "RELB", "RFRM", "RWRA", "RWRB", "RFIN",
    "LASI", "RASI", "LPSI", "RPSI",
    "LTHI", "LKNE", "LTIB", "LANK", "LHEE", "LTOE", "RTHI", "RKNE", "RTIB", "RANK", "RHEE", "RTOE",
)  # fmt: skip
FILES = ("meta.csv", "kinect_world.npz", "vicon_25hz.npz")
KINECT_RATE_HZ, VICON_RATE_HZ = 30.0, 25.0
LEAST_JUMP_M = 0.15
"""A marker this far from its own running median was lost or swapped for that frame."""


@dataclass(frozen=True)
class Repetition:
    """One repetition of the set, as its index lists it.

    ``row`` and ``vicon_row`` (None where Vicon has none) are its places in the two files.
    """

    row: int
    vicon_row: int | None
    movement: str
    subject: int
    episode: int
    correct: bool
    dominant_side: str


class UiPrmd:
    """The compact data set in one folder.

    Parameters
    ----------
    folder : holds the three files.

    Raises
    ------
    RecordingError
        If a file is missing or damaged, or its repetitions don't match the index.
    """

    def __init__(self, folder: Path) -> None:
        missing = [n for n in FILES if not (folder / n).is_file()]
        if missing:
            raise RecordingError(f"UI-PRMD folder must hold {', '.join(missing)}, got {folder}; name another folder")
        self.repetitions = _repetitions(folder / "meta.csv")
        kinect = read_arrays(folder / "kinect_world.npz", "rel_mm10", "root_mm10", "lengths")
        vicon = read_arrays(folder / "vicon_25hz.npz", "pos_quartmm", "lengths")
        _check_shapes(kinect["rel_mm10"], kinect["root_mm10"], vicon["pos_quartmm"])
        tenth_mm = kinect["rel_mm10"].astype(np.float64) + kinect["root_mm10"][:, None, :]
        self._kinect: list[Array] = split(tenth_mm / 1e4, kinect["lengths"], "kinect_world.npz")
        self._vicon: list[Array] = split(
            vicon["pos_quartmm"].astype(np.float64) / 4e3, vicon["lengths"], "vicon_25hz.npz"
        )
        if len(self._kinect) != len(self.repetitions):
            raise RecordingError(
                f"kinect_world.npz must hold {len(self.repetitions)} repetitions as meta.csv lists, "
                f"got {len(self._kinect)}; take both files from the same release"
            )

    def kinect(self, repetition: Repetition) -> Skeleton:
        """The repetition as the Kinect saw it: 22 joints, metres, y up."""
        return kinect_skeleton(self._kinect[repetition.row])

    def vicon(self, repetition: Repetition) -> Skeleton | None:
        """The repetition as Vicon measured it: joint centres from its markers, metres, z up; None if
        missing."""
        if repetition.vicon_row is None:
            return None
        return vicon_skeleton(self._vicon[repetition.vicon_row], VICON_RATE_HZ)


def kinect_skeleton(positions: Array) -> Skeleton:
    """A Skeleton of (n_frames, 22, 3) metres, y up."""
    return Skeleton(
        joint_names=KINECT_JOINTS,
        time_s=np.arange(len(positions)) / KINECT_RATE_HZ,
        positions=positions,
        confidence=np.ones(positions.shape[:2]),
        axes="y_up",
        sensor="kinect",
        history=("UI-PRMD, forward kinematics of the published bone offsets",),
    )


def vicon_skeleton(markers: Array, rate_hz: float) -> Skeleton:
    """A Skeleton of joint centres from (n_frames, 39, 3) markers, metres, z up."""
    markers = _without_lost_markers(markers)
    centres = joint_centres({name: markers[:, i] for i, name in enumerate(VICON_MARKERS)})
    positions = np.stack(list(centres.values()), axis=1)  # (frames, joints, 3)
    return Skeleton(
        joint_names=tuple(centres),
        time_s=np.arange(len(positions)) / rate_hz,
        positions=positions,
        confidence=np.asarray(np.isfinite(positions).all(axis=-1), dtype=np.float64),
        axes="z_up",
        sensor="vicon",
        history=("UI-PRMD, Plug-in-Gait markers to joint centres",),
    )


def _check_shapes(relative: NDArray[Any], root: NDArray[Any], markers: NDArray[Any]) -> None:
    wanted = {"rel_mm10": (len(relative), len(KINECT_JOINTS), 3), "root_mm10": (len(relative), 3)}
    wanted["pos_quartmm"] = (len(markers), len(VICON_MARKERS), 3)
    for (name, shape), found in zip(wanted.items(), (relative, root, markers), strict=True):
        if found.shape != shape or found.dtype.kind != "i":
            raise RecordingError(f"{name} must be whole numbers of shape {shape}, got {found.dtype} {found.shape}")


def _repetitions(index: Path) -> list[Repetition]:
    try:
        return [_repetition(row) for row in csv.DictReader(read_text(index).splitlines())]
    except (KeyError, ValueError, TypeError, csv.Error) as error:
        if isinstance(error, RecordingError):
            raise
        raise RecordingError(f"{index.name} must list the repetitions, got {error!r:.60}; copy it again") from error


def _repetition(row: dict[str, str]) -> Repetition:
    vicon_row = int(row["vicon_idx"])
    return Repetition(
        row=int(row["idx"]),
        vicon_row=None if vicon_row < 0 else vicon_row,
        movement=MOVEMENTS[int(row["movement"])],
        subject=int(row["subject"]),
        episode=int(row["episode"]),
        correct=row["correct"] == "1",
        dominant_side=row["dominant_side"],
    )


def _without_lost_markers(markers: Array) -> Array:
    """(n_frames, n_markers, 3) with NaN where a marker was lost.

    Lost markers are stored as the origin, and the averaging from 100 to 25 Hz blends them into the frames
    beside.
    """
    clean = np.where(np.all(markers == 0, axis=-1, keepdims=True), np.nan, markers)
    width = min(7, len(clean) - 1 + len(clean) % 2)
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(clean, ((width // 2, width // 2), (0, 0), (0, 0)), mode="edge"), width, axis=0
    )
    middle = np.sort(windows, axis=-1)[..., width // 2]  # NaN sorts last: a window mostly lost has no median
    far = ~(np.linalg.norm(clean - middle, axis=-1) <= LEAST_JUMP_M)
    return np.where(far[..., None], np.nan, clean)
