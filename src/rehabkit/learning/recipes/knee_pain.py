"""S3 knee_pain on uci_lower_limb: 21 men, knees with a diagnosed abnormality against knees without."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from rehabkit.learning.examples import Examples
from rehabkit.learning.metrics import Metric, auroc, balanced_accuracy, by_recording, calibration_error
from rehabkit.learning.model import Model
from rehabkit.learning.networks.knee_pain import N_STEPS, CnnTlstm, Gates
from rehabkit.learning.protocols import LOSO, Protocol
from rehabkit.learning.recipe import Recipe, Study
from rehabkit.learning.recipes.knee_pain_data import examples, trials
from rehabkit.learning.recipes.knee_pain_models import KneeModel, MeasuresModel, augmented, smoothed_cross_entropy
from rehabkit.learning.studies.knee_pain import fixed_analysis, modalities
from rehabkit.learning.training import TrainConfig
from rehabkit.learning.trivial import covariates_only, majority
from rehabkit.runtime.card import TensorSpec
from rehabkit.systems.knee_pain.system import KneePain

LABELS = ("like men without a known knee abnormality", "like men with a known knee abnormality")
TOLD_RIGHT = 0.9
"""Share of the men named that must be right for the network to name one."""
NEVER = 1.01
CONFIG = TrainConfig(epochs=30, batch_size=32, learning_rate=3e-3)


def network(n_classes: int, width: int, gates: Gates, n_members: int = 1) -> Callable[[], Model]:
    """Makes an untrained CNN-TLSTM with as many units as channels of a stem."""

    def make() -> Model:
        def untrained() -> CnnTlstm:
            return CnnTlstm(n_classes, width, width, gates)

        return KneeModel(untrained, smoothed_cross_entropy, CONFIG, augment=augmented, n_members=n_members)

    return make


class KneePainRecipe(Recipe):
    """Leave one man out, his six windows scored as one."""

    name: ClassVar[str] = KneePain.name
    title: ClassVar[str] = KneePain.title
    system: ClassVar[KneePain] = KneePain()
    data: ClassVar[tuple[str, ...]] = ("uci_lower_limb",)
    labels: ClassVar[tuple[str, ...]] = LABELS
    outputs: ClassVar[Mapping[str, TensorSpec]] = {
        "probability": TensorSpec(shape=[2], axes=["group"]),
        "attention": TensorSpec(shape=[N_STEPS], axes=["time"], description="of 160 ms each; adds up to 1"),
    }
    models: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "published": network(2, 32, "tanh"),
        "published_sigmoid": network(2, 32, "sigmoid"),
        "small": network(2, 12, "sigmoid", n_members=3),
        "classical": lambda: MeasuresModel(2),
    }
    baselines: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "majority": lambda: majority(2),
        "angle only": lambda: MeasuresModel(2, ("angle",)),
        "nuisance only": lambda: covariates_only(["nuisance"], n_classes=2),
    }
    ships: ClassVar[str] = "small"
    metrics: ClassVar[Mapping[str, Metric]] = {
        "balanced accuracy": balanced_accuracy,
        "AUC": auroc,
        "calibration error": calibration_error,
    }
    protocols: ClassVar[Mapping[str, Protocol]] = {LOSO.name: LOSO}
    studies: ClassVar[Mapping[str, Study]] = {
        "fixed_analysis": fixed_analysis,
        "modalities": lambda source, quick: modalities(KneePainRecipe(), source, quick, (("emg",), ("angle",))),
    }
    intended_use: ClassVar[str] = (
        "Research: shows whether muscle activity of the thigh and knee movement look more like those of men with a "
        "diagnosed knee abnormality or like those of men without. No diagnosis, and no pain."
    )
    limits: ClassVar[tuple[str, ...]] = (
        "Made from 21 men, 11 with a knee abnormality of unknown kind and side; no women, no ages known.",
        "The two groups were recorded differently; what tells them apart may be the recording and not the knee.",
        "It has learned from no EEG and doesn't look at it.",
        "Walking, standing knee flexion and sitting knee extension only.",
        "It measures no pain: no public recordings hold these signals with pain.",
    )

    def examples(self, source: Path | None, *, quick: bool = False) -> Examples:
        """Six windows of each man; with ``quick`` of six men."""
        return examples(trials(source, quick=quick))

    def settings(self, examples: Examples, scored: Mapping[str, Any]) -> dict[str, Any]:
        """The certainty from which at least nine of ten men that it had not seen were told right."""
        if not scored:
            return {}
        target, probability, _ = by_recording(
            examples.target, scored["probability"], examples.subject, examples.recording
        )
        return {"least_probability": certainty(target, probability)}


def certainty(target: np.ndarray[Any, Any], probability: np.ndarray[Any, Any]) -> float:
    """The lowest certainty from which up a share of 0.9 was right; above 1 where there is none.

    Examples
    --------
    >>> p = np.array([0.9, 0.8, 0.7, 0.6])
    >>> certainty(np.array([0, 0, 0, 1]), np.stack([p, 1 - p], axis=1))
    0.7
    >>> certainty(np.array([1, 1, 1, 1]), np.stack([p, 1 - p], axis=1))
    1.01
    """
    sure = probability.max(axis=1)
    surest_first = np.argsort(-sure)
    right = (probability.argmax(axis=1) == target)[surest_first]
    good = np.flatnonzero(np.cumsum(right) / np.arange(1, len(right) + 1) >= TOLD_RIGHT)
    return float(sure[surest_first[good.max()]]) if len(good) else NEVER
