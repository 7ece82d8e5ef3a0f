"""The geometry of :mod:`rehabkit.kinematics.depth.completion` as a torch module: joints summed over a tree of bones.

Its numbers are counted (:class:`.LyingPrior`), not trained; as part of a graph it runs wherever that graph runs.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from rehabkit.kinematics.depth import completion, hidden, prior
from rehabkit.kinematics.depth.prior import LyingPrior
from rehabkit.kinematics.depth.tree import BONES, WIDTHS, numbered
from rehabkit.systems.lying_pose.picture import JOINTS
from rehabkit.systems.lying_pose.tensors import N_JOINTS, N_PAIRS

PAIRS = numbered((*BONES, *WIDTHS), JOINTS)
TREE = PAIRS[: len(BONES)]
FIRST, SECOND = ([pair[end] for pair in PAIRS] for end in (0, 1))
START, END = FIRST[: len(BONES)], SECOND[: len(BONES)]
N_CUES = 4 * N_PAIRS + N_JOINTS + 2 * hidden.N_LIMBS
SIZES = (0.88, 0.92, 0.96, 1.0, 1.04, 1.08, 1.12)
"""Fewer than the library has, since a graph is run for many rows."""
FAR_M = 100.0
N_TOLD = 4
"""Numbers it tells of a joint."""


class Tree(nn.Module):
    """Each joint's depth on its line of sight from surface, mattress and bones together.

    Its buffers hold a :class:`.LyingPrior` once :meth:`count` was given one; before that, rough guesses.
    """

    def __init__(self) -> None:
        super().__init__()
        heights = torch.as_tensor(prior.heights(), dtype=torch.float32)
        rough = {
            "offset": torch.full((N_JOINTS,), 0.08), "offset_spread": torch.full((N_JOINTS,), 0.03),
            "heights": torch.full((N_JOINTS, len(heights)), 1 / float(heights[-1] - heights[0])),
            "usual": torch.full((N_PAIRS,), 0.3), "cue_constant": torch.zeros(N_JOINTS),
            "cue_weight": torch.zeros(N_JOINTS, N_CUES),
            "length": torch.full((len(BONES),), 0.3), "length_spread": torch.full((len(BONES),), 0.1),
            "size_spread": torch.tensor(0.06),
        }  # fmt: skip
        for name, value in rough.items():
            self.register_buffer(name, value)
        own = torch.tensor([[j in pair for pair in TREE] for j in range(N_JOINTS)])
        self.register_buffer("own", own, persistent=False)

    @torch.no_grad()
    def count(self, counted: LyingPrior) -> None:
        """Take over what was counted on training people."""
        weight = counted.judge.weight[:, 1:] / counted.judge.scale
        constant = counted.judge.weight[:, 0] - (weight * counted.judge.mean).sum(axis=1)
        values = {
            "offset": counted.offsets.offset_m, "offset_spread": counted.offsets.spread_m,
            "heights": counted.height_density, "usual": counted.judge.usual_m, "cue_constant": constant,
            "cue_weight": weight, "length": counted.length_m,
            "length_spread": counted.length_spread_m, "size_spread": counted.size_spread,
        }  # fmt: skip
        for name, value in values.items():
            self.get_buffer(name).copy_(torch.as_tensor(value))

    def forward(self, joints: Tensor, relief: Tensor, view: Tensor) -> Tensor:
        """(batch, 16, 4): metres behind the surface along the line of sight, their spread, probability of being
        hidden; and that probability before bones were looked at."""
        found = joints[..., 6] > 0.5
        share = self._judged(joints, relief, view, found)
        depth = _depths(joints)  # (batch, 16, n_depths) metres behind the surface
        hides, shows = self._seen_or_hidden(depth, share)
        height = joints[..., 2:3] + depth * joints[..., 5:6]
        weight = self._density(height) * (hides + shows)
        weight = weight / weight.sum(dim=2, keepdim=True)
        belief = self._believed(joints, depth, weight, found)
        told = [_quantile(belief, depth, share_of) for share_of in (0.5, 0.16, 0.84)]
        behind = (belief * hides / (hides + shows)).sum(dim=2)
        known = found.to(depth.dtype)
        values = torch.stack([told[0], (told[2] - told[1]) / 2, behind, share], dim=-1)
        unknown = torch.tensor([0.0, 0.5, 1.0, 1.0], dtype=depth.dtype)
        return values * known[..., None] + unknown * (1 - known[..., None])

    def _judged(self, joints: Tensor, relief: Tensor, view: Tensor, found: Tensor) -> Tensor:
        """(batch, 16) probability that each joint is hidden, by the cues of :mod:`rehabkit.kinematics.depth.hidden`."""
        centre = joints[..., :3] + self.get_buffer("offset")[:, None] * joints[..., 3:6]
        both = found[:, FIRST] & found[:, SECOND]
        length = (centre[:, FIRST] - centre[:, SECOND]).square().sum(dim=-1).clamp_min(1e-12).sqrt()
        strain = torch.where(both, (length / self.get_buffer("usual")).log().clamp(-1, 1), 0.0)
        whole = torch.cat([strain, strain.abs(), joints[..., 2]], dim=1)[:, None].expand(-1, N_JOINTS, -1)
        limbs = self._limbs(joints, centre, view, found)
        between = relief.clamp(-hidden.STEEPEST_M, hidden.STEEPEST_M).flatten(1)[:, None].expand(-1, N_JOINTS, -1)
        cues = torch.cat([whole, limbs, between], dim=2)
        logit = self.get_buffer("cue_constant") + (self.get_buffer("cue_weight") * cues).sum(dim=2)
        return torch.sigmoid(logit).clamp(1 - hidden.SUREST, hidden.SUREST)

    def _limbs(self, joints: Tensor, centre: Tensor, view: Tensor, found: Tensor) -> Tensor:
        """(batch, 16, 6) nearness and precedence of the nearest other limbs in the picture."""
        rays = joints[..., 3:6] @ view[:, 1:]
        ahead = torch.where(rays[..., 2:] > 1e-3, rays[..., 2:], 1e-3)
        near = view[:, :1, 2] + (joints[..., :3] @ view[:, 1:, 2:])[..., 0]
        known = found.to(near.dtype)
        distance = (near * known).sum(dim=1) / known.sum(dim=1).clamp_min(1.0)
        flat = rays[..., :2] / ahead * distance[:, None, None]
        z = view[:, :1, 2] + (centre @ view[:, 1:, 2:])[..., 0]
        along = flat[:, END] - flat[:, START]
        to_joint = flat[:, :, None] - flat[:, None, START]
        share = (to_joint * along[:, None]).sum(dim=-1) / along.square().sum(dim=-1).clamp_min(1e-9)[:, None]
        share = share.clamp(0, 1)
        apart = (to_joint - share[..., None] * along[:, None]).square().sum(dim=-1).clamp_min(1e-12).sqrt()
        usable = found[:, :, None] & (found[:, START] & found[:, END])[:, None] & ~self.get_buffer("own")
        apart = torch.where(usable, apart, FAR_M)
        before = z[:, :, None] - (z[:, None, START] * (1 - share) + z[:, None, END] * share)
        apart, nearest = torch.topk(apart, hidden.N_LIMBS, dim=2, largest=False, sorted=True)
        before = torch.gather(before, 2, nearest)
        close = torch.exp(-apart / hidden.NEAR_M)
        return torch.cat([torch.exp(-apart / hidden.LIMB_M), torch.tanh(before / hidden.NEAR_M) * close], dim=2)

    def _seen_or_hidden(self, behind: Tensor, share: Tensor) -> tuple[Tensor, Tensor]:
        share, spread = share[..., None], self.get_buffer("offset_spread")[:, None]
        apart = (behind - self.get_buffer("offset")[:, None]) / spread
        shows = (1 - share) * torch.exp(-0.5 * apart**2) / (spread * math.sqrt(2 * math.pi))
        within = ((behind > 0) & (behind < completion.REACH_M)).to(behind.dtype)
        return share * within / completion.REACH_M, shows + completion.MISSED

    def _density(self, height: Tensor) -> Tensor:
        """(batch, 16, n) per metre at heights, between the two nearest of the scale; 0 beyond it."""
        table = self.get_buffer("heights")
        at = (height - prior.LOWEST_M) / prior.HEIGHT_STEP_M
        last = table.shape[1] - 1
        below = at.floor().clamp(0, last - 1)
        number = below.long()
        tables = table + torch.zeros_like(height[..., :1])
        low, high = torch.gather(tables, 2, number), torch.gather(tables, 2, number + 1)
        inside = ((at >= 0) & (at <= last)).to(height.dtype)
        return inside * (low + (high - low) * (at - below)) + 1e-9

    def _believed(self, joints: Tensor, depth: Tensor, weight: Tensor, found: Tensor) -> Tensor:
        """(batch, 16, n_depths) beliefs, summed over people's sizes: messages up the tree, then down."""
        fits = self._fits(joints, depth, found)
        up, to_parent = [own[:, None] for own in weight.unbind(dim=1)], {}
        sizes = torch.tensor(SIZES)
        evidence = -0.5 * ((sizes - 1) / self.get_buffer("size_spread")) ** 2
        for bone in reversed(range(len(TREE))):
            parent, child = TREE[bone]
            message = (fits[bone] @ up[child][..., None])[..., 0]  # (batch, n_sizes, n_depths)
            total = message.sum(dim=2, keepdim=True)
            evidence = evidence + total[..., 0].log()
            to_parent[bone] = message / total
            up[parent] = up[parent] * to_parent[bone]
        root = TREE[0][0]
        share = torch.softmax(evidence + up[root].sum(dim=2).log(), dim=1)[..., None]
        belief = list(up)
        belief[root] = _normal(belief[root])
        for bone, (parent, child) in enumerate(TREE):
            others = _normal(belief[parent] / to_parent[bone].clamp_min(1e-30))
            belief[child] = _normal(up[child] * (others[..., None, :] @ fits[bone])[..., 0, :])
        return torch.stack([(one * share).sum(dim=1) for one in belief], dim=1)

    def _fits(self, joints: Tensor, depth: Tensor, found: Tensor) -> list[Tensor]:
        """For each bone (batch, n_sizes, n_depths, n_depths): how well a parent's and a child's places fit."""
        places = joints[..., None, :3] + depth[..., None] * joints[..., None, 3:6]
        sizes, fits = torch.tensor(SIZES)[:, None, None], []
        for bone, (parent, child) in enumerate(TREE):
            apart = (places[:, parent, :, None] - places[:, child, None]).square().sum(dim=-1).clamp_min(1e-12).sqrt()
            length, spread = self.get_buffer("length")[bone], self.get_buffer("length_spread")[bone]
            fit = torch.exp(-0.5 * ((apart[:, None] - sizes * length) / spread) ** 2)
            known = (found[:, parent] & found[:, child])[:, None, None, None]
            fits.append(torch.where(known, (1 - completion.OUTLIERS) * fit + completion.OUTLIERS, 1.0))
        return fits


