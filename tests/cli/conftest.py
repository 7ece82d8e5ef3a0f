"""Runs commands as a user does, and makes the small videos that they are given."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from rehabkit.cli import main
from rehabkit.errors import ModelError
from rehabkit.runtime import store

Pictures = Iterable[np.ndarray]


@dataclass(frozen=True)
class Outcome:
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        """The lines that begin with ``error:``."""
        return [line for line in self.err.splitlines() if line.startswith("error:")]


@pytest.fixture
def rehabkit(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Outcome]]:
    """Runs one command in this process."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # main() sets both: put them back afterwards
    before = signal.getsignal(signal.SIGTERM)

    def run(*words: object) -> Outcome:
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    yield run
    signal.signal(signal.SIGTERM, before)


def gradients(n_frames: int = 30, width: int = 320, height: int = 240) -> Iterator[np.ndarray]:
    """Pictures of a moving gradient, in which nobody is: (height, width, 3) uint8."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    for i in range(n_frames):
        yield np.stack([(x + 4 * i) % 256, (y + 2 * i) % 256, (x + y) % 256], axis=-1).astype(np.uint8)


def write_video(path: Path, pictures: Pictures, rate_hz: float = 30.0, options: dict[str, str] | None = None) -> Path:
    """Write pictures as a video whose frames are 1/rate_hz seconds apart."""
    rate = Fraction(rate_hz).limit_denominator(1001)
    with av.open(str(path), "w", options=options or {}) as container:
        stream = None
        for picture in pictures:
            height, width, _ = picture.shape
            if stream is None:
                stream = container.add_stream("mpeg4", rate=rate, width=width, height=height, pix_fmt="yuv420p")
                stream.bit_rate = 4_000_000
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


def pictures_of(path: Path, step: int = 1) -> Iterator[np.ndarray]:
    """Each ``step``-th picture of a video: (height, width, 3) uint8."""
    with av.open(str(path)) as container:
        for i, frame in enumerate(container.decode(video=0)):
            if i % step == 0:
                yield frame.to_ndarray(format="rgb24")


@pytest.fixture(scope="session")
def empty_room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of 30 frames in which nobody is."""
    return write_video(tmp_path_factory.mktemp("videos") / "empty.mp4", gradients())


@pytest.fixture(scope="session")
def squat_clip(shared: Path) -> Path:
    """A real clip of one squat (29 frames)."""
    return shared / "videos" / "squat_correct_016.mp4"


@pytest.fixture
def pose_model() -> Path:
    """The pose network's file; tests that need it are skipped where it was not fetched."""
    try:
        return store.pose_task("full")
    except ModelError as error:
        pytest.skip(str(error))
