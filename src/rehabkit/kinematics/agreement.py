"""How well two instruments agree, when each person is measured many times.

Repetitions of one person resemble each other, so the person is the unit: limits of agreement add the variance
between persons to that within (Bland & Altman 2007, J Biopharm Stat 17:571-582), and intervals come from a
bootstrap that draws persons, not repetitions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rehabkit.errors import InputError

Array = NDArray[np.float64]
N_BOOTSTRAP = 2000


@dataclass(frozen=True)
class Agreement:
    """Agreement of an instrument with a reference, in the unit of the values.

    Parameters
    ----------
    n, n_subjects : pairs and persons.
    bias, bias_95 : mean of instrument minus reference, and its interval.
    sd_between, sd_within : standard deviation of the differences between persons and within one.
    limits_of_agreement : bias ± 1.96 of both together.
    half_width_95 : 1.96 times the root mean square difference, bias included: within ± this much of the
        reference lie about 95 of 100 values of a new person.
    sem, mdc95 : standard error of measurement, here the standard deviation of the differences, and
        1.96·√2 of it: the least change between two sessions that isn't the instrument.
    icc, icc_95 : ICC(2,1), absolute agreement of single values, and its interval.
    """

    n: int
    n_subjects: int
    bias: float
    bias_95: tuple[float, float]
    sd_between: float
    sd_within: float
    limits_of_agreement: tuple[float, float]
    half_width_95: float
    sem: float
    mdc95: float
    icc: float
    icc_95: tuple[float, float]


def agreement(reference: ArrayLike, measured: ArrayLike, subject: ArrayLike, seed: int = 0) -> Agreement:
    """Agreement of ``measured`` with ``reference``.

    Parameters
    ----------
    reference, measured : (n,) paired values.
    subject : (n,) who each pair comes from; at least two persons.

    Raises
    ------
    InputError
        If the lengths differ, a value isn't finite, or there are fewer than two persons or three pairs.
    """
    ref, mea, who = np.asarray(reference, float), np.asarray(measured, float), np.asarray(subject)
    _check(ref, mea, who)
    difference = mea - ref
    bias = float(np.mean(difference))
    between, within = _components(difference, who)
    spread = float(np.hypot(between, within))
    pairs = np.stack([ref, mea], axis=1)  # (n, 2)
    return Agreement(
        n=len(ref),
        n_subjects=len(np.unique(who)),
        bias=bias,
        bias_95=_interval(lambda rows: float(np.mean(difference[rows])), who, seed),
        sd_between=between,
        sd_within=within,
        limits_of_agreement=(bias - 1.96 * spread, bias + 1.96 * spread),
        half_width_95=1.96 * float(np.hypot(bias, spread)),
        sem=spread,
        mdc95=1.96 * np.sqrt(2) * spread,
        icc=icc_2_1(pairs),
        icc_95=_interval(lambda rows: icc_2_1(pairs[rows]), who, seed),
    )


def icc_2_1(ratings: ArrayLike) -> float:
    """ICC(2,1): two-way random effects, absolute agreement, one rating each.

    Shrout & Fleiss 1979, Psychol Bull 86:420-428, case 2.

    Parameters
    ----------
    ratings : (n_targets, n_raters), at least two of each.

    Returns
    -------
    float
        1 is perfect agreement; NaN where nothing varies.
    """
    x = np.asarray(ratings, float)
    n, k = x.shape
    rows, columns = x.mean(axis=1), x.mean(axis=0)
    ms_rows = k * np.sum((rows - x.mean()) ** 2) / (n - 1)
    ms_columns = n * np.sum((columns - x.mean()) ** 2) / (k - 1)
    residual = x - rows[:, None] - columns[None, :] + x.mean()
    ms_error = np.sum(residual**2) / ((n - 1) * (k - 1))
    total = ms_rows + (k - 1) * ms_error + k * (ms_columns - ms_error) / n
    return float((ms_rows - ms_error) / total) if total > 0 else float("nan")


def _components(difference: Array, subject: NDArray[np.generic]) -> tuple[float, float]:
    """Standard deviations between and within persons, one-way analysis of variance, unequal counts
    allowed."""
    _, group, count = np.unique(subject, return_inverse=True, return_counts=True)
    mean = np.bincount(group, difference) / count
    n, g = len(difference), len(count)
    ms_between = np.sum(count * (mean - difference.mean()) ** 2) / (g - 1)
    ms_within = np.sum((difference - mean[group]) ** 2) / (n - g) if n > g else 0.0
    typical = (n - np.sum(count**2) / n) / (g - 1)
    return float(np.sqrt(max(0.0, (ms_between - ms_within) / typical))), float(np.sqrt(ms_within))


def _interval(
    statistic: Callable[[NDArray[np.intp]], float], subject: NDArray[np.generic], seed: int
) -> tuple[float, float]:
    """95 % interval of a statistic of row numbers, by drawing persons with replacement."""
    rng = np.random.default_rng(seed)
    rows = [np.flatnonzero(subject == who) for who in np.unique(subject)]
    draws = rng.integers(len(rows), size=(N_BOOTSTRAP, len(rows)))
    values = [statistic(np.concatenate([rows[i] for i in draw])) for draw in draws]
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)


def _check(reference: Array, measured: Array, subject: NDArray[np.generic]) -> None:
    problems = []
    if not reference.shape == measured.shape == subject.shape or reference.ndim != 1:
        problems.append("reference, measured and subject must be three lists of one length")
    elif len(reference) < 3 or len(np.unique(subject)) < 2:
        problems.append(f"there must be at least 3 pairs of 2 persons, got {len(reference)} pairs")
    if not (np.all(np.isfinite(reference)) and np.all(np.isfinite(measured))):
        problems.append("every value must be finite; leave out the pairs that weren't measured")
    if problems:
        raise InputError("agreement: " + "; ".join(problems))
