"""Films of a hand made of real pictures of one person of hgr1: each picture stands for a while, with a camera's noise.

There's no real film of a hand at hand: how a hand gets from one gesture to the next isn't in these.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from rehabkit.recordings.datasets import hgr1
from rehabkit.runtime import store
from rehabkit.runtime.bundles import available

SIDE_PX, NOISE = 480, 3


def require_landmarks() -> None:
    """Skip where the landmark models aren't."""
    missing = [one.name for one in store.status() if one.name in ("hand", "full") and not one.ok]
    if missing:
        pytest.skip(f"models of {' and '.join(missing)} aren't here: run `rehabkit models fetch` for each")


def require_recogniser() -> None:
    """Skip where the landmark models or the recogniser aren't."""
    require_landmarks()
    if "hand_gesture" not in available():
        pytest.skip("there is no bundle of hand_gesture")


def stills(shared: Path, subject: str, gestures: Sequence[str], take: int = 0) -> list[np.ndarray]:
    """One picture of each gesture by its code in hgr1, in the middle of a grey square."""
    every = hgr1.read(shared / "hands" / "hgr1")
    found = []
    for gesture in gestures:
        rgb = [one for one in every if (one.subject, one.gesture) == (subject, gesture)][take].image().rgb
        square = np.full((SIDE_PX, SIDE_PX, 3), 127, np.uint8)
        top, left = (SIDE_PX - rgb.shape[0]) // 2, (SIDE_PX - rgb.shape[1]) // 2
        square[top : top + rgb.shape[0], left : left + rgb.shape[1]] = rgb
        found.append(square)
    return found


def noisy(plan: Sequence[tuple[np.ndarray, float]], rate_hz: float, noise: int = NOISE) -> Iterator[np.ndarray]:
    """Each picture for so many seconds; without noise the very same pixels again and again, as a camera that hangs."""
    drawn = np.random.default_rng(0)
    for rgb, seconds in plan:
        for _ in range(round(seconds * rate_hz)):
            moved = rgb.astype(np.int16) + drawn.integers(-noise, noise + 1, rgb.shape)
            yield np.clip(moved, 0, 255).astype(np.uint8)


def write_film(
    path: Path, pictures: Iterator[np.ndarray], rate_hz: float = 30.0, stamps_s: Sequence[float] | None = None
) -> Path:
    """H.264 that loses no brightness: noise stays, and equal pictures stay equal; at even times, or those given."""
    with av.open(str(path), "w") as container:
        stream = None
        for number, rgb in enumerate(pictures):
            if stream is None:
                stream = container.add_stream("libx264", rate=Fraction(rate_hz).limit_denominator(1001))
                stream.width, stream.height, stream.pix_fmt = rgb.shape[1], rgb.shape[0], "yuv420p"
                stream.options = {"qp": "0", "preset": "ultrafast"}
                stream.codec_context.time_base = Fraction(1, 1000)
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            frame.time_base = Fraction(1, 1000)
            frame.pts = round(1000 * (number / rate_hz if stamps_s is None else stamps_s[number]))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
