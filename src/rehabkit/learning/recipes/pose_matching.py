"""pose_matching: trained on pairs of UI-PRMD's key poses, judged on pairs of people that it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from torch import nn

from rehabkit.learning import bench, trivial
from rehabkit.learning.examples import Examples, Sample, build
from rehabkit.learning.metrics import Metric, accuracy, auroc, calibration_error
from rehabkit.learning.model import Model, NetworkModel
from rehabkit.learning.networks.pose_matching import SmallMatcher, matching_loss
from rehabkit.learning.networks.st_amcnn import st_amcnn, st_resnet18, st_vgg16
from rehabkit.learning.protocols import Fold, Protocol, by_column, random_split
from rehabkit.learning.recipe import Recipe, Table
from rehabkit.learning.recipes.pose_angles import AngleModel, mean_angle, mean_joint_angle, one_number, pixel_cosine
from rehabkit.learning.recipes.pose_new_pairs import NewPairs
from rehabkit.learning.recipes.pose_pairs import (
    DEGREES,
    DUOS,
    KINDS,
    TURNED,
    Pair,
    draw_pairs,
    key_poses,
    turned_pairs,
)  # fmt: skip
from rehabkit.learning.training import TrainConfig
from rehabkit.recordings.datasets.uiprmd import UiPrmd
from rehabkit.runtime.card import TensorSpec
from rehabkit.runtime.datasets import locate
from rehabkit.runtime.home import home
from rehabkit.systems.pose_matching.stick_figure import LIMBS
from rehabkit.systems.pose_matching.system import PoseMatching, PosePair

N_EACH, N_EACH_QUICK = 360, 6
"""Pairs of each duo of people."""
N_TURNED, TURNED_QUICK = 5, (1, 0, DEGREES[-1:])
"""Of each duo, joint and size of error; with ``quick`` one of the largest size."""
SAME, OTHER = (0, 1), (2, 3, 4)
"""Kinds of pairs of the same pose, and of another."""
PARTS = ("shoulder", "elbow", "hip", "knee")
PUBLISHED = ("published", "resnet18", "vgg16")
NO_CODE = -1000
"""Of poses that no new pair is made from."""
UNJUDGED = -1
"""Target of pairs that only ask where an error is: no model is trained on them, no metric counts them."""

Array = NDArray[Any]


def judged(metric: Metric) -> Metric:
    """The metric over the pairs that are the same pose or another one."""

    @wraps(metric)
    def measure(target: Array, output: Array) -> float:
        rows = target != UNJUDGED
        return metric(target[rows], output[rows])

    return measure


def trained_on_judged(split: Callable[[Examples], list[Fold]]) -> Callable[[Examples], list[Fold]]:
    """The split with nothing unjudged in its training parts."""

    def keep(examples: Examples) -> list[Fold]:
        wanted = np.flatnonzero(examples.target != UNJUDGED)
        return [Fold(fold.name, np.intersect1d(fold.train, wanted), fold.test) for fold in split(examples)]

    return keep


HALVES = Protocol(
    "halves",
    "half of the people left out, both people of a pair on one side; small trained for 25 passes, the published "
    "networks for 20; small's design was chosen by looking at these ten people",
    trained_on_judged(by_column("half")),
)
LEAK = Protocol(
    "random", "random split, people on both sides (a leak, shown on purpose)", trained_on_judged(random_split(2)), True
)


def network(make: Callable[[], nn.Module], learning_rate: float) -> Callable[[], Model]:
    """A published matcher, trained on new pairs in every batch.

    The baselines fall to one embedding for all poses at the rate that suits ST-AMCNN.
    """
    config = TrainConfig(20, 24, learning_rate, mixed=True)
    return lambda: NetworkModel(make, matching_loss, config, augment=NewPairs())


def small() -> Model:
    """The small matcher, the same on every device."""
    return NetworkModel(SmallMatcher, matching_loss, TrainConfig(25, 64, 2e-3), augment=NewPairs())


class PoseMatchingRecipe(Recipe):
    """The recipe of ST-AMCNN, its baselines, and the small matcher that ships."""

    name: ClassVar[str] = "pose_matching"
    title: ClassVar[str] = PoseMatching.title
    system: ClassVar[PoseMatching] = PoseMatching()
    data: ClassVar[tuple[str, ...]] = ("uiprmd",)
    labels: ClassVar[tuple[str, ...]] = ("another pose", "the same pose")
    outputs: ClassVar[Mapping[str, TensorSpec]] = {
        "score": TensorSpec(shape=[], description="cosine of the two embeddings, -1 to 1"),
        "probability": TensorSpec(shape=[2], axes=["label"]),
        "limbs": TensorSpec(
            shape=[len(LIMBS)],
            axes=["limb"],
            description=f"lowest where a limb agrees least: {', '.join(name for name, *_ in LIMBS)}",
        ),
    }
    models: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "small": small,
        "published": network(st_amcnn, 1e-3),
        "resnet18": network(st_resnet18, 2e-4),
        "vgg16": network(st_vgg16, 2e-4),
        "classical": AngleModel,
    }
    baselines: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "joint angles in 3-D": lambda: one_number(mean_joint_angle),
        "limb angles": lambda: one_number(mean_angle),
        "pixels": lambda: one_number(pixel_cosine),
        "majority": lambda: trivial.majority(2),
    }
    ships: ClassVar[str | None] = "small"
    metrics: ClassVar[Mapping[str, Metric]] = {
        "AUC": judged(auroc), "accuracy": judged(accuracy), "ECE": judged(calibration_error),
    }  # fmt: skip
    protocols: ClassVar[Mapping[str, Protocol]] = {HALVES.name: HALVES, LEAK.name: LEAK}
    intended_use: ClassVar[str] = (
        "Tells a clinician or a patient whether a pose looks like the one to copy, and which limb to look at first."
    )
    limits: ClassVar[tuple[str, ...]] = (
        "Trained on ten healthy adults in front of a Kinect who simulated errors; not tested on patients.",
        "It compares pictures: what points at the camera can't be seen, and both poses need the same view.",
        "No angle in degrees comes from it; those are measured apart.",
        "Its design was chosen by looking at the same ten people, so its figures are a little optimistic.",
    )

    def examples(self, source: Path | None, *, quick: bool = False) -> Examples:
        """Pairs of key poses of one duo of people each, with what sort of pair it is."""
        data = UiPrmd(locate("uiprmd", source))
        duos = DUOS[:2] if quick else DUOS
        poses = key_poses(data, {person for duo in duos for person in duo})
        pairs = draw_pairs(poses, N_EACH_QUICK if quick else N_EACH, seed=0)
        probes = turned_pairs(poses, *TURNED_QUICK) if quick else turned_pairs(poses, N_TURNED, seed=0)
        return build(self.system, (_sample(pair) for part in (pairs, probes) for pair in part), classes=True)

    def kinds(self, source: Path | None, quick: bool) -> Table:
        """AUC of each model against each kind of other pose, and the accuracy of telling the movement."""
        examples, evaluation = self._evaluated(source, quick)
        rows = [[name, *_by_kind(examples, outcome)] for name, outcome in evaluation.outcomes.items()]
        columns = ["model", *(f"AUC, {KINDS[kind]}" for kind in OTHER), "accuracy, same or other movement"]
        note = (
            f"Pairs of the same pose (same or other person) against each kind of other pose; {HALVES.title}. The last "
            "column leaves out other phases and simulated errors: the paper's question of same or different section."
        )
        return Table("Which other poses are told apart", columns, rows, note)

    def where(self, source: Path | None, quick: bool) -> Table:
        """Does the limb that each model names carry the error that was put in?"""
        examples, evaluation = self._evaluated(source, quick)
        rows = [row for name, outcome in evaluation.outcomes.items() for row in _found(name, examples, outcome)]
        chance = np.mean([len(limbs) for _, limbs in TURNED.values()]) / len(LIMBS)
        rows.append(["chance", *[f"{chance:.2f}"] * (len(DEGREES) + len(PARTS))])
        columns = ["model", *(f"{size:.0f}°" for size in DEGREES), *(f"{part}, all sizes" for part in PARTS)]
        note = (
            "One joint of a correct repetition turned by known degrees (shoulder and hip abducted, elbow and knee "
            "flexed), compared with another correct repetition of the same person; share in which the limb that the "
            f"model names swings with that joint; {HALVES.title}. Seen from the front a flexed knee mostly shortens."
        )
        return Table("Which limb was wrong", columns, rows, note)

    studies: ClassVar[Mapping[str, Callable[[Path | None, bool], Table]]] = {
        "kinds": lambda source, quick: PoseMatchingRecipe().kinds(source, quick),
        "where": lambda source, quick: PoseMatchingRecipe().where(source, quick),
    }

    def _evaluated(self, source: Path | None, quick: bool) -> tuple[Examples, bench.Evaluation]:
        """All models under the default protocol; folds that are kept aren't trained again."""
        examples = self.examples(source, quick=quick)
        settings = bench.Settings(quick=quick, cache=home() / "folds")
        return examples, bench.evaluate(self, examples, HALVES, settings)


