"""800 posed right hands with labelled parts, made with Anny (Apache-2.0, assets CC0): simulated, no scan of anybody."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.datasets.arrays import read_arrays
from rehabkit.recordings.datasets.hand_parts import BONES, PARTS, of_faces
from rehabkit.recordings.mesh import Mesh

Array = NDArray[np.float64]
FILE = "anny_hands_800.npz"


@dataclass(frozen=True)
class AnnyHands:
    """Hands of one topology.

    Parameters
    ----------
    vertices : (n_hands, n_vertices, 3) metres.
    faces : (n_faces, 3) places of corners, counter-clockwise seen from outside.
    parts : (n_vertices,) :data:`.hand_parts.PARTS`.
    bones : (n_vertices,) :data:`.hand_parts.BONES`.
    joints : (n_hands, n_joints, 3) metres, the heads of the bones; there are no fingertips among them.
    joint_names : such as ``finger2-1.R``, the index finger's first.
    rotations : (n_hands, n_joints, 3) radians, a rotation vector in each bone's own axes: X flexion, Z abduction.
    gestures : name of each hand's pose; a quarter of them have random flexion instead.
    """

    vertices: NDArray[np.float32]
    faces: NDArray[np.int64]
    parts: NDArray[np.int64]
    bones: NDArray[np.int64]
    joints: Array
    joint_names: tuple[str, ...]
    rotations: Array
    gestures: tuple[str, ...]

    @property
    def n_hands(self) -> int:
        """Number of hands."""
        return len(self.vertices)

    def mesh(self, place: int, *, bones: bool = False) -> Mesh:
        """One hand with its parts, or its bones, as labels of the faces."""
        labels, names = (self.bones, BONES) if bones else (self.parts, PARTS)
        return Mesh(self.vertices[place].astype(np.float64), self.faces, of_faces(labels, self.faces), names)


def read(path: Path) -> AnnyHands:
    """The hands.

    Parameters
    ----------
    path : ``anny_hands_800.npz``, or its folder.

    Raises
    ------
    RecordingError
        If there is no such file, or it is another one.
    """
    path = path / FILE if path.is_dir() else path
    names = (
        "verts_mm",
        "faces",
        "vlabel6",
        "vlabel16",
        "joints_mm",
        "bone_names",
        "pose_rotvec",
        "gesture",
        "gesture_names",
    )
    arrays = read_arrays(path, *names, others=False)
    try:
        n_hands, n_vertices, _ = arrays["verts_mm"].shape
        n_joints = len(arrays["bone_names"])
        shapes = {
            "verts_mm": (n_hands, n_vertices, 3), "vlabel6": (n_vertices,), "vlabel16": (n_vertices,),
            "joints_mm": (n_hands, n_joints, 3), "pose_rotvec": (n_hands, n_joints, 3), "gesture": (n_hands,),
        }  # fmt: skip
        fits = all(arrays[name].shape == shape for name, shape in shapes.items())
        fits = fits and n_hands > 0 and arrays["vlabel6"].max() < len(PARTS) and arrays["vlabel16"].max() < len(BONES)
        said = arrays["gesture_names"].tolist()
        gestures = tuple(str(said[int(place)]) for place in arrays["gesture"])
    except (ValueError, IndexError, TypeError) as error:
        raise RecordingError(f"{path.name} must hold posed hands, got '{error}'; copy it again") from error
    if not fits:
        raise RecordingError(f"{path.name} must hold hands of one topology, got other shapes; copy it again")
    hands = AnnyHands(
        (arrays["verts_mm"].astype(np.float32) / 1000).astype(np.float32),
        arrays["faces"].astype(np.int64),
        arrays["vlabel6"].astype(np.int64),
        arrays["vlabel16"].astype(np.int64),
        arrays["joints_mm"].astype(np.float64) / 1000,
        tuple(str(name) for name in arrays["bone_names"]),
        arrays["pose_rotvec"].astype(np.float64),
        gestures,
    )
    Mesh(hands.vertices[0].astype(np.float64), hands.faces)  # its faces are those of its vertices, or this says so
    return hands
