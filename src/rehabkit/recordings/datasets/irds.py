"""IntelliRehabDS (IRDS): nine gestures of patients and controls seen by a Kinect, labelled correct or not.

Miron et al. 2021, Data 6(5):46. ``SkeletonData`` holds ``RawData`` and ``Simplified`` with the same file names:
person, date, gesture, repetition, correctness, position (``303_18_4_10_1_stand.txt``). A simplified line is 25 times
x, y, z in metres in the order of the Kinect's SDK. A raw line is frame, body, time and 25 times
``(SpineBase,Tracked,x,y,z,u,v)``, after one or more lines ``Version0.1``; the unit of its time was not found, so the
stated 30 Hz stands in. The formats are those of the authors' own reading code.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.assemble import assemble
from rehabkit.recordings.datasets.arrays import read_arrays, split
from rehabkit.recordings.datasets.text_table import read_numbers, read_text
from rehabkit.recordings.joint_names import KINECT_JOINTS, KINECT_V2
from rehabkit.recordings.skeleton import Skeleton

Array = NDArray[np.float64]

RATE_HZ = 30.0
GESTURES = (
    "elbow_flexion_left", "elbow_flexion_right", "shoulder_flexion_left", "shoulder_flexion_right",
    "shoulder_abduction_left", "shoulder_abduction_right", "shoulder_forward_elevation", "side_tap_left",
    "side_tap_right",
)  # fmt: skip
CORRECTNESS = {1: "correct", 2: "incorrect", 3: "poor"}
CONFIDENCE = {"Tracked": 1.0, "Inferred": 0.5, "NotTracked": 0.0}
NAME = re.compile(
    r"(?P<person>\d{1,4})_(?P<date>\d{1,4})_(?P<gesture>[0-8])_(?P<repetition>\d{1,4})_(?P<correct>[123])_"
    r"(?P<position>[\w-]+)\.txt(\.gz)?"
)
NUMBERS = ("person", "date", "gesture", "repetition", "correct")
_JOINT = re.compile(r"\(([A-Za-z]+),([A-Za-z]+),([^,()]+),([^,()]+),([^,()]+),[^()]*\)")


@dataclass(frozen=True)
class Gesture:
    """One repetition: who, what (:data:`GESTURES`), how well (:data:`CORRECTNESS`), sitting or standing, and how."""

    person: int
    date: int
    gesture: int
    repetition: int
    correct: int
    position: str
    skeleton: Skeleton


def read(path: Path) -> Gesture:
    """One file, raw or simplified.

    Raises
    ------
    RecordingError
        If it isn't named as published, or is damaged.
    """
    match = NAME.fullmatch(path.name)
    if match is None:
        raise RecordingError(f"IRDS file must be named like 303_18_4_10_1_stand.txt, got {path.name}; keep its name")
    table = _raw(path) if "(" in read_text(path)[:4096] else _simplified(path)
    person, date, gesture, repetition, correct = (int(match[name]) for name in NUMBERS)
    return Gesture(person, date, gesture, repetition, correct, match["position"], _skeleton(table, path.name))


def convert(folder: Path, target: Path) -> list[str]:
    """Turn the published folder (its simplified half where both are there) into ``irds.npz``.

    Raises
    ------
    RecordingError
        If no file can be read.
    """
    left_out, found = [], []
    for path in _files(folder):
        try:
            found.append(read(path))
        except RecordingError as error:
            left_out.append(f"{path.name}: {error}")
    if not found:
        raise RecordingError(f"folder of IRDS must hold 303_18_4_10_1_stand.txt and so on, got {folder}; name another")
    tables = [np.concatenate([one.skeleton.positions, one.skeleton.confidence[..., None]], axis=-1) for one in found]
    np.savez_compressed(
        target / "irds.npz",
        table=np.concatenate(tables).astype(np.float32),  # (all frames, 25, x y z m and confidence)
        lengths=np.array([len(table) for table in tables], dtype=np.int32),
        meta=np.array([[g.person, g.date, g.gesture, g.repetition, g.correct] for g in found], dtype=np.int32),
        position=np.array([one.position for one in found]),
    )
    return left_out


def read_compact(folder: Path) -> Iterator[Gesture]:
    """Yield every gesture of the compact form.

    Raises
    ------
    RecordingError
        If the folder has none.
    """
    path = folder / "irds.npz"
    if not path.is_file():
        raise RecordingError(f"IRDS folder must hold irds.npz, got {folder}; run `rehabkit data import irds FOLDER`")
    arrays = read_arrays(path, "table", "lengths", "meta", "position")
    table, meta = arrays["table"], arrays["meta"]
    shapes = (table.shape[1:], meta.shape, arrays["position"].shape)
    n = len(arrays["lengths"])
    if shapes != ((len(KINECT_JOINTS), 4), (n, len(NUMBERS)), (n,)) or table.dtype.kind != "f":
        raise RecordingError(f"irds.npz must hold {n} gestures of 25 joints, got shapes {shapes}; import the set again")
    tables = split(table.astype(np.float64), arrays["lengths"], path.name)
    for one, numbers, position in zip(tables, meta.tolist(), arrays["position"], strict=True):
        person, date, gesture, repetition, correct = numbers
        yield Gesture(person, date, gesture, repetition, correct, str(position), _skeleton(one, path.name))


def _files(folder: Path) -> list[Path]:
    named = [path for path in sorted(folder.rglob("*.txt*")) if NAME.fullmatch(path.name)]
    simplified = [path for path in named if "simplified" in path.parent.name.lower()]
    return simplified or named


def _simplified(path: Path) -> Array:
    """(n_frames, 25, 4) x, y, z and confidence; a joint at the origin, where the sensor is, was not seen."""
    columns = 3 * len(KINECT_JOINTS)
    places = read_numbers(path, columns, most_columns=columns + 1).reshape(-1, len(KINECT_JOINTS), 3)
    return np.concatenate([places, np.any(places != 0, axis=-1, keepdims=True)], axis=-1)


def _raw(path: Path) -> Array:
    """(n_frames, 25, 4) x, y, z and confidence, of the body that is there most often."""
    lines = [text for text in read_text(path).splitlines() if text.strip() and not text.startswith("Version")]
    bodies = [text.split(",", 2)[1:2] for text in lines]
    counted = Counter(body[0] for body in bodies if body)
    if not counted:
        raise RecordingError(f"{path.name} must hold at least one frame, got none; copy it again")
    wanted = counted.most_common(1)[0][0]
    return np.array([_frame(text, path) for text, body in zip(lines, bodies, strict=True) if body == [wanted]])


def _frame(text: str, path: Path) -> list[list[float]]:
    said = {name: (state, numbers) for name, state, *numbers in _JOINT.findall(text)}
    try:
        joints = [said[name] for name in KINECT_V2]
        frame = [[*(float(number) for number in numbers), CONFIDENCE[state]] for state, numbers in joints]
    except (KeyError, ValueError) as error:
        raise RecordingError(f"{path.name} must have the Kinect's 25 joints in each frame, got: {error}") from error
    if not np.isfinite(frame).all():
        raise RecordingError(f"{path.name} must hold finite numbers, got others; copy it again")
    return frame


def _skeleton(table: Array, name: str) -> Skeleton:
    confidence = np.where(np.any(table[..., :3] != 0, axis=-1), table[..., 3], 0.0)
    return assemble(
        KINECT_JOINTS,
        np.arange(len(table)) / RATE_HZ,
        np.where(confidence[..., None] > 0, table[..., :3], np.nan),
        confidence,
        "y_up",
        "kinect",
        history=(f"IRDS, read {name}, nominal rate",),
    )
