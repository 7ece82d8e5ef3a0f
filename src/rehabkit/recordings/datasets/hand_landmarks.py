"""Landmarks of a picture set's hands, each picture looked at several times: npz that a script with MediaPipe wrote.

Networks are trained on machines without MediaPipe, so the landmarks of pictures are found beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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

    def first(self, looks: int) -> HandViews:
        """The first so many looks of each picture."""
        return replace(
            self,
            points_px=self.points_px[:, :looks],
            right=self.right[:, :looks],
            confidence=self.confidence[:, :looks],
        )


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
    fits = arrays["points_px"].shape == (n_pictures, n_views, 21, 3)
    fits = fits and arrays["confidence"].shape == (n_pictures, n_views)
    if not n_pictures or not fits or any(arrays[name].shape != (n_pictures,) for name in names[:3]):
        raise RecordingError(f"{path.name} must hold 21 landmarks a look at each picture, got others; make it again")
    return HandViews(
        names=arrays["names"].astype(str),
        labels=arrays["labels"].astype(str),
        subjects=arrays["subjects"].astype(str),
        points_px=arrays["points_px"].astype(np.float32),
        right=arrays["right"].astype(bool),
        confidence=arrays["confidence"].astype(np.float32),
    )


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
