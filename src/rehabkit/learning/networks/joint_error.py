"""Which joint errs: a matched filter over a repetition's shape, in closed form.

How people's correct repetitions differ is described by one covariance a movement; what an error at a joint would
change is known from geometry. The filter asks which joint's change best explains how a repetition departs from the
movement's mean, measured against that covariance (the likelihood ratio of Gaussian signal detection; Kay,
Fundamentals of Statistical Signal Processing II, 1998, section 4.4). Nothing is trained by gradient: see
:mod:`rehabkit.learning.networks.joint_error_fit`.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from rehabkit.kinematics.canonical import CANONICAL_JOINTS, CANONICAL_PARENTS
from rehabkit.kinematics.injection import INJECTED_JOINTS, TURNS

N_FRAMES, N_JOINTS = 64, len(CANONICAL_JOINTS)
N_WAVES = 8
"""Cosines that describe each feature's course over the repetition."""
N_FEATURES = 87
N_SHAPE = N_WAVES * N_FEATURES
N_SPREAD = 40
"""Directions in which repetitions differ most, out of all; the rest counts as if features were independent."""
RIDGE = 0.2
"""Added to each variance, as a share of its mean over movements."""
SIGNS = (1.0, -1.0)
N_ERRORS = len(INJECTED_JOINTS) * len(TURNS) * len(SIGNS)
"""Joint, axis and sign, the last one fastest."""
OWN = slice(42, 69)
"""Where among the features the nine joints' own bones stand, three numbers each, in INJECTED_JOINTS' order."""
UNIT_DEG = 15.0
"""The error that the filter looks for."""
WINDOWS = tuple((start / 20, end / 20) for start in (2, 5, 8) for end in (12, 15, 18))
"""Start and end of the stretches that are tried, shares of the repetition."""

_BONES = tuple(range(1, N_JOINTS))
_PARENTS = CANONICAL_PARENTS[1:]
_AT = {name: CANONICAL_JOINTS.index(name) for name in CANONICAL_JOINTS}


def features(positions: Tensor) -> Tensor:
    """Directions of bones and where hands and feet are, frame by frame.

    Parameters
    ----------
    positions : (batch, time, joint, 3) canonical.

    Returns
    -------
    (batch, time, N_FEATURES): 14 bones in the room; each joint's bone as its parent sees it (trunk, arms, legs);
    the hips seen by the trunk, the head, and feet and hands as difference and sum of left and right.
    """
    bones = _unit(positions[:, :, _BONES] - positions[:, :, _PARENTS])
    point = {name: positions[:, :, i] for name, i in _AT.items()}
    bone = {name: bones[:, :, i - 1] for name, i in _AT.items() if i}
    trunk = _frame(bone["neck"], point["left_shoulder"] - point["right_shoulder"])
    level = torch.tensor([0.0, 1.0, 0.0]).expand_as(bone["neck"])
    pelvis = _frame(level, point["left_hip"] - point["right_hip"])
    own = [_seen(pelvis, bone["neck"])]
    for frame, near, far in ((trunk, "elbow", "wrist"), (pelvis, "knee", "ankle")):
        first = [_seen(frame, bone[f"{side}_{near}"]) for side in ("left", "right")]
        second = [_seen(frame, bone[f"{side}_{far}"]) for side in ("left", "right")]
        own += [*first, *(_hanging(a, b) for a, b in zip(first, second, strict=True))]
    hips = torch.stack([(pelvis[0] * axis).sum(-1) for axis in trunk], dim=-1)
    ends = [point[f"left_{end}"] + sign * point[f"right_{end}"] for end in ("ankle", "wrist") for sign in (-1.0, 1.0)]
    return torch.cat([bones.flatten(2), *own, hips, bone["head"], *ends], dim=-1)


def cosines() -> Tensor:
    """(N_WAVES, N_FRAMES) the first waves of the orthonormal cosine transform (type II), an eighth as large."""
    wave, frame = torch.arange(N_WAVES)[:, None], torch.arange(N_FRAMES)[None]
    basis = torch.cos(math.pi * wave * (2 * frame + 1) / (2 * N_FRAMES)) * math.sqrt(2 / N_FRAMES) / 8
    basis[0] /= math.sqrt(2)
    return basis


