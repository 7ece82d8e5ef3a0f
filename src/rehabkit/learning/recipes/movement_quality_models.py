"""How MiniRocket's heads for movement_quality are filled: discriminants in closed form, calibrated on inner folds."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from torch import nn

from rehabkit.learning.examples import Examples
from rehabkit.learning.model import Model, run
from rehabkit.learning.networks.movement_quality import N_FRAMES, QualityRocket
from rehabkit.runtime.bundle import Tensors

Array = NDArray[Any]

N_FEATURES, N_QUICK = 5040, 336
CHUNK = 256
BETWEEN, RIDGE = 0.3, 1.0
"""How much people's own levels count as scatter, against the scatter within them; ridge, as a share of the mean
variance. Chosen once on a first run over all people; half or ten times as much changed accuracy by a point at most."""
LEAST_DEVIATION = 0.02
NEVER = -1e3
"""Log odds of an exercise that was not among the training data."""


class RocketModel(Model):
    """MiniRocket and, for each exercise, linear discriminants.

    Parameters
    ----------
    n_features : of MiniRocket.

    Notes
    -----
    They are scaled to log odds on inner folds, one training subject left out at a time. Where another sensor saw the
    same people, it counts as other people in the scatter: what differs between sensors is avoided alike.
    """

    def __init__(self, n_features: int = N_FEATURES) -> None:
        self.n_features = n_features
        self._module: QualityRocket | None = None

    def fit(self, examples: Examples, seed: int) -> None:
        """Fit scaling, biases, head and its calibration on these examples alone."""
        module = QualityRocket(self.n_features, seed)
        positions = torch.from_numpy(examples.inputs["positions"])
        _scale(module, positions)
        series = module.series(positions)
        module.rocket.fit(series)
        _fill_recogniser(module, module.pooled(series).numpy(), examples.inputs["movement"].argmax(axis=1))
        chunks = [series[start : start + CHUNK] for start in range(0, len(series), CHUNK)]
        features = torch.cat([module.rocket(chunk) for chunk in chunks]).numpy()
        _fill_head(module, features, examples)
        self._module = module

    def predict(self, examples: Examples) -> Tensors:
        """The graph's outputs."""
        return run(self.module(), examples)

    def module(self) -> nn.Module:
        """The filled network."""
        return self._module if self._module is not None else QualityRocket(self.n_features)

    def settings(self) -> dict[str, Any]:
        """What was chosen beforehand."""
        return {"n_features": self.n_features, "between": BETWEEN, "ridge": RIDGE}

    def quick(self) -> RocketModel:
        """Few features."""
        return RocketModel(N_QUICK)


class TreesModel(Model):
    """Extremely randomised trees for each exercise, over positions at eight moments and their spread; not exported."""

    def __init__(self, n_trees: int = 200) -> None:
        self.n_trees = n_trees

    def fit(self, examples: Examples, seed: int) -> None:
        """Grow a forest for each exercise."""
        x, movement = _moments(examples), examples.inputs["movement"].argmax(axis=1)
        self._forests = {}
        for number in np.unique(movement):
            own = movement == number
            forest = ExtraTreesClassifier(self.n_trees, min_samples_leaf=2, random_state=seed)
            self._forests[number] = forest.fit(x[own], examples.target[own])

    def predict(self, examples: Examples) -> Tensors:
        """``probability`` (n_rows, 2)."""
        x, movement = _moments(examples), examples.inputs["movement"].argmax(axis=1)
        probability = np.full((len(examples), 2), 0.5, dtype=np.float32)
        for number, forest in self._forests.items():
            own = movement == number
            if own.any():
                probability[own] = forest.predict_proba(x[own])
        return {"probability": probability}

    def settings(self) -> dict[str, Any]:
        """Number of trees."""
        return {"n_trees": self.n_trees}

    def quick(self) -> TreesModel:
        """Few trees."""
        return TreesModel(20)


