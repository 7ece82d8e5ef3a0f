from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn

from rehabkit.errors import InputError, ModelError
from rehabkit.learning.compression.pruning import prune


class Named(nn.Module):
    """Linear, ReLU, linear: two outputs by name."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden, self.last = nn.Linear(4, 10), nn.Linear(10, 2)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        logits = self.last(self.hidden(x).relu())
        return {"logits": logits, "probability": logits.softmax(dim=1)}


class Flattened(nn.Module):
    """A picture's channels, laid side by side with their positions."""

    def __init__(self) -> None:
        super().__init__()
        self.picture, self.last = nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.ReLU()), nn.Linear(8 * 16, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.picture(x).flatten(1))


class Shuffled(nn.Module):
    """Channels in another order between two convolutions, which no trace of gradients tells."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Conv1d(2, 8, 3), nn.Conv1d(8, 1, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x).relu()
        return self.last(torch.cat([x[:, 0::2], x[:, 1::2]], dim=1))


class Recurrent(nn.Module):
    """A convolution before and two linear layers after a recurrent one."""

    def __init__(self, recurrent: type[nn.RNNBase]) -> None:
        super().__init__()
        self.before = nn.Sequential(nn.Conv1d(3, 8, 3), nn.ReLU(), nn.Conv1d(8, 8, 3))
        self.recurrent = recurrent(8, 8, batch_first=True)
        self.after = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2))

    def forward(self, x: Tensor) -> Tensor:
        states, _ = self.recurrent(self.before(x).transpose(1, 2))
        return self.after(states[:, -1])


class Fixed(nn.Module):
    """A linear layer and a product with fixed numbers of single precision."""

    def __init__(self, n_hidden: int) -> None:
        super().__init__()
        self.hidden, self.last = nn.Linear(4, n_hidden), nn.Linear(n_hidden, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.hidden(x @ torch.eye(4)).relu())


class Summed(nn.Module):
    """A linear layer whose outputs are told to a fixed matrix."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 6)
        self.register_buffer("matrix", torch.arange(12.0).reshape(6, 2))

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x) @ self.get_buffer("matrix")


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(0)


def n_parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_the_lightest_channels_go_and_the_rest_says_the_same() -> None:
    network = Named().eval()
    light = [1, 2, 5, 6, 9]
    with torch.no_grad():
        network.hidden.weight[light] *= 0.01
        network.last.weight[:, light] *= 0.01
    pruned = prune(network, [torch.rand(3, 4)], 0.5)
    assert (n_parameters(network), n_parameters(pruned)) == (4 * 10 + 10 + 10 * 2 + 2, 4 * 5 + 5 + 5 * 2 + 2)
    heavy = [0, 3, 4, 7, 8]
    assert torch.equal(pruned.hidden.weight, network.hidden.weight[heavy])
    assert torch.equal(pruned.last.weight, network.last.weight[:, heavy])
    with torch.no_grad():
        network.last.weight[:, light] = 0.0
    x = torch.rand(5, 4)
    for key, value in network(x).items():
        torch.testing.assert_close(pruned(x)[key], value)


def test_flattened_channels_go_with_all_their_positions() -> None:
    network = Flattened().eval()
    pruned = prune(network, [torch.rand(2, 1, 6, 6)], 0.25)
    assert pruned.picture[0].weight.shape == (6, 1, 3, 3) and pruned.last.weight.shape == (3, 6 * 16)
    stays = [i for i, kernel in enumerate(network.picture[0].weight) if (kernel == pruned.picture[0].weight).any()]
    assert len(stays) == 6
    expected = network.last.weight.reshape(3, 8, 16)[:, stays].flatten(1)
    assert torch.equal(pruned.last.weight, expected)


def test_the_network_given_stays_as_it_is() -> None:
    network = Named().train()
    network.last.requires_grad_(False)
    before = copy.deepcopy(network.state_dict())
    pruned = prune(network, [torch.rand(3, 4)], 0.5)
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())
    assert network.training and pruned.training
    assert pruned.hidden.weight.requires_grad and not pruned.last.weight.requires_grad
    assert {parameter.dtype for parameter in pruned.parameters()} == {torch.float32}


@pytest.mark.parametrize("recurrent", [nn.LSTM, nn.GRU])
def test_what_feeds_or_leaves_a_recurrent_layer_keeps_its_channels(recurrent: type[nn.RNNBase]) -> None:
    network = Recurrent(recurrent)
    pruned = prune(network, [torch.rand(2, 3, 12)], 0.5)
    shapes = {key: tuple(value.shape) for key, value in pruned.named_parameters()}
    assert shapes["before.0.weight"] == (4, 3, 3) and shapes["before.2.weight"] == (8, 4, 3)
    assert shapes["after.0.weight"] == (4, 8) and shapes["after.2.weight"] == (2, 4)
    for key, value in network.recurrent.named_parameters():
        assert torch.equal(value, pruned.get_parameter(f"recurrent.{key}"))
    assert pruned(torch.rand(5, 3, 12)).shape == (5, 2)


def test_a_layer_that_feeds_a_recurrent_one_alone_is_refused_by_name() -> None:
    network = nn.Sequential(nn.Linear(3, 8), nn.LSTM(8, 8))
    with pytest.raises(ModelError, match=r"got 0: a recurrent layer is beside it; "):
        prune(network, [torch.rand(5, 3)], 0.5)


@pytest.mark.parametrize("fresh", [False, True])
def test_channels_that_are_mistaken_for_others_are_refused_by_name(fresh: bool) -> None:
    """Also where a fresh last layer of zeros says the same whatever it is given."""
    network = Shuffled()
    if fresh:
        nn.init.zeros_(network.last.weight)
    with pytest.raises(ModelError, match=r"got first: .*, last: too few channels; "):
        prune(network, [torch.rand(2, 2, 10)], 0.5)


def test_channels_that_never_wake_go_first() -> None:
    network = Named()
    with torch.no_grad():
        network.hidden.weight[:5] *= 0.01
        network.hidden.bias[:5] = -1.0
    pruned = prune(network, [torch.rand(3, 4)], 0.5)
    assert torch.equal(pruned.hidden.bias, network.hidden.bias[5:])


def test_a_fresh_last_layer_of_zeros_does_not_hide_what_feeds_it() -> None:
    network = Named()
    nn.init.zeros_(network.last.weight)
    assert prune(network, [torch.rand(3, 4)], 0.5).hidden.out_features == 5


@pytest.mark.parametrize(
    ("network", "named"),
    [
        (Summed(), "layer: "),
        (nn.Linear(4, 6), "itself: its channels are outputs"),
        (nn.Sequential(nn.Linear(4, 1), nn.Linear(1, 1)), "0: too few channels, 1: too few channels"),
        (nn.Sequential(nn.BatchNorm1d(4), nn.ReLU()), "no convolution and no linear layer"),
    ],
)
def test_a_network_without_removable_channels_is_refused(network: nn.Module, named: str) -> None:
    with pytest.raises(ModelError, match=f"got {named}"):
        prune(network, [torch.rand(3, 4)], 0.5)


def test_a_network_that_runs_in_single_precision_alone_is_pruned_too() -> None:
    assert prune(Fixed(10), [torch.rand(3, 4)], 0.3).last.in_features == 7


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5, float("nan")])
def test_the_share_must_leave_something(share: float) -> None:
    with pytest.raises(InputError, match=f"between 0 and 1, got {share}"):
        prune(Named(), [torch.rand(3, 4)], share)
