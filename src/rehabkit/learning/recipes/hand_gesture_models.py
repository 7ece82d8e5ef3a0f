"""What the hand_gesture recipes train: a network with a distance beside it, a support vector machine, templates."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from torch import nn

from rehabkit.learning.examples import Examples
from rehabkit.learning.model import Model, NetworkModel, run
from rehabkit.learning.networks.hand_gesture import (
    HandNetwork,
    features,
    in_the_palm,
    jittered,
    mirrored,
    other_fingers,
    turned,
)
from rehabkit.learning.training import Augment, Batch, Loss, TrainConfig
from rehabkit.runtime.bundle import Tensors

SMOOTHING = 0.05


def smoothed_cross_entropy(weight: torch.Tensor) -> Loss:
    """Cross-entropy of ``logits`` (batch, classes) with smoothed labels.

    Parameters
    ----------
    weight : (n_classes,) of a row of each class.
    """

    def loss(outputs: Batch, batch: Batch) -> torch.Tensor:
        own = weight.to(outputs["logits"])
        return nn.functional.cross_entropy(outputs["logits"], batch["target"], own, label_smoothing=SMOOTHING)

    return loss


def rarity(target: NDArray[Any], n_classes: int) -> torch.Tensor:
    """(n_classes,) one over the root of how often a class occurs, 1 on average over rows; 0 for one that doesn't."""
    counts = np.bincount(target, minlength=n_classes)
    weight = np.where(counts, 1 / np.sqrt(np.maximum(counts, 1)), 0.0)
    return torch.as_tensor(weight * len(target) / (weight * counts).sum(), dtype=torch.float32)


def any_hand(batch: Batch, generator: torch.Generator) -> Batch:
    """Hands as other people might have held them, from other sides, found less well; a few taken for the other hand."""
    hand = other_fingers(mirrored(batch["landmarks"], 0.05, generator), 0.08, generator)
    hand = jittered(turned(hand, (0.35, 0.35, 0.6), generator), 0.02, 0.2, generator)
    return {**batch, "landmarks": hand}


def upright_hand(batch: Batch, generator: torch.Generator) -> Batch:
    """The same with hardly any turn: how the hand lies in the picture stays."""
    hand = other_fingers(batch["landmarks"], 0.05, generator)
    hand = jittered(turned(hand, (0.15, 0.15, 0.15), generator), 0.02, 0.15, generator)
    return {**batch, "landmarks": hand}


class HandModel(NetworkModel):
    """A :class:`.HandNetwork` or several of them averaged, each with its distance fitted on the training part."""

    def __init__(
        self,
        n_classes: int,
        config: TrainConfig,
        *,
        augment: Augment,
        upright: bool = False,
        width: tuple[int, int] = (192, 96),
        n_members: int = 1,
    ) -> None:
        def untrained() -> nn.Module:
            return HandNetwork(n_classes, upright=upright, width=width)

        loss = smoothed_cross_entropy(torch.ones(n_classes))
        super().__init__(untrained, loss, config, augment=augment, n_members=n_members)
        self.n_classes = n_classes

    def fit(self, examples: Examples, seed: int) -> None:
        """Train each member, then its distance; last, training hands lie 1 from their gesture's mean embedding."""
        self.loss = smoothed_cross_entropy(rarity(examples.target, self.n_classes))
        super().fit(examples, seed)
        landmarks, target = torch.as_tensor(examples.inputs["landmarks"]), torch.as_tensor(examples.target)
        embedding = run(self.module(), examples, ("embedding",))["embedding"]
        for member in self._members:
            if isinstance(member, HandNetwork):
                member.distance.fit(landmarks, target)
                member.get_buffer("scale").fill_(_spread(embedding, examples.target))


def _spread(embedding: NDArray[np.float32], target: NDArray[Any]) -> float:
    """Root mean square of the distance from the class mean."""
    means = np.stack([embedding[target == label].mean(axis=0) for label in np.unique(target)])
    apart = embedding - means[np.unique(target, return_inverse=True)[1]]
    return float(np.sqrt(np.square(apart).sum(axis=1).mean()) + 1e-6)


class SvmModel(Model):
    """A support vector machine with a Gaussian kernel over the same features, on at most so many rows."""

    def __init__(self, n_classes: int, *, upright: bool = False, most_rows: int = 4000) -> None:
        self.n_classes, self.upright, self.most_rows = n_classes, upright, most_rows

    def fit(self, examples: Examples, seed: int) -> None:
        """Fit on rows drawn at random."""
        rows = np.random.default_rng(seed).permutation(len(examples))[: self.most_rows]
        self._svm = make_pipeline(StandardScaler(), SVC(C=10.0))
        self._svm.fit(self._features(examples.at(rows)), examples.target[rows])

    def predict(self, examples: Examples) -> Tensors:
        """``probability`` (n_rows, n_classes): softmax of the votes between pairs of classes; 0 for classes not met."""
        votes = self._svm.decision_function(self._features(examples))
        probability = np.zeros((len(examples), self.n_classes), dtype=np.float32)
        probability[:, self._svm.classes_] = softmax(votes, axis=1)
        return {"probability": probability}

    def settings(self) -> dict[str, Any]:
        """Kernel, and what it sees."""
        return {"svm": "C 10, Gaussian, standardised", "upright": self.upright, "most_rows": self.most_rows}

    def _features(self, examples: Examples) -> NDArray[np.float32]:
        found: NDArray[np.float32] = features(
            torch.as_tensor(examples.inputs["landmarks"]), upright=self.upright
        ).numpy()
        return found


class TemplateModel(Model):
    """The nearest class by its mean hand, in the palm's own axes."""

    def __init__(self, n_classes: int) -> None:
        self.n_classes = n_classes

    def fit(self, examples: Examples, seed: int) -> None:
        """One mean hand a class."""
        shapes = _shapes(examples)
        self._templates = np.full((self.n_classes, shapes.shape[1]), 1e3, dtype=np.float32)
        for label in np.unique(examples.target):
            self._templates[label] = shapes[examples.target == label].mean(axis=0)

    def predict(self, examples: Examples) -> Tensors:
        """``probability`` (n_rows, n_classes): softmax of the negative squared distances."""
        apart = _shapes(examples)[:, None] - self._templates  # (row, class, coordinate)
        return {"probability": softmax(-np.square(apart).sum(axis=2), axis=1).astype(np.float32)}


def _shapes(examples: Examples) -> NDArray[np.float32]:
    found: NDArray[np.float32] = in_the_palm(torch.as_tensor(examples.inputs["landmarks"])).flatten(1).numpy()
    return found
