"""Counting the ten exercises of UI-PRMD by their exercise files → results/counting_uiprmd.json.

    python benchmarks/counting_uiprmd.py ../shared/data/exercise/uiprmd

The correct episodes of one subject and exercise are joined end to end: as many repetitions as episodes.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rehabkit.errors import ExerciseError
from rehabkit.exercises.counting import count, signals_of
from rehabkit.exercises.learn import learn
from rehabkit.exercises.library import load
from rehabkit.recordings.datasets.uiprmd import FILES, KINECT_RATE_HZ, MOVEMENTS, VICON_RATE_HZ, UiPrmd
from rehabkit.recordings.skeleton import Skeleton
from result_file import save

SEEN, UNSEEN = range(1, 6), range(6, 11)
"""Subjects on whom the exercise files were checked while they were written, and the others."""
N_BOOTSTRAP, SEED = 2000, 0
PROTOCOL = """The correct episodes of one subject and exercise are joined end to end, so the truth is the number
of episodes (10; fewer where Vicon has none). The joins are not real transitions: the other arm may jump, and
nobody walks into position. Counted by the shipped exercise files, which come from anatomy; after a look at
subjects s01–s05 three things were chosen: shoulder extension is counted on one arm (`sides = "single"`), and sit
to stand and shoulder rotation may start at either end. s06–s10 were used for no choice. Intervals: 95 %,
bootstrap over subjects. A constant 10 would be right by construction and shows nothing; it is named because the counter
must not know the length of the set, and doesn't."""


@dataclass(frozen=True)
class Set:
    """One joined set: complete repetitions found, partial ones, and the truth."""

    sensor: str
    exercise: str
    subject: int
    found: int
    partial: int
    truth: int

    @property
    def off(self) -> int:
        return abs(self.found - self.truth)


def sets(data: UiPrmd, sensor: str, rate_hz: float) -> Iterator[Set]:
    for exercise in (load(name) for name in MOVEMENTS.values()):
        for subject in (*SEEN, *UNSEEN):
            parts = episodes(data, sensor, exercise.name, subject)
            if parts:
                joined = join(parts, rate_hz)
                kinds = [one.kind for _, one in count(exercise, joined.time_s, signals_of(exercise, joined))]
                complete = kinds.count("complete")
                yield Set(sensor, exercise.name, subject, complete, len(kinds) - complete, len(parts))


def episodes(data: UiPrmd, sensor: str, movement: str, subject: int) -> list[Skeleton]:
    """The correct episodes of one subject and exercise, in order."""
    return [
        part
        for one in sorted(data.repetitions, key=lambda one: one.episode)
        if one.movement == movement and one.subject == subject and one.correct
        if (part := getattr(data, sensor)(one)) is not None
    ]


def learned(data: UiPrmd) -> dict[str, Any]:
    """Each set counted by an exercise learned from its own first episode."""
    rows = []
    for name in MOVEMENTS.values():
        offs, angles = [], Counter()
        for subject in (*SEEN, *UNSEEN):
            parts = episodes(data, "kinect", name, subject)
            try:
                exercise = learn(parts[0], name)
            except ExerciseError:
                offs.append(len(parts))
                angles["none"] += 1
                continue
            joined = join(parts, KINECT_RATE_HZ)
            kinds = [one.kind for _, one in count(exercise, joined.time_s, signals_of(exercise, joined))]
            offs.append(abs(kinds.count("complete") - len(parts)))
            angles[exercise.primary.angle] += 1
        shares = [f"{np.mean(np.array(offs) <= k):.2f}" for k in (0, 1)]
        rows.append([name, *shares, ", ".join(f"{angle} {n}" for angle, n in angles.most_common())])
    return {
        "title": "Kinect: the exercise learned from a set's first episode, then counted in the whole set",
        "columns": ["exercise", "exact", "off by at most one", "angle that was learned, sets"],
        "rows": rows,
        "note": "All ten subjects. The exercise file isn't used: only its first repetition.",
    }


