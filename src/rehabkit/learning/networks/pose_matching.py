"""What every pose matcher has, the small one, and the loss; the published ones are in :mod:`.st_amcnn`.

All are Siamese: the second picture is aligned with the first, one branch reads both, the score is the cosine of the two
embeddings. Every branch ends in a linear map of its last feature map, so where the cosine comes from has a closed form
and is an output of the graph: no gradient is needed at run time.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cosine_similarity, normalize

from rehabkit.learning.networks.stick_figure import StickFigure
from rehabkit.systems.pose_matching.stick_figure import JOINTS, LIMB_ENDS

SIZE = 52
"""Pixels of the small matcher's pictures."""
HIPS = JOINTS.index("left_hip"), JOINTS.index("right_hip")
MEAN_LENGTH = 0.175
"""Of the limbs on the small sheet, as a share of its side: an arm overhead just fits in."""


class Matcher(nn.Module):
    """Two stick figures → cosine of their embeddings, and which limb lowers it.

    The cut between equal and different poses is fitted beside the embedding and never moves it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.cut = nn.Parameter(torch.tensor(0.5))
        self.steepness = nn.Parameter(torch.tensor(5.0))

    def forward(self, learner: Tensor, template: Tensor) -> dict[str, Tensor]:
        """Compare figures, (batch, 13, 3) each.

        Returns
        -------
        dict
            ``score`` (batch,) cosine, -1 to 1; ``logits`` and ``probability`` (batch, 2) of another and of the same
            pose; but for training also ``limbs`` (batch, 11): lowest where a limb lowers the cosine most.
        """
        maps = self.maps(learner, template)
        embeddings = self.embed(maps[0]), self.embed(maps[1])
        score = cosine_similarity(*embeddings)
        margin = (score.detach() - self.cut) * self.steepness
        logits = torch.stack([-margin, margin], dim=1) / 2
        outputs = {"score": score, "logits": logits, "probability": logits.softmax(dim=1)}
        return outputs if self.training else outputs | {"limbs": self.limbs(learner, template, maps, embeddings)}

    def maps(self, learner: Tensor, template: Tensor) -> tuple[Tensor, Tensor]:
        """The last feature maps of both figures, (batch, channels, rows, columns) each."""
        raise NotImplementedError

    def embed(self, features: Tensor) -> Tensor:
        """(batch, channels, rows, columns) → (batch, n_embedding), a linear map once training is over."""
        raise NotImplementedError

    def limbs(
        self, learner: Tensor, template: Tensor, maps: tuple[Tensor, Tensor], embeddings: tuple[Tensor, Tensor]
    ) -> Tensor:
        """(batch, 11) share of each limb in the cosine."""
        raise NotImplementedError


class SmallMatcher(Matcher):
    """A matcher for phones: hips in the middle of a 52×52 sheet, four convolutions, depthwise global pooling.

    Placing the figure by its hips and the length of its limbs does in closed form what the spatial transformer has to
    learn. Global pooling takes the place of the large last layer; its weights differ by position (depthwise global
    convolution, Chen et al. 2018, MobileFaceNets), since a plain average forgets where a limb was.
    """

    ends: Tensor

    def __init__(self, widths: tuple[int, ...] = (16, 32, 64, 64), n_embedding: int = 64) -> None:
        super().__init__()
        self.draw = StickFigure(SIZE)
        layers: list[nn.Module] = []
        n_in = 3
        for n_out, stride, kernel in zip(widths, (2, 2, 1, 1), (5, 3, 3, 3), strict=True):
            layers += [nn.Conv2d(n_in, n_out, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(n_out)]
            layers.append(nn.ReLU())
            n_in = n_out
        self.features = nn.Sequential(*layers)
        side = side_of(self.features, SIZE)
        self.pool = nn.Parameter(torch.randn(n_in, side, side) / side)
        self.norm, self.head = nn.BatchNorm1d(n_in), nn.Linear(n_in, n_embedding)
        self.cover = StickFigure(side)
        self.register_buffer("ends", torch.as_tensor(LIMB_ENDS), persistent=False)

    def maps(self, learner: Tensor, template: Tensor) -> tuple[Tensor, Tensor]:
        """As the base says."""
        return self.features(self.draw(self.placed(learner))), self.features(self.draw(self.placed(template)))

    def placed(self, joints: Tensor) -> Tensor:
        """(batch, 13, 3) with the hips in the middle of the sheet and limbs of a fixed total length.

        Hidden limbs count with the mean length of those seen.
        """
        points, seen = joints[..., :2], joints[..., 2:]
        hips = (points[:, HIPS[0]] + points[:, HIPS[1]]) / 2
        length = (points[:, self.ends[:, 1]] - points[:, self.ends[:, 0]]).norm(dim=2)  # (batch, limb)
        drawn = seen[:, self.ends[:, 0], 0] * seen[:, self.ends[:, 1], 0]
        mean = (length * drawn).sum(dim=1) / drawn.sum(dim=1).clamp_min(1.0)
        scale = (MEAN_LENGTH / mean.clamp_min(1e-6))[:, None, None]
        return torch.cat([((points - hips[:, None]) * scale + 0.5) * seen, seen], dim=2)

    def embed(self, features: Tensor) -> Tensor:
        """As the base says."""
        pooled: Tensor = self.head(self.norm((features * self.pool).sum(dim=(2, 3))))
        return pooled

    def limbs(
        self, learner: Tensor, template: Tensor, maps: tuple[Tensor, Tensor], embeddings: tuple[Tensor, Tensor]
    ) -> Tensor:
        """(batch, 11) minus each limb's part of the embeddings' squared distance.

        With unit embeddings ``|ê_l - ê_t|² = 2 - 2 cosine``, and, all after the last map being linear, it is a sum over
        positions (but for a constant) of the maps' difference times the weights: class activation mapping (Zhou et al.
        2016) of the distance. A limb is given what lies where it was drawn in one of the pictures and not in the other.
        """
        own, other = (normalize(e) for e in embeddings)
        sizes = [e.norm(dim=1)[:, None, None, None] for e in embeddings]
        scale = self.norm.weight / torch.sqrt(self.norm.get_buffer("running_var") + self.norm.eps)
        alpha = ((own - other) @ self.head.weight) * scale  # (batch, channel)
        apart = alpha[:, :, None, None] * self.pool * (maps[0] / sizes[0] - maps[1] / sizes[1])
        first, last = (self.cover.coverage(self.placed(joints)) for joints in (learner, template))
        part: Tensor = ((first - last).abs() * apart.sum(dim=1, keepdim=True)).sum(dim=(2, 3))
        return -part


def matching_loss(outputs: dict[str, Tensor], batch: dict[str, Tensor]) -> Tensor:
    """Cosine embedding loss with margin 0, as published, and the cross-entropy that fits the cut beside it.

    ``1 - cosine`` for the same pose, ``max(0, cosine)`` for another.
    """
    same, score = batch["target"].to(outputs["score"].dtype), outputs["score"]
    embedding = torch.where(same > 0, 1 - score, score.clamp_min(0)).mean()
    return embedding + binary_cross_entropy_with_logits(outputs["logits"][:, 1] - outputs["logits"][:, 0], same)


def side_of(features: nn.Module, size: int) -> int:
    """Rows of the map that a picture of ``size`` becomes."""
    with torch.no_grad():
        side = int(features.eval()(torch.zeros(1, 3, size, size)).shape[-1])
    features.train()
    return side
