"""hand_surface: networks trained on simulated scans of Anny's hands, judged on hands of shapes they have not seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from rehabkit.learning.examples import Examples
from rehabkit.learning.metrics import Metric
from rehabkit.learning.model import Model
from rehabkit.learning.networks.hand_surface import N_KINDS, N_PARTS, Dgcnn, Hssn, PointNet
from rehabkit.learning.protocols import Protocol
from rehabkit.learning.recipe import Recipe, Study
from rehabkit.learning.recipes.hand_surface_data import examples_of, other_shapes
from rehabkit.learning.recipes.hand_surface_models import (
    N_KEPT_LONG,
    WHOLE,
    NeighbourNetwork,
    NewScans,
    SharesModel,
    TemplateModel,
    TreesModel,
    network,
)
from rehabkit.learning.recipes.hand_surface_scores import mean_iou, mean_iou_there, overall_accuracy
from rehabkit.learning.studies import hand_surface as study
from rehabkit.recordings.datasets.hand_parts import PARTS
from rehabkit.runtime.card import TensorSpec
from rehabkit.runtime.datasets import locate
from rehabkit.systems.hand_surface.arrange import N_SLOTS
from rehabkit.systems.hand_surface.system import HandSurface

N_QUICK = 24
EPOCHS, EPOCHS_BESIDE = 700, 30
"""Passes of what ships, and of each network that stands beside it: 20 batches each."""
UNSURE, MOST_NO_HAND = 0.02, 0.5
"""Share of hands that are left unnamed, and the probability of no hand from which nothing is said."""
GOOD, MEASURABLE = 0.95, 0.9
"""Share of a scan's points that must have the right part to measure on it, and the share of scans that must be so."""
OTHER_SHAPES = Protocol(
    "other_shapes",
    "a fifth of the hand shapes left out; rendered single-view scans, 1024 points and 1 mm of noise, of hands that "
    f"were modelled (Anny); small trained for {EPOCHS} passes, the other networks for {EPOCHS_BESIDE}",
    other_shapes,
)


def least_to_measure(sure: NDArray[Any], good: NDArray[Any]) -> float:
    """The confidence from which nine in ten scans had their parts right enough to measure on; 1 where there is none.

    Examples
    --------
    >>> least_to_measure(np.array([0.5, 0.6, 0.8, 0.9]), np.array([False, True, True, True]))
    0.6
    """
    surest_first = np.argsort(-sure)
    share = np.cumsum(good[surest_first]) / np.arange(1, len(good) + 1)
    enough = np.flatnonzero(share >= MEASURABLE)
    return float(sure[surest_first[enough[-1]]]) if len(enough) else 1.0


class HandSurfaceRecipe(Recipe):
    """HSSN, what stands beside it, and the data it learns from."""

    name: ClassVar[str] = HandSurface.name
    title: ClassVar[str] = HandSurface.title
    system: ClassVar[HandSurface] = HandSurface()
    data: ClassVar[tuple[str, ...]] = ("anny_synth_hands",)
    labels: ClassVar[tuple[str, ...]] = PARTS
    outputs: ClassVar[Mapping[str, TensorSpec]] = {
        "probability": TensorSpec(shape=[N_SLOTS, N_PARTS], axes=["slot", "part"]),
        "kind": TensorSpec(shape=[N_KINDS], axes=["kind"], description="a left hand, a right hand, no hand"),
    }
    models: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "small": network(partial(Hssn, 48), EPOCHS, scans=NewScans(n_kept=N_KEPT_LONG, sight=WHOLE)),
        "published": network(partial(Hssn, 72), EPOCHS_BESIDE),
        "pointnet": network(PointNet, EPOCHS_BESIDE),
        "dgcnn": network(Dgcnn, EPOCHS_BESIDE, NeighbourNetwork),
        "classical": TreesModel,
    }
    baselines: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "nearest template": TemplateModel,
        "majority": SharesModel,
    }
    ships: ClassVar[str | None] = "small"
    metrics: ClassVar[Mapping[str, Metric]] = {
        "mIoU": mean_iou,
        "mIoU of parts that are there": mean_iou_there,
        "overall accuracy": overall_accuracy,
    }
    series: ClassVar[bool] = True
    protocols: ClassVar[Mapping[str, Protocol]] = {OTHER_SHAPES.name: OTHER_SHAPES}
    studies: ClassVar[Mapping[str, Study]] = {
        "density": lambda source, quick: study.density(HandSurfaceRecipe(), source, quick),
        "noise": lambda source, quick: study.noise(HandSurfaceRecipe(), source, quick),
        "blocks": lambda source, quick: study.blocks(HandSurfaceRecipe(), source, quick, EPOCHS_BESIDE),
        "kinds": lambda source, quick: study.kinds(HandSurfaceRecipe(), source, quick),
        "sizes": lambda source, quick: study.sizes(HandSurfaceRecipe(), source, quick),
        "elsewhere": lambda source, quick: study.elsewhere(HandSurfaceRecipe(), source, quick),
        "speed": lambda source, quick: study.speed(HandSurfaceRecipe(), source, quick),
    }
    subjects_are: ClassVar[str] = "groups of modelled hands"
    intended_use: ClassVar[str] = (
        "Colours the points of a laser or depth scan of one hand by palm, thumb and fingers, so that they can be "
        "measured and shown; a clinician looks at the colours before using a measure."
    )
    limits: ClassVar[tuple[str, ...]] = (
        "Trained on rendered scans of 800 modelled hands (Anny), bare and empty; no person was scanned for it.",
        "Trained on 32 of the 40 groups of shapes: the eight that it was scored on are not among them.",
        "In about one scan in thirty, mostly from the side, it takes the hand to lie otherwise and names parts "
        "wrongly.",
        "A flat hand's palm and back look alike; which hand it is, is right in most scans, not in all.",
        "Hands with fewer fingers, rings, gloves, splints, or objects in them were not trained nor tested.",
        "The shapes of the hands are a generator's: children, swollen and deformed hands may lie outside them.",
        "Two hands that touch, or a hand on a table, must be cut apart first.",
    )

    def settings(self, examples: Examples, scored: Mapping[str, Any]) -> dict[str, Any]:
        """When to abstain: below what one in fifty scans of hands had that were left out; and when not to measure."""
        if not scored:
            return {"most_no_hand": MOST_NO_HAND}
        base = examples.covariates["variant"] == 0
        there = examples.inputs["present"][base] > 0.5
        sure = (scored["probability"][base].max(axis=2) * there).sum(axis=1) / there.sum(axis=1)
        right = scored["probability"][base].argmax(axis=2) == examples.target[base]
        good = (right & there).sum(axis=1) / there.sum(axis=1) >= GOOD
        return {
            "least_confidence": round(float(np.quantile(sure, UNSURE)), 3),
            "most_no_hand": MOST_NO_HAND,
            "least_to_measure": round(least_to_measure(sure, good), 3),
        }

    def examples(self, source: Path | None, *, quick: bool = False) -> Examples:
        """One rendered scan a hand, and the surface from which training takes more; with ``quick`` of 24 hands."""
        return examples_of(locate("anny_synth_hands", source), N_QUICK if quick else None)
