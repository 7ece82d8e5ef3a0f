"""Which joint errs, part of S10, on UI-PRMD's Kinect: real correct repetitions with a known error put into them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.kinematics.canonical import CANONICAL_JOINTS, canonical
from rehabkit.kinematics.injection import INJECTED_JOINTS, TURNS, inject
from rehabkit.learning.bench import Settings, evaluate
from rehabkit.learning.examples import Examples
from rehabkit.learning.metrics import Metric
from rehabkit.learning.model import Model
from rehabkit.learning.networks.joint_error import WINDOWS
from rehabkit.learning.networks.joint_error_fit import END, START, Repetitions, approved_means
from rehabkit.learning.protocols import LOSO, leave_one_subject_out
from rehabkit.learning.recipe import Recipe, Study, Table
from rehabkit.learning.recipes.joint_error_models import (
    CLEAN,
    INCORRECT,
    INJECTED,
    N_CLASSES,
    Chance,
    FilterModel,
    LargestDeviation,
    Trees,
)
from rehabkit.learning.uiprmd_legs import mended
from rehabkit.recordings.datasets.uiprmd import MOVEMENTS, Repetition, UiPrmd
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.runtime.card import TensorSpec
from rehabkit.runtime.datasets import locate
from rehabkit.runtime.home import home
from rehabkit.systems.joint_error import JointError, told

DEGREES = 15.0
PER_REPETITION = 4
"""Errors put into each correct repetition; the ten of a person and movement meet all joints, axes and signs."""
NEXT_ERROR = 7
"""From one error to the next in ERRORS: without a common factor, so that all are met in turn."""
ERRORS = tuple((joint, turn, sign) for joint in INJECTED_JOINTS for turn in TURNS for sign in (1.0, -1.0))
QUICK_SUBJECTS, QUICK_EPISODES = 3, 2
KNOWN_KEPT = 0.99
UNSCORED = -1
"""Target of incorrect repetitions: in them no one knows the joint, so metrics pass over them."""
SIZES = (5.0, 10.0, 15.0, 20.0, 30.0)
STRETCHES = ((0.1, 0.6), (0.4, 0.9), (0.15, 0.85))


def right_joint(target: NDArray[Any], probability: NDArray[Any]) -> float:
    """Of repetitions with an error, the share whose likeliest joint is the one (top-1 of nine)."""
    wrong = target > 0
    return float(np.mean(probability[wrong, 1:].argmax(axis=1) + 1 == target[wrong])) if wrong.any() else float("nan")


def clean_alarmed(target: NDArray[Any], probability: NDArray[Any]) -> float:
    """Of repetitions without an error, the share in which one is reported."""
    clean = target == 0
    return float(np.mean(probability[clean, 0] < 0.5)) if clean.any() else float("nan")


def reported_right(target: NDArray[Any], probability: NDArray[Any]) -> float:
    """Of repetitions with an error, the share in which one is reported, at the right joint."""
    wrong = target > 0
    if not wrong.any():
        return float("nan")
    right = probability[wrong, 1:].argmax(axis=1) + 1 == target[wrong]
    return float(np.mean(right & (probability[wrong, 0] < 0.5)))


@dataclass(frozen=True)
class _Error:
    """An error to be put into a repetition: number of ERRORS, degrees without sign, stretch."""

    number: int
    degrees: float = DEGREES
    start: float = START
    end: float = END


def with_errors(examples: Examples, errors: Callable[[int], list[_Error]]) -> Examples:
    """Clean rows, each followed by copies with an error; ``errors`` gives those of the n-th of a person's."""
    seen: dict[tuple[str, int], int] = {}
    source, positions, truth = [], [], []
    for row in range(len(examples)):
        key = (str(examples.subject[row]), int(examples.inputs["movement"][row].argmax()))
        seen[key] = seen.get(key, -1) + 1
        clean = examples.inputs["positions"][row]
        for one in errors(seen[key]):
            joint, turn, sign = ERRORS[one.number % len(ERRORS)]
            size = sign * one.degrees
            wrong = inject(clean.astype(np.float64), CANONICAL_JOINTS, joint, turn, size, one.start, one.end)
            source.append(row)
            positions.append(wrong.astype(np.float32))
            truth.append((1 + INJECTED_JOINTS.index(joint), size, TURNS.index(turn), one.start, one.end))
    copies = examples.at(np.array(source))
    target, *rest = (np.array(column) for column in zip(*truth, strict=True))
    known = dict(zip(("degrees", "axis", "start", "end"), rest, strict=True))
    covariates = {**copies.covariates, **known, "role": np.full(len(target), INJECTED)}
    inputs = {**copies.inputs, "positions": np.stack(positions)}
    return Examples(inputs, target.astype(np.int64), copies.subject, np.arange(len(target)), covariates)


