"""Intrinsics: how a pinhole camera maps metres in front of it to pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError

Array = NDArray[np.float64]
NARROWEST_DEG, WIDEST_DEG = 10.0, 150.0
"""Fields of view between these are those of depth cameras that are sold; others are a mistake of unit or size."""


@dataclass(frozen=True)
class Intrinsics:
    """A pinhole camera without distortion: x to the right, y down, z into the scene; (0, 0) is a pixel's centre.

    Parameters
    ----------
    fx, fy : focal lengths in px.
    cx, cy : principal point in px.
    width, height : of the picture that they belong to, px.
    part : whether that is cut out of a larger one: the principal point may then be outside.

    Raises
    ------
    RecordingError
        If they can't be those of one picture; all problems are named at once.

    Examples
    --------
    >>> kinect = Intrinsics(252.0, 252.0, 159.5, 143.5, 320, 288)
    >>> kinect.project(np.array([0.5, 0.0, 2.0])).tolist()
    [222.5, 143.5]
    >>> kinect.lift(np.array([222.5, 143.5]), np.array(2.0)).tolist()
    [0.5, 0.0, 2.0]
    """

    fx: float
    fy: float
    cx: float
    cy: float
    width: int
    height: int
    part: bool = False

    def __post_init__(self) -> None:
        for name in ("fx", "fy", "cx", "cy"):
            object.__setattr__(self, name, float(getattr(self, name)))
        problems = self._problems()
        if problems:
            raise RecordingError("intrinsics: " + "; ".join(problems) + "; give those of this very picture")

    def _problems(self) -> list[str]:
        if not all(isinstance(side, int) and 0 < side < 100_000 for side in (self.width, self.height)):
            return [f"width and height must be whole, positive px, got {self.width!r} and {self.height!r}"]
        if not np.isfinite([self.fx, self.fy, self.cx, self.cy]).all() or min(self.fx, self.fy) <= 0:
            return [f"fx, fy must be positive and cx, cy finite px, got {self.fx}, {self.fy}, {self.cx}, {self.cy}"]
        if self.part:
            return []
        problems = []
        if not (-0.5 <= self.cx <= self.width - 0.5 and -0.5 <= self.cy <= self.height - 0.5):
            size = f"{self.width} x {self.height} px"
            problems.append(f"principal point must lie in the picture of {size}, got ({self.cx:g}, {self.cy:g})")
        if not NARROWEST_DEG <= min(self.view_deg) <= max(self.view_deg) <= WIDEST_DEG:
            across, down = self.view_deg
            problems.append(
                f"field of view must be {NARROWEST_DEG:g} to {WIDEST_DEG:g} deg, got {across:.3g} x {down:.3g} deg"
            )
        if not 0.5 <= self.fx / self.fy <= 2.0:
            problems.append(f"fx and fy must be alike (square pixels), got {self.fx:g} and {self.fy:g}")
        return problems

    @property
    def view_deg(self) -> tuple[float, float]:
        """Field of view across and down, degrees."""
        return (
            float(np.degrees(2 * np.arctan2(self.width / 2, self.fx))),
            float(np.degrees(2 * np.arctan2(self.height / 2, self.fy))),
        )

    @property
    def matrix(self) -> Array:
        """(3, 3) camera matrix K, px."""
        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])

    def project(self, points: Array) -> Array:
        """(…, 3) metres → (…, 2) px: u = fx·x/z + cx, v = fy·y/z + cy; NaN behind the camera."""
        points = np.asarray(points, dtype=np.float64)
        depth = np.where(points[..., 2] > 0, points[..., 2], np.nan)
        return np.stack(
            [self.fx * points[..., 0] / depth + self.cx, self.fy * points[..., 1] / depth + self.cy], axis=-1
        )

    def lift(self, pixels: Array, depth: Array) -> Array:
        """(…, 2) px and (…) metres along z → (…, 3) metres: x = (u − cx)·z/fx, y = (v − cy)·z/fy."""
        pixels, depth = np.asarray(pixels, dtype=np.float64), np.asarray(depth, dtype=np.float64)
        x, y = (pixels[..., 0] - self.cx) / self.fx * depth, (pixels[..., 1] - self.cy) / self.fy * depth
        return np.stack([x, y, np.broadcast_to(depth, x.shape)], axis=-1)

    def cropped(self, left: int, top: int, width: int, height: int) -> Intrinsics:
        """Those of a part of the picture."""
        return replace(self, cx=self.cx - left, cy=self.cy - top, width=width, height=height, part=True)

    def scaled(self, width: int, height: int) -> Intrinsics:
        """Those of the same picture at another size, pixel centres kept: u' = (u + ½)·s − ½."""
        across, down = width / self.width, height / self.height
        centre = (self.cx + 0.5) * across - 0.5, (self.cy + 0.5) * down - 0.5
        return Intrinsics(self.fx * across, self.fy * down, *centre, width, height, self.part)