def shape_of(frames: Tensor) -> Tensor:
    """(batch, N_SHAPE) the waves of (batch, time, N_FEATURES) features."""
    return torch.einsum("kt,btf->bkf", cosines(), frames).flatten(1)


class Filter(nn.Module):
    """Filters for a departure from a mean, one set a movement.

    Buffers
    -------
    weights, step : (movement, N_SHAPE, N_ERRORS) inverse covariance times what UNIT_DEG of an error change, in
        steps of (movement, N_ERRORS) so that one byte holds each.
    energy : (movement, N_ERRORS) squared size of that change, in the covariance's measure.
    scale, directions : (N_SHAPE,) and (N_SHAPE, N_SPREAD) of all movements together: what a usual departure is.
    threshold : the evidence above which there is an error.
    """

    def __init__(self, n_movements: int) -> None:
        super().__init__()
        self.register_buffer("weights", torch.zeros(n_movements, N_SHAPE, N_ERRORS, dtype=torch.int8))
        self.register_buffer("step", torch.ones(n_movements, N_ERRORS))
        self.register_buffer("energy", torch.ones(n_movements, N_ERRORS))
        self.register_buffer("scale", torch.ones(N_SHAPE))
        self.register_buffer("directions", torch.zeros(N_SHAPE, N_SPREAD))
        self.register_buffer("threshold", torch.zeros(()))

    def forward(self, departure: Tensor, movement: Tensor) -> tuple[Tensor, Tensor]:
        """Log evidence for each joint (batch, joint), less that for none; and degrees (batch, joint, axis).

        Parameters
        ----------
        departure : (batch, N_SHAPE); movement : (batch,) its number.
        """
        # picked before they become floats, so that the file keeps them as bytes
        weights = self.get_buffer("weights")[movement].float()
        match = (departure[:, None] @ weights)[:, 0] * self.get_buffer("step")[movement]
        energy = self.get_buffer("energy")[movement]
        gain = (match - 0.5 * energy) / self.size(departure)[:, None]
        evidence = torch.logsumexp(gain.reshape(-1, len(INJECTED_JOINTS), len(TURNS) * len(SIGNS)), dim=-1)
        size = (UNIT_DEG * match / energy).clamp_min(0.0).reshape(-1, len(INJECTED_JOINTS), len(TURNS), len(SIGNS))
        positive = gain.reshape(-1, len(INJECTED_JOINTS), len(TURNS), len(SIGNS)).argmax(dim=-1) == 0
        degrees = torch.where(positive, size[..., 0], -size[..., 1])
        return evidence - self.get_buffer("threshold"), degrees

    def size(self, departure: Tensor) -> Tensor:
        """(...,) squared size of (..., N_SHAPE) departures; about 1 for those that it was made of.

        Whoever moves unlike the others altogether departs in everything; evidence is counted in this measure.
        """
        scaled = departure * self.get_buffer("scale")
        explained = (scaled @ self.get_buffer("directions")).square().sum(dim=-1)
        return ((scaled.square().sum(dim=-1) / RIDGE - explained) / N_SHAPE).clamp_min(0.05)


