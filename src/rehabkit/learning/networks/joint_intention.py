"""The knee's angle from four muscles: networks over 2 s of frames.

All take ``envelope`` and ``size`` (batch, time, 4) in µV and return ``value`` (batch,) degrees at the last frame,
``features`` (batch, 32), on which a person's calibration regresses, and ``distance`` (batch,): how unlike what it was
trained on the window is. Those that go frame by frame also return ``sequence`` (batch, time) in training. No frame
looks ahead.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import pad, relu

from rehabkit.systems.joint_intention_live import N_FRAMES

N_CHANNELS, N_FEATURES, N_STATISTICS = 8, 32, 12
MIDDLE_DEG, SPREAD_DEG = 40.0, 30.0
"""Of the angle that the last layer gives as 0 and 1."""
QUIET, FLOOR_UV, REFERENCE_UV = 0.05, 1.0, 10.0
"""Added before a logarithm is taken: to an envelope as a share of its size, and in µV."""


def channels(envelope: Tensor, size: Tensor) -> Tensor:
    """(batch, time, 4) twice → (batch, time, 8): each muscle's log envelope against its own size and in µV.

    The first is what a man's skin and electrodes don't change; the second keeps which muscle is the stronger one.
    Both are brought to the order of 1 by constants.
    """
    envelope = envelope.clamp_min(0.0)
    own = (envelope / size.clamp_min(1e-3) + QUIET).log()
    absolute = ((envelope + FLOOR_UV) / REFERENCE_UV).log()
    return torch.cat([own + 0.8, absolute], dim=2)


class Distance(nn.Module):
    """Mahalanobis distance of a window's statistics to those of training, over √12: about 1 for a window of training.

    The statistics: mean and spread over time of each muscle's absolute log envelope, and its log size at the end.
    """

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(N_STATISTICS))
        self.register_buffer("whiten", torch.eye(N_STATISTICS))

    @torch.no_grad()
    def fit(self, envelope: Tensor, size: Tensor) -> None:
        """Mean and covariance from the training part."""
        x = statistics(envelope, size).double()
        centred = x - x.mean(dim=0)
        covariance = centred.T @ centred / len(x)
        covariance += 0.01 * torch.diag(covariance.diagonal() + 1e-6)  # keeps near-constant statistics in bounds
        self.get_buffer("mean").copy_(x.mean(dim=0))
        self.get_buffer("whiten").copy_(torch.linalg.cholesky(torch.linalg.inv(covariance)))

    def forward(self, envelope: Tensor, size: Tensor) -> Tensor:
        """(batch, time, 4) twice → (batch,), at most 100."""
        apart = (statistics(envelope, size) - self.get_buffer("mean")) @ self.get_buffer("whiten")
        distance: Tensor = apart.square().mean(dim=1).sqrt().clamp(max=100.0)
        return distance


def statistics(envelope: Tensor, size: Tensor) -> Tensor:
    """(batch, time, 4) twice → (batch, 12)."""
    log = ((envelope.clamp_min(0.0) + FLOOR_UV) / REFERENCE_UV).log()
    spread = (log - log.mean(dim=1, keepdim=True)).square().mean(dim=1).add(1e-4).sqrt()
    return torch.cat([log.mean(dim=1), spread, ((size[:, -1] + FLOOR_UV) / REFERENCE_UV).log()], dim=1)


class Angle(nn.Module):
    """Features of a window and the linear map of them that gives the angle.

    Parameters
    ----------
    body : (batch, time, 8) → (batch, time, 32), or (batch, 32) for one that sees the window as a whole.
    dropout : of features, in training.
    """

    def __init__(self, body: nn.Module, dropout: float = 0.2) -> None:
        super().__init__()
        self.body, self.drop = body, nn.Dropout(dropout)
        self.head = nn.Linear(N_FEATURES, 1)

    def forward(self, envelope: Tensor, size: Tensor) -> dict[str, Tensor]:
        """Value and features at the last frame; in training of every frame too, where the body gives it."""
        features = self.body(channels(envelope, size))
        angle = MIDDLE_DEG + SPREAD_DEG * self.head(self.drop(features)).squeeze(-1)
        if features.ndim == 2:
            return {"value": angle, "features": features}
        outputs = {"value": angle[:, -1], "features": features[:, -1]}
        return outputs | {"sequence": angle} if self.training else outputs


class AngleNetwork(nn.Module):
    """The angle, and the distance beside it."""

    def __init__(self, angle: Angle) -> None:
        super().__init__()
        self.angle, self.distance = angle, Distance()

    def forward(self, envelope: Tensor, size: Tensor) -> dict[str, Tensor]:
        """As the module says; the distance once training is over."""
        outputs: dict[str, Tensor] = self.angle(envelope, size)
        return outputs if self.training else outputs | {"distance": self.distance(envelope, size)}


class CausalConv(nn.Module):
    """Convolution over time that sees the past only, with ReLU: (batch, time, n_in) → (batch, time, n_out)."""

    def __init__(self, n_in: int, n_out: int, size: int, dilation: int = 1) -> None:
        super().__init__()
        self.past = (size - 1) * dilation
        self.convolution = nn.Conv1d(n_in, n_out, size, dilation=dilation)

    def forward(self, x: Tensor) -> Tensor:
        """As the class says."""
        return relu(self.convolution(pad(x.transpose(1, 2), (self.past, 0)))).transpose(1, 2)


class CnnLstm(nn.Module):
    """Convolution, LSTM, and what it remembers as features (after Li et al. 2023, RA-L 8(10):6403).

    The paper gives the block, not its size.

    Parameters
    ----------
    n_channels : of the eight, the first so many: 4 see each muscle against its own size alone.
    """

    def __init__(self, width: int = 32, kernel: int = 5, dropout: float = 0.2, n_channels: int = N_CHANNELS) -> None:
        super().__init__()
        self.n_channels = n_channels
        self.convolution, self.drop = CausalConv(n_channels, width, kernel), nn.Dropout(dropout)
        self.lstm = nn.LSTM(width, N_FEATURES, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, time, 8) → (batch, time, 32)."""
        features: Tensor = self.lstm(self.drop(self.convolution(x[..., : self.n_channels])))[0]
        return features


class Cnn(nn.Module):
    """Convolutions over time alone, each with twice the reach of the one before: 35 frames, 1.4 s, in all."""

    def __init__(self, width: int = N_FEATURES, dropout: float = 0.2) -> None:
        super().__init__()
        self.first, self.drop = CausalConv(N_CHANNELS, width, 5), nn.Dropout(dropout)
        self.rest = nn.ModuleList([CausalConv(width, width, 3, dilation) for dilation in (1, 2, 4, 8)])
        self.last = nn.Linear(width, N_FEATURES)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, time, 8) → (batch, time, 32)."""
        x = self.first(x)
        for one in self.rest:
            x = x + one(self.drop(x))
        return torch.tanh(self.last(x))


class Bpnn(nn.Module):
    """A back-propagation network: the whole window at once through one hidden layer."""

    def __init__(self, hidden: int = 64, dropout: float = 0.2) -> None:
        super().__init__()
        self.hidden = nn.Linear(N_FRAMES * N_CHANNELS, hidden)
        self.drop, self.last = nn.Dropout(dropout), nn.Linear(hidden, N_FEATURES)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, time, 8) → (batch, 32)."""
        features: Tensor = torch.tanh(self.last(self.drop(torch.tanh(self.hidden(x.flatten(1))))))
        return features
