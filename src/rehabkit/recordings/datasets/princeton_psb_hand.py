"""Twenty hands of the Princeton Segmentation Benchmark (Chen, Golovinskiy, Funkhouser 2009), parts marked by people.

The files have no unit: each hand is brought to one length here, so that no length measured on them means anything.
Whether a hand is left or right isn't known, and some have a forearm. The names of the parts were added later.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rehabkit.errors import RecordingError
from rehabkit.recordings.datasets.arrays import read_arrays
from rehabkit.recordings.datasets.hand_parts import PARTS
from rehabkit.recordings.mesh import Mesh

FILE = "hands20_semantic.npz"
MODELS = tuple(range(181, 201))
LENGTH_M = 0.19
"""Of each hand along its longest direction: an adult's hand from wrist to fingertip, in round numbers."""


@dataclass(frozen=True)
class PartHand:
    """One hand.

    Parameters
    ----------
    model : its number in the benchmark, 181 to 200.
    mesh : scaled to ``LENGTH_M``, its faces labelled with :data:`.hand_parts.PARTS`.
    """

    model: int
    mesh: Mesh


def read(path: Path) -> list[PartHand]:
    """The twenty hands.

    Parameters
    ----------
    path : ``hands20_semantic.npz``, or its folder.

    Raises
    ------
    RecordingError
        If there is no such file, or it is another one.
    """
    path = path / FILE if path.is_dir() else path
    keys = [f"{part}{model}" for model in MODELS for part in ("V", "F", "face_label")]
    arrays = read_arrays(path, *keys, others=False)
    hands = []
    for model in MODELS:
        vertices, faces, labels = (arrays[f"{part}{model}"] for part in ("V", "F", "face_label"))
        if vertices.ndim != 2 or vertices.shape[1] != 3 or len(vertices) < 3 or labels.max(initial=0) >= len(PARTS):
            raise RecordingError(f"{path.name}: hand {model} must have vertices and labels 0 to 5; copy it again")
        centred = vertices.astype(np.float64) - vertices.mean(axis=0, dtype=np.float64)
        longest = np.ptp(centred @ np.linalg.eigh(centred.T @ centred)[1][:, -1])
        if not (np.isfinite(longest) and longest > 0):
            raise RecordingError(f"{path.name}: hand {model} must have a length, got {longest}; copy it again")
        hands.append(PartHand(model, Mesh(centred * (LENGTH_M / longest), faces, labels.astype(np.int64), PARTS)))
    return hands
