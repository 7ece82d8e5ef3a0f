"""S9 exercise_imu on SPAR: seven shoulder exercises, ten people, a watch on either wrist."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from rehabkit.learning.bench import Outcome, Settings, evaluate, score
from rehabkit.learning.examples import Examples, Sample, build
from rehabkit.learning.metrics import Metric, accuracy, auroc, by_recording, calibration_error, macro_f1
from rehabkit.learning.model import Model
from rehabkit.learning.networks.exercise_imu import Convolutions, Distance, Recogniser, StatisticsMlp
from rehabkit.learning.protocols import LOSO, leave_one_subject_out
from rehabkit.learning.recipe import Recipe, Study, Table
from rehabkit.learning.recipes.exercise_imu_models import (
    KNOWN_KEPT,
    RecogniserModel,
    RocketModel,
    TreesModel,
    augmented,
    smoothed_cross_entropy,
)
from rehabkit.learning.training import TrainConfig
from rehabkit.learning.trivial import covariates_only, majority
from rehabkit.recordings.datasets import spar
from rehabkit.recordings.inertial import Inertial
from rehabkit.runtime.card import TensorSpec
from rehabkit.runtime.datasets import locate
from rehabkit.runtime.home import home
from rehabkit.systems.exercise_imu import ExerciseImu

LABELS = tuple(spar.TITLES.values())
N_CLASSES = len(LABELS)
QUICK_SUBJECTS = 3
CONFIG = TrainConfig(epochs=8, batch_size=64, learning_rate=3e-3)


def _network(build_logits: Callable[[], nn.Module], n_members: int) -> Callable[[], Model]:
    def make() -> Model:
        def untrained() -> nn.Module:
            return Recogniser(build_logits(), N_CLASSES)

        return RecogniserModel(untrained, smoothed_cross_entropy, CONFIG, augment=augmented, n_members=n_members)

    return make


def abstained(source: Path | None, quick: bool) -> Table:
    """What the shipped network does when it may abstain; thresholds from its own training people."""
    recipe = ExerciseImuRecipe()
    examples = recipe.examples(source, quick=quick)
    one = _evaluated(recipe, examples, [recipe.ships], quick)[recipe.ships]
    at = examples.at(one.rows)
    of_sets = {name: by_recording(at.target, value, at.subject, at.recording)[1] for name, value in one.outputs.items()}
    target, _, subject = by_recording(at.target, at.target, at.subject, at.recording)
    sure = of_sets["probability"].max(axis=1) >= of_sets["least_probability"]
    kept = sure & (of_sets["distance"] <= of_sets["largest_distance"])
    right = of_sets["probability"].argmax(axis=1) == target
    row = [recipe.ships, float(right.mean()), float(kept.mean()), float(right[kept].mean()), int((~right & kept).sum())]
    columns = ["model", "all sets right", "sets named", "named sets right", "named wrongly"]
    note = (
        f"{len(target)} sets of {len(np.unique(subject))} people. Each person's thresholds come from the others: from "
        "further networks, that had seen neither this person nor, in turn, a third of the others, on that third."
    )
    return Table("exercise_imu: when it may abstain", columns, [row], note)


def windows(source: Path | None, quick: bool) -> Table:
    """The same models, each window of 4 s scored by itself."""
    recipe = ExerciseImuRecipe()
    examples = recipe.examples(source, quick=quick)
    rows = []
    for name, one in _evaluated(recipe, examples, [*recipe.models, *recipe.baselines], quick).items():
        alone = replace(examples.at(one.rows), recording=np.arange(len(one.rows)))
        rows.append([name, *map(str, score(recipe, alone, one.outputs).values())])
    note = f"{len(examples)} windows of {len(examples.subjects)} people; in brackets the 95 % interval and the worst."
    return Table(f"exercise_imu, windows of 4 s: {LOSO.title}", ["model", *recipe.metrics], rows, note)


def unknown(source: Path | None, quick: bool) -> Table:
    """Leave one exercise out of training: does the distance tell it from the other six, in people left out as well?"""
    examples = ExerciseImuRecipe().examples(source, quick=quick)
    rows = []
    for label, title in enumerate(LABELS):
        distance = _distances_without(label, examples)
        foreign = (examples.target == label).astype(np.int64)
        target, pooled, _ = by_recording(foreign, distance, examples.subject, examples.recording)
        limit = np.quantile(pooled[target == 0], KNOWN_KEPT)
        rows.append(
            [title, _auroc(foreign, distance), _auroc(target, pooled), float(np.mean(pooled[target == 1] > limit))]
        )
    rows.append(["mean", *(float(np.mean([row[i] for row in rows])) for i in (1, 2, 3))])
    note = (
        "Distance alone, no network. The last column's limit is taken from the tested people's own known sets, so it "
        "shows what the distance could do at best. The kind of distance was chosen by this table."
    )
    columns = ["exercise left out", "AUROC, windows", "AUROC, sets", "its sets rejected, with a tenth of known ones"]
    return Table(f"exercise_imu, an exercise it never saw: {LOSO.title}", columns, rows, note)


def _distances_without(label: int, examples: Examples) -> NDArray[np.float32]:
    """(n_rows,) distance of each person's windows to the other six exercises of the other people."""
    motion, target = torch.as_tensor(examples.inputs["motion"]), torch.as_tensor(examples.target)
    distance = np.zeros(len(examples), dtype=np.float32)
    for fold in leave_one_subject_out(examples):
        rows = fold.train[examples.target[fold.train] != label]
        module = Distance(N_CLASSES)
        module.fit(motion[rows], target[rows])
        distance[fold.test] = module(motion[fold.test]).numpy()
    return distance


