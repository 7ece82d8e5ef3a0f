"""UI-PRMD as it is published: text files of positions and angles, into Skeletons and into the compact form.

``Segmented Movements`` (correct) and ``Incorrect Segmented Movements`` each hold ``Kinect`` and ``Vicon``, each with
``Positions`` and ``Angles``: ``m01_s01_e01_positions.txt`` or ``…_positions_inc.txt``, gzipped or not, no header.

The Kinect's "positions" (centimetres) are no coordinates but each joint's offset from its parent, in the parent's own
frame, except for the first, the waist. Its angles (degrees) turn each joint's frame in that of its parent: first
about x, then y, then z. That order was found by comparing a published frame with the compact form: they agree within
the rounding, and no other order comes within half a centimetre. Vicon's positions are marker coordinates in mm at
100 Hz.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.datasets.text_table import read_numbers
from rehabkit.recordings.datasets.uiprmd import KINECT_JOINTS, VICON_MARKERS, kinect_skeleton, vicon_skeleton
from rehabkit.recordings.skeleton import Skeleton

Array = NDArray[np.float64]

PARENTS = (-1, 0, 1, 2, 3, 4, 2, 6, 7, 8, 2, 10, 11, 12, 0, 14, 15, 16, 0, 18, 19, 20)
"""The joint that each joint hangs from."""
VICON_RATE_HZ, FRAMES_AVERAGED = 100.0, 4
NAME = re.compile(
    r"m(?P<movement>\d\d)_s(?P<subject>\d\d)_e(?P<episode>\d\d)_positions(?P<incorrect>_inc)?\.txt(\.gz)?"
)
COLUMNS = (
    "idx", "movement", "subject", "episode", "correct", "n_kinect", "vicon_idx", "n_vicon25", "in_reduced",
    "egcn_cs_fold", "move_left_cm", "move_right_cm", "dominant_side",
)  # fmt: skip
MOST_REACH_CM, MOST_DISTANCE_CM, MOST_VICON_MM = 300.0, 2000.0, 8000.0
"""What the compact form can hold, and more than a person or a laboratory measures."""
HAND_MOVEMENTS = (7, 8, 9, 10)
BOTH_SIDES = (1, 5)

Key = tuple[int, int, int, int]
"""Movement, subject, episode, correct (1) or not (0)."""


@dataclass(frozen=True)
class _Kinect:
    """``relative_cm`` (n_frames, n_joints, 3) from the waist, ``waist_cm`` (n_frames, 3); y up."""

    relative_cm: Array
    waist_cm: Array


def read_kinect(positions: Path, angles: Path) -> Skeleton:
    """A repetition as the Kinect saw it: 22 joints, metres, y up.

    Raises
    ------
    RecordingError
        If a file is no table of 66 numbers a line, or the two have different lengths.
    """
    kinect = _kinect(positions, angles)
    return kinect_skeleton((kinect.relative_cm + kinect.waist_cm[:, None]) / 100)


def read_vicon(positions: Path) -> Skeleton:
    """A repetition as Vicon measured it: joint centres from its 39 markers, metres, z up, 100 Hz.

    Raises
    ------
    RecordingError
        If the file is no table of 117 numbers a line.
    """
    return vicon_skeleton(_markers_mm(positions) / 1000, VICON_RATE_HZ)


def forward_kinematics(offsets: Array, angles_deg: Array) -> Array:
    """Coordinates of joints from their offsets and angles.

    Parameters
    ----------
    offsets : (n_frames, n_joints, 3) of each joint from its parent, in the parent's frame.
    angles_deg : (n_frames, n_joints, 3) about x, y, z, of each joint's frame in that of its parent.

    Returns
    -------
    (n_frames, n_joints, 3) in the frame and unit of the first joint's offset.
    """
    turns = _matrices(angles_deg)
    frames, places = np.empty_like(turns), np.empty_like(offsets)
    for joint, parent in enumerate(PARENTS):
        if parent < 0:
            frames[:, joint], places[:, joint] = turns[:, joint], offsets[:, joint]
            continue
        frames[:, joint] = frames[:, parent] @ turns[:, joint]
        places[:, joint] = places[:, parent] + (frames[:, parent] @ offsets[:, joint, :, None])[..., 0]
    return places


def convert(folder: Path, target: Path) -> list[str]:
    """Turn the published folders into the compact form.

    What Vicon lacks is missing there too. The compact form's columns ``in_reduced`` and ``egcn_cs_fold`` come from
    other people's results, not from the set, and are 0.

    Returns
    -------
    list of str
        Files that were left out, and why.

    Raises
    ------
    RecordingError
        If there is no repetition, or a Kinect file is damaged.
    """
    kinect_files, vicon_files = (dict(_files(folder, sensor)) for sensor in ("Kinect", "Vicon"))
    if not kinect_files:
        raise RecordingError(
            f"folder of UI-PRMD must hold Kinect/Positions/m01_s01_e01_positions.txt and so on, got {folder}; "
            "name the folder that holds 'Segmented Movements'"
        )
    keys = sorted(kinect_files)
    kinect = {key: _kinect(kinect_files[key], _angles_of(kinect_files[key])) for key in keys}
    vicon, left_out = _vicon(vicon_files)
    _write_arrays(target, kinect, vicon)
    _write_index(target, kinect, vicon)
    return left_out


def _files(folder: Path, sensor: str) -> Iterator[tuple[Key, Path]]:
    for path in sorted(folder.rglob(f"{sensor}/Positions/*")):
        match = NAME.fullmatch(path.name)
        if match:
            numbers = [int(match[name]) for name in ("movement", "subject", "episode")]
            yield (numbers[0], numbers[1], numbers[2], 0 if match["incorrect"] else 1), path


def _angles_of(positions: Path) -> Path:
    return positions.parent.parent / "Angles" / positions.name.replace("_positions", "_angles")


def _kinect(positions: Path, angles: Path) -> _Kinect:
    shape = (-1, len(KINECT_JOINTS), 3)
    offsets = read_numbers(positions, 3 * len(KINECT_JOINTS)).reshape(shape)
    turns = read_numbers(angles, 3 * len(KINECT_JOINTS)).reshape(shape)
    if len(offsets) != len(turns):
        raise RecordingError(
            f"{angles.name} must have a line for each of the {len(offsets)} of {positions.name}, got {len(turns)}; "
            "copy both again"
        )
    waist = offsets[:, 0].copy()
    offsets[:, 0] = 0.0
    relative = forward_kinematics(offsets, turns)
    if np.abs(relative).max() > MOST_REACH_CM or np.abs(waist).max() > MOST_DISTANCE_CM:
        raise RecordingError(
            f"{positions.name} must be a person in centimetres near a Kinect, got {np.abs(relative).max():.0f} cm from "
            "the waist; check the file"
        )
    return _Kinect(relative, waist)


def _markers_mm(path: Path) -> Array:
    return read_numbers(path, 3 * len(VICON_MARKERS), largest=MOST_VICON_MM).reshape(-1, len(VICON_MARKERS), 3)


def _matrices(angles_deg: Array) -> Array:
    """(…, 3, 3) turning about x first, then y, then z."""
    (cx, cy, cz), (sx, sy, sz) = (np.moveaxis(f(np.radians(angles_deg)), -1, 0) for f in (np.cos, np.sin))
    rows = [
        [cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx],
        [sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx],
        [-sy, cy * sx, cy * cx],
    ]
    return np.asarray(np.moveaxis(np.array(rows), (0, 1), (-2, -1)))


def _vicon(files: dict[Key, Path]) -> tuple[dict[Key, Array], list[str]]:
    """Markers in mm at 25 Hz of what can be read (correct ones first), and what can't."""
    found, left_out = {}, []
    for key in sorted(files, key=lambda key: (-key[3], *key)):
        try:
            markers = _markers_mm(files[key])
        except RecordingError as error:
            left_out.append(str(error))
            continue
        n = len(markers) // FRAMES_AVERAGED
        if n == 0:
            left_out.append(f"{files[key].name}: {len(markers)} frames at 100 Hz are none at 25 Hz")
            continue
        found[key] = markers[: n * FRAMES_AVERAGED].reshape(n, FRAMES_AVERAGED, *markers.shape[1:]).mean(axis=1)
    return found, left_out


