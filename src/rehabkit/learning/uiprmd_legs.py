"""UI-PRMD's Kinect legs put right, by what Vicon saw at the same time.

The compact Kinect file turns thighs and shanks wrongly: at the bottom of a squat its thigh points up and sideways
while both feet stand, some 40 degrees off Vicon. No fixed rotation undoes it. A ridge regression on random features
of the Kinect's own bones does: it is fitted in closed form to the other people's repetitions, paired by dynamic time
warping, and sees no label of quality. A person's legs are mended by a map that never saw that person's Vicon.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.kinematics.angles import unit
from rehabkit.kinematics.canonical import CANONICAL_JOINTS, CANONICAL_PARENTS, Canonical, canonical, mirror_image
from rehabkit.recordings.datasets.uiprmd import Repetition, UiPrmd
from rehabkit.recordings.skeleton import Skeleton

Array = NDArray[np.float64]
Array32 = NDArray[np.float32]

SEEN_ALIKE = ("neck", "left_elbow", "right_elbow", "left_wrist", "right_wrist")
"""Ends of the bones that both sensors see well."""
FEET = ("left_foot_index", "right_foot_index")
LEGS = tuple(CANONICAL_JOINTS.index(f"{side}_{joint}") for side in ("left", "right") for joint in ("knee", "ankle"))
PARENTS = np.array(CANONICAL_PARENTS[1:])
AROUND = (-5, -2, 0, 2, 5)
"""Frames beside the present one that the map looks at."""
N_RANDOM, RIDGE, EVERY = 800, 300.0, 2
"""Random features; the ridge's weight; every second frame is fitted to, neighbours being alike."""
BAND, STEP_COST = 14, 0.02
"""Frames that two repetitions may be out of step; what standing still in one of them costs, in bone lengths."""


@dataclass(frozen=True)
class Pairs:
    """Each repetition from the Kinect, and what Vicon saw at the like moments.

    Parameters
    ----------
    kinect : (n, n_frames, n_joints, 3) canonical, the mover on the right.
    beside : (n, n_frames, 4, 3) what else the Kinect has, alike turned and scaled: see :func:`_beside`.
    legs : (n, n_frames, 4, 3) unit bones of thighs and shanks after Vicon; NaN where there is none.
    subject : (n,).
    """

    kinect: Array32
    beside: Array32
    legs: Array32
    subject: NDArray[np.int64]


def mended(data: UiPrmd, repetitions: Sequence[Repetition]) -> list[Skeleton]:
    """Skeletons of the common joints with legs that bend as Vicon says.

    Parameters
    ----------
    repetitions : of two people at least; each person's map is fitted to the others.
    """
    own = [canonical(data.kinect(repetition)) for repetition in repetitions]
    pairs = paired(data, repetitions, own)
    positions = mend(pairs)
    return [_skeleton(at, of) for at, of in zip(positions, own, strict=True)]


def paired(data: UiPrmd, repetitions: Sequence[Repetition], own: Sequence[Canonical]) -> Pairs:
    """Kinect and Vicon of the same repetitions, frame by frame."""
    kinect = np.stack([one.positions for one in own])
    vicon = np.full(kinect.shape, np.nan, dtype=np.float32)
    for i, (repetition, one) in enumerate(zip(repetitions, own, strict=True)):
        vicon[i] = _vicon(data, repetition, one.mirrored)
    beside = np.stack([_beside(data.kinect(at), one) for at, one in zip(repetitions, own, strict=True)])
    seen = np.flatnonzero(np.isfinite(vicon).all(axis=(1, 2, 3)))
    at = _warped(_clues(kinect[seen], beside[seen, :, 2, 1]), _clues(vicon[seen], _sunk(vicon[seen])))
    legs = np.full((*kinect.shape[:2], len(LEGS), 3), np.nan, dtype=np.float32)
    legs[seen] = np.take_along_axis(_bones(vicon[seen])[:, :, [leg - 1 for leg in LEGS]], at[:, :, None, None], axis=1)
    return Pairs(kinect, beside, legs, np.array([repetition.subject for repetition in repetitions]))


