"""Features of motor-imagery EEG of 27 people in the first days after a stroke (Liu et al. 2024), 20 windows each.

Not the EEG: measures that others derived from it, and baseline severity. They can't speak of recovery, hold no
channel pair, and say nothing of absolute power: z-scored over electrodes inside each window. Twenty windows of one
person are not twenty people: split by patient, or the figure is worthless.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.biosignal import Array
from rehabkit.recordings.datasets.arrays import read_arrays
from rehabkit.recordings.datasets.text_table import read_text

BANDS = ("Delta", "Theta", "Alpha", "Beta", "Gamma")
GROUPS: Mapping[str, tuple[str, ...]] = {
    "timefreq": ("mean of magnitude", "standard deviation", "skewness", "kurtosis", "band power"),
    "net_pcc": ("betweenness centrality", "clustering"),
    "net_pli": ("betweenness centrality", "clustering"),
    "net_plv": ("betweenness centrality", "clustering"),
    "topo": tuple(f"whole-graph measure {n}" for n in range(1, 9)),
}
"""What stands in the last axis of ``BAND_GROUP``; the graph's edges are Pearson's correlation, phase-lag index,
phase-locking value. Which whole-graph measures the eight are is not written."""
CHANNELS = (
    *("Fp1", "Fp2", "Fz", "F3", "F4", "F7", "F8", "FCz", "FC3", "FC4", "FT7", "FT8", "Cz", "C3", "C4", "T3", "T4"),
    *("CP3", "CP4", "TP7", "TP8", "Pz", "P3", "P4", "T5", "T6", "Oz", "O1", "O2"),
)
"""The order in the set's own channels.tsv; that the features keep it is supposed, nobody says."""
_SCORES = {"nihss": "pt_NIHSS", "mbi": "pt_MBI", "mrs": "pt_mRS", "age_years": "pt_Age", "days": "pt_Duration"}


@dataclass(frozen=True)
class Participant:
    """A row of participants.tsv: ``paralysis_side`` left or right, ``lesion`` in the set's own words."""

    id: str
    sex: str
    age_years: float
    days: float
    paralysis_side: str
    handedness: str
    first_stroke: bool
    lesion: str
    nihss: float
    mbi: float
    mrs: float


@dataclass(frozen=True)
class Windows:
    """All windows, in the order of the file.

    Parameters
    ----------
    features : ``BAND_GROUP`` → (n_windows, n_channels, n_measures), of ``topo`` (n_windows, n_measures).
    patient : (n_windows,) ids.
    severe : (n_windows,) whether moderate or severe, not mild.
    nihss, mbi, mrs : (n_windows,) scores at the start: NIHSS 0 to 42 worst, MBI 0 to 100 best, mRS 0 to 5 worst.
    age_years, days : (n_windows,) age, and days since the stroke.
    participants : the rows of participants.tsv by id, of all 50; empty where that file isn't there.
    """

    features: Mapping[str, Array]
    patient: NDArray[np.str_]
    severe: NDArray[np.bool_]
    nihss: Array
    mbi: Array
    mrs: Array
    age_years: Array
    days: Array
    participants: Mapping[str, Participant]


def read(path: Path) -> Windows:
    """All windows, with what participants.tsv beside them says of the people.

    Parameters
    ----------
    path : ``windows_540x29_features.npz``, or its folder.

    Raises
    ------
    RecordingError
        If there is no such file, or it is another one.
    """
    path = path / "windows_540x29_features.npz" if path.is_dir() else path
    if not path.is_file():
        raise RecordingError(f"stroke_liu2024 file must exist, got {path}; name windows_540x29_features.npz")
    names = [f"{band}_{group}" for band in BANDS for group in GROUPS]
    arrays = read_arrays(path, "patient", "severity", *_SCORES.values(), *names)
    n = len(np.atleast_1d(arrays["patient"]))
    wrong = [name for name in names if arrays[name].shape != _shape(n, name)]
    wrong += [name for name in ("patient", "severity", *_SCORES.values()) if arrays[name].shape != (n,)]
    if wrong:
        raise RecordingError(f"{path.name} must have {n} windows in each array, got others: {', '.join(wrong[:6])}")
    beside = path.with_name("participants.tsv")
    return Windows(
        features={name: arrays[name].astype(np.float64) for name in names},
        patient=arrays["patient"].astype(np.str_),
        severe=arrays["severity"] > 0,
        participants=participants(beside) if beside.is_file() else {},
        **{field: arrays[name].astype(np.float64) for field, name in _SCORES.items()},
    )


def _shape(n_windows: int, name: str) -> tuple[int, ...]:
    group = name.split("_", 1)[1]
    n_measures = len(GROUPS[group])
    return (n_windows, n_measures) if group == "topo" else (n_windows, len(CHANNELS), n_measures)


def participants(path: Path) -> dict[str, Participant]:
    """The rows of participants.tsv by id.

    Raises
    ------
    RecordingError
        If a column is missing or a number is none.
    """
    rows = csv.DictReader(read_text(path).splitlines(), delimiter="\t")
    try:
        people = [_participant(row) for row in rows]
    except (KeyError, TypeError, ValueError, AttributeError, csv.Error) as error:
        raise RecordingError(f"{path.name} must be the set's table of people, got '{error}'; copy it again") from error
    return {one.id: one for one in people}


def _participant(row: Mapping[str, Any]) -> Participant:
    return Participant(
        id=row["Participant_ID"].strip(),
        sex=row["Gender"].strip(),
        age_years=float(row["Age"]),
        days=float(row["Duration"]),
        paralysis_side=row["ParalysisSide"].strip(),
        handedness=row["Handedness"].strip(),
        first_stroke=row["IsFirstTime"].strip() == "yes",
        lesion=row["StrokeLocation"].strip(),
        nihss=float(row["NIHSS"]),
        mbi=float(row["MBI"]),
        mrs=float(row["mRS"]),
    )


def convert(folder: Path, target: Path) -> list[str]:
    """Refuse the published layout: the set's EEG, from which others derived these features in their own way.

    Raises
    ------
    RecordingError
        Always, saying what is read.
    """
    raise RecordingError(
        f"folder of stroke_liu2024 must hold windows_540x29_features.npz, got {folder}; "
        "the published EEG is read file by file: rehabkit assess FILE.edf --system recovery_prognosis"
    )
