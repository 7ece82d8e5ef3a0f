"""Recordings of an Azure Kinect (.mkv) → RgbdSequence, by the calibration inside; no Kinect software is needed.

Depth is made a pinhole picture; colour is laid upon it pixel by pixel. Infrared and the inertial sensor are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings import azure_calibration
from rehabkit.recordings.files import check_size
from rehabkit.recordings.lens import Rig
from rehabkit.recordings.pairing import Timed, paired
from rehabkit.recordings.rgbd import RgbdFrame, RgbdSequence

LARGEST = 64 * 2**30
"""Bytes of a recording: it is read frame by frame."""
HISTORY = ("lens distortion taken out", "colour laid upon depth")


def read(path: str | Path) -> RgbdSequence:
    """The depth pictures of a recording, with colour where there is a colour track.

    Raises
    ------
    RecordingError
        If the file is missing, damaged, or isn't an Azure Kinect's with a depth track and its calibration.
    """
    path = Path(path)
    with _opened(path) as container:  # what is wrong shows now, not at the first frame
        _rig(container, path)
    return RgbdSequence(lambda: _frames(path), "azure kinect", HISTORY)


def is_azure(path: str | Path) -> bool:
    """Whether a file is a Matroska recording that holds a Kinect's calibration."""
    path = Path(path)
    if path.suffix.lower() != ".mkv":
        return False
    try:
        with _opened(path) as container:
            return _track(container, "DEPTH") is not None
    except RecordingError:
        return False


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    import av

    check_size(path, LARGEST)
    try:
        container = av.open(str(path), metadata_errors="replace")
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise RecordingError(f"recording must be a whole .mkv, got {path.name}, which isn't; copy it again") from error
    with container:
        yield container


def _track(container: Any, title: str) -> Any:
    """Its tracks are told by their tags, by their titles in older files."""
    for stream in container.streams.video:
        if f"K4A_{title}_TRACK" in stream.metadata or stream.metadata.get("title") == title:
            return stream
    return None


def _rig(container: Any, path: Path) -> tuple[Rig, Any, Any]:
    """Cameras, depth track, colour track or ``None``."""
    depth, colour = _track(container, "DEPTH"), _track(container, "COLOR")
    attached = [s for s in container.streams.attachments if s.metadata.get("filename") == "calibration.json"]
    if depth is None or not attached or depth.codec_context is None:
        raise RecordingError(f"recording must hold depth and calibration.json, got neither or one in {path.name}")
    sizes = [None if s is None else (s.codec_context.width, s.codec_context.height) for s in (depth, colour)]
    try:
        content = bytes(attached[0].data)
        found = azure_calibration.rig(content, depth.metadata.get("K4A_DEPTH_MODE", ""), sizes[0] or (0, 0), sizes[1])
    except RecordingError as error:
        raise RecordingError(f"{path.name}: {error}") from error
    return found, depth, colour


def _frames(path: Path) -> Iterator[RgbdFrame]:
    with _opened(path) as container:
        rig, depth, colour = _rig(container, path)
        row, column, inside = rig.rectified()
        first_s: float | None = None
        for (time_s, steps), rgb in paired(_decoded(container, depth, colour), colour is not None):
            metres = np.where(inside, steps[row, column] / 1000.0, 0.0)
            if not (metres > 0).any():
                continue  # a dark start, or a hand over the lens
            metres = np.where(metres > 0, metres, np.nan)
            first_s = time_s if first_s is None else first_s
            picture = None if rgb is None else rig.colour_on_depth(metres, rgb)
            yield RgbdFrame(
                metres,
                rig.depth.intrinsics,
                picture,
                time_s - first_s,
                "azure kinect",
                HISTORY[: 1 + (rgb is not None)],
            )


def _decoded(container: Any, depth: Any, colour: Any) -> Iterator[tuple[bool, Timed]]:
    """Yield (whether it is depth, (seconds, picture)) in the file's order; a damaged packet costs its own picture."""
    from av.error import FFmpegError

    try:
        for packet in container.demux(*(stream for stream in (depth, colour) if stream is not None)):
            try:
                pictures = packet.decode()
            except FFmpegError:
                continue
            is_depth = packet.stream.index == depth.index
            for picture in pictures:
                wanted = (packet.stream.codec_context.width, packet.stream.codec_context.height)
                if picture.time is not None and (picture.width, picture.height) == wanted:
                    yield is_depth, (float(picture.time), _pixels(picture, is_depth))
    except (FFmpegError, OSError):
        return  # the file breaks off here


def _pixels(picture: Any, is_depth: bool) -> NDArray[Any]:
    """(rows, columns) mm, or (rows, columns, 3) uint8."""
    values: NDArray[Any] = picture.to_ndarray(format="gray16le" if is_depth else "rgb24")
    return values
