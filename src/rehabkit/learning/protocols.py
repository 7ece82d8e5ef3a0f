"""How examples are split, and the guards that stop a run whose figure would be worthless.

The subject is the only unit of splitting. A split that is not by subject exists for one purpose: to show, labelled,
what a leak is worth (:func:`random_split`); it passes the guards only when a leak demonstration was asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from rehabkit.errors import InputError, LeakError
from rehabkit.learning.examples import Examples, Rows


@dataclass(frozen=True)
class Fold:
    """Row numbers of one split."""

    name: str
    train: Rows
    test: Rows


@dataclass(frozen=True)
class Protocol:
    """A way of splitting.

    Parameters
    ----------
    name, title : for the command line, for people.
    split : examples → folds.
    leaks : a demonstration of what a leak is worth, never a result.
    """

    name: str
    title: str
    split: Callable[[Examples], list[Fold]]
    leaks: bool = False


def leave_one_subject_out(examples: Examples) -> list[Fold]:
    """One fold a subject: trained on all others, tested on that one."""
    return [_without(examples, subject, [subject]) for subject in _enough(examples, 2)]


def grouped(n_folds: int) -> Callable[[Examples], list[Fold]]:
    """Whole subjects dealt into ``n_folds`` groups of like size (by number of rows)."""

    def split(examples: Examples) -> list[Fold]:
        subjects = _enough(examples, n_folds)
        size = {subject: int((examples.subject == subject).sum()) for subject in subjects}
        groups: list[list[str]] = [[] for _ in range(n_folds)]
        for subject in sorted(subjects, key=lambda s: -size[s]):
            min(groups, key=lambda group: sum(size[s] for s in group)).append(subject)
        return [_without(examples, f"group {i + 1}", group) for i, group in enumerate(groups)]

    return split


def by_column(column: str) -> Callable[[Examples], list[Fold]]:
    """Folds that a covariate names, e.g. published ones; negative numbers belong to no fold."""

    def split(examples: Examples) -> list[Fold]:
        values = examples.covariates[column]
        used = values >= 0
        return [
            Fold(f"{column} {value}", np.flatnonzero(used & (values != value)), np.flatnonzero(values == value))
            for value in np.unique(values[used])
        ]

    return split


def random_split(n_folds: int = 5, seed: int = 0) -> Callable[[Examples], list[Fold]]:
    """Recordings dealt at random, subjects on both sides: the leak that many published figures have."""

    def split(examples: Examples) -> list[Fold]:
        n_recordings = int(examples.recording.max()) + 1
        of_recording = np.random.default_rng(seed).permutation(n_recordings) % n_folds
        fold = of_recording[examples.recording]
        return [Fold(f"random {i + 1}", np.flatnonzero(fold != i), np.flatnonzero(fold == i)) for i in range(n_folds)]

    return split


LOSO = Protocol("loso", "leave one subject out", leave_one_subject_out)
RANDOM = Protocol("random", "random split, subjects on both sides (a leak, shown on purpose)", random_split(), True)


def check_split(examples: Examples, fold: Fold, digests: np.ndarray[Any, Any] | None = None) -> None:
    """Stop a fold in which training and test part share a subject or a recording.

    Parameters
    ----------
    digests : ``examples.digests()``, where they are at hand.

    Raises
    ------
    LeakError
        Naming the subjects, or the row that is on both sides.
    """
    both = sorted(set(examples.subject[fold.train].tolist()) & set(examples.subject[fold.test].tolist()))
    if both:
        raise LeakError(
            f"subjects of fold {fold.name} must be on one side, got {', '.join(both[:5])} on both; "
            "split by subject (`--leak-demo` shows what the leak is worth)"
        )
    digests = examples.digests() if digests is None else digests
    twice = np.isin(digests[fold.test], digests[fold.train])
    if twice.any():
        row = int(fold.test[np.argmax(twice)])
        raise LeakError(
            f"recordings of fold {fold.name} must differ between training and test part, got recording "
            f"{int(examples.recording[row])} of subject {examples.subject[row]} on both sides "
            f"({int(twice.sum())} such rows); remove the duplicates"
        )


def check_unfitted(model: object, fold: Fold) -> None:
    """Stop a fold whose model has already seen data.

    Raises
    ------
    LeakError
        If an estimator in it is fitted.
    """
    for estimator in estimators_in(model):
        try:
            check_is_fitted(estimator)
        except (NotFittedError, TypeError):
            continue
        if any(name.endswith("_") and not name.startswith("_") for name in vars(estimator)):
            raise LeakError(
                f"{type(estimator).__name__} must be unfitted when fold {fold.name} starts, got a fitted one; "
                "make it anew inside the fold"
            )


def check_seen(model: object, fold: Fold) -> None:
    """Stop a fold whose scaler was fitted on more rows than the training part has.

    Raises
    ------
    LeakError
        Naming the estimator and both numbers.
    """
    for estimator in estimators_in(model):
        seen = int(np.max(getattr(estimator, "n_samples_seen_", 0)))
        if seen > len(fold.train):
            raise LeakError(
                f"{type(estimator).__name__} must be fitted on the {len(fold.train)} training rows of fold "
                f"{fold.name}, got one fitted on {seen}; fit it inside the fold"
            )


def estimators_in(thing: object, depth: int = 4) -> list[BaseEstimator]:
    """Every scikit-learn estimator inside a model, however it holds them."""
    if depth < 0 or isinstance(thing, str | bytes | np.ndarray):
        return []
    inner: list[object] = []
    if isinstance(thing, list | tuple | set):
        inner = list(thing)
    elif isinstance(thing, dict):
        inner = list(thing.values())
    elif hasattr(thing, "__dict__") and not isinstance(thing, type):
        inner = list(vars(thing).values())
    own = [thing] if isinstance(thing, BaseEstimator) else []
    return own + [found for part in inner for found in estimators_in(part, depth - 1)]


def inner_split(subject: np.ndarray[Any, Any], share: float, seed: int) -> tuple[Rows, Rows]:
    """Training rows parted again by subject: (fit on, choose on). Both hold at least one subject.

    Raises
    ------
    InputError
        If there are fewer than two subjects.
    """
    subjects = np.unique(subject)
    if len(subjects) < 2:
        raise InputError(f"subjects of a training part must be at least 2 to choose on, got {len(subjects)}; add some")
    n_chosen = min(max(1, round(share * len(subjects))), len(subjects) - 1)
    chosen = np.random.default_rng(seed).permutation(subjects)[:n_chosen]
    apart = np.isin(subject, chosen)
    return np.flatnonzero(~apart), np.flatnonzero(apart)


def _without(examples: Examples, name: str, subjects: list[str]) -> Fold:
    apart = np.isin(examples.subject, subjects)
    return Fold(name, np.flatnonzero(~apart), np.flatnonzero(apart))


def _enough(examples: Examples, n: int) -> list[str]:
    if len(examples.subjects) < n:
        raise InputError(f"subjects must be at least {n} for this protocol, got {len(examples.subjects)}; add data")
    return examples.subjects
