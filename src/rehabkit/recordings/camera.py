"""A camera of this computer → frames."""

from __future__ import annotations

import time
from collections.abc import Generator

from rehabkit.errors import RecordingError
from rehabkit.recordings.frame import Frame, scaled


def pictures(index: int, seconds: float | None, max_side_px: int) -> Generator[Frame]:
    """Yield a camera's frames for some seconds, each with the time at which it arrived.

    Raises
    ------
    RecordingError
        If ``seconds`` isn't positive, there is no such camera, or it sends nothing.
    """
    import cv2

    if seconds is None or not seconds > 0:
        raise RecordingError(f"recording time must be positive for a camera, got {seconds}; add --seconds 30")
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # the error below says it in our words
    camera = cv2.VideoCapture(index)
    n_frames, first_s = 0, None
    try:
        while camera.isOpened():
            ok, bgr = camera.read()
            now_s = time.monotonic()
            first_s = now_s if first_s is None else first_s
            if not ok or now_s - first_s > seconds:
                break
            size_px = (bgr.shape[1], bgr.shape[0])
            bgr = cv2.resize(bgr, scaled(size_px, max_side_px), interpolation=cv2.INTER_AREA)
            yield Frame(n_frames, now_s - first_s, cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), size_px)
            n_frames += 1
    finally:
        camera.release()
    if n_frames == 0:
        raise RecordingError(
            f"camera must be connected and free, got nothing from camera {index}; "
            "close other programs that use it, or try another number"
        )
