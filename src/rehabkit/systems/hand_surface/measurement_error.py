"""The error of each measure of a hand, as scans of the same hand taken again show it.

The figures stand in ``measurement_error.toml``, written by benchmarks/hand_measures.py from simulated scans of modelled
hands: no real hand was scanned twice, so each is provisional.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from rehabkit.kinematics.uncertainty import CameraError

SHIPPED = Path(__file__).with_name("measurement_error.toml")


def hand_error(family: str, *, all_round: bool, by_network: bool) -> CameraError | None:
    """The error of a measure, in its unit; ``None`` where there is no figure.

    Parameters
    ----------
    family : as :class:`.measures.Measure` names it.
    all_round : whether the hand was seen from all sides.
    by_network : whether the network named the parts; a file that names them is taken to be right.

    Examples
    --------
    >>> hand_error("finger_length_back", all_round=False, by_network=False).mdc95 > 0
    True
    """
    return _table().get(("network" if by_network else "given", "round" if all_round else "one", family))


@lru_cache(maxsize=1)
def _table() -> dict[tuple[str, str, str], CameraError]:
    said = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    return {
        (whose, seen, family): CameraError(**entry)
        for whose, ways in said.items()
        for seen, entries in ways.items()
        for family, entry in entries.items()
    }
