"""EEG of executed and imagined fists and feet (Schalk et al. 2004; PhysioNet eegmmidb), 64 channels at 160 Hz.

Fourteen runs a person: ``S001R02.edf`` is the second run of person 1. What its marks T1 and T2 mean depends on the run.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rehabkit.errors import RecordingError
from rehabkit.recordings import mne_files, mne_headers
from rehabkit.recordings.biosignal import Biosignal

Task = Literal[
    "eyes open", "eyes closed", "move a fist", "imagine a fist", "move fists or feet", "imagine fists or feet"
]
_ORDER: tuple[Task, ...] = ("move a fist", "imagine a fist", "move fists or feet", "imagine fists or feet")
NAME = re.compile(r"S(?P<subject>\d{3})R(?P<run>\d{2})\.edf", re.I)


@dataclass(frozen=True)
class Run:
    """One run of one person.

    Parameters
    ----------
    subject : ``S001`` …
    number : 1 to 14.
    task : what was done.
    meaning : of the annotations' labels T0, T1, T2 in this run.
    recording : annotated with those labels.
    """

    subject: str
    number: int
    task: Task
    meaning: Mapping[str, str]
    recording: Biosignal


def task_of(run: int) -> Task:
    """What is done in a run, 1 to 14.

    Examples
    --------
    >>> task_of(2), task_of(4), task_of(14)
    ('eyes closed', 'imagine a fist', 'imagine fists or feet')
    """
    if not 1 <= run <= 14:
        raise RecordingError(f"run of eegmmidb must be 1 to 14, got {run}; name a file such as S001R04.edf")
    return "eyes open" if run == 1 else "eyes closed" if run == 2 else _ORDER[(run - 3) % 4]


def meaning_of(run: int) -> dict[str, str]:
    """What the labels of a run mean.

    Examples
    --------
    >>> meaning_of(8)["T1"], meaning_of(6)["T2"], meaning_of(1)
    ('left fist', 'both feet', {'T0': 'rest'})
    """
    task = task_of(run)
    if task in ("eyes open", "eyes closed"):
        return {"T0": "rest"}
    first, second = ("left fist", "right fist") if task.endswith("a fist") else ("both fists", "both feet")
    return {"T0": "rest", "T1": first, "T2": second}


def read(folder: Path) -> list[Run]:
    """The runs in a folder and those below it, in order of person and run.

    Raises
    ------
    RecordingError
        If there is none, or one is damaged.
    MissingExtraError
        Without MNE.
    """
    files = {match.group(): path for path in sorted(folder.rglob("*.edf")) if (match := NAME.fullmatch(path.name))}
    if not files:
        raise RecordingError(f"folder of eegmmidb must hold S001R02.edf and so on, got {folder}; name another")
    runs = []
    for name in sorted(files):
        match = NAME.fullmatch(name)
        number = int(match["run"]) if match else 0
        recording = mne_files.read(files[name])
        runs.append(Run(name[:4].upper(), number, task_of(number), meaning_of(number), recording))
    return runs


def convert(folder: Path, target: Path) -> list[str]:
    """Copy the runs of the published folder, ``S001/S001R01.edf`` …; return those that are damaged, and why.

    Raises
    ------
    RecordingError
        If none is whole.
    """
    left_out, n_whole = [], 0
    for path in sorted(folder.rglob("*.edf")):
        if NAME.fullmatch(path.name):
            try:
                mne_headers.edf_header(path)
            except RecordingError as error:
                left_out.append(str(error))
                continue
            shutil.copyfile(path, target / path.name)
            n_whole += 1
    if not n_whole:
        raise RecordingError(
            f"folder of eegmmidb must hold whole S001/S001R01.edf and so on, got {folder}; name another"
        )
    return left_out
