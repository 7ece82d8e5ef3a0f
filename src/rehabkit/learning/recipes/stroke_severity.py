"""Severity at the start, from derived EEG features of 27 acute-stroke patients: a leakage alarm and an honest verdict.

Nothing here speaks of recovery. Twenty windows of each patient: whoever deals windows at random has every patient on
both sides and gets a figure that is worth nothing. The features' licence isn't stated, so no bundle may be made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from rehabkit.findings import Finding
from rehabkit.learning.examples import Examples
from rehabkit.learning.metrics import Metric, accuracy, balanced_accuracy, mae, r_squared
from rehabkit.learning.model import Model
from rehabkit.learning.networks.stroke_severity import (
    N_NODE_MEASURES,
    N_NODES,
    N_POWER_MEASURES,
    N_TOPOLOGY,
    NodesAndPower,
)
from rehabkit.learning.protocols import LOSO, Protocol, grouped, random_split
from rehabkit.learning.recipe import Recipe
from rehabkit.learning.recipes.recovery_models import DualModel
from rehabkit.learning.recipes.stroke_models import PatientRidge, PatientSvm, WindowSvm
from rehabkit.learning.training import TrainConfig
from rehabkit.learning.trivial import majority, mean
from rehabkit.recordings.datasets import stroke_liu2024
from rehabkit.recordings.datasets.stroke_liu2024 import BANDS, Windows
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.card import Card, TensorSpec
from rehabkit.runtime.datasets import locate
from rehabkit.systems.contract import System

Score = Literal["nihss", "mbi", "mrs"]
SCORES: tuple[Score, ...] = ("nihss", "mbi", "mrs")
QUICK_EVERY = 3
CONFIG = TrainConfig(epochs=12, batch_size=64, learning_rate=2e-3, weight_decay=0.05)
NO_BUNDLE = "its features' licence isn't stated, and it knows no more than the mean"


class StrokeWindows(System[Windows]):
    """Derived features of windows as tensors; nothing is said of them."""

    name: ClassVar[str] = "stroke_severity"
    title: ClassVar[str] = "Severity after a stroke from derived EEG (research)"
    reads: ClassVar[type] = Windows
    inputs: ClassVar[Mapping[str, TensorSpec]] = {
        "nodes": TensorSpec(shape=[N_NODES, N_NODE_MEASURES], axes=["electrode", "band and measure of the node"]),
        "power": TensorSpec(shape=[N_NODES, N_POWER_MEASURES], axes=["electrode", "band and measure of amplitude"]),
        "topology": TensorSpec(shape=[N_TOPOLOGY], axes=["band and measure of the graph"]),
    }

    def prepare(self, recording: Windows) -> Tensors:
        """One row a window."""

        def joined(groups: tuple[str, ...]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
            parts = [recording.features[f"{band}_{group}"] for band in BANDS for group in groups]
            return np.concatenate(parts, axis=-1).astype(np.float32)

        nodes = joined(("net_pcc", "net_pli", "net_plv"))
        return {"nodes": nodes, "power": joined(("timefreq",)), "topology": joined(("topo",))}

    def interpret(self, recording: Windows, outputs: Tensors, card: Card) -> list[Finding]:
        """Only that it isn't for use."""
        return [Finding(name="severity", label="Severity", category="signal", not_measurable=NO_BUNDLE)]


class StrokeSeverityRecipe(Recipe):
    """Mild against moderate or severe, by the window: whole patients left out, or the leak on purpose."""

    name: ClassVar[str] = StrokeWindows.name
    title: ClassVar[str] = StrokeWindows.title
    system: ClassVar[StrokeWindows] = StrokeWindows()
    data: ClassVar[tuple[str, ...]] = ("stroke_liu2024",)
    labels: ClassVar[tuple[str, ...]] = ("mild", "moderate or severe")
    outputs: ClassVar[Mapping[str, TensorSpec]] = {"probability": TensorSpec(shape=[2], axes=["severity"])}
    models: ClassVar[Mapping[str, Callable[[], Model]]] = {"svm": WindowSvm}
    baselines: ClassVar[Mapping[str, Callable[[], Model]]] = {"majority": lambda: majority(2)}
    ships: ClassVar[None] = None
    no_bundle: ClassVar[str] = NO_BUNDLE
    metrics: ClassVar[Mapping[str, Metric]] = {"accuracy": accuracy, "balanced accuracy": balanced_accuracy}
    protocols: ClassVar[Mapping[str, Protocol]] = {
        "grouped": Protocol("grouped", "ten groups of patients, each left out; windows of 8 s", grouped(10)),
        "random": Protocol(
            "random", "windows dealt at random into ten folds, every patient on both sides", random_split(10), True
        ),
    }
    intended_use: ClassVar[str] = "A research figure: what a leak is worth, and that these features know no severity."
    limits: ClassVar[tuple[str, ...]] = ("Severity at the start, not recovery.", "27 patients; features, not EEG.")

    def examples(self, source: Path | None, *, quick: bool = False) -> Examples:
        """One row a window, each a recording of its own; with ``quick`` every third window."""
        windows = _read(source)
        rows = np.arange(len(windows.patient))
        every = Examples(
            self.system.prepare(windows),
            windows.severe.astype(np.int64),
            windows.patient,
            rows,
            {"age_years": windows.age_years, "days": windows.days} | {name: getattr(windows, name) for name in SCORES},
        )
        return every.at(rows[::QUICK_EVERY]) if quick else every


class StrokeScoreRecipe(StrokeSeverityRecipe):
    """One clinical score at the start, one value a patient, each patient left out. For the study of severity alone.

    Parameters
    ----------
    score : nihss (0 to 42 worst), mbi (0 to 100 best) or mrs (0 to 5 worst).
    """

    labels: ClassVar[tuple[str, ...]] = ()
    outputs: ClassVar[Mapping[str, TensorSpec]] = {"value": TensorSpec(shape=[], unit="points")}
    metrics: ClassVar[Mapping[str, Metric]] = {"R²": r_squared, "MAE": mae}
    models: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "dual-input network": lambda: DualModel(NodesAndPower, CONFIG),
        "ridge": PatientRidge,
        "svm": PatientSvm,
    }
    protocols: ClassVar[Mapping[str, Protocol]] = {LOSO.name: LOSO}

    def __init__(self, score: Score) -> None:
        self.score = score
        others = tuple(name for name in SCORES if name != score)
        self.baselines: Mapping[str, Callable[[], Model]] = {  # type: ignore[misc]
            "mean": mean,
            "age and days": lambda: PatientRidge(("age_years", "days")),
            f"{' and '.join(others)}": lambda: PatientRidge(others),
        }

    def examples(self, source: Path | None, *, quick: bool = False) -> Examples:
        """One row a window; a patient's windows are one recording. With ``quick`` every third patient."""
        every = super().examples(source)
        recording = np.unique(every.subject, return_inverse=True)[1].astype(np.int64)
        whole = Examples(every.inputs, every.covariates[self.score], every.subject, recording, every.covariates)
        return whole.at(recording % QUICK_EVERY == 0) if quick else whole


def _read(source: Path | None) -> Windows:
    return stroke_liu2024.read(locate("stroke_liu2024", source))
