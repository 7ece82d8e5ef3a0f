"""S10 movement_quality on UI-PRMD: correct or not, ten exercises, ten people, Kinect with its legs mended and Vicon."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from torch import nn

from rehabkit.errors import RecordingError
from rehabkit.learning.examples import Examples, Sample, build
from rehabkit.learning.metrics import Metric, accuracy, auroc, calibration_error
from rehabkit.learning.model import Model, NetworkModel
from rehabkit.learning.networks.movement_quality import N_FRAMES, Fcn
from rehabkit.learning.protocols import LOSO, RANDOM, Fold, Protocol, by_column
from rehabkit.learning.recipe import Recipe, Study
from rehabkit.learning.recipes.movement_quality_models import RocketModel, TreesModel
from rehabkit.learning.recipes.movement_quality_sets import KINECT, VICON, judged, least_sure, levels_of, two
from rehabkit.learning.studies.movement_quality import abstained, approved, sets, vicon
from rehabkit.learning.studies.movement_quality_when import when
from rehabkit.learning.training import Batch, TrainConfig
from rehabkit.learning.trivial import covariates_only, majority
from rehabkit.learning.uiprmd_legs import mended
from rehabkit.recordings.datasets.uiprmd import Repetition, UiPrmd
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.runtime.card import TensorSpec
from rehabkit.runtime.datasets import locate
from rehabkit.systems.movement_quality import CORRECT, MOVEMENTS, MovementQuality, prepare

N_CLASSES = 2
QUICK_SUBJECTS, QUICK_MOVEMENTS, QUICK_EPISODES = 3, ("deep_squat", "shoulder_abduction"), 4
CONFIG = TrainConfig(epochs=15, batch_size=64, learning_rate=2e-3, mixed=True)


def on_kinect(protocol: Protocol) -> Protocol:
    """The protocol with the Kinect's repetitions alone in its test parts; Vicon's only help to train."""

    def split(examples: Examples) -> list[Fold]:
        kinect = np.flatnonzero(examples.covariates["sensor"] == KINECT)
        return [Fold(f.name, f.train, np.intersect1d(f.test, kinect)) for f in protocol.split(examples)]

    return replace(protocol, split=split)


PUBLISHED = Protocol("published_folds", "the published cross-subject folds (1326 repetitions)", by_column("fold"))
PROTOCOLS = tuple(map(on_kinect, (LOSO, PUBLISHED, RANDOM)))


def cross_entropy(outputs: Batch, batch: Batch) -> Any:
    """Cross-entropy with a tenth of smoothing."""
    return nn.functional.cross_entropy(outputs["logits"], batch["target"], label_smoothing=0.1)


def _fcn(widths: tuple[int, int, int]) -> Callable[[], Model]:
    return lambda: NetworkModel(lambda: Fcn(widths), cross_entropy, CONFIG)


class MovementQualityRecipe(Recipe):
    """UI-PRMD, leave one person out; the exercise is given."""

    name: ClassVar[str] = MovementQuality.name
    title: ClassVar[str] = MovementQuality.title
    system: ClassVar[MovementQuality] = MovementQuality()
    data: ClassVar[tuple[str, ...]] = ("uiprmd",)
    labels: ClassVar[tuple[str, ...]] = ("incorrect", "correct")
    outputs: ClassVar[Mapping[str, TensorSpec]] = {
        "probability": TensorSpec(shape=[N_CLASSES], axes=["class"]),
        "activation": TensorSpec(
            shape=[N_FRAMES],
            axes=["time"],
            description="what each frame adds to the log odds of correct",
        ),
        "exercise": TensorSpec(shape=[len(MOVEMENTS)], axes=["exercise"], description="given, or guessed"),
    }
    models: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "published": _fcn((128, 256, 128)),
        "small": _fcn((32, 64, 32)),
        "classical": RocketModel,
        "extra_trees": TreesModel,
    }
    baselines: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "majority": lambda: majority(N_CLASSES),
        "duration": lambda: covariates_only(["duration_s"], n_classes=N_CLASSES),
        "start pose": lambda: covariates_only(["start_pose", "exercise"], n_classes=N_CLASSES),
    }
    ships: ClassVar[str] = "classical"
    metrics: ClassVar[Mapping[str, Metric]] = {
        "accuracy": accuracy,
        "AUROC": auroc,
        "calibration error": calibration_error,
    }
    protocols: ClassVar[Mapping[str, Protocol]] = {p.name: p for p in PROTOCOLS}
    studies: ClassVar[Mapping[str, Study]] = {
        "sets": lambda source, quick: sets(MovementQualityRecipe(), source, quick),
        "approved": lambda source, quick: approved(MovementQualityRecipe(), source, quick),
        "abstained": lambda source, quick: abstained(MovementQualityRecipe(), source, quick),
        "vicon": lambda source, quick: vicon(MovementQualityRecipe(), source, quick),
        "when": lambda source, quick: when(MovementQualityRecipe(), source, quick),
    }
    intended_use: ClassVar[str] = (
        "Gives the probability that a repetition of one of ten exercises was done as shown, for a clinician's review; "
        "best with two or three repetitions of the person approved beforehand."
    )
    limits: ClassVar[tuple[str, ...]] = (
        "Ten healthy adults; what is called incorrect was played by the same people in blocks. No patients.",
        "The Kinect's legs were mended with Vicon's help before training; another Kinect's may differ.",
        "A repetition by itself, or a set all alike, can be mistaken: a person's own way of standing may look like an "
        "error. Two or three approved repetitions help.",
        "Inline lunge and shoulder extension are judged worst.",
        "A camera's guess of depth was not among the training data: its scores are provisional.",
    )

    def examples(self, source: Path | None, *, quick: bool = False) -> Examples:
        """All repetitions, of the Kinect first, then of Vicon, with the exercise given; ``quick``: a few of three."""
        folder = locate("uiprmd", source)
        data = UiPrmd(folder)
        chosen = [one for one in data.repetitions if not quick or _is_quick(one)]
        seen = [(one, skeleton, KINECT) for one, skeleton in zip(chosen, mended(data, chosen), strict=True)]
        seen += [(one, skeleton, VICON) for one in chosen if (skeleton := _by_vicon(data, one)) is not None]
        folds = published_folds(folder)
        samples = [_sample(*each, folds) for each in seen]
        return named(build(self.system, samples, classes=True), [one.movement for one, *_ in seen])

    def settings(self, examples: Examples, scored: Mapping[str, Any]) -> dict[str, Any]:
        """Where people's levels lie, and when it abstains."""
        if not scored:
            return {}
        together = judged(examples, scored["probability"][:, CORRECT])
        levels = levels_of(examples, scored["probability"][:, CORRECT])
        return {"levels": asdict(levels), "least_sure": least_sure(examples.target, two(together))}


