"""What the lying_pose recipe trains: its networks, the geometry with counted distributions, and baselines."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy

from rehabkit.kinematics.depth.bed import Plane
from rehabkit.kinematics.depth.completion import LIKELY
from rehabkit.kinematics.depth.prior import LyingPrior, fitted
from rehabkit.kinematics.depth.sight import Sight
from rehabkit.kinematics.depth.tree import BONES, WIDTHS, mirrored_joints, mirrored_pairs, numbered
from rehabkit.learning.examples import Examples
from rehabkit.learning.model import Model, NetworkModel, run
from rehabkit.learning.networks.lying_pose import QUANTILE_68
from rehabkit.learning.protocols import inner_split
from rehabkit.learning.training import Batch, train
from rehabkit.runtime.bundle import Tensors
from rehabkit.systems.lying_pose.picture import JOINTS
from rehabkit.systems.lying_pose.tensors import RING

Array = NDArray[np.float64]
OTHER = torch.as_tensor(mirrored_joints(JOINTS))
PAIRS = torch.as_tensor(mirrored_pairs((*BONES, *WIDTHS)))
RING_OTHER = torch.as_tensor([int(np.linalg.norm(RING - place * (-1, 1), axis=1).argmin()) for place in RING])
PARENTS, CHILDREN = (list(ends) for ends in zip(*numbered((*BONES, *WIDTHS), JOINTS), strict=True))
INPUTS = ("joints", "relief", "view")
MOST_COUNTED = 400
"""Pictures that the geometry is counted on: more change nothing that shows."""
WITHIN = 0.68
EXACT = 0
"""Kind of a row whose points are the true ones."""
SIZE = 0.06
"""Spread of the size by which people are made larger or smaller in training."""
HIDDEN_WEIGHT, BONE_WEIGHT = 0.5, 0.5


def error(outputs: Batch, batch: Batch) -> Tensor:
    """Negative logarithm of the likelihood of joints, e^(-r/b)/(8πb³), and of which are hidden; bones' lengths."""
    true, hidden = batch["target"][..., :3], batch["target"][..., 3]
    apart = (outputs["position"] - true).square().sum(dim=-1).add(1e-8).sqrt()
    scale = outputs["spread"] / QUANTILE_68
    likely = (apart / scale + 3 * scale.log()).mean()
    judged = binary_cross_entropy(outputs["hidden"].clamp(1e-5, 1 - 1e-5), hidden)
    length = [(at[:, PARENTS] - at[:, CHILDREN]).norm(dim=-1) for at in (outputs["position"], true)]
    bones = (length[0] - length[1]).abs().mean() / 0.05
    whole: Tensor = likely + HIDDEN_WEIGHT * judged + BONE_WEIGHT * bones
    return whole


def augmented(batch: Batch, generator: torch.Generator) -> Batch:
    """Half of the people mirrored, all made a little larger or smaller, in their own axes."""
    n = len(batch["target"])
    mirror = torch.rand(n, generator=generator) < 0.5
    size = (SIZE * torch.randn(n, generator=generator)).exp()[:, None, None]
    view, joints = batch["view"], batch["joints"].clone()
    true = (batch["target"][..., :3] - view[:, :1]) @ view[:, 1:].transpose(1, 2)
    joints[..., :3] *= size
    joints[..., 7:] *= size
    true, relief, hidden = true * size, batch["relief"] * size, batch["target"][..., 3:]
    flip = torch.tensor([-1.0, 1.0, 1.0])
    other = joints[:, OTHER]
    other = torch.cat(
        [other[..., :3] * flip, other[..., 3:6] * flip, other[..., 6:7], other[..., 7:][..., RING_OTHER]], -1
    )
    which = mirror[:, None, None]
    joints, relief = torch.where(which, other, joints), torch.where(which, relief[:, PAIRS], relief)
    true, hidden = torch.where(which, true[:, OTHER] * flip, true), torch.where(which, hidden[:, OTHER], hidden)
    target = torch.cat([view[:, :1] + true @ view[:, 1:], hidden], dim=-1)
    changed = batch | {"joints": joints, "relief": relief, "target": target}
    if "told" in batch:
        told = torch.cat([batch["told"][..., :2] * size, batch["told"][..., 2:]], dim=-1)
        changed["told"] = torch.where(which, told[:, OTHER], told)
    return changed


def sights(examples: Examples) -> list[Sight]:
    """Lines of sight, surface and mattress of each row, as the geometry takes them, back from its tensors."""
    found = []
    for joints, relief, view in zip(*(examples.inputs[name].astype(np.float64) for name in INPUTS), strict=True):
        seen = joints[:, 6] > 0.5
        rays = joints[:, 3:6] @ view[1:]
        rays = np.where(seen[:, None], rays / rays[:, 2:], np.nan)
        surface = np.where(seen, view[0, 2] + joints[:, :3] @ view[1:, 2], np.nan)
        found.append(Sight(rays, surface, Plane(view[3], float(view[3] @ view[0])), relief))
    return found


