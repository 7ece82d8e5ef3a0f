"""Does a model know anything: the sentence that follows from its figures, by a rule that was fixed before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.signals.permutation import p_value

Array = NDArray[np.float64]
LEVEL = 0.05


@dataclass(frozen=True)
class Verdict:
    """What a study concludes.

    Parameters
    ----------
    better : than the mean of the others, beyond chance.
    text : the sentence, with the figures that it follows from.
    """

    better: bool
    text: str


def skill(target: Array, predicted: Array) -> Array:
    """Share of the squared error of the mean of the others that a model takes away; negative where it adds to it.

    Parameters
    ----------
    target, predicted : (n_people, …) out of fold, one person left out at a time.

    Examples
    --------
    >>> target = np.array([1.0, 2.0, 6.0])
    >>> float(skill(target, target)), float(skill(target, others_mean(target)))
    (1.0, 0.0)
    """
    of_mean = ((target - others_mean(target)) ** 2).sum(axis=0)
    return np.asarray(1 - ((target - predicted) ** 2).sum(axis=0) / of_mean)


def others_mean(target: Array) -> Array:
    """Each person's value as the mean of all others: what knows nothing, one person left out."""
    return np.asarray((target.sum(axis=0) - target) / (len(target) - 1))


def skill_interval(target: Array, predicted: Array, *, draws: int = 2000, seed: int = 0) -> tuple[float, float]:
    """95 % interval of :func:`skill`, drawing people with replacement (percentile); predictions stay as they are."""
    rows = np.random.default_rng(seed).integers(len(target), size=(draws, len(target)))
    own = (target - predicted) ** 2
    of_mean = (target - others_mean(target)) ** 2
    low, high = np.percentile(1 - own[rows].sum(axis=1) / of_mean[rows].sum(axis=1), [2.5, 97.5])
    return float(low), float(high)


def paired_p(target: Array, predicted: Array, *, draws: int = 10_000, seed: int = 0) -> float:
    """One-sided p of smaller squared errors than those of the others' mean, by turning signs person by person.

    For models that are too costly to be trained anew for each order of the labels: predictions stay as they are.

    Examples
    --------
    >>> target = np.arange(12.0)
    >>> paired_p(target, target, draws=999), paired_p(target, others_mean(target), draws=999)
    (0.001, 1.0)
    """
    gained = (target - others_mean(target)) ** 2 - (target - predicted) ** 2
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(draws, len(target)))
    return p_value(float(gained.sum()), signs @ gained)


def verdict(found: float, low_95: float, p: float, n: int) -> Verdict:
    """Better than the mean only if the p is below 0.05 and the interval lies above 0; else not, and why.

    Parameters
    ----------
    found : skill over the mean.
    low_95 : lower end of its interval over people.
    p : by permuting the people's labels, or :func:`paired_p`.
    n : people.

    Examples
    --------
    >>> verdict(-0.2, -0.5, 0.71, 27).text
    'not better than the mean, p = 0.710 (skill -0.20, 27 people)'
    >>> verdict(0.4, 0.1, 0.002, 27).text
    'better than the mean, p = 0.002 (skill 0.40, 27 people)'
    >>> verdict(0.1, -0.1, 0.03, 27).text
    'not shown better than the mean: p = 0.030, but the interval starts at -0.10 (skill 0.10, 27 people)'
    """
    of = f"(skill {found:.2f}, {n} people)"
    chance = f"p = {p:.3f}" if p >= 0.0005 else "p < 0.001"
    if found <= 0 or p >= LEVEL:
        return Verdict(False, f"not better than the mean, {chance} {of}")
    if low_95 <= 0:
        return Verdict(False, f"not shown better than the mean: {chance}, but the interval starts at {low_95:.2f} {of}")
    return Verdict(True, f"better than the mean, {chance} {of}")