def mend(pairs: Pairs, unseen: Sequence[int] = ()) -> Array32:
    """(n, n_frames, n_joints, 3) the Kinect's positions with each person's legs mended by the others' pairs.

    Parameters
    ----------
    unseen : people whose pairs no map may see.

    Raises
    ------
    RecordingError
        If nobody else has pairs.
    """
    seen = np.concatenate([pairs.kinect[:, :, 1:] - pairs.kinect[:, :, PARENTS], pairs.beside], axis=2)
    features = _Features(seen)
    known = np.isfinite(pairs.legs).all(axis=(1, 2, 3))
    sums = {}
    for subject in np.unique(pairs.subject[known]):
        rows = np.flatnonzero(known & (pairs.subject == subject))
        x = features(seen[rows])[:, ::EVERY].reshape(-1, features.size)
        sums[subject] = (x.T @ x, x.T @ pairs.legs[rows][:, ::EVERY].reshape(-1, 3 * len(LEGS)))
    out = pairs.kinect.copy()
    for subject in np.unique(pairs.subject):
        others = [sums[other] for other in sums if other != subject and other not in unseen]
        if not others:
            raise RecordingError(
                f"UI-PRMD must hold Vicon of someone else than subject {subject} to mend the Kinect's legs, got none; "
                "take more people"
            )
        square = sum((one[0] for one in others), RIDGE * np.eye(features.size, dtype=np.float32))
        weights = np.linalg.solve(square, sum(one[1] for one in others))
        own = np.flatnonzero(pairs.subject == subject)
        legs = features(seen[own]) @ weights
        out[own] = _with_legs(out[own], legs.reshape(*legs.shape[:2], len(LEGS), 3))
    return out


def _vicon(data: UiPrmd, repetition: Repetition, mirrored: bool) -> Array32 | float:
    """(n_frames, n_joints, 3) canonical as the Kinect's, NaN where Vicon has no use."""
    skeleton = data.vicon(repetition)
    if skeleton is None:
        return np.nan
    try:
        found = canonical(skeleton)
    except RecordingError:
        return np.nan
    if repetition.movement == "inline_lunge" and found.mirrored != mirrored:
        return np.nan  # the two files hold different legs in front
    return found.positions if found.mirrored == mirrored else _again(skeleton, mirrored)


def _again(skeleton: Skeleton, mirrored: bool) -> Array32:
    return canonical(skeleton, mirror="always" if mirrored else "never").positions


def _bones(positions: Array32) -> Array32:
    """(n, n_frames, n_joints - 1, 3) unit vectors from each joint's parent to it."""
    return np.asarray(unit((positions[:, :, 1:] - positions[:, :, PARENTS]).astype(np.float64)), dtype=np.float32)


def _beside(skeleton: Skeleton, one: Canonical) -> Array32:
    """(n_frames, 4, 3) left foot, right foot, the pelvis since the start, and the lower trunk, as bones are."""
    names = [name for name in CANONICAL_JOINTS if name not in ("neck", "head")]
    raw = np.stack([_even(skeleton.joint(name), len(one.positions)) for name in (*names, *FEET, "chest")], axis=1)
    here = mirror_image(one.positions.astype(np.float64)) if one.mirrored else one.positions
    own = [CANONICAL_JOINTS.index(name) for name in names]
    turn, *_ = np.linalg.lstsq(
        (raw[:, 1 : len(own)] - raw[:, :1]).reshape(-1, 3), (here[:, own[1:]] - here[:, :1]).reshape(-1, 3), rcond=None
    )
    ankles = [names.index("left_ankle"), names.index("right_ankle")]
    feet = raw[:, -3:-1] - raw[:, ankles]
    found = np.concatenate([feet, raw[:, :1] - raw[:1, :1], raw[:, -1:] - raw[:, :1]], axis=1) @ turn
    if one.mirrored:
        found = found[:, [1, 0, 2, 3]] * np.array([-1.0, 1.0, 1.0])
    return np.asarray(found, dtype=np.float32)


def _even(track: Array, n_frames: int) -> Array:
    """(n_frames, 3) at evenly spaced frames."""
    at = np.linspace(0, len(track) - 1, n_frames)
    return np.stack([np.interp(at, np.arange(len(track)), column) for column in track.T], axis=-1)


def _sunk(positions: Array32) -> Array32:
    """(n, n_frames) how the pelvis rose since the start over the lower ankle, body sizes."""
    height = -positions[:, :, [LEGS[1], LEGS[3]], 1].min(axis=2)
    return np.asarray(height - height[:, :1])


