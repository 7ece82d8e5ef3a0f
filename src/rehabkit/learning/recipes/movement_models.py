"""What the movement_recognition recipe trains: networks that know what they don't know, trees, MiniRocket."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn
from torch.nn import functional

from rehabkit.errors import ModelError
from rehabkit.learning.examples import Examples
from rehabkit.learning.model import ClassicalModel, Model, NetworkModel, run
from rehabkit.learning.networks.minirocket import MiniRocket
from rehabkit.learning.networks.movement_nearness import Nearness
from rehabkit.learning.recipes.movement_strangers import NOT_DOWN, near_misses, other_arms, strangers
from rehabkit.learning.recipes.movement_variations import Variation, varied
from rehabkit.learning.training import Batch
from rehabkit.recordings.datasets.uiprmd import MOVEMENTS
from rehabkit.runtime.bundle import Tensors

LABELS = (*MOVEMENTS.values(), "unknown")
N_KNOWN = len(LABELS) - 1
NONE = N_KNOWN
"""Target of a stranger; a near miss of movement c has target ``NONE + 1 + c``."""
SQUAT = LABELS.index("deep_squat")
"""UI-PRMD's is deep and has the arms overhead; elsewhere people hold them as they like."""
STRANGERS, NEAR_MISSES, OTHER_ARMS, ARMS_ALONE = 0.35, 0.6, 3.0, 0.5
"""How many are made, as a share of the known movements, and of squats."""
AT_ONCE = 512
MILD = Variation(shifted=0.1, cropped=0.4, shortest=0.5, bone=0.07, lost=0.0, yaw=4.0, tilt=6.0, flattened=0.3)
"""How the movements are varied whose distances are measured: less, since a covariance takes everything in."""
N_COPIES, N_GROUPS = 2, 3
"""Varied copies beside each movement; groups of people that are left out in turn to see what distance is usual."""


def open_set_loss(outputs: Batch, batch: Batch) -> Tensor:
    """Each movement against everything else, and the known ones against each other.

    Parameters
    ----------
    outputs : ``logits`` (batch, n_known).
    batch : ``target`` (batch,): 0 … n_known - 1 known, ``NONE`` none of them, ``NONE + 1 + c`` not movement c.
    """
    logits, target = outputs["logits"], batch["target"]
    known, missed = target < NONE, target > NONE
    is_it = functional.one_hot(target.clamp(max=N_KNOWN), N_KNOWN + 1)[:, :N_KNOWN].to(logits.dtype)
    own = functional.one_hot((target - NONE - 1).clamp(min=0), N_KNOWN).to(logits.dtype)
    counts = torch.where(missed[:, None], own, torch.ones_like(own))
    each = functional.binary_cross_entropy_with_logits(logits, is_it, weight=counts, reduction="sum")
    among = functional.cross_entropy(logits[known], target[known], reduction="sum")
    return (each + among) / len(target)


def with_strangers(examples: Examples, seed: int, *, near: bool = True) -> Examples:
    """Training examples and what is made of them, each with the subject it was made of."""
    generator = torch.Generator().manual_seed(seed)
    positions = torch.as_tensor(examples.inputs["positions"])
    target = torch.as_tensor(examples.target)
    parts = [(positions, target, torch.arange(len(target)))]
    for rows in _drawn(torch.arange(len(target)), STRANGERS, generator):
        parts.append((strangers(positions[rows], generator), torch.full_like(rows, NONE), rows))
    for rows in _drawn(torch.arange(len(target)), NEAR_MISSES if near else 0.0, generator):
        made, differs = near_misses(positions[rows], generator)
        parts.append((made[differs], NONE + 1 + target[rows][differs], rows[differs]))
    squats = torch.where(target == SQUAT)[0]
    for rows in _drawn(squats, OTHER_ARMS, generator):
        parts.append((other_arms(positions[rows], generator), target[rows], rows))
    for rows in _drawn(squats, ARMS_ALONE if near else 0.0, generator):
        parts.append((other_arms(positions[rows], generator, NOT_DOWN), NONE + 1 + target[rows], rows))
    made_of = torch.cat([source for _, _, source in parts]).numpy()
    return Examples(
        {"positions": torch.cat([made for made, _, _ in parts]).numpy()},
        torch.cat([label for _, label, _ in parts]).numpy(),
        examples.subject[made_of],
        np.arange(len(made_of)),
    )


def _drawn(rows: Tensor, share: float, generator: torch.Generator) -> tuple[Tensor, ...]:
    """Rows drawn with replacement, in parts that fit in memory."""
    n = int(share * len(rows))
    chosen = rows[torch.randint(0, max(len(rows), 1), (n,), generator=generator)] if n else rows[:0]
    return tuple(part for part in torch.split(chosen, AT_ONCE) if len(part))


