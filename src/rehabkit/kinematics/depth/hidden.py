"""Is a joint seen, or does something else lie before it? Marked from the picture, not invented.

A surface says nothing of a joint that another limb hides. Four things give it away: another limb runs through the
same place of the picture and lies nearer; bones that end at the joint, lifted from the surface, come out too short or
too long; the surface steps up or down between the bone's ends; and, of someone lying on the side, a shoulder or hip
that seems to be as high as its counterpart. A logistic regression a joint weighs them; it is fitted with each picture's
mirror image too, so that left and right are alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.kinematics.depth.lift import Offsets
from rehabkit.kinematics.depth.sight import Sight
from rehabkit.kinematics.depth.tree import BONES, WIDTHS, mirrored_joints, mirrored_pairs, numbered

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
N_LIMBS = 3
"""Other limbs that are looked at: those that run nearest in the picture."""
LIMB_M, NEAR_M = 0.06, 0.10
"""Half the thickness of a limb, and how near in space two limbs touch."""
STEEPEST_M = 0.4
"""Higher steps of the surface say no more than this one."""
SUREST = 0.99
"""No picture makes it surer than this that a joint is hidden, or seen."""
RIDGES = (3.0, 10.0, 30.0, 100.0)
"""Penalties that are chosen from, on people of the training part."""


@dataclass(frozen=True)
class Cues:
    """What gives hidden joints away in one picture.

    Parameters
    ----------
    length : (n_pairs,) metres between joints as if all were seen, bones and widths.
    height : (n_joints,) of the surface above the mattress, metres.
    limbs : (n_joints, 2 · N_LIMBS) nearness of the nearest other limbs in the picture, and by how much they lie before.
    relief : (n_pairs, 2) as a sight has it, 0 where it isn't known.
    """

    length: Array
    height: Array
    limbs: Array
    relief: Array

    def mirrored(self, joints: NDArray[np.int64]) -> Cues:
        """Those of the mirror image."""
        pairs = mirrored_pairs((*BONES, *WIDTHS))
        return Cues(self.length[pairs], self.height[joints], self.limbs[joints], self.relief[pairs])

    def of(self, joint: int, usual: Array) -> Array:
        """(n_cues,) those that one joint is judged by; 0 where something isn't known."""
        with np.errstate(divide="ignore"):
            strain = np.clip(np.log(self.length / usual), -1, 1)
        return np.asarray(
            np.nan_to_num(np.concatenate([strain, np.abs(strain), self.height, self.limbs[joint], self.relief.ravel()]))
        )


def cues_of(sight: Sight, offsets: Offsets) -> Cues:
    """Cues of one picture, from centres lifted as if each joint were seen."""
    centre = offsets.centres(sight.surface)
    first, second = np.array(numbered((*BONES, *WIDTHS), offsets.joint_names)).T
    length = np.linalg.norm(centre[first] - centre[second], axis=-1)
    bones = numbered(BONES, offsets.joint_names)
    relief = np.zeros((len(length), 2)) if sight.relief_m is None else sight.relief_m
    relief = np.clip(np.nan_to_num(relief), -STEEPEST_M, STEEPEST_M)
    return Cues(length, sight.plane.height(sight.surface), _limbs(sight, centre, bones), relief)


def _limbs(sight: Sight, centre: Array, bones: Sequence[tuple[int, int]]) -> Array:
    """(n_joints, 2 · N_LIMBS) nearness and precedence of the nearest bones that don't end at the joint."""
    flat = sight.rays[:, :2] * np.nanmean(sight.surface_m)  # (n_joints, 2) metres at the person's distance
    start, end = np.array(bones).T
    along = flat[end] - flat[start]
    to_joint = flat[:, None] - flat[start][None]  # (n_joints, n_bones, 2)
    share = np.clip((to_joint * along).sum(axis=-1) / np.maximum((along**2).sum(axis=-1), 1e-9), 0, 1)
    apart = np.linalg.norm(to_joint - share[..., None] * along, axis=-1)
    own = np.arange(len(flat))[:, None] == np.stack([start, end])[:, None]  # (2, n_joints, n_bones)
    apart[own.any(axis=0)] = np.inf
    z = centre[:, 2]
    before = z[:, None] - (z[start] * (1 - share) + z[end] * share)
    nearest = np.argsort(apart, axis=1)[:, :N_LIMBS]
    apart, before = (np.take_along_axis(values, nearest, axis=1) for values in (apart, before))
    return np.concatenate([np.exp(-apart / LIMB_M), np.tanh(before / NEAR_M) * np.exp(-apart / NEAR_M)], axis=1)


