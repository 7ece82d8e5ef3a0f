"""What the hand_surface recipe trains: networks on new scans in every batch, trees on each point, one share a part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from rehabkit.learning.examples import Examples
from rehabkit.learning.kept import KeptNetwork
from rehabkit.learning.model import Model, run
from rehabkit.learning.networks import edge_convolution, hand_axes, hand_surface
from rehabkit.learning.networks.hand_axes import HandAxes
from rehabkit.learning.networks.hand_surface import N_PARTS
from rehabkit.learning.recipes import hand_surface_scans
from rehabkit.learning.recipes.hand_surface_scans import NO_HAND, TRAINING, Sight, scanned
from rehabkit.learning.training import Batch, TrainConfig
from rehabkit.runtime.bundle import Tensors
from rehabkit.systems.hand_surface import arrange
from rehabkit.systems.hand_surface.arrange import READ, SPANS, arranged

Array = NDArray[Any]
UNLABELLED = -1
"""Target of slots without a point, and of points that lie on no hand."""
SIZES = {1024: 0.15, 512: 0.3, 256: 0.35, 128: 0.2}
"""Slots of a batch's scans, and how often: thin scans cost little, and teach as much of what a hand looks like."""
N_POINTS = 4096
"""Points of a batch: the thinner its scans, the more of them."""
N_KEPT, N_KEPT_LONG = 6, 16
"""Scans of a hand and a size that are made, in a short training and in a long one; each is then used several times,
changed a little."""
WHOLE = Sight(whole=0.25)
"""How the scans of a long training are taken: a quarter of them as a hand scanner gives them, from all sides."""
N_AT_ONCE = 16
EPOCHS_OF_AXES = 260
"""Passes of what finds the hand's axes, which all networks share."""
RATE, MUON = 2e-3, 0.01
"""Learning rates of AdamW and of Muon."""
AXES_RATE, AXES_MUON = 3e-3, 0.02
"""The same for what finds the axes: twice as high made a long training of the parts restless."""
KIND_WEIGHT, PALM_WEIGHT = 0.2, 0.6
"""Of the kind beside the parts, and of a point of the palm, where most points lie, beside one of a finger."""


def axes_loss(outputs: Batch, batch: Batch) -> Tensor:
    """Mean distance of the directions that were said from the true ones, of hands, at each look."""
    true = outputs["looked_in"].transpose(2, 3) @ batch["axes"][:, None]  # as they lie in the axes it looked in
    off = ((outputs["said"] - true).square().sum(dim=2) + 1e-3).sqrt().mean(dim=(1, 2))  # (batch,)
    of_hands = (batch["kind"] != NO_HAND).to(off.dtype)
    mean: Tensor = (off * of_hands).sum() / of_hands.sum().clamp_min(1.0)
    return mean


def loss(outputs: Batch, batch: Batch) -> Tensor:
    """Cross-entropy over points, and over the kind of thing."""
    logits = outputs["logits"].flatten(0, 1).float()
    weight = torch.tensor([PALM_WEIGHT] + [1.0] * (N_PARTS - 1), device=logits.device)
    parts = cross_entropy(logits, batch["target"].flatten(), weight, ignore_index=UNLABELLED)
    return parts + KIND_WEIGHT * cross_entropy(outputs["kind_logits"].float(), batch["kind"])


@dataclass(frozen=True)
class Scan:
    """One scan, arranged: its tensors without a batch axis, its parts and its kind.

    Among the tensors are ``axes`` (3, 3): points @ axes lie as a right hand's.
    """

    tensors: Tensors
    target: NDArray[np.int64]
    kind: int


