"""Which way up a lying person is in a picture: networks that find joints are weak on people who don't stand.

The picture is shown to the network in four quarter turns; each joint votes for the turn in which it was found most
confidently. The turn that wins is the one whose points are used, turned back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import InputError

Array = NDArray[np.float64]
TURNS_DEG = (0, 90, 180, 270)
LEAST_SHARE = 0.4
"""A turn with fewer of the votes hasn't won: chance gives each a quarter."""


@dataclass(frozen=True)
class Vote:
    """The outcome.

    Parameters
    ----------
    turn_deg : the picture was turned by this, clockwise, when the joints were found best.
    share : of the votes.
    certain : whether that is enough.
    """

    turn_deg: int
    share: float
    certain: bool


def voted(confidence: Mapping[int, Array]) -> Vote:
    """The turn that most joints are found best in; of equals the one with the higher confidence in all.

    Parameters
    ----------
    confidence : for each turn (0, 90, 180, 270 degrees) the (n_joints,) confidences, 0 where nobody was found.

    Raises
    ------
    InputError
        If a turn is unknown, there is none, or they don't have the same joints.

    Examples
    --------
    >>> voted({0: np.array([0.2, 0.9, 0.3]), 90: np.array([0.8, 0.8, 0.9])})
    Vote(turn_deg=90, share=0.6666666666666666, certain=True)
    """
    shapes = {np.shape(values) for values in confidence.values()}
    if not confidence or set(confidence) - set(TURNS_DEG) or len(shapes) != 1:
        got = f"{sorted(confidence)} with shapes {sorted(shapes)}"
        raise InputError(
            f"confidence must be of the same joints in turns of {TURNS_DEG} deg, got {got}; give each once"
        )
    turns = list(confidence)
    of_turn = np.nan_to_num(np.stack([confidence[turn] for turn in turns]))  # (n_turns, n_joints)
    found = of_turn.max(axis=0) > 0
    votes = np.bincount(of_turn[:, found].argmax(axis=0), minlength=len(turns))
    best = max(range(len(turns)), key=lambda i: (votes[i], of_turn[i].sum()))
    share = float(votes[best] / max(1, found.sum()))
    return Vote(turns[best], share, share >= LEAST_SHARE)


def turned_back(pixels: Array, turn_deg: int, width: int, height: int) -> Array:
    """(…, 2) px of a picture that was turned clockwise → px of the picture as it was.

    Parameters
    ----------
    pixels : column and row in the turned picture; (0, 0) is a pixel's centre.
    width, height : of the picture before it was turned.

    Raises
    ------
    InputError
        If the turn isn't 0, 90, 180 or 270 degrees.

    Examples
    --------
    >>> picture = np.arange(6).reshape(2, 3)
    >>> turned = np.rot90(picture, -1)  # clockwise
    >>> column, row = turned_back(np.array([1.0, 2.0]), 90, 3, 2)
    >>> int(turned[2, 1]) == int(picture[int(row), int(column)])
    True
    """
    if turn_deg not in TURNS_DEG:
        raise InputError(f"turn must be one of {TURNS_DEG} deg, got {turn_deg}; name that of the vote")
    across, down = pixels[..., 0], pixels[..., 1]
    back = {
        0: (across, down),
        90: (down, height - 1 - across),
        180: (width - 1 - across, height - 1 - down),
        270: (width - 1 - down, across),
    }[turn_deg]
    return np.stack(back, axis=-1)
