"""hand_mask: trained on rendered hands, and on photographed ones pasted before other grounds; their masks are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from rehabkit.learning.examples import Examples
from rehabkit.learning.metrics import MeanOfRows, Metric
from rehabkit.learning.model import Model
from rehabkit.learning.protocols import Fold, Protocol, grouped
from rehabkit.learning.recipe import Recipe
from rehabkit.learning.recipes.hand_mask_models import FixedBox, MeanMask, PixelRegression, network
from rehabkit.learning.recipes.hand_mask_pictures import examples_of, photographed, rendered_hands
from rehabkit.runtime.card import TensorSpec
from rehabkit.runtime.datasets import locate
from rehabkit.systems.hand_mask import SIDE, SKIN, HandMask

N_RENDERED, N_PASTED, N_QUICK = 1600, 900, 6


def mask_f1(target: NDArray[Any], probability: NDArray[Any]) -> NDArray[np.float64]:
    """(n_rows,) F1 of each picture's pixels; two empty masks agree wholly.

    >>> mask_f1(np.ones((1, 2, 2)), np.array([[[1.0, 0.0], [1.0, 0.0]]])).round(3).tolist()
    [0.667]
    """
    both, of_each = _overlaps(target, probability)
    return np.where(of_each > 0, 2 * both / np.maximum(of_each, 1), 1.0)


def mask_iou(target: NDArray[Any], probability: NDArray[Any]) -> NDArray[np.float64]:
    """(n_rows,) intersection over union of each picture's pixels."""
    both, of_each = _overlaps(target, probability)
    return np.where(of_each > 0, both / np.maximum(of_each - both, 1), 1.0)


def _overlaps(target: NDArray[Any], probability: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(n_rows,) pixels in both masks, and in the one plus in the other."""
    true, said = target > 0, probability > SKIN
    return (true & said).sum(axis=(1, 2)), true.sum(axis=(1, 2)) + said.sum(axis=(1, 2))


def one_third(examples: Examples) -> list[Fold]:
    """The first of three folds over people: training takes minutes, and the figure that counts is hgr1's."""
    return grouped(3)(examples)[:1]


THIRD = Protocol("third", "a third of the modelled hands and of the photographed people left out, once", one_third)


class HandMaskRecipe(Recipe):
    """The recipe of the skin mask that ships. hgr1, which may not be used for that, judges it (benchmarks/skin.py)."""

    name: ClassVar[str] = "hand_mask"
    title: ClassVar[str] = HandMask.title
    system: ClassVar[HandMask] = HandMask()
    data: ClassVar[tuple[str, ...]] = ("anny_synth_hands", "sign_digits")
    outputs: ClassVar[Mapping[str, TensorSpec]] = {
        "mask": TensorSpec(shape=[SIDE, SIDE], axes=["row", "column"], description="probability of skin")
    }
    models: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "small": network,
        "published": FixedBox,
        "classical": PixelRegression,
    }
    baselines: ClassVar[Mapping[str, Callable[[], Model]]] = {"mean mask": MeanMask}
    ships: ClassVar[str | None] = "small"
    metrics: ClassVar[Mapping[str, Metric]] = {"F1": MeanOfRows(mask_f1), "IoU": MeanOfRows(mask_iou)}
    protocols: ClassVar[Mapping[str, Protocol]] = {THIRD.name: THIRD}
    intended_use: ClassVar[str] = (
        "Cuts the hand out of a picture, so that the next step sees neither room nor clothes. No measure of skin."
    )
    limits: ClassVar[tuple[str, ...]] = (
        "Trained on RENDERED hands and on photographs of light-skinned students whose skin was re-toned; no dark skin "
        "was photographed, so nothing shows that it works on dark skin.",
        "Masks of the photographs came from their plain wall, by a threshold; nobody marked them.",
        "Other skin in the picture, such as a face, may be marked or not.",
    )

    @property
    def output(self) -> str:
        """The mask."""
        return "mask"

    def examples(self, source: Path | None, *, quick: bool = False) -> Examples:
        """Pictures with their masks; who is modelled and who was photographed stands in the subject's name."""
        n_rendered, n_pasted = (N_QUICK, N_QUICK) if quick else (N_RENDERED, N_PASTED)
        modelled = rendered_hands(locate("anny_synth_hands", source), n_rendered, seed=0)
        real = photographed(locate("sign_digits", source), n_pasted, seed=1)
        return examples_of(list(chain(modelled, real)), seed=2)

    def settings(self, examples: Examples, scored: Mapping[str, Any]) -> dict[str, Any]:
        """How many pictures of each sort."""
        modelled = np.char.startswith(examples.subject, "modelled")
        return {"rendered_pictures": int(modelled.sum()), "pasted_photographs": int((~modelled).sum())}
