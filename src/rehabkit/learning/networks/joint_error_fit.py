"""The numbers of :class:`~rehabkit.learning.networks.joint_error.JointError`, from repetitions of known people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rehabkit.kinematics.canonical import CANONICAL_JOINTS, mirror_image
from rehabkit.kinematics.injection import INJECTED_JOINTS, TURNS, growth, inject
from rehabkit.learning.networks.joint_error import (
    N_ERRORS,
    N_FRAMES,
    N_SHAPE,
    N_SPREAD,
    OWN,
    RIDGE,
    SIGNS,
    UNIT_DEG,
    WINDOWS,
    Filter,
    JointError,
    cosines,
    features,
    shape_of,
)

Array = NDArray[np.float64]

START, END = 0.25, 0.75
"""The stretch for which the filter is made."""
N_APPROVED = 3
CLEAN_ALARMED = 0.05
INCORRECT_WEIGHT = 0.2
"""Incorrect repetitions widen the covariance by so much: they show what else people do."""
OWN_MOVEMENT = 0.97
"""Share of a movement's own covariance; the rest is that of all movements."""
CHUNK = 256


@dataclass(frozen=True)
class Repetitions:
    """What the filter is made of.

    Parameters
    ----------
    positions : (n, time, joint, 3) canonical; movement : (n,) number; subject : (n,) text; correct : (n,) bool.
    two_sided : movements in which both sides do the same, so that their mirror images are repetitions too.
    """

    positions: NDArray[np.float32]
    movement: NDArray[np.int64]
    subject: NDArray[np.str_]
    correct: NDArray[np.bool_]
    two_sided: tuple[int, ...] = ()

    def of(self, rows: NDArray[np.bool_]) -> Repetitions:
        """These rows."""
        kept = (self.positions[rows], self.movement[rows], self.subject[rows], self.correct[rows])
        return Repetitions(*kept, self.two_sided)


@dataclass(frozen=True)
class _Shapes:
    """Shapes (n, N_SHAPE) of one movement: correct, mirrored and incorrect repetitions, and how far correct and
    incorrect ones are from the mean of others of the same person and kind."""

    correct: Array
    mirrored: Array
    incorrect: Array
    from_approved: Array
    from_own_incorrect: Array


@dataclass(frozen=True)
class _Changes:
    """What errors change: ``shape`` (movement, N_ERRORS, N_SHAPE); ``own`` (movement, turn, time, own bones)."""

    shape: Array
    own: Tensor


def fit(module: JointError, repetitions: Repetitions, seed: int) -> None:
    """Set every buffer; thresholds on people that the filter had not seen, each left out in turn."""
    n_movements = len(module.get_buffer("mean"))
    changes = _Changes(_shape_changes(repetitions, n_movements), _own_changes(repetitions, n_movements))
    shapes = _shapes_by_person(repetitions, n_movements, seed)
    people = sorted(shapes)
    clean: dict[str, list[Array]] = {"unaided": [], "aided": []}
    for left_out in people if len(people) > 2 else []:
        _set(module, [shapes[one] for one in people if one != left_out], changes)
        for name, values in _evidence(module, shapes[left_out]).items():
            clean[name].append(values)
    _set(module, [shapes[one] for one in people], changes)
    for name, parts in clean.items():
        if parts:
            limit = float(np.quantile(np.concatenate(parts), 1 - CLEAN_ALARMED))
            module.get_submodule(name).get_buffer("threshold").fill_(limit)


def _set(module: JointError, people: list[list[_Shapes]], changes: _Changes) -> None:
    """Means, covariances and filters from these people, thresholds at zero."""
    pooled = [_pooled([person[m] for person in people]) for m in range(len(changes.shape))]
    means = [np.concatenate([one.correct, one.mirrored]).mean(axis=0) for one in pooled]
    between = np.array([_covariance(one, mean) for one, mean in zip(pooled, means, strict=True)])
    module.get_buffer("mean").copy_(torch.as_tensor(np.array(means)))
    _set_filter(module.unaided, between, changes.shape)
    _set_filter(module.aided, np.array([_within(one) for one in pooled]), changes.shape)
    _set_own(module, _shrunk(between), changes.own)


