"""What comes out of a device's packets: even stretches, and the tally of what happened to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.streaming.sources import Array


@dataclass(frozen=True)
class Rules:
    """What is bridged and what is a jump.

    Parameters
    ----------
    bridge_s : gaps up to this are bridged.
    jump_s : a longer leap of the device's time, in which this computer's time went on as usual, is a jump of the clock.
    patience_s : older times than expected for so long are a clock that was set back, not late packets.
    """

    bridge_s: float = 0.02
    jump_s: float = 0.25
    patience_s: float = 0.1


@dataclass
class Tally:
    """What happened, in samples unless it says otherwise."""

    received: int = 0
    bridged: int = 0
    lost: int = 0
    gaps: int = 0
    longest_gap_s: float = 0.0
    restarts: int = 0
    duplicates: int = 0
    late: int = 0
    unreadable: int = 0
    timeless: int = 0
    jumps_forward: int = 0
    jumps_back: int = 0


@dataclass(frozen=True)
class Stretch:
    """Even samples without a break.

    Parameters
    ----------
    values : (n_times, n_channels) V or degrees.
    time_s : (n_times,) on the device's clock, rising.
    bridged : (n_times,) whether the sample was made up.
    fresh : whether it does not go on from the stretch before: filters start anew.
    """

    values: Array
    time_s: Array
    bridged: NDArray[np.bool_]
    fresh: bool