def _depths(joints: Tensor) -> Tensor:
    """(batch, 16, n_depths) metres behind the surface, from a little before it to a little below the mattress."""
    falls = (-joints[..., 5]).clamp_min(1e-3)
    mattress = joints[..., 2] / falls
    reach = mattress.clamp_max(completion.REACH_M)
    near = torch.minimum(torch.zeros_like(reach), reach - completion.LEAST_M) - completion.BEFORE_M
    steps = torch.linspace(0, 1, completion.N_DEPTHS)
    return near[..., None] + (reach + completion.BELOW_M - near)[..., None] * steps


def _normal(belief: Tensor) -> Tensor:
    """Its sum over depths made 1."""
    return belief / belief.sum(dim=-1, keepdim=True)


def _quantile(belief: Tensor, depth: Tensor, share: float) -> Tensor:
    """(batch, 16) depth below which a share of the belief lies, between two of the grid."""
    gathered = belief.cumsum(dim=2)
    number = (gathered < share).sum(dim=2, keepdim=True).clamp(1, depth.shape[2] - 1)
    low, high = torch.gather(gathered, 2, number - 1), torch.gather(gathered, 2, number)
    part = ((share - low) / (high - low).clamp_min(1e-9)).clamp(0, 1)
    below, above = torch.gather(depth, 2, number - 1), torch.gather(depth, 2, number)
    return (below + part * (above - below))[..., 0]
