"""The pain level of knee_pain, trained and tested on simulated people alone: a demonstration, and called so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from rehabkit.learning.examples import Examples, build
from rehabkit.learning.metrics import Metric, accuracy, calibration_error, macro_f1
from rehabkit.learning.model import Model
from rehabkit.learning.networks.knee_pain import N_STEPS
from rehabkit.learning.protocols import Protocol, grouped
from rehabkit.learning.recipe import Recipe, Study
from rehabkit.learning.recipes.knee_pain import network
from rehabkit.learning.recipes.knee_pain_models import MeasuresModel
from rehabkit.learning.recipes.knee_pain_simulated import N_LEVELS, cohort
from rehabkit.learning.studies.knee_pain import modalities
from rehabkit.learning.trivial import majority
from rehabkit.runtime.card import TensorSpec
from rehabkit.systems.knee_pain.system import KneePainDemo

LABELS = tuple(f"{level} (simulated)" for level in ("no pain", "mild pain", "moderate pain", "severe pain"))
N_PEOPLE, QUICK_PEOPLE = 24, 4
GROUPED = Protocol("grouped", "six folds of whole simulated people", grouped(6))


class KneePainDemoRecipe(Recipe):
    """Simulated people left out, four at a time."""

    name: ClassVar[str] = KneePainDemo.name
    title: ClassVar[str] = KneePainDemo.title
    system: ClassVar[KneePainDemo] = KneePainDemo()
    data: ClassVar[tuple[str, ...]] = ()
    simulated: ClassVar[str] = "made-up EEG, EMG and knee angles at four made-up levels of pain; nobody was measured"
    labels: ClassVar[tuple[str, ...]] = LABELS
    outputs: ClassVar[Mapping[str, TensorSpec]] = {
        "probability": TensorSpec(shape=[N_LEVELS], axes=["level"]),
        "attention": TensorSpec(shape=[N_STEPS], axes=["time"], description="of 160 ms each; adds up to 1"),
    }
    models: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "published": network(N_LEVELS, 32, "tanh"),
        "small": network(N_LEVELS, 12, "sigmoid"),
        "classical": lambda: MeasuresModel(N_LEVELS),
    }
    baselines: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "majority": lambda: majority(N_LEVELS),
        "angle only": lambda: MeasuresModel(N_LEVELS, ("angle",)),
    }
    ships: ClassVar[str] = "small"
    metrics: ClassVar[Mapping[str, Metric]] = {
        "accuracy": accuracy,
        "macro F1": macro_f1,
        "calibration error": calibration_error,
    }
    protocols: ClassVar[Mapping[str, Protocol]] = {GROUPED.name: GROUPED}
    studies: ClassVar[Mapping[str, Study]] = {
        "modalities": lambda source, quick: modalities(
            KneePainDemoRecipe(), source, quick, (("emg", "angle"), ("angle", "eeg"), ("emg", "eeg"), ("eeg",))
        ),
    }
    intended_use: ClassVar[str] = (
        "Demonstration only: shows how a pain level would be told and drawn. Trained on simulated EEG, EMG and angles; "
        "it must not be used on anybody, and may at most lower the speed of a machine."
    )
    limits: ClassVar[tuple[str, ...]] = (
        "Trained on simulated EEG, EMG and angles only: what it says of a person means nothing.",
        "Its figures say how well it finds effects that were put in by hand, not how well pain can be told.",
    )

    def examples(self, source: Path | None, *, quick: bool = False) -> Examples:
        """Two windows of each simulated person at each level; no data set is read."""
        return build(self.system, cohort(QUICK_PEOPLE if quick else N_PEOPLE), classes=True)

    def settings(self, examples: Examples, scored: Mapping[str, Any]) -> dict[str, Any]:
        """That everything was simulated."""
        return {"simulated": True}
