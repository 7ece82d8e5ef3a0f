"""S10 movement_quality: MiniRocket with a linear head for each exercise, and the benchmark's FCN.

All take canonical positions and which of the ten exercises it is; the views of the geometry (positions, bone
directions, angles between bones) are made inside the graph.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rehabkit.kinematics.canonical import CANONICAL_JOINTS, CANONICAL_PARENTS
from rehabkit.learning.networks.minirocket import MiniRocket

N_FRAMES, N_MOVEMENTS, N_CLASSES = 64, 10, 2
N_POOLED = 8
"""Stretches of time over which the recogniser averages."""
BENT = (("elbow", "wrist"), ("knee", "ankle"), ("neck", "elbow"), ("neck", "knee"))
"""Angles between the bones that end in these joints, on either side."""
HANGING = ("elbow", "knee", "ankle")
"""Bones whose angle to the vertical is taken, on either side."""
APART = ("shoulder", "hip", "wrist", "knee", "ankle")
"""Distances between the left and the right of these."""
N_CHANNELS = 2 * 3 * (len(CANONICAL_JOINTS) - 1) + 2 * len(BENT) + 2 * len(HANGING) + len(APART) + 4 + 2
LENGTHS = {
    "neck": 0.4, "head": 0.14, "shoulder": 0.13, "elbow": 0.22, "wrist": 0.2, "hip": 0.07, "knee": 0.3, "ankle": 0.3,
}  # fmt: skip
"""Bones of the standard body by the joint they end in, body sizes: sensors differ in where they put a joint, so bones
keep their direction and get these lengths."""
SOFT = 0.05
"""Of a convolution over channels of unit deviation."""
ROOM = 1e-6
"""Keeps the arc cosine's slope finite."""


def views(positions: Tensor) -> Tensor:
    """(n_rows, n_frames, n_joints, 3) → (n_rows, 109, n_frames): positions, bone directions, angles, widths."""
    steady = _smoothed(positions)
    directions = _unit(steady[:, :, 1:] - steady[:, :, list(CANONICAL_PARENTS[1:])])
    standard = torch.matmul(_chains().to(positions), directions)  # (n_rows, n_frames, n_joints - 1, 3)
    first, second = [[_bone(pair[i], side) for side in ("left", "right") for pair in BENT] for i in (0, 1)]
    cosines = (directions[:, :, first] * directions[:, :, second]).sum(dim=-1)
    hanging = -directions[:, :, [_bone(name, side) for side in ("left", "right") for name in HANGING], 1]
    angles = torch.acos(torch.cat([cosines, hanging], dim=-1).clamp(-1 + ROOM, 1 - ROOM))
    left, right = [[_bone(name, side) for name in APART] for side in ("left", "right")]
    across = standard[:, :, left] - standard[:, :, right]
    girdles = _unit(across[:, :, :2])[..., 1:].flatten(2)  # how shoulders and hips tilt and turn
    shrug = standard[:, :, [left[0], right[0]], 1] - standard[:, :, CANONICAL_JOINTS.index("head") - 1, None, 1]
    parts = [standard.flatten(2), directions.flatten(2), angles, across.norm(dim=-1), girdles, shrug]
    return torch.cat(parts, dim=-1).transpose(1, 2)


def _smoothed(positions: Tensor) -> Tensor:
    """Each frame with two neighbours on either side, weights 1 2 3 2 1; the ends stand still."""
    first, last = positions[:, :1], positions[:, -1:]
    padded = torch.cat([first, first, positions, last, last], dim=1)
    n_frames = positions.shape[1]
    return torch.stack([w / 9 * padded[:, i : i + n_frames] for i, w in enumerate((1, 2, 3, 2, 1))]).sum(dim=0)


def _chains() -> Tensor:
    """(n_joints - 1, n_joints - 1) which bones, times their lengths, add up to each joint's position."""
    chains = torch.zeros(len(CANONICAL_JOINTS), len(CANONICAL_JOINTS))
    for joint, parent in enumerate(CANONICAL_PARENTS[1:], start=1):
        chains[joint] = chains[parent]
        chains[joint, joint] = LENGTHS[CANONICAL_JOINTS[joint].rpartition("_")[2]]
    return chains[1:, 1:]


def _unit(vectors: Tensor) -> Tensor:
    return nn.functional.normalize(vectors, dim=-1, eps=ROOM)


def _bone(name: str, side: str) -> int:
    """Number of the bone that ends in a joint."""
    return CANONICAL_JOINTS.index(name if name == "neck" else f"{side}_{name}") - 1


