"""Which gestures were shown, from when to when, once single pictures that say otherwise are taken for slips."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rehabkit.hand_training.steady import Steady

LONGEST_GAP_S = 0.5
"""Without a picture for longer, a gesture isn't taken to have gone on."""


class Held(NamedTuple):
    """One gesture, from the first to the last picture of it."""

    gesture: str
    start_s: float
    end_s: float
    pictures: int

    @property
    def lasting_s(self) -> float:
        """Seconds between these pictures."""
        return self.end_s - self.start_s


def held(pictures: Iterable[tuple[float, str | None]], release_s: float) -> list[Held]:
    """Each stretch in which one gesture was shown, in order.

    Parameters
    ----------
    pictures : time and gesture of each in order; ``None`` where none is named, or no hand is there.
    release_s : others must be seen for so long until a gesture is over.

    Examples
    --------
    >>> said = ["fist", "fist", None, "fist", "open", "open", "open", "open"]
    >>> [tuple(one) for one in held(((0.05 * i, name) for i, name in enumerate(said)), release_s=0.1)]
    [('fist', 0.0, 0.15, 3), ('open', 0.2, 0.35, 4)]
    """
    states = [_rounded(one) for one in _states(pictures, release_s)]
    last = {(one.gesture, one.start_s): one for one in states}  # each state of a stretch takes the place of the former
    return [one for one in last.values() if one.gesture]


def _states(pictures: Iterable[tuple[float, str | None]], release_s: float) -> Iterator[Held]:
    steady = Steady(release_s)
    for time_s, gesture in pictures:
        if time_s - steady.until_s > LONGEST_GAP_S:
            steady = Steady(release_s)
        steady.add(time_s, gesture)
        yield Held(steady.gesture or "", steady.since_s, steady.until_s, steady.pictures)


def _rounded(one: Held) -> Held:
    return one._replace(start_s=round(one.start_s, 6), end_s=round(one.end_s, 6))
