"""Who is who: linking people from scan to scan, and choosing the one who exercises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import linear_sum_assignment

from rehabkit.errors import RecordingError
from rehabkit.pose.landmarkers import Array, Picture, Pose

TRUNK = [11, 12, 23, 24]
"""Shoulders and hips in MediaPipe's order."""
SPEED_PER_S = 0.8
"""Body sizes that people move in a second at most while they exercise or walk by."""
COLOUR = 150.0
"""Difference of the trunk's mean colour (0 to 255) that speaks against being one person as much as distance does.
Little, as arms, turning and light change it; it decides where places don't."""
AWAY_S = 1.5
"""After this time unseen, a person is known by colour rather than by place."""
LIKENESS = 1.5
"""Cost above which two sightings aren't one person."""
LEAST_PRESENCE = 0.15
"""Share of a scene's time for which somebody must be seen to count as one of the people in it."""
PICTURE_MOVES = 0.005
"""Mean change of the shape between scans, in body sizes, below which it is a poster and not a person."""


@dataclass(frozen=True, eq=False)
class Sighting:
    """One person in one scanned frame.

    Parameters
    ----------
    time_s : when.
    pose : joints, px of the scanned picture.
    centre : (2,) middle of the trunk, px.
    size : diagonal of the box around all joints, px.
    colour : (3,) mean RGB of the trunk, 0 to 255.
    """

    time_s: float
    pose: Pose
    centre: Array
    size: float
    colour: Array


@dataclass(frozen=True, eq=False)
class Scan:
    """Everybody who was sighted in one frame.

    Parameters
    ----------
    time_s : when.
    seen : the people; empty where nobody was found.
    """

    time_s: float
    seen: Sequence[Sighting]


@dataclass(frozen=True, eq=False)
class Person:
    """The sightings of one person in one scene, in order of time."""

    sightings: tuple[Sighting, ...]

    @cached_property
    def _path(self) -> Array:
        """(sightings, 4): time s, x px, y px, size px."""
        return np.array([(s.time_s, *s.centre, s.size) for s in self.sightings])

    def at(self, time_s: float) -> tuple[Array, float]:
        """Return (centre (2,), size) px at a time, interpolated between sightings."""
        times = self._path[:, 0]
        x, y, size = (float(np.interp(time_s, times, self._path[:, column])) for column in (1, 2, 3))
        return np.array([x, y]), size

    def present(self, time_s: float, margin_s: float) -> bool:
        """Whether a time lies between the first and the last sighting, give or take a margin."""
        return bool(self._path[0, 0] - margin_s <= time_s <= self._path[-1, 0] + margin_s)

    def distance(self, centre: Array, time_s: float) -> float:
        """Distance of a point from where the person is, in body sizes."""
        where, size = self.at(time_s)
        return float(np.linalg.norm(centre - where) / size)

    @cached_property
    def x(self) -> float:
        """Mean place from left to right, px."""
        return float(self._path[:, 1].mean())

    @cached_property
    def size(self) -> float:
        """Median size, px."""
        return float(np.median(self._path[:, 3]))

    @cached_property
    def movement(self) -> float:
        """Mean change of the body's shape from sighting to sighting, in body sizes."""
        shapes = np.array([s.pose.positions - s.centre for s in self.sightings])  # (sightings, 33, 2)
        changes = np.linalg.norm(np.diff(shapes, axis=0), axis=2)  # (sightings - 1, 33)
        return float(changes.mean() / self.size) if len(changes) else 0.0

    @cached_property
    def travel(self) -> float:
        """How far the person gets in the scene, in body sizes: little in exercising, far in passing by."""
        return float(np.linalg.norm(np.ptp(self._path[:, 1:3], axis=0)) / self.size)


def sighting(pose: Pose, rgb: Picture, time_s: float) -> Sighting:
    """Return one person of a scanned picture with place, size and colour."""
    extent = np.ptp(pose.positions, axis=0)
    return Sighting(
        time_s=time_s,
        pose=pose,
        centre=pose.positions[TRUNK].mean(axis=0),
        size=float(max(np.hypot(*extent), 1.0)),
        colour=_trunk_colour(pose, rgb),
    )


def _trunk_colour(pose: Pose, rgb: Picture) -> Array:
    """Return the (3,) mean colour of the box around the trunk, which clothes fill."""
    height, width = rgb.shape[:2]
    low = np.clip(pose.positions[TRUNK].min(axis=0).astype(int), 0, [width - 2, height - 2])
    high = np.clip(pose.positions[TRUNK].max(axis=0).astype(int), low + 2, [width, height])
    box = rgb[low[1] : high[1] : 4, low[0] : high[0] : 4]
    colour: Array = box.reshape(-1, 3).mean(axis=0)
    return colour


def link(scans: Sequence[Scan]) -> list[Person]:
    """Return the people of one scene, from who was sighted in each of its scans.

    Each scan's sightings are given to the people so far by the cheapest assignment (Kuhn-Munkres) of
    distance from where each should be and difference in colour; who is left over is somebody new.
    Nobody is forgotten within a scene, so one who was hidden or out of view is known again.
    """
    tracks: list[list[Sighting]] = []
    for scan in scans:
        pairs = _assigned(tracks, scan.seen)
        for row, column in pairs:
            tracks[row].append(scan.seen[column])
        taken = {column for _, column in pairs}
        tracks += [[s] for i, s in enumerate(scan.seen) if i not in taken]
    return [Person(tuple(track)) for track in tracks]


