"""KIMORE: five exercises of patients and controls, one Kinect signal each, repetitions marked by hand.

The data set is Capecci et al., IEEE Trans. Neural Syst. Rehabil. Eng. 27(7), 2019; signals and marks are
those that EGCN's authors published with it (github.com/bruceyo/EGCN, tools/segmentation).

What the marks mean, as looking at the signals shows:

- Es1 (lifting the arms; height of the thumb, m): each interval between neighbouring marks is one repetition.
- Es2 (leaning the trunk, arms up; how much farther the right hand is from the midline than the left, m) and
  Es3 (rotating it; distance of the thumb from the camera, m): each interval is one side, after a leading flag
  that names the first side.
- Es4 (circling the pelvis; angle head-spine-feet, rad, with a flag for its side): blocks of ``flag, marks``;
  each interval within a block is one circle.
- Es5 (squat; distance head-foot, m): pairs of start and end.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.datasets.arrays import read_arrays
from rehabkit.recordings.datasets.text_table import read_text

Array = NDArray[np.float64]

RATE_HZ = 30.0
"""Nominal rate of the Kinect v2; the marks are frame numbers and carry no clock."""


@dataclass(frozen=True)
class MarkedSignal:
    """One recording's signal and what a person marked in it.

    Parameters
    ----------
    exercise : 1 to 5.
    subject : e.g. ``P_ID6``; E expert, NE control, B back pain, P Parkinson, S stroke.
    signal : (n_frames,) in the exercise's unit, NaN where the file has none.
    flag : (n_frames,) Es4's side of the pelvis, 0 or 1; ``None`` elsewhere.
    intervals_s : (n_repetitions, 2) start and end of each marked movement, seconds.
    problems : what is wrong with the marks; empty when nothing is.
    """

    exercise: int
    subject: str
    signal: Array
    flag: Array | None
    intervals_s: Array
    problems: tuple[str, ...] = ()

    @property
    def time_s(self) -> Array:
        """(n_frames,) seconds at the nominal rate."""
        return np.arange(len(self.signal)) / RATE_HZ


def read(folder: Path) -> list[MarkedSignal]:
    """Read every marked recording.

    Parameters
    ----------
    folder : holds ``segmentation_marks.csv`` and ``segmentation_signals.npz``.

    Raises
    ------
    RecordingError
        If the folder lacks one of the files, or one is damaged.
    """
    missing = [n for n in ("segmentation_marks.csv", "segmentation_signals.npz") if not (folder / n).is_file()]
    if missing:
        raise RecordingError(f"KIMORE folder must hold {', '.join(missing)}, got {folder}; name another folder")
    signals = read_arrays(folder / "segmentation_signals.npz")
    try:
        rows = csv.DictReader(read_text(folder / "segmentation_marks.csv").splitlines())
        return [_marked(row, signals) for row in rows]
    except (KeyError, ValueError, TypeError, AttributeError, csv.Error) as error:
        if isinstance(error, RecordingError):
            raise
        raise RecordingError(f"segmentation_marks.csv must list marks, got {error!r:.60}; copy it again") from error


def intervals(exercise: int, marks: list[int]) -> NDArray[np.int64]:
    """Frames of start and end of each marked movement.

    Returns
    -------
    (n_repetitions, 2) frame numbers.

    Examples
    --------
    >>> intervals(1, [23, 223, 424]).tolist()
    [[23, 223], [223, 424]]
    >>> intervals(4, [0, 49, 167, 293, 1, 742, 858]).tolist()
    [[49, 167], [167, 293], [742, 858]]
    >>> intervals(5, [71, 175, 215, 330]).tolist()
    [[71, 175], [215, 330]]
    """
    if exercise == 5:
        return np.reshape(marks, (-1, 2)).astype(np.int64)
    blocks: list[list[int]] = [[]]
    for mark in marks:
        if exercise == 4 and mark in (0, 1):
            blocks.append([])
        else:
            blocks[-1].append(mark)
    if exercise in (2, 3):
        blocks = [blocks[0][1:]]
    pairs = [pair for block in blocks for pair in pairwise(block)]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _marked(row: dict[str, str], signals: Mapping[str, NDArray[Any]]) -> MarkedSignal:
    exercise, subject = int(row["exercise"]), row["subject"]
    key = f"Es{exercise}__{subject}__"
    first, second = (signals[key + j].astype(np.float64) if key + j in signals else None for j in "01")
    signal = second if exercise == 2 else first
    if signal is None:
        raise RecordingError(f"KIMORE signals must hold {key}0, got none; fetch the data set again")
    frames = intervals(exercise, [int(mark) for mark in row["frame_marks"].split()])
    problems = []
    if np.any(frames >= len(signal)):
        problems.append(f"marks up to frame {frames.max()}, the signal ends at {len(signal) - 1}")
    if np.any(np.diff(frames.ravel()) < 0) and exercise != 4:
        problems.append("marks are not in order")
    return MarkedSignal(exercise, subject, signal, second if exercise == 4 else None, frames / RATE_HZ, tuple(problems))
