"""S6 hand_gesture: eighteen hands, from pictures of people who sign digits and from modelled hands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch

from rehabkit.learning.examples import Examples, build
from rehabkit.learning.metrics import Metric, accuracy, balanced_accuracy, calibration_error
from rehabkit.learning.model import Model
from rehabkit.learning.networks.hand_gesture import Distance
from rehabkit.learning.protocols import Fold, Protocol, grouped
from rehabkit.learning.recipe import Recipe, Study
from rehabkit.learning.recipes import hand_gesture_studies as studies
from rehabkit.learning.recipes.exercise_imu_models import KNOWN_KEPT, thresholds
from rehabkit.learning.recipes.hand_gesture_data import LABELS, MODEL, PERSON, composed, modelled, people
from rehabkit.learning.recipes.hand_gesture_models import HandModel, SvmModel, TemplateModel, any_hand
from rehabkit.learning.training import TrainConfig
from rehabkit.learning.trivial import majority
from rehabkit.runtime.card import TensorSpec
from rehabkit.systems.hand_gesture.system import HandGesture

N_CLASSES = len(LABELS)
CONFIG = TrainConfig(epochs=12, batch_size=256, learning_rate=4e-3)
QUICK_PEOPLE, QUICK_EVERY = 6, 8
"""The first so many people, and every so many of the modelled hands."""


def left_out(origin: int, n_folds: int) -> Callable[[Examples], list[Fold]]:
    """Rows of one origin tested, whole people or modelled hands left out in turn with all that comes of them."""

    def split(examples: Examples) -> list[Fold]:
        rows = np.flatnonzero(examples.covariates["origin"] == origin)
        tested = [rows[fold.test] for fold in grouped(n_folds)(examples.at(rows))]
        own = [np.isin(examples.subject, examples.subject[test]) for test in tested]
        return [
            Fold(f"group {i + 1}", np.flatnonzero(~apart), test)
            for i, (test, apart) in enumerate(zip(tested, own, strict=True))
        ]

    return split


PEOPLE = Protocol(
    "people",
    "five groups of the people who sign digits left out in turn (people rebuilt from the pictures' numbers); each look "
    "at a picture scored by itself; modelled hands in every training part",
    left_out(PERSON, 5),
)
MODELLED = Protocol(
    "modelled",
    "SIMULATED: three groups of modelled hands left out in turn, each drawn before a plain wall and looked at by "
    "MediaPipe; people in every training part",
    left_out(MODEL, 3),
)


class HandGestureRecipe(Recipe):
    """Landmarks of one hand → one of eighteen hands, one of which commands nothing."""

    name: ClassVar[str] = HandGesture.name
    title: ClassVar[str] = HandGesture.title
    system: ClassVar[HandGesture] = HandGesture()
    data: ClassVar[tuple[str, ...]] = ("sign_digits", "anny_synth_hands")
    labels: ClassVar[tuple[str, ...]] = LABELS
    outputs: ClassVar[Mapping[str, TensorSpec]] = {
        "probability": TensorSpec(shape=[N_CLASSES], axes=["gesture"]),
        "distance": TensorSpec(shape=[], description="from the nearest gesture; about 1 for one it knows, at most 10"),
        "embedding": TensorSpec(shape=[32], description="the last layer but one, for calibration to one person"),
    }
    models: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "small": lambda: HandModel(N_CLASSES, CONFIG, augment=any_hand),
        "classical": lambda: SvmModel(N_CLASSES),
    }
    baselines: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "majority": lambda: majority(N_CLASSES),
        "nearest mean hand": lambda: TemplateModel(N_CLASSES),
    }
    ships: ClassVar[str] = "small"
    metrics: ClassVar[Mapping[str, Metric]] = {
        "accuracy": accuracy,
        "balanced accuracy": balanced_accuracy,
        "calibration error": calibration_error,
    }
    protocols: ClassVar[Mapping[str, Protocol]] = {PEOPLE.name: PEOPLE, MODELLED.name: MODELLED}
    studies: ClassVar[Mapping[str, Study]] = {
        "modelled_only": lambda source, quick: studies.modelled_only(HandGestureRecipe(), source, quick),
        "strangers": lambda source, quick: studies.strangers(HandGestureRecipe(), source, quick),
    }
    intended_use: ClassVar[str] = (
        "Names the gesture of one hand in a picture, for training with a modelled hand robot under its state machine."
    )
    limits: ClassVar[tuple[str, ...]] = (
        "No picture of a fist, thumb up, little finger, thumb and index, thumb and little, hook, tripod or relaxed "
        "hand was in it: these come from MODELLED hands and from people's fingers put together anew (SIMULATED).",
        "It doesn't tell a spastic fist from a fist, nor a grasp round a cylinder from a hook; no patient's hand was "
        "in it.",
        "The people are students of one school before a plain wall.",
        "It sees 21 landmarks that another network guessed; where those are wrong, so is the gesture.",
    )

    def examples(self, source: Path | None, *, quick: bool = False) -> Examples:
        """All looks and all modelled hands; they lie beside the code, so ``source`` isn't looked at."""
        n_people, every = (QUICK_PEOPLE, QUICK_EVERY) if quick else (None, 1)
        return build(self.system, chain(people(n_people), composed(n_people), modelled(every)), classes=True)

    def settings(self, examples: Examples, scored: Mapping[str, Any]) -> dict[str, Any]:
        """When to name nothing, what no picture of a person showed, and typical postures.

        The largest distance is that of modelled hands left out where these lie farther than people left out: others
        than these students, before other walls, lie farther, too.
        """
        limits = thresholds(examples.target, scored["probability"], scored["distance"]) if scored else {}
        few = len(examples.subjects) <= QUICK_PEOPLE
        whole = self.examples(None, quick=few) if scored else examples  # of these only people were scored
        if limits:
            limits["largest_distance"] = max(limits["largest_distance"], _distance_of_modelled(whole))
        person = whole.covariates["origin"] == PERSON
        known = set(np.unique(whole.target[person]).tolist())
        return {
            **limits,
            "n_people": len(np.unique(whole.subject[person])),
            "rendered_labels": [label for i, label in enumerate(LABELS) if i not in known],
            "typical_extensions": studies.typical(whole),
        }


def _distance_of_modelled(examples: Examples) -> float:
    """Within this lie nine of ten modelled hands, each measured without its own group."""
    landmarks, target = torch.as_tensor(examples.inputs["landmarks"]), torch.as_tensor(examples.target)
    found = []
    for fold in MODELLED.split(examples):
        distance = Distance(N_CLASSES)
        distance.fit(landmarks[fold.train], target[fold.train])
        found.append(distance(landmarks[fold.test]).numpy())
    return float(np.quantile(np.concatenate(found), KNOWN_KEPT))
