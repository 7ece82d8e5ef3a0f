"""Video or camera → raw skeleton of the one person who exercises."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from rehabkit.errors import RecordingError
from rehabkit.pose.landmarkers import Array, Pose, Tracker
from rehabkit.pose.people import Scan, Scene, check_number, described, scene
from rehabkit.pose.quiet import quiet
from rehabkit.pose.scanning import Look, looks
from rehabkit.pose.steering import BACK_S, Steered, lost, retargeted, scene_at, with_another
from rehabkit.recordings import video
from rehabkit.recordings.ahead import ahead
from rehabkit.recordings.frame import Frame
from rehabkit.recordings.skeleton import MEDIAPIPE_JOINTS, Skeleton
from rehabkit.runtime.store import checksum

Source = str | Path | int
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Observation:
    """What a video shows.

    Parameters
    ----------
    skeleton : raw landmarks of the person followed, px of the upright picture; NaN where unseen.
    n_people : how many people are in view, 0 if none.
    person : which of them was followed, counted from the left.
    person_description : the same in words.
    info : what the header says; ``None`` for a camera.
    brightness : (n_frames,) mean luma of each frame, 0 to 255.
    inference_s : seconds that the network worked on the frames, one inference each.
    models : model name → SHA-256.
    """

    skeleton: Skeleton
    n_people: int
    person: int
    person_description: str
    info: video.VideoInfo | None
    brightness: Array
    inference_s: float
    models: dict[str, str]


@dataclass
class _Seen:
    """One pass over a video: what stays of each frame, without its picture."""

    times_s: list[float] = field(default_factory=list)
    poses: list[Pose | None] = field(default_factory=list)
    luma: list[float] = field(default_factory=list)
    cuts_s: list[float] = field(default_factory=list)
    scans: list[Scan] = field(default_factory=list)
    size_px: tuple[int, int] = (1, 1)
    shrunk: float = 1.0

    def add(self, look: Look, pose: Pose | None) -> None:
        frame = look.frame
        self.times_s.append(frame.time_s)
        self.poses.append(pose)
        self.luma.append(look.luma)
        self.size_px, self.shrunk = frame.size_px, frame.rgb.shape[0] / frame.size_px[1]
        if look.cut:
            self.cuts_s.append(frame.time_s)
        if look.people is not None:
            self.scans.append(Scan(frame.time_s, look.people))

    def scenes(self, person: int | None) -> list[Scene]:
        """Who is in each scene, from cut to cut."""
        starts = [0.0, *self.cuts_s]
        ends = [*self.cuts_s, np.inf]
        scans = [
            [scan for scan in self.scans if start <= scan.time_s < end] for start, end in zip(starts, ends, strict=True)
        ]
        return [scene(start, found, person) for start, found in zip(starts, scans, strict=True)]


def observe(
    source: Source,
    model: str = "full",
    person: int | None = None,
    progress: Progress | None = None,
    *,
    seconds: float | None = None,
    anyway: bool = False,
) -> Observation:
    """Follow one person through a video or in front of a camera.

    Parameters
    ----------
    source : video file, or the number of a camera.
    model : ``lite``, ``full`` or ``heavy``.
    person : which person, counted from the left; by default the one who exercises: there all the time,
        large, and moving on the spot. Not for a camera, whose frames can't be looked at again.
    progress : called with frames done and, where known, frames in all.
    seconds : how long to record from a camera.
    anyway : take what there is of a file that breaks off.

    Raises
    ------
    RecordingError
        If the source can't be read, or there is no such person.
    ModelError
        If the model isn't there.
    """
    if isinstance(source, int) and person is not None:
        raise RecordingError(f"person must be left out for a camera, got {person}; let one person stand before it")
    info = None if isinstance(source, int) else video.probe(source)
    n_frames = info.n_frames if info else None
    report = progress or (lambda done, total: None)
    with quiet():
        looking = looks(video.frames(source, seconds=seconds, anyway=anyway), model)
        with ahead(looking, video.DEPTH) as looked, Tracker(model) as tracker:
            seen = _first_pass(looked, tracker, lambda done: report(done, n_frames))
            inference_s = tracker.inference_s
        scenes = seen.scenes(person)
        check_number(person, scenes)
        if info is None:
            scenes = [retargeted(scene, seen.times_s, seen.poses) for scene in scenes]
        if info and lost(scenes, seen.times_s, seen.poses):
            with Tracker(model) as tracker:
                frames = video.frames(info.path, anyway=anyway)
                seen.poses = _second_pass(frames, Steered(tracker, scenes), lambda done: report(done, n_frames))
                inference_s += tracker.inference_s
    anybody = any(pose is not None for pose in seen.poses)
    n_people, number, words = described(scenes, seen.size_px[0] * seen.shrunk) if anybody else (0, 1, "nobody")
    return Observation(
        skeleton=_skeleton(seen, scenes, f"mediapipe-{model}", _history(seen, info)),
        n_people=n_people,
        person=number,
        person_description=words,
        info=info,
        brightness=np.array(seen.luma),
        inference_s=inference_s,
        models={f"pose_{model}": checksum(model)},
    )


def _first_pass(looked: Iterator[Look], tracker: Tracker, report: Callable[[int], None]) -> _Seen:
    """Follow whom MediaPipe follows, while somebody else looks who is there."""
    seen = _Seen()
    for look in looked:
        if look.cut:
            tracker.forget()
        seen.add(look, tracker.track(look.ready, look.frame.time_s))
        report(len(seen.times_s))
    return seen


def _second_pass(frames: Generator[Frame], steered: Steered, report: Callable[[int], None]) -> list[Pose | None]:
    """Follow the person who was chosen."""
    times_s: list[float] = []
    poses: list[Pose | None] = []
    with closing(frames):
        for frame in frames:
            times_s.append(frame.time_s)
            poses.append(steered.track(frame))
            if steered.strayed:
                first = bisect_left(times_s, frame.time_s - BACK_S)
                poses[first:] = [None] * (len(poses) - first)
            report(len(poses))
    return poses


def _history(seen: _Seen, info: video.VideoInfo | None) -> tuple[str, ...]:
    """Return what a reader must know of how the recording came about."""
    if info is None or info.duration_s is None or seen.times_s[-1] > info.duration_s - video.MISSING_S:
        return ()
    return (f"the file breaks off at {seen.times_s[-1]:.1f} s of {info.duration_s:.1f} s",)


def _skeleton(seen: _Seen, scenes: Sequence[Scene], sensor: str, history: tuple[str, ...]) -> Skeleton:
    """Return the skeleton in px of the full-size picture, without the frames that show somebody else."""
    n_frames, n_joints = len(seen.times_s), len(MEDIAPIPE_JOINTS)
    positions = np.full((n_frames, n_joints, 2), np.nan)
    confidence = np.zeros((n_frames, n_joints))
    estimated_m = np.full((n_frames, n_joints, 3), np.nan)
    for i, (time_s, pose) in enumerate(zip(seen.times_s, seen.poses, strict=True)):
        if pose is not None and not with_another(scene_at(scenes, time_s), pose, time_s):
            positions[i] = pose.positions / seen.shrunk
            confidence[i], estimated_m[i] = pose.confidence, pose.estimated_m
    return Skeleton(
        joint_names=MEDIAPIPE_JOINTS,
        time_s=np.array(seen.times_s),
        positions=positions,
        confidence=confidence,
        axes="image",
        sensor=sensor,
        frame_size_px=seen.size_px,
        estimated_m=estimated_m,
        history=history,
    )
