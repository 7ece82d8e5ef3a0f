"""Debouncing: which gesture is shown, and since when, though single pictures say otherwise."""

from __future__ import annotations


class Steady:
    """A gesture stays until others have been seen for ``release_s`` on end.

    Parameters
    ----------
    release_s : seconds.

    Examples
    --------
    >>> steady = Steady(release_s=0.1)
    >>> for stamp_s, gesture in ((0.0, "fist"), (0.04, "one"), (0.08, "fist"), (0.3, "open"), (0.36, "open")):
    ...     steady.add(stamp_s, gesture)
    >>> steady.gesture, steady.since_s, round(steady.held_s, 3), steady.pictures
    ('fist', 0.0, 0.08, 2)
    >>> steady.add(0.42, "open")
    >>> steady.gesture, steady.since_s, steady.pictures
    ('open', 0.3, 3)
    """

    def __init__(self, release_s: float) -> None:
        self.release_s = release_s
        self.gesture: str | None = None
        self.since_s = self.until_s = float("-inf")
        self.pictures = 0
        self._odd_s: float | None = None
        self._next: tuple[str | None, float, int] = (None, 0.0, 0)

    @property
    def held_s(self) -> float:
        """From the first to the last picture of the gesture, seconds; 0 before any."""
        return self.until_s - self.since_s if self.pictures else 0.0

    def add(self, stamp_s: float, gesture: str | None) -> None:
        """The next picture: its time and what it shows."""
        if not self.pictures:
            self._begin(gesture, stamp_s, stamp_s, 1)
        elif gesture == self.gesture:
            self._odd_s, self.until_s, self.pictures = None, stamp_s, self.pictures + 1
        else:
            self._odd(stamp_s, gesture)

    def _odd(self, stamp_s: float, gesture: str | None) -> None:
        name, first_s, count = self._next
        if self._odd_s is None or name != gesture:
            first_s, count = stamp_s, 0
        self._odd_s = stamp_s if self._odd_s is None else self._odd_s
        self._next = (gesture, first_s, count + 1)
        if stamp_s - self._odd_s >= self.release_s:
            self._begin(gesture, first_s, stamp_s, count + 1)

    def _begin(self, gesture: str | None, since_s: float, until_s: float, pictures: int) -> None:
        self.gesture, self.since_s, self.until_s, self.pictures = gesture, since_s, until_s, pictures
        self._odd_s = None
