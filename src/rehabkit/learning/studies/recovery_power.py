"""Is a known effect in SIMULATED patients found as often as it must be, and none where there is none?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from rehabkit.learning.examples import Examples
from rehabkit.learning.permutation import orders, permutation_p
from rehabkit.learning.recipe import Recipe, Table
from rehabkit.learning.recipes.recovery_simulated import recovered
from rehabkit.learning.recipes.stroke_models import left_out_by_ridge
from rehabkit.learning.verdict import skill
from rehabkit.signals.permutation import p_value
from rehabkit.signals.spectrum import BANDS
from rehabkit.systems.recovery_prognosis.analysis import SITES

Array = NDArray[np.float64]
SHARES, SIZES = (0.0, 0.25, 0.6), (11, 27, 60)
N_COHORTS, N_QUICK, DRAWS = 1000, 60, 999
RIDGE_COHORTS, RIDGE_DRAWS, RIDGE_MOST = 30, 99, 27
LEVEL = 0.05


def power(recipe: Recipe, quick: bool) -> Table:
    """Share of cohorts with p of at most 0.05, beside what a test of a correlation must give."""
    pool = recipe.examples(None, quick=quick)
    asymmetry, state = hand_asymmetry(pool), np.asarray(pool.covariates["state"], dtype=np.float64)
    shown = float(np.corrcoef(asymmetry, state)[0, 1])
    rows = [_row(pool, asymmetry, state, shown, share, n, quick) for share in SHARES for n in SIZES]
    note = (
        f"SIMULATED. {len(pool)} computed recordings; ln(C3 / C4) of their mu power shows the hidden state with a "
        f"correlation of {shown:.2f}. Each cohort draws patients from them with replacement and makes their recovery "
        f"anew. p of the correlation, two-sided, {DRAWS} orders of the labels; the interval is binomial (95 %). "
        "Expected: the test of a correlation in a bivariate normal, averaged over cohorts' spreads. Ridge over all "
        f"{pool.flat().shape[1]} numbers, each patient left out, penalty chosen inside, one-sided: "
        f"{_n_ridge(quick)} cohorts, {RIDGE_DRAWS} orders."
    )
    columns = ["recovery in the EEG, share", "patients", "p ≤ 0.05", "expected", "with ridge over everything"]
    return Table("recovery_prognosis: power, SIMULATED patients", columns, rows, note)


def _row(pool: Examples, x: Array, state: Array, shown: float, share: float, n: int, quick: bool) -> list[object]:
    rng = np.random.default_rng([round(100 * share), n])
    n_cohorts = N_QUICK if quick else N_COHORTS
    found = sum(_correlated(*_cohort(x, state, share, n, rng)[1:], rng) <= LEVEL for _ in range(n_cohorts))
    interval = stats.binomtest(found, n_cohorts).proportion_ci()
    expected = expected_power(shown * np.sqrt(share), n)
    said = f"{found / n_cohorts:.3f} ({interval.low:.3f} to {interval.high:.3f})"
    ridge = None if n > RIDGE_MOST else _by_ridge(pool, state, share, n, rng, _n_ridge(quick))
    return [share, n, said, round(expected, 3), ridge]


def _n_ridge(quick: bool) -> int:
    return 3 if quick else RIDGE_COHORTS


def _cohort(
    x: Array, state: Array, share: float, n: int, rng: np.random.Generator
) -> tuple[NDArray[np.intp], Array, Array]:
    """Rows drawn with replacement, what their EEG shows, and a recovery made anew."""
    rows = rng.integers(len(x), size=n)
    z = (state[rows] - state.mean()) / state.std()
    return rows, x[rows], recovered(z, np.zeros(n), rng.normal(size=n), share)


def _correlated(x: Array, y: Array, rng: np.random.Generator) -> float:
    """Two-sided permutation p of a correlation."""
    along = (x - x.mean()) / x.std()
    apart = (y - y.mean()) / y.std()
    seed = int(rng.integers(2**31))
    return permutation_p(lambda order: np.abs(along[order] @ apart), len(x), draws=DRAWS, seed=seed).p


def _by_ridge(pool: Examples, state: Array, share: float, n: int, rng: np.random.Generator, n_cohorts: int) -> float:
    everything = pool.flat().astype(np.float64)
    found = 0
    for _ in range(n_cohorts):
        rows, _, y = _cohort(state, state, share, n, rng)
        labels = y[np.concatenate([np.arange(n)[None], orders(n, RIDGE_DRAWS, int(rng.integers(2**31)))]).T]
        skills = skill(labels, left_out_by_ridge(everything[rows], labels))
        found += p_value(float(skills[0]), skills[1:]) <= LEVEL
    return found / n_cohorts


def hand_asymmetry(examples: Examples) -> Array:
    """(n,) ln of mu power at C3 over that at C4."""
    low, high = BANDS["alpha"]
    mu = examples.inputs["spectrum"][:, :, round(low) - 1 : round(high) - 1].sum(axis=2).astype(np.float64)
    return np.asarray(np.log(mu[:, SITES.index("C3")] / mu[:, SITES.index("C4")]))


def expected_power(correlation: float, n: int, level: float = LEVEL) -> float:
    """Power of the two-sided t-test of a correlation in ``n`` draws of a bivariate normal.

    Given the spread of x the statistic is noncentral t; the spread is chi-squared, over whose quantiles this averages
    (Sampson 1974, J. Am. Stat. Assoc. 69:682-689).

    Examples
    --------
    >>> round(expected_power(0.0, 20), 3), expected_power(0.5, 60) > 0.97
    (0.05, True)
    """
    quantiles = (np.arange(60) + 0.5) / 60
    spread = np.sqrt(stats.chi2.ppf(quantiles, n - 1))
    shift = correlation / np.sqrt(1 - correlation**2) * spread
    limit = stats.t.ppf(1 - level / 2, n - 2)
    upper, lower = stats.nct.cdf([[limit], [-limit]], n - 2, shift)  # NaN, far from the limit, is 0
    return float(np.mean(1 - np.nan_to_num(upper) + np.nan_to_num(lower)))
