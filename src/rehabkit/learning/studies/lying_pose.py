"""Further tables of lying_pose: pictures rendered from real lying poses, on which nothing is trained or chosen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.kinematics.depth.completion import LIKELY
from rehabkit.learning.bench import Settings
from rehabkit.learning.examples import Examples
from rehabkit.learning.lying_people.points import noisy
from rehabkit.learning.lying_people.shelf import Order, rows
from rehabkit.learning.metrics import Metric, estimate
from rehabkit.learning.model import Model
from rehabkit.learning.recipe import Recipe, Table
from rehabkit.learning.recipes.lying_pose_models import EXACT
from rehabkit.learning.ship import make_bundle
from rehabkit.recordings.datasets import anny_synth_rgbd
from rehabkit.runtime.bundle import Bundle, Tensors
from rehabkit.runtime.bundles import SHIPPED, bundle
from rehabkit.runtime.datasets import locate
from rehabkit.runtime.home import home
from rehabkit.systems.lying_pose.picture import JOINTS, LyingPerson, LyingPicture

NOISE_PX, SEED = 2.0, 0
N_QUICK = 4
APART = Order(9000, 9040, n_pictures=1, n_bad=0)
"""People of the blankets' table: none of them is among those that anything was trained on."""
REAL = (
    "219 pictures of 69 people RENDERED FROM REAL LYING POSES (anny_synth_rgbd: no blanket, no pillow, no hair, a "
    "model of the sensor's noise). No real depth picture of a lying person could be had. All models were trained on "
    "own rendered people; these were for evaluation, but that the own people's mattress gives and their hands reach "
    "was decided while looking at them, and how far trunks, heads, shoulders, hips and knees of the own people move, "
    "and how much bodies differ in size, was set beside these people's means and spreads. In brackets the 95 % "
    "interval (bootstrap over them)."
)
OWN = (
    "RENDERED people in poses drawn here, whom no model has seen. In brackets the 95 % interval (bootstrap over them)."
)


@dataclass(frozen=True)
class Judged:
    """What a model says of pictures, beside what is true.

    Parameters
    ----------
    title : of the row.
    truth : (n, 16, 4) metres, and 1 where a joint is hidden.
    subject : (n,) whose picture it is.
    outputs : of the model.
    """

    title: str
    truth: NDArray[Any]
    subject: NDArray[Any]
    outputs: Tensors

    def with_interval(self, metric: Metric, part: NDArray[np.bool_] | slice = slice(None)) -> str:
        """A metric with its interval over people; a dash where there is nothing to score."""
        truth, position = self.truth[part], self.outputs["position"][part]
        if not np.isfinite(metric(truth, position)):
            return "-"
        one = estimate(metric, truth, position, self.subject[part])
        return f"{one.value:.3g} ({one.low_95:.3g} to {one.high_95:.3g})"


@cache
def real_poses(recipe: Recipe, source: Path | None, noise_px: float, quick: bool) -> Examples:
    """The pictures rendered from real lying poses as examples, points true or with noise."""
    frames = anny_synth_rgbd.read(locate("anny_synth_rgbd", source))[: N_QUICK if quick else None]
    rng = np.random.default_rng(SEED)
    people = [
        LyingPerson((LyingPicture(f.frame(), noisy(f.pixels, noise_px, rng), np.ones(len(JOINTS))),)) for f in frames
    ]
    tensors = [recipe.system.prepare(person) for person in people]
    truth = np.stack([np.concatenate([f.joints, ~f.visible[:, None]], axis=1) for f in frames])
    return Examples(
        {name: np.concatenate([one[name] for one in tensors]) for name in tensors[0]},
        truth,
        np.array([f.subject for f in frames]),
        np.arange(len(frames)),
        {"posture": np.array([f.posture for f in frames])},
    )


@cache
def trained(recipe: Recipe, name: str, quick: bool) -> Model:
    """One of the recipe's models, trained on all own people."""
    made = {**recipe.models, **recipe.baselines}[name]()
    model = made.quick() if quick else made
    model.fit(recipe.examples(None, quick=quick), SEED)
    return model


@cache
def shipped(recipe: Recipe, quick: bool) -> Bundle:
    """The bundle that ships, or a quick one."""
    if quick:
        return make_bundle(recipe, recipe.examples(None, quick=True), Settings(quick=True))
    return bundle(SHIPPED / f"{recipe.name}.onnx")


