"""What the classical models of knee_pain look at: numbers of one window that have names, none of which is a size.

Neither the gain of an amplifier nor the zero of a goniometer changes one of them: levels are relative to the other
muscles, the angle is scaled by its own range.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from rehabkit.systems.knee_pain.tensors import ELECTRODES, MODALITIES, MUSCLES, N_TIMES, RATE_HZ

PAIRS = ((0, 1), (2, 3))
"""Quadriceps against hamstrings: rectus against biceps femoris, vastus medialis against semitendinosus."""
EEG_BANDS_HZ = {"theta": (4.0, 8.0), "alpha": (8.0, 13.0), "beta": (13.0, 30.0)}
NAMES: dict[str, tuple[str, ...]] = {
    "emg": (
        *(f"{muscle} level among the four" for muscle in MUSCLES),
        *(f"{muscle} above against below 100 Hz" for muscle in MUSCLES),
        *(f"{muscle} modulation" for muscle in MUSCLES),
        *(f"{MUSCLES[a]} and {MUSCLES[b]} co-contraction" for a, b in PAIRS),
    ),
    "angle": ("range", "mean speed over range", "95th percentile of speed over range", "spread over range", "skewness"),
    "eeg": tuple(f"{site} {band}" for band in EEG_BANDS_HZ for site in ELECTRODES),
}
"""Modality → its numbers, in order."""
N_MEASURES = sum(len(names) for names in NAMES.values())
_LEAST_UV, _LEAST_DEG = 0.1, 1.0


def of_emg(emg: Tensor) -> Tensor:
    """(batch, time, 8) µV, low band of four muscles, then the high → (batch, 14)."""
    low, high = emg[..., :4].clamp_min(0) + _LEAST_UV, emg[..., 4:].clamp_min(0) + _LEAST_UV
    both = (low.square() + high.square()).sqrt()
    mean = both.mean(dim=1)
    level = mean.log() - mean.log().mean(dim=1, keepdim=True)
    colour = high.mean(dim=1).log() - low.mean(dim=1).log()
    modulation = ((both - mean[:, None]).square().mean(dim=1) + 1e-6).sqrt() / mean
    scaled = both / both.amax(dim=1, keepdim=True)
    shared = [_shared(scaled[..., a], scaled[..., b]) for a, b in PAIRS]
    return torch.cat([level, colour, modulation, torch.stack(shared, dim=1)], dim=1)


def _shared(first: Tensor, second: Tensor) -> Tensor:
    """Falconer & Winter 1985: twice the common area over both."""
    return 2 * torch.minimum(first, second).sum(dim=1) / (first + second).sum(dim=1)


def of_angle(angle: Tensor) -> Tensor:
    """(batch, time, 1) degrees → (batch, 5)."""
    degrees = angle[..., 0]
    span = degrees.amax(dim=1) - degrees.amin(dim=1) + _LEAST_DEG
    speed = (degrees[:, 1:] - degrees[:, :-1]).abs() * RATE_HZ / span[:, None]
    fast = speed.topk(max(1, int(speed.shape[1]) // 20), dim=1).values[:, -1]
    apart = degrees - degrees.mean(dim=1, keepdim=True)
    spread = (apart.square().mean(dim=1) + 1e-4).sqrt()
    skewness = (apart / spread[:, None]).pow(3).mean(dim=1)
    return torch.stack([span.log(), speed.mean(dim=1), fast, spread / span, skewness], dim=1)


class EegBands(nn.Module):
    """Power of the EEG in bands, by a Fourier transform written as a product, which every runtime knows."""

    def __init__(self) -> None:
        super().__init__()
        highest_hz = max(high for _, high in EEG_BANDS_HZ.values())
        bins = torch.arange(round(highest_hz * N_TIMES / RATE_HZ))
        turn = 2 * math.pi * torch.arange(N_TIMES)[:, None] * bins[None] / N_TIMES
        taper = torch.hann_window(N_TIMES)[:, None]
        hertz = bins * RATE_HZ / N_TIMES
        bands = [((hertz >= low) & (hertz < high)).float() for low, high in EEG_BANDS_HZ.values()]
        self.register_buffer("cosine", turn.cos() * taper, persistent=False)
        self.register_buffer("sine", turn.sin() * taper, persistent=False)
        self.register_buffer("bands", torch.stack([band / band.sum() for band in bands], dim=1), persistent=False)

    def forward(self, eeg: Tensor) -> Tensor:
        """(batch, time, 8) µV → (batch, 24) logarithms, all electrodes of a band side by side."""
        sites = eeg.transpose(1, 2)  # (batch, electrode, time)
        power = (sites @ self.get_buffer("cosine")).square() + (sites @ self.get_buffer("sine")).square()
        of_bands = (power @ self.get_buffer("bands")).transpose(1, 2)  # (batch, band, electrode)
        return (of_bands + 1.0).log().flatten(1)


class Measures(nn.Module):
    """All numbers of a window, and which of them there are."""

    def __init__(self) -> None:
        super().__init__()
        self.eeg_bands = EegBands()
        owner = [i for i, modality in enumerate(MODALITIES) for _ in NAMES[modality]]
        self.register_buffer("owner", torch.nn.functional.one_hot(torch.tensor(owner)).T.float(), persistent=False)

    def forward(self, emg: Tensor, angle: Tensor, eeg: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """Tensors of the system → (batch, 43) numbers and (batch, 43) 1 where the modality is there."""
        numbers = torch.cat([of_emg(emg), of_angle(angle), self.eeg_bands(eeg)], dim=1)
        return numbers, present @ self.get_buffer("owner")
