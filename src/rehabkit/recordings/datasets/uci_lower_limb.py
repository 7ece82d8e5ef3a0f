"""EMG of the thigh and the knee's angle in three tasks (Sanchez, Sotelo, Gonzales, Hernandez 2014; UCI 278), 1000 Hz.

Traps, each of which would make a good figure worthless: N02 repeats N01 in two tasks and is left out whole; the angle
of most normals was extrapolated from 50 Hz; gait lasts longer in the abnormal; sign and zero of the angle differ from
file to file. Its sign is turned where the smallest value is farther from zero than the largest; its zero is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.biosignal import Array, Biosignal, Channel
from rehabkit.recordings.datasets.arrays import read_arrays

RATE_HZ = 1000.0
MUSCLES = ("rectus_femoris", "biceps_femoris", "vastus_medialis", "semitendinosus")
ANGLE = "knee_flexion"
Task = Literal["gait", "standing", "sitting"]
TASKS: dict[str, Task] = {"mar": "gait", "pie": "standing", "sen": "sitting"}
"""The set's short names: marcha, pie, sentado."""
DUPLICATE = "N02"
CHANNELS = (*(Channel(name, "emg") for name in MUSCLES), Channel(ANGLE, "angle", "deg"))
EMG_VOLTS, ANGLE_DEG = 1e-7, 0.1
"""Of one step of the compact form: mV times 10000, degrees times 10."""


@dataclass(frozen=True)
class Trial:
    """One man doing one task.

    Parameters
    ----------
    subject : ``A01`` … with a knee abnormality, ``N01`` … without.
    task : gait, standing knee flexion, sitting knee extension.
    abnormal : whether a knee abnormality had been diagnosed.
    recording : four muscles and the knee's angle.
    """

    subject: str
    task: Task
    abnormal: bool
    recording: Biosignal


def read(path: Path) -> list[Trial]:
    """All trials of the 21 men whose recordings are their own, in order of subject and task.

    Parameters
    ----------
    path : ``uci_lower_limb_1000hz.npz``.

    Raises
    ------
    RecordingError
        If there is no such file, or it is another one.
    """
    if not path.is_file():
        raise RecordingError(f"UCI lower limb file must exist, got {path}; name uci_lower_limb_1000hz.npz")
    people = [f"{group}{number:02d}" for group in "AN" for number in range(1, 12)]
    wanted = [(who, task) for who in people if who != DUPLICATE for task in TASKS]
    arrays = read_arrays(path, *(f"{who}_{task}_{part}" for who, task in wanted for part in ("emg", "ang")))
    trials = []
    for who, task in wanted:
        one = recording(arrays, f"{who}_{task}", path.name)
        trials.append(Trial(who, TASKS[task], who.startswith("A"), one))
    return trials


def recording(arrays: Mapping[str, NDArray[Any]], key: str, file: str) -> Biosignal:
    """One trial out of the file's arrays, flexion positive.

    Parameters
    ----------
    key : person and the set's short name of the task, e.g. ``N03_pie``.

    Raises
    ------
    RecordingError
        If their shapes contradict each other.
    """
    emg, angle = arrays[f"{key}_emg"], arrays[f"{key}_ang"]
    if emg.ndim != 2 or emg.shape != (len(angle), len(MUSCLES)):
        got = f"{emg.shape} and {angle.shape}"
        raise RecordingError(f"{file}: {key} must have four muscles and an angle, got {got}; copy it again")
    turned, said = upright(angle.astype(np.float64) * ANGLE_DEG)
    values = np.column_stack([emg.astype(np.float64) * EMG_VOLTS, turned])
    return Biosignal(values, RATE_HZ, CHANNELS, sensor="uci_lower_limb", history=said)


def upright(angle_deg: Array) -> tuple[Array, tuple[str, ...]]:
    """The angle with flexion positive, by the rule that a knee flexes farther than it extends, and what was done.

    Examples
    --------
    >>> upright(np.array([2.0, -60.0]))[0].tolist()
    [-2.0, 60.0]
    """
    if abs(angle_deg.min()) > abs(angle_deg.max()):
        return -angle_deg, ("sign of the angle turned, so that flexion is positive",)
    return angle_deg, ()
