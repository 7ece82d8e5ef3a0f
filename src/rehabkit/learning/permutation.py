"""Is a figure better than chance: the same figure with the labels dealt out anew among the people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.signals.permutation import p_value

Order = NDArray[np.intp]


@dataclass(frozen=True)
class Permuted:
    """A figure beside what chance gives.

    Parameters
    ----------
    value : with the labels as they are.
    p : share of permutations that did as well; at least 1 / (1 + draws).
    null : (n_draws,) with the labels dealt out anew.
    """

    value: float
    p: float
    null: NDArray[np.float64]


def orders(n: int, draws: int, seed: int = 0) -> Order:
    """(draws, n) random orders of ``n`` units; the same seed gives the same."""
    return np.random.default_rng(seed).permuted(np.tile(np.arange(n), (draws, 1)), axis=1)


def permutation_p(
    score: Callable[[Order], NDArray[np.float64]], n: int, *, draws: int = 1000, seed: int = 0
) -> Permuted:
    """p of a figure under the hypothesis that labels have nothing to do with what is scored.

    Parameters
    ----------
    score : (n_orders, n) orders of the labels → (n_orders,) figures, larger is better; whatever is chosen must be
        chosen inside it.
    n : number of units that may be exchanged: people, not their windows.
    draws : permutations beside the true order.

    Examples
    --------
    >>> x, y = np.arange(8.0) - 3.5, np.arange(8.0) - 3.5
    >>> found = permutation_p(lambda order: y[order] @ x / 42, 8, draws=999)
    >>> round(found.value, 6), found.p
    (1.0, 0.001)
    """
    value = float(score(np.arange(n)[None])[0])
    null = score(orders(n, draws, seed))
    return Permuted(value, p_value(value, null), null)
