"""Each joint's place on its line of sight, seen or hidden, with how sure that is.

A joint's picture point fixes a line; only the depth on it is unknown. Three things speak of it: the surface that is
seen there (the joint is one offset behind it, or something else hides it and it is anywhere behind), the mattress
(bodies lie on it: the joint's height has a known distribution) and the bones, whose lengths are those of one person.
The joints are a tree, so the product of all this over a grid of depths is summed exactly by passing messages from
the hands and feet to the pelvis and back (sum–product; Pearl 1988; Felzenszwalb & Huttenlocher, IJCV 61:55, 2005).
The person's size is one unknown of all pictures of a recording, and with enough pictures each bone's length is the
person's own (:func:`complete_sequence`): bones don't grow or shrink while someone moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rehabkit.kinematics.depth.hidden import cues_of
from rehabkit.kinematics.depth.prior import LEAST_SPREAD_M, LyingPrior
from rehabkit.kinematics.depth.sight import Sight

Array = NDArray[np.float64]
N_DEPTHS = 64
BEFORE_M, BELOW_M = 0.05, 0.10
"""The grid goes from this far before the surface to this far below the mattress (along the line of sight)."""
REACH_M = 0.8
"""Hidden, a joint is anywhere up to this far behind what hides it."""
LEAST_M = 0.30
"""Where the surface is the mattress, or the floor beside it, a picture point missed its joint, which is above."""
OUTLIERS = 1e-4
"""Weight of a bone of any length: a wrong picture point mustn't bend the rest of the body."""
AHEAD = (0.0, 0.0, 1.0)
MISSED = 0.01
"""Likelihood, per metre, of a surface that has nothing to do with the joint: its point is a few px beside it."""
LIKELY = 0.5
"""A joint with a higher probability of being hidden is marked as hidden."""
LEAST_PICTURES = 5
KNOWN_SIZE_SPREAD = 0.005
SIZES = np.linspace(0.82, 1.18, 9)


@dataclass(frozen=True)
class Completed:
    """Joints in space; NaN for a joint that has no picture point.

    Parameters
    ----------
    positions : (n_joints, 3) metres in camera axes: the median of what is possible.
    spread_m : (n_joints,) half of the central 68 % of what is possible, metres along the line of sight.
    hidden : (n_joints,) probability that something else lies before the joint.
    size : the person's, as a share of the mean.
    """

    positions: Array
    spread_m: Array
    hidden: Array
    size: float


def complete(sights: Sequence[Sight], prior: LyingPrior) -> list[Completed]:
    """Place the joints of all pictures of one person.

    Parameters
    ----------
    sights : one a picture; more pictures know the person's size better.
    prior : of the same joints in the same order.
    """
    grids = [_Grid.of(sight, prior) for sight in sights]
    passed = [[_pass(grid, prior, size) for size in SIZES] for grid in grids]
    evidence = -0.5 * ((SIZES - 1) / prior.size_spread) ** 2
    evidence = evidence + np.array([[log for _, log in one] for one in passed]).sum(axis=0)
    weight = np.exp(evidence - evidence.max())
    weight /= weight.sum()
    size = float(weight @ SIZES)
    return [
        grid.summed(np.tensordot(weight, np.stack([belief for belief, _ in one]), axes=1), size)
        for grid, one in zip(grids, passed, strict=True)
    ]


def complete_sequence(sights: Sequence[Sight], prior: LyingPrior) -> list[Completed]:
    """Place the joints of many pictures of one person, bone lengths held constant.

    Placed once, the person's own bones are measured where both ends were seen; placed again with these.

    Parameters
    ----------
    sights : one a picture.
    prior : of the same joints in the same order.
    """
    return complete(sights, personal(prior, complete(sights, prior)))


def personal(prior: LyingPrior, completed: Sequence[Completed]) -> LyingPrior:
    """The prior with a person's own bones: medians over at least :data:`LEAST_PICTURES` that show both ends."""
    parents, children = np.array(prior.bones).T
    length = np.stack([np.linalg.norm(c.positions[children] - c.positions[parents], axis=-1) for c in completed])
    # a joint without a picture point isn't seen either
    hidden = ~(np.stack([np.maximum(c.hidden[parents], c.hidden[children]) for c in completed]) <= LIKELY)
    size = completed[0].size
    own, spread = size * prior.length_m, size * prior.length_spread_m
    for bone in np.flatnonzero((~hidden).sum(axis=0) >= LEAST_PICTURES):
        own[bone] = np.median(length[~hidden[:, bone], bone])
        spread[bone] = LEAST_SPREAD_M
    return replace(prior, length_m=own, length_spread_m=spread, size_spread=KNOWN_SIZE_SPREAD)