def _write_arrays(target: Path, kinect: dict[Key, _Kinect], vicon: dict[Key, Array]) -> None:
    np.savez_compressed(
        target / "kinect_world.npz",
        rel_mm10=np.concatenate([np.round(one.relative_cm * 100).astype(np.int16) for one in kinect.values()]),
        root_mm10=np.concatenate([np.round(one.waist_cm * 100).astype(np.int32) for one in kinect.values()]),
        lengths=np.array([len(one.waist_cm) for one in kinect.values()], dtype=np.int32),
        meta=np.array(list(kinect), dtype=np.int16),
    )
    empty = np.zeros((0, len(VICON_MARKERS), 3))
    np.savez_compressed(
        target / "vicon_25hz.npz",
        pos_quartmm=np.round(np.concatenate([empty, *vicon.values()]) * 4).astype(np.int16),
        lengths=np.array([len(one) for one in vicon.values()], dtype=np.int32),
        meta=np.array(list(vicon), dtype=np.int16).reshape(-1, 4),
    )


def _write_index(target: Path, kinect: dict[Key, _Kinect], vicon: dict[Key, Array]) -> None:
    order = {key: i for i, key in enumerate(vicon)}
    with (target / "meta.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for i, (key, one) in enumerate(kinect.items()):
            left, right = (_amplitude(one.relative_cm, key[0], side) for side in ("left", "right"))
            side = "both" if key[0] in BOTH_SIDES else "left" if left > right else "right"
            counts = [len(one.waist_cm), order.get(key, -1), len(vicon[key]) if key in vicon else 0]
            writer.writerow([i, *key, *counts, 0, 0, f"{left:.2f}", f"{right:.2f}", side])


def _amplitude(relative_cm: Array, movement: int, side: str) -> float:
    """How far the hand (movements of the arm) or the ankle strays from its mean place, rms, cm."""
    joint = "wrist" if movement in HAND_MOVEMENTS else "ankle"
    return float(np.sqrt(relative_cm[:, KINECT_JOINTS.index(f"{side}_{joint}")].var(axis=0).sum()))
