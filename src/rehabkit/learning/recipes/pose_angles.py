"""Pose matching by geometry: limb directions compared, no picture. The classical model and three trivial ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn

from rehabkit.learning.examples import Examples
from rehabkit.learning.model import CHUNK, ClassicalModel, Model, run
from rehabkit.learning.networks.stick_figure import StickFigure
from rehabkit.runtime.bundle import Tensors
from rehabkit.systems.pose_matching.stick_figure import LIMB_ENDS, LIMBS

SIZE = 52
"""Pixels of the pictures that are compared pixel by pixel."""


class LimbAngles(nn.Module):
    """Angle of each limb to the template's, in the picture → logistic regression."""

    ends: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("ends", torch.as_tensor(LIMB_ENDS), persistent=False)
        self.linear = nn.Linear(3 * len(LIMBS), 1)

    def features(self, learner: Tensor, template: Tensor) -> tuple[Tensor, Tensor]:
        """Angles (batch, 11) in radians, and (batch, 33): angles, squares, differences of length."""
        first, second = self._limbs(learner), self._limbs(template)
        cross = first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0]
        angle = torch.atan2(cross.abs() + 1e-6, (first * second).sum(dim=2))
        longer = first.norm(dim=2) - second.norm(dim=2)
        return angle, torch.cat([angle, angle**2, longer.abs()], dim=1)

    def forward(self, learner: Tensor, template: Tensor) -> dict[str, Tensor]:
        """As the networks: score, logits, probability, limbs."""
        angle, features = self.features(learner, template)
        margin = self.linear(features)[:, 0]
        logits = torch.stack([-margin, margin], dim=1) / 2
        score = torch.cos(angle).mean(dim=1)
        return {"score": score, "logits": logits, "probability": logits.softmax(dim=1), "limbs": -angle}

    def _limbs(self, joints: Tensor) -> Tensor:
        """(batch, 11, 2) from one end to the other; hidden limbs are without length."""
        seen = joints[:, self.ends[:, 0], 2:] * joints[:, self.ends[:, 1], 2:]
        return (joints[:, self.ends[:, 1], :2] - joints[:, self.ends[:, 0], :2]) * seen


class AngleModel(Model):
    """The classical model: scikit-learn fits, and its weights move into the graph."""

    def __init__(self) -> None:
        self.estimator = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=1000))
        self._module = LimbAngles().eval()

    def fit(self, examples: Examples, seed: int) -> None:
        """Fit scaler and regression on the training part, and fold both into one linear layer."""
        with torch.no_grad():
            x = self._module.features(*(torch.as_tensor(value) for value in examples.inputs.values()))[1].numpy()
        self.estimator.fit(x, examples.target)
        scaler, regression = self.estimator[0], self.estimator[1]
        weight = regression.coef_ / scaler.scale_
        bias = regression.intercept_ - weight @ scaler.mean_
        self._module.linear.load_state_dict({"weight": torch.as_tensor(weight), "bias": torch.as_tensor(bias)})

    def predict(self, examples: Examples) -> Tensors:
        """Outputs as a network's."""
        return run(self._module, examples)

    def module(self) -> nn.Module:
        """The graph that is exported."""
        return self._module

    def settings(self) -> dict[str, Any]:
        """The estimator as it prints itself."""
        return {"estimator": " ".join(repr(self.estimator).split())}


def one_number(features: Any) -> ClassicalModel:
    """Logistic regression on one number a pair."""
    return ClassicalModel(lambda: make_pipeline(StandardScaler(), LogisticRegression()), features=features, n_classes=2)


def pixel_cosine(examples: Examples) -> NDArray[np.float64]:
    """(n_rows, 1) cosine of the two pictures, all pixels and colours."""
    draw, parts = StickFigure(SIZE), []
    for start in range(0, len(examples), CHUNK):
        rows = slice(start, start + CHUNK)
        first, second = (draw.picture(torch.as_tensor(v[rows])).flatten(1) for v in examples.inputs.values())
        parts.append(nn.functional.cosine_similarity(first, second))
    return torch.cat(parts)[:, None].double().numpy()


def mean_angle(examples: Examples) -> NDArray[np.float64]:
    """(n_rows, 1) mean angle between the limbs of the two pictures, radians."""
    angle = LimbAngles().features(*(torch.as_tensor(value) for value in examples.inputs.values()))[0]
    return angle.mean(dim=1, keepdim=True).double().numpy()


def mean_joint_angle(examples: Examples) -> NDArray[np.float64]:
    """(n_rows, 1) mean difference of elbows, shoulders, hips and knees in the sensor's three dimensions, degrees.

    It sees the depth that the pictures don't show.
    """
    return np.asarray(examples.covariates["joint_angles_deg"].mean(axis=1, keepdims=True))