@dataclass(frozen=True)
class _Grid:
    """(n_joints, n_depths) depths, what speaks for each but the bones, and which share of that is "hidden"."""

    found: NDArray[np.bool_]
    rays: Array
    depth: Array
    weight: Array
    hidden: Array
    apart: Array
    """(n_bones, n_depths, n_depths) metres between each parent's and child's places, NaN if one wasn't found."""

    @classmethod
    def of(cls, sight: Sight, prior: LyingPrior) -> _Grid:
        found = np.asarray(np.isfinite(sight.rays).all(axis=-1))
        sight = replace(sight, rays=np.where(found[:, None], sight.rays, AHEAD))  # any line: nothing hangs on it
        length = np.linalg.norm(sight.rays, axis=-1, keepdims=True)  # (n_joints, 1) metres along it for a metre of z
        mattress = sight.plane.depth_along(sight.rays)
        surface = np.where(np.isfinite(sight.surface_m), sight.surface_m, mattress - REACH_M)
        reach = np.fmin(mattress, surface + REACH_M)
        near = np.fmin(surface, reach - LEAST_M / length[:, 0]) - BEFORE_M / length[:, 0]
        far = reach + BELOW_M / length[:, 0]
        depth = near[:, None] + (far - near)[:, None] * np.linspace(0, 1, N_DEPTHS)
        behind = (depth - sight.surface_m[:, None]) * length  # metres along the line of sight
        hides, shows = _seen_or_hidden(behind, prior, prior.judge.share(cues_of(sight, prior.offsets)))
        density = prior.density_at(sight.plane.height(sight.rays[:, None] * depth[..., None]))
        weight = density * (hides + shows)
        places = sight.rays[:, None] * depth[..., None]  # (n_joints, n_depths, 3)
        parents, children = np.array(prior.bones).T
        apart = np.linalg.norm(places[parents][:, :, None] - places[children][:, None], axis=-1)
        apart[~(found[parents] & found[children])] = np.nan
        return cls(found, sight.rays, depth, weight / weight.sum(axis=1, keepdims=True), hides / (hides + shows), apart)

    def summed(self, belief: Array, size: float) -> Completed:
        """The beliefs' medians and spreads."""
        gathered = np.cumsum(belief, axis=1)
        low, middle, high = (
            np.array([np.interp(share, g, z) for g, z in zip(gathered, self.depth, strict=True)])
            for share in (0.16, 0.5, 0.84)
        )
        spread = (high - low) / 2 * np.linalg.norm(self.rays, axis=-1)
        hidden = (belief * self.hidden).sum(axis=1)
        places, spread, hidden = (
            np.where(self.found.reshape(-1, *[1] * (values.ndim - 1)), values, np.nan)
            for values in (self.rays * middle[:, None], spread, hidden)
        )
        return Completed(places, spread, hidden, size)


def _seen_or_hidden(behind: Array, prior: LyingPrior, hidden: Array) -> tuple[Array, Array]:
    """(n_joints, n_depths) likelihood of the surface if the joint is hidden, and if it is seen."""
    share = hidden[:, None]
    apart = (behind - prior.offsets.offset_m[:, None]) / prior.offsets.spread_m[:, None]
    shows = (1 - share) * np.exp(-0.5 * apart**2) / (prior.offsets.spread_m[:, None] * np.sqrt(2 * np.pi))
    hides = share * ((behind > 0) & (behind < REACH_M)) / REACH_M
    nothing = np.isnan(behind)
    return np.where(nothing, 1.0, hides), np.where(nothing, MISSED, shows + MISSED)


def _pass(grid: _Grid, prior: LyingPrior, size: float) -> tuple[Array, float]:
    """(n_joints, n_depths) beliefs in each depth for a person of this size, and the logarithm of the evidence."""
    wrong = (grid.apart - size * prior.length_m[:, None, None]) / prior.length_spread_m[:, None, None]
    fits = (1 - OUTLIERS) * np.exp(-0.5 * wrong**2) + OUTLIERS  # (n_bones, parent's depths, child's depths)
    fits = np.where(np.isnan(fits), 1.0, fits)
    up, to_parent, evidence = grid.weight.copy(), np.empty(grid.apart.shape[:2]), 0.0
    for bone in reversed(range(len(prior.bones))):
        parent, child = prior.bones[bone]
        message = fits[bone] @ up[child]
        evidence += float(np.log(message.sum()))
        to_parent[bone] = message / message.sum()
        up[parent] = up[parent] * to_parent[bone]
    root = prior.bones[0][0]
    evidence += float(np.log(up[root].sum()))
    belief = up.copy()
    for bone, (parent, child) in enumerate(prior.bones):
        others = belief[parent] / np.maximum(to_parent[bone], 1e-300)  # what the parent knows but from this child
        belief[child] = up[child] * (others / others.sum() @ fits[bone])
    return belief / belief.sum(axis=1, keepdims=True), evidence
