"""What chance alone would give: p-values from permutations, and those that hold for many channels at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def p_value(observed: float, null: NDArray[Any]) -> float:
    """Share of permutations that do as well, the observed order counted among them, so that it is never 0.

    Phipson & Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9:39: (1 + how many) / (1 + draws).

    Parameters
    ----------
    observed : larger is better; NaN gives p = 1.
    null : (n_draws,) the same figure under permutations; NaN counts as doing as well.

    Examples
    --------
    >>> p_value(3.0, np.array([1.0, 2.0, 3.0, 4.0]))
    0.6
    """
    as_good = ~(np.asarray(null) < observed)
    return float((1 + as_good.sum()) / (1 + len(null)))


def family_p(observed: NDArray[Any], null: NDArray[Any]) -> NDArray[np.float64]:
    """p of each of many figures, corrected for there being many: each against the largest of a permutation.

    Nichols & Holmes 2002, Hum. Brain Mapp. 15:1-25. Where none differs, the chance that any p is below 0.05 is 0.05.

    Parameters
    ----------
    observed : (n,) larger is farther from chance.
    null : (n_draws, n) the same figures under permutations.

    Returns
    -------
    (n,)

    Examples
    --------
    >>> family_p(np.array([2.0, 0.5]), np.array([[1.0, 0.0], [0.0, 1.5], [0.3, 0.2]])).tolist()
    [0.25, 0.75]
    """
    largest = np.asarray(null).max(axis=1)
    as_large = (largest[:, None] >= np.asarray(observed)).sum(axis=0)
    return np.asarray((1 + as_large) / (1 + len(largest)), dtype=np.float64)
