"""CNN-TLSTM of knee_pain: a stem a modality, concatenation, a recurrent layer, attention over time, classes.

Mukherjee & Halder Roy 2025 (Biomed. Signal Process. Control 100:107178): convolutions over frontal, parietal and
temporal EEG, EMG of hamstrings and quadriceps and the knee's angle, then "TLSTM", then attention. The paper gives the
blocks, not their sizes; the sizes, and what happens where a modality is absent, are ours.

All networks take ``emg`` (batch, 400, 8) µV, ``angle`` (batch, 400, 1) deg, ``eeg`` (batch, 400, 8) µV and ``present``
(batch, 3), and return ``logits`` and ``probability`` (batch, n_classes) and ``attention`` (batch, 25), which adds up
to 1.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from rehabkit.learning.networks.knee_pain_measures import N_MEASURES, Measures
from rehabkit.systems.knee_pain.tensors import INPUTS, MODALITIES, N_TIMES

Gates = Literal["tanh", "sigmoid"]
STRIDES = (2, 2, 4)
N_STEPS = N_TIMES // 16
"""Moments that the recurrent layer sees: one in 160 ms."""
_LEAST_UV, _RANGE_DEG, _EEG_UV = 1.0, 30.0, 10.0


class TanhLstm(nn.Module):
    """A recurrent layer whose gates are tanh, too: one reading of "tanh LSTM", step by step.

    i, f, o = tanh(W x + U h + b); c = f c + i tanh(…); h = o tanh(c). So a gate can turn over what it lets through, and
    forgetting is a factor between -1 and 1. (A tanh shifted to 0 … 1 would be the logistic function of twice the
    argument: the usual cell with other weights.)
    """

    def __init__(self, n_in: int, n_hidden: int) -> None:
        super().__init__()
        self.n_hidden = n_hidden
        self.from_input = nn.Linear(n_in, 4 * n_hidden)
        self.from_state = nn.Linear(n_hidden, 4 * n_hidden, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, time, n_in) → (batch, time, n_hidden); the first state and cell are zero."""
        driven = self.from_input(x)  # (batch, time, 4 · hidden)
        hidden = cell = driven[:, 0, : self.n_hidden] * 0.0
        states = []
        for step in range(int(x.shape[1])):
            i, f, stored, o = (driven[:, step] + self.from_state(hidden)).tanh().chunk(4, dim=1)
            cell = f * cell + i * stored
            hidden = o * cell.tanh()
            states.append(hidden)
        return torch.stack(states, dim=1)


class UsualLstm(nn.Module):
    """The other reading: Hochreiter & Schmidhuber's cell as every library has it, whose outputs are tanh."""

    def __init__(self, n_in: int, n_hidden: int) -> None:
        super().__init__()
        self.layer = nn.LSTM(n_in, n_hidden, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, time, n_in) → (batch, time, n_hidden)."""
        states: Tensor = self.layer(x)[0]
        return states


class Attention(nn.Module):
    """Additive attention over time (Bahdanau et al. 2015, without a query): softmax of vᵀ tanh(W h + b)."""

    def __init__(self, n_hidden: int) -> None:
        super().__init__()
        self.score = nn.Sequential(nn.Linear(n_hidden, n_hidden), nn.Tanh(), nn.Linear(n_hidden, 1, bias=False))

    def forward(self, states: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, time, hidden) → (batch, hidden) their weighted mean, (batch, time) the weights."""
        weights = self.score(states).softmax(dim=1)
        return (weights * states).sum(dim=1), weights[..., 0]


def _stem(n_in: int, width: int) -> nn.Sequential:
    """Three convolutions over time, down to 25 steps."""
    layers: list[nn.Module] = []
    for n, stride, size in zip((n_in, width, width), STRIDES, (7, 5, 5), strict=True):
        layers += [nn.Conv1d(n, width, size, stride, size // 2, bias=False), nn.BatchNorm1d(width), nn.ReLU()]
    return nn.Sequential(*layers)


class CnnTlstm(nn.Module):
    """Stems → concatenation → recurrent layer → attention → classes; an absent modality's stem gives zeros.

    Parameters
    ----------
    width, n_hidden : channels of a stem, units of the recurrent layer.
    gates : reading of "tanh LSTM": ``tanh`` (:class:`TanhLstm`) or ``sigmoid`` (:class:`UsualLstm`). The authors'
        "TLSTM" stands for tanh LSTM; the equations of its cell were not found.
    """

    def __init__(self, n_classes: int, width: int, n_hidden: int, gates: Gates, dropout: float = 0.3) -> None:
        super().__init__()
        self.stems = nn.ModuleList([_stem(INPUTS[name].shape[1], width) for name in MODALITIES])
        self.recurrent = (TanhLstm if gates == "tanh" else UsualLstm)(len(MODALITIES) * width, n_hidden)
        self.attention = Attention(n_hidden)
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(n_hidden, n_classes))
        self.register_buffer("known", torch.ones(len(MODALITIES)))

    def forward(self, emg: Tensor, angle: Tensor, eeg: Tensor, present: Tensor) -> dict[str, Tensor]:
        """Logits, probability and where it looked."""
        there = present * self.get_buffer("known")  # a stem that never learned must not speak
        scaled = (scaled_emg(emg), scaled_angle(angle), eeg / _EEG_UV)
        seen = [
            stem(series.transpose(1, 2)) * there[:, i, None, None]  # (batch, width, 25)
            for i, (stem, series) in enumerate(zip(self.stems, scaled, strict=True))
        ]
        states = self.recurrent(torch.cat(seen, dim=1).transpose(1, 2))  # (batch, 25, hidden)
        context, attention = self.attention(states)
        logits = self.head(context)
        return {"probability": logits.softmax(dim=1), "attention": attention, "logits": logits}


def scaled_emg(emg: Tensor) -> Tensor:
    """(batch, time, 8) logarithms about the window's own mean: an amplifier's gain goes, levels and courses stay."""
    logs = (emg.clamp_min(0) + _LEAST_UV).log()
    return logs - logs.mean(dim=(1, 2), keepdim=True)


def scaled_angle(angle: Tensor) -> Tensor:
    """(batch, time, 1) about its own mean: nobody knows the goniometer's zero."""
    return (angle - angle.mean(dim=1, keepdim=True)) / _RANGE_DEG


class MeasuresLinear(nn.Module):
    """A linear classifier over the named measures of a window; what is absent counts as the training part's mean.

    It looks at all moments alike, which its ``attention`` says.
    """

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.measures = Measures()
        self.head = nn.Linear(N_MEASURES, n_classes)
        for name, value in (("mean", 0.0), ("scale", 1.0)):
            self.register_buffer(name, torch.full((N_MEASURES,), value))

    def standardised(self, emg: Tensor, angle: Tensor, eeg: Tensor, present: Tensor) -> Tensor:
        """(batch, 43), zero where the modality is absent."""
        numbers, there = self.measures(emg, angle, eeg, present)
        standard: Tensor = (numbers - self.get_buffer("mean")) / self.get_buffer("scale") * there
        return standard

    def forward(self, emg: Tensor, angle: Tensor, eeg: Tensor, present: Tensor) -> dict[str, Tensor]:
        """Logits and probability."""
        logits = self.head(self.standardised(emg, angle, eeg, present))
        alike = torch.ones_like(emg[:, :N_STEPS, 0]) / N_STEPS
        return {"probability": logits.softmax(dim=1), "attention": alike, "logits": logits}
