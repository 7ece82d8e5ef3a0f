"""SPAR as it is published: one CSV file a set, into the compact form.

``csv/S1_E0_R.csv`` is person 1, exercise 0, right side; columns ax ay az (g) and wx wy wz (rad/s) at 50 Hz.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from rehabkit.errors import RecordingError
from rehabkit.recordings.datasets.text_table import read_numbers

EXERCISES = ("PEN", "ABD", "FEL", "IR", "ER", "TRAP", "ROW")
COLUMNS = ("ax", "ay", "az", "wx", "wy", "wz")
NAME = re.compile(r"S(?P<subject>\d{1,3})_E(?P<exercise>[0-6])_(?P<side>[LR])\.csv")


def convert(folder: Path, target: Path) -> list[str]:
    """Turn the published folder ``csv`` (``S1_E0_R.csv``: person, exercise, side) into ``spar_subset.npz``.

    Returns
    -------
    list of str
        Files that were left out, and why.

    Raises
    ------
    RecordingError
        If no file can be read.
    """
    left_out, sets, about = [], [], []
    for path in sorted(folder.rglob("S*_E*_*.csv")):
        match = NAME.fullmatch(path.name)
        if match is None:
            continue
        try:
            sets.append(read_numbers(path, len(COLUMNS), header=COLUMNS).astype(np.float32))
        except RecordingError as error:
            left_out.append(str(error))
            continue
        about.append((int(match["subject"]), int(match["exercise"]), 1.0 if match["side"] == "R" else 0.0))
    if not sets:
        raise RecordingError(f"folder of SPAR must hold csv/S1_E0_R.csv and so on, got {folder}; name another")
    subject, exercise, side = (np.array(column) for column in zip(*about, strict=True))
    np.savez_compressed(
        target / "spar_subset.npz",
        X=np.concatenate(sets),
        lengths=np.array([len(one) for one in sets], dtype=np.int32),
        y=exercise,
        side=side,
        subject=subject,
        x_labels=np.array(COLUMNS),
        y_labels=np.array(EXERCISES),
    )
    return left_out