def join(parts: list[Skeleton], rate_hz: float) -> Skeleton:
    positions = np.concatenate([part.positions for part in parts])
    return Skeleton(
        joint_names=parts[0].joint_names,
        time_s=np.arange(len(positions)) / rate_hz,
        positions=positions,
        confidence=np.concatenate([part.confidence for part in parts]),
        axes=parts[0].axes,
        sensor=parts[0].sensor,
    )


def share(found: list[Set], within: int) -> str:
    """Share of sets within this many repetitions, with its interval."""
    by_subject = {s: [one.off <= within for one in found if one.subject == s] for s in {o.subject for o in found}}
    rng = np.random.default_rng(SEED)
    drawn = rng.choice(list(by_subject), size=(N_BOOTSTRAP, len(by_subject)))
    shares = [np.mean(np.concatenate([by_subject[int(s)] for s in draw])) for draw in drawn]
    low, high = np.percentile(shares, [2.5, 97.5])
    return f"{np.mean(np.concatenate(list(by_subject.values()))):.2f} ({low:.2f} to {high:.2f})"


def summary(found: list[Set], sensor: str) -> dict[str, Any]:
    rows = []
    for title, subjects in (("s06–s10, used for no choice", UNSEEN), ("s01–s05", SEEN), ("all", (*SEEN, *UNSEEN))):
        chosen = [one for one in found if one.subject in subjects]
        worst = max(subjects, key=lambda s: sum(one.off for one in chosen if one.subject == s))
        missed = sum(one.off for one in chosen if one.subject == worst)
        rows.append([title, len(chosen), share(chosen, 0), share(chosen, 1), f"s{worst:02d}, {missed} off in all"])
    return {
        "title": f"{sensor.capitalize()}: share of sets counted right",
        "columns": ["subjects", "sets", "exact", "off by at most one", "worst subject"],
        "rows": rows,
    }


def by_exercise(found: list[Set], sensor: str) -> dict[str, Any]:
    subjects = (*SEEN, *UNSEEN)
    rows = []
    for name in MOVEMENTS.values():
        mine = {one.subject: one for one in found if one.exercise == name}
        cells = [shown(mine[s]) if s in mine else None for s in subjects]
        unseen = [one for s, one in mine.items() if s in UNSEEN]
        exact, near = (sum(one.off <= k for one in unseen) / len(unseen) for k in (0, 1))
        rows.append([name, f"{exact:.2f}", f"{near:.2f}", *cells])
    return {
        "title": f"{sensor.capitalize()}: complete repetitions found, by exercise and subject",
        "columns": ["exercise", "exact, s06–s10", "off by one, s06–s10", *(f"s{s:02d}" for s in subjects)],
        "rows": rows,
        "note": "`9+1p`: nine complete and one partial. `of 9`: Vicon holds nine episodes. – : none. "
        "0 for s10 by Vicon: a marker of the pelvis is lost throughout, so there are no hips.",
    }


def shown(one: Set) -> str:
    partial = f"+{one.partial}p" if one.partial else ""
    return f"{one.found}{partial}" + (f" of {one.truth}" if one.truth != 10 else "")


def main(folder: Path) -> None:
    started = time.perf_counter()
    data = UiPrmd(folder)
    kinect, vicon = (
        list(sets(data, sensor, rate)) for sensor, rate in (("kinect", KINECT_RATE_HZ), ("vicon", VICON_RATE_HZ))
    )
    unseen = [one for one in kinect if one.subject in UNSEEN]
    exact, near = (sum(one.off <= k for one in unseen) / len(unseen) for k in (0, 1))
    result = {
        "title": "Counting the exercises of UI-PRMD",
        "protocol": " ".join(PROTOCOL.split()),
        "headline": [
            f"Repetitions of ten exercises, Kinect skeletons of five people used for no choice (UI-PRMD): "
            f"{exact:.0%} of {len(unseen)} sets exact, {near:.0%} within one"
        ],
        "tables": [
            table
            for found, sensor in ((kinect, "kinect"), (vicon, "vicon"))
            for table in (summary(found, sensor), by_exercise(found, sensor))
        ]
        + [learned(data)],
        "seed": SEED,
    }
    save("counting_uiprmd", result, data=[folder / name for name in FILES], started=started)
    print(*result["headline"], sep="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of the compact UI-PRMD files")
    main(parser.parse_args().folder)
