"""Every system that has a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehabkit.errors import InputError
from rehabkit.systems.contract import System

_ALL: tuple[System[Any], ...] = ()
SYSTEMS: Mapping[str, System[Any]] = {one.name: one for one in _ALL}
"""By name, in the order in which they are shown."""


def system(name: str) -> System[Any]:
    """The system of that name.

    Raises
    ------
    InputError
        If there is none.
    """
    if name not in SYSTEMS:
        raise InputError(f"system must be one of {', '.join(SYSTEMS)}, got {name!r}; choose one of these")
    return SYSTEMS[name]
