"""Videos put together from real clips: who is in them, and where, is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from rehabkit.recordings.video import frames
from rehabkit.runtime import store

Pictures = list[np.ndarray]


@pytest.fixture(scope="session")
def model() -> str:
    """The default pose model, on this machine."""
    if not next(s for s in store.status() if s.name == "full").ok:
        pytest.skip("the pose model isn't here: run `rehabkit models fetch full`")
    return "full"


@pytest.fixture(scope="session")
def pictures(shared: Path) -> Callable[[str], Pictures]:
    """All pictures of one of the real clips."""
    return lambda name: [f.rgb for f in frames(shared / "videos" / f"{name}.mp4")]


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Encodes pictures as a video of 30 frames a second."""

    def write(pictures: Sequence[np.ndarray], **options: str) -> Path:
        path = tmp_path / "made.mp4"
        with av.open(str(path), "w", options=options) as container:
            stream = container.add_stream("libx264", rate=30)
            stream.height, stream.width = pictures[0].shape[:2]
            for picture in pictures:
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return path

    return write


@pytest.fixture(scope="session")
def squatting(pictures: Callable[[str], Pictures]) -> Pictures:
    """29 pictures, 1280 × 720: one quick squat, the body between x = 440 and 900."""
    return pictures("squat_correct_016")


@pytest.fixture(scope="session")
def standing(pictures: Callable[[str], Pictures]) -> Pictures:
    """29 pictures, 1280 × 720: somebody else stands in the middle and sways a little."""
    first = pictures("squat_correct_007")[0]
    angles = 1.5 * np.sin(np.arange(29) / 4)
    turns = [cv2.getRotationMatrix2D((630, 600), float(angle), 1.0) for angle in angles]
    return [cv2.warpAffine(first, turn, (1280, 720), borderMode=cv2.BORDER_REPLICATE) for turn in turns]
