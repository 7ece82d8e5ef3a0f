"""Motor imagery of the right hand with a cheap amplifier (Peterson et al. 2020, Heliyon e03425), run R0, 125 Hz.

Ten healthy people, 15 electrodes, 5 trials of the right hand and 5 of rest each: far too few for a figure.
R0 is the practice run, in which the hand was probably moved, not imagined. Mains hum of 50 Hz, much the same in
all electrodes, is most of what was recorded: filter it, and re-reference, before anything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings import channel_names
from rehabkit.recordings.biosignal import Annotation, Biosignal, Channel
from rehabkit.recordings.datasets.arrays import read_arrays

RATE_HZ = 125.0
CODES = {770: "right hand", 772: "rest"}
"""OpenViBE's codes of the cues → what the person does until the end of the trial."""
_TRIAL_END = 800
SUBJECTS = ("S02", "S03", "S04", "S05", "S06", "S07", "S08", "S09", "S10", "S12")
_VOLTS = 1e-6


@dataclass(frozen=True)
class Session:
    """Run R0 of one person; annotated ``right hand`` and ``rest`` from cue to the end of the trial."""

    subject: str
    recording: Biosignal


def read(path: Path) -> list[Session]:
    """The run of every person.

    Parameters
    ----------
    path : ``eeg_R0_10subj.npz``.

    Raises
    ------
    RecordingError
        If there is no such file, or it is another one.
    """
    if not path.is_file():
        raise RecordingError(f"MI-OpenBCI file must exist, got {path}; name eeg_R0_10subj.npz")
    needed = (f"{who}_{part}" for who in SUBJECTS for part in ("eeg", "ev"))
    arrays = read_arrays(path, "ch", "fs", *needed)
    return [Session(who, recording(arrays, who, path.name)) for who in SUBJECTS]


def recording(arrays: dict[str, NDArray[Any]], subject: str, file: str) -> Biosignal:
    """One person's run out of the file's arrays.

    Raises
    ------
    RecordingError
        If their shapes contradict each other.
    """
    eeg, events = arrays[f"{subject}_eeg"], arrays[f"{subject}_ev"]
    names = [str(name) for name in np.atleast_1d(arrays["ch"])]
    fits = eeg.ndim == 2 and eeg.shape[1] == len(names) and events.ndim == 2 and events.shape[1] == 2
    if not fits or float(np.asarray(arrays["fs"]).ravel()[0]) != RATE_HZ:
        raise RecordingError(f"{file}: {subject} must have {len(names)} channels at {RATE_HZ:g} Hz, got {eeg.shape}")
    montage, _ = channel_names.montage_of(names)
    channels = tuple(Channel(name, "eeg") for name in names)
    values = eeg.astype(np.float64) * _VOLTS
    return Biosignal(values, RATE_HZ, channels, annotations=_trials(events), montage=montage, sensor="mi_openbci")


def _trials(events: NDArray[Any]) -> tuple[Annotation, ...]:
    """(n_events, 2) seconds and code → what was asked for, and how long."""
    ends = np.sort(events[events[:, 1] == _TRIAL_END, 0])
    marks = []
    for start, code in events:
        after = ends[ends > start]
        if int(code) in CODES and len(after):
            marks.append(Annotation(float(start), float(after[0] - start), CODES[int(code)]))
    return tuple(sorted(marks, key=lambda mark: mark.start_s))


def convert(folder: Path, target: Path) -> list[str]:
    """Refuse the published layout: OpenViBE's .ov files, which rehabkit doesn't read.

    Raises
    ------
    RecordingError
        Always, saying what is read.
    """
    raise RecordingError(f"folder of mi_openbci must hold eeg_R0_10subj.npz, got {folder}; its .ov files are not read")