def _assigned(tracks: Sequence[Sequence[Sighting]], seen: Sequence[Sighting]) -> list[tuple[int, int]]:
    if not tracks or not seen:
        return []
    cost = np.array([[_unlikeness(track, s) for s in seen] for track in tracks])
    rows, columns = linear_sum_assignment(np.minimum(cost, LIKENESS))
    return [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if cost[r, c] < LIKENESS]


def _unlikeness(before: Sequence[Sighting], now: Sighting) -> float:
    """Return what speaks against ``now`` being the person sighted before; 0 for same place and colour."""
    last = before[-1]
    gap_s = now.time_s - last.time_s
    expected = last.centre
    if len(before) > 1 and gap_s < 1.0:
        previous = before[-2]
        speed = (last.centre - previous.centre) / max(last.time_s - previous.time_s, gap_s)
        expected = last.centre + 0.5 * speed * gap_s  # half: who exercises turns back
    distance = float(np.linalg.norm(now.centre - expected)) / max(last.size, now.size)
    far = distance / (0.4 + SPEED_PER_S * gap_s)
    if gap_s > AWAY_S:
        far = 0.9  # who was out of view may come back anywhere, but one who stayed is likelier
    # the median of the last sightings, as in one of them the person may be half hidden
    colour = np.median([s.colour for s in before[-5:]], axis=0)
    return far + float(np.linalg.norm(now.colour - colour)) / COLOUR


@dataclass(frozen=True, eq=False)
class Scene:
    """What lies between two cuts.

    Parameters
    ----------
    start_s : when it begins.
    people : those who count, from left to right.
    others : who was sighted but doesn't count: seen too briefly, or a picture on the wall.
    target : the one to follow; ``None`` where nobody was sighted.
    """

    start_s: float
    people: tuple[Person, ...]
    others: tuple[Person, ...]
    target: Person | None

    def rivals(self) -> Iterator[Person]:
        """Everybody except the one to follow."""
        return (p for p in (*self.people, *self.others) if p is not self.target)


def scene(start_s: float, scans: Sequence[Scan], person: int | None) -> Scene:
    """Return who is in a scene and whom to follow: number ``person`` from the left, or who exercises most."""
    sighted = link(scans)
    presence = {p: _presence(p, scans) for p in sighted}
    fewest = min(2, len(scans))  # one sighting among many may be anything
    count = [p for p in sighted if presence[p] >= LEAST_PRESENCE and len(p.sightings) >= fewest]
    moving = [p for p in count if p.movement > PICTURE_MOVES]
    count = sorted(moving or count, key=lambda p: p.x)
    others = tuple(p for p in sighted if p not in count)
    if person is not None and person <= len(count):
        target: Person | None = count[person - 1]
    else:
        largest = max((p.size for p in count), default=1.0)
        target = max(count, key=lambda p: presence[p] * _exercising(p, largest), default=None)
    return Scene(start_s, tuple(count), others, target)


def _presence(person: Person, scans: Sequence[Scan]) -> float:
    """Return the share of the scanned time for which somebody was sighted."""
    times_s = np.array([scan.time_s for scan in scans])
    # each scan stands for the time up to the next one; they are denser while several people are in view
    steps_s = np.diff(times_s)
    lasting_s = np.append(steps_s, steps_s.mean() if len(steps_s) else 1.0)
    sighted = np.isin(times_s, [s.time_s for s in person.sightings])
    return float(lasting_s[sighted].sum() / lasting_s.sum())


def _exercising(person: Person, largest: float) -> float:
    """Return how much somebody looks like the one who exercises: large, moving, and on the spot."""
    return (person.size / largest) * (0.01 + person.movement) / (1.0 + person.travel)


def described(scenes: Sequence[Scene], width_px: float) -> tuple[int, int, str]:
    """Return (how many people, which is followed, in words), of the scene with most sightings of the target.

    Examples
    --------
    >>> described([], 1280)
    (1, 1, 'the only person')
    """
    followed = [(s.people, s.target) for s in scenes if s.target is not None]
    n_people = max((len(people) for people, _ in followed), default=0)
    if n_people <= 1:
        return 1, 1, "the only person"
    fullest = [one for one in followed if len(one[0]) == n_people]
    people, target = max(fullest, key=lambda one: len(one[1].sightings))
    number, place = people.index(target) + 1, target.x / width_px
    where = "left of centre" if place < 0.4 else "right of centre" if place > 0.6 else "in the middle"
    return n_people, number, f"the person {where}, {number} of {n_people} from the left"


def check_number(person: int | None, scenes: Sequence[Scene]) -> None:
    """Refuse a number that nobody has.

    Raises
    ------
    RecordingError
        If there are fewer people than ``person`` in every scene.
    """
    n_people = max((len(s.people) for s in scenes), default=0)
    if person is not None and not 1 <= person <= max(n_people, 1):
        raise RecordingError(
            f"person must be 1 to {max(n_people, 1)} in this recording, got {person}; count from the left"
        )