def standard(nth: int) -> list[_Error]:
    """The protocol's errors of a person's n-th repetition of a movement."""
    return [_Error(NEXT_ERROR * (nth * PER_REPETITION + i)) for i in range(PER_REPETITION)]


def joints(source: Path | None, quick: bool) -> Table:
    """Top-1 of each joint, as evaluated."""
    recipe = JointErrorRecipe()
    examples = recipe.examples(source, quick=quick)
    names = ["small", "approved", "classical"]
    settings = Settings(quick=quick, cache=home() / "folds")
    outcomes = evaluate(recipe, examples, LOSO, settings, models=names).outcomes
    target = examples.target[outcomes["small"].rows]
    movement = examples.inputs["movement"][outcomes["small"].rows].argmax(axis=1)
    rows: list[list[Any]] = []
    strata = [(name.replace("_", " "), target == 1 + i) for i, name in enumerate(INJECTED_JOINTS)]
    strata += [(name.replace("_", " "), (target > 0) & (movement == i)) for i, name in enumerate(MOVEMENTS.values())]
    for name, part in strata:
        rows.append([name, *(right_joint(target[part], outcomes[one].outputs["probability"][part]) for one in names)])
    note = "Top-1 of nine joints, 15 degrees, chance 0.111; small, with three approved repetitions, ExtraTrees."
    return Table("joint_error: by joint and by movement, unseen people", ["error at / movement", *names], rows, note)


def sizes(source: Path | None, quick: bool) -> Table:
    """Errors of other sizes and at other times than those that the filter is made for."""
    recipe = JointErrorRecipe()
    examples = recipe.examples(source, quick=quick)
    wanted = {f"{size:g} degrees": _Error(0, size) for size in SIZES}
    wanted |= {f"15 degrees, {start:.0%} to {end:.0%}": _Error(0, DEGREES, start, end) for start, end in STRETCHES}
    found: dict[str, dict[bool, list[NDArray[Any]]]] = {name: {False: [], True: []} for name in wanted}
    for fold in leave_one_subject_out(examples):
        model = FilterModel()
        model.fit(examples.at(fold.train), 0)
        clean = examples.at(fold.test[examples.covariates["role"][fold.test] == CLEAN])
        for name, error in wanted.items():
            test = with_errors(clean, _two_of(error))
            for aided in (False, True):
                model.aided = aided
                found[name][aided].append(measured(test, model.predict(test)))
    rows = []
    for name, by_help in found.items():
        figures = [np.concatenate(parts) for parts in by_help.values()]
        rows.append([name, *(value for figure in figures for value in _summary(figure))])
    columns = ["error", "top-1", "reported, right joint", "degrees off, median", "stretch off, median"]
    columns += [f"{name} (approved)" for name in columns[1:]]
    note = (
        "Leave one subject out; (approved): three approved repetitions of the same person as reference. Degrees and "
        "stretch (share of the repetition, mean of start and end) of those named right."
    )
    return Table("joint_error: other sizes and times", columns, rows, note)


