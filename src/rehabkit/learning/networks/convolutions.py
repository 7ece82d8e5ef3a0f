"""The stage that the networks over pictures of hands are made of."""

from __future__ import annotations

from torch import nn


def twice(n_in: int, n_out: int) -> nn.Sequential:
    """Two convolutions, each normalised over all of its picture's channels: no batch statistics, for small batches."""
    return nn.Sequential(
        nn.Conv2d(n_in, n_out, 3, padding=1, bias=False),
        nn.GroupNorm(1, n_out),
        nn.ReLU(),
        nn.Conv2d(n_out, n_out, 3, padding=1, bias=False),
        nn.GroupNorm(1, n_out),
        nn.ReLU(),
    )
