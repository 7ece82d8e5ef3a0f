"""Names of a hand's parts, as the sets of labelled hands number them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

PARTS = ("palm", "thumb", "index", "middle", "ring", "little")
"""The palm's label holds the wrist, too."""
BONES = ("palm", *(f"{finger} {bone}" for finger in PARTS[1:] for bone in ("proximal", "middle", "distal")))
"""The palm, then three a finger; of a thumb they are its metacarpal bone and two phalanges."""


def of_faces(vertex_labels: NDArray[Any], faces: NDArray[Any]) -> NDArray[np.int64]:
    """(n_faces,) the label that two of a triangle's corners share, the middle one where all differ.

    Examples
    --------
    >>> of_faces(np.array([0, 0, 5]), np.array([[0, 2, 1]])).tolist()
    [0]
    """
    return np.sort(vertex_labels[faces].astype(np.int64), axis=1)[:, 1]
