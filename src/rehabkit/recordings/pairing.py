"""Depth and colour pictures of two cameras → pairs near in time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from numpy.typing import NDArray

LATEST_S = 0.04
"""Colour pictures farther than this from a depth picture don't belong to it."""
WAITING = 3
"""Pictures of each kind held in memory until their partner comes."""
Timed = tuple[float, NDArray[Any]]


def paired(pictures: Iterator[tuple[bool, Timed]], has_colour: bool) -> Iterator[tuple[Timed, NDArray[Any] | None]]:
    """Each depth picture with the colour picture nearest in time, as soon as no nearer one can come.

    Parameters
    ----------
    pictures : whether it is depth, its time in seconds and its pixels; each kind in time.
    has_colour : whether to wait for one.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.zeros(1)
    >>> order = [(True, (0.0, one)), (False, (0.01, one + 1)), (True, (0.1, one)), (True, (0.2, one))]
    >>> [(time_s, rgb is not None) for (time_s, _), rgb in paired(iter(order), True)]
    [(0.0, True), (0.1, False), (0.2, False)]
    """
    depths: deque[Timed] = deque()
    colours: deque[Timed] = deque(maxlen=WAITING)
    for is_depth, timed in pictures:
        (depths if is_depth else colours).append(timed)
        while depths and (not has_colour or len(depths) > WAITING or (colours and colours[-1][0] >= depths[0][0])):
            yield depths[0], _nearest(depths.popleft()[0], colours)
    while depths:
        yield depths[0], _nearest(depths.popleft()[0], colours)


def _nearest(time_s: float, colours: deque[Timed]) -> NDArray[Any] | None:
    near = min(colours, key=lambda timed: abs(timed[0] - time_s), default=None)
    return near[1] if near is not None and abs(near[0] - time_s) <= LATEST_S else None
