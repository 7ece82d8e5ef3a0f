"""Pairs of poses from UI-PRMD, and how training makes new ones from a batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rehabkit.kinematics.injection import Turn, inject
from rehabkit.learning.training import Batch
from rehabkit.recordings.datasets.uiprmd import MOVEMENTS, Repetition, UiPrmd
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.systems.pose_matching.stick_figure import JOINTS, MARGIN

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


@dataclass(frozen=True)
class Pose:
    """One key pose: the whole repetition and the frame."""

    skeleton: Skeleton
    frame: int
    movement: int
    phase: int
    correct: bool
    person: int

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


def turned_pairs(poses: list[Pose], n_each: int, seed: int) -> Iterator[Pair]:
    """Pairs of two correct repetitions of one person and movement, one joint of the learner's turned on purpose.

    ``n_each`` of every duo, joint of :data:`TURNED` and size of :data:`DEGREES`. The error grows to its full size at
    the moment that is compared.
    """
    for duo, by_code, rng in _duos(poses, seed + 1):
        for joint, name in enumerate(TURNED):
            for degrees in np.repeat(DEGREES, n_each):
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


BEYOND = {
    "left_shoulder": ("left_elbow", "left_wrist"), "right_shoulder": ("right_elbow", "right_wrist"),
    "left_elbow": ("left_wrist",), "right_elbow": ("right_wrist",),
    "left_hip": ("left_knee", "left_ankle"), "right_hip": ("right_knee", "right_ankle"),
    "left_knee": ("left_ankle",), "right_knee": ("right_ankle",),
}  # fmt: skip
"""What swings when a joint of the figure turns."""


@dataclass(frozen=True)
class NewPairs:
    """Augmentation: from the figures of a batch, new pairs of all people in it, some with one joint turned.

    Parameters
    ----------
    same : share of pairs of the same pose.
    error : share of pairs of a simulated error of that pose.
    turned : share of pairs whose learner is the template with one joint turned in the picture by ``turn_deg``.
    tremble : standard deviation of each joint's place, as a share of the sheet.
    """

    same: float = 0.5
    error: float = 0.15
    turned: float = 0.12
    turn_deg: tuple[float, float] = (15.0, 60.0)
    tremble: float = 0.008

    def __call__(self, batch: Batch, generator: torch.Generator) -> Batch:
        """A batch of as many new pairs."""
        n = len(batch["target"])
        pool = torch.cat([batch["learner"], batch["template"]])
        code = torch.cat([batch["learner_code"], batch["template_code"]])
        template = _pick((code >= 0).expand(n, -1), generator)
        wanted = code[template][:, None]
        draw = torch.rand(n, 1, generator=generator)
        alike, wrong, others = code == wanted, code == -1 - wanted, (code >= 0) & (code != wanted)
        alike[torch.arange(n), template] = False
        allowed = torch.where(draw < self.same, alike, torch.where(draw < self.same + self.error, wrong, others))
        allowed = torch.where(allowed.any(dim=1, keepdim=True), allowed, others)
        learner = _pick(allowed, generator)
        same = code[learner] == wanted[:, 0]
        first, second = pool[learner], pool[template]
        k = int(self.turned * n)
        first[:k], same[:k] = turned(second[:k], self.turn_deg, generator), False
        pair = {"learner": self._trembling(first, generator), "template": self._trembling(second, generator)}
        return batch | pair | {"target": same.to(batch["target"].dtype)}

    def _trembling(self, figures: Tensor, generator: torch.Generator) -> Tensor:
        noise = self.tremble * torch.randn(figures[..., :2].shape, generator=generator)
        return on_sheet(torch.cat([figures[..., :2] + noise, figures[..., 2:]], dim=2))


def turned(figures: Tensor, turn_deg: tuple[float, float], generator: torch.Generator) -> Tensor:
    """(batch, 13, 3) figures with what hangs on one joint each, drawn at random, turned in the picture."""
    out = figures.clone()
    joints = list(BEYOND)
    which = torch.randint(len(joints), (len(figures),), generator=generator)
    low, high = turn_deg
    size = low + (high - low) * torch.rand(len(figures), generator=generator)
    angle = torch.deg2rad(torch.where(torch.rand(len(figures), generator=generator) < 0.5, -size, size))
    for row, (joint, by) in enumerate(zip(which.tolist(), angle, strict=True)):
        pivot, moved = JOINTS.index(joints[joint]), [JOINTS.index(name) for name in BEYOND[joints[joint]]]
        turn = torch.stack([torch.stack([by.cos(), by.sin()]), torch.stack([-by.sin(), by.cos()])])
        out[row, moved, :2] = figures[row, pivot, :2] + (figures[row, moved, :2] - figures[row, pivot, :2]) @ turn
    return on_sheet(out)


def on_sheet(figures: Tensor) -> Tensor:
    """(batch, 13, 3) figures, all joints seen, put on the sheet that just holds them again."""
    points = figures[..., :2]
    low, high = points.amin(dim=1, keepdim=True), points.amax(dim=1, keepdim=True)
    scale = (1 - 2 * MARGIN) / (high - low).amax(dim=2, keepdim=True).clamp_min(1e-6)
    return torch.cat([(points - (low + high) / 2) * scale + 0.5, figures[..., 2:]], dim=2)


def _pick(allowed: Tensor, generator: torch.Generator) -> Tensor:
    """(batch,) one allowed column of each row, all as probable."""
    return torch.where(allowed, torch.rand(allowed.shape, generator=generator), -1.0).argmax(dim=1)
