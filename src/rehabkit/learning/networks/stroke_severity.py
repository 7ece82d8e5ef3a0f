"""S7's two branches on derived features of acute stroke: measures of a graph's nodes, and of each electrode's power."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rehabkit.learning.networks.recovery_prognosis import InUnit

N_NODES, N_NODE_MEASURES, N_POWER_MEASURES, N_TOPOLOGY = 29, 30, 25, 40
"""Electrodes; five bands of six measures of a node, five of power, eight of the whole graph."""


class NodesAndPower(InUnit):
    """S7's two branches on what the derived set holds: measures of the graph's nodes, and of each electrode's power.

    Takes ``nodes`` (batch, 29, 30), ``power`` (batch, 29, 25) and ``topology`` (batch, 40); returns ``value`` (batch,).
    """

    def __init__(self) -> None:
        super().__init__()
        self.of_nodes, self.of_power = (_branch(n) for n in (N_NODE_MEASURES, N_POWER_MEASURES))
        self.of_graph = nn.BatchNorm1d(N_TOPOLOGY)
        n_joined = 2 * 8 * N_NODES + N_TOPOLOGY
        self.head = nn.Sequential(nn.Linear(n_joined, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 1))

    def forward(self, nodes: Tensor, power: Tensor, topology: Tensor) -> dict[str, Tensor]:
        """One value a window."""
        parts = [self.of_nodes(nodes.transpose(1, 2)).flatten(1), self.of_power(power.transpose(1, 2)).flatten(1)]
        return self.in_unit(self.head(torch.cat([*parts, self.of_graph(topology)], dim=1)))


def _branch(n_measures: int) -> nn.Sequential:
    """Each electrode's measures to eight numbers, the same way at every electrode."""
    return nn.Sequential(
        nn.BatchNorm1d(n_measures), nn.Conv1d(n_measures, 8, 1, bias=False), nn.BatchNorm1d(8), nn.ReLU(),
        nn.Dropout(0.3),
    )  # fmt: skip
