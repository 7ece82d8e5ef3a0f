"""Landmarks of a picture set's hands, each picture looked at several times: npz that a script with MediaPipe wrote.

Networks are trained on machines without MediaPipe, so the landmarks of pictures are found beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.datasets.arrays import read_arrays
from rehabkit.recordings.files import atomic


@dataclass(frozen=True)
class HandViews:
    """Every picture of a set, looked at ``n_views`` times: turned, mirrored, cut out and enlarged otherwise each time.

    Parameters
    ----------
    names : (n_pictures,) names of the files.
    labels, subjects : (n_pictures,) what is shown, and by whom.
    points_px : (n_pictures, n_views, 21, 3) in the picture as it is: x right, y down, z away; NaN where a look found
        no hand.
    right : (n_pictures, n_views) whether it was taken for a right hand.
    confidence : (n_pictures, n_views) of that.
    """

    names: NDArray[np.str_]
    labels: NDArray[np.str_]
    subjects: NDArray[np.str_]
    points_px: NDArray[np.float32]
    right: NDArray[np.bool_]
    confidence: NDArray[np.float32]

    @property
    def found(self) -> NDArray[np.bool_]:
        """(n_pictures, n_views) whether a look found a hand."""
        return np.asarray(np.isfinite(self.points_px[..., 0, 0]))


def read(path: Path) -> HandViews:
    """The landmarks in a file that :func:`write` made.

    Raises
    ------
    RecordingError
        If it is missing, damaged or another file.
    """
    names = ("names", "labels", "subjects", "points_px", "right", "confidence")
    arrays = read_arrays(path, *names, others=False)
    n_pictures, n_views = arrays["right"].shape if arrays["right"].ndim == 2 else (0, 0)
    shapes = dict.fromkeys(names, (n_pictures, n_views)) | dict.fromkeys(names[:3], (n_pictures,))
    shapes["points_px"] = (n_pictures, n_views, 21, 3)
    if not n_pictures or any(arrays[name].shape != shape for name, shape in shapes.items()):
        raise RecordingError(f"{path.name} must hold 21 landmarks a look at each picture, got others; make it again")
    texts = (arrays[name].astype(str) for name in names[:3])
    points_px, confidence = (arrays[name].astype(np.float32) for name in ("points_px", "confidence"))
    return HandViews(*texts, points_px, arrays["right"].astype(bool), confidence)


def write(views: HandViews, path: Path) -> None:
    """Write the file; points to 1/16 px where the picture has at most 128 px, coarser in larger ones (float16)."""
    with atomic(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file,
            names=views.names,
            labels=views.labels,
            subjects=views.subjects,
            points_px=views.points_px.astype(np.float16),
            right=views.right,
            confidence=views.confidence.astype(np.float16),
        )
