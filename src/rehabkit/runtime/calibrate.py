"""Repetitions judged as a set, some of them approved perhaps, in closed form and with numpy only.

A network that judges strangers can't know a person's own level: long arms, a stiff knee, a tilted camera shift the
evidence of all of a person's repetitions alike. Within one set they still fall into those done right and those done
wrong, and that shows where this person's levels lie, the more so where a clinician approved some of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import InputError

Array = NDArray[np.float64]

LEAST_APPROVED = 2
ROOM = 1e-6
N_LEVELS, REACH = 41, 3.0
"""Steps of each level, and how many standard deviations they reach."""
SHARES = np.linspace(0.01, 0.99, 21)
"""Shares of correct repetitions that a set may have; each is as likely beforehand."""


@dataclass(frozen=True)
class Levels:
    """How the log odds of people's repetitions are spread; from a card's settings.

    Parameters
    ----------
    incorrect, correct : mean over people of their own mean.
    within_incorrect, within_correct : standard deviation of a person's repetitions about the person's mean.
    between : ((variance, covariance), (covariance, variance)) of people's means, incorrect ones first.
    """

    incorrect: float
    correct: float
    within_incorrect: float
    within_correct: float
    between: Sequence[Sequence[float]]


def log_odds(probability: Array) -> Array:
    """(n,) natural log odds, finite.

    >>> log_odds(np.array([0.5])).tolist()
    [0.0]
    """
    p = np.clip(np.asarray(probability, dtype=np.float64), ROOM, 1 - ROOM)
    return np.asarray(np.log(p) - np.log1p(-p))


def judged_together(probability: Array, levels: Levels, approved: Sequence[int] = ()) -> Array:
    """Probabilities of a correct repetition, given all repetitions of the same person and exercise.

    A mixture of two normal distributions whose means differ from person to person (a normal prior) and whose share
    is not known (a uniform one); the posterior is summed over a grid of both means and the share. Nothing is
    assumed of how many were correct: all or none may be.

    Parameters
    ----------
    probability : (n,) the network's own, of correct, of repetitions that it judged one by one.
    levels : of the people that the network was tried on.
    approved : rows (from 0) known to be correct, 2 or more if any; they come back as 1.

    Raises
    ------
    InputError
        If there are too few approved repetitions, or one isn't there.

    Examples
    --------
    >>> levels = Levels(-2.0, 2.0, 0.7, 0.7, ((1.0, 0.5), (0.5, 1.0)))
    >>> alone = np.array([0.2, 0.25, 0.2, 0.01, 0.01, 0.005])  # a person whose repetitions all look wrong
    >>> judged_together(alone, levels, approved=[0, 1]).round(2).tolist()
    [1.0, 1.0, 1.0, 0.0, 0.0, 0.0]
    """
    chosen = sorted(set(approved))
    if chosen and not 0 <= chosen[0] <= chosen[-1] < len(probability):
        raise InputError(f"approved rows must lie from 0 to {len(probability) - 1}, got {chosen}; name others")
    if chosen and len(chosen) < LEAST_APPROVED:
        raise InputError(
            f"approved repetitions must be at least {LEAST_APPROVED}, got {len(chosen)}; approve another one"
        )
    evidence = log_odds(probability)
    known = np.isin(np.arange(len(evidence)), chosen)
    low, high, prior = _grid(levels)
    if_wrong = _normal(evidence[:, None, None], low, levels.within_incorrect)  # (n, levels, levels)
    if_right = _normal(evidence[:, None, None], high, levels.within_correct)
    prior = prior + if_right[known].sum(axis=0)
    if_wrong, if_right = if_wrong[~known], if_right[~known]
    either = [np.logaddexp(np.log1p(-share) + if_wrong, np.log(share) + if_right) for share in SHARES]
    weight = np.stack([one.sum(axis=0) + prior for one in either])
    weight = np.exp(weight - weight.max())
    right = [np.exp(np.log(share) + if_right - one) for share, one in zip(SHARES, either, strict=True)]
    found = sum((one * w).sum(axis=(1, 2)) for one, w in zip(right, weight, strict=True)) / weight.sum()
    out = np.ones(len(evidence))
    out[~known] = found
    return out


def _grid(levels: Levels) -> tuple[Array, Array, Array]:
    """Levels of incorrect and of correct ones, and the log of how likely each pair is beforehand (unnormalised)."""
    between = np.asarray(levels.between, dtype=np.float64)
    steps = np.linspace(-REACH, REACH, N_LEVELS)
    spread = np.sqrt(np.diag(between))
    away = np.stack(np.meshgrid(steps * spread[0], steps * spread[1], indexing="ij"), axis=-1)
    prior = -0.5 * np.einsum("ijk,kl,ijl->ij", away, np.linalg.pinv(between), away)
    return levels.incorrect + away[..., 0], levels.correct + away[..., 1], prior


def _normal(value: Array, mean: Array, deviation: float) -> Array:
    """Log density, up to a constant that all share."""
    return np.asarray(-0.5 * ((value - mean) / deviation) ** 2 - np.log(deviation))
