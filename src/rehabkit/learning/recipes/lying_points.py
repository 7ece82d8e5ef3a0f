"""lying_points: trained on reliefs of own rendered people, judged on others; on poses of real people elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from rehabkit.learning.examples import Examples
from rehabkit.learning.lying_people.found import found_in
from rehabkit.learning.lying_people.reliefs import Reliefs, reliefs
from rehabkit.learning.metrics import Metric
from rehabkit.learning.model import Model
from rehabkit.learning.protocols import Fold, Protocol
from rehabkit.learning.recipe import Recipe, Study
from rehabkit.learning.recipes.lying_points_models import (
    AsTold,
    CoarseRegression,
    MeanPoints,
    network,
)
from rehabkit.learning.studies import lying_points as studies
from rehabkit.learning.training import TrainConfig
from rehabkit.recordings.view import View
from rehabkit.runtime.card import TensorSpec
from rehabkit.runtime.home import home
from rehabkit.systems.lying_points import SIDE, WIDE_M, LyingPoints, told
from rehabkit.systems.lying_pose.picture import JOINTS

Array = NDArray[Any]
LEFT_OUT = 300
"""People before this number aren't learned from: lying_pose learns from points that are found of some of them."""
TESTED = 100
"""Of those, the first ones are tested."""
N_PEOPLE, N_PICTURES, N_QUICK = 2500, 4, 5
CONFIG = TrainConfig(20, 32, 3e-3, mixed=True)
CM_PER_PX = 100 * WIDE_M / SIDE


def off_cm(target: Array, points: Array) -> Array:
    """(n, 16) how far points are off, centimetres at the body; NaN for a joint outside the picture."""
    return np.asarray(CM_PER_PX * np.linalg.norm(points - target, axis=-1))


def mean_cm(target: Array, points: Array) -> float:
    """Mean over joints; NaN where none is in the picture."""
    off = off_cm(target, points)
    return float(np.nanmean(off)) if np.isfinite(off).any() else float("nan")


def median_cm(target: Array, points: Array) -> float:
    """Median over joints."""
    return float(np.nanmedian(off_cm(target, points)))


def within(limit_cm: float) -> Metric:
    """Share of joints that are found within a distance."""

    def share(target: Array, points: Array) -> float:
        off = off_cm(target, points)
        return float((off[np.isfinite(off)] <= limit_cm).mean())

    return share


def the_first(examples: Examples) -> list[Fold]:
    """One fold: the first people apart, and of these the pictures that the network for photographs was shown."""
    learned, tested = examples.covariates["learn"] > 0, examples.covariates["person"] < TESTED
    asked = (examples.inputs["told"][..., 2] > 0).any(axis=(1, 2))
    return [Fold("the first people", np.flatnonzero(learned), np.flatnonzero(tested & asked))]


def examples_of(found: Reliefs) -> Examples:
    """Each relief a recording of its own, told what a pose network found where it was asked (:mod:`.found`)."""
    each = zip(found["person"].tolist(), found["picture"].tolist(), found["matrix"], strict=True)
    seen = [(found_in(person, picture), View(matrix, SIDE)) for person, picture, matrix in each]
    nowhere = np.zeros((0, len(JOINTS), 2))
    points = [told(nowhere if one is None else one.views, view) for one, view in seen]
    known = {name: found[name].astype(int) for name in ("person", "picture", "posture", "blanket")}
    return Examples(
        {
            "relief": np.divide(found["relief"], 1000, dtype=np.float32),
            "up": found["up"].astype(np.float32),
            "told": np.stack(points),
        },
        found["points"].astype(np.float32),
        found["person"].astype(str),
        np.arange(len(found["relief"])),
        known | {"visible": found["visible"].astype(int), "learn": (found["person"] >= LEFT_OUT).astype(int)},
    )


class LyingPointsRecipe(Recipe):
    """The recipe of the finder that ships."""

    name: ClassVar[str] = LyingPoints.name
    title: ClassVar[str] = LyingPoints.title
    system: ClassVar[LyingPoints] = LyingPoints()
    data: ClassVar[tuple[str, ...]] = ("anny_synth_rgbd",)
    simulated: ClassVar[str] = (
        "bodies of the model Anny in poses drawn here, rendered as a depth camera sees them, some with a blanket or a "
        "pillow; nobody's pose or picture is in it"
    )
    outputs: ClassVar[Mapping[str, TensorSpec]] = {
        "points": TensorSpec(
            shape=[len(JOINTS), 2], axes=["joint", "coordinate"], unit="px", description="column and row of the relief"
        ),
        "sure": TensorSpec(
            shape=[len(JOINTS)], axes=["joint"], unit="1", description="how probably the joint is near the point"
        ),
    }
    models: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "small": lambda: network(CONFIG),
        "published": AsTold,
        "classical": CoarseRegression,
    }
    baselines: ClassVar[Mapping[str, Callable[[], Model]]] = {"mean points": MeanPoints}
    ships: ClassVar[str | None] = "small"
    metrics: ClassVar[Mapping[str, Metric]] = {
        "off, cm": mean_cm, "median, cm": median_cm, "within 5 cm": within(5.0), "within 10 cm": within(10.0),
    }  # fmt: skip
    protocols: ClassVar[Mapping[str, Protocol]] = {
        "people": Protocol("people", f"the first {TESTED} rendered people left out of {N_PEOPLE}", the_first)
    }
    studies: ClassVar[Mapping[str, Study]] = {
        "told": lambda source, quick: studies.told(LyingPointsRecipe(), source, quick),
        "real": lambda source, quick: studies.real(LyingPointsRecipe(), source, quick),
    }
    intended_use: ClassVar[str] = (
        "Finds sixteen joints of someone lying in bed in a depth picture, as the first step of lying_pose."
    )
    limits: ClassVar[tuple[str, ...]] = (
        "No real depth picture of a lying person was at hand: how well it goes on one isn't known.",
        "Bodies are those of adults, without clothes or hair, on a flat mattress; no raised back rest.",
        "Joints that nothing shows are guessed; of arms under the body either may be taken for the other.",
        "Made with Anny 0.6.2 (Naver Labs Europe, Apache-2.0; MakeHuman's assets, CC0).",
    )

    @property
    def output(self) -> str:
        """The output that metrics look at."""
        return "points"

    def examples(self, source: Path | None, *, quick: bool = False) -> Examples:
        """Reliefs of rendered people, from the shelf where they are there; ``source`` isn't looked at."""
        some = ((0, N_QUICK), (LEFT_OUT, LEFT_OUT + N_QUICK)) if quick else ((0, TESTED), (LEFT_OUT, N_PEOPLE))
        parts = [reliefs(*each, 1 if quick else N_PICTURES, None if quick else home() / "rendered") for each in some]
        return examples_of({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})
