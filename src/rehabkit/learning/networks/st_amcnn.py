"""ST-AMCNN (Qiu et al., Biomed. Signal Process. Control 72:103323, 2022) and its two baselines.

A spatial transformer (Jaderberg et al. 2015) turns the second picture to the first; the shared branch has multi-scale
and squeeze-and-excitation blocks; Grad-CAM of the cosine says where the pictures agree.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import cosine_similarity, grid_sample, normalize

from rehabkit.learning.networks.pose_matching import Matcher, side_of
from rehabkit.learning.networks.stick_figure import StickFigure

SIZE = 156
"""Pixels of the published pictures."""


class SpatialTransformer(nn.Module):
    """Turns, shifts and scales a 156×156 picture as it learns to; at first it leaves it as it is."""

    grid: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 7), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(8, 10, 5), nn.MaxPool2d(2), nn.ReLU(),
        )  # fmt: skip
        self.affine = nn.Sequential(nn.Flatten(), nn.Linear(10 * 35 * 35, 64), nn.ReLU(), nn.Linear(64, 6))
        for name, value in self.affine[-1].named_parameters():  # the identity, whatever the picture
            value.data = torch.tensor([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]) if name == "bias" else torch.zeros_like(value)
        centres = (torch.arange(SIZE) * 2 + 1) / SIZE - 1  # of the pixels, -1 to 1 from edge to edge
        y, x = torch.meshgrid(centres, centres, indexing="ij")
        grid = torch.stack([x, y, torch.ones_like(x)], dim=-1).reshape(1, -1, 3)
        self.register_buffer("grid", grid, persistent=False)

    def forward(self, picture: Tensor) -> Tensor:
        """(batch, 3, 156, 156) → the same, resampled."""
        theta = self.affine(self.features(picture)).reshape(-1, 2, 3)
        where = self.grid @ theta.transpose(1, 2)  # (batch, pixel, x and y)
        return grid_sample(picture, where.reshape(-1, SIZE, SIZE, 2), align_corners=False)


class MultiScale(nn.Module):
    """1×1, 3×3 and 5×5 convolutions of one input, summed, normalised, SELU."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(n_in, n_out, k, padding=k // 2) for k in (1, 3, 5))
        self.end = nn.Sequential(nn.BatchNorm2d(n_out), nn.SELU())

    def forward(self, x: Tensor) -> Tensor:
        """(batch, n_in, rows, columns) → (batch, n_out, rows, columns)."""
        y: Tensor = self.end(self.convs[0](x) + self.convs[1](x) + self.convs[2](x))
        return y