def _moments(examples: Examples) -> Array:
    positions = examples.inputs["positions"].reshape(len(examples), N_FRAMES, -1)
    spread = [positions.min(axis=1), positions.max(axis=1), positions.std(axis=1)]
    return np.concatenate([positions[:, :: N_FRAMES // 8].reshape(len(examples), -1), *spread], axis=1)


def _scale(module: QualityRocket, positions: torch.Tensor) -> None:
    raw = module.series(positions)
    module.get_buffer("mean").copy_(raw.mean(dim=(0, 2))[:, None])
    module.get_buffer("scale").copy_(raw.std(dim=(0, 2))[:, None] + 1e-3)


def _fill_recogniser(module: QualityRocket, pooled: Array, movement: Array) -> None:
    met = np.unique(movement)
    bias = module.get_buffer("recogniser_bias")
    bias.fill_(NEVER)
    bias[met] = 0.0
    if len(met) < 2:
        return
    fitted = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(pooled, movement)
    of = met if len(met) > 2 else met[1:]  # with two classes scikit-learn gives the second's odds alone
    module.get_buffer("recogniser_weight")[:, of] = torch.from_numpy(fitted.coef_.T.astype(np.float32))
    bias[of] = torch.from_numpy(fitted.intercept_.astype(np.float32))


def _fill_head(module: QualityRocket, features: Array, examples: Examples) -> None:
    movement, target, person = examples.inputs["movement"].argmax(axis=1), examples.target, examples.subject
    as_other = np.char.add(person, np.char.add(" ", examples.covariates["sensor"]))
    score = np.zeros(len(target))
    for number in np.unique(movement):
        rows = np.flatnonzero(movement == number)
        scale = features[rows].std(axis=0) + LEAST_DEVIATION
        x, y, group = features[rows] / scale, target[rows], as_other[rows]
        for one in np.unique(person[rows]):
            own = person[rows] == one
            if len(np.unique(y[~own])) == 2:
                weight, bias = discriminant(x[~own], y[~own], group[~own])
                score[rows[own]] = x[own] @ weight + bias
        weight, bias = discriminant(x, y, group)
        module.get_buffer("weight")[:, number] = torch.from_numpy((weight / scale).astype(np.float32))
        module.get_buffer("bias")[number] = float(bias)
    slope, shift = log_odds(score, target)
    module.get_buffer("weight").mul_(slope)
    module.get_buffer("bias").mul_(slope).add_(shift)


def discriminant(x: Array, target: Array, subject: Array) -> tuple[Array, float]:
    """Fisher's discriminant whose scatter also holds how far people's class means lie from the classes' means.

    Directions in which people differ from each other are thereby avoided. Solved among the rows (there are far
    fewer than features); the mean absolute score of the rows is 2.

    Parameters
    ----------
    x : (n_rows, n_features); target : (n_rows,) 0 or 1; subject : (n_rows,).

    Returns
    -------
    (n_features,) weights, and the bias that puts 0 midway between the classes.
    """
    centred = x - x.mean(axis=0)
    values, vectors = np.linalg.eigh(centred @ centred.T)
    keep = values > values[-1] * 1e-6
    basis = centred.T @ (vectors[:, keep] / np.sqrt(values[keep]))
    z = centred @ basis
    means = {label: z[target == label].mean(axis=0) for label in (0, 1)}
    within, between = np.zeros((2, z.shape[1], z.shape[1]))
    n_groups = 0
    for person in np.unique(subject):
        for label, mean in means.items():
            own = z[(subject == person) & (target == label)]
            if len(own):
                spread, away = own - own.mean(axis=0), own.mean(axis=0) - mean
                within += spread.T @ spread / len(z)
                between += np.outer(away, away)
                n_groups += 1
    scatter = within + BETWEEN * between / n_groups
    scatter += RIDGE * np.trace(scatter) / len(scatter) * np.eye(len(scatter))
    weight = np.linalg.solve(scatter, means[1] - means[0])
    bias = -weight @ (means[0] + means[1]) / 2
    size = 2 / max(float(np.abs(z @ weight + bias).mean()), 1e-9)
    full = basis @ weight * size
    return full, float(bias * size - x.mean(axis=0) @ full)


def log_odds(score: Array, target: Array) -> tuple[float, float]:
    """Slope and shift that turn scores into log odds of class 1 (Platt 2000); 1 and 0 with one class only."""
    if len(np.unique(target)) < 2:
        return 1.0, 0.0
    fitted = LogisticRegression(C=100.0).fit(score[:, None], target)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
