"""A video or a camera of a hand, read to its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rehabkit.errors import RecordingError
from rehabkit.findings import RecordingInfo
from rehabkit.hand_training.rules import Rules
from rehabkit.picture_pipeline.gesture_checks import checks_of
from rehabkit.picture_pipeline.gesture_reader import NO_HAND, Reader
from rehabkit.picture_pipeline.gesture_reading import SYSTEM, HandRecording, read
from rehabkit.picture_pipeline.given import Progress, Source
from rehabkit.pose.hand_walk import BODY_MODEL, Side, walk
from rehabkit.pose.hands import MODEL as HAND_MODEL
from rehabkit.recordings import video
from rehabkit.recordings.files import sha256
from rehabkit.recordings.frame import MAX_SIDE_PX, Frame
from rehabkit.runtime.store import checksum

LONGEST_VIDEO_S = 3600.0
SENSOR, VIEW = "mediapipe-hand", "one hand before a camera"


@dataclass(frozen=True)
class Filmed:
    """A hand's recording as it was read, and what an assessment keeps of it."""

    hand: HandRecording
    info: RecordingInfo


def film(
    source: Source, reader: Reader, *, side: Side | None = None, seconds: float | None = None, anyway: bool = False,
    progress: Progress | None = None,
) -> Filmed:  # fmt: skip
    """Read a video or a camera to its end; no picture is kept.

    Parameters
    ----------
    side : of the hand, where somebody said it.
    seconds : how long to look through a camera.
    anyway : take what there is of a truncated file.

    Raises
    ------
    RecordingError
        If it can't be read, shows no hand, or lasts more than an hour.
    """
    stated = None if isinstance(source, int) else video.probe(source)
    frames = _bounded(video.frames(source, max_side_px=MAX_SIDE_PX, seconds=seconds, anyway=anyway))
    n_frames = stated.n_frames if stated else None
    hand = read(walk(frames, side), reader.recogniser, side, progress, n_frames)
    if isinstance(source, int):
        return filmed_of(hand, camera_name(source), reader)
    path = Path(source)
    recorded_at = stated.recorded_at if stated else None
    return filmed_of(hand, path.name, reader, checked=sha256(path), recorded_at=recorded_at)


def camera_name(number: int) -> str:
    """What an assessment calls a camera."""
    return f"camera {number}"


def filmed_of(
    hand: HandRecording, name: str, reader: Reader, *, checked: str | None = None, recorded_at: str | None = None
) -> Filmed:
    """A recording that was read, with what is said of it.

    Parameters
    ----------
    checked : the file's checksum; ``None`` for a camera.

    Raises
    ------
    RecordingError
        If it shows no hand.
    """
    if not hand.has_hand.any():
        raise RecordingError(f"video must show a hand, got none in {name}; {NO_HAND}")
    lasting_s = float(hand.time_s[-1] - hand.time_s[0])
    rate_hz = (len(hand.glances) - 1) / lasting_s if lasting_s > 0 else 0.0
    info = RecordingInfo(
        name=name,
        kind="gesture_video",
        sha256=checked,
        sensor=SENSOR,
        recorded_at=recorded_at,
        duration_s=round(lasting_s, 3),
        n_frames=len(hand.glances),
        rate_hz=round(rate_hz, 3),
        frame_size_px=hand.size_px,
        view=VIEW,
        n_people=max(one.seen.people for one in hand.glances),
        person_description=f"{hand.stated_side or hand.side} hand",
        checks=checks_of(hand, rate_hz),
        history=[*reader.history, *scaled(hand.size_px)],
    )
    return Filmed(hand, info)


def _bounded(frames: Iterable[Frame]) -> Iterator[Frame]:
    """Frames of an hour at most: a clock that jumps would have the training simulated for days."""
    for frame in frames:
        if frame.time_s > LONGEST_VIDEO_S:
            raise RecordingError(
                f"video of a hand must last at most {LONGEST_VIDEO_S:g} s, got one at {frame.time_s:.0f} s; cut it"
            )
        yield frame


def scaled(size_px: tuple[int, int]) -> list[str]:
    """What is noted of pictures of this (width, height)."""
    return [f"pictures scaled down to {MAX_SIDE_PX} px"] if max(size_px) > MAX_SIDE_PX else []


def models_of(reader: Reader) -> dict[str, str]:
    """Name and checksum of every network that ran."""
    landmarks = {f"{name} landmarks": checksum(name) for name in (HAND_MODEL, BODY_MODEL)}
    return {**landmarks, SYSTEM: reader.recogniser.bundle.card.sha256}


def rules_as_text(rules: Rules) -> dict[str, Any]:
    """The rules of a training as a file keeps them."""
    return asdict(rules) | {"closing": sorted(rules.closing)}