class JointError(nn.Module):
    """A repetition, and if there are any the mean of the person's approved ones → which joint errs, how far, when.

    Outputs
    -------
    probability : (batch, 1 + joint) of no error, and of an error at each joint; above one half in all: an error.
    degrees : (batch, joint, axis) how far each joint would be off, flexion and abduction, signed.
    stretch : (batch, joint, 2) where each joint's own error would start and end, shares of the repetition.
    distance : (batch,) how far the repetition is from the movement; about 1 for one that was trained on.
    """

    def __init__(self, n_movements: int) -> None:
        super().__init__()
        n_windows, n_own = len(WINDOWS), N_WAVES * 3
        self.register_buffer("mean", torch.zeros(n_movements, N_SHAPE))
        self.unaided, self.aided = Filter(n_movements), Filter(n_movements)
        n_turns = len(INJECTED_JOINTS) * len(TURNS)
        self.register_buffer("own", torch.zeros(n_movements, n_turns, n_own, n_windows, dtype=torch.float16))
        self.register_buffer("own_energy", torch.ones(n_movements, n_turns, n_windows))
        self.register_buffer("windows", torch.tensor(WINDOWS))

    def forward(self, positions: Tensor, approved: Tensor, movement: Tensor) -> dict[str, Tensor]:
        """Judge each row.

        Parameters
        ----------
        positions : (batch, time, joint, 3) canonical.
        approved : the same of approved repetitions' mean; all zeros where there is none.
        movement : (batch, movement) one-hot; all zeros where it isn't known: then the nearest is taken.
        """
        shape, usual = shape_of(features(torch.cat([positions, approved]))).chunk(2)
        movement, distance = self.movement(shape, movement)
        helped = (approved.flatten(1).abs().amax(dim=1) > 0).to(shape.dtype)[:, None]
        departure = shape - helped * usual - (1 - helped) * self.get_buffer("mean")[movement]
        alone, aided = self.unaided(departure, movement), self.aided(departure, movement)
        evidence = helped * aided[0] + (1 - helped) * alone[0]
        degrees = helped[..., None] * aided[1] + (1 - helped[..., None]) * alone[1]
        probability = torch.softmax(torch.cat([torch.zeros_like(evidence[:, :1]), evidence], dim=1), dim=1)
        stretch = self.stretch(departure, degrees, movement)
        return {"probability": probability, "degrees": degrees, "stretch": stretch, "distance": distance}

    def movement(self, shape: Tensor, named: Tensor) -> tuple[Tensor, Tensor]:
        """(batch,) number of the named or nearest movement, and (batch,) how far it is."""
        far = self.unaided.size(shape[:, None] - self.get_buffer("mean"))  # (batch, movement)
        chosen = (named * (far.amax(dim=1, keepdim=True) + 1) - far).argmax(dim=1)  # a name outweighs any distance
        return chosen, torch.gather(far, 1, chosen[:, None])[:, 0]

    def stretch(self, departure: Tensor, degrees: Tensor, movement: Tensor) -> Tensor:
        """(batch, joint, 2) start and end of the stretch that explains each joint's own bone best."""
        own = departure.reshape(-1, N_WAVES, N_FEATURES)[:, :, OWN].reshape(-1, N_WAVES, len(INJECTED_JOINTS), 3)
        own = own.movedim(2, 1).flatten(2).repeat_interleave(len(TURNS), dim=1)  # (batch, turn, own)
        match = (own[:, :, None] @ self.get_buffer("own")[movement].float())[:, :, 0]  # (batch, turn, window)
        gain = (match.square() / self.get_buffer("own_energy")[movement]).reshape(
            -1, len(INJECTED_JOINTS), len(TURNS), len(WINDOWS)
        )  # (batch, joint, axis, window)
        axis = nn.functional.one_hot(degrees.abs().argmax(dim=-1), len(TURNS)).to(gain.dtype)
        best = (gain * axis[..., None]).sum(dim=2).argmax(dim=-1)  # (batch, joint)
        return nn.functional.one_hot(best, len(WINDOWS)).to(gain.dtype) @ self.get_buffer("windows")


def _unit(vector: Tensor) -> Tensor:
    return vector / vector.square().sum(dim=-1, keepdim=True).sqrt().clamp_min(1e-6)


def _cross(first: Tensor, second: Tensor) -> Tensor:
    a, b = first.unbind(-1), second.unbind(-1)
    return torch.stack([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]], dim=-1)


def _frame(up: Tensor, across: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Leftward, up and forward unit vectors, each (batch, time, 3)."""
    leftward = _unit(across - (across * up).sum(-1, keepdim=True) * up)
    return leftward, up, _cross(leftward, up)


def _seen(frame: tuple[Tensor, Tensor, Tensor], vector: Tensor) -> Tensor:
    """(batch, time, 3) a vector in a body's frame."""
    return torch.stack([(vector * axis).sum(-1) for axis in frame], dim=-1)


def _hanging(bone: Tensor, vector: Tensor) -> Tensor:
    """A vector after the shortest turn that would let ``bone`` hang down: what a hinge does is then seen alone."""
    down = torch.tensor([0.0, -1.0, 0.0]).expand_as(bone)
    cosine = (bone * down).sum(-1, keepdim=True)
    axis = _cross(bone, down)
    along = (axis * vector).sum(-1, keepdim=True) / (1 + cosine).clamp_min(0.05)
    return vector * cosine + _cross(axis, vector) + axis * along
