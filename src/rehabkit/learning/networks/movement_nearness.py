"""How near a movement lies to the known ones by what its limbs do, in whatever order: closed form, in the graph."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rehabkit.kinematics.canonical import CANONICAL_JOINTS, CANONICAL_PARENTS

ENDS = ("neck", *(f"{side}_{joint}" for side in ("left", "right") for joint in ("elbow", "wrist", "knee", "ankle")))
"""Where the nine bones end whose directions are looked at: trunk, upper arms, forearms, thighs, shanks."""
MOVING = 3.0
"""Weight of how the bones move together beside where they are on average."""
N_DIRECTIONS = 30
"""Principal directions that are kept."""
RIDGE = 0.05
"""Share of the mean variance within a movement that is added to each direction's."""
NEVER_MET = 1e3
"""Where a movement's centre lies that training did not show: out of reach, in standard deviations."""


class LimbForm(nn.Module):
    """positions (batch, time, joints, 3) → (batch, 405): mean of nine bones' directions, and their covariances."""

    def __init__(self) -> None:
        super().__init__()
        ends = [CANONICAL_JOINTS.index(name) for name in ENDS]
        n = 3 * len(ends)
        upper = torch.triu_indices(n, n)
        self.n_features = n + upper.shape[1]
        self.register_buffer("ends", torch.tensor(ends), persistent=False)
        self.register_buffer("starts", torch.tensor([CANONICAL_PARENTS[end] for end in ends]), persistent=False)
        self.register_buffer("upper", upper[0] * n + upper[1], persistent=False)

    def forward(self, positions: Tensor) -> Tensor:
        """Neither pace nor phase nor bone lengths change it."""
        at = [self.get_buffer(name) for name in ("ends", "starts")]
        bones = positions.index_select(2, at[0]) - positions.index_select(2, at[1])
        x = (bones / bones.norm(dim=-1, keepdim=True).clamp_min(1e-6)).flatten(2)  # (batch, time, 27)
        mean = x.mean(dim=1)
        apart = x - mean[:, None]
        together = (apart.transpose(1, 2) @ apart / positions.shape[1]).flatten(1)
        return torch.cat([mean, MOVING * together.index_select(1, self.get_buffer("upper"))], dim=1)


class Nearness(nn.Module):
    """positions → (batch, 1) how much farther from the nearest known movement than people not trained on are.

    Mahalanobis distance with a covariance that the movements share (Lee et al., NeurIPS 2018), of :class:`LimbForm`
    in principal directions; its logarithm in standard deviations. 0 before :meth:`fit`.

    Parameters
    ----------
    n_known : number of movements.
    """

    def __init__(self, n_known: int) -> None:
        super().__init__()
        self.n_known = n_known
        self.form = LimbForm()
        self.register_buffer("origin", torch.zeros(self.form.n_features))
        self.register_buffer("whiten", torch.zeros(self.form.n_features, N_DIRECTIONS))
        self.register_buffer("centres", torch.zeros(n_known, N_DIRECTIONS))
        self.register_buffer("level", torch.zeros(()))
        self.register_buffer("spread", torch.ones(()))

    def forward(self, positions: Tensor) -> Tensor:
        """Standard deviations: 0 is as near as a known movement of someone else usually is."""
        return (self.log_distance(positions) - self.get_buffer("level")) / self.get_buffer("spread")

    def log_distance(self, positions: Tensor) -> Tensor:
        """(batch, 1) logarithm of the squared distance to the nearest centre."""
        x = (self.form(positions) - self.get_buffer("origin")) @ self.get_buffer("whiten")
        squared = (x[:, None] - self.get_buffer("centres")).square().sum(dim=-1)  # (batch, n_known)
        return torch.log1p(squared.amin(dim=1, keepdim=True))

    @torch.no_grad()
    def fit(self, positions: Tensor, target: Tensor) -> Nearness:
        """Centres and the shared covariance.

        Parameters
        ----------
        positions : (n_rows, n_times, n_joints, 3) known movements.
        target : (n_rows,) which.
        """
        features = self.form(positions).double()
        origin = features.mean(dim=0)
        x = features - origin
        directions = torch.linalg.eigh(x.T @ x)[1][:, -N_DIRECTIONS:]
        x = x @ directions
        centres = torch.full((self.n_known, N_DIRECTIONS), NEVER_MET, dtype=x.dtype)
        met = torch.unique(target)
        means = torch.stack([x[target == label].mean(dim=0) for label in met])
        within = x - means[torch.searchsorted(met, target)]
        covariance = within.T @ within / len(within)
        ridge = RIDGE * covariance.diagonal().mean().clamp_min(1e-9)
        lower = torch.linalg.cholesky(covariance + ridge * torch.eye(N_DIRECTIONS, dtype=x.dtype))
        whiten = torch.linalg.inv(lower).T
        centres[met] = means @ whiten
        for name, value in {"origin": origin, "whiten": directions @ whiten, "centres": centres}.items():
            self.get_buffer(name).copy_(value)
        return self

    @torch.no_grad()
    def set_scale(self, log_distances: Tensor) -> None:
        """What is usual: distances of known movements of people whom the centres have not seen."""
        self.get_buffer("level").copy_(log_distances.mean())
        self.get_buffer("spread").copy_(log_distances.std().clamp_min(1e-3))
