"""Which gesture a hand shows: networks over 21 landmarks.

All take ``landmarks`` (batch, 21, 3): from the wrist, in lengths of the palm, x right, y down, z away (guessed), of a
right hand; they return ``logits`` and ``probability`` (batch, n_classes), ``embedding`` (batch, 32) and ``distance``
(batch,): how unlike every gesture it is.
"""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn

WRIST, TIPS, KNUCKLES = 0, (4, 8, 12, 16, 20), (5, 9, 13, 17)
N_EMBEDDING = 32
_CHAINS = [[0, 1 + 4 * finger, 2 + 4 * finger, 3 + 4 * finger, 4 + 4 * finger] for finger in range(5)]
_BONES = [(a, b) for chain in _CHAINS for a, b in itertools.pairwise(chain)]
_BENDS = [(4 * finger + i, 4 * finger + i + 1) for finger in range(5) for i in range(3)]
"""Pairs of bones that follow each other, by their number among the bones."""
_PAIRS = (
    [(a, b) for i, a in enumerate(TIPS) for b in TIPS[i + 1 :]]
    + [(4, joint) for joint in range(5, 20) if joint not in TIPS]
    + [(WRIST, tip) for tip in TIPS]
    + [(4 * finger + 2, 4 * finger + 6) for finger in range(1, 4)]
    + [(4 * finger + 3, 4 * finger + 7) for finger in range(1, 4)]
)
"""Landmarks whose distance tells: fingertips, the thumb's tip from the fingers' joints, neighbouring fingers."""


def cross(a: Tensor, b: Tensor) -> Tensor:
    """(..., 3) cross product, written out because the exporter knows none."""
    (ax, ay, az), (bx, by, bz) = a.unbind(dim=-1), b.unbind(dim=-1)
    return torch.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], dim=-1)


def unit(a: Tensor) -> Tensor:
    """(..., 3) of length 1; nearly so where it was nearly nothing."""
    return a / (a.square().sum(dim=-1, keepdim=True) + 1e-6).sqrt()


def palm_axes(landmarks: Tensor) -> Tensor:
    """(batch, 3, 3) columns: along the palm, across it to the thumb, out of it."""
    along = unit(landmarks[:, KNUCKLES].mean(dim=1))
    over = landmarks[:, 5] - landmarks[:, 17]
    across = unit(over - (over * along).sum(dim=-1, keepdim=True) * along)
    return torch.stack([along, across, cross(along, across)], dim=-1)


def in_the_palm(landmarks: Tensor) -> Tensor:
    """(batch, 21, 3) the hand in its own axes (:func:`palm_axes`).

    However the hand is turned in space, that stays the same, as far as the guessed depth is right.
    """
    return landmarks @ palm_axes(landmarks)


def sizes(apart: Tensor) -> Tensor:
    """(..., n) lengths of (..., n, coordinate) vectors; smooth at 0."""
    return (apart.square().sum(dim=-1) + 1e-4).sqrt()


def features(landmarks: Tensor, *, upright: bool = False) -> Tensor:
    """(batch, n_features) what a hand's shape is, hardly changed by how it is turned.

    Parameters
    ----------
    upright : also how the hand lies in the picture; some sign languages tell gestures apart by that alone.
    """
    canonical = in_the_palm(landmarks)
    first, second = ([pair[i] for pair in _PAIRS] for i in (0, 1))
    between = landmarks[:, first] - landmarks[:, second]
    start, end = ([bone[i] for bone in _BONES] for i in (0, 1))
    bones = unit(landmarks[:, end] - landmarks[:, start])  # (batch, bone, coordinate)
    near, far = ([bend[i] for bend in _BENDS] for i in (0, 1))
    bends = (bones[:, near] * bones[:, far]).sum(dim=-1)
    parts = [canonical[:, 1:].flatten(1), sizes(between), sizes(between[..., :2]), bends]
    if upright:
        parts += [landmarks[:, 1:].flatten(1), bones.flatten(1)]
    return torch.cat(parts, dim=1)


class HandNetwork(nn.Module):
    """Features, two hidden layers, an embedding, and one linear layer over it.

    Parameters
    ----------
    n_classes : number of gestures.
    upright : whether it sees how the hand lies in the picture.
    width : of the hidden layers.
    """

    def __init__(
        self, n_classes: int, *, upright: bool = False, width: tuple[int, int] = (192, 96), dropout: float = 0.3
    ) -> None:
        super().__init__()
        self.upright = upright
        n_in = features(torch.ones(2, 21, 3), upright=upright).shape[1]
        layers: list[nn.Module] = [nn.BatchNorm1d(n_in)]
        for size in (*width, N_EMBEDDING):
            layers += [nn.Linear(n_in, size, bias=False), nn.BatchNorm1d(size), nn.ReLU(), nn.Dropout(dropout)]
            n_in = size
        self.body = nn.Sequential(*layers[:-1])
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(N_EMBEDDING, n_classes))
        self.distance = Distance(n_classes)
        self.register_buffer("scale", torch.ones(()))

    def forward(self, landmarks: Tensor) -> dict[str, Tensor]:
        """Logits, probability, distance and embedding, the last divided by ``scale``; in training the logits alone."""
        embedding = self.body(features(landmarks, upright=self.upright))
        logits = self.head(embedding)
        if self.training:
            return {"logits": logits}
        return {
            "probability": logits.softmax(dim=1),
            "distance": self.distance(landmarks),
            "embedding": embedding / self.get_buffer("scale"),
            "logits": logits,
        }


