"""Video files and cameras → upright RGB pictures with their true times.

Times are those that the container states for each frame, so that recordings of variable rate, which most
phones make, keep their tempo. Pictures are turned as the container asks, and their pixels made square.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings import camera
from rehabkit.recordings.ahead import ahead
from rehabkit.recordings.frame import MAX_SIDE_PX, Frame, scaled

DEPTH = 8
"""Frames decoded ahead: enough to bridge a slow key frame, and under 25 MB at 720p."""
FIRST_PHONE_VIDEO = 2000
"""Years before this are a clock that was never set (1904 and 1970 are the zeros of two formats)."""
MISSING_S = 0.5
"""A file whose pictures end this much before the end that its header states is truncated."""


@dataclass(frozen=True)
class VideoInfo:
    """What a video's header says.

    Parameters
    ----------
    path : the file.
    width, height : size of the upright picture in square pixels, before any scaling.
    rate_hz : mean frame rate; 0 if the header doesn't say.
    duration_s, n_frames : as stated; ``None`` if the header doesn't say.
    rotation_deg : by how much the stored picture is turned clockwise to be upright: 0, 90, 180 or 270.
    codec : e.g. ``h264``.
    recorded_at : ISO 8601 with its zone, as the camera wrote it; ``None`` if it didn't.
    """

    path: Path
    width: int
    height: int
    rate_hz: float
    duration_s: float | None
    n_frames: int | None
    rotation_deg: int
    codec: str
    recorded_at: str | None = None


def probe(path: str | Path) -> VideoInfo:
    """Read a video's header and its first frame.

    Raises
    ------
    RecordingError
        If the file is missing, isn't a video, or holds no frame.
    """
    with _opened(Path(path)) as (container, stream):
        frame = next(_decoded(container, stream), None)
        if frame is None:
            raise _no_frames(Path(path))
        matrix = _display_matrix(frame)
        width, height = _upright_size(frame, stream, matrix)
        return VideoInfo(
            path=Path(path),
            width=width,
            height=height,
            rate_hz=_rate_hz(stream),
            duration_s=_stated_duration_s(container, stream),
            n_frames=stream.frames or None,
            rotation_deg=round(np.degrees(np.arctan2(matrix[0, 1], matrix[0, 0]))) % 360,
            codec=stream.codec_context.name,
            recorded_at=_recorded_at({**stream.metadata, **container.metadata}),
        )


def _recorded_at(metadata: dict[str, str]) -> str | None:
    """When the camera says it recorded; phones write it, editors and messengers often drop or zero it."""
    written = metadata.get("com.apple.quicktime.creationdate") or metadata.get("creation_time")
    try:
        when = datetime.fromisoformat(written) if written else None
    except ValueError:
        return None
    if when is None or when.year < FIRST_PHONE_VIDEO:
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).isoformat(timespec="seconds")


def frames(
    source: str | Path | int,
    *,
    max_side_px: int = MAX_SIDE_PX,
    seconds: float | None = None,
    anyway: bool = False,
) -> Generator[Frame]:
    """Yield the frames of a video file or a camera, decoded ahead in a thread of its own.

    Parameters
    ----------
    source : a file, or the number of a camera.
    max_side_px : larger pictures are scaled down to this, keeping their shape.
    seconds : how long to record from a camera.
    anyway : end quietly where a truncated file breaks off, instead of raising.

    Raises
    ------
    RecordingError
        If the file is missing, isn't a video, holds no frame, or breaks off before its end; if there is no
        such camera.
    """
    if isinstance(source, int):
        pictures = camera.pictures(source, seconds, max_side_px)
    else:
        pictures = _pictures(Path(source), max_side_px, anyway)
    with ahead(pictures, DEPTH) as ready:
        yield from ready


def _pictures(path: Path, max_side_px: int, anyway: bool) -> Generator[Frame]:
    """Yield the frames of a file, upright and scaled; compare their end with what the header states."""
    with _opened(path) as (container, stream):
        step_s = 1.0 / (_rate_hz(stream) or 30.0)
        stated_s, first_s, last_s, index = _stated_duration_s(container, stream), 0.0, -step_s, 0
        matrix = np.eye(2, dtype=np.int64)
        for frame in _decoded(container, stream):
            if index == 0:
                # once: reading it ties a frame into a cycle that only the garbage collector frees
                first_s, matrix = _time_s(frame, 0.0), _display_matrix(frame)
            time_s = _time_s(frame, first_s + last_s + step_s) - first_s
            if index and time_s <= last_s:
                continue  # a picture stated twice
            size_px = _upright_size(frame, stream, matrix)
            yield Frame(index, time_s, _upright(frame, matrix, scaled(size_px, max_side_px)), size_px)
            last_s, index = time_s, index + 1
        if index == 0:
            raise _no_frames(path)
        end_s = last_s + step_s
        if stated_s is not None and end_s < stated_s - MISSING_S and not anyway:
            raise RecordingError(
                f"video must be whole, got {path}, which breaks off at {end_s:.1f} s of {stated_s:.1f} s; "
                "copy it again, or assess what is there with --anyway"
            )


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Any]]:
    """Open a file and yield (container, its video stream); FFmpeg's errors become ours."""
    import av

    if not path.exists():
        raise RecordingError(f"video must exist, got {path}; check the name")
    if not path.is_file() or path.stat().st_size == 0:
        raise RecordingError(f"video must be a file with content, got {path}; copy it again")
    try:
        container = av.open(str(path), metadata_errors="replace")
    except (av.error.FFmpegError, OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise RecordingError(
            f"video must be readable, got {path} ({why}); if nothing else plays it either, record it again"
        ) from error
    with container:
        yield container, _video_stream(container, path)


def _video_stream(container: Any, path: Path) -> Any:
    """Return the moving pictures: cover art, stills and text, which FFmpeg reads as video too, are none."""
    from av.stream import Disposition

    kind = container.format.name
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if streams and not (kind.endswith("_pipe") or kind in ("image2", "tty")):
        streams[0].thread_type = "AUTO"
        return streams[0]
    what = "sound only" if container.streams.audio else f"a file of kind {kind!r}"
    raise RecordingError(f"video must hold moving pictures, got {what} in {path}; give a video file")


def _decoded(container: Any, stream: Any) -> Iterator[Any]:
    """Yield decoded frames; a damaged packet costs its own frames only, whose times then are missing."""
    from av.error import FFmpegError

    for packet in _packets(container, stream):
        try:
            pictures = packet.decode()
        except FFmpegError:
            continue
        yield from pictures


def _packets(container: Any, stream: Any) -> Iterator[Any]:
    """Yield packets up to where the file can't be read on."""
    from av.error import FFmpegError

    try:
        yield from container.demux(stream)
    except (FFmpegError, OSError):
        return


def _time_s(frame: Any, otherwise: float) -> float:
    """Return the time that the container states for a frame, or the one expected where it states none."""
    return otherwise if frame.time is None else float(frame.time)


def _rate_hz(stream: Any) -> float:
    return float(stream.average_rate or stream.guessed_rate or 0.0)


def _stated_duration_s(container: Any, stream: Any) -> float | None:
    """Return the pictures' duration; the file's only where there is nothing else (sound may last longer)."""
    if stream.duration is not None:
        return float(stream.duration * stream.time_base)
    tag = stream.metadata.get("DURATION")  # Matroska and WebM: "00:00:07.667000000"
    if tag is not None and tag.count(":") == 2:
        hours, minutes, seconds = (float(part) for part in tag.split(":"))
        return hours * 3600 + minutes * 60 + seconds
    if container.duration is not None and len(container.streams) == 1:
        return float(container.duration / 1e6)
    return None


def _display_matrix(frame: Any) -> NDArray[np.int64]:
    """Return the (2, 2) matrix of -1, 0, 1 with which ``stored (x, y) @ matrix`` is upright."""
    side_data = frame.side_data.get("DISPLAYMATRIX")
    if side_data is None:
        return np.eye(2, dtype=np.int64)
    matrix = np.frombuffer(bytes(side_data), dtype="<i4", count=9).reshape(3, 3)[:2, :2]
    largest = np.abs(matrix).max(axis=1, keepdims=True)  # (2, 1)
    # a rotation by other than quarter turns isn't made by any camera: the nearest quarter turn
    return np.where(np.abs(matrix) == largest, np.sign(matrix), 0).astype(np.int64)


def _upright_size(frame: Any, stream: Any, matrix: NDArray[np.int64]) -> tuple[int, int]:
    """Return (width, height) of the upright picture in square pixels."""
    stretch = float(stream.sample_aspect_ratio or 1.0)
    width, height = round(frame.width * stretch), frame.height
    return (height, width) if matrix[0, 0] == 0 else (width, height)


def _upright(frame: Any, matrix: NDArray[np.int64], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return the (height, width, 3) picture, scaled to (width, height), turned and mirrored."""
    turned = matrix[0, 0] == 0
    width, height = size[::-1] if turned else size
    rgb = np.ascontiguousarray(frame.to_ndarray(format="rgb24", width=width, height=height))
    pixels = rgb.view("V3")[..., 0]  # (height, width) of three bytes each, which are moved three times as fast
    if turned:
        pixels = pixels.T
    if matrix[:, 0].sum() < 0:
        pixels = pixels[:, ::-1]
    if matrix[:, 1].sum() < 0:
        pixels = pixels[::-1]
    upright: NDArray[np.uint8] = np.ascontiguousarray(pixels).view(np.uint8).reshape(size[1], size[0], 3)
    return upright


def _no_frames(path: Path) -> RecordingError:
    return RecordingError(f"video must hold at least one picture, got none in {path}; record it again")