@dataclass(frozen=True)
class HiddenJudge:
    """Logistic regressions on :class:`Cues`, one a joint.

    Parameters
    ----------
    usual_m : (n_pairs,) metres, the median length of bones and widths as lifted.
    mean, scale : (n_joints, n_cues).
    weight : (n_joints, 1 + n_cues), the constant first.
    ridge : the penalty that was chosen.
    """

    usual_m: Array
    mean: Array
    scale: Array
    weight: Array
    ridge: float

    def share(self, cues: Cues) -> Array:
        """(n_joints,) probability that each joint is hidden."""
        x = np.stack([cues.of(joint, self.usual_m) for joint in range(len(self.weight))])
        logit = self.weight[:, 0] + (self.weight[:, 1:] * (x - self.mean) / self.scale).sum(axis=1)
        return np.clip(_sigmoid(logit), 1 - SUREST, SUREST)

    @classmethod
    def fitted(
        cls, joint_names: Sequence[str], cues: Sequence[Cues], hidden: Mask, subject: NDArray[Any]
    ) -> HiddenJudge:
        """Fit to training pictures; the penalty is the one that predicts people best that were left out.

        Parameters
        ----------
        hidden : (n_pictures, n_joints).
        subject : (n_pictures,) who it is; three groups of people are left out in turn.
        """
        people = np.unique(subject)
        apart = [np.isin(subject, people[first::3]) for first in range(min(3, len(people)))]
        loss = np.zeros(len(RIDGES))
        for left_out in apart if len(people) > 1 else []:
            inside = [c for c, out in zip(cues, left_out, strict=True) if not out]
            outside = [c for c, out in zip(cues, left_out, strict=True) if out]
            for number, ridge in enumerate(RIDGES):
                judge = cls._with(joint_names, inside, hidden[~left_out], ridge)
                share = np.stack([judge.share(c) for c in outside])
                loss[number] -= np.log(np.where(hidden[left_out], share, 1 - share)).sum()
        return cls._with(joint_names, cues, hidden, RIDGES[int(loss.argmin())])

    @classmethod
    def _with(cls, joint_names: Sequence[str], cues: Sequence[Cues], hidden: Mask, ridge: float) -> HiddenJudge:
        other = mirrored_joints(joint_names)
        usual = np.nanmedian([c.length for c in cues], axis=0)
        usual = (usual + usual[mirrored_pairs((*BONES, *WIDTHS))]) / 2
        both, labels = [*cues, *(c.mirrored(other) for c in cues)], np.concatenate([hidden, hidden[:, other]])
        means, scales, weights = [], [], []
        for joint in range(len(joint_names)):
            x = np.stack([c.of(joint, usual) for c in both])
            mean, scale = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-3)
            means.append(mean)
            scales.append(scale)
            weights.append(logistic((x - mean) / scale, labels[:, joint], ridge))
        return cls(usual, np.stack(means), np.stack(scales), np.stack(weights), ridge)


def _sigmoid(logit: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(logit, -30, 30))))


def logistic(x: Array, label: Mask, ridge: float, rounds: int = 25) -> Array:
    """(1 + n,) weights of a penalised logistic regression, the constant first and free, by Newton's steps.

    Parameters
    ----------
    x : (n_rows, n).
    label : (n_rows,).

    Examples
    --------
    >>> x = np.zeros((4, 1))  # says nothing: the constant is the logarithm of the odds, 3 to 1
    >>> logistic(x, np.array([True, True, True, False]), 1.0).round(6).tolist()
    [1.098611, 0.0]
    """
    x = np.concatenate([np.ones((len(x), 1)), x], axis=1)
    penalty = np.full(x.shape[1], ridge)
    penalty[0] = 1e-6  # keeps the constant finite where all rows are alike
    weight = np.zeros(x.shape[1])
    for _ in range(rounds):
        p = _sigmoid(x @ weight)
        slope = x.T @ (p - label) + penalty * weight
        step = np.linalg.solve((x * (p * (1 - p) + 1e-9)[:, None]).T @ x + np.diag(penalty), slope)
        weight = weight - step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-6:
            break
    return weight