def _sample(pair: Pair) -> Sample[PosePair]:
    """A pair with its truth; only judged pairs' learners have a code that new pairs are made by."""
    probe = pair.kind == len(KINDS)
    recording = PosePair(pair.learner.skeleton, pair.template.skeleton, pair.learner.frame, pair.template.frame)
    covariates = {
        "kind": pair.kind, "half": pair.duo % 2, "joint": pair.joint, "degrees": pair.degrees,
        "joint_angles_deg": np.abs(pair.learner.angles_deg() - pair.template.angles_deg()),
        "learner_code": NO_CODE if probe else pair.learner.code, "template_code": pair.template.code,
    }  # fmt: skip
    target = UNJUDGED if probe else int(pair.kind in SAME)
    return Sample(recording, target, f"s{pair.learner.person:02d}", covariates)


def _by_kind(examples: Examples, outcome: bench.Outcome) -> list[str]:
    kind, output = examples.covariates["kind"][outcome.rows], outcome.outputs["probability"]
    same = np.isin(kind, SAME)
    cells = []
    for other in OTHER:
        rows = same | (kind == other)
        cells.append(f"{auroc(same[rows].astype(int), output[rows]):.3f}")
    rows = same | (kind == OTHER[0])
    return [*cells, f"{accuracy(same[rows].astype(int), output[rows]):.3f}"]


def _found(name: str, examples: Examples, outcome: bench.Outcome) -> Iterator[list[str]]:
    """Rows of shares of hits; of a published network also by the limb with the most heat, as the paper reads it."""
    if "limbs" not in outcome.outputs:
        return
    part = examples.at(outcome.rows)
    probe = part.covariates["kind"] == len(KINDS)
    joints = [list(TURNED)[joint] for joint in part.covariates["joint"][probe]]
    degrees, limbs = part.covariates["degrees"][probe], outcome.outputs["limbs"][probe]
    readings = {name: limbs.argmin(axis=1)}
    if name in PUBLISHED:
        readings[f"{name}, most heat"] = limbs.argmax(axis=1)
    for said, named in readings.items():
        hit = np.array([LIMBS[limb][0] in TURNED[joint][1] for limb, joint in zip(named, joints, strict=True)])
        of_part = {p: np.array([joint.endswith(p) for joint in joints]) for p in PARTS}
        rows = [degrees == size for size in DEGREES] + [of_part[p] for p in PARTS]
        yield [said, *(f"{hit[one].mean():.2f}" if one.any() else "–" for one in rows)]
