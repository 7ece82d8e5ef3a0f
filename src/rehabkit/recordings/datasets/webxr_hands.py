"""The two generic hands of WebXR, rigged meshes of one neutral shape: parts by the joint that moves a corner most."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings import gltf
from rehabkit.recordings.datasets.hand_parts import PARTS, of_faces
from rehabkit.recordings.files import read_bytes
from rehabkit.recordings.mesh import Mesh

SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")


@dataclass(frozen=True)
class RiggedHand:
    """One hand.

    Parameters
    ----------
    side : whose.
    mesh : metres, its faces labelled with :data:`.hand_parts.PARTS`.
    joint_names : such as ``index-finger-tip``.
    joints : (25, 3) metres, fingertips among them.
    """

    side: Literal["left", "right"]
    mesh: Mesh
    joint_names: tuple[str, ...]
    joints: NDArray[np.float64]


def read(folder: Path) -> list[RiggedHand]:
    """The left and the right hand.

    Parameters
    ----------
    folder : with ``generic_hand_left.glb`` and ``generic_hand_right.glb``.

    Raises
    ------
    RecordingError
        If a file is missing, or another one.
    """
    hands = []
    for side in SIDES:
        path = folder / f"generic_hand_{side}.glb"
        found = gltf.rigged(read_bytes(path, 16 * 2**20))
        if len(found.joint_names) != 25 or (found.vertex_joint < 0).any():
            raise RecordingError(
                f"{path.name} must be a hand of 25 joints, got {len(found.joint_names)}; copy it again"
            )
        labels = np.array([part_of(name) for name in found.joint_names])[found.vertex_joint]
        mesh = Mesh(found.mesh.vertices, found.mesh.faces, of_faces(labels, found.mesh.faces), PARTS)
        hands.append(RiggedHand(side, mesh, found.joint_names, found.joints))
    return hands


def part_of(joint: str) -> int:
    """Place in :data:`.hand_parts.PARTS`; a finger's metacarpal bone lies in the palm, a thumb's doesn't.

    Examples
    --------
    >>> [part_of(name) for name in ("wrist", "index-finger-metacarpal", "thumb-metacarpal", "pinky-finger-tip")]
    [0, 0, 1, 5]
    """
    finger = joint.split("-")[0].replace("pinky", "little")
    if finger not in PARTS or (finger != "thumb" and joint.endswith("metacarpal")):
        return 0
    return PARTS.index(finger)
