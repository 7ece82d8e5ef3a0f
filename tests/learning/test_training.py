"""Which optimiser trains what, and that both learn."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from rehabkit.learning.examples import Examples
from rehabkit.learning.training import TrainConfig, cross_entropy, train

N_CLASSES = 3


class Net(nn.Module):
    """A thin first layer, a large matrix, a thin last one, and one that isn't to be trained."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.large, self.last = nn.Linear(2, 32), nn.Linear(32, 32), nn.Linear(32, N_CLASSES)
        self.frozen = nn.Linear(32, 32).requires_grad_(False)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        hidden = torch.relu(self.large(torch.relu(self.first(x)))) + 0 * self.frozen(torch.relu(self.first(x)))
        return {"logits": self.last(hidden)}


@pytest.fixture
def rings() -> Examples:
    """Points on rings: which one a line can't tell."""
    rng = np.random.default_rng(0)
    ring, angle = rng.integers(0, N_CLASSES, 300), rng.uniform(0, 2 * np.pi, 300)
    x = (1 + ring)[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1) + rng.normal(0, 0.05, (300, 2))
    return Examples({"x": x.astype(np.float32)}, ring, np.array(["one"] * 300), np.arange(300))


@pytest.mark.parametrize("muon", [None, 0.02])
def test_rings_are_learned_by_either_optimiser(rings: Examples, muon: float | None) -> None:
    torch.manual_seed(0)
    net = Net()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    progress = train(net, rings, cross_entropy, TrainConfig(25, 50, 1e-2, muon=muon), seed=0)
    assert progress.log[-1]["loss"] < 0.3 < 1.0 < progress.log[0]["loss"]
    changed = {name for name, value in net.state_dict().items() if not torch.equal(value, before[name])}
    assert changed == {f"{layer}.{part}" for layer in ("first", "large", "last") for part in ("weight", "bias")}


def test_muon_steps_a_large_matrix_alike_in_all_directions(rings: Examples) -> None:
    """One step of it is nearly orthogonal (singular values near each other); one of AdamW's is not."""
    spread = {}
    for muon in (None, 0.02):
        torch.manual_seed(0)
        net = Net()
        before = net.large.weight.detach().clone()
        train(net, rings, cross_entropy, TrainConfig(1, 300, 1e-2, weight_decay=0.0, muon=muon), seed=0)
        step = torch.linalg.svdvals(net.large.weight.detach() - before)
        spread[muon] = float(step[8] / step[0])
    assert spread[0.02] > 0.4 > spread[None]
