"""SPAR: seven shoulder exercises with a watch on the wrist (Burns et al. 2018, arXiv 1802.01489), 50 Hz.

Every set is said to hold 20 repetitions; nobody marked them. That number is nominal, not a truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError

Array = NDArray[np.float64]

RATE_HZ = 50.0
NOMINAL_REPETITIONS = 20


@dataclass(frozen=True)
class WatchSet:
    """One set of one exercise.

    Parameters
    ----------
    exercise : PEN ABD FEL IR ER TRAP ROW.
    subject : number of the person.
    side : ``left`` or ``right``: the wrist that wears the watch.
    acceleration : (n_times, 3) as the watch gives it, gravity included.
    rotation : (n_times, 3) angular velocity.
    """

    exercise: str
    subject: int
    side: str
    acceleration: Array
    rotation: Array

    @property
    def time_s(self) -> Array:
        """(n_times,) seconds."""
        return np.arange(len(self.acceleration)) / RATE_HZ


def read(path: Path) -> list[WatchSet]:
    """Read all sets.

    Parameters
    ----------
    path : ``spar_subset.npz``.

    Raises
    ------
    RecordingError
        If there is no such file.
    """
    if not path.is_file():
        raise RecordingError(f"SPAR file must exist, got {path}; name spar_subset.npz")
    with np.load(path) as file:
        sets = np.split(file["X"].astype(np.float64), np.cumsum(file["lengths"])[:-1])
        names = [str(name) for name in file["y_labels"]]
        meta = zip(sets, file["y"], file["subject"], file["side"], strict=True)
        return [
            WatchSet(names[int(y)], int(subject), "right" if side else "left", x[:, :3], x[:, 3:])
            for x, y, subject, side in meta
        ]
