"""Pictures in order → the hands in each, and how many people are there.

Every hand is looked for in every picture, bodies five times a second. People are the bodies seen and, where a hand
belongs to none of them, whoever else it belongs to: a close camera often shows a hand alone.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from rehabkit.pose.hand_quality import HandQuality, hand_quality
from rehabkit.pose.hands import Hand, HandFinder
from rehabkit.pose.landmarkers import Pose, Scanner
from rehabkit.pose.scanning import believable
from rehabkit.recordings.ahead import ahead
from rehabkit.recordings.frame import Frame

Side = Literal["left", "right"]

BODY_MODEL = "full"
SCAN_S = 0.2
"""Between two looks for bodies: a second person whose hands aren't seen is noticed so much later at most."""
OWN_WRIST_PALMS = 2.0
"""A hand whose wrist lies within so many palms of a body's wrist is that body's (results/hand_camera.json): real hands
of exercising people lay nearer; of hands alone, which are often taken for bodies, 1 % are counted as two people."""
FOLLOWED_S = 1.0
"""So long a hand that isn't seen is remembered."""
WRISTS = [15, 16]
DEPTH = 4
"""Pictures in which bodies are looked for ahead of hands."""


@dataclass(frozen=True)
class HandLook:
    """What one picture shows; the picture itself isn't kept.

    Parameters
    ----------
    hands : the one that is followed first.
    people : how many.
    quality : of the followed hand; ``None`` without a hand.
    """

    hands: tuple[Hand, ...]
    people: int
    quality: HandQuality | None


class _Scanned(NamedTuple):
    frame: Frame
    bodies: list[Pose]


def walk(
    frames: Iterable[Frame], side: Side | None = None, *, work_ahead: bool = True
) -> Generator[tuple[Frame, HandLook]]:
    """Yield every frame with what it shows.

    Parameters
    ----------
    side : of the hand to follow, where several are seen.
    work_ahead : look for bodies in a thread of its own, some pictures ahead; not for a live camera, whose pictures
        would wait there.

    Raises
    ------
    ModelError
        If the models of hands and bodies aren't fetched.
    """
    follower = Follower(side)
    with ExitStack() as stack:
        finder, scanner = stack.enter_context(HandFinder()), stack.enter_context(Scanner(BODY_MODEL))
        scanned: Iterator[_Scanned] = _scanned(frames, scanner)
        if work_ahead:
            scanned = stack.enter_context(ahead(_scanned(frames, scanner), DEPTH))
        for frame, bodies in scanned:
            hands = follower.ordered(finder.find(frame.rgb), frame.time_s)
            quality = hand_quality(frame.rgb, hands[0]) if hands else None
            yield frame, HandLook(hands, count_people(bodies, hands), quality)


def _scanned(frames: Iterable[Frame], scanner: Scanner) -> Generator[_Scanned]:
    """Every frame, with the bodies of the last one in which they were looked for."""
    bodies: list[Pose] = []
    next_s = -np.inf
    for frame in frames:
        if frame.time_s >= next_s:
            bodies = [pose for pose in scanner.find(frame.rgb) if believable(pose)]
            next_s = frame.time_s + SCAN_S - 1e-6
        yield _Scanned(frame, bodies)


def count_people(bodies: Sequence[Pose], hands: Sequence[Hand]) -> int:
    """Bodies, and one more where a hand is nobody's.

    Examples
    --------
    >>> body = Pose(np.zeros((33, 2)), np.ones(33), np.zeros((33, 3)))
    >>> hand = Hand(np.linspace((900.0, 0.0), (900.0, 100.0), 21), np.zeros((21, 3)), "left", 0.9)
    >>> count_people([], [hand]), count_people([body], []), count_people([body], [hand])
    (1, 1, 2)
    """
    strange = any(not any(_belongs(hand, body) for body in bodies) for hand in hands)
    return len(bodies) + strange


def _belongs(hand: Hand, body: Pose) -> bool:
    away = np.linalg.norm(body.positions[WRISTS] - hand.positions[0], axis=1)
    return bool(away.min() <= OWN_WRIST_PALMS * hand.palm_px)


class Follower:
    """Knows one hand again from picture to picture.

    Parameters
    ----------
    side : of the hand to follow; the largest hand where it isn't said.
    """

    def __init__(self, side: Side | None = None) -> None:
        self.side = side
        self._last: Hand | None = None
        self._last_s = -np.inf

    def ordered(self, hands: Sequence[Hand], time_s: float) -> tuple[Hand, ...]:
        """The hands of the next picture, the followed one first, the others by size."""
        if time_s - self._last_s > FOLLOWED_S:
            self._last = None
        found = sorted(hands, key=lambda hand: (self._strange(hand), -hand.palm_px))
        if found:
            self._last, self._last_s = found[0], time_s
            found[1:] = sorted(found[1:], key=lambda hand: -hand.palm_px)
        return tuple(found)

    def _strange(self, hand: Hand) -> tuple[bool, float]:
        """Whether it is of the side not wanted, and how far it lies from the last place, in palms."""
        other = self.side is not None and hand.side != self.side
        if self._last is None:
            return other, 0.0
        return other, float(np.linalg.norm(hand.positions[0] - self._last.positions[0]) / hand.palm_px)
