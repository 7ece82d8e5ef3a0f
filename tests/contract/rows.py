"""One row a system: a real recording that it reads, and recordings that it must refuse by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """What the contract suite needs of a system.

    Parameters
    ----------
    sample : gives a real recording of the kind that the system reads.
    malformed : what is wrong → (a recording with that fault, what the error must name).
    parts : occludable parts of the first input: name → index into one row.
    answer : outputs → (n_rows,) the number that occlusion explains.
    """

    sample: Callable[[], Any]
    malformed: Callable[[], dict[str, tuple[Any, str]]]
    size_budget: int = 1_000_000


ROWS: dict[str, Row] = {}
