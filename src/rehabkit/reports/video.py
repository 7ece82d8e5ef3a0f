"""The recording again, with the skeleton, the angle and the repetitions drawn in, and faces blurred.

The sound is left out, and so is everything that the file said beside its pictures (place, device, owner).
Each picture keeps its time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import AssessmentError
from rehabkit.findings import Assessment
from rehabkit.pipeline import reopen
from rehabkit.recordings import landmarks
from rehabkit.recordings.files import atomic, sha256
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.recordings.video import frames
from rehabkit.reports.content import primary_measure
from rehabkit.reports.overlay import Overlay
from rehabkit.reports.privacy import Blur

Picture = NDArray[np.uint8]
Progress = Callable[[int, int | None], None]

TIME_BASE = Fraction(1, 90_000)
QUALITY = {"preset": "veryfast", "crf": "21"}


def write_overlay(
    video: str | Path,
    assessment: Assessment,
    path: str | Path,
    blur_faces: bool = True,
    progress: Progress | None = None,
) -> None:
    """Write the video of an assessment with what was found drawn in.

    With ``blur_faces`` everything is blurred except the followed person's body below the neck; a picture in
    which nobody was followed is blurred as a whole. A face that lies on the followed person's trunk or limbs,
    as of somebody close behind, can stay visible.

    Parameters
    ----------
    video : the file that was assessed.
    path : an MP4 file; written whole or not at all.
    progress : called with pictures done and pictures in all.

    Raises
    ------
    AssessmentError
        If the assessment carries no landmarks of a picture, or is of another video.
    RecordingError
        If the video can't be read.
    OutputError
        If the file can't be written.
    """
    raw, cleaned = _skeletons(video, assessment)
    overlay = Overlay(assessment, cleaned, primary_measure(assessment))
    blur = Blur(raw) if blur_faces else None
    with atomic(Path(path)) as temporary, _Encoder.open(temporary) as encoder:
        for picture in frames(video, anyway=True):
            scale = picture.rgb.shape[1] / (raw.frame_size_px or (picture.rgb.shape[1], 0))[0]
            frame = _frame_at(raw, picture.time_s)
            rgb = picture.rgb if blur is None else blur(picture.rgb, frame, scale)
            overlay.draw(rgb, frame, picture.time_s, scale)
            encoder.add(rgb, picture.time_s)
            if progress is not None:
                progress(picture.index + 1, raw.n_frames)


def _skeletons(video: str | Path, assessment: Assessment) -> tuple[Skeleton, Skeleton]:
    """The raw and the cleaned skeleton of the assessment, after making sure that it is of this video."""
    info = assessment.recording
    if info.landmarks is None or info.frame_size_px is None:
        raise AssessmentError(
            f"assessment must carry the landmarks of a video, got none for {info.name}; assess it again"
        )
    if info.sha256 is not None and info.kind == "video" and sha256(Path(video)) != info.sha256:
        raise AssessmentError(f"video must be the one assessed ({info.name}), got {video}; name that file")
    return landmarks.from_base64(info.landmarks), reopen(assessment)[0]


def _frame_at(skeleton: Skeleton, time_s: float) -> int | None:
    """The skeleton's frame of that time; ``None`` where there is none near, or nobody was seen in it."""
    i = int(np.searchsorted(skeleton.time_s, time_s))
    near = [k for k in (i - 1, i) if 0 <= k < skeleton.n_frames]
    frame = min(near, key=lambda k: abs(skeleton.time_s[k] - time_s))
    seen = bool(np.isfinite(skeleton.positions[frame]).any())
    return frame if seen and abs(skeleton.time_s[frame] - time_s) < 0.75 / max(skeleton.rate_hz, 1.0) else None


class _Encoder:
    """H.264 in MP4, each picture at its own time."""

    def __init__(self, container: Any) -> None:
        self._container = container
        self._stream: Any = None

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[_Encoder]:
        """Open a file for writing; close it whole."""
        import av

        with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
            encoder = cls(container)
            yield encoder
            encoder.finish()

    def add(self, rgb: Picture, time_s: float) -> None:
        """Add a picture (height, width, 3); sizes are made even by repeating the last row or column."""
        import av

        height, width = rgb.shape[:2]
        if height % 2 or width % 2:
            rgb = np.pad(rgb, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        if self._stream is None:
            self._stream = self._started(rgb)
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
        picture = picture.reformat(format="yuv420p", dst_colorspace="ITU709")
        picture.pts, picture.time_base = round(time_s / TIME_BASE), TIME_BASE
        self._container.mux(self._stream.encode(picture))

    def finish(self) -> None:
        """Write what the encoder still holds."""
        if self._stream is not None:
            self._container.mux(self._stream.encode())

    def _started(self, rgb: Picture) -> Any:
        stream = self._container.add_stream("libx264", options=QUALITY)
        stream.height, stream.width = rgb.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = TIME_BASE
        return stream