def scan(whole: Array, seed: tuple[int, ...], n_slots: int, sight: Sight = TRAINING) -> Scan:
    """A training scan of a surface with its truth, as the network takes it; at least half of the slots are filled.

    Parameters
    ----------
    whole : (n, 7) of :func:`.hand_surface_scans.surface`.
    """
    rng = np.random.default_rng(seed)
    n_points = int(rng.integers(n_slots // 2, n_slots + 1))
    cloud, kind = scanned(whole.astype(np.float64), rng, n_points, sight)
    made = arranged(cloud, seed=int(rng.integers(2**31)), n_slots=n_slots)
    target = np.full(n_slots, UNLABELLED, dtype=np.int64)
    if kind != NO_HAND and cloud.labels is not None:
        target[: cloud.n_points] = cloud.labels[made.places[0]]
    tensors = {name: value[0] for name, value in made.tensors.items()}
    as_right = np.diag([-1.0, 1, 1]) if kind == 0 else np.eye(3)
    axes = (made.turn.T @ as_right).astype(np.float32)
    return Scan(tensors | {"axes": axes, "neighbours": tensors["neighbours"].astype(np.int16)}, target, kind)


_MADE: dict[tuple[int, int, int, Sight], Scan] = {}
"""Scans by hand, size, number and sight: every model of a run learns from the same ones, and they are made once."""


@dataclass(frozen=True)
class NewScans:
    """Augmentation: scans of the batch's hands, of one size a batch, stretched and turned a little, at times mirrored.

    Parameters
    ----------
    sizes : slots of a batch's scans, and how often.
    n_kept : scans of a hand and a size that are made; each is then used several times, changed a little.
    n_points : points of a batch: the thinner its scans, the more of them.
    stretch : standard deviation of the factors along the hand's axes.
    turned : standard deviation of the rotation vector in radians.
    mirrored : share of scans whose axes are mirrored at random.
    sight : how scans are taken.
    """

    sizes: Mapping[int, float] = field(default_factory=lambda: SIZES)
    n_kept: int = N_KEPT
    n_points: int = N_POINTS
    stretch: float = 0.08
    turned: float = 0.2
    mirrored: float = 0.15
    sight: Sight = TRAINING

    def __call__(self, batch: Batch, generator: torch.Generator) -> Batch:
        """A batch of scans of one size."""
        drawn = torch.multinomial(torch.tensor(list(self.sizes.values())), 1, generator=generator)
        size = list(self.sizes)[int(drawn)]
        rows = range(min(len(batch["target"]), max(1, self.n_points // size)))
        numbers = torch.randint(self.n_kept, (len(rows),), generator=generator).tolist()
        scans = [self._scan(batch, row, size, number) for row, number in zip(rows, numbers, strict=True)]
        tensors = {name: torch.from_numpy(np.stack([one.tensors[name] for one in scans])) for name in scans[0].tensors}
        target = torch.from_numpy(np.stack([one.target for one in scans]))
        found = tensors | {"target": target, "kind": torch.tensor([one.kind for one in scans])}
        return found | self._changed(found, generator)

    def _scan(self, batch: Batch, row: int, size: int, number: int) -> Scan:
        seed = int(batch["hand"][row]), size, number
        key = *seed, self.sight
        if key not in _MADE:
            _MADE[key] = scan(batch["surface"][row].numpy(), seed, size, self.sight)
        return _MADE[key]

    def _changed(self, scans: Batch, generator: torch.Generator) -> Batch:
        """Points and normals stretched along the hand's axes and shown in other ones; neighbours stay what they are."""
        n, kind = len(scans["kind"]), scans["kind"]
        factor = 1 + self.stretch * torch.randn(n, 1, 3, generator=generator)
        points, normals = scans["points"] @ scans["axes"] * factor, scans["normals"] @ scans["axes"] / factor
        shown = scans["axes"].transpose(1, 2) @ self._turns(n, generator)
        return {
            "points": points @ shown,
            "normals": normalize(normals, dim=2) @ shown,
            "axes": shown.transpose(1, 2),
            "handed": ((torch.det(shown) > 0) == (kind != 0)).float()[:, None],
        }

    def _turns(self, n: int, generator: torch.Generator) -> Tensor:
        """(n, 3, 3) small rotations, some of them of mirrored axes."""
        vector = self.turned * torch.randn(n, 3, generator=generator)
        turn = torch.linalg.matrix_exp(torch.linalg.cross(vector[:, None], torch.eye(3)[None], dim=2))
        signs = 2.0 * torch.randint(2, (n, 3), generator=generator) - 1
        some = torch.rand(n, 1, generator=generator) < self.mirrored
        found: Tensor = torch.diag_embed(torch.where(some, signs, torch.ones(n, 3))) @ turn
        return found


class SurfaceNetwork(KeptNetwork):
    """A network that learns from hands of the training shapes alone, and is trained once.

    Attributes
    ----------
    axes : what is trained first, to find the hand's axes; all networks share it.
    """

    system: ClassVar[str] = "hand_surface"
    code: ClassVar[tuple[ModuleType, ...]] = (edge_convolution, hand_axes, hand_surface, hand_surface_scans, arrange)
    who: ClassVar[str] = "hand"
    axes: SurfaceNetwork | None = None

    def before(self, examples: Examples, seed: int) -> None:
        """Train what finds the axes."""
        if self.axes is not None:
            self.axes.fit(examples, seed)

    def _untrained(self, seed: int) -> nn.Module:
        """With the axes that were trained before, if they were."""
        module = super()._untrained(seed)
        if self.axes is not None and self.axes._members:
            module.get_submodule("axes").load_state_dict(self.axes.module().state_dict())
        return module

    def settings(self) -> dict[str, Any]:
        """The training's, and that of the axes."""
        return super().settings() | ({} if self.axes is None else {"axes": self.axes.settings()})

    def predict(self, examples: Examples) -> Tensors:
        """A few clouds at a time: their neighbourhoods take much memory."""
        names = ("probability", "kind")
        starts = range(0, len(examples), N_AT_ONCE)
        inputs = [{name: value[at : at + N_AT_ONCE] for name, value in examples.inputs.items()} for at in starts]
        parts = [run(self.module(), bare(one), names) for one in inputs]
        return {name: np.concatenate([part[name] for part in parts]) for name in names}


class NeighbourNetwork(SurfaceNetwork):
    """A network that finds its neighbours itself, among features."""

    looks_for_neighbours: ClassVar[bool] = True


def bare(inputs: Tensors) -> Examples:
    """Inputs alone."""
    n_rows = len(inputs["present"])
    return Examples(inputs, np.zeros(n_rows, np.int64), np.array(["one"] * n_rows), np.arange(n_rows))


def axes_finder(epochs: int) -> SurfaceNetwork:
    """What finds the hand's axes: no very thin scans, since palm and back differ little, and many a batch."""
    scans = NewScans({256: 0.5, 512: 0.5}, N_KEPT, 2 * N_POINTS)
    return SurfaceNetwork(HandAxes, axes_loss, TrainConfig(epochs, 48, AXES_RATE, muon=AXES_MUON), augment=scans)


def network(
    build: Callable[..., nn.Module],
    epochs: int,
    kind: type[SurfaceNetwork] = SurfaceNetwork,
    *,
    axes_epochs: int = EPOCHS_OF_AXES,
    scans: NewScans = NewScans(),
) -> Callable[[], Model]:
    """A network on new scans, in axes that ``axes_epochs`` passes have taught it to find; as they come with none.

    Parameters
    ----------
    build : makes it, with or without ``axes``.
    scans : what it learns from.
    """

    def make() -> Model:
        config = TrainConfig(epochs, 32, RATE, muon=MUON)
        model = kind(lambda: build(axes=HandAxes() if axes_epochs else None), loss, config, augment=scans)
        model.axes = axes_finder(axes_epochs) if axes_epochs else None
        return model

    return make


class TreesModel(Model):
    """Extremely randomised trees over each point's place, normal, and the shape of its surroundings.

    Parameters
    ----------
    n_each : points of a scan that are learned from.
    """

    def __init__(self, n_trees: int = 60, n_each: int = 100) -> None:
        self.n_trees, self.n_each = n_trees, n_each

    def fit(self, examples: Examples, seed: int) -> None:
        """Grow the trees on some points of each scan."""
        rng = np.random.default_rng(seed)
        there = examples.inputs["present"] > 0.5
        chosen = np.zeros_like(there)
        for row, at in enumerate(there):
            slots = np.flatnonzero(at)
            chosen[row, rng.choice(slots, min(self.n_each, len(slots)), replace=False)] = True
        x = np.concatenate([_surroundings(examples, row)[chosen[row]] for row in range(len(examples))])
        self._trees = ExtraTreesClassifier(self.n_trees, min_samples_leaf=4, random_state=seed)
        self._trees.fit(x, examples.target[chosen])

    def predict(self, examples: Examples) -> Tensors:
        """``probability`` (n_rows, n_slots, n_parts)."""
        found = np.zeros((*examples.target.shape, N_PARTS), dtype=np.float32)
        for row in range(len(examples)):
            found[row][:, self._trees.classes_] = self._trees.predict_proba(_surroundings(examples, row))
        return {"probability": found}

    def settings(self) -> dict[str, Any]:
        """Number of trees, and points a scan."""
        return {"n_trees": self.n_trees, "n_each": self.n_each}

    def quick(self) -> TreesModel:
        """A few trees."""
        return TreesModel(5, 40)


def _surroundings(examples: Examples, row: int) -> NDArray[np.float32]:
    """(n_slots, n_features) of one scan: place, normal, where the middle of each span lies and how it is spread."""
    points, normals = examples.inputs["points"][row], examples.inputs["normals"][row]
    near = examples.inputs["neighbours"][row].astype(int)
    parts = [points, normals, np.linalg.norm(points, axis=1, keepdims=True)]
    for span in SPANS:
        around = points[near[:, span]] - points[:, None]
        middle = around.mean(axis=1)
        apart = around - middle[:, None]
        parts += [middle, np.linalg.eigvalsh(apart.swapaxes(1, 2) @ apart / READ)]
    return np.concatenate(parts, axis=1).astype(np.float32)


class SharesModel(Model):
    """Knows only how large a share of the points lies on each part."""

    def fit(self, examples: Examples, seed: int) -> None:
        """Count."""
        labels = examples.target[examples.target != UNLABELLED]
        self._shares = np.bincount(labels, minlength=N_PARTS).astype(np.float32) / len(labels)

    def predict(self, examples: Examples) -> Tensors:
        """The same ``probability`` everywhere."""
        shares = np.broadcast_to(self._shares, (*examples.target.shape, N_PARTS))
        return {"probability": shares.astype(np.float32)}


class TemplateModel(Model):
    """Each point gets the part of the nearest point of the training scan that fits best once both are aligned.

    Parameters
    ----------
    n_templates : training scans that are tried.
    """

    def __init__(self, n_templates: int = 40) -> None:
        self.n_templates = n_templates

    def fit(self, examples: Examples, seed: int) -> None:
        """Keep some scans."""
        rows = np.random.default_rng(seed).permutation(len(examples))[: self.n_templates]
        there = [examples.inputs["present"][row] > 0.5 for row in rows]
        self._templates = [
            (examples.inputs["points"][row][at], examples.target[row][at]) for row, at in zip(rows, there, strict=True)
        ]

    def predict(self, examples: Examples) -> Tensors:
        """``probability`` 1 of the nearest point's part."""
        from scipy.spatial import cKDTree

        trees = [(cKDTree(points), labels) for points, labels in self._templates]
        found = np.zeros((*examples.target.shape, N_PARTS), dtype=np.float32)
        for row, points in enumerate(examples.inputs["points"]):
            some = points[examples.inputs["present"][row] > 0.5][::8]
            apart = [tree.query(some)[0].mean() for tree, _ in trees]
            tree, labels = trees[int(np.argmin(apart))]
            found[row, np.arange(len(points)), labels[tree.query(points)[1]]] = 1.0
        return {"probability": found}

    def settings(self) -> dict[str, Any]:
        """Number of scans."""
        return {"n_templates": self.n_templates}