def said(recipe: Recipe, name: str, examples: Examples, quick: bool) -> Tensors:
    """Outputs of the bundle that ships, or of another of the recipe's models."""
    if name == recipe.ships:
        return shipped(recipe, quick).run(examples.inputs)
    return trained(recipe, name, quick).predict(examples)


def steps(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """Each step's gain, the plain lift first, with true points and with noise."""
    titles = {
        "plain lift": "plain lift: the person's surface",
        "usual height above the mattress": "no depth at joints: usual height above the mattress",
        "published": "+ offset to the joint's centre (published)",
        "classical": "+ bones and mattress, hidden joints judged (classical)",
        "direct": "a network instead of offset, bones and mattress (direct)",
        "small": "+ mended by a network (small, ships)",
    }
    found = []
    for noise in (0.0, NOISE_PX):
        examples = real_poses(recipe, source, noise, quick)
        for name, title in titles.items():
            noted = f"{title}, {noise:g} px noise" if noise else title
            outputs = said(recipe, name, examples, quick)
            one = Judged(noted, examples.target, examples.subject, outputs)
            found.append([noted, *(one.with_interval(metric) for metric in recipe.metrics.values())])
    note = (
        f"{REAL} True picture points, or these with Gaussian noise along each axis. Aims: MPJPE ≤ 30, hidden ≤ 90 mm."
    )
    return Table("Each step's gain, rendered from real lying poses", ["step", *recipe.metrics], found, note)


def postures(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """What ships, by what the body lies on."""
    examples = real_poses(recipe, source, 0.0, quick)
    names = [str(recipe.ships), "plain lift"]
    judged = [Judged(n, examples.target, examples.subject, said(recipe, n, examples, quick)) for n in names]
    found = []
    for posture in np.unique(examples.covariates["posture"]):
        part = examples.covariates["posture"] == posture
        cells = [one.with_interval(metric, part) for one in judged for metric in list(recipe.metrics.values())[:3]]
        found.append([str(posture), int(part.sum()), *cells])
    columns = ["posture", "pictures", *(f"{name}: {metric}" for name in names for metric in list(recipe.metrics)[:3])]
    return Table("By posture, rendered from real lying poses", columns, found, f"{REAL} True picture points.")


def sureness(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """Is the uncertainty what it says, and are hidden joints marked?"""
    found = []
    for noise in (0.0, NOISE_PX):
        examples = real_poses(recipe, source, noise, quick)
        outputs = said(recipe, str(recipe.ships), examples, quick)
        apart = np.linalg.norm(outputs["position"] - examples.target[..., :3], axis=-1)
        marked, hidden = outputs["hidden"] > LIKELY, examples.target[..., 3] > 0.5
        for name, part, other in (("not marked", ~marked, ~hidden), ("marked as hidden", marked, hidden)):
            found.append([
                f"{noise:g} px", name, int(part.sum()), float(part[other].mean()),
                1000 * float(np.median(outputs["spread"][part])) if part.any() else float("nan"),
                *(float((apart <= times * outputs["spread"])[part].mean()) for times in (1, 2)),
            ])  # fmt: skip
    columns = [
        "noise",
        "joints",
        "number",
        "of those that are so",
        "median spread mm",
        "within the spread",
        "within twice",
    ]
    note = f"{REAL} It is meant to hold 0.68 within the spread; how much it is widened was set on own people."
    return Table("How sure it says it is, rendered from real lying poses", columns, found, note)


def covers(recipe: Recipe, quick: bool) -> Table:
    """Blanket and pillow: the same people in the same poses with and without them."""
    found = []
    for title, examples in _covered(quick):
        outputs = said(recipe, str(recipe.ships), examples, quick)
        one = Judged(title, examples.target, examples.subject, outputs)
        found.append([title, len(examples), *(one.with_interval(metric) for metric in recipe.metrics.values())])
    note = f"{OWN} True picture points, also of joints under the blanket, which no network could find so well."
    return Table("Blanket and pillow, rendered", ["what", "pictures", *recipe.metrics], found, note)


def _covered(quick: bool) -> Iterator[tuple[str, Examples]]:
    from rehabkit.learning.recipes.lying_pose import examples_of

    for title, blanket, pillow in (
        ("neither", False, False), ("pillow", False, True), ("blanket", True, False), ("both", True, True),
    ):  # fmt: skip
        order = Order(9000, 9003, 1, 0) if quick else APART
        wanted = Order(order.first, order.last, order.n_pictures, order.n_bad, blanket, pillow)
        examples = examples_of(rows(wanted, None if quick else home() / "rendered"))
        yield title, examples.at(np.flatnonzero(examples.covariates["kind"] == EXACT))
