"""MiniRocket: 84 fixed convolution kernels and the share of time that each is above a bias.

Dempster, Schmidt & Webb, KDD 2021 (arXiv:2012.08791), for several channels as the paper's code does it: each
kernel and dilation sums a random few channels. Here it is a torch module, so that it runs inside an ONNX graph:
channels are summed by a matrix, the kernels are a depthwise convolution. Biases are the only thing fitted.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

KERNELS = tuple(combinations(range(9), 3))
"""The three taps of nine that weigh 2; the others weigh -1."""
MOST_DILATIONS, MOST_CHANNELS = 32, 9
AT_ONCE = 8
"""Biases compared at a time: more would need more memory, fewer a larger graph."""
GOLDEN = (5**0.5 + 1) / 2


class MiniRocket(nn.Module):
    """Features of a series of several channels.

    Parameters
    ----------
    n_channels, length : of the series.
    n_features : about so many (a multiple of 84 per dilation).
    seed : of the channels that each kernel sums, and of the examples that biases are taken from.
    soft : a value this near to the bias counts in part, so that rounding can't tip it; 0 counts as published.

    Notes
    -----
    Call :meth:`fit` once with training series before use; until then all biases are 0.
    """

    def __init__(self, n_channels: int, length: int, n_features: int = 9996, seed: int = 0, soft: float = 0.0) -> None:
        super().__init__()
        self.seed, self.soft = seed, soft
        self.dilations, per_dilation = _dilations(length, n_features)
        weight = torch.full((len(KERNELS), 1, 9), -1.0)
        for kernel, taps in enumerate(KERNELS):
            weight[kernel, 0, list(taps)] = 2.0
        self.register_buffer("kernels", weight)
        rng = np.random.default_rng(seed)
        for i, n in enumerate(per_dilation):
            mixing = torch.from_numpy(_mixing(n_channels, rng))
            self.register_buffer(f"mixing_{i}", mixing)  # (84, n_channels)
            self.register_buffer(f"bias_{i}", torch.zeros(len(KERNELS), n))

    @property
    def n_features(self) -> int:
        """Number of features."""
        return sum(self.get_buffer(f"bias_{i}").numel() for i in range(len(self.dilations)))

    @torch.no_grad()
    def fit(self, series: NDArray[np.float32] | Tensor) -> MiniRocket:
        """Take biases from quantiles of the convolutions of random training series.

        Parameters
        ----------
        series : (n_rows, n_channels, length), the training part alone.
        """
        given = torch.as_tensor(series)
        rng = np.random.default_rng(self.seed + 1)
        used = 0
        for i in range(len(self.dilations)):
            bias = self.get_buffer(f"bias_{i}")
            rows = torch.from_numpy(rng.integers(len(given), size=len(KERNELS)))
            convolved = self._convolved(given[rows], i)  # (84, 84, length): each kernel on its own row
            own = convolved[torch.arange(len(KERNELS)), torch.arange(len(KERNELS))]
            at = (np.arange(used + 1, used + bias.numel() + 1) * GOLDEN % 1.0).reshape(bias.shape)
            used += bias.numel()
            bias.copy_(_quantiles(own, torch.from_numpy(at)))
        return self

    def forward(self, series: Tensor) -> Tensor:
        """(n_rows, n_channels, length) → (n_rows, n_features), each 0 to 1."""
        parts = []
        for convolved, bias, _ in self._parts(series):
            chunks = [above.mean(dim=-1) for above in self._above(convolved, bias)]  # each (n_rows, n_kernels, some)
            parts.append(torch.cat(chunks, dim=-1).flatten(1))
        return torch.cat(parts, dim=1)

    def activation(self, series: Tensor, weight: Tensor) -> Tensor:
        """What each moment adds to a weighted sum of the features, which are means over time.

        Class activation map, Zhou et al. 2016 (CVPR), equation 2: exact here, since nothing follows the mean but the
        sum.

        Parameters
        ----------
        series : (n_rows, n_channels, length).
        weight : (n_rows, n_features), each row's own.

        Returns
        -------
        (n_rows, length); its mean over time is ``(forward(series) * weight).sum(dim=1)``.
        """
        total, used = torch.zeros_like(series[:, 0]), 0
        for convolved, bias, margin in self._parts(series):
            own = weight[:, used : used + bias.numel()].reshape(-1, *bias.shape)  # (n_rows, n_kernels, n)
            used += bias.numel()
            above = torch.cat(list(self._above(convolved, bias)), dim=2)
            added = (above * own[..., None]).sum(dim=(1, 2)) * (series.shape[-1] / convolved.shape[-1])
            total = total + functional.pad(added, (margin, margin))
        return total

    def _parts(self, series: Tensor) -> Iterator[tuple[Tensor, Tensor, int]]:
        """Kernels that are treated alike: (n_rows, n_kernels, time), (n_kernels, n) biases, frames left out a side."""
        for i, dilation in enumerate(self.dilations):
            convolved, bias, margin = self._convolved(series, i), self.get_buffer(f"bias_{i}"), 4 * dilation
            yield convolved[:, 0::2], bias[0::2], 0
            yield convolved[:, 1::2, margin:-margin], bias[1::2], margin

    def _above(self, convolved: Tensor, bias: Tensor) -> Iterator[Tensor]:
        """(n_rows, n_kernels, some, time) 1 where a kernel is above a bias, a few biases at a time."""
        for start in range(0, bias.shape[1], AT_ONCE):
            over = convolved[:, :, None] - bias[:, start : start + AT_ONCE, None]
            yield (over / (2 * self.soft) + 0.5).clamp(0, 1) if self.soft else (over > 0).to(convolved.dtype)

    def _convolved(self, series: Tensor, i: int) -> Tensor:
        """(n_rows, 84, length) of one dilation, edges padded with 0."""
        mixed = torch.matmul(self.get_buffer(f"mixing_{i}"), series)
        dilation = self.dilations[i]
        kernels = self.get_buffer("kernels")
        return functional.conv1d(mixed, kernels, padding=4 * dilation, dilation=dilation, groups=len(KERNELS))


def _dilations(length: int, n_features: int) -> tuple[list[int], list[int]]:
    """Dilations, and how many biases each kernel has with each."""
    per_kernel = max(1, n_features // len(KERNELS))
    most = max(0.0, float(np.log2((length - 1) / 8)))
    spread = np.floor(2.0 ** np.linspace(0, most, min(per_kernel, MOST_DILATIONS))).astype(int)
    dilations, counts = np.unique(spread, return_counts=True)
    share = np.maximum(1, counts * per_kernel // counts.sum())
    for i in range(max(0, per_kernel - int(share.sum()))):
        share[i % len(share)] += 1
    return [int(d) for d in dilations], [int(n) for n in share]


def _mixing(n_channels: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """(84, n_channels) 1 where a kernel looks at a channel; 1 to 9 channels each."""
    mixing = np.zeros((len(KERNELS), n_channels), dtype=np.float32)
    most = np.log2(min(n_channels, MOST_CHANNELS) + 1)
    for row in mixing:
        row[rng.choice(n_channels, int(2.0 ** rng.uniform(0, most)), replace=False)] = 1.0
    return mixing


def _quantiles(values: Tensor, at: Tensor) -> Tensor:
    """(n_kernels, n) quantiles ``at`` (n_kernels, n) of (n_kernels, time)."""
    return torch.stack([torch.quantile(row, q.to(row.dtype)) for row, q in zip(values, at, strict=True)])
