"""What turns even samples into outputs as they come: a system's live half, by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from rehabkit.errors import InputError
from rehabkit.streaming.sources import Array

OFFERED = ("joint_intention",)
"""Systems that run live."""


class Live(Protocol):
    """A system that runs live, with its filters' state inside.

    Attributes
    ----------
    delay_ms : what each filter holds back and what a window waits for, by name; computing comes on top.
    """

    @property
    def delay_ms(self) -> dict[str, float]: ...

    def restart(self, start_s: float) -> None:
        """Begin anew after a break; ``start_s`` is the time of the next sample."""

    def push(self, chunk: Array) -> list[tuple[float, float]]:
        """(n, n_channels) even samples → (time, value) of each output that ends in them."""


def open_live(system: str, bundle: Path | None, rate_hz: float, names: Sequence[str]) -> Live:
    """A system's live half.

    Parameters
    ----------
    bundle : another network than the system's own.
    names : of the channels that it will get, in order.

    Raises
    ------
    InputError
        If the system doesn't run live, or lacks a channel or samples.
    ModelError
        If there is no bundle, or it is another system's.
    """
    _check(system)
    import numpy as np

    from rehabkit.runtime.bundles import bundle as find_bundle
    from rehabkit.systems.joint_intention_live import LiveAngle

    found = find_bundle(bundle or system)
    live = LiveAngle(found, rate_hz, names)
    # the network is loaded now: while it loads, a tenth of a second and more, no sample could be taken
    found.run({name: np.zeros((1, *spec.shape), np.float32) for name, spec in found.card.inputs.items()})
    return live


def needs(system: str) -> tuple[tuple[str, ...], float, str]:
    """Channels and rate that a system needs, and why that rate.

    Raises
    ------
    InputError
        If the system doesn't run live.
    """
    _check(system)
    from rehabkit.recordings.datasets.uci_lower_limb import MUSCLES
    from rehabkit.signals.filters import HIGH_HZ, LOW_HZ
    from rehabkit.systems.joint_intention_live import LEAST_HZ

    return MUSCLES, LEAST_HZ, f"its EMG is filtered from {LOW_HZ:g} to {HIGH_HZ:g} Hz"


def _check(system: str) -> None:
    if system not in OFFERED:
        raise InputError(f"--system must be one of {', '.join((*OFFERED, 'none'))}, got {system!r}; name one")