def _set_filter(module: Filter, covariances: Array, changes: Array) -> None:
    for m, covariance in enumerate(_shrunk(covariances)):
        weights = np.linalg.solve(covariance, changes[m].T)  # (N_SHAPE, N_ERRORS)
        step = np.abs(weights).max(axis=0) / 127
        module.get_buffer("weights")[m] = torch.as_tensor(np.round(weights / step).astype(np.int8))
        module.get_buffer("step")[m] = torch.as_tensor(step)
        module.get_buffer("energy")[m] = torch.as_tensor(np.sum(changes[m].T * weights, axis=0))
    scale, directions = _usual(covariances.mean(axis=0))
    module.get_buffer("scale").copy_(torch.as_tensor(scale))
    module.get_buffer("directions").copy_(torch.as_tensor(directions))
    module.get_buffer("threshold").zero_()


def _usual(covariance: Array) -> tuple[Array, Array]:
    """(N_SHAPE,) scale and (N_SHAPE, N_SPREAD) directions: the inverse of correlation + RIDGE by Woodbury's identity.

    1 / (value + RIDGE) = 1 / RIDGE - value / (RIDGE (value + RIDGE)) for each eigenvalue; small ones are left out.
    """
    scale = 1 / np.sqrt(np.diag(covariance) + 1e-7)
    values, vectors = np.linalg.eigh(covariance * np.outer(scale, scale))
    values, vectors = values[-N_SPREAD:], vectors[:, -N_SPREAD:]
    return scale, np.asarray(vectors * np.sqrt(values / (RIDGE * (values + RIDGE))))


def _set_own(module: JointError, covariances: Array, changes: Tensor) -> None:
    """Each joint's own bone alone, for every stretch: filters of unit size, and the energy of each."""
    grown = torch.as_tensor(np.array([growth(N_FRAMES, *window) for window in WINDOWS])).float()  # (window, time)
    waves = torch.einsum("kt,wt,metf->mewkf", cosines(), grown, changes).numpy().astype(np.float64)
    places = np.arange(N_SHAPE).reshape(cosines().shape[0], -1)[:, OWN]  # (wave, own)
    for m, covariance in enumerate(covariances):
        for turn in range(waves.shape[1]):
            joint = turn // len(TURNS)
            at = places[:, 3 * joint : 3 * joint + 3].ravel()
            change = waves[m, turn, :, :, 3 * joint : 3 * joint + 3].reshape(len(WINDOWS), -1).T  # (own, window)
            weights = np.linalg.solve(covariance[np.ix_(at, at)], change)
            module.get_buffer("own")[m, turn] = torch.as_tensor(weights)
            module.get_buffer("own_energy")[m, turn] = torch.as_tensor(np.sum(change * weights, axis=0))


def _shape_changes(repetitions: Repetitions, n_movements: int) -> Array:
    """(movement, error, N_SHAPE): what each error changes on average, in one repetition of each person."""
    errors = [(joint, turn, sign * UNIT_DEG) for joint in INJECTED_JOINTS for turn in TURNS for sign in SIGNS]
    out = np.zeros((n_movements, N_ERRORS, N_SHAPE))
    for m in range(n_movements):
        rows = np.flatnonzero(repetitions.correct & (repetitions.movement == m))
        rows = rows[np.unique(repetitions.subject[rows], return_index=True)[1]]
        for row in rows:
            clean = repetitions.positions[row].astype(np.float64)
            turned = [clean] + [inject(clean, CANONICAL_JOINTS, *error, START, END) for error in errors]
            shapes = shapes_of(np.array(turned, dtype=np.float32))
            out[m] += (shapes[1:] - shapes[0]) / len(rows)
    return out


def _own_changes(repetitions: Repetitions, n_movements: int) -> Tensor:
    """(movement, turn, time, own bones): the full angle's change at every moment of a mean repetition."""
    grown = growth(N_FRAMES, 0.0, 1.0)
    inside = grown > 0.02  # at its ends a stretch over the whole repetition tells nothing
    share = torch.as_tensor(np.where(inside, grown, np.inf)).float()[:, None]
    turns = [(joint, turn) for joint in INJECTED_JOINTS for turn in TURNS]
    out = []
    for m in range(n_movements):
        mean = repetitions.positions[repetitions.correct & (repetitions.movement == m)].mean(axis=0, dtype=np.float64)
        plus, minus = (
            features(torch.as_tensor(np.array(part)).float())[..., OWN]
            for part in (
                [inject(mean, CANONICAL_JOINTS, *turn, sign * UNIT_DEG, 0.0, 1.0) for turn in turns] for sign in SIGNS
            )
        )
        out.append((plus - minus) / 2 / share)
    return torch.stack(out)


