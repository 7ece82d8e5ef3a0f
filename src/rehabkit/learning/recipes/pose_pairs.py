"""Pairs of poses from UI-PRMD: who stands beside whom, and errors put in on purpose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from rehabkit.kinematics.angles import included_deg
from rehabkit.kinematics.injection import Turn, inject
from rehabkit.recordings.datasets.uiprmd import MOVEMENTS, Repetition, UiPrmd
from rehabkit.recordings.skeleton import Skeleton

Array = NDArray[np.float64]

DUOS = ((1, 6), (2, 7), (3, 8), (4, 9), (5, 10))
"""People are dealt in twos, fixed here: a pair takes both its poses from one duo, and a duo is on one side."""
PHASES = ("start", "half way", "peak")
KINDS = ("same person", "other person", "other movement", "other phase", "simulated error")
"""How the learner's pose differs from the template's; the first two are the same pose."""
MIX = (0, 1, 0, 1, 2, 2, 2, 3, 4, 4)
"""Kinds of ten pairs in a row."""
PEAK_WITHIN = (0.2, 0.8)
"""Shares of the repetition between which its farthest pose is looked for."""
TURNED: dict[str, tuple[Turn, tuple[str, ...]]] = {
    f"{side}_{joint}": (axis, tuple(f"{side} {limb}" for limb in limbs))
    for side in ("left", "right")
    for joint, axis, limbs in cast(
        "tuple[tuple[str, Turn, tuple[str, ...]], ...]",
        (
            ("shoulder", "abduction", ("upper arm", "forearm")),
            ("elbow", "flexion", ("forearm",)),
            ("hip", "abduction", ("thigh", "shank")),
            ("knee", "flexion", ("shank",)),
        ),
    )
}
"""Joints that errors are put into: axis, and the limbs that swing, any of which is the right answer."""
DEGREES = (15.0, 30.0, 45.0)
JOINT_ANGLES = tuple(
    tuple(f"{side}_{joint}" for joint in joints)
    for side in ("left", "right")
    for joints in (
        ("shoulder", "elbow", "wrist"), ("hip", "shoulder", "elbow"), ("shoulder", "hip", "knee"),
        ("hip", "knee", "ankle"),
    )
)  # fmt: skip
"""Near joint, vertex, far joint of the angles that the geometric baseline compares in three dimensions."""


@dataclass(frozen=True)
class Pose:
    """One key pose: the whole repetition and the frame."""

    skeleton: Skeleton
    frame: int
    movement: int
    phase: int
    correct: bool
    person: int

    def angles_deg(self) -> Array:
        """(8,) angles of elbows, shoulders, hips and knees, from the sensor's three dimensions."""
        at = {name: self.skeleton.joint(name)[self.frame] for joints in JOINT_ANGLES for name in joints}
        return np.array([float(included_deg(*(at[name] for name in joints))) for joints in JOINT_ANGLES])

    @property
    def code(self) -> int:
        """Movement and phase as one number; that of an incorrect pose is negative."""
        code = self.movement * len(PHASES) + self.phase
        return code if self.correct else -1 - code


def key_poses(data: UiPrmd, people: set[int]) -> list[Pose]:
    """Start, half way and peak of each of these people's repetitions, the right side being the one that moves."""
    poses = []
    numbers = list(MOVEMENTS.values())
    for repetition in data.repetitions:
        if repetition.subject in people:
            skeleton = right_handed(data.kinect(repetition), repetition)
            for phase, frame in enumerate(key_frames(skeleton)):
                movement = numbers.index(repetition.movement)
                poses.append(Pose(skeleton, frame, movement, phase, repetition.correct, repetition.subject))
    return poses


def right_handed(skeleton: Skeleton, repetition: Repetition) -> Skeleton:
    """The mirror image of those who work with the left side."""
    if repetition.dominant_side != "left":
        return skeleton
    names = tuple(_other_side(name) for name in skeleton.joint_names)
    return replace(skeleton, joint_names=names, positions=skeleton.positions * np.array([-1.0, 1.0, 1.0]))


