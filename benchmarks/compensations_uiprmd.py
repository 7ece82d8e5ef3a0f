"""How often the compensation checks fire in correct and in incorrect repetitions → results/compensations_uiprmd.json.

python benchmarks/compensations_uiprmd.py ../shared/data/exercise/uiprmd
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from rehabkit.exercises.compensation import run_checks
from rehabkit.exercises.library import load
from rehabkit.findings import Repetition
from rehabkit.kinematics.view import estimate_view
from rehabkit.recordings.datasets.uiprmd import FILES, MOVEMENTS, UiPrmd
from result_file import save

SEEN, UNSEEN = range(1, 6), range(6, 11)
PROTOCOL = """Each episode of UI-PRMD is one repetition; a check fires when its limit is passed within it. "Incorrect"
are the same healthy people acting errors of their own choice, so a check need not fire in all of them; in the
correct ones it should hardly ever. The limits are clinical convention, widened after a look at the correct
repetitions of s01–s05 where healthy people passed them (knee in the straight leg raise, shoulder hike, elbow in
the rotation); s06–s10 were used for no choice."""

COLUMNS = [f"{kind}, {who}" for who in ("s06–s10", "s01–s05") for kind in ("correct", "incorrect")]
Key = tuple[str, str, str]
"""Exercise, check, sensor."""


def fired(data: UiPrmd, sensor: str) -> dict[tuple[Key, bool, bool], list[bool]]:
    """(exercise, check, sensor), correct?, seen? → whether it fired, once a repetition in which it could be judged."""
    found: dict[tuple[Key, bool, bool], list[bool]] = defaultdict(list)
    exercises = {name: load(name) for name in MOVEMENTS.values()}
    for one in data.repetitions:
        skeleton = getattr(data, sensor)(one)
        exercise = exercises[one.movement]
        if skeleton is None or skeleton.n_frames < 5:
            continue
        one_sided = one.dominant_side in ("left", "right") and exercise.primary.sides != "together"
        side = one.dominant_side if one_sided else "both"
        whole = Repetition(number=1, start_s=0, end_s=skeleton.duration_s, side=side, kind="complete")
        for outcome in run_checks(skeleton, estimate_view(skeleton), exercise, [whole]):
            if outcome.extremes:
                key = (exercise.name, outcome.check.name, sensor)
                found[key, one.correct, one.subject in SEEN].append(outcome.failed(1))
    return found


def rows(found: dict[tuple[Key, bool, bool], list[bool]], sensor: str) -> list[list[object]]:
    table = []
    for name in MOVEMENTS.values():
        for check in load(name).compensations:
            key = (name, check.name, sensor)
            limit = f"above {check.above:g}" if check.above is not None else f"below {check.below:g}"
            cells = [found.get((key, correct, seen), []) for seen in (False, True) for correct in (True, False)]
            shares = [f"{np.mean(cell):.2f}" if cell else None for cell in cells]
            table.append([name, check.name, f"{check.measure} {limit}", *shares])
    return table


def main(folder: Path) -> None:
    started = time.perf_counter()
    data = UiPrmd(folder)
    tables = [
        {
            "title": f"{sensor.capitalize()}: share of repetitions in which a check fires",
            "columns": ["exercise", "check", "limit", *COLUMNS],
            "rows": rows(fired(data, sensor), sensor),
            "note": "– : this sensor can't judge it (the Kinect has no heels). The Kinect's legs, put together from "
            "published bone offsets, bend too far, and knee valgus with them.",
        }
        for sensor in ("vicon", "kinect")
    ]
    result = {
        "title": "Compensation checks on UI-PRMD",
        "protocol": " ".join(PROTOCOL.split()),
        "tables": tables,
    }
    save("compensations_uiprmd", result, data=[folder / name for name in FILES], started=started)
    for table in tables:
        print(table["title"], *(" | ".join(str(c) for c in row) for row in table["rows"]), sep="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of the compact UI-PRMD files")
    main(parser.parse_args().folder)