class QualityRocket(nn.Module):
    """MiniRocket features, and a linear head for each exercise.

    Parameters
    ----------
    n_features : of MiniRocket.
    seed : of its kernels' channels.

    Notes
    -----
    ``forward(positions, movement)`` gives ``probability`` (n_rows, 2) of incorrect and correct; ``activation``
    (n_rows, n_frames), what each frame adds to the log odds of correct, whose mean over time and a constant they are;
    and ``exercise`` (n_rows, 10), the one given, or where none was, the network's own guess. Nothing here is trained
    by gradients: :mod:`rehabkit.learning.recipes.movement_quality_models` fills it.
    """

    def __init__(self, n_features: int, seed: int = 0) -> None:
        super().__init__()
        self.rocket = MiniRocket(N_CHANNELS, N_FRAMES, n_features, seed, soft=SOFT)
        size = self.rocket.n_features
        self.register_buffer("mean", torch.zeros(N_CHANNELS, 1))
        self.register_buffer("scale", torch.ones(N_CHANNELS, 1))
        self.register_buffer("weight", torch.zeros(size, N_MOVEMENTS))
        self.register_buffer("bias", torch.zeros(N_MOVEMENTS))
        self.register_buffer("recogniser_weight", torch.zeros(N_CHANNELS * N_POOLED, N_MOVEMENTS))
        self.register_buffer("recogniser_bias", torch.zeros(N_MOVEMENTS))

    def forward(self, positions: Tensor, movement: Tensor) -> dict[str, Tensor]:
        """Probability, what each frame adds to it, and the exercise that was assumed."""
        series = self.series(positions)
        guess = self.pooled(series) @ self.get_buffer("recogniser_weight") + self.get_buffer("recogniser_bias")
        given = movement.sum(dim=1, keepdim=True)
        assumed = movement + (1 - given) * torch.softmax(guess, dim=1)
        activation = self.rocket.activation(series, assumed @ self.get_buffer("weight").T)
        logit = activation.mean(dim=1) + assumed @ self.get_buffer("bias")
        probability = torch.sigmoid(torch.stack([-logit, logit], dim=1))
        return {"probability": probability, "activation": activation, "exercise": assumed}

    def series(self, positions: Tensor) -> Tensor:
        """(n_rows, 109, n_frames) views, scaled as in the training part."""
        return (views(positions) - self.get_buffer("mean")) / self.get_buffer("scale")

    @staticmethod
    def pooled(series: Tensor) -> Tensor:
        """(n_rows, 872) means over eight stretches of time."""
        return series.reshape(-1, N_CHANNELS, N_POOLED, N_FRAMES // N_POOLED).mean(dim=-1).flatten(1)


class Fcn(nn.Module):
    """Fully convolutional network, Wang, Yan & Oates 2017 (IJCNN), one of the nine of the 2026 benchmark.

    Three convolutions (published: 128, 256, 128 filters, kernels 8, 5, 3), batch norm, ReLU, average over time. The
    benchmark trains one network an exercise; this one has a head for each.

    Parameters
    ----------
    widths : filters of the three convolutions.
    """

    def __init__(self, widths: tuple[int, int, int] = (128, 256, 128)) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.BatchNorm1d(N_CHANNELS), nn.ZeroPad1d((3, 4))]
        before = N_CHANNELS
        for width, kernel in zip(widths, (8, 5, 3), strict=True):
            padding = kernel // 2 if kernel % 2 else 0  # an even kernel's zeros were put on already
            layers += [nn.Conv1d(before, width, kernel, padding=padding), nn.BatchNorm1d(width), nn.ReLU()]
            before = width
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(before, N_MOVEMENTS * N_CLASSES)
        self.register_buffer("temperature", torch.ones(()))

    def forward(self, positions: Tensor, movement: Tensor) -> dict[str, Tensor]:
        """``logits`` and ``probability`` (n_rows, 2) for the exercise given; without one, the mean over exercises."""
        each = self.head(self.body(views(positions)).transpose(1, 2))  # (n_rows, n_frames, exercises · classes)
        assumed = movement + (1 - movement.sum(dim=1, keepdim=True)) / N_MOVEMENTS
        frames = (each.reshape(-1, N_FRAMES, N_MOVEMENTS, N_CLASSES) * assumed[:, None, :, None]).sum(dim=2)
        logits, temperature = frames.mean(dim=1), self.get_buffer("temperature")
        probability = torch.softmax(logits / temperature, dim=1)
        activation = (frames[..., 1] - frames[..., 0]) / temperature
        return {"probability": probability, "activation": activation, "exercise": assumed, "logits": logits}