class OpenSetModel(NetworkModel):
    """A network trained with strangers and near misses beside the known movements, and the distance to these."""

    def fit(self, examples: Examples, seed: int) -> None:
        """Make them of the training part alone, train, and measure how far its people are from each other."""
        super().fit(with_strangers(examples, seed), seed)
        for member in self._members:
            fit_nearness(member.get_submodule("nearness"), examples, seed)

    def quick(self) -> OpenSetModel:
        """Two epochs, one member."""
        fast = super().quick()
        return OpenSetModel(fast.build, fast.loss, fast.config, augment=fast.augment)


def fit_nearness(nearness: nn.Module, examples: Examples, seed: int) -> None:
    """Centres of the known movements, and by leaving groups of people out how far a known one usually is from them."""
    if not isinstance(nearness, Nearness):
        raise ModelError(f"distance must be a Nearness, got {type(nearness).__name__}; build a MovementNetwork")
    generator = torch.Generator().manual_seed(seed)
    positions, target = torch.as_tensor(examples.inputs["positions"]), torch.as_tensor(examples.target)
    squats = torch.where(target == SQUAT)[0]
    source = torch.cat([torch.arange(len(target)), squats])
    whole = torch.cat([positions, other_arms(positions[squats], generator)])
    copies = [varied({"positions": whole}, generator, MILD)["positions"] for _ in range(N_COPIES)]
    seen, source = torch.cat([whole, *copies]), source.repeat(1 + N_COPIES)
    labels, distances = target[source], []
    for people in np.array_split(np.array(examples.subjects), min(N_GROUPS, len(examples.subjects))):
        apart = torch.as_tensor(np.isin(examples.subject, people))
        rest = torch.ones_like(labels, dtype=torch.bool) if apart.all() else ~apart[source]
        nearness.fit(seen[rest], labels[rest])
        distances.append(nearness.log_distance(positions[apart]))
    nearness.fit(seen, labels).set_scale(torch.cat(distances))


class Trees(ClassicalModel):
    """Extremely randomised trees over all positions; strangers are one more class."""

    def __init__(self, n_trees: int = 150) -> None:
        self.n_trees = n_trees
        super().__init__(lambda: ExtraTreesClassifier(n_trees, min_samples_leaf=3), n_classes=len(LABELS))

    def fit(self, examples: Examples, seed: int) -> None:
        """Grow the trees."""
        super().fit(with_strangers(examples, seed, near=False), seed)

    def quick(self) -> Trees:
        """A few trees."""
        return Trees(10)


class Rocket(Model):
    """MiniRocket's features and logistic regression in one module; strangers are one more class."""

    def __init__(self, n_features: int = 2520) -> None:
        self.n_features = n_features
        self._module: nn.Module | None = None

    def fit(self, examples: Examples, seed: int) -> None:
        """Biases from the training part, then the regression."""
        made = with_strangers(examples, seed, near=False)
        n_times, n_joints, n_axes = made.inputs["positions"].shape[1:]
        features = MiniRocket(n_joints * n_axes, n_times, self.n_features, seed)
        features.fit(made.inputs["positions"].reshape(len(made), n_times, -1).swapaxes(1, 2))
        module = RocketNetwork(features, len(LABELS))
        solver = LogisticRegression(C=0.1, max_iter=300, tol=1e-3)
        solver.fit(run(module, made, ("features",))["features"], made.target)
        with torch.no_grad():
            module.head.weight[solver.classes_] = torch.as_tensor(solver.coef_, dtype=torch.float32)
            module.head.bias[solver.classes_] = torch.as_tensor(solver.intercept_, dtype=torch.float32)
        self._module = module.eval()

    def predict(self, examples: Examples) -> Tensors:
        """``probability`` (n_rows, n_classes)."""
        return run(self.module(), examples, ("probability",))

    def module(self) -> nn.Module:
        """Features and regression as one network; before ``fit`` one that knows nothing."""
        return self._module or RocketNetwork(MiniRocket(45, 32, self.n_features), len(LABELS)).eval()

    def settings(self) -> dict[str, Any]:
        """Size and solver."""
        return {"n_features": self.n_features, "solver": "logistic regression, C 0.1"}

    def quick(self) -> Rocket:
        """A few features."""
        return Rocket(168)


class RocketNetwork(nn.Module):
    """positions (batch, time, joints, 3) → ``probability`` and ``features``."""

    def __init__(self, features: MiniRocket, n_classes: int) -> None:
        super().__init__()
        self.features = features
        self.head = nn.Linear(features.n_features, n_classes)
        nn.init.zeros_(self.head.weight)
        nn.init.constant_(self.head.bias, -30.0)  # a movement that it never met stays out of reach

    def forward(self, positions: Tensor) -> dict[str, Tensor]:
        """Shares of time above each bias → classes."""
        features = self.features(positions.flatten(2).transpose(1, 2))
        return {"probability": self.head(features).softmax(dim=-1), "features": features}
