"""Drawing a stick figure as part of the network: joints in, picture out, with gradients and as plain ONNX."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rehabkit.systems.pose_matching.stick_figure import LIMB_ENDS, LIMBS

LINE_WIDTH = 12 / 256
"""Of a limb, as a share of the sheet's side: the middle of the paper's pictures (9 to 15 px at 256)."""
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's red, green and blue, as the paper normalises."""


class StickFigure(nn.Module):
    """Joints on the unit square → picture.

    Lines are thick, with round caps: a pixel belongs to a limb where its distance to the segment is at most half
    the width, its edge blended over one pixel. Later limbs cover earlier ones. No parameter is learnt.

    Parameters
    ----------
    size : pixels of a side.
    """

    x: Tensor
    y: Tensor
    ends: Tensor
    colours: Tensor
    mean: Tensor
    std: Tensor

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        centres = (torch.arange(size) + 0.5) / size
        self.register_buffer("x", centres.reshape(1, 1, 1, size), persistent=False)
        self.register_buffer("y", centres.reshape(1, 1, size, 1), persistent=False)
        self.register_buffer("ends", torch.as_tensor(LIMB_ENDS), persistent=False)
        colours = torch.tensor([colour for *_, colour in LIMBS], dtype=torch.float32) / 255
        self.register_buffer("colours", colours[:, :, None, None], persistent=False)  # (limb, rgb, 1, 1)
        self.register_buffer("mean", torch.tensor(MEAN)[None, :, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(STD)[None, :, None, None], persistent=False)

    def forward(self, joints: Tensor) -> Tensor:
        """(batch, 13, 3) joints → (batch, 3, size, size) normalised picture."""
        return (self.picture(joints) - self.mean) / self.std

    def picture(self, joints: Tensor) -> Tensor:
        """(batch, 13, 3) joints → (batch, 3, size, size) red, green, blue, 0 to 1."""
        cover = self.coverage(joints)  # (batch, limb, row, column)
        picture = torch.zeros_like(cover[:, :3])
        for limb in range(len(LIMBS)):
            picture = torch.lerp(picture, self.colours[limb].expand_as(picture), cover[:, limb : limb + 1])
        return picture

    def coverage(self, joints: Tensor) -> Tensor:
        """(batch, n_limbs, size, size) share of each pixel that each limb covers; 0 for a limb with a hidden end."""
        first, last = joints[:, self.ends[:, 0]], joints[:, self.ends[:, 1]]  # (batch, limb, x y seen)
        start, along = first[..., :2, None, None], (last - first)[..., :2, None, None]
        length = (along**2).sum(dim=2).clamp_min(1e-9)  # (batch, limb, 1, 1)
        dx, dy = self.x - start[:, :, 0], self.y - start[:, :, 1]  # (batch, limb, 1, column), (batch, limb, row, 1)
        share = ((dx * along[:, :, 0] + dy * along[:, :, 1]) / length).clamp(0, 1)  # (batch, limb, row, column)
        square = (dx - share * along[:, :, 0]) ** 2 + (dy - share * along[:, :, 1]) ** 2
        inside = ((LINE_WIDTH / 2 - torch.sqrt(square + 1e-12)) * self.size + 0.5).clamp(0, 1)
        return inside * (first[..., 2] * last[..., 2])[..., None, None]
