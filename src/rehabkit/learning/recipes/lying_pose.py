"""S4 lying_pose on own rendered people: trained on some, judged on others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from rehabkit.learning.examples import Examples
from rehabkit.learning.lying_people.found import N_PEOPLE as N_ASKED
from rehabkit.learning.lying_people.found import N_PICTURES
from rehabkit.learning.lying_people.rows import FOUND, Row
from rehabkit.learning.lying_people.shelf import Order, rows
from rehabkit.learning.metrics import Metric
from rehabkit.learning.model import Model
from rehabkit.learning.networks.lying_pose import Direct, Lift, Refined, Summed, Whole
from rehabkit.learning.networks.lying_pose_tree import N_TOLD
from rehabkit.learning.pose_error import aligned, joint_error_mm, share_within
from rehabkit.learning.protocols import Fold, Protocol
from rehabkit.learning.recipe import Recipe, Study
from rehabkit.learning.recipes.lying_pose_models import (
    EXACT,
    INPUTS,
    DirectModel,
    PlainLift,
    RefinedModel,
    TreeModel,
    UsualHeight,
    augmented,
    error,
)
from rehabkit.learning.studies import lying_pose as studies
from rehabkit.learning.training import TrainConfig
from rehabkit.runtime.card import TensorSpec
from rehabkit.runtime.home import home
from rehabkit.systems.lying_pose.system import LyingPose
from rehabkit.systems.lying_pose.tensors import N_JOINTS

Array = NDArray[Any]
N_PEOPLE, N_LEFT_OUT = 240, 5
"""Rendered people; of each five the first is left out."""
N_KINDS = 4
"""Rows of a picture that are used: true points, 2 px off, and two of the four with points found badly, to save time."""
ASKED = Order(0, N_ASKED, n_pictures=N_PICTURES, n_bad=0, found=True)
"""The pictures that a pose network was shown; of these the rows with its points are learned from."""
QUICK = Order(0, 10, n_pictures=1, n_bad=1)
CONFIG = TrainConfig(epochs=30, batch_size=128, learning_rate=2e-3, inner_share=0.15)
LIFTED = TrainConfig(epochs=20, batch_size=128, learning_rate=0.05, weight_decay=0.0, inner_share=0.15)


def mpjpe(target: Array, position: Array) -> float:
    """Mean distance of joints, millimetres.

    Parameters
    ----------
    target : (n, 16, 4) metres, and 1 where a joint is hidden.
    position : (n, 16, 3) metres.
    """
    return float(np.mean(joint_error_mm(target[..., :3], position)))


def seen_mpjpe(target: Array, position: Array) -> float:
    """Of joints that are seen."""
    return _of(target[..., 3] < 0.5, target, position)


def hidden_mpjpe(target: Array, position: Array) -> float:
    """Of joints that something hides."""
    return _of(target[..., 3] > 0.5, target, position)


def _of(part: Array, target: Array, position: Array) -> float:
    apart = joint_error_mm(target[..., :3], position)[part]
    return float(apart.mean()) if len(apart) else float("nan")


def pa_mpjpe(target: Array, position: Array) -> float:
    """Mean distance of joints once each body was moved, turned and scaled onto the true one, millimetres."""
    true = target[..., :3].astype(np.float64)
    return float(np.mean(joint_error_mm(true, aligned(true, position.astype(np.float64)))))


def pck(limit_mm: float) -> Metric:
    """Share of joints within a distance."""

    def within(target: Array, position: Array) -> float:
        return share_within(joint_error_mm(target[..., :3], position), limit_mm)

    return within


def left_out(examples: Examples) -> list[Fold]:
    """One fold: every fifth person apart, and of these the rows whose points are the true ones."""
    person = examples.subject.astype(int)
    apart = person % N_LEFT_OUT == 0
    exact = examples.covariates["kind"] == EXACT
    return [Fold("every fifth person", np.flatnonzero(~apart), np.flatnonzero(apart & exact))]


def examples_of(found: Row) -> Examples:
    """Rows as examples; each is a recording of its own."""
    known = ("kind", "posture", "blanket", "pillow")
    return Examples(
        {name: found[name] for name in INPUTS},
        found["true"].astype(np.float64),
        found["person"].astype(int).astype(str),
        np.arange(len(found["true"])),
        {name: found[name].astype(int) for name in known if name in found},
    )


class LyingPoseRecipe(Recipe):
    """Own rendered people, every fifth left out."""

    name: ClassVar[str] = LyingPose.name
    title: ClassVar[str] = LyingPose.title
    system: ClassVar[LyingPose] = LyingPose()
    data: ClassVar[tuple[str, ...]] = ("anny_synth_rgbd",)
    simulated: ClassVar[str] = (
        "bodies of the model Anny in poses drawn here, rendered as a depth camera sees them, some with a blanket or a "
        "pillow, with picture points that are off as a network's might be; nobody's pose or picture is in it"
    )
    outputs: ClassVar[Mapping[str, TensorSpec]] = {
        "hidden": TensorSpec(shape=[N_JOINTS], axes=["joint"], description="probability that something lies before it"),
        "position": TensorSpec(
            shape=[N_JOINTS, 3], axes=["joint", "coordinate"], unit="m", description="in the camera's axes"
        ),
        "spread": TensorSpec(
            shape=[N_JOINTS], axes=["joint"], unit="m", description="68 % of joints like this are no farther off"
        ),
    }
    models: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "published": lambda: DirectModel(Lift, error, LIFTED, augment=augmented),
        "small": lambda: RefinedModel(lambda: Refined(Whole(n_told=N_TOLD)), error, CONFIG, augment=augmented),
        "direct": lambda: DirectModel(lambda: Direct(Whole()), error, CONFIG, augment=augmented),
        "classical": lambda: TreeModel(Summed, error, CONFIG),
    }
    baselines: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "plain lift": PlainLift,
        "usual height above the mattress": UsualHeight,
    }
    ships: ClassVar[str] = "small"
    metrics: ClassVar[Mapping[str, Metric]] = {
        "MPJPE, mm": mpjpe,
        "seen, mm": seen_mpjpe,
        "hidden, mm": hidden_mpjpe,
        "PA-MPJPE, mm": pa_mpjpe,
        "PCK3D 50 mm": pck(50.0),
        "PCK3D 100 mm": pck(100.0),
        "PCK3D 150 mm": pck(150.0),
    }
    protocols: ClassVar[Mapping[str, Protocol]] = {
        "people": Protocol("people", "every fifth rendered person left out, true picture points", left_out)
    }
    studies: ClassVar[Mapping[str, Study]] = {
        "steps": lambda source, quick: studies.steps(LyingPoseRecipe(), source, quick),
        "postures": lambda source, quick: studies.postures(LyingPoseRecipe(), source, quick),
        "sureness": lambda source, quick: studies.sureness(LyingPoseRecipe(), source, quick),
        "covers": lambda source, quick: studies.covers(LyingPoseRecipe(), quick),
    }
    intended_use: ClassVar[str] = (
        "Places sixteen joints of someone lying in bed in space, from a depth picture and the joints' points in it, "
        "for a look at how someone lies; shown to a clinician beside how sure it is of each joint."
    )
    limits: ClassVar[tuple[str, ...]] = (
        "No real depth picture of a lying person was at hand: how well it goes on one isn't known.",
        "Bodies are those of adults, without clothes or hair, on a flat mattress; no raised back rest.",
        "Joints under a blanket or behind the body are estimated from the rest; they are marked, and less sure.",
        "Picture points are taken as they come; wrong ones, of another limb say, show in its places.",
        "Made with Anny 0.6.2 (Naver Labs Europe, Apache-2.0; MakeHuman's assets, CC0).",
    )

    @property
    def output(self) -> str:
        """The output that metrics look at."""
        return "position"

    def examples(self, source: Path | None, *, quick: bool = False) -> Examples:
        """Rows of rendered people, from the shelf where they are there; ``source`` isn't looked at."""
        if quick:
            return examples_of(rows(QUICK, None))
        drawn, asked = (rows(order, home() / "rendered") for order in (Order(0, N_PEOPLE), ASKED))
        used = drawn["kind"] < N_KINDS, asked["kind"] == FOUND
        return examples_of({name: np.concatenate([drawn[name][used[0]], asked[name][used[1]]]) for name in drawn})