def named(examples: Examples, movements: list[str]) -> Examples:
    """The same with the exercise given, one a row."""
    given = np.array([[float(name == movement) for name in MOVEMENTS] for movement in movements], dtype=np.float32)
    start = examples.inputs["positions"][:, 0].reshape(len(examples), -1)
    more = {"start_pose": start, "exercise": given}
    return replace(examples, inputs={**examples.inputs, "movement": given}, covariates={**examples.covariates, **more})


def published_folds(folder: Path) -> list[int]:
    """Fold of each row of ``meta.csv``, 0 to 4; -1 where the published set hasn't got it."""
    with (folder / "meta.csv").open(newline="") as file:
        return [int(row.get("egcn_cs_fold") or 0) - 1 for row in csv.DictReader(file)]


def _is_quick(one: Repetition) -> bool:
    return one.subject <= QUICK_SUBJECTS and one.movement in QUICK_MOVEMENTS and one.episode <= QUICK_EPISODES


def _by_vicon(data: UiPrmd, one: Repetition) -> Skeleton | None:
    """The same repetition as Vicon saw it; ``None`` where it didn't, or a joint's markers were lost throughout."""
    skeleton = data.vicon(one)
    try:
        return None if skeleton is None or prepare(skeleton, one.movement) is None else skeleton
    except RecordingError:
        return None


def _sample(one: Repetition, skeleton: Skeleton, sensor: str, folds: list[int]) -> Sample[Skeleton]:
    known = {"duration_s": skeleton.duration_s, "fold": folds[one.row], "episode": one.episode, "sensor": sensor}
    return Sample(skeleton, float(one.correct), f"s{one.subject:02d}", known)
