"""Further tables of lying_points: what each of the two networks sees, and pictures rendered from real lying poses."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.learning.bench import Settings
from rehabkit.learning.examples import Examples
from rehabkit.learning.lying_people.shelf import NAMES
from rehabkit.learning.metrics import estimate
from rehabkit.learning.recipe import Recipe, Table
from rehabkit.learning.recipes.lying_points_models import middle_of
from rehabkit.learning.ship import make_bundle
from rehabkit.learning.studies.lying_pose import REAL
from rehabkit.recordings.datasets import anny_synth_rgbd
from rehabkit.runtime.bundle import Bundle, Tensors
from rehabkit.runtime.bundles import SHIPPED, bundle
from rehabkit.runtime.datasets import locate
from rehabkit.systems.lying_points import view_of
from rehabkit.systems.lying_pose.picture import JOINTS, LyingPicture

N_QUICK = 4
TOGETHER = 64
NOTE = (
    "Mean distance of points from the true ones, cm at the body, in brackets the 95 % interval (bootstrap over "
    "people). "
    "A joint counts as seen if the surface at its pixel is within 17 cm of it."
)


def told(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """The relief alone, the network for photographs alone, and both weighed together, on people left out."""
    examples = recipe.examples(source, quick=quick)
    (fold,) = next(iter(recipe.protocols.values())).split(examples)
    some = examples.at(fold.test)
    network, seen = shipped(recipe, source, quick), some.inputs["told"]
    nothing = some.inputs | {"told": np.zeros_like(seen)}
    ways = {
        "the network for photographs alone, depth made visible": middle_of(seen),
        "the relief alone": run(network, nothing)["points"],
        "both, weighed": run(network, some.inputs)["points"],
    }
    visible = some.covariates["visible"] > 0
    postures = np.array(NAMES)[some.covariates["posture"].astype(int)]
    return _table(recipe, "Who sees what, RENDERED people who were left out", some, ways, visible, postures)


def real(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """The relief alone, on pictures rendered from real lying poses."""
    frames = anny_synth_rgbd.read(locate("anny_synth_rgbd", source))[: N_QUICK if quick else None]
    nowhere = np.full((len(JOINTS), 2), np.nan)
    pictures = [LyingPicture(one.frame(), nowhere, np.zeros(len(JOINTS))) for one in frames]
    rows = [recipe.system.prepare(one) for one in pictures]
    some = Examples(
        {name: np.concatenate([row[name] for row in rows]) for name in rows[0]},
        np.stack([view_of(a).forth(b.pixels) for a, b in zip(pictures, frames, strict=True)]),
        np.array([one.subject for one in frames]),
        np.arange(len(frames)),
    )
    ways = {"the relief alone": run(shipped(recipe, source, quick), some.inputs)["points"]}
    visible = np.stack([one.visible for one in frames])
    title = "The relief alone, 219 pictures of 69 people RENDERED FROM REAL LYING POSES"
    table = _table(recipe, title, some, ways, visible, np.array([one.posture for one in frames]))
    return dataclasses.replace(table, note=f"{REAL} {table.note}")


@cache
def shipped(recipe: Recipe, source: Path | None, quick: bool) -> Bundle:
    """What ships; with ``quick`` one that is trained for a moment."""
    if not quick:
        return bundle(SHIPPED / f"{recipe.name}.onnx")
    return make_bundle(recipe, recipe.examples(source, quick=True), Settings(quick=True))


def run(network: Bundle, inputs: Tensors) -> Tensors:
    """The outputs, some rows at a time."""
    n_rows = len(next(iter(inputs.values())))
    parts = [
        network.run({name: value[at : at + TOGETHER] for name, value in inputs.items()})
        for at in range(0, n_rows, TOGETHER)
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _table(
    recipe: Recipe,
    title: str,
    some: Examples,
    ways: dict[str, NDArray[Any]],
    visible: NDArray[np.bool_],
    postures: NDArray[np.str_],
) -> Table:
    mean, found = recipe.metrics["off, cm"], np.unique(postures)
    parts = {"all": np.ones_like(visible), "seen": visible, "hidden": ~visible}
    parts |= {str(name): np.broadcast_to((postures == name)[:, None], visible.shape) for name in found}
    rows = []
    for way, points in ways.items():
        cells = [
            estimate(mean, np.where(part[..., None], some.target, np.nan), points, some.subject)
            for part in parts.values()
        ]
        rows.append([way, *(f"{one.value:.1f} ({one.low_95:.1f} to {one.high_95:.1f})" for one in cells)])
    return Table(title, ["points from", *parts], rows, NOTE)
