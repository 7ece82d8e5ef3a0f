"""The hand's own axes: at right angles, mirrored where they are said to be, and what a network sees through them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from rehabkit.learning.networks.hand_axes import N_LOOKS, HandAxes, upright
from rehabkit.learning.networks.hand_surface import Hssn, determinant
from rehabkit.recordings.cloud import PointCloud
from rehabkit.systems.hand_surface.arrange import arranged


def row(n_points: int, n_slots: int, seed: int = 0) -> list[Tensor]:
    points = np.random.default_rng(seed).random((n_points, 3)) * np.array([0.18, 0.09, 0.03])
    tensors = arranged(PointCloud(points + np.array([0, 0, 0.5])), n_slots=n_slots).tensors
    return [torch.as_tensor(value) for value in tensors.values()]


@pytest.fixture
def finder() -> HandAxes:
    torch.manual_seed(0)
    return HandAxes(12).eval()


def test_axes_are_at_right_angles_and_the_fingers_direction_is_kept() -> None:
    said = torch.randn(50, 3, 3, generator=torch.Generator().manual_seed(0))
    axes = upright(said)
    assert torch.allclose(axes.transpose(1, 2) @ axes, torch.eye(3).expand(50, 3, 3), atol=1e-5)
    fingers = said[:, :, 1] / said[:, :, 1].norm(dim=1, keepdim=True)
    assert torch.allclose(axes[:, :, 1], fingers, atol=1e-6)
    assert ((axes[:, :, 2] * said[:, :, 2]).sum(dim=1) > 0).float().mean() > 0.7  # nearest of two sides, not the same


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_true_directions_are_their_own_axes_mirrored_or_not(side: float) -> None:
    true = torch.linalg.qr(torch.randn(3, 3, generator=torch.Generator().manual_seed(1)))[0]
    true[:, 2] = side * torch.linalg.cross(true[:, 0], true[:, 1])
    axes = upright(true[None])
    assert torch.allclose(axes[0], true, atol=1e-6)
    assert determinant(axes).item() == pytest.approx(side, abs=1e-6)


def test_it_looks_again_in_the_axes_that_it_found(finder: HandAxes) -> None:
    with torch.no_grad():
        found = finder(*row(128, 128))
    assert found["said"].shape == found["looked_in"].shape == (1, N_LOOKS, 3, 3)
    first = upright(found["said"][:, 0])
    assert torch.allclose(found["looked_in"][:, 0], torch.eye(3)[None])
    assert torch.allclose(found["looked_in"][:, 1], first, atol=1e-6)
    assert torch.allclose(found["axes"], first @ upright(found["said"][:, 1]), atol=1e-5)


def test_padding_and_other_rows_change_no_axes(finder: HandAxes) -> None:
    first, second = row(100, 128), row(90, 128, seed=1)
    with torch.no_grad():
        alone = finder(*first)["axes"]
        together = finder(*(torch.cat(pair) for pair in zip(first, second, strict=True)))["axes"]
        padded = finder(*row(100, 256))["axes"]
    assert torch.allclose(alone, together[:1], atol=1e-5)
    assert torch.allclose(alone, padded, atol=1e-5)


def test_a_network_sees_the_hand_in_its_axes_and_doesnt_change_them(finder: HandAxes) -> None:
    """With axes it says of a cloud what it says without them of the turned cloud, sides exchanged if mirrored."""
    torch.manual_seed(1)
    network, given = Hssn(12, axes=finder).eval(), row(128, 128)
    said = network(*given)
    axes = finder(*given)["axes"]
    mirrored = bool(determinant(axes) < 0)
    network.axes = None
    handed = 1 - given[4] if mirrored else given[4]
    other = network(given[0] @ axes, given[1] @ axes, given[2], given[3], handed)
    assert torch.allclose(said["probability"], other["probability"], atol=1e-5)
    assert torch.allclose(said["kind"], other["kind"], atol=1e-5)


def test_training_a_network_leaves_its_axes_alone(finder: HandAxes) -> None:
    network = Hssn(12, axes=finder).train()
    network(*row(64, 64))["logits"].square().sum().backward()
    assert not finder.training and network.training
    assert all(one.grad is None for one in finder.parameters())
    assert network.head.local.weight.grad is not None