def _shapes_by_person(repetitions: Repetitions, n_movements: int, seed: int) -> dict[str, list[_Shapes]]:
    """Subject → their shapes, one entry a movement."""
    shapes = shapes_of(repetitions.positions)
    mirrored = shapes_of(np.asarray(mirror_image(repetitions.positions.astype(np.float64)), dtype=np.float32))
    approved = shapes_of(approved_means(repetitions, seed))
    people = {}
    for subject in np.unique(repetitions.subject):
        own = [(repetitions.subject == subject) & (repetitions.movement == m) for m in range(n_movements)]
        correct, incorrect = ([rows & kept for rows in own] for kept in (repetitions.correct, ~repetitions.correct))
        people[str(subject)] = [
            _Shapes(
                shapes[correct[m]],
                mirrored[correct[m]] if m in repetitions.two_sided else shapes[:0],
                shapes[incorrect[m]],
                (shapes - approved)[correct[m]],
                (shapes - approved)[incorrect[m]],
            )
            for m in range(n_movements)
        ]
    return people


def approved_means(repetitions: Repetitions, seed: int) -> NDArray[np.float32]:
    """(n, time, joint, 3) for each repetition the mean of others, of the same person, movement and kind; 0 if none."""
    generator = np.random.default_rng(seed)
    out = np.zeros_like(repetitions.positions)
    for i in range(len(out)):
        same = (repetitions.subject == repetitions.subject[i]) & (repetitions.movement == repetitions.movement[i])
        same[i] = False
        others = np.flatnonzero(same & (repetitions.correct == repetitions.correct[i]))
        if len(others):
            out[i] = repetitions.positions[generator.permutation(others)[:N_APPROVED]].mean(axis=0)
    return out


def shapes_of(positions: NDArray[np.float32]) -> Array:
    """(n, N_SHAPE) shapes of canonical positions."""
    parts = [torch.as_tensor(positions[i : i + CHUNK]) for i in range(0, len(positions), CHUNK)]
    with torch.no_grad():
        return np.concatenate([shape_of(features(part)).numpy().astype(np.float64) for part in parts])


def _evidence(module: JointError, person: list[_Shapes]) -> dict[str, Array]:
    """Evidence for any error in a person's correct repetitions, without and with approved ones."""
    out: dict[str, list[Array]] = {"unaided": [], "aided": []}
    for m, one in enumerate(person):
        movement = torch.full((len(one.correct),), m)
        departures = {"unaided": one.correct - module.get_buffer("mean")[m].numpy(), "aided": one.from_approved}
        for name, departure in departures.items():
            evidence, _ = module.get_submodule(name)(torch.as_tensor(departure).float(), movement)
            out[name].append(torch.logsumexp(evidence, dim=1).numpy())
    return {name: np.concatenate(parts) for name, parts in out.items()}


def _pooled(parts: list[_Shapes]) -> _Shapes:
    names = ("correct", "mirrored", "incorrect", "from_approved", "from_own_incorrect")
    return _Shapes(*(np.concatenate([getattr(one, name) for one in parts]) for name in names))


def _covariance(one: _Shapes, mean: Array) -> Array:
    correct = _second_moment(np.concatenate([one.correct, one.mirrored]) - mean)
    return correct + INCORRECT_WEIGHT * _second_moment(one.incorrect - mean)


def _within(one: _Shapes) -> Array:
    incorrect = _second_moment(one.from_own_incorrect)
    return _second_moment(one.from_approved) + INCORRECT_WEIGHT * incorrect


def _second_moment(rows: Array) -> Array:
    return np.asarray(rows.T @ rows / max(len(rows), 1))


def _shrunk(covariances: Array) -> Array:
    """(movement, N_SHAPE, N_SHAPE) that can be inverted: each drawn towards their mean, variances raised."""
    mean = covariances.mean(axis=0)
    return np.asarray(OWN_MOVEMENT * covariances + (1 - OWN_MOVEMENT) * mean + np.diag(RIDGE * np.diag(mean) + 1e-7))
