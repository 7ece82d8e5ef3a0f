"""A camera of this computer → frames."""

from __future__ import annotations

import time
from collections.abc import Iterator

from rehabkit.errors import RecordingError
from rehabkit.recordings.video import Frame, scaled


def pictures(index: int, seconds: float | None, max_side_px: int) -> Iterator[Frame]:
    """Yield a camera's frames for some seconds, each with the time at which it arrived.

    Raises
    ------
    RecordingError
        If ``seconds`` isn't positive, there is no such camera, or it sends nothing.
    """
    import cv2

    if seconds is None or not seconds > 0:
        raise RecordingError(f"recording time must be positive for a camera, got {seconds}; add --seconds 30")
    cv2.setLogLevel(0)  # it reports a missing camera in its own words
    camera = cv2.VideoCapture(index)
    try:
        n_frames, start_s = 0, time.monotonic()
        while camera.isOpened():
            ok, bgr = camera.read()
            time_s = time.monotonic() - start_s if n_frames else 0.0
            if not ok or time_s > seconds:
                break
            start_s = start_s if n_frames else time.monotonic()
            size = scaled((bgr.shape[1], bgr.shape[0]), max_side_px)
            rgb = cv2.cvtColor(cv2.resize(bgr, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2RGB)
            yield Frame(n_frames, time_s, rgb)
            n_frames += 1
        if n_frames == 0:
            raise RecordingError(
                f"camera must be connected and free, got nothing from camera {index}; "
                "close other programs that use it, or try another number"
            )
    finally:
        camera.release()