def _auroc(positive: NDArray[np.int64], value: NDArray[Any]) -> float:
    return auroc(positive, np.stack([-value, value], axis=1))


def _evaluated(recipe: Recipe, examples: Examples, models: list[str], quick: bool) -> Mapping[str, Outcome]:
    """Under LOSO, with the folds that `rehabkit evaluate` kept."""
    settings = Settings(quick=quick, cache=home() / "folds")
    return evaluate(recipe, examples, LOSO, settings, models=models).outcomes


class ExerciseImuRecipe(Recipe):
    """SPAR's seven exercises, leave one subject out."""

    name: ClassVar[str] = ExerciseImu.name
    title: ClassVar[str] = ExerciseImu.title
    system: ClassVar[ExerciseImu] = ExerciseImu()
    data: ClassVar[tuple[str, ...]] = ("spar",)
    labels: ClassVar[tuple[str, ...]] = LABELS
    outputs: ClassVar[Mapping[str, TensorSpec]] = {
        "probability": TensorSpec(shape=[N_CLASSES], axes=["exercise"]),
        "distance": TensorSpec(shape=[], description="from the nearest exercise; about 1 for one it knows, at most 10"),
    }
    models: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "published": _network(lambda: StatisticsMlp(N_CLASSES), 1),
        "small": _network(lambda: Convolutions(N_CLASSES), 3),
        "classical": lambda: RocketModel(N_CLASSES),
        "extra_trees": lambda: TreesModel(N_CLASSES),
    }
    baselines: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "majority": lambda: majority(N_CLASSES),
        "start pose": lambda: covariates_only(["start_pose"], n_classes=N_CLASSES),
        "duration": lambda: covariates_only(["duration_s"], n_classes=N_CLASSES),
    }
    ships: ClassVar[str] = "small"
    metrics: ClassVar[Mapping[str, Metric]] = {
        "accuracy": accuracy,
        "macro F1": macro_f1,
        "calibration error": calibration_error,
    }
    studies: ClassVar[Mapping[str, Study]] = {"windows": windows, "unknown": unknown, "abstained": abstained}
    intended_use: ClassVar[str] = (
        "Tells which of seven shoulder exercises a watch on the wrist felt, for a diary that a clinician reads."
    )
    limits: ClassVar[tuple[str, ...]] = (
        "Trained on ten healthy people, with an Apple Watch worn as usual; no patients.",
        "Forward elevation and abduction, and internal and external rotation, are what it confuses.",
        "An exercise that is none of the seven is noticed in about half of the sets only.",
        "It doesn't count repetitions and doesn't judge how well an exercise is done.",
    )

    def examples(self, source: Path | None, *, quick: bool = False) -> Examples:
        """Windows of all sets; with ``quick`` those of three people."""
        sets = spar.read(locate("spar", source) / "spar_subset.npz")
        chosen = [one for one in sets if not quick or one.subject <= QUICK_SUBJECTS]
        return build(self.system, [_sample(one) for one in chosen], classes=True)


def _sample(one: spar.WatchSet) -> Sample[Inertial]:
    start = (one.recording.mirrored() if one.recording.side == "left" else one.recording).acceleration[:25]
    covariates = {"start_pose": start.mean(axis=0), "duration_s": one.recording.duration_s, "side": one.recording.side}
    return Sample(one.recording, list(spar.TITLES).index(one.exercise), f"{one.subject:02d}", covariates)
