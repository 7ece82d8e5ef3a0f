"""Where joints of a lying person are, from their surface and line of sight in the person's axes.

All take ``joints`` (batch, 16, 23), ``relief`` (batch, 21, 2) and ``view`` (batch, 4, 3) of
:mod:`rehabkit.systems.lying_pose.tensors` and return ``hidden`` (batch, 16), the probability that something else lies
before the joint, ``position`` (batch, 16, 3) metres in the camera's axes, and ``spread`` (batch, 16) metres: 68 % of
joints like this lie no farther off, once ``widen`` has been set on people that the weights haven't seen.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, softplus

from rehabkit.learning.networks.lying_pose_tree import Tree
from rehabkit.systems.lying_pose.tensors import N_FEATURES, N_JOINTS, N_PAIRS

N_OUT = 6
"""Numbers a joint: along the line of sight, off it (3), spread, hidden."""
USUAL_M, LEAST_SPREAD_M, RISES = 0.1, 0.004, 5.0
MENDED = 0.75
"""How much of what the network moves joints by is done in the end: chosen of 0, ¼, ½, ¾, 1 on own people left out."""
QUANTILE_68 = 3.4
"""68 % of an exponential distribution in space, density e^(-r/b)/(8πb³), lies within so many b."""


class Direct(nn.Module):
    """A network from what is seen to joints, without the tree.

    Parameters
    ----------
    body : features and relief → (batch, 16, 6).
    """

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body
        self.register_buffer("widen", torch.ones(2))

    def forward(self, joints: Tensor, relief: Tensor, view: Tensor) -> dict[str, Tensor]:
        """As the module says."""
        return placed(joints, view, self.body(scaled(joints), RISES * relief), self.get_buffer("widen"))


class Summed(nn.Module):
    """The tree alone: everything in it is counted, but for how much its spread is too small."""

    def __init__(self) -> None:
        super().__init__()
        self.tree, self.widen = Tree(), nn.Parameter(torch.ones(2))

    def forward(self, joints: Tensor, relief: Tensor, view: Tensor) -> dict[str, Tensor]:
        """As the module says."""
        behind, spread, hidden, _ = self.tree(joints, relief, view).unbind(dim=-1)
        position = view[:, None, 0] + (joints[..., :3] + behind[..., None] * joints[..., 3:6]) @ view[:, 1:]
        return {"hidden": hidden, "position": position, "spread": widened(spread, hidden, self.widen)}


class Refined(nn.Module):
    """What the tree makes of a picture, and a network that mends it.

    Parameters
    ----------
    body : features, with the tree's numbers, and relief → (batch, 16, 6).
    """

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.tree, self.body = Tree(), body
        self.register_buffer("widen", torch.ones(2))

    def forward(self, joints: Tensor, relief: Tensor, view: Tensor) -> dict[str, Tensor]:
        """As the module says."""
        return self.mended(joints, relief, view, self.tree(joints, relief, view), MENDED)

    def mended(
        self, joints: Tensor, relief: Tensor, view: Tensor, told: Tensor, share: float = 1.0
    ) -> dict[str, Tensor]:
        """The outputs, from what the tree (batch, 16, 4) has told: in training it is asked only once a row.

        Parameters
        ----------
        share : of the way from where the tree has joints to where the network wants them.
        """
        seen = torch.cat([scaled(joints), told * told.new_tensor([5.0, 5.0, 1.0, 1.0])], dim=-1)
        found = self.body(seen, RISES * relief)
        likely = torch.logit(told[..., 2:3].clamp(0.01, 0.99))
        along, wide = (
            share * found[..., :1] + told[..., :1] / USUAL_M,
            found[..., 4:5] + (told[..., 1:2] / USUAL_M).clamp(max=2),
        )
        found = torch.cat([along, share * found[..., 1:4], wide, found[..., 5:] + likely], dim=-1)
        return placed(joints, view, found, self.get_buffer("widen"))


def placed(joints: Tensor, view: Tensor, found: Tensor, widen: Tensor) -> dict[str, Tensor]:
    """Outputs from a body's numbers.

    Parameters
    ----------
    joints, view : as the module says.
    found : (batch, 16, 6) numbers of the order of 1.
    widen : (2,) factors of the spread, of joints that are probably seen and of those that are probably hidden.
    """
    surface, ray = joints[..., :3], joints[..., 3:6]
    moved = surface + USUAL_M * (found[..., :1] * ray + found[..., 1:4])
    position = view[:, None, 0] + moved @ view[:, 1:]
    hidden = torch.sigmoid(found[..., 5])
    spread = LEAST_SPREAD_M + USUAL_M * softplus(found[..., 4] - 1)
    return {"hidden": hidden, "position": position, "spread": widened(spread, hidden, widen)}


def widened(spread: Tensor, hidden: Tensor, widen: Tensor) -> Tensor:
    """The spread times its factor, between that of seen and that of hidden joints."""
    return spread * (widen[0] + (widen[1] - widen[0]) * hidden)


class Lift(nn.Module):
    """The published way: each joint one offset behind its surface, along the line of sight (Wu et al. 2020).

    Spread and the share of hidden joints are a joint's own constants.
    """

    def __init__(self) -> None:
        super().__init__()
        self.offset, self.spread, self.hidden = (nn.Parameter(torch.zeros(N_JOINTS)) for _ in range(3))
        self.register_buffer("widen", torch.ones(2))

    def forward(self, joints: Tensor, relief: Tensor, view: Tensor) -> dict[str, Tensor]:
        """As the module says; relief isn't looked at."""
        zero = torch.zeros_like(joints[..., :3]) + 0 * relief.sum(dim=(1, 2))[:, None, None]
        own = [value.expand(joints.shape[:2]).unsqueeze(-1) for value in (self.offset, self.spread, self.hidden)]
        return placed(joints, view, torch.cat([own[0], zero, own[1], own[2]], dim=-1), self.get_buffer("widen"))


