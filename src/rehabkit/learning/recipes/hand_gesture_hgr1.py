"""hgr1's 27 gestures by landmarks, one person left out: a research figure. Nothing trained on hgr1 ships.

Some of its gestures differ by how the hand lies in the picture, so that its networks see that, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from rehabkit.learning.examples import Examples, build
from rehabkit.learning.metrics import Metric, accuracy, macro_f1
from rehabkit.learning.model import Model
from rehabkit.learning.protocols import LOSO, RANDOM, Protocol
from rehabkit.learning.recipe import Recipe, Study
from rehabkit.learning.recipes import hand_gesture_studies as studies
from rehabkit.learning.recipes.hand_gesture_data import HGR1, hgr1_looks
from rehabkit.learning.recipes.hand_gesture_models import HandModel, SvmModel, TemplateModel, upright_hand
from rehabkit.learning.training import TrainConfig
from rehabkit.learning.trivial import majority
from rehabkit.runtime.card import TensorSpec
from rehabkit.systems.hand_gesture.system import HandGesture

N_CLASSES = len(HGR1)
CONFIG = TrainConfig(epochs=22, batch_size=256, learning_rate=4e-3)
QUICK_PEOPLE, QUICK_LOOKS = 3, 2


class HandGestureHgr1(HandGesture):
    """The same tensors; its findings would be of gestures that nobody trains with."""

    name: ClassVar[str] = "hand_gesture_hgr1"
    title: ClassVar[str] = "Hand gestures of hgr1 (research)"


class HandGestureHgr1Recipe(Recipe):
    """Ten looks at each picture in training; of a person left out they are averaged to one answer a picture."""

    name: ClassVar[str] = HandGestureHgr1.name
    title: ClassVar[str] = HandGestureHgr1.title
    system: ClassVar[HandGestureHgr1] = HandGestureHgr1()
    data: ClassVar[tuple[str, ...]] = ("hgr1",)
    labels: ClassVar[tuple[str, ...]] = HGR1
    outputs: ClassVar[Mapping[str, TensorSpec]] = {
        "probability": TensorSpec(shape=[N_CLASSES], axes=["gesture"]),
        "distance": TensorSpec(shape=[]),
        "embedding": TensorSpec(shape=[32]),
    }
    models: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "landmarks": lambda: HandModel(N_CLASSES, CONFIG, augment=upright_hand, upright=True, n_members=3),
        "classical": lambda: SvmModel(N_CLASSES, upright=True),
    }
    baselines: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "majority": lambda: majority(N_CLASSES),
        "nearest mean hand": lambda: TemplateModel(N_CLASSES),
    }
    ships: ClassVar[None] = None
    no_bundle: ClassVar[str] = "the data set's terms allow research only"
    metrics: ClassVar[Mapping[str, Metric]] = {"accuracy": accuracy, "macro F1": macro_f1}
    protocols: ClassVar[Mapping[str, Protocol]] = {LOSO.name: LOSO, RANDOM.name: RANDOM}
    studies: ClassVar[Mapping[str, Study]] = {
        "people": lambda source, quick: studies.by_person(HandGestureHgr1Recipe(), source, quick),
        "confusions": lambda source, quick: studies.confusions(HandGestureHgr1Recipe(), source, quick),
        "few_pictures": lambda source, quick: studies.few_pictures(HandGestureHgr1Recipe(), source, quick),
    }
    intended_use: ClassVar[str] = "A research figure: how well landmarks tell 27 gestures of a person never seen."
    limits: ClassVar[tuple[str, ...]] = ("Twelve healthy people, all of light skin; not for use.",)

    def examples(self, source: Path | None, *, quick: bool = False) -> Examples:
        """Every look at every picture; its pictures are one recording each. ``source`` isn't looked at."""
        few = (QUICK_PEOPLE, QUICK_LOOKS) if quick else ()
        examples = build(self.system, hgr1_looks(*few), classes=True)
        picture = examples.covariates["picture"]
        return Examples(examples.inputs, examples.target, examples.subject, picture, examples.covariates)
