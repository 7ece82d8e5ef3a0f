"""A few repetitions that a clinician approved, and what they change: closed form, numpy only.

A network that judges strangers can't know a person's own level: long arms, a stiff knee, a tilted camera shift all
evidence by the same amount. The difference to approved repetitions of the same person is free of that shift.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import InputError

Array = NDArray[np.float64]

LEAST_APPROVED = 2
ROOM = 1e-6


@dataclass(frozen=True)
class ApprovedWeights:
    """How the two kinds of evidence add up once there are approved repetitions; from a card's settings.

    Parameters
    ----------
    relative : weight of the relative evidence less its mean over the approved repetitions.
    absolute : weight of the log odds that the network gives without them.
    bias : added.
    """

    relative: float
    absolute: float
    bias: float


def log_odds(probability: Array) -> Array:
    """(n,) natural log odds, finite.

    >>> log_odds(np.array([0.5])).tolist()
    [0.0]
    """
    p = np.clip(np.asarray(probability, dtype=np.float64), ROOM, 1 - ROOM)
    return np.asarray(np.log(p) - np.log1p(-p))


def calibrated(probability: Array, relative: Array, approved: Array, weights: ApprovedWeights) -> Array:
    """Probabilities of a correct repetition, given approved ones of the same person and exercise.

    Parameters
    ----------
    probability : (n,) the network's own, of correct.
    relative : (n,) its relative evidence.
    approved : (k,) the relative evidence of the approved repetitions; k at least 2.

    Raises
    ------
    InputError
        If there are too few approved repetitions.

    Examples
    --------
    >>> weights = ApprovedWeights(relative=1.0, absolute=0.0, bias=1.0)
    >>> calibrated(np.array([0.2, 0.9]), np.array([-1.0, 3.0]), np.array([-1.0, 1.0]), weights).round(3).tolist()
    [0.5, 0.982]
    """
    if len(approved) < LEAST_APPROVED:
        raise InputError(
            f"approved repetitions must be at least {LEAST_APPROVED}, got {len(approved)}; approve another one"
        )
    away = np.asarray(relative, dtype=np.float64) - float(np.mean(approved))
    total = weights.relative * away + weights.absolute * log_odds(probability) + weights.bias
    return np.asarray(1 / (1 + np.exp(-total)))
