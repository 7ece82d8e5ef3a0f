"""S7's dual-input network: connectivity and spectrum of the EEG, each through its own convolutions, then one value.

After "CNN-Based Prognosis of BCI Rehabilitation Using EEG From First Session BCI Training" (2021): two convolutional
branches, concatenated. Sizes were not found; those here are ours. All take ``connectivity`` (batch, layer, electrode,
electrode) and ``spectrum`` (batch, electrode, frequency) in µV²/Hz and return ``value`` (batch,).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rehabkit.signals.spectrum import BANDS
from rehabkit.systems.recovery_prognosis.system import LAYERS, N_BINS, N_SITES

N_LAYERS = len(LAYERS)


class InUnit(nn.Module):
    """A network whose layers learn numbers around 0 and whose value is in the target's unit."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("centre", torch.zeros(()))
        self.register_buffer("scale", torch.ones(()))

    @torch.no_grad()
    def to_unit(self, target: Tensor) -> None:
        """Take the mean and spread of the training part's targets."""
        self.get_buffer("centre").copy_(target.mean())
        self.get_buffer("scale").copy_(target.std().clamp_min(1e-6))

    def in_unit(self, learned: Tensor) -> dict[str, Tensor]:
        """(batch, 1) → ``value`` (batch,)."""
        return {"value": learned[:, 0] * self.get_buffer("scale") + self.get_buffer("centre")}


class DualInput(InUnit):
    """Two branches, concatenated, and one value in the target's unit.

    Parameters
    ----------
    of_pairs : (batch, layer, electrode, electrode) → (batch, n_pairs_out).
    of_spectrum : (batch, electrode, frequency) → (batch, n_spectrum_out).
    n_joined : sum of both branches' outputs.
    """

    def __init__(self, of_pairs: nn.Module, of_spectrum: nn.Module, n_joined: int, hidden: int) -> None:
        super().__init__()
        self.norm_pairs, self.norm_spectrum = nn.BatchNorm2d(N_LAYERS), nn.BatchNorm1d(N_SITES)
        self.of_pairs, self.of_spectrum = of_pairs, of_spectrum
        self.head = nn.Sequential(nn.Linear(n_joined, hidden), nn.ReLU(), nn.Dropout(0.3), nn.Linear(hidden, 1))

    def forward(self, connectivity: Tensor, spectrum: Tensor) -> dict[str, Tensor]:
        """One value a row."""
        pairs = self.of_pairs(self.norm_pairs(connectivity))
        power = self.of_spectrum(self.norm_spectrum((spectrum + 1e-4).log()))
        return self.in_unit(self.head(torch.cat([pairs.flatten(1), power.flatten(1)], dim=1)))


def published() -> DualInput:
    """The block as described: 3 by 3 convolutions over the matrix, convolutions over frequency."""
    of_pairs = nn.Sequential(
        nn.Conv2d(N_LAYERS, 24, 3, padding=1, bias=False), nn.BatchNorm2d(24), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(24, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
    )  # fmt: skip
    of_spectrum = nn.Sequential(
        nn.Conv1d(N_SITES, 24, 5, padding=2, bias=False), nn.BatchNorm1d(24), nn.ReLU(), nn.MaxPool1d(2),
        nn.Conv1d(24, 32, 5, padding=2, bias=False), nn.BatchNorm1d(32), nn.ReLU(), nn.MaxPool1d(2),
    )  # fmt: skip
    return DualInput(of_pairs, of_spectrum, 32 * (N_SITES // 4) ** 2 + 32 * (N_BINS // 4), 32)


def small() -> DualInput:
    """One convolution a branch: over all connections of an electrode (Kawahara et al. 2017, NeuroImage), over bands.

    A row's convolution doesn't depend on which electrodes happen to be neighbours in the matrix.
    """
    of_pairs = nn.Sequential(
        nn.Conv2d(N_LAYERS, 8, (1, N_SITES), bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.Dropout(0.3)
    )
    of_spectrum = nn.Sequential(
        nn.Conv1d(N_SITES, 8, 5, stride=4, padding=2, bias=False), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3)
    )
    return DualInput(of_pairs, of_spectrum, 8 * N_SITES + 8 * (N_BINS // 4), 16)


class Linear(nn.Module):
    """Ridge regression on every pair and the logarithm of every band's power; fitted in closed form, not here."""

    def __init__(self) -> None:
        super().__init__()
        rows, columns = torch.triu_indices(N_SITES, N_SITES, offset=1)
        n_features = N_LAYERS * len(rows) + N_SITES * len(BANDS)
        self.register_buffer("rows", rows)
        self.register_buffer("columns", columns)
        for name, value in (("mean", 0.0), ("weight", 0.0)):
            self.register_buffer(name, torch.full((n_features,), value))
        self.register_buffer("bias", torch.zeros(()))

    def features(self, connectivity: Tensor, spectrum: Tensor) -> Tensor:
        """(batch, n_features): each layer's 105 pairs, then ln power of each band at each electrode."""
        pairs = connectivity[:, :, self.get_buffer("rows"), self.get_buffer("columns")].flatten(1)
        bins = [(round(low) - 1, round(high) - 1) for low, high in BANDS.values()]  # the first bin is 1 Hz
        power = [(spectrum[:, :, first:last].sum(dim=2) + 1e-4).log() for first, last in bins]
        return torch.cat([pairs, *power], dim=1)

    def forward(self, connectivity: Tensor, spectrum: Tensor) -> dict[str, Tensor]:
        """One value a row."""
        apart = self.features(connectivity, spectrum) - self.get_buffer("mean")
        value: Tensor = apart @ self.get_buffer("weight") + self.get_buffer("bias")
        return {"value": value}
