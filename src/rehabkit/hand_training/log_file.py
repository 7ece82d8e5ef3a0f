"""A training's log as a table."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from rehabkit.hand_training.robot import FINGERS
from rehabkit.hand_training.session import STATES, TrainingLog
from rehabkit.recordings.files import atomic

COLUMNS = (
    "time_s", "state", *(f"{finger}_commanded_deg" for finger in FINGERS),
    *(f"{finger}_reached_deg" for finger in FINGERS), "events",
)  # fmt: skip


def write_log(log: TrainingLog, path: Path) -> None:
    """Write time, state, where each finger was led to and was, and prompts, commands and stops.

    Raises
    ------
    OutputError
        If the file can't be written.
    """
    told = [
        *((prompt.time_s, f"asked for {prompt.gesture}") for prompt in log.prompts),
        *((move.start_s, f"command {move.gesture}") for move in log.moves),
        *((move.end_s, f"end of {move.gesture}: {move.ended_by}") for move in log.moves),
        *((stop.time_s, f"stop: {', '.join(stop.reasons)}") for stop in log.stops),
    ]
    events: dict[int, list[str]] = {}
    for time_s, text in sorted(told):
        row = min(int(np.searchsorted(log.time_s, time_s - 1e-9)), len(log.time_s) - 1)
        events.setdefault(row, []).append(text)
    with atomic(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        file.write("# simulation only: a modelled hand robot, no hardware\n")
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for row, time_s in enumerate(log.time_s):
            angles = [
                f"{value:.2f}" if np.isfinite(value) else "" for value in (*log.wanted_deg[row], *log.angles_deg[row])
            ]
            state = STATES[log.state[row]].value
            table.writerow([f"{time_s:.2f}", state, *angles, "; ".join(events.get(row, []))])
