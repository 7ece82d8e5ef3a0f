"""A look at each frame on its way to the tracker: how bright, a cut or not, and now and then who is there.

This runs ahead of the tracker, in the decoding thread.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from rehabkit.pose.landmarkers import Array, Picture, Pose, Ready, Scanner, ready
from rehabkit.pose.people import TRUNK, Sighting, sighting
from rehabkit.recordings.frame import Frame

SCAN_ALONE_S, SCAN_COMPANY_S = 1.0, 1.0 / 3.0
"""Time between scans: while one person is seen, and while several are, so that each stays near its last place."""
FIRST_SCAN_S = 0.2
"""When the first scan is: by then the tracker has frames enough to go on with, and needn't wait for it."""
COMPANY_LASTS_S = 3.0
"""How long several people are expected after the last time that several were seen, or a scene began."""
CUT_LUMA = 24.0
"""A picture that differs this much from the one before (mean, 0 to 255), and far more than pictures did until
then, is another scene."""
TILES = 3
"""Squares cut from a long picture: the network shrinks what it gets to 224 px, where small people are lost."""


@dataclass(frozen=True)
class Look:
    """One frame and what was seen in passing.

    Parameters
    ----------
    frame : the frame.
    ready : its picture, as the tracker wants it.
    luma : mean brightness, 0 to 255.
    cut : whether another scene begins here.
    people : who is there, ``None`` where nobody was looked for.
    """

    frame: Frame
    ready: Ready
    luma: float
    cut: bool
    people: list[Sighting] | None


def looks(frames: Iterable[Frame], model: str) -> Generator[Look]:
    """Yield every frame with its brightness and cuts, and a list of people up to three times a second."""
    cuts, company_s, next_s = CutFinder(), 0.0, FIRST_SCAN_S
    with Scanner(model) as scanner:
        for frame in frames:
            thumb = thumbnail(frame.rgb)
            cut = cuts.is_cut(thumb)
            people = None
            if cut or frame.time_s >= next_s:
                people = [sighting(pose, frame.rgb, frame.time_s) for pose in everybody(scanner, frame.rgb)]
                company_s = frame.time_s if cut or len(people) > 1 else company_s
                company = frame.time_s - company_s < COMPANY_LASTS_S
                next_s = frame.time_s + (SCAN_COMPANY_S if company else SCAN_ALONE_S)
            yield Look(frame, ready(frame.rgb), float(thumb.mean()), cut, people)


def thumbnail(rgb: Picture) -> Array:
    """Return the brightness of every 20th pixel or so, (rows, columns), 0 to 255."""
    step = max(1, max(rgb.shape) // 64)
    luma: Array = rgb[::step, ::step] @ np.array([0.299, 0.587, 0.114])
    return luma


class CutFinder:
    """Tells another scene from movement within one."""

    def __init__(self) -> None:
        self._before: Array | None = None
        self._usual = 0.0

    def is_cut(self, thumb: Array) -> bool:
        """Whether this (rows, columns) thumbnail shows another scene than the one before."""
        before, self._before = self._before, thumb
        if before is None:
            return False
        change = float(np.abs(thumb - before).mean()) if before.shape == thumb.shape else np.inf
        cut = change > CUT_LUMA and change > 4 * self._usual
        # a flash or a shaking camera raises what is usual for a while
        self._usual = 0.0 if cut else max(0.8 * self._usual, min(change, 255.0))
        return cut


def everybody(scanner: Scanner, rgb: Picture) -> list[Pose]:
    """Return each person in a picture once.

    People found in the whole picture count first; of those found in a tile only, the ones that are complete
    there and belong to nobody found before.
    """
    found = _distinct(scanner.find(rgb), [])
    for x, y, tile in _tiles(rgb):
        whole = [pose.moved((x, y)) for pose in scanner.find(tile) if _inside(pose, tile, rgb.shape)]
        found += _distinct(whole, found)
    return found


def _tiles(rgb: Picture) -> Iterator[tuple[int, int, Picture]]:
    """Yield overlapping squares along the longer side with their (x, y) origin; none for a square picture."""
    height, width = rgb.shape[:2]
    side = min(height, width)
    if max(height, width) < 1.2 * side:
        return
    for origin in np.linspace(0, max(height, width) - side, TILES).astype(int):
        if width > height:
            yield int(origin), 0, rgb[:, origin : origin + side]
        else:
            yield 0, int(origin), rgb[origin : origin + side]


def _inside(pose: Pose, tile: Picture, whole: tuple[int, ...]) -> bool:
    """Whether a tile shows all of a person, not the part up to where the tile is cut."""
    size = np.array([tile.shape[1], tile.shape[0]])
    cut_sides = size < np.array([whole[1], whole[0]])  # (2,) along x, along y
    inside = (pose.positions > 0).all(axis=0) & (pose.positions < size).all(axis=0)
    return bool((inside | ~cut_sides).all())


def _distinct(poses: list[Pose], known: list[Pose]) -> list[Pose]:
    """Return the believable poses that aren't one of those before, nor part of one."""
    kept: list[Pose] = []
    for pose in sorted((p for p in poses if believable(p)), key=lambda p: -p.confidence.mean()):
        if not any(_same(pose, other) for other in [*known, *kept]):
            kept.append(pose)
    return kept


def believable(pose: Pose) -> bool:
    """Whether the network is sure of shoulders or hips; it gives every joint of what it takes for a body."""
    return bool(max(pose.confidence[[11, 12]].mean(), pose.confidence[[23, 24]].mean()) > 0.7)


def _same(pose: Pose, other: Pose) -> bool:
    """Whether one's trunk lies inside the other's body."""
    return _holds(other, _trunk(pose)) or _holds(pose, _trunk(other))


def _trunk(pose: Pose) -> Array:
    trunk: Array = pose.positions[TRUNK].mean(axis=0)
    return trunk


def _holds(pose: Pose, point: Array) -> bool:
    low, high = pose.positions.min(axis=0), pose.positions.max(axis=0)
    return bool(((low <= point) & (point <= high)).all())
