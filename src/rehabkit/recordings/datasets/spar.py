"""SPAR: seven shoulder exercises with a watch on the wrist (Burns et al. 2018, arXiv 1802.01489), 50 Hz.

Every set is said to hold 20 repetitions; nobody marked them. That number is nominal, not a truth.

The watches are an Apple Watch 2 and 3, acceleration is in g, angular velocity in rad/s. The set does not tell the
sign of acceleration. It is Apple's, gravity's direction: an arm raised palm down reads negative along z, the screen's
normal. It is turned here (:class:`~rehabkit.recordings.inertial.Inertial` holds specific force).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.datasets.arrays import read_arrays, split
from rehabkit.recordings.inertial import STANDARD_GRAVITY, Inertial

RATE_HZ = 50.0
NOMINAL_REPETITIONS = 20
TITLES = {
    "PEN": "Pendulum",
    "ABD": "Shoulder abduction",
    "FEL": "Shoulder forward elevation",
    "IR": "Internal rotation with a band",
    "ER": "External rotation with a band",
    "TRAP": "Lower trapezius row with a band",
    "ROW": "Bent-over row with a dumbbell",
}


@dataclass(frozen=True)
class WatchSet:
    """One set of one exercise.

    Parameters
    ----------
    exercise : PEN ABD FEL IR ER TRAP ROW.
    subject : number of the person.
    recording : of the wrist that did it.
    """

    exercise: str
    subject: int
    recording: Inertial


def read(path: Path) -> list[WatchSet]:
    """Read all sets.

    Parameters
    ----------
    path : ``spar_subset.npz``.

    Raises
    ------
    RecordingError
        If there is no such file, or it is another one.
    """
    if not path.is_file():
        raise RecordingError(f"SPAR file must exist, got {path}; name spar_subset.npz")
    arrays = read_arrays(path, "X", "y", "subject", "side", "lengths", "y_labels")
    try:
        sets = split(arrays["X"].astype(np.float64), arrays["lengths"], path.name)
        names = [str(name) for name in arrays["y_labels"]]
        meta = zip(sets, arrays["y"], arrays["subject"], arrays["side"], strict=True)
        return [WatchSet(names[int(y)], int(subject), _inertial(x, side)) for x, y, subject, side in meta]
    except (IndexError, TypeError, ValueError) as error:
        if isinstance(error, RecordingError):
            raise
        raise RecordingError(f"{path.name} must be SPAR's sets, got '{error}'; copy it again") from error


def _inertial(x: NDArray[np.float64], side: float) -> Inertial:
    """(n_times, 6) g and rad/s as the set has them → Inertial."""
    time_s = np.arange(len(x)) / RATE_HZ
    return Inertial(time_s, -STANDARD_GRAVITY * x[:, :3], x[:, 3:], "right" if side else "left", "apple-watch")
