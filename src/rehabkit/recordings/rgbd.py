"""RgbdFrame and RgbdSequence: what a depth camera saw, with the colour picture of the same view."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings import depth_noise
from rehabkit.recordings.cloud import PointCloud
from rehabkit.recordings.intrinsics import Intrinsics

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
ASPECT_OFF = 0.01
"""Share by which the sides' relations of depth and colour may differ, as rounding to whole pixels makes it."""


@dataclass(frozen=True)
class RgbdFrame:
    """One depth picture; camera axes: x to the right, y down, z into the scene.

    Parameters
    ----------
    depth : (rows, columns) metres along z, NaN where there is none.
    intrinsics : of the depth picture.
    colour : (rows, columns, 3) uint8 of the same view, pixel on pixel or evenly larger (``colour_scale``), or ``None``.
    time_s : seconds since the first frame.
    sensor : what recorded it.
    history : what was done to it, oldest first.

    Raises
    ------
    RecordingError
        If shapes, size or values contradict each other; all problems are named at once.

    Examples
    --------
    >>> wall = RgbdFrame(np.full((48, 64), 2.0), Intrinsics(60.0, 60.0, 31.5, 23.5, 64, 48))
    >>> wall.points()[0, 0].tolist(), wall.cloud().n_points
    ([-1.05, -0.7833333333333333, 2.0], 3072)
    """

    depth: Array
    intrinsics: Intrinsics
    colour: NDArray[np.uint8] | None = None
    time_s: float = 0.0
    sensor: str = "depth camera"
    history: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "depth", np.asarray(self.depth, dtype=np.float64))
        problems = self._problems()
        if problems:
            raise RecordingError(f"depth picture of {self.sensor}: " + "; ".join(problems))

    def _problems(self) -> list[str]:
        if self.depth.ndim != 2 or self.depth.size == 0:
            return [f"depth must have shape (rows, columns), got {self.depth.shape}"]
        problems, wanted = [], (self.intrinsics.height, self.intrinsics.width)
        if self.depth.shape != wanted:
            got = f"{self.depth.shape[1]} x {self.depth.shape[0]}"
            problems.append(f"its size must be that of its intrinsics, {wanted[1]} x {wanted[0]} px, got {got}")
        if np.isinf(self.depth).any() or (self.depth <= 0).any():
            problems.append("depth must be positive metres or NaN, got zero, less or infinity")
        elif np.isnan(self.depth).all():
            problems.append("it must have at least one pixel with a depth, got none")
        if self.colour is not None:
            problems.extend(self._colour_problems(self.colour))
        if not np.isfinite(self.time_s):
            problems.append(f"time_s must be finite, got {self.time_s}")
        return problems

    def _colour_problems(self, colour: NDArray[np.uint8]) -> list[str]:
        if colour.ndim != 3 or colour.shape[-1] != 3 or colour.dtype != np.uint8 or colour.size == 0:
            return [f"colour must be uint8 (rows, columns, 3), got {colour.dtype} {colour.shape}"]
        down, across = colour.shape[0] / self.depth.shape[0], colour.shape[1] / self.depth.shape[1]
        if abs(down / across - 1) > ASPECT_OFF:
            got = f"{colour.shape[1]} x {colour.shape[0]} px beside {self.depth.shape[1]} x {self.depth.shape[0]}"
            return [f"colour must show the same view as depth, got {got}; register it to depth first"]
        return []

    @property
    def valid(self) -> Mask:
        """(rows, columns) where there is depth."""
        return np.isfinite(self.depth)

    @property
    def colour_scale(self) -> tuple[float, float]:
        """Colour px a depth px, across and down: ``u_colour = (u_depth + ½)·scale − ½``; (1, 1) without colour."""
        if self.colour is None:
            return 1.0, 1.0
        return self.colour.shape[1] / self.depth.shape[1], self.colour.shape[0] / self.depth.shape[0]

    @property
    def colour_on_depth(self) -> NDArray[np.uint8] | None:
        """(rows, columns, 3) the colour nearest to each depth pixel's centre."""
        if self.colour is None:
            return None
        across, down = self.colour_scale
        rows, columns = self.depth.shape
        row = np.clip(((np.arange(rows) + 0.5) * down).astype(int), 0, self.colour.shape[0] - 1)
        column = np.clip(((np.arange(columns) + 0.5) * across).astype(int), 0, self.colour.shape[1] - 1)
        nearest: NDArray[np.uint8] = self.colour[row[:, None], column[None, :]]
        return nearest

    def points(self) -> Array:
        """(rows, columns, 3) metres, NaN where there is no depth."""
        rows, columns = self.depth.shape
        v, u = np.mgrid[:rows, :columns].astype(np.float64)
        lifted = self.intrinsics.lift(np.stack([u, v], axis=-1), self.depth)
        return lifted

    def cloud(self, mask: Mask | None = None) -> PointCloud:
        """The pixels with depth (and in the mask) as points in camera axes, seen from the origin.

        Raises
        ------
        RecordingError
            If there are none.
        """
        used = self.valid if mask is None else self.valid & mask
        colours = self.colour_on_depth
        return PointCloud(
            self.points()[used],
            colours=None if colours is None else colours[used],
            sensor=self.sensor,
            history=(*self.history, "points from depth"),
        )

    def project(self, points: Array) -> Array:
        """(…, 3) metres in camera axes → (…, 2) px of the depth picture."""
        return self.intrinsics.project(points)

    def cropped(self, left: int, top: int, width: int, height: int) -> RgbdFrame:
        """A part of it in depth px, colour along with it.

        Raises
        ------
        RecordingError
            If the part isn't inside, or holds no depth.
        """
        rows, columns = self.depth.shape
        if not (0 <= left < left + width <= columns and 0 <= top < top + height <= rows):
            got = f"{width} x {height} px at ({left}, {top})"
            raise RecordingError(f"part must lie in the picture of {columns} x {rows} px, got {got}")
        colour = self.colour_on_depth
        return self.noted(
            "cropped",
            depth=self.depth[top : top + height, left : left + width],
            intrinsics=self.intrinsics.cropped(left, top, width, height),
            colour=None if colour is None else colour[top : top + height, left : left + width],
        )

    def flying(self) -> Mask:
        """(rows, columns) pixels that float between an edge and its ground (:func:`.depth_noise.flying`)."""
        return depth_noise.flying(self.depth)

    def without_flying(self) -> RgbdFrame:
        """Flying pixels made holes; one in which nothing else is left keeps them."""
        fly = self.flying()
        if not fly.any() or fly[self.valid].all():
            return self
        return self.noted(f"{int(fly.sum())} flying pixels taken out", depth=np.where(fly, np.nan, self.depth))

    def noted(self, step: str, **changes: object) -> RgbdFrame:
        """A copy with ``changes`` made and ``step`` added to its history."""
        return replace(self, history=(*self.history, step), **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class RgbdSequence:
    """Depth pictures one after the other, read only while they are asked for; it can be gone through again.

    Parameters
    ----------
    source : begins at the first frame each time that it is called; frames come with increasing ``time_s``.
    sensor : what recorded it.
    history : what was done to it, oldest first.

    Examples
    --------
    >>> wall = RgbdFrame(np.full((48, 64), 2.0), Intrinsics(60.0, 60.0, 31.5, 23.5, 64, 48))
    >>> [frame.time_s for frame in RgbdSequence.of(wall)]
    [0.0]
    """

    source: Callable[[], Iterator[RgbdFrame]]
    sensor: str = "depth camera"
    history: tuple[str, ...] = field(default=())

    def __iter__(self) -> Iterator[RgbdFrame]:
        """Yield its frames.

        Raises
        ------
        RecordingError
            If there is none, times fall back, or a frame is malformed.
        """
        last_s = -np.inf
        for frame in self.source():
            if frame.time_s <= last_s:
                raise RecordingError(
                    f"frames of {self.sensor} must come in time, got {frame.time_s:g} s after {last_s:g} s; "
                    "record it again"
                )
            last_s = frame.time_s
            yield frame
        if not np.isfinite(last_s):
            raise RecordingError(f"recording of {self.sensor} must hold a depth picture, got none; record it again")

    def first(self) -> RgbdFrame:
        """Its first frame.

        Raises
        ------
        RecordingError
            As reading does.
        """
        return next(iter(self))

    @classmethod
    def of(cls, *frames: RgbdFrame) -> RgbdSequence:
        """A sequence of frames that are in memory already.

        Raises
        ------
        RecordingError
            If there is none.
        """
        if not frames:
            raise RecordingError("sequence must have at least one frame, got none")
        return cls(lambda: iter(frames), frames[0].sensor, frames[0].history)
