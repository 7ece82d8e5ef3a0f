"""Keeping the tracker on the person who was chosen.

MediaPipe follows whom it finds first and may hop to somebody who passes. The scans know where everybody is,
so a track that left its person is seen, and a second pass can be held to that person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rehabkit.pose.landmarkers import Array, Picture, Pose, Tracker, ready
from rehabkit.pose.people import TRUNK, Person, Scene, Sighting
from rehabkit.recordings.frame import Frame

PRESENT_S = 1.0
"""How long before the first and after the last sighting the person may be in view."""
NEAR, FAR_IN_COMPANY, FAR = 0.2, 0.5, 1.0
"""Body sizes from where a person is expected: within NEAR it is that person, beyond FAR it isn't. In company, scans
are denser and others nearer."""
BACK_S = 0.4
"""A track that is found astray is taken back by this much: it left its person before that could be seen."""
SURROUND = 0.75
"""Half the side of the square around a person that the tracker sees when it starts, in body sizes."""
MISSED_SHARE = 0.2
"""Share of the target's sightings that a track may miss before a second, steered pass is worth its time."""


@dataclass(frozen=True)
class Area:
    """A rectangle of a picture: x and y from (included) and to (not included), px."""

    left: int
    top: int
    right: int
    bottom: int

    def of(self, rgb: Picture) -> Picture:
        """The part of a picture that lies inside."""
        return rgb[self.top : self.bottom, self.left : self.right]


class Steered:
    """A tracker that follows the target of each scene and nobody else.

    In a scene the tracker is shown the area where the target ever is. To start, it is shown the target's
    surroundings alone, so it can't find another. When it comes nearer to somebody else, it starts again.
    """

    def __init__(self, tracker: Tracker, scenes: Sequence[Scene]) -> None:
        self._tracker = tracker
        self._scenes = scenes
        self._scene: Scene | None = None
        self._area = Area(0, 0, 0, 0)
        self._following = False
        self.strayed = False

    def track(self, frame: Frame) -> Pose | None:
        """Return the target in this frame, px of ``frame.rgb``; ``None`` where it isn't seen.

        ``strayed`` then says whether the tracker was found on somebody else: it may have been for some frames.
        """
        self.strayed = False
        scene = scene_at(self._scenes, frame.time_s)
        if scene is not self._scene:
            self._begin(scene, frame.rgb)
        target = scene.target
        if target is None or not target.present(frame.time_s, PRESENT_S):
            self._lose()
            return None
        rgb = frame.rgb if self._following else _alone(frame.rgb, target, frame.time_s)
        pose = self._tracker.track(ready(self._area.of(rgb)), frame.time_s)
        if pose is None:
            self._following = False
            return None
        pose = pose.moved((self._area.left, self._area.top))
        on = _on(scene, target, pose, frame.time_s)
        self.strayed, self._following = self._following and not on, True
        if not on:
            self._lose()
        return pose if on else None

    def _lose(self) -> None:
        if self._following:
            self._tracker.forget()
        self._following = False

    def _begin(self, scene: Scene, rgb: Picture) -> None:
        self._lose()
        self._scene = scene
        self._area = _area([] if scene.target is None else [scene.target], rgb)


def scene_at(scenes: Sequence[Scene], time_s: float) -> Scene:
    """Return the scene that a time belongs to."""
    starts = [scene.start_s for scene in scenes]
    return scenes[max(0, int(np.searchsorted(starts, time_s, side="right")) - 1)]


def with_another(scene: Scene, pose: Pose, time_s: float) -> bool:
    """Whether a pose is that of somebody else than the scene's target."""
    centre = pose.positions[TRUNK].mean(axis=0)
    rivals = [p.distance(centre, time_s) for p in scene.rivals() if p.present(time_s, 0.0)]
    if scene.target is None or min(rivals, default=FAR) > FAR_IN_COMPANY:
        return False
    own = scene.target.distance(centre, time_s) if scene.target.present(time_s, PRESENT_S) else FAR
    return own > NEAR and min(rivals) < own / 2


def lost(scenes: Sequence[Scene], times_s: Sequence[float], poses: Sequence[Pose | None]) -> bool:
    """Whether a track isn't, or not often enough, on the targets, so that the video must be tracked again."""
    index = {time_s: i for i, time_s in enumerate(times_s)}
    missed = n_sightings = 0
    for scene in scenes:
        for person in (*scene.people, *scene.others):
            for seen in person.sightings:
                pose = poses[index[seen.time_s]]
                if pose is not None and with_another(scene, pose, seen.time_s):
                    return True
                n_sightings += person is scene.target
                missed += person is scene.target and pose is None
    return missed > MISSED_SHARE * n_sightings


def _on(scene: Scene, target: Person, pose: Pose, time_s: float) -> bool:
    """Whether a pose may be the target's."""
    if with_another(scene, pose, time_s):
        return False
    company = any(p.present(time_s, PRESENT_S) for p in scene.rivals())
    far = FAR_IN_COMPANY if company else FAR
    return target.distance(pose.positions[TRUNK].mean(axis=0), time_s) < far


def retargeted(scene: Scene, times_s: Sequence[float], poses: Sequence[Pose | None]) -> Scene:
    """Return the scene with whom the track follows anyway as its target, where it can't be tracked again."""
    index = {time_s: i for i, time_s in enumerate(times_s)}

    def followed(person: Person) -> int:
        at = [(seen, poses[index[seen.time_s]]) for seen in person.sightings]
        return sum(pose is not None and _near(seen, pose) for seen, pose in at)

    return replace(scene, target=max(scene.people, key=followed, default=None))


def _near(seen: Sighting, pose: Pose) -> bool:
    return float(np.linalg.norm(pose.positions[TRUNK].mean(axis=0) - seen.centre)) < NEAR * seen.size


def _area(people: Sequence[Person], rgb: Picture) -> Area:
    """Return the square-ish area in which these people's whole bodies are all the time; else the picture."""
    height, width = rgb.shape[:2]
    if not people:
        return Area(0, 0, width, height)
    sightings = [s for p in people for s in p.sightings]
    margin = 0.5 * max(s.size for s in sightings)
    joints = np.concatenate([s.pose.positions for s in sightings])  # (sightings · joints, 2)
    low = np.clip(joints.min(axis=0) - margin, 0, [width - 1, height - 1]).astype(int)
    high = np.clip(joints.max(axis=0) + margin, low + 1, [width, height]).astype(int)
    return Area(int(low[0]), int(low[1]), int(high[0]), int(high[1]))


def _alone(rgb: Picture, person: Person, time_s: float) -> Picture:
    """Return the picture with everything but a person's surroundings black."""
    centre, size = person.at(time_s)
    area = _around(centre, SURROUND * size, rgb)
    alone = np.zeros_like(rgb)
    area.of(alone)[:] = area.of(rgb)
    return alone


def _around(centre: Array, reach: float, rgb: Picture) -> Area:
    height, width = rgb.shape[:2]
    low = np.clip(centre - reach, 0, [width - 1, height - 1]).astype(int)
    high = np.clip(centre + reach, low + 1, [width, height]).astype(int)
    return Area(int(low[0]), int(low[1]), int(high[0]), int(high[1]))