class Whole(nn.Module):
    """The whole body at once through a few wide layers with short cuts (after Martinez et al., ICCV 2017).

    Parameters
    ----------
    width, n_blocks : of the hidden layers.
    n_told : numbers of each joint that the geometry has worked out already.
    """

    def __init__(self, width: int = 160, n_blocks: int = 2, dropout: float = 0.1, n_told: int = 0) -> None:
        super().__init__()
        self.first = nn.Linear(N_JOINTS * (N_FEATURES + n_told) + 2 * N_PAIRS, width)
        self.blocks = nn.ModuleList([Block(width, dropout) for _ in range(n_blocks)])
        self.last = nn.Linear(width, N_JOINTS * N_OUT)

    def forward(self, joints: Tensor, relief: Tensor) -> Tensor:
        """(batch, 16, features) and (batch, 21, 2), of the order of 1 → (batch, 16, 6)."""
        x = self.first(torch.cat([joints.flatten(1), relief.flatten(1)], dim=1))
        for block in self.blocks:
            x = block(x)
        found: Tensor = self.last(gelu(x)).unflatten(1, (N_JOINTS, N_OUT))
        return found


class Block(nn.Module):
    """Two layers beside a short cut."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.norm, self.drop = nn.LayerNorm(width), nn.Dropout(dropout)
        self.up, self.down = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """(…, width) → (…, width)."""
        inner: Tensor = self.down(self.drop(gelu(self.up(self.norm(x)))))
        return x + inner


class Jointwise(nn.Module):
    """Joints as tokens that look at each other: attention (Vaswani et al. 2017) over sixteen of them.

    Parameters
    ----------
    width, n_layers, n_heads : of the layers.
    n_told : numbers of each joint that the geometry has worked out already.
    """

    def __init__(
        self, width: int = 64, n_layers: int = 3, n_heads: int = 4, dropout: float = 0.1, n_told: int = 0
    ) -> None:
        super().__init__()
        self.embed, self.between = nn.Linear(N_FEATURES + n_told, width), nn.Linear(2 * N_PAIRS, N_JOINTS * 8)
        self.mix, self.which = nn.Linear(8, width), nn.Parameter(0.5 * torch.randn(N_JOINTS, width))
        self.layers = nn.ModuleList([Layer(width, n_heads, dropout) for _ in range(n_layers)])
        self.norm, self.last = nn.LayerNorm(width), nn.Linear(width, N_OUT)

    def forward(self, joints: Tensor, relief: Tensor) -> Tensor:
        """(batch, 16, features) and (batch, 21, 2), of the order of 1 → (batch, 16, 6)."""
        between = gelu(self.between(relief.flatten(1)).unflatten(1, (N_JOINTS, 8)))
        x = self.embed(joints) + self.mix(between) + self.which
        for layer in self.layers:
            x = layer(x)
        found: Tensor = self.last(self.norm(x))
        return found


class Layer(nn.Module):
    """Attention, then two layers a joint, each beside a short cut."""

    def __init__(self, width: int, n_heads: int, dropout: float) -> None:
        super().__init__()
        self.n_heads, self.norm, self.drop = n_heads, nn.LayerNorm(width), nn.Dropout(dropout)
        self.ask, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.block = Block(width, dropout)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, 16, width) → (batch, 16, width)."""
        y = self.norm(x)
        ask, key, value = (
            part(y).unflatten(2, (self.n_heads, -1)).transpose(1, 2) for part in (self.ask, self.key, self.value)
        )
        weight = torch.softmax(ask @ key.transpose(2, 3) / math.sqrt(ask.shape[-1]), dim=-1)
        looked = self.out((weight @ value).transpose(1, 2).flatten(2))
        mixed: Tensor = self.block(x + self.drop(looked))
        return mixed


def scaled(joints: Tensor) -> Tensor:
    """Features brought to the order of 1: heights and what rises round a joint are small."""
    return torch.cat([joints[..., :2], RISES * joints[..., 2:3], joints[..., 3:7], RISES * joints[..., 7:]], dim=-1)