def vicon(source: Path | None, quick: bool) -> Table:
    """The same on Vicon, whose legs nobody had to mend: a filter of its own, and the Kinect's filter."""
    recipe = JointErrorRecipe()
    data = UiPrmd(locate("uiprmd", source))
    seen = [(one, skeleton) for one in _kept(data, quick) if (skeleton := data.vicon(one)) and _whole(skeleton)]
    markers, kinect = recipe.of(*map(list, zip(*seen, strict=True))), recipe.examples(source, quick=quick)
    rows: list[list[Any]] = []
    for name, examples in (("Vicon", markers), ("Kinect", kinect)):
        target: list[NDArray[Any]] = []
        found: dict[bool, list[NDArray[Any]]] = {False: [], True: []}
        for fold in leave_one_subject_out(markers):
            person = markers.subject[fold.test[0]]
            model, test = FilterModel(), markers.at(fold.test)
            model.fit(examples.at(examples.subject != person), 0)
            target.append(test.target)
            for aided, outputs in found.items():
                model.aided = aided
                outputs.append(model.predict(test)["probability"])
        for aided, outputs in found.items():
            values = np.concatenate(target), np.concatenate(outputs)
            title = f"filter from {name}" + (", three approved repetitions" if aided else "")
            rows.append([title, *(metric(*values) for metric in recipe.metrics.values())])
    note = (
        f"Leave one subject out, scored on {len(np.concatenate(target))} Vicon repetitions, 15 degrees, chance 0.111."
    )
    return Table("joint_error on Vicon, unseen people", ["filter", *recipe.metrics], rows, note)


def _whole(skeleton: Skeleton) -> bool:
    try:
        canonical(skeleton)
    except RecordingError:  # a joint's markers are missing throughout
        return False
    return True


def _two_of(error: _Error) -> Callable[[int], list[_Error]]:
    """For a person's n-th repetition two errors of that size and stretch."""
    return lambda nth: [replace(error, number=NEXT_ERROR * (2 * nth + k)) for k in range(2)]


