"""S8 joint_intention on the UCI lower limb set: 21 men, four thigh muscles, the knee's angle, three tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from rehabkit.learning.examples import Examples
from rehabkit.learning.metrics import Metric, offset_free_rmse, r_squared, range_rmse, rmse
from rehabkit.learning.model import Model
from rehabkit.learning.networks.joint_intention import N_FEATURES, Angle, AngleNetwork, Bpnn, Cnn, CnnLstm
from rehabkit.learning.recipe import Recipe, Study
from rehabkit.learning.recipes.joint_intention_models import Held, RidgeModel, WindowModel, mean, network
from rehabkit.learning.studies import joint_intention as studies
from rehabkit.learning.studies import joint_intention_calibration as calibration
from rehabkit.learning.training import TrainConfig
from rehabkit.recordings.datasets import uci_lower_limb
from rehabkit.recordings.datasets.uci_lower_limb import ANGLE, Trial
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.card import TensorSpec
from rehabkit.runtime.datasets import locate
from rehabkit.systems.joint_intention import JointIntention
from rehabkit.systems.joint_intention_live import N_FRAMES, frame_ends

TASKS = tuple(uci_lower_limb.TASKS.values())
SWAPPED = {"standing": "sitting", "sitting": "standing"}
SWAPPED_MAN = "A02"
"""What is called his standing is driven by the quadriceps, what is called his sitting by the hamstrings."""
DESIGN_MEN = frozenset(f"{group}{number:02d}" for group in "AN" for number in range(1, 12, 2))
"""Odd numbers: on them designs were compared; the nine others were first scored when the design stood."""
QUICK_MEN = ("A02", "N01", "N03")
KNOWN_KEPT = 0.995
SEQUENCES = TrainConfig(epochs=8, batch_size=64, learning_rate=5e-3)
WINDOWS = TrainConfig(epochs=10, batch_size=128, learning_rate=2e-3)


def rows_of(trial: Trial, tensors: Tensors) -> dict[str, Any]:
    """Truth of each window: the angle at its end, at each of its frames, and one frame ago."""
    recording = trial.recording
    ends = frame_ends(recording.n_times, recording.rate_hz)
    angle = recording.column(ANGLE)[ends]
    n_rows = len(tensors["envelope"])
    padded = np.concatenate([np.full(N_FRAMES - 1, np.nan), angle])
    return {
        "target": angle[-n_rows:],
        "past": angle[-n_rows - 1 : -1],
        "angle": sliding_window_view(padded, N_FRAMES)[-n_rows:].astype(np.float32),
        "time_s": recording.time_s[ends][-n_rows:],
        "end_s": np.full(n_rows, recording.start_s + recording.duration_s),
        "task": np.full(n_rows, TASKS.index(task_of(trial))),
    }


def task_of(trial: Trial) -> str:
    """What the man did; of one man standing and sitting bear each other's names."""
    return SWAPPED.get(trial.task, trial.task) if trial.subject == SWAPPED_MAN else trial.task


def examples_of(system: JointIntention, trials: list[Trial]) -> Examples:
    """Windows of all trials, each trial a recording."""
    tensors = [system.prepare(trial.recording) for trial in trials]
    truth = [rows_of(trial, one) for trial, one in zip(trials, tensors, strict=True)]
    counts = [len(one["target"]) for one in truth]
    joined = {name: np.concatenate([one[name] for one in truth]) for name in truth[0]}
    return Examples(
        {name: np.concatenate([one[name] for one in tensors]) for name in system.inputs},
        joined.pop("target"),
        np.repeat([trial.subject for trial in trials], counts),
        np.repeat(np.arange(len(trials)), counts),
        joined,
    )


class JointIntentionRecipe(Recipe):
    """UCI's three tasks in one model, leave one man out."""

    name: ClassVar[str] = JointIntention.name
    title: ClassVar[str] = JointIntention.title
    system: ClassVar[JointIntention] = JointIntention()
    data: ClassVar[tuple[str, ...]] = ("uci_lower_limb",)
    outputs: ClassVar[Mapping[str, TensorSpec]] = {
        "value": TensorSpec(shape=[], unit="deg", description="knee flexion at the window's last frame"),
        "features": TensorSpec(shape=[N_FEATURES], axes=["feature"], description="what the value is a linear map of"),
        "distance": TensorSpec(shape=[], description="from the windows of training; about 1 for one of them"),
    }
    models: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "published": network(lambda: AngleNetwork(Angle(CnnLstm())), SEQUENCES),
        "small": network(lambda: AngleNetwork(Angle(Cnn())), SEQUENCES),
        "bpnn": network(lambda: AngleNetwork(Angle(Bpnn())), WINDOWS, kind=WindowModel),
        "classical": RidgeModel,
    }
    baselines: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "mean": mean,
        "past angle held for 40 ms (sees the angle)": Held,
    }
    ships: ClassVar[str] = "small"
    metrics: ClassVar[Mapping[str, Metric]] = {
        "RMSE, deg": rmse,
        "offset-free RMSE, deg": offset_free_rmse,
        "RMSE, % of range": range_rmse,
        "R²": r_squared,
    }
    series: ClassVar[bool] = True
    studies: ClassVar[Mapping[str, Study]] = {
        "tasks": lambda source, quick: studies.tasks(JointIntentionRecipe(), source, quick),
        "one_task": lambda source, quick: studies.one_task(JointIntentionRecipe(), source, quick),
        "skill": lambda source, quick: studies.skill(JointIntentionRecipe(), source, quick),
        "first_fifth": lambda source, quick: calibration.first_fifth(JointIntentionRecipe(), source, quick),
        "seconds": lambda source, quick: calibration.seconds(JointIntentionRecipe(), source, quick),
        "half_minute": lambda source, quick: calibration.half_minute(JointIntentionRecipe(), source, quick),
    }
    intended_use: ClassVar[str] = (
        "Estimates the flexion of the knee from the surface EMG of rectus femoris, biceps femoris, vastus medialis and "
        "semitendinosus, for simulation of training that one side leads; shown to a clinician beside its error."
    )
    limits: ClassVar[tuple[str, ...]] = (
        "Trained on 21 men, eleven with a knee abnormality, in gait, standing flexion and sitting extension.",
        "The zero of the measured angle isn't known in these recordings, so that some degrees of offset mean nothing.",
        "It must not drive hardware: its errors of tens of degrees need the governor of a device, and a calibration.",
        "No women, no stroke, no elbow or wrist; electrodes as in the set.",
        "Data: EMG Dataset in Lower Limb, Sanchez, Sotelo, Gonzales, Hernandez 2014, UCI Machine Learning Repository, "
        "CC BY 4.0; changed: filtered, rectified, signs of the angle mended.",
    )

    def examples(self, source: Path | None, *, quick: bool = False) -> Examples:
        """Windows of all men, one each 40 ms; with ``quick`` of three men."""
        trials = uci_lower_limb.read(locate("uci_lower_limb", source) / "uci_lower_limb_1000hz.npz")
        return examples_of(self.system, [one for one in trials if not quick or one.subject in QUICK_MEN])

    def settings(self, examples: Examples, scored: Mapping[str, Any]) -> dict[str, Any]:
        """The distance within which nearly all windows of men that the network had not seen lie."""
        if "distance" not in scored:
            return {}
        return {"largest_distance": round(float(np.quantile(scored["distance"], KNOWN_KEPT)), 2)}
