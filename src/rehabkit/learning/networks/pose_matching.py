"""What every pose matcher has, the small one, and the loss; the published ones are in :mod:`.st_amcnn`.

All are Siamese: the second picture is aligned with the first, one branch reads both, the score is the cosine of the two
embeddings. Which limb lowers it is an output of the graph, in closed form: no gradient is needed at run time.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cosine_similarity

from rehabkit.learning.networks.stick_figure import StickFigure
from rehabkit.systems.pose_matching.stick_figure import JOINTS, LIMB_ENDS

SIZE = 52
"""Pixels of the small matcher's pictures."""
HIPS = JOINTS.index("left_hip"), JOINTS.index("right_hip")
N_LIMBS = len(LIMB_ENDS)
LENGTH_SCALE = 3.0
"""Brings lengths, shares of the sheet, to the size of directions."""
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
        """Both figures as the branch reads them, (batch, …) each: what :meth:`embed` takes."""
        raise NotImplementedError

    def embed(self, features: Tensor) -> Tensor:
        """(batch, …) → (batch, n_embedding)."""
        raise NotImplementedError

    def limbs(
        self, learner: Tensor, template: Tensor, maps: tuple[Tensor, Tensor], embeddings: tuple[Tensor, Tensor]
    ) -> Tensor:
        """(batch, 11) share of each limb in the cosine."""
        raise NotImplementedError


class SmallMatcher(Matcher):
    """A matcher for phones: a picture of 52×52 and the directions of the limbs, both with the hips in the middle.

    Placing the figure by its hips and the length of its limbs does in closed form what the spatial transformer has to
    learn. Global pooling takes the place of the large last layer; its weights differ by position (depthwise global
    convolution, Chen et al. 2018, MobileFaceNets), since a plain average forgets where a limb was. Beside the picture
    three linear layers read direction and length of each limb, and the two embeddings are added.
    """

    ends: Tensor

    def __init__(self, widths: tuple[int, ...] = (16, 32, 64, 64), n_embedding: int = 64, n_hidden: int = 128) -> None:
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
        self.directions = nn.Sequential(
            nn.Linear(3 * N_LIMBS, n_hidden), nn.BatchNorm1d(n_hidden), nn.ReLU(),
            nn.Linear(n_hidden, n_hidden), nn.BatchNorm1d(n_hidden), nn.ReLU(), nn.Linear(n_hidden, n_embedding),
        )  # fmt: skip
        self.register_buffer("ends", torch.as_tensor(LIMB_ENDS), persistent=False)

    def maps(self, learner: Tensor, template: Tensor) -> tuple[Tensor, Tensor]:
        """What both figures become before they are compared, (batch, n_embedding) of the picture and of the limbs."""
        return self.read(learner), self.read(template)

    def read(self, joints: Tensor) -> Tensor:
        """(batch, 13, 3) → (batch, n_embedding + 33): the picture's embedding, and the limbs as they are."""
        placed = self.placed(joints)
        features = self.features(self.draw(placed))
        seen = self.head(self.norm((features * self.pool).sum(dim=(2, 3))))
        return torch.cat([seen, self.limb_vectors(placed).flatten(1)], dim=1)

    def limb_vectors(self, placed: Tensor) -> Tensor:
        """(batch, 13, 3) → (batch, 11, 3): direction and length of each limb, 0 where an end wasn't seen."""
        points, seen = placed[..., :2], placed[..., 2:]
        along = points[:, self.ends[:, 1]] - points[:, self.ends[:, 0]]  # (batch, limb, x and y)
        length = along.norm(dim=2, keepdim=True)
        drawn = seen[:, self.ends[:, 0]] * seen[:, self.ends[:, 1]]
        return torch.cat([along / length.clamp_min(1e-6), length * LENGTH_SCALE], dim=2) * drawn

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
        """The picture's embedding and that of the limbs, added."""
        n = self.head.out_features
        embedding: Tensor = features[:, :n] + self.directions(features[:, n:])
        return embedding

    def limbs(
        self, learner: Tensor, template: Tensor, maps: tuple[Tensor, Tensor], embeddings: tuple[Tensor, Tensor]
    ) -> Tensor:
        """(batch, 11) how much the cosine falls short of what it were with that limb as the template holds it.

        One limb after the other is given the template's direction and length, in the part that reads limbs.
        """
        n = self.head.out_features
        own, other = (x[:, n:].reshape(-1, N_LIMBS, 3) for x in maps)
        swap = torch.eye(N_LIMBS, dtype=own.dtype, device=own.device)[None, :, :, None]  # (1, swapped, limb, 1)
        mended = own[:, None] * (1 - swap) + other[:, None] * swap  # (batch, swapped, limb, 3)
        read = self.directions(mended.reshape(-1, 3 * N_LIMBS)).reshape(-1, N_LIMBS, n)
        score = cosine_similarity(maps[0][:, None, :n] + read, embeddings[1][:, None], dim=2)
        return cosine_similarity(*embeddings)[:, None] - score


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