def _clues(positions: Array32, risen: Array32) -> Array32:
    """(n, n_frames, 18) what both sensors show alike: trunk, arms, pelvis, how far each thigh is from the vertical."""
    bones = _bones(positions)
    at = [
        CANONICAL_JOINTS.index(name) - 1 for name in ("neck", "left_elbow", "right_elbow", "left_wrist", "right_wrist")
    ]
    thighs = bones[:, :, [LEGS[0] - 1, LEGS[2] - 1], 1]
    hang = np.arccos(np.clip(-thighs, -1, 1))
    weights = np.array([1.5, 1.0, 1.0, 0.7, 0.7], dtype=np.float32)[:, None]
    return np.concatenate(
        [(bones[:, :, at] * weights).reshape(*bones.shape[:2], -1), 0.7 * hang, 3 * risen[..., None]], axis=-1
    )


def _warped(first: Array32, second: Array32) -> NDArray[np.intp]:
    """(n, n_frames) the frame of each second series that belongs to each frame of the first; ends are free."""
    n, n_frames = first.shape[:2]
    cost = np.full((n_frames + 1, n_frames + 1, n), np.inf, dtype=np.float32)
    cost[0, : BAND // 2], cost[: BAND // 2, 0] = 0, 0
    for i in range(1, n_frames + 1):
        near = range(max(1, i - BAND), min(n_frames, i + BAND) + 1)
        distance = np.linalg.norm(first[:, i - 1, None] - second[:, near[0] - 1 : near[-1]], axis=-1)  # (n, near)
        for j in near:
            cheapest = np.minimum(cost[i - 1, j - 1], np.minimum(cost[i - 1, j], cost[i, j - 1]) + STEP_COST)
            cost[i, j] = distance[:, j - near[0]] + cheapest
    return np.stack([_path(cost[:, :, row]) for row in range(n)])


def _path(cost: Array32) -> NDArray[np.intp]:
    """(n_frames,) the cheapest way back from the end."""
    i = j = len(cost) - 1
    at = np.zeros(i, dtype=np.intp)
    while i > 0:
        at[i - 1] = max(j - 1, 0)
        before = (cost[i - 1, j - 1], cost[i - 1, j] + STEP_COST, cost[i, j - 1] + STEP_COST) if j > 1 else (1, 0, 1)
        step = int(np.argmin(before))
        i, j = i - (step != 2), j - (step != 1)
    return at


class _Features:
    """Bones about each frame, and random rectified sums of them; scaled once for all."""

    def __init__(self, seen: Array32) -> None:
        beside = self._around(seen)
        self.mean = beside.mean(axis=(0, 1))
        self.scale = beside.std(axis=(0, 1)) + np.float32(0.01)
        rng = np.random.default_rng(0)
        weights = rng.standard_normal((len(self.mean), N_RANDOM)) / np.sqrt(len(self.mean))
        self.weights, self.bias = weights.astype(np.float32), rng.uniform(-1, 1, N_RANDOM).astype(np.float32)

    def __call__(self, seen: Array32) -> Array32:
        """(n, n_frames, n_features)."""
        x = (self._around(seen) - self.mean) / self.scale
        hidden = np.maximum(x @ self.weights + self.bias, 0)
        one = np.ones((*x.shape[:2], 1), dtype=np.float32)
        return np.concatenate([hidden, np.float32(0.3) * x, one], axis=-1)

    @property
    def size(self) -> int:
        """Number of features."""
        return N_RANDOM + len(self.mean) + 1

    @staticmethod
    def _around(seen: Array32) -> Array32:
        bones = seen.reshape(*seen.shape[:2], -1)
        frames = np.arange(seen.shape[1])
        return np.concatenate([bones[:, np.clip(frames + by, 0, len(frames) - 1)] for by in AROUND], axis=-1)


def _with_legs(positions: Array32, legs: Array32) -> Array32:
    """Thighs and shanks pointing along ``legs``, each as long as it was on the median frame."""
    out = positions.copy()
    directions = unit(legs.astype(np.float64))
    for i, joint in enumerate(LEGS):
        parent = CANONICAL_PARENTS[joint]
        length = np.median(np.linalg.norm(positions[:, :, joint] - positions[:, :, parent], axis=-1), axis=1)
        out[:, :, joint] = out[:, :, parent] + directions[:, :, i] * length[:, None, None]
    return out


def _skeleton(positions: Array32, of: Canonical) -> Skeleton:
    return Skeleton(
        joint_names=CANONICAL_JOINTS,
        time_s=np.linspace(0.0, of.duration_s, len(positions)),
        positions=positions.astype(np.float64) * of.scale_m,
        confidence=np.ones(positions.shape[:2]),
        axes="y_up",
        sensor="kinect",
        history=("UI-PRMD, common joints, legs mended by the map of uiprmd_legs fitted to the other people's Vicon",),
    )
