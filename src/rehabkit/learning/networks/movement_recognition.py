"""Networks of movement_recognition: MPL-CNN (LSTM, then convolutions), the other way round, and a small one.

Shi et al., Sensors 24(4):1105, 2024. The paper's name gives the order of the blocks, not their sizes: these are
those of a published LSTM-CNN (32 and 32 LSTM units, 64 and 128 filters).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from rehabkit.kinematics.canonical import CANONICAL_JOINTS
from rehabkit.learning.networks.movement_nearness import Nearness

N_COORDINATES = 3 * len(CANONICAL_JOINTS)
STEPS_PER_STEP = 10.0
"""Movement from frame to frame is a tenth of a body size at most: brought to the size of positions."""
BY_DISTANCE, BY_YES, KNOWN_BEFORE = 1.5, 0.5, 2.0
"""Log odds of unknown: so much for each standard deviation of distance, less so much of the surest logit, less what
speaks for a known movement beforehand."""
FARTHEST = 1.5
"""Standard deviations beyond which distance says no more: another camera or other arms lie that far away, too."""


class MovementNetwork(nn.Module):
    """positions (batch, time, joints, 3) → ``logits`` (batch, n_known), ``probability`` (batch, n_known + 1).

    Each logit asks of one movement: is it this? That the surest of them says no, and that the limbs do what none of
    the known movements have them do, speaks for the last column: none of them. The movements share the rest by softmax.

    Parameters
    ----------
    body : (batch, 3 · joints, time) → (batch, width).
    """

    def __init__(self, body: nn.Module, width: int, n_known: int, dropout: float = 0.2) -> None:
        super().__init__()
        self.body = body
        self.head = nn.Sequential(nn.BatchNorm1d(width), nn.Dropout(dropout), nn.Linear(width, n_known))
        self.nearness = Nearness(n_known)

    def forward(self, positions: Tensor) -> dict[str, Tensor]:
        """Positions in body sizes, as ``prepare`` gives them."""
        x = positions.flatten(2).transpose(1, 2)  # (batch, 3 · joints, time)
        logits = self.head(self.body(x))
        surest = logits.amax(dim=-1, keepdim=True)
        distance = self.nearness(positions).clamp_max(FARTHEST)
        unknown = (BY_DISTANCE * distance - BY_YES * surest - KNOWN_BEFORE).sigmoid()
        return {"probability": torch.cat([(1 - unknown) * logits.softmax(dim=-1), unknown], dim=-1), "logits": logits}


class Lstm(nn.Module):
    """Two LSTM layers of 32: (batch, channels, time) → (batch, 32, time)."""

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(n_channels, 32, num_layers=2, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        """Every step's state."""
        states, _ = self.lstm(x.transpose(1, 2))
        return torch.as_tensor(states.transpose(1, 2))


class Convolutions(nn.Sequential):
    """Conv 64 k5 s2 → max-pool → conv 128 k3: (batch, channels, time) → (batch, 128, about time / 4)."""

    def __init__(self, n_channels: int) -> None:
        super().__init__(
            nn.Conv1d(n_channels, 64, 5, stride=2),
            nn.ReLU(),
            nn.MaxPool1d(2),
            nn.Conv1d(64, 128, 3),
            nn.ReLU(),
        )


class Average(nn.Module):
    """Mean over time: (batch, channels, time) → (batch, channels)."""

    def forward(self, x: Tensor) -> Tensor:
        """The mean."""
        return x.mean(dim=-1)


class Last(nn.Module):
    """The last step: (batch, channels, time) → (batch, channels)."""

    def forward(self, x: Tensor) -> Tensor:
        """Where everything has been seen."""
        return x[..., -1]


class Separable(nn.Module):
    """Depthwise convolution over time and pointwise mixing beside a shortcut.

    (batch, width, time) → (batch, width, time / stride).
    """

    def __init__(self, width: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.path = nn.Sequential(
            nn.Conv1d(width, width, 5, stride=stride, padding=2, groups=width),
            nn.Conv1d(width, width, 1, bias=False),
            nn.BatchNorm1d(width),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Path and shortcut added."""
        return functional.relu(self.path(x) + x[..., :: self.stride])


class SmallBody(nn.Module):
    """Positions and their steps → separable convolutions → mean and maximum over time → (batch, 64)."""

    def __init__(self, n_channels: int, width: int = 32) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv1d(2 * n_channels, width, 1, bias=False), nn.BatchNorm1d(width), nn.ReLU())
        self.blocks = nn.Sequential(*(Separable(width, stride) for stride in (2, 2, 1)))
        self.last = nn.Sequential(nn.Linear(2 * width, 64), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, time) → (batch, 64)."""
        steps = STEPS_PER_STEP * functional.pad(x[..., 1:] - x[..., :-1], (1, 0))
        x = self.blocks(self.first(torch.cat([x, steps], dim=1)))
        return torch.as_tensor(self.last(torch.cat([x.mean(dim=-1), x.amax(dim=-1)], dim=1)))


def mpl_cnn(n_known: int) -> MovementNetwork:
    """The published order: LSTM → LSTM → conv → max-pool → conv → average → BatchNorm → classes."""
    body = nn.Sequential(Lstm(N_COORDINATES), Convolutions(32), Average())
    return MovementNetwork(body, 128, n_known)


def cnn_lstm(n_known: int) -> MovementNetwork:
    """The other way round, with the same blocks: its baseline."""
    body = nn.Sequential(Convolutions(N_COORDINATES), Lstm(128), Last())
    return MovementNetwork(body, 32, n_known)


def small(n_known: int) -> MovementNetwork:
    """A fifth of the published network's parameters."""
    return MovementNetwork(SmallBody(N_COORDINATES), 64, n_known, dropout=0.1)