def counted(examples: Examples, seed: int) -> LyingPrior:
    """The geometry's distributions, from rows with true points alone, and from no more of these than are enough."""
    whole = (examples.inputs["joints"][..., 6] > 0.5).all(axis=1)
    rows = np.flatnonzero((examples.covariates["kind"] == EXACT) & whole)
    if len(rows) > MOST_COUNTED:
        rows = np.random.default_rng(seed).permutation(rows)[:MOST_COUNTED]
    part = examples.at(rows)
    target = np.asarray(part.target, dtype=np.float64)
    return fitted(JOINTS, sights(part), target[..., :3], target[..., 3] < 0.5, part.subject)


class DirectModel(NetworkModel):
    """A network without the tree; its spread is made honest on people that its weights haven't seen."""

    def _fit_one(self, examples: Examples, seed: int) -> nn.Module:
        rows, apart = inner_split(examples.subject, self.config.inner_share, seed)
        module = self._untrained(seed)
        self._train(module, examples.at(rows), seed)
        widen(module, examples.at(apart))
        return module

    def _train(self, module: nn.Module, examples: Examples, seed: int) -> None:
        train(module, examples, self.loss, self.config, seed=seed, augment=self.augment, callbacks=self.callbacks)

    def quick(self) -> NetworkModel:
        """One epoch."""
        return type(self)(self.build, self.loss, replace(self.config, epochs=1), augment=self.augment)


class TreeModel(DirectModel):
    """The tree, counted; nothing is trained."""

    def _train(self, module: nn.Module, examples: Examples, seed: int) -> None:
        module.get_submodule("tree").count(counted(examples, seed))  # type: ignore[operator]


class RefinedModel(TreeModel):
    """The tree, counted, then the network that mends it, trained on what the tree has told of each row."""

    def _train(self, module: nn.Module, examples: Examples, seed: int) -> None:
        super()._train(module, examples, seed)
        told = run(_Told(module.get_submodule("tree")), examples)["told"]
        inputs = {**examples.inputs, "told": told}
        DirectModel._train(self, _Mended(module), replace(examples, inputs=inputs), seed)


class _Told(nn.Module):
    """The tree with a named output."""

    def __init__(self, tree: nn.Module) -> None:
        super().__init__()
        self.tree = tree

    def forward(self, *inputs: Tensor) -> Batch:
        return {"told": self.tree(*inputs)}


class _Mended(nn.Module):
    """The part of a refined network that is trained."""

    def __init__(self, whole: nn.Module) -> None:
        super().__init__()
        self.whole = whole

    def forward(self, *inputs: Tensor) -> Batch:
        outputs: Batch = self.whole.mended(*inputs)  # type: ignore[operator]
        return outputs


@torch.no_grad()
def widen(module: nn.Module, examples: Examples) -> None:
    """Set a module's ``widen`` so that 68 % of joints marked as seen, and of those marked as hidden, are within."""
    examples = examples.at(np.arange(0, len(examples), -(-len(examples) // MOST_COUNTED)))
    outputs = run(module, examples)
    apart = np.linalg.norm(outputs["position"] - examples.target[..., :3], axis=-1) / outputs["spread"]
    marked = outputs["hidden"] > LIKELY
    factors = [float(np.quantile(apart[part], WITHIN)) if part.any() else 1.0 for part in (~marked, marked)]
    dict([*module.named_parameters(), *module.named_buffers()])["widen"].copy_(torch.tensor(factors))


class PlainLift(Model):
    """A baseline without anything learned: each joint is where its surface is."""

    def fit(self, examples: Examples, seed: int) -> None:
        """Nothing to learn."""

    def predict(self, examples: Examples) -> Tensors:
        """Outputs as the networks have them; all joints are taken to be seen."""
        joints, view = examples.inputs["joints"], examples.inputs["view"]
        return _outputs(view[:, None, 0] + joints[..., :3] @ view[:, 1:])


class UsualHeight(Model):
    """A baseline that doesn't look at depth near joints: each on its line of sight at its usual height."""

    def __init__(self) -> None:
        self._height: Array = np.zeros(len(JOINTS))

    def fit(self, examples: Examples, seed: int) -> None:
        """Median heights above the mattress."""
        true = np.asarray(examples.target, dtype=np.float64)[..., :3]
        view = examples.inputs["view"]
        self._height = np.median(((true - view[:, :1]) * view[:, 3:]).sum(axis=-1), axis=0)

    def predict(self, examples: Examples) -> Tensors:
        """Outputs as the networks have them."""
        joints, view = examples.inputs["joints"], examples.inputs["view"]
        surface, ray = joints[..., :3], joints[..., 3:6]
        along = (self._height - surface[..., 2]) / np.minimum(ray[..., 2], -0.05)
        return _outputs(view[:, None, 0] + (surface + along[..., None] * ray) @ view[:, 1:])


def _outputs(position: NDArray[Any]) -> Tensors:
    none = np.zeros(position.shape[:2], dtype=np.float32)
    return {"hidden": none, "position": position.astype(np.float32), "spread": none}
