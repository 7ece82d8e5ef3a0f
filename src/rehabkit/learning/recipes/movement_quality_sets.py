"""Repetitions of one person and exercise judged together: where people's levels lie, and when to abstain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.learning.examples import Examples
from rehabkit.runtime.calibrate import Levels, judged_together, log_odds

Array = NDArray[Any]

KINECT, VICON = "kinect", "vicon"
"""Covariate ``sensor``."""
RIGHT_WHEN_SURE = 0.97
"""Share of the judged repetitions that shall be right; the rest is abstained from."""


def levels_of(examples: Examples, probability: Array) -> Levels:
    """How people's repetitions lie, from probabilities by networks that had not seen the person.

    Parameters
    ----------
    probability : (n_rows,) of correct.
    """
    evidence, group = log_odds(probability), groups(examples)
    means, within = [], []
    for one in np.unique(group):
        parts = [evidence[(group == one) & (examples.target == label)] for label in (0, 1)]
        if min(map(len, parts)) > 1:
            means.append([part.mean() for part in parts])
            within.append([part.var(ddof=1) for part in parts])
    low, high = np.mean(means, axis=0)
    spread = np.sqrt(np.mean(within, axis=0))
    between = np.cov(np.asarray(means).T) if len(means) > 1 else np.eye(2)
    return Levels(float(low), float(high), float(spread[0]), float(spread[1]), between.tolist())


def judged(
    examples: Examples,
    probability: Array,
    known: tuple[Examples, Array] | None = None,
    approved: Sequence[int] | Array = (),
    *,
    one_by_one: bool = False,
) -> Array:
    """(n_rows,) probabilities of correct, each set of a person judged with the levels of the other people.

    Parameters
    ----------
    probability : (n_rows,) of correct, by networks that had not seen the person.
    known : rows and probabilities from which levels are taken; these by default.
    approved : rows known to be correct.
    one_by_one : each beside the approved ones alone, as if no other had been recorded.
    """
    whole, of_whole = known or (examples, probability)
    group, out = groups(examples), np.array(probability, dtype=np.float64)
    for person in examples.subjects:
        others = whole.subject != person
        levels = levels_of(whole.at(others), of_whole[others])
        for one in np.unique(group[examples.subject == person]):
            own = np.flatnonzero(group == one)
            given = own[np.isin(own, approved)]
            for row in np.setdiff1d(own, given) if one_by_one else [None]:
                rows = own if row is None else np.append(given, row)
                out[rows] = judged_together(probability[rows], levels, np.flatnonzero(np.isin(rows, given)).tolist())
    return out


def least_sure(target: Array, probability: Array) -> float:
    """The lowest probability from which the share of right ones is as wanted; 1 where none is.

    Examples
    --------
    >>> least_sure(np.array([1, 1, 0]), np.array([[0.1, 0.9], [0.3, 0.7], [0.4, 0.6]]))
    0.7
    """
    sure = probability.max(axis=1)
    order = np.argsort(-sure)
    right = (probability.argmax(axis=1) == target)[order]
    share = np.cumsum(right) / np.arange(1, len(right) + 1)
    reached = np.flatnonzero(share >= RIGHT_WHEN_SURE)
    return float(sure[order][reached[-1]]) if len(reached) else 1.0


def two(correct: Array) -> Array:
    """(n_rows,) → (n_rows, 2): incorrect, correct."""
    return np.stack([1 - correct, correct], axis=1)


def groups(examples: Examples) -> NDArray[np.str_]:
    """(n_rows,) person and exercise: what makes a set."""
    movement = examples.inputs["movement"].argmax(axis=1)
    return np.array([f"{person} {one}" for person, one in zip(examples.subject, movement, strict=True)])
