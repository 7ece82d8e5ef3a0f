"""Alignment on sequences whose warp is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from rehabkit.errors import InputError
from rehabkit.kinematics.alignment import differences, warp


def cheapest(cost: np.ndarray) -> float:
    """Cost of the best path by brute recursion, without a band."""
    n, m = cost.shape
    memo: dict[tuple[int, int], float] = {}

    def best(i: int, j: int) -> float:
        if (i, j) == (0, 0):
            return float(cost[0, 0])
        if i < 0 or j < 0:
            return float("inf")
        if (i, j) not in memo:
            memo[i, j] = float(cost[i, j]) + min(best(i - 1, j - 1), best(i - 1, j), best(i, j - 1))
        return memo[i, j]

    return best(n - 1, m - 1)


def test_a_sequence_beside_itself_is_the_diagonal() -> None:
    x = np.sin(np.linspace(0, 3, 40))[:, None]
    path = warp(differences(x, x))
    np.testing.assert_array_equal(path, np.stack([np.arange(40)] * 2, axis=1))


def test_a_known_warp_is_found() -> None:
    """The second is the first at time u², so instant u of it belongs to u² of the first."""
    u = np.linspace(0, 1, 81)
    first, second = (100 * np.sin(np.pi * t / 2)[:, None] for t in (u, u**2))
    path = warp(differences(first, second), band=0.5)
    np.testing.assert_allclose(u[path[:, 0]], u[path[:, 1]] ** 2, atol=0.03)


def test_the_path_costs_as_little_as_any() -> None:
    rng = np.random.default_rng(0)
    for n, m in ((6, 9), (9, 6), (7, 7), (1, 4), (4, 1)):
        cost = rng.random((n, m))
        path = warp(cost, band=1.0)
        assert cost[path[:, 0], path[:, 1]].sum() == pytest.approx(cheapest(cost))


def test_the_path_is_whole_and_never_goes_back() -> None:
    rng = np.random.default_rng(1)
    for n, m in ((50, 50), (30, 90), (90, 30)):
        steps = np.diff(path := warp(rng.random((n, m))), axis=0)
        assert path[0].tolist() == [0, 0] and path[-1].tolist() == [n - 1, m - 1]
        assert set(map(tuple, steps.tolist())) <= {(0, 1), (1, 0), (1, 1)}


def test_the_band_holds() -> None:
    cost = np.ones((100, 100))
    cost[10, :] = 0.0  # would draw the whole path along one row
    path = warp(cost, band=0.1)
    assert np.abs(path[:, 0] - path[:, 1]).max() <= 11


def test_differences_are_those_of_scipy_where_all_is_seen() -> None:
    rng = np.random.default_rng(2)
    first, second = rng.random((5, 3)), rng.random((7, 3))
    np.testing.assert_allclose(differences(first, second), cdist(first, second, "cityblock") / 3)


def test_an_instant_that_shares_nothing_costs_the_mean() -> None:
    cost = differences(np.array([[0.0], [np.nan]]), np.array([[2.0], [4.0]]))
    assert cost.tolist() == [[2.0, 4.0], [3.0, 3.0]]


def test_what_cannot_be_aligned_is_refused() -> None:
    with pytest.raises(InputError, match="as many angles"):
        differences(np.zeros((3, 2)), np.zeros((3, 1)))
    with pytest.raises(InputError, match="share an angle"):
        differences(np.full((3, 1), np.nan), np.zeros((3, 1)))
    with pytest.raises(InputError, match="1 to 1000 instants"):
        warp(np.zeros((0, 5)))