class Distance(nn.Module):
    """How far a hand's shape is from that of the nearest gesture, about 1 for a training hand, at most 10.

    Mahalanobis distance to the nearest class mean with one shared covariance (Lee et al. 2018, NeurIPS, equation 2)
    over :func:`features` without those of the picture, over the square root of their number.
    """

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        n_features = features(torch.ones(2, 21, 3)).shape[1]
        self.register_buffer("whiten", torch.eye(n_features))
        self.register_buffer("means", torch.zeros(n_classes, n_features))

    @torch.no_grad()
    def fit(self, landmarks: Tensor, target: Tensor) -> None:
        """Means and covariance from the training part; classes that it lacks are put out of reach."""
        x = features(landmarks).double()
        present = torch.unique(target)
        means = torch.stack([x[target == label].mean(dim=0) for label in present])
        apart = x - means[torch.searchsorted(present, target)]
        covariance = apart.T @ apart / len(x)
        covariance += 0.05 * torch.diag(covariance.diagonal() + 1e-4)  # features depend on each other
        whiten = torch.linalg.cholesky(torch.linalg.inv(covariance))  # |x @ whiten|² = x' covariance⁻¹ x
        self.get_buffer("whiten").copy_(whiten)
        self.get_buffer("means").fill_(1e3)
        self.get_buffer("means")[present] = (means @ whiten).float()

    def forward(self, landmarks: Tensor) -> Tensor:
        """(batch, 21, 3) → (batch,)."""
        x = features(landmarks) @ self.get_buffer("whiten")
        apart = x[:, None, :] - self.get_buffer("means")  # (batch, class, feature)
        squared: Tensor = apart.square().mean(dim=2).amin(dim=1)
        return squared.sqrt().clamp(max=10.0)


def turned(landmarks: Tensor, spread_rad: tuple[float, float, float], generator: torch.Generator) -> Tensor:
    """Each hand turned at random about the picture's x and y (out of its plane) and z (in it).

    Parameters
    ----------
    landmarks : (batch, 21, 3).
    spread_rad : standard deviation of each of the three angles.
    """
    for axis, spread in enumerate(spread_rad):
        angle = torch.randn(len(landmarks), generator=generator) * spread
        first, second = [(1, 2), (2, 0), (0, 1)][axis]
        matrix = torch.eye(3).repeat(len(landmarks), 1, 1)
        matrix[:, first, first] = matrix[:, second, second] = angle.cos()
        matrix[:, first, second], matrix[:, second, first] = angle.sin(), -angle.sin()
        landmarks = landmarks @ matrix
    return landmarks


def other_fingers(landmarks: Tensor, spread: float, generator: torch.Generator) -> Tensor:
    """Each hand with fingers a little longer or shorter beyond the knuckle, each finger by itself."""
    factor = 1 + spread * torch.randn(len(landmarks), 5, 1, 1, generator=generator)
    fingers = landmarks[:, 1:].reshape(-1, 5, 4, 3)  # (batch, finger, joint, coordinate)
    base = fingers[:, :, :1]
    longer = base + factor * (fingers - base)
    return torch.cat([landmarks[:, :1], longer.reshape(-1, 20, 3)], dim=1)


def jittered(landmarks: Tensor, noise: float, depth: float, generator: torch.Generator) -> Tensor:
    """Each landmark off by a little, twice as much in depth, and all depths of a hand too large or too small."""
    factor = 1 + depth * torch.randn(len(landmarks), 1, 1, generator=generator)
    scale = torch.cat([torch.ones_like(factor).expand(-1, 1, 2), factor], dim=2)
    off = noise * torch.randn(landmarks.shape, generator=generator) * torch.tensor([1.0, 1.0, 2.0])
    off[:, 0] = 0.0
    return landmarks * scale + off


def mirrored(landmarks: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """A share of the hands as if they had been taken for the other one."""
    sign = 1 - 2 * (torch.rand(len(landmarks), 1, 1, generator=generator) < share).float()
    return torch.cat([landmarks[..., :1] * sign, landmarks[..., 1:]], dim=-1)
