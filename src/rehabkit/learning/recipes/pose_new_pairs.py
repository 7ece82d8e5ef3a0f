"""New pairs of poses from the figures of a training batch."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from rehabkit.learning.training import Batch
from rehabkit.systems.pose_matching.stick_figure import JOINTS, MARGIN

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
