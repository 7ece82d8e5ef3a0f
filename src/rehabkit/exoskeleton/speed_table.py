"""Speed limits by angle and pain: a table that never rises with pain and never passes the ceiling."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import InputError

Array = NDArray[np.float64]
CEILING_DEG_S = 60.0
"""No table, and nothing that anybody or any network says, gets past this."""


@dataclass(frozen=True, eq=False)
class SpeedTable:
    """Speed limits by angle and pain.

    Parameters
    ----------
    edges_deg : (n_bins + 1,) rising; angles outside stop.
    speed_deg_s : (n_bins, n_levels) from no pain to the worst; never rising with pain, never above 60 deg/s.

    Raises
    ------
    InputError
        Naming everything that is wrong.

    Examples
    --------
    >>> table = SpeedTable.even((0.0, 45.0, 90.0), (40.0, 20.0, 5.0))
    >>> table.bin_of(50.0), table.bin_of(90.0), table.bin_of(-1.0)
    (1, 1, None)
    """

    edges_deg: Array
    speed_deg_s: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "edges_deg", np.array(self.edges_deg, dtype=np.float64))
        object.__setattr__(self, "speed_deg_s", np.array(self.speed_deg_s, dtype=np.float64))
        problems = self._problems()
        if problems:
            raise InputError("speed table: " + "; ".join(problems))
        for array in (self.edges_deg, self.speed_deg_s):
            array.setflags(write=False)

    def _problems(self) -> list[str]:
        edges, speed = self.edges_deg, self.speed_deg_s
        if edges.ndim != 1 or len(edges) < 2 or speed.ndim != 2 or len(speed) != len(edges) - 1 or speed.shape[1] < 2:
            return [
                f"speeds must have a row for each of the bins and 2 levels or more, got {speed.shape}, {edges.shape}"
            ]
        problems = []
        if not (np.isfinite(edges).all() and (np.diff(edges) > 0).all()):
            problems.append(f"edges must be finite and rise, got {edges.tolist()}")
        if not (np.isfinite(speed).all() and (speed >= 0).all() and (speed <= CEILING_DEG_S).all()):
            problems.append(f"speeds must be 0 to {CEILING_DEG_S:g} deg/s, got {speed.min():g} to {speed.max():g}")
        if (np.diff(speed, axis=1) > 0).any():
            problems.append(f"speeds must not rise with pain, got {speed.tolist()}")
        return problems

    @classmethod
    def even(cls, edges_deg: tuple[float, ...], speeds_deg_s: tuple[float, ...]) -> SpeedTable:
        """The same speeds in every bin of angle."""
        return cls(np.array(edges_deg), np.tile(np.array(speeds_deg_s), (len(edges_deg) - 1, 1)))

    @property
    def n_bins(self) -> int:
        """Bins of angle."""
        return len(self.speed_deg_s)

    @property
    def n_levels(self) -> int:
        """Levels of pain, none among them."""
        return int(self.speed_deg_s.shape[1])

    def bin_of(self, angle_deg: float) -> int | None:
        """The bin that holds an angle (the last one its upper edge, too); ``None`` outside and for no number."""
        if not (isfinite(angle_deg) and self.edges_deg[0] <= angle_deg <= self.edges_deg[-1]):
            return None
        return min(int(np.searchsorted(self.edges_deg, angle_deg, side="right")) - 1, self.n_bins - 1)


DEFAULT_TABLE = SpeedTable.even(tuple(np.arange(0.0, 131.0, 10.0)), (45.0, 25.0, 12.0, 5.0))
"""Chosen, not measured: no paper gives speeds. No, mild, moderate, severe pain."""
