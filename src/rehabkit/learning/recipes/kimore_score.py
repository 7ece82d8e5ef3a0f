"""The clinicians' score (0 to 50) of KIMORE's exercises from one signal each: a research figure, never shipped.

Five exercises of one person tell more of that person than one: each score is predicted from the signals of all five,
by two models whose mean is taken. The diagnosis is not among the inputs; a baseline that knows nothing else shows what
it is worth.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np

from rehabkit.errors import RecordingError
from rehabkit.findings import Finding
from rehabkit.learning.examples import Examples
from rehabkit.learning.metrics import Metric, mae, spearman
from rehabkit.learning.model import Model
from rehabkit.learning.protocols import LOSO, Protocol, grouped
from rehabkit.learning.recipe import Recipe
from rehabkit.learning.recipes.kimore_features import FEATURES, signal_features
from rehabkit.learning.recipes.kimore_models import EXERCISES, N_FEATURES, Blend, Forest, Medians
from rehabkit.learning.trivial import constant, covariates_only
from rehabkit.recordings.datasets import kimore
from rehabkit.recordings.datasets.kimore import MarkedSignal
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.card import Card, TensorSpec
from rehabkit.runtime.datasets import locate
from rehabkit.systems.contract import System

QUICK_PEOPLE = 12
SCORES = "clinical_scores.csv"
GROUPED = Protocol("grouped", "ten folds of whole people", grouped(10))


class KimoreSignals(System[Sequence[MarkedSignal]]):
    """The signals of one person → numbers that describe them; nothing is said of them."""

    name: ClassVar[str] = "kimore_score"
    title: ClassVar[str] = "KIMORE's clinical score (research)"
    reads: ClassVar[type] = list
    inputs: ClassVar[Mapping[str, TensorSpec]] = {
        "features": TensorSpec(shape=[N_FEATURES], description="of all five exercises; 0 where not seen"),
        "seen": TensorSpec(shape=[N_FEATURES], description="1 where a feature was seen"),
    }

    def prepare(self, recording: Sequence[MarkedSignal]) -> Tensors:
        """One row.

        Raises
        ------
        RecordingError
            If there is no signal at all.
        """
        if not recording:
            raise RecordingError("signals of a person must be at least one, got none; fetch the data set again")
        values = np.full((len(EXERCISES), len(FEATURES)), np.nan)
        for one in recording:
            values[EXERCISES.index(one.exercise)] = signal_features(one)
        flat = values.reshape(1, -1)
        seen = np.isfinite(flat)
        return {"features": np.where(seen, flat, 0.0).astype(np.float32), "seen": seen.astype(np.float32)}

    def interpret(self, recording: Sequence[MarkedSignal], outputs: Tensors, card: Card) -> list[Finding]:
        """Only that it isn't for use."""
        why = "the data may be used for research only, and the error is too large to be of use"
        return [Finding(name="kimore_score", label="Clinical score", category="quality", not_measurable=why)]


class KimoreScoreRecipe(Recipe):
    """KIMORE's scores, whole people left out."""

    name: ClassVar[str] = KimoreSignals.name
    title: ClassVar[str] = KimoreSignals.title
    system: ClassVar[KimoreSignals] = KimoreSignals()
    data: ClassVar[tuple[str, ...]] = ("kimore",)
    outputs: ClassVar[Mapping[str, TensorSpec]] = {"value": TensorSpec(shape=[], description="score, 0 to 50")}
    models: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "classical": Blend,
        "forest": Forest,
        "own exercise": lambda: Forest(pooled=False),
    }
    baselines: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "constant": constant,
        "exercise": lambda: Medians(diagnosis=False),
        "diagnosis": lambda: Medians(diagnosis=True),
        "duration": lambda: covariates_only(["duration_s"], n_classes=None),
    }
    ships: ClassVar[None] = None
    metrics: ClassVar[Mapping[str, Metric]] = {"MAE": mae, "Spearman": spearman}
    protocols: ClassVar[Mapping[str, Protocol]] = {LOSO.name: LOSO, GROUPED.name: GROUPED}
    intended_use: ClassVar[str] = "A research figure: what one signal an exercise tells of a clinician's score."
    limits: ClassVar[tuple[str, ...]] = (
        "Little better than knowing the diagnosis; not for use with patients.",
        "Repetitions were marked by hand.",
    )

    def examples(self, source: Path | None, *, quick: bool = False) -> Examples:
        """One row for each person and exercise that has a score; with ``quick`` those of a few people."""
        folder = locate("kimore", source)
        scores, signals = _scores(folder), kimore.read(folder)
        people = [p for p in scores if any(one.subject == p for one in signals)]
        people = people[:: max(1, len(people) // QUICK_PEOPLE)] if quick else people
        rows: list[tuple[Tensors, float, str, int, float]] = []
        for person in people:
            own = [one for one in signals if one.subject == person]
            seconds = {one.exercise: float(one.time_s[-1]) for one in own}
            tensors = self.system.prepare(own)
            rows += [
                (tensors, score, person, EXERCISES.index(exercise), seconds.get(exercise, 0.0))
                for exercise, score in scores[person].items()
            ]
        inputs = {name: np.concatenate([row[0][name] for row in rows]) for name in self.system.inputs}
        target, subject, exercise, duration = (np.array(column) for column in list(zip(*rows, strict=True))[1:])
        diagnosis = np.array([name.split("_")[0] for name in subject.tolist()])
        covariates = {"exercise": exercise, "duration_s": duration, "diagnosis": diagnosis}
        return Examples(inputs, target, subject, np.arange(len(target)), covariates)


def _scores(folder: Path) -> dict[str, dict[int, float]]:
    """Subject → exercise → total score; empty cells left out."""
    if not (folder / SCORES).is_file():
        raise RecordingError(f"KIMORE folder must hold {SCORES}, got {folder}; name another folder")
    with (folder / SCORES).open(newline="") as file:
        return {
            row["subject"]: {e: float(row[f"TS_Ex{e}"]) for e in EXERCISES if row[f"TS_Ex{e}"]}
            for row in csv.DictReader(file)
        }
