"""What the hand_surface recipe learns from and is scored on: scans of modelled hands, grouped by the hands' shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.learning.examples import Examples
from rehabkit.learning.protocols import Fold
from rehabkit.learning.recipes.hand_surface_models import UNLABELLED
from rehabkit.learning.recipes.hand_surface_scans import NO_HAND, ONE_VIEW, Sight, scanned, surface
from rehabkit.recordings.datasets.anny_synth_hands import AnnyHands, read
from rehabkit.systems.hand_surface.arrange import N_SLOTS, arranged
from rehabkit.systems.hand_surface.system import HandSurface

Array = NDArray[Any]
N_SHAPES, EVERY = 40, 5
"""Groups of hands of like shape; every fifth is kept from training."""
N_VARIED = 32
"""Hands kept from training that are scanned with other densities and noises, too."""
DENSITIES = (2048, 512, 256, 128)
NOISES_M = (0.0, 0.002, 0.004)
BASE = "1024 points, 1 mm"


@dataclass(frozen=True)
class Variant:
    """One way of scanning the hands that are kept from training; its rows are no part of the protocol's figures."""

    name: str
    n_points: int
    sight: Sight


VARIANTS = (
    Variant(BASE, N_SLOTS, ONE_VIEW),
    *(Variant(f"{n} points, 1 mm", n, ONE_VIEW) for n in DENSITIES),
    *(Variant(f"1024 points, {1000 * s:g} mm", N_SLOTS, replace(ONE_VIEW, noise_m=(s, s))) for s in NOISES_M),
    Variant("whole surface, own normals", N_SLOTS, replace(ONE_VIEW, whole=1.0, normals=(1.0, 0.0))),
    Variant("no hand", N_SLOTS, replace(ONE_VIEW, no_hand=1.0)),
)
"""The first is what is scored."""


def shapes(hands: AnnyHands, n_groups: int = N_SHAPES) -> NDArray[np.int64]:
    """(n_hands,) group of like shape, by distances between joints that a pose changes little: bones and palm."""
    from sklearn.cluster import KMeans

    apart = np.linalg.norm(hands.joints[:, :, None] - hands.joints[:, None], axis=3)  # (hand, joint, joint)
    mean = apart.mean(axis=0)
    steady = np.triu((mean > 1e-3) & (apart.std(axis=0) < 0.2 * mean), 1)
    found = KMeans(n_groups, n_init=3, random_state=0).fit_predict(apart[:, steady])
    return np.asarray(found, dtype=np.int64)


def other_shapes(examples: Examples) -> list[Fold]:
    """Trained on four fifths of the shapes, tested on the others, these with all variants."""
    learn = examples.covariates["learn"] > 0
    return [Fold("other shapes", np.flatnonzero(learn), np.flatnonzero(~learn))]


@lru_cache(maxsize=1)
def examples_of(folder: Path, n_quick: int | None) -> Examples:
    """One scan of each hand, further ones of some that the protocol leaves out, and the hands' surfaces.

    Making them takes a while, and each study asks for them again.

    Parameters
    ----------
    folder : of the data set.
    n_quick : hands, of as many shapes as possible; all with ``None``.
    """
    hands = read(folder)
    shape = shapes(hands)
    if n_quick is None:
        return _examples(hands, shape, np.arange(hands.n_hands), N_VARIED)
    return _examples(hands, shape, np.argsort(shape, kind="stable")[:: hands.n_hands // n_quick], 2)


def _examples(hands: AnnyHands, shape: NDArray[np.int64], chosen: NDArray[np.intp], n_varied: int) -> Examples:
    """The rows of the chosen hands.

    Target are the parts of the first variant; ``truth`` those of all.
    """
    surfaces = {int(hand): surface(hands.mesh(int(hand)), int(hand)).astype(np.float16) for hand in chosen}
    apart = np.unique(shape[chosen])[::EVERY]
    left_out = [int(hand) for hand in chosen if shape[hand] in apart]
    wanted = [(int(hand), 0) for hand in chosen]
    wanted += [(hand, number) for hand in left_out[:n_varied] for number in range(1, len(VARIANTS))]
    rows = [row for cloud, one in enumerate(wanted) for row in _rows(*one, cloud, surfaces[one[0]])]
    columns = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    inputs = {name: columns.pop(name) for name in HandSurface.inputs}
    columns["surface"] = np.stack([surfaces[int(hand)] for hand in columns["hand"]])
    columns["shape"] = shape[columns["hand"]]
    columns["learn"] = (~np.isin(columns["shape"], apart)).astype(np.int64)
    subject = np.array([f"shape {one:02d}" for one in columns["shape"]])
    return Examples(inputs, columns.pop("target"), subject, np.arange(len(rows)), columns)


def _rows(hand: int, number: int, cloud: int, whole: Array) -> Iterator[dict[str, Array]]:
    """The rows of one scan."""
    variant = VARIANTS[number]
    rng = np.random.default_rng([hand, 0])  # all variants of a hand are seen from the same place
    seen, kind = scanned(whole.astype(np.float64), rng, variant.n_points, variant.sight)
    made = arranged(seen)
    for row, places in enumerate(made.places):
        truth = np.full(N_SLOTS, UNLABELLED, dtype=np.int64)
        if kind != NO_HAND and seen.labels is not None:
            truth[: len(places)] = seen.labels[places]
        of_all = {"hand": hand, "variant": number, "cloud": cloud, "kind": kind}
        yield {
            **{name: value[row] for name, value in made.tensors.items()},
            "target": truth if number == 0 else np.full_like(truth, UNLABELLED),
            "truth": truth,
            **{name: np.array(value, dtype=np.int64) for name, value in of_all.items()},
        }
