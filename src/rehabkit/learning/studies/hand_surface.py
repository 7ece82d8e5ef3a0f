"""hand_surface under other densities and noises, without its blocks, and on hands that came from elsewhere."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.learning import bench
from rehabkit.learning.examples import Examples
from rehabkit.learning.export import to_onnx
from rehabkit.learning.model import NetworkModel
from rehabkit.learning.networks.hand_surface import N_PARTS, Blocks, Hssn
from rehabkit.learning.recipe import Recipe, Table
from rehabkit.learning.recipes.hand_surface_data import BASE, DENSITIES, NOISES_M, VARIANTS
from rehabkit.learning.recipes.hand_surface_models import UNLABELLED, bare, network
from rehabkit.learning.recipes.hand_surface_scores import iou
from rehabkit.recordings.cloud import PointCloud
from rehabkit.recordings.datasets import princeton_psb_hand, webxr_hands
from rehabkit.recordings.mesh import Mesh
from rehabkit.runtime.bundle import Bundle
from rehabkit.runtime.card import Card
from rehabkit.runtime.datasets import locate
from rehabkit.runtime.home import home
from rehabkit.systems.hand_surface.arrange import arranged
from rehabkit.systems.hand_surface.system import HandSurface, by_point

Array = NDArray[Any]
N_POINTS = 2048
SPEED_S = 5.0
SEEN = (0, 1, 6, 25, 100, N_POINTS)
"""Points of a part that a scan shows: where each row of a table begins, and the last one ends."""
EVERY = 3
"""Of the hands that were learned from, how many are scanned anew."""
WITHOUT = {
    "all four blocks": (Blocks(), True),
    "without edge convolution": (Blocks(edges=False), True),
    "without several scales": (Blocks(scales=False), True),
    "without thinner clouds": (Blocks(densities=False), True),
    "without normals": (Blocks(normals=False), True),
    "all four blocks, as the hand comes": (Blocks(), False),
}
"""Blocks, and whether the hand is turned by its axes first."""


def density(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """Each model with more and fewer points of the same hands."""
    names = [f"{n} points, 1 mm" for n in sorted({*DENSITIES, 1024}, reverse=True)]
    return _varied(recipe, source, quick, "how many points", names)


def noise(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """Each model with more and less noise along the ray."""
    names = [f"1024 points, {1000 * s:g} mm" for s in sorted({*NOISES_M, 0.001})]
    return _varied(recipe, source, quick, "how much noise", names)


def _varied(recipe: Recipe, source: Path | None, quick: bool, what: str, names: list[str]) -> Table:
    examples = recipe.examples(source, quick=quick)
    outcomes = bench.evaluate(recipe, examples, *_as_evaluated(recipe, quick)).outcomes
    rows = []
    for model, outcome in outcomes.items():
        part = examples.at(outcome.rows)
        rows.append([model, *(f"{_of_variant(part, outcome.outputs['probability'], name):.3f}" for name in names)])
    n_hands = len(np.unique(examples.covariates["hand"][examples.covariates["variant"] > 0]))
    note = (
        f"mIoU; the same {n_hands} hands of shapes that were left out, rendered once for each column, one model for "
        "all. 2048 points are looked at as two rows of 1024; of fewer than 1024 the row is padded."
    )
    return Table(f"{recipe.name}: {what}", ["model", *names], rows, note)


def _as_evaluated(recipe: Recipe, quick: bool) -> tuple[Any, bench.Settings]:
    return next(iter(recipe.protocols.values())), bench.Settings(quick=quick, cache=home() / "folds")


def _of_variant(part: Examples, probability: Array, name: str) -> float:
    """Mean over clouds of the mean over parts; the rows of one cloud are put together again."""
    number = [one.name for one in VARIANTS].index(name)
    varied = np.unique(part.covariates["hand"][part.covariates["variant"] > 0])
    wanted = (part.covariates["variant"] == number) & np.isin(part.covariates["hand"], varied)
    said, truth = probability.argmax(axis=-1), part.covariates["truth"]
    clouds = part.covariates["cloud"]
    each = [iou(truth[clouds == one].ravel(), said[clouds == one].ravel()) for one in np.unique(clouds[wanted])]
    return float(np.mean([np.nan_to_num(one, nan=1.0).mean() for one in each]))


def blocks(recipe: Recipe, source: Path | None, quick: bool, epochs: int) -> Table:
    """The network without each of its blocks, all trained as shortly."""
    examples = recipe.examples(source, quick=quick)
    protocol, settings = _as_evaluated(recipe, quick)
    fold = protocol.split(examples)[0]
    names = [BASE, "256 points, 1 mm", "1024 points, 4 mm", "whole surface, own normals"]
    rows = []
    for title, (chosen, turned) in WITHOUT.items():
        build = partial(Hssn, 48, chosen)
        make = network(build, epochs) if turned else network(build, epochs, axes_epochs=0)
        outputs, _ = bench.run_fold(recipe, title.replace(" ", "-"), make, examples, fold, settings)
        part = examples.at(fold.test)
        rows.append([title, *(f"{_of_variant(part, outputs['probability'], name):.3f}" for name in names)])
    note = f"mIoU on the same hands as in the table of densities; {epochs} passes each, far fewer than what ships has."
    return Table(f"{recipe.name}: without one of its blocks", ["network", *names], rows, note)


def kinds(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """Left, right or no hand: what ships on each sight of the hands that were left out."""
    examples = recipe.examples(source, quick=quick)
    model = str(recipe.ships)
    outcome = bench.evaluate(recipe, examples, *_as_evaluated(recipe, quick), models=[model]).outcomes[model]
    part, said = examples.at(outcome.rows), outcome.outputs["kind"].argmax(axis=1)
    rows = []
    for number, variant in enumerate(VARIANTS):
        of = part.covariates["variant"] == number
        true = part.covariates["kind"][of]
        side = f"{np.mean(said[of] == true):.3f}" if (true < 2).all() else "–"
        rows.append([variant.name, int(of.sum()), side, f"{np.mean(said[of] == 2):.3f}"])
    note = "Rows of at most 1024 points. What is no hand are balls, boxes and rods, drawn as in training."
    return Table(f"{recipe.name}: whose hand", ["seen", "rows", "side right", "said to be no hand"], rows, note)


def sizes(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """What keeps the mIoU of what ships below 1: parts of which little is seen; and hands it knows, scanned anew."""
    examples = recipe.examples(source, quick=quick)
    single = examples.at(examples.covariates["variant"] == 0)
    known = single.covariates["learn"] > 0
    fitted = _fitted(recipe, source, quick)
    rows: list[list[Any]] = []
    for whose, part in (("left out", single.at(~known)), ("learned from", single.at(np.flatnonzero(known)[::EVERY]))):
        said, true = fitted.predict(part)["probability"].argmax(axis=2), part.target
        n_seen = np.stack([np.bincount(one[one != UNLABELLED], minlength=N_PARTS) for one in true])
        lacks = 1 - np.stack([np.nan_to_num(iou(*one), nan=1.0) for one in zip(true, said, strict=True)])
        for least, end in [(0, N_POINTS), *itertools.pairwise(SEEN)]:
            of = (n_seen >= least) & (n_seen < end)
            points = "any" if end - least == N_POINTS else str(least) if end == least + 1 else f"{least} to {end - 1}"
            mean = f"{1 - lacks[of].mean():.3f}" if of.any() else "–"
            rows.append([whose, points, int(of.sum()), mean, f"{lacks[of].sum() / of.size:.3f}"])
    note = (
        "Each part of each single-view scan of 1024 points; the row of any says the mIoU, here of scans, not of groups "
        "of hands. Of the shapes learned from, every third hand, scanned from where no training scan was. A part of "
        "which nothing is seen counts 1 where nothing is called so, else 0."
    )
    columns = ["shapes", "points seen of a part", "parts", "mean IoU", "takes off mIoU"]
    return Table(f"{recipe.name}: parts of which little is seen", columns, rows, note)


def elsewhere(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """Meshes that no training saw: Princeton's twenty with parts by people, and WebXR's generic hands."""
    fitted = _fitted(recipe, source, quick)
    hands = princeton_psb_hand.read(locate("princeton_psb_hand", source))
    sets = {
        "Princeton, 20 meshes": [one.mesh for one in hands[:4] if quick] or [one.mesh for one in hands],
        "WebXR, left and right": [one.mesh for one in webxr_hands.read(locate("webxr_generic_hand", source))],
    }
    rows = [
        [name, how, *_zero_shot(fitted, meshes, how, n)]
        for name, meshes in sets.items()
        for how, n in (("own normals", N_POINTS), ("own normals", 256), ("no normals", N_POINTS))
    ]
    note = (
        f"{recipe.ships}, trained on Anny's hands alone; points spread over the whole surface. Princeton's parts are "
        "those of people, who agree among themselves to a Rand index of 0.91 on average (0.78 to 0.99): 1 can't be "
        "reached. It has no unit and doesn't tell left from right. Worst: the mesh with the lowest mIoU."
    )
    return Table(
        f"{recipe.name}: hands from elsewhere", ["hands", "given", "points", "mIoU", "accuracy", "worst"], rows, note
    )


def _fitted(recipe: Recipe, source: Path | None, quick: bool) -> NetworkModel:
    """The model that ships, as the protocol trains it."""
    examples = recipe.examples(source, quick=quick)
    protocol, settings = _as_evaluated(recipe, quick)
    model = recipe.models[str(recipe.ships)]()
    chosen = model.quick() if quick else model
    chosen.fit(examples.at(protocol.split(examples)[0].train), settings.seed)
    return chosen  # type: ignore[return-value]


def said_of(model: NetworkModel, cloud: PointCloud) -> tuple[Array, Array]:
    """Places of the points that were looked at, and their parts."""
    made = arranged(cloud)
    outputs = model.predict(bare(made.tensors))
    return np.concatenate(made.places), by_point(cloud, outputs).argmax(axis=1)


def _zero_shot(model: NetworkModel, meshes: list[Mesh], how: str, n_points: int) -> list[Any]:
    each, right = [], []
    for mesh in meshes:
        cloud = mesh.sampled(n_points)
        if how == "no normals":
            cloud = cloud.noted("normals left out", normals=None)
        places, said = said_of(model, cloud)
        true = np.full(len(places), UNLABELLED) if cloud.labels is None else cloud.labels[places]
        each.append(float(np.nan_to_num(iou(true, said), nan=1.0).mean()))
        right.append(float(np.mean(true == said)))
    return [n_points, f"{np.mean(each):.3f}", f"{np.mean(right):.3f}", f"{np.min(each):.3f}"]


def speed(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """Milliseconds from a cloud to its parts, on one core."""
    examples = recipe.examples(source, quick=True)
    model = recipe.models[str(recipe.ships)]()
    if isinstance(model, NetworkModel):
        model.initialise(0)  # weights change nothing of the time
    content = to_onnx(model, recipe, examples)
    bundle = Bundle(
        Card(system=recipe.name, network="", title="", inputs=dict(recipe.system.inputs), outputs={}), content
    )
    whole = examples.covariates["surface"][0][:, :3].astype(np.float64) + np.array([0, 0, 0.5])
    rows = [list(_timed(bundle, PointCloud(whole[:n]), quick)) for n in (N_POINTS, 1024, 256)]
    note = "Normals, neighbours, ONNX Runtime and findings together; on one core of a machine that may do other things."
    return Table(f"{recipe.name}: time for one cloud", ["points", "prepare p50", "all p50", "all p99 ms"], rows, note)


def _timed(bundle: Bundle, cloud: PointCloud, quick: bool) -> Iterator[Any]:
    system = HandSurface()
    first: list[float] = []
    whole: list[float] = []
    end = time.perf_counter() + (0.2 if quick else SPEED_S)
    while time.perf_counter() < end or len(whole) < 3:
        start = time.perf_counter()
        tensors = system.prepare(cloud)
        first.append(time.perf_counter() - start)
        system.interpret(cloud, bundle.run(tensors), bundle.card)
        whole.append(time.perf_counter() - start)
    yield cloud.n_points
    yield f"{1000 * np.median(first):.0f}"
    yield from (f"{1000 * np.percentile(whole, q):.0f}" for q in (50, 99))