def measured(examples: Examples, outputs: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
    """(n_rows, 4): right joint, reported and right, degrees off, stretch off."""
    joint, rows = examples.target - 1, np.arange(len(examples))
    right = outputs["probability"][:, 1:].argmax(axis=1) == joint
    reported = right & (outputs["probability"][:, 0] < 0.5)
    degrees = outputs["degrees"][rows, joint]
    largest = np.take_along_axis(degrees, np.abs(degrees).argmax(axis=1)[:, None], axis=1)[:, 0]
    truth = np.stack([examples.covariates["start"], examples.covariates["end"]], axis=1)
    stretch = np.abs(outputs["stretch"][rows, joint] - truth).mean(axis=1)
    return np.stack(
        [right, reported, np.abs(np.abs(largest) - np.abs(examples.covariates["degrees"])), stretch], axis=1
    )


def _summary(figures: NDArray[np.float64]) -> list[float]:
    named = figures[figures[:, 0] == 1]
    return [*figures[:, :2].mean(axis=0).tolist(), *np.median(named[:, 2:], axis=0).tolist()]


class JointErrorRecipe(Recipe):
    """UI-PRMD's correct repetitions, Kinect with its legs mended, with errors put in."""

    name: ClassVar[str] = JointError.name
    title: ClassVar[str] = "Which joint is wrong (15° put into real repetitions)"
    system: ClassVar[JointError] = JointError()
    data: ClassVar[tuple[str, ...]] = ("uiprmd",)
    labels: ClassVar[tuple[str, ...]] = ("none", *INJECTED_JOINTS)
    outputs: ClassVar[Mapping[str, TensorSpec]] = {
        "probability": TensorSpec(
            shape=[N_CLASSES], axes=["joint"], description="of no error and of each joint; below 0.5 for none: an error"
        ),
        "degrees": TensorSpec(shape=[len(INJECTED_JOINTS), len(TURNS)], axes=["joint", "axis"], unit="deg"),
        "stretch": TensorSpec(
            shape=[len(INJECTED_JOINTS), 2], axes=["joint", "start and end"],
            description=f"shares of the repetition, the best of {len(WINDOWS)} stretches",
        ),
        "distance": TensorSpec(shape=[], description="from the movement; about 1 for what it was made from"),
    }  # fmt: skip
    models: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "small": FilterModel,
        "approved": lambda: FilterModel(aided=True),
        "classical": Trees,
    }
    baselines: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "chance": Chance,
        "largest deviation": LargestDeviation,
    }
    ships: ClassVar[str] = "small"
    metrics: ClassVar[Mapping[str, Metric]] = {
        "top-1 joint": right_joint,
        "clean alarmed": clean_alarmed,
        "reported, right joint": reported_right,
    }
    studies: ClassVar[Mapping[str, Study]] = {"joints": joints, "sizes": sizes, "vicon": vicon}
    intended_use: ClassVar[str] = (
        "Points a clinician to the joint that most departs from correct repetitions, when and by about how much."
    )
    limits: ClassVar[tuple[str, ...]] = (
        "Measured with errors of one joint put into real repetitions of ten healthy people, not with patients' errors.",
        "It finds errors around the middle of a repetition; 15 % earlier or later it is no better than chance.",
        "When the error was is therefore hardly more than a guess; errors of 5 degrees aren't found.",
        "In lunges and in sitting down and standing up, errors at the moving hip, knee and elbow are often missed.",
        "It knows ten movements, from a Kinect with legs mended with Vicon's help; else only Vicon was measured.",
    )

    def examples(self, source: Path | None, *, quick: bool = False) -> Examples:
        """Correct repetitions, the same with errors, and incorrect ones; with ``quick`` a few of three people."""
        data = UiPrmd(locate("uiprmd", source))
        kept = _kept(data, quick)
        return self.of(kept, mended(data, kept))

    def of(self, kept: Sequence[Repetition], skeletons: Sequence[Skeleton]) -> Examples:
        """The examples of these repetitions, as these skeletons show them."""
        real = self._real(kept, skeletons)
        role = real.covariates["role"]
        wrong = with_errors(real.at(role == CLEAN), standard)
        return _joined([real.at(role == CLEAN), wrong, real.at(role == INCORRECT)])

    def _real(self, kept: Sequence[Repetition], skeletons: Sequence[Skeleton]) -> Examples:
        shown = zip(skeletons, kept, strict=True)
        rows = [told(self.system.prepare(skeleton), exercise=one.movement) for skeleton, one in shown]
        inputs = {name: np.concatenate([row[name] for row in rows]) for name in self.system.inputs}
        subject = np.array([f"{one.subject:02d}" for one in kept])
        correct = np.array([one.correct for one in kept])
        movement = inputs["movement"].argmax(axis=1).astype(np.int64)
        usual = approved_means(Repetitions(inputs["positions"], movement, subject, correct), seed=0)
        n, nothing = len(kept), np.zeros(len(kept))
        covariates = {
            "role": np.where(correct, CLEAN, INCORRECT), "usual": usual, "degrees": nothing,
            "axis": nothing.astype(np.int64), "start": nothing, "end": nothing,
        }  # fmt: skip
        return Examples(inputs, np.where(correct, 0, UNSCORED), subject, np.arange(n), covariates)

    def settings(self, examples: Examples, scored: Mapping[str, Any]) -> dict[str, Any]:
        """How exact the degrees are, and from which distance on a movement is none that it knows."""
        if "degrees" not in scored:
            return {}
        injected = examples.covariates["role"] == INJECTED
        figures = measured(examples.at(injected), {name: value[injected] for name, value in scored.items()})
        clean = scored["distance"][examples.covariates["role"] == CLEAN]
        return {
            "degrees_95": round(float(np.quantile(figures[figures[:, 1] == 1, 2], 0.95)), 1),
            "largest_distance": round(float(np.quantile(clean, KNOWN_KEPT)), 3),
        }


def _kept(data: UiPrmd, quick: bool) -> list[Repetition]:
    return [
        one
        for one in data.repetitions
        if not quick or (one.subject <= QUICK_SUBJECTS and one.episode <= QUICK_EPISODES)
    ]


def _joined(parts: list[Examples]) -> Examples:
    """Rows one after another, each its own recording."""
    inputs = {name: np.concatenate([part.inputs[name] for part in parts]) for name in parts[0].inputs}
    covariates = {name: np.concatenate([part.covariates[name] for part in parts]) for name in parts[0].covariates}
    target, subject = (np.concatenate([getattr(part, name) for part in parts]) for name in ("target", "subject"))
    return Examples(inputs, target, subject, np.arange(len(target)), covariates)
