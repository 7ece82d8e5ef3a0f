"""A session's log as a table."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from rehabkit.exoskeleton.session import MODES, SessionLog
from rehabkit.recordings.files import atomic

STEP = 10
"""Of the thousand steps a second every tenth is written, and each one with an event."""
COLUMNS = ("time_s", "desired_deg", "reference_deg", "angle_deg", "speed_deg_s", "torque_nm", "state", "events")


def write_log(log: SessionLog, path: Path) -> None:
    """Write time, desired, reference, angle, speed, torque, state and events; what is no number stays empty.

    Raises
    ------
    OutputError
        If the file can't be written.
    """
    events: dict[int, list[str]] = {}
    for event in log.events:
        events.setdefault(min(int(np.searchsorted(log.time_s, event.time_s - 1e-9)), len(log.time_s) - 1), []).append(
            event.text
        )
    values = (log.desired_deg, log.reference_deg, log.angle_deg, log.velocity_deg_s, log.torque_nm)
    with atomic(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        file.write("# simulation only: modelled limb, patient and machine\n")
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for row in sorted({*range(0, len(log.time_s), STEP), *events}):
            numbers = [f"{column[row]:.3f}" if np.isfinite(column[row]) else "" for column in values]
            told = "; ".join(events.get(row, []))
            table.writerow([f"{log.time_s[row]:.3f}", *numbers, MODES[log.mode[row]].value, told])
