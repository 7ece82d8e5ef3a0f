"""MiniRocket against its definition, computed the slow way."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rehabkit.learning.networks.minirocket import KERNELS, MiniRocket


@pytest.fixture
def series():
    return np.random.default_rng(0).standard_normal((12, 3, 40)).astype(np.float32)


def test_the_84_kernels():
    """Nine taps, three of weight 2 and six of -1: no kernel answers to a constant."""
    assert len(KERNELS) == len(set(KERNELS)) == 84
    rocket = MiniRocket(1, 40, 84)
    assert rocket.get_buffer("kernels").sum(dim=-1).abs().max() == 0


def test_a_feature_is_the_share_of_time_above_the_bias(series):
    rocket = MiniRocket(3, 40, 252, seed=1).fit(series)
    features = rocket(torch.from_numpy(series)).numpy()
    assert features.shape == (12, rocket.n_features)
    assert rocket.n_features == 252
    dilation, kernel = rocket.dilations[0], 0  # even kernels look at the padded series
    weights = np.full(9, -1.0)
    weights[list(KERNELS[kernel])] = 2.0
    mixed = np.pad(rocket.get_buffer("mixing_0")[kernel].numpy() @ series[5], 4 * dilation)
    taps = np.arange(9) * dilation
    convolved = np.array([weights @ mixed[t + taps] for t in range(40)])
    bias = float(rocket.get_buffer("bias_0")[kernel, 0])
    assert features[5, 0] == pytest.approx(np.mean(convolved > bias), abs=1e-6)


def test_biases_come_from_the_training_series(series):
    """Quantiles between the extremes: on the series that they were taken from, features spread over 0 to 1."""
    features = MiniRocket(3, 40, 840).fit(series)(torch.from_numpy(series))
    assert 0.35 < float(features.mean()) < 0.65
    assert float(features.min()) >= 0 and float(features.max()) <= 1


def test_same_seed_same_features_other_seed_others(series):
    x = torch.from_numpy(series)
    first, again, other = (MiniRocket(3, 40, 168, seed=s).fit(series)(x) for s in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_soft_counting_is_near_the_published_and_cannot_be_tipped(series):
    hard = MiniRocket(3, 40, 168, seed=2).fit(series)
    soft = MiniRocket(3, 40, 168, seed=2, soft=0.05).fit(series)
    x = torch.from_numpy(series)
    assert float((hard(x) - soft(x)).abs().mean()) < 0.01
    assert float((soft(x) - soft(x + 1e-6 * torch.randn(x.shape))).abs().max()) < 1e-4


def test_the_activation_is_the_weighted_sum_taken_apart_in_time(series):
    """Mean over time of what each moment adds = the features times their weights."""
    rocket = MiniRocket(3, 40, 840, seed=3, soft=0.05).fit(series)
    x = torch.from_numpy(series)
    weight = torch.randn(len(x), rocket.n_features, generator=torch.Generator().manual_seed(0))
    added = rocket.activation(x, weight)
    assert added.shape == (12, 40)
    assert added.mean(dim=1).numpy() == pytest.approx((rocket(x) * weight).sum(dim=1).numpy(), abs=1e-3)
