"""What the networks of hand_surface must keep: order, padding, and the shortcuts that make them fast."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from rehabkit.errors import ModelError
from rehabkit.learning.export import require_labels
from rehabkit.learning.networks.edge_convolution import EdgeConvolution, flat, largest, pool, spread
from rehabkit.learning.networks.hand_surface import Blocks, Dgcnn, Hssn, PointNet, Segmenter
from rehabkit.recordings.cloud import PointCloud
from rehabkit.systems.hand_surface.arrange import arranged

NETWORKS = {
    "hssn": lambda: Hssn(12),
    **{f"hssn without {name}": lambda name=name: Hssn(12, Blocks(**{name: False})) for name in
       ("edges", "scales", "densities", "normals")},
    "pointnet": lambda: PointNet((8, 16)),
    "dgcnn": lambda: Dgcnn(12, 6),
}  # fmt: skip


def made(name: str) -> Segmenter:
    torch.manual_seed(0)
    return NETWORKS[name]().eval()


def row(n_points: int, n_slots: int, seed: int = 0) -> list[Tensor]:
    points = np.random.default_rng(seed).random((n_points, 3)) * np.array([0.18, 0.09, 0.03])
    tensors = arranged(PointCloud(points + np.array([0, 0, 0.5])), n_slots=n_slots).tensors
    return [torch.as_tensor(value) for value in tensors.values()]


def test_an_edge_convolution_is_what_the_paper_writes() -> None:
    """W (x_i, x_j − x_i), its largest over j, computed edge by edge."""
    torch.manual_seed(0)
    layer = EdgeConvolution(4, 6, (slice(0, 3), slice(3, 5)))
    x, near = torch.randn(10, 4), torch.randint(10, (10, 5))
    parts = []
    for other, span in zip(layer.other, layer.spans, strict=True):
        edges = x[near[:, span]] - x[:, None]  # (n, k, 4)
        parts.append((edges @ other.weight.T).amax(dim=1) + x @ other.weight.T)
    expected = torch.relu(layer.norm(layer.own(x) + torch.cat(parts, dim=1)))
    assert torch.allclose(layer(x, near), expected, atol=1e-6)


def test_the_gradient_of_the_largest_neighbour_is_that_of_torch() -> None:
    torch.manual_seed(0)
    near, given = torch.randint(30, (30, 7)), torch.randn(30, 5)
    gradients = []
    for training in (True, False):
        features = torch.randn(30, 5, generator=torch.Generator().manual_seed(1), requires_grad=True)
        (largest(features, near, training=training) * given).sum().backward()
        gradients.append(features.grad)
    assert torch.allclose(*gradients)


@pytest.mark.parametrize("name", NETWORKS)
def test_padding_changes_nothing(name: str) -> None:
    network, narrow, wide = made(name), row(64, 64), row(64, 128)
    with torch.no_grad():
        one, other = network(*narrow), network(*wide)
    assert torch.allclose(one["probability"], other["probability"][:, :64], atol=1e-5)
    assert torch.allclose(one["kind"], other["kind"], atol=1e-5)


@pytest.mark.parametrize("name", NETWORKS)
def test_rows_of_a_batch_dont_see_each_other(name: str) -> None:
    network, first, second = made(name), row(100, 128), row(90, 128, seed=1)
    with torch.no_grad():
        alone = network(*first)
        together = network(*(torch.cat(pair) for pair in zip(first, second, strict=True)))
    assert torch.allclose(alone["probability"], together["probability"][:1], atol=1e-5)


def test_without_normals_they_are_not_looked_at_and_with_them_they_are() -> None:
    given = row(64, 64)
    turned = [given[0], given[1].flip(2), *given[2:]]
    for name, same in (("hssn without normals", True), ("hssn", False)):
        network = made(name)
        with torch.no_grad():
            assert torch.equal(network(*given)["logits"], network(*turned)["logits"]) == same


@pytest.mark.parametrize("left_out", ["edges", "scales", "densities"])
def test_each_block_changes_which_neighbours_matter(left_out: str) -> None:
    """Without edges no neighbour, without scales not the widest span, without thinner clouds not their columns."""
    columns = {"edges": slice(0, 30), "scales": slice(20, 30), "densities": slice(30, 56)}[left_out]
    given = row(128, 128)
    other = [*given[:2], given[2].clone(), *given[3:]]
    other[2][..., columns] = other[2][..., columns].flip(1)
    for name, same in ((f"hssn without {left_out}", True), ("hssn", False)):
        network = made(name)
        with torch.no_grad():
            assert torch.equal(network(*given)["logits"], network(*other)["logits"]) == same


def test_in_mirrored_axes_left_is_right() -> None:
    network, given = made("hssn"), row(64, 64)
    with torch.no_grad():
        one, other = network(*given)["kind"], network(*given[:4], 1 - given[4])["kind"]
    assert torch.allclose(one[:, [1, 0, 2]], other)


def test_places_of_rows_follow_each_other() -> None:
    near = torch.tensor([[[0, 1]], [[2, 3]]])
    assert flat(near, 4).tolist() == [[0, 1], [6, 7]]


def test_what_is_pooled_is_there() -> None:
    features = torch.tensor([[[1.0], [3.0], [9.0]]])
    there = torch.tensor([[[True], [True], [False]]])
    assert pool(features, there).tolist() == [[3.0, 2.0]]


def test_features_between_two_points_are_weighed_by_their_distance() -> None:
    """At 1/3 of the way the squared distances are 1 : 4, so the weights 4/5 and 1/5; the third point is far away."""
    at = torch.tensor([[0.0, 0, 0], [3.0, 0, 0], [1e4, 0, 0]])
    found = spread(torch.tensor([[10.0], [20.0], [0.0]]), at, torch.tensor([[1.0, 0, 0]]), torch.tensor([[0, 1, 2]]))
    assert found.item() == pytest.approx(12.0, abs=1e-3)


def test_a_graph_that_looks_for_neighbours_is_held_to_its_labels() -> None:
    """Of 10 000 labels 10 may differ where ties flip, 11 not; the median difference may not grow."""
    said = np.tile([0.6, 0.4], (100, 100, 1)).astype(np.float32)
    other = said + np.float32(5e-6)
    other[0, :10] = [0.4, 0.6]
    assert require_labels([(said, other)]) == pytest.approx(5e-6, rel=0.1)
    other[0, 10] = [0.4, 0.6]
    with pytest.raises(ModelError, match=r"0.999 of its labels, got .* and 0.9989"):
        require_labels([(said, other)])
    with pytest.raises(ModelError, match="to a median of 1e-05"):
        require_labels([(said, said + np.float32(2e-5))])
