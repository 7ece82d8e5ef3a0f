"""Which exercise one inertial sensor on the wrist felt: networks over windows of acceleration and angular velocity.

All take ``motion`` (batch, time, 6): specific force in m/s², then angular velocity in rad/s, as on the right wrist;
they return ``logits`` and ``probability`` (batch, n_classes) and ``distance`` (batch,): how unlike what it knows it is.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rehabkit.learning.networks.minirocket import MiniRocket

N_STATISTICS = 32
_GRAVITY, _SWING = 9.80665, 2.5
"""m/s² and rad/s that stand for 1 inside the networks."""


def channels(motion: Tensor) -> Tensor:
    """(batch, time, 6) → (batch, 9, time), all of the order of 1.

    To the six come what doesn't change when the watch turns on the wrist: both magnitudes, and the turning rate about
    the direction of the force (the vertical, in slow movement).
    """
    force, rate = motion[..., :3] / _GRAVITY, motion[..., 3:] / _SWING
    size = force.norm(dim=-1, keepdim=True)
    vertical = (rate * force).sum(dim=-1, keepdim=True) / (size + 0.1)
    parts = [force, rate, size - 1.0, rate.norm(dim=-1, keepdim=True), vertical]
    return torch.cat(parts, dim=-1).transpose(1, 2)  # (batch, channel, time)


def statistics(motion: Tensor) -> Tensor:
    """(batch, time, 6) → (batch, 32): mean, log spread, 5th and 95th percentile of six channels and two magnitudes."""
    series = channels(motion)[:, :8]
    n_beyond = max(1, int(motion.shape[1]) // 20)
    high = series.topk(n_beyond, dim=2).values[..., -1]
    low = series.topk(n_beyond, dim=2, largest=False).values[..., -1]
    spread = (series.std(dim=2) + 0.02).log()
    return torch.cat([series.mean(dim=2), spread, low, high], dim=1)


class Distance(nn.Module):
    """How far a window's statistics are from those of the nearest exercise.

    Mahalanobis distance to the nearest class mean with one shared covariance (Lee et al. 2018, NeurIPS, equation 2),
    over the square root of the number of statistics: about 1 for a training window, at most 10.
    """

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.register_buffer("whiten", torch.eye(N_STATISTICS))
        self.register_buffer("means", torch.zeros(n_classes, N_STATISTICS))

    @torch.no_grad()
    def fit(self, motion: Tensor, target: Tensor) -> None:
        """Means and covariance from the training part; classes that it lacks are put out of reach."""
        x = statistics(motion).double()
        present = torch.unique(target)
        means = torch.stack([x[target == label].mean(dim=0) for label in present])
        apart = x - means[torch.searchsorted(present, target)]
        covariance = apart.T @ apart / len(x)
        covariance += 0.01 * torch.diag(covariance.diagonal() + 1e-6)  # keeps near-constant statistics in bounds
        whiten = torch.linalg.cholesky(torch.linalg.inv(covariance))  # |x @ whiten|² = x' covariance⁻¹ x
        self.get_buffer("whiten").copy_(whiten)
        self.get_buffer("means").fill_(1e6)
        self.get_buffer("means")[present] = (means @ whiten).float()

    def forward(self, motion: Tensor) -> Tensor:
        """(batch, time, 6) → (batch,)."""
        x = statistics(motion) @ self.get_buffer("whiten")
        apart = x[:, None, :] - self.get_buffer("means")  # (batch, class, statistic)
        squared: Tensor = apart.square().mean(dim=2).amin(dim=1)
        return squared.sqrt().clamp(max=10.0)


class Recogniser(nn.Module):
    """A network of logits, its probabilities, and the distance beside it.

    Parameters
    ----------
    logits : (batch, time, 6) → (batch, n_classes).
    """

    def __init__(self, logits: nn.Module, n_classes: int) -> None:
        super().__init__()
        self.logits, self.distance = logits, Distance(n_classes)
        self.register_buffer("temperature", torch.ones(()))

    def forward(self, motion: Tensor) -> dict[str, Tensor]:
        """Logits (undivided), probability and distance; in training the logits alone, at which the loss looks."""
        logits = self.logits(motion)
        if self.training:
            return {"logits": logits}
        probability = (logits / self.get_buffer("temperature")).softmax(dim=1)
        return {"probability": probability, "distance": self.distance(motion), "logits": logits}


class StatisticsMlp(nn.Module):
    """A multilayer perceptron with ReLU over one sensor's features (Lee et al. 2024, J. NeuroEng. Rehabil. 21:42).

    The paper gives the block, not its size, nor the features: 128 and 64 units over :func:`statistics` here.
    """

    def __init__(self, n_classes: int, hidden: tuple[int, ...] = (128, 64)) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.BatchNorm1d(N_STATISTICS)]
        for n_in, n_out in zip((N_STATISTICS, *hidden), hidden, strict=False):
            layers += [nn.Linear(n_in, n_out), nn.ReLU(), nn.Dropout(0.2)]
        self.layers = nn.Sequential(*layers, nn.Linear(hidden[-1], n_classes))

    def forward(self, motion: Tensor) -> Tensor:
        """(batch, time, 6) → (batch, n_classes)."""
        logits: Tensor = self.layers(statistics(motion))
        return logits


class Convolutions(nn.Module):
    """Four convolutions over time at a quarter of the rate, then mean, maximum and spread of each channel."""

    def __init__(self, n_classes: int, width: int = 48) -> None:
        super().__init__()
        self.blocks = nn.Sequential(
            _block(9, width, 7, stride=2),
            _block(width, width, 5, stride=2),
            _block(width, width, 5),
            _block(width, width, 3, dilation=2),
        )
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(3 * width, n_classes))

    def forward(self, motion: Tensor) -> Tensor:
        """(batch, time, 6) → (batch, n_classes)."""
        x = self.blocks(channels(motion))  # (batch, width, time / 4)
        mean = x.mean(dim=2)
        spread = ((x - mean[..., None]).square().mean(dim=2) + 1e-4).sqrt()
        logits: Tensor = self.head(torch.cat([mean, x.amax(dim=2), spread], dim=1))
        return logits


def _block(n_in: int, n_out: int, size: int, *, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    padding = dilation * (size // 2)
    convolution = nn.Conv1d(n_in, n_out, size, stride, padding, dilation, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm1d(n_out), nn.ReLU())


class Rocket(nn.Module):
    """MiniRocket features and one linear layer; both are fitted in closed form or by a convex solver, not here."""

    def __init__(self, n_classes: int, length: int, n_features: int = 2500, seed: int = 0) -> None:
        super().__init__()
        self.features = MiniRocket(9, length, n_features, seed)
        self.head = nn.Linear(self.features.n_features, n_classes)

    def forward(self, motion: Tensor) -> Tensor:
        """(batch, time, 6) → (batch, n_classes)."""
        logits: Tensor = self.head(self.features(channels(motion)))
        return logits


def turned(motion: Tensor, spread_rad: tuple[float, float, float], generator: torch.Generator) -> Tensor:
    """Each window as if the sensor sat a little differently: one random rotation for both vectors.

    Parameters
    ----------
    motion : (batch, time, 6).
    spread_rad : standard deviation of the rotation vector along x (the forearm), y and z.
    """
    vector = torch.randn(len(motion), 3, generator=generator) * torch.tensor(spread_rad)
    angle = vector.norm(dim=1).clamp_min(1e-6)[:, None, None]
    x, y, z = (vector / angle[:, :, 0]).unbind(dim=1)
    zero = torch.zeros_like(x)
    cross = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], dim=1).reshape(-1, 3, 3)
    rotation = torch.eye(3) + angle.sin() * cross + (1 - angle.cos()) * (cross @ cross)  # Rodrigues
    pairs = motion.reshape(*motion.shape[:2], 2, 3)  # (batch, time, force or rate, axis)
    return torch.einsum("nij,ntkj->ntki", rotation, pairs).reshape(motion.shape)


def slowed(motion: Tensor, most: float, generator: torch.Generator) -> Tensor:
    """Each window as if it were done up to ``most`` (a share) slower: a part of it, stretched; rates fall alike."""
    n_rows, n_times, _ = motion.shape
    speed = 1 - most * torch.rand(n_rows, generator=generator)
    start = (1 - speed) * (n_times - 1) * torch.rand(n_rows, generator=generator)
    at = start[:, None] + speed[:, None] * torch.arange(n_times)
    before = at.floor().long().clamp(0, n_times - 2)
    share = (at - before)[..., None]
    rows = torch.arange(n_rows)[:, None]
    stretched = motion[rows, before] * (1 - share) + motion[rows, before + 1] * share
    return torch.cat([stretched[..., :3], stretched[..., 3:] * speed[:, None, None]], dim=2)


def strengthened(motion: Tensor, spread: float, generator: torch.Generator) -> Tensor:
    """Each window with its turning rates a little larger or smaller."""
    factor = 1 + spread * torch.randn(len(motion), 1, 1, generator=generator)
    return torch.cat([motion[..., :3], motion[..., 3:] * factor], dim=2)
