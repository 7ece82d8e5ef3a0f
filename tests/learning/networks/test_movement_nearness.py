"""How near a movement is: forms of limbs by hand, and Mahalanobis distances as scikit-learn computes them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.covariance import EmpiricalCovariance

from rehabkit.learning.networks.movement_nearness import ENDS, NEVER_MET, RIDGE, LimbForm, Nearness

N = 3 * len(ENDS)


def movements(n_rows: int, seed: int = 0) -> torch.Tensor:
    return torch.randn((n_rows, 8, 15, 3), generator=torch.Generator().manual_seed(seed))


def test_mean_and_covariance_of_the_bones_as_numpy_has_them():
    positions = movements(1)
    form = LimbForm()(positions)[0].numpy()
    forearm = positions[0, :, 5] - positions[0, :, 4]  # left wrist from left elbow
    direction = (forearm / forearm.norm(dim=-1, keepdim=True)).numpy()
    at = 3 * ENDS.index("left_wrist")
    assert form[at : at + 3] == pytest.approx(direction.mean(axis=0), abs=1e-6)
    together = np.zeros((N, N))
    together[np.triu_indices(N)] = form[N:] / 3.0
    own = together[at : at + 3, at : at + 3]
    assert own[np.triu_indices(3)] == pytest.approx(np.cov(direction.T, bias=True)[np.triu_indices(3)], abs=1e-6)


def test_order_and_size_do_not_matter():
    positions, form = movements(3), LimbForm()
    assert torch.allclose(form(positions), form(2.0 * positions.flip(1)), atol=1e-5)


def test_distance_is_that_of_scikit_learn():
    positions, target = movements(400), torch.arange(400) % 2
    positions[target == 1] += 0.5 * torch.randn((15, 3), generator=torch.Generator().manual_seed(1))
    near = Nearness(3).fit(positions, target)
    x = (near.form(positions).numpy() - near.get_buffer("origin").numpy()).astype(float)
    values, vectors = np.linalg.eigh(x.T @ x)
    x = x @ vectors[:, np.argsort(values)[-30:]]
    within = np.concatenate([x[target == label] - x[target == label].mean(axis=0) for label in (0, 1)])
    fitted = EmpiricalCovariance(assume_centered=True).fit(within)
    ridge = RIDGE * np.trace(fitted.covariance_) / 30
    inverse = np.linalg.inv(fitted.covariance_ + ridge * np.eye(30))
    apart = [x - x[target == label].mean(axis=0) for label in (0, 1)]
    expected = np.min([np.einsum("ij,jk,ik->i", one, inverse, one) for one in apart], axis=0)
    assert near.log_distance(positions)[:, 0].numpy() == pytest.approx(np.log1p(expected), rel=1e-3)


def test_a_movement_never_met_is_out_of_reach():
    near = Nearness(3).fit(movements(60), torch.arange(60) % 2)
    assert (near.get_buffer("centres")[2] == NEVER_MET).all()


def test_scale_by_hand_and_nothing_known_before():
    near, positions = Nearness(2), movements(2)
    assert near(positions).flatten().tolist() == [0.0, 0.0]
    near.set_scale(torch.tensor([[1.0], [2.0], [3.0]]))
    assert near(positions).flatten().tolist() == pytest.approx([-2.0, -2.0])