def key_frames(skeleton: Skeleton) -> tuple[int, int, int]:
    """Frames of the start, of half the way out, and farthest from the start (mean distance of all joints)."""
    n = skeleton.n_frames
    start = skeleton.positions[: max(1, n // 20)].mean(axis=0)
    away = np.linalg.norm(skeleton.positions - start, axis=-1).mean(axis=1)
    first, last = (int(share * n) for share in PEAK_WITHIN)
    peak = first + int(np.argmax(away[first : max(last, first + 1)]))
    return min(2, n - 1), int(np.argmax(away[: peak + 1] >= 0.5 * away[peak])), peak


@dataclass(frozen=True)
class Pair:
    """A learner's pose and a template's, both of one duo.

    ``kind`` counts in :data:`KINDS`; ``joint`` (in :data:`TURNED`) and ``degrees`` say what was turned on purpose.
    """

    learner: Pose
    template: Pose
    kind: int
    duo: int
    joint: int = -1
    degrees: float = 0.0


def draw_pairs(poses: list[Pose], n_each: int, seed: int) -> Iterator[Pair]:
    """``n_each`` pairs of every duo, kinds as in :data:`MIX`; the template is correct, half way or at the peak."""
    for duo, by_code, rng in _duos(poses, seed):
        for i in range(n_each):
            template, kind = _template(by_code, rng), MIX[i % len(MIX)]
            yield Pair(_any(_candidates(template, kind, by_code, rng), rng), template, kind, duo)


def turned_pairs(poses: list[Pose], n_each: int, seed: int, sizes: Sequence[float] = DEGREES) -> Iterator[Pair]:
    """Pairs of two correct repetitions of one person and movement, one joint of the learner's turned on purpose.

    ``n_each`` of every duo, joint of :data:`TURNED` and of ``sizes`` in degrees. The error grows to its full size at
    the moment that is compared.
    """
    for duo, by_code, rng in _duos(poses, seed + 1):
        for joint, name in enumerate(TURNED):
            for degrees in np.repeat(sizes, n_each):
                template = _template(by_code, rng)
                clean = _any(_candidates(template, 0, by_code, rng), rng)
                wrong = replace(clean, skeleton=_with_error(clean, name, float(degrees)))
                yield Pair(wrong, template, len(KINDS), duo, joint, float(degrees))


def _with_error(pose: Pose, joint: str, degrees: float) -> Skeleton:
    """The repetition with the joint turned most at the pose's frame."""
    skeleton = pose.skeleton
    at = pose.frame / max(skeleton.n_frames - 1, 1)
    room = min(at, 1 - at, 0.25)
    names, axis = skeleton.joint_names, TURNED[joint][0]
    return replace(skeleton, positions=inject(skeleton.positions, names, joint, axis, degrees, at - room, at + room))


def _duos(poses: list[Pose], seed: int) -> Iterator[tuple[int, dict[int, list[Pose]], np.random.Generator]]:
    """Number of each duo that is there, its poses by code, and its random numbers."""
    for number, duo in enumerate(DUOS):
        by_code: dict[int, list[Pose]] = {}
        for pose in poses:
            if pose.person in duo:
                by_code.setdefault(pose.code, []).append(pose)
        if by_code:
            yield number, by_code, np.random.default_rng([seed, number])


def _template(by_code: dict[int, list[Pose]], rng: np.random.Generator) -> Pose:
    codes = [code for code in by_code if code >= 0 and code % len(PHASES)]
    return _any(by_code[codes[int(rng.integers(len(codes)))]], rng)


def _candidates(template: Pose, kind: int, by_code: dict[int, list[Pose]], rng: np.random.Generator) -> list[Pose]:
    alike = by_code[template.code]
    if kind == 0:
        return [p for p in alike if p.person == template.person and p.skeleton is not template.skeleton]
    if kind == 1:
        others = [p for p in alike if p.person != template.person]
        return others or [p for p in alike if p.skeleton is not template.skeleton]
    if kind == 4:
        return by_code[-1 - template.code]
    n_phases = len(PHASES)
    movement, phase = divmod(template.code, n_phases)
    if kind == 2:
        movement = (movement + int(rng.integers(1, len(MOVEMENTS)))) % len(MOVEMENTS)
    else:
        phase = (phase + int(rng.integers(1, n_phases))) % n_phases
    return by_code[movement * n_phases + phase]


def _any(poses: list[Pose], rng: np.random.Generator) -> Pose:
    return poses[int(rng.integers(len(poses)))]


def _other_side(name: str) -> str:
    if name.startswith("left_"):
        return "right_" + name.removeprefix("left_")
    return "left_" + name.removeprefix("right_") if name.startswith("right_") else name
