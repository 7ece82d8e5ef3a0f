"""What the lying_points recipe trains: the network over reliefs, a regression, and where joints are on average."""

from __future__ import annotations

from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import Ridge
from torch import Tensor
from torch.nn.functional import grid_sample

from rehabkit.kinematics.depth.tree import mirrored_joints
from rehabkit.kinematics.depth.voting import geometric_median
from rehabkit.learning.examples import Examples
from rehabkit.learning.kept import KeptNetwork
from rehabkit.learning.lying_people import arms, body, cloth, laid, people, poses, raster, reliefs, scene
from rehabkit.learning.model import Model
from rehabkit.learning.networks import convolutions, lying_points
from rehabkit.learning.networks.lying_points import LyingPoints, points_loss
from rehabkit.learning.training import Batch, TrainConfig
from rehabkit.runtime.bundle import Tensors
from rehabkit.systems.lying_points import HIGHEST_M, LOWEST_M, SIDE
from rehabkit.systems.lying_pose.picture import JOINTS

OTHER = mirrored_joints(JOINTS).tolist()
TURNED, GROWN, MOVED_PX = 0.25, 0.08, 4.0
"""Spreads of a training relief's turn in radians, of the logarithm of its size, and of its place."""
HIGHER, LIFTED_M, NOISE_M = 0.05, 0.008, 0.003
"""Spreads of the logarithm of its heights, of its mattress's height, and of each pixel."""
COARSE, ALPHA = 8, 10.0
"""Of the regression: pixels to each side that it takes the mean of, and its penalty."""


class PointsNetwork(KeptNetwork):
    """Learns from the people who aren't left out, once; its weights end as numbers of half precision."""

    system: ClassVar[str] = "lying_points"
    code: ClassVar[tuple[ModuleType, ...]] = (
        convolutions, lying_points, reliefs, scene, poses, arms, laid, people, body, cloth, raster,
    )  # fmt: skip
    who: ClassVar[str] = "person"

    def after(self) -> None:
        """Round, so that the file is half as large."""
        with torch.no_grad():
            for weights in self.module().parameters():
                weights.copy_(weights.half().float())


def network(config: TrainConfig) -> Model:
    """What ships."""
    return PointsNetwork(LyingPoints, points_loss, config, augment=changed)


class AsTold(Model):
    """What the network for photographs says, as it is: the way that was published."""

    def fit(self, examples: Examples, seed: int) -> None:
        """Nothing."""

    def predict(self, examples: Examples) -> Tensors:
        """``points`` (n_rows, 16, 2), NaN where it saw nothing."""
        return {"points": middle_of(examples.inputs["told"])}


def middle_of(told: NDArray[Any]) -> NDArray[Any]:
    """(n, 4, 16, 3) of what views say → (n, 16, 2) the geometric median of their points, NaN where there is none."""
    seen = np.where(told[..., 2:] > 0, told[..., :2], np.nan)
    return np.stack([geometric_median(one) for one in seen])


def changed(batch: Batch, generator: torch.Generator) -> Batch:
    """Reliefs turned a little or by half, mirrored, larger or smaller, moved, with noise; their points with them."""
    relief, n = batch["relief"], len(batch["relief"])

    def drawn(spread: float, *shape: int) -> Tensor:
        return spread * torch.randn(n, *shape, generator=generator)

    def some() -> Tensor:
        return torch.rand(n, generator=generator) < 0.5

    angle, mirror, moved = drawn(TURNED) + torch.pi * some(), some(), drawn(MOVED_PX, 2)
    cosine, sine, side = angle.cos(), angle.sin(), torch.where(mirror, -1.0, 1.0)
    turn = torch.stack([torch.stack([cosine, -sine], 1) * side[:, None], torch.stack([sine, cosine], 1)], dim=1)
    grow = drawn(GROWN).exp()[:, None, None] * turn
    middle = (SIDE - 1) / 2
    points = (batch["target"] - middle) @ grow.transpose(1, 2) + middle + moved[:, None]
    axis = torch.arange(SIDE, dtype=torch.float32)
    place = torch.stack(torch.meshgrid(axis, axis, indexing="xy"), dim=-1) - middle
    from_where = (place[None] - moved[:, None, None]) @ torch.linalg.inv(grow).transpose(1, 2)[:, None] / (SIDE / 2)
    shown = grid_sample(relief[:, None], from_where, padding_mode="border", align_corners=False)[:, 0]
    shown = shown * drawn(HIGHER, 1, 1).exp() + drawn(LIFTED_M, 1, 1) + drawn(NOISE_M, SIDE, SIDE)
    return batch | {
        "relief": shown.clamp(LOWEST_M, HIGHEST_M),
        "up": (turn @ batch["up"][:, :, None])[:, :, 0],
        "target": torch.where(mirror[:, None, None], points[:, OTHER], points),
    }


class MeanPoints(Model):
    """Each joint where it is on average, along the body's long axis: which end is the head's isn't known."""

    def fit(self, examples: Examples, seed: int) -> None:
        """Average."""
        self._points = np.nanmean(examples.target, axis=0).astype(np.float32)

    def predict(self, examples: Examples) -> Tensors:
        """``points`` (n_rows, 16, 2)."""
        return {"points": np.repeat(self._points[None], len(examples), axis=0)}


class CoarseRegression(Model):
    """Ridge regression from the relief's coarse heights to all coordinates."""

    def fit(self, examples: Examples, seed: int) -> None:
        """On all rows; points outside the picture are taken to be where they are on average."""
        target = examples.target
        filled = np.where(np.isfinite(target), target, np.nanmean(target, axis=0))
        self._ridge = Ridge(alpha=ALPHA).fit(_coarse(examples), filled.reshape(len(target), -1))

    def predict(self, examples: Examples) -> Tensors:
        """``points`` (n_rows, 16, 2)."""
        found = self._ridge.predict(_coarse(examples)).reshape(-1, len(JOINTS), 2)
        return {"points": np.asarray(found, dtype=np.float32)}

    def settings(self) -> dict[str, Any]:
        """How coarse."""
        return {"pixels": COARSE, "alpha": ALPHA}


def _coarse(examples: Examples) -> np.ndarray[Any, Any]:
    """(n_rows, n_features) mean heights, and how the camera leans."""
    relief = examples.inputs["relief"]
    cells = relief.reshape(len(relief), SIDE // COARSE, COARSE, SIDE // COARSE, COARSE).mean(axis=(2, 4))
    return np.concatenate([cells.reshape(len(relief), -1), examples.inputs["up"]], axis=1)