class SqueezeExcitation(nn.Module):
    """Weighs channels by what all positions hold on average (Hu et al. 2018)."""

    def __init__(self, n_channels: int, n_hidden: int) -> None:
        super().__init__()
        self.gate = nn.Sequential(
            nn.Linear(n_channels, n_hidden), nn.ReLU(), nn.Linear(n_hidden, n_channels), nn.Sigmoid()
        )

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, rows, columns) → the same, weighted."""
        gate: Tensor = self.gate(x.mean(dim=(2, 3)))
        return x * gate[:, :, None, None]


class Residual(nn.Module):
    """The basic block of ResNet-18 (He et al. 2016)."""

    def __init__(self, n_in: int, n_out: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(n_in, n_out, 3, stride, 1, bias=False), nn.BatchNorm2d(n_out), nn.ReLU(),
            nn.Conv2d(n_out, n_out, 3, 1, 1, bias=False), nn.BatchNorm2d(n_out),
        )  # fmt: skip
        same = stride == 1 and n_in == n_out
        self.skip = (
            nn.Identity()
            if same
            else nn.Sequential(nn.Conv2d(n_in, n_out, 1, stride, bias=False), nn.BatchNorm2d(n_out))
        )

    def forward(self, x: Tensor) -> Tensor:
        """(batch, n_in, rows, columns) → (batch, n_out, rows / stride, columns / stride)."""
        return torch.relu(self.body(x) + self.skip(x))


class PublishedMatcher(Matcher):
    """The paper's frame around a branch: drawing, spatial transformer on the template, linear head, Grad-CAM.

    Parameters
    ----------
    features : (batch, 3, 156, 156) picture → (batch, n_channels, rows, columns).
    head : linear, from the flattened map to the embedding.
    """

    def __init__(self, features: nn.Module, head: nn.Linear) -> None:
        super().__init__()
        self.draw, self.align = StickFigure(SIZE), SpatialTransformer()
        self.features, self.head, self.dropout = features, head, nn.Dropout(0.5)
        self.cover = StickFigure(side_of(features, SIZE))

    def maps(self, learner: Tensor, template: Tensor) -> tuple[Tensor, Tensor]:
        """As the base says."""
        return self.features(self.draw(learner)), self.features(self.align(self.draw(template)))

    def embed(self, features: Tensor) -> Tensor:
        """As the base says; half of the embedding is dropped while training."""
        embedding: Tensor = self.dropout(self.head(features.flatten(1)))
        return embedding

    def heat(self, features: Tensor, embeddings: tuple[Tensor, Tensor]) -> Tensor:
        """(batch, rows, columns) Grad-CAM of the cosine before its rectifier, over the learner's picture.

        Selvaraju et al. 2017. The gradient of the cosine by the learner's embedding is
        ``(ê_template - cosine ê_learner) / |e_learner|``; through a linear head its mean over positions is its product
        with the head's weights averaged over positions.
        """
        own, other = embeddings
        gradient = normalize(other) - cosine_similarity(own, other)[:, None] * normalize(own)
        weight = self.head.weight.reshape(len(self.head.weight), features.shape[1], -1).mean(dim=2)
        alpha = (gradient / own.norm(dim=1, keepdim=True)) @ weight  # (batch, channel)
        heat: Tensor = (alpha[:, :, None, None] * features).sum(dim=1)
        return heat

    def limbs(
        self, learner: Tensor, template: Tensor, maps: tuple[Tensor, Tensor], embeddings: tuple[Tensor, Tensor]
    ) -> Tensor:
        """(batch, 11) mean heat under each limb of the learner."""
        heat = self.heat(maps[0], embeddings)
        cover = self.cover.coverage(learner)  # (batch, limb, row, column)
        total: Tensor = (cover * heat[:, None]).sum(dim=(2, 3))
        return total / cover.sum(dim=(2, 3)).clamp_min(1e-6)


def st_amcnn() -> PublishedMatcher:
    """The published network, 24.65 million parameters, 97 % of them in the last layer."""
    features = nn.Sequential(
        *_conv(3, 4), MultiScale(4, 4), SqueezeExcitation(4, 2), *_conv(4, 8), MultiScale(8, 16),
        SqueezeExcitation(16, 8), *_conv(16, 32), *_conv(32, 64, stride=2),
    )  # fmt: skip
    return PublishedMatcher(features, nn.Linear(64 * 74 * 74, 68))


def st_resnet18() -> PublishedMatcher:
    """The paper's first baseline: ResNet-18 with stages of 8, 16, 32, 64; it gives the stages, not the head.

    The head reads every position, as those of the others do: an average forgets where a limb was.
    """
    layers: list[nn.Module] = [nn.Conv2d(3, 8, 7, 2, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU()]
    layers.append(nn.MaxPool2d(3, 2, 1))
    n_in = 8
    for n_out, stride in ((8, 1), (16, 2), (32, 2), (64, 2)):
        layers += [Residual(n_in, n_out, stride), Residual(n_out, n_out, 1)]
        n_in = n_out
    return PublishedMatcher(nn.Sequential(*layers), nn.Linear(64 * 5 * 5, 68))


def st_vgg16() -> PublishedMatcher:
    """The paper's second baseline: VGG-16 with stages of 4, 8, 16, 32, 64; it gives the stages, not the head."""
    layers: list[nn.Module] = []
    n_in = 3
    for n_out, n_convs in ((4, 2), (8, 2), (16, 3), (32, 3), (64, 3)):
        for _ in range(n_convs):
            layers += [nn.Conv2d(n_in, n_out, 3, padding=1), nn.BatchNorm2d(n_out), nn.ReLU()]
            n_in = n_out
        layers.append(nn.MaxPool2d(2))
    return PublishedMatcher(nn.Sequential(*layers), nn.Linear(64 * 4 * 4, 68))


def _conv(n_in: int, n_out: int, stride: int = 1) -> tuple[nn.Module, ...]:
    return nn.Conv2d(n_in, n_out, 3, stride), nn.BatchNorm2d(n_out), nn.SELU()
