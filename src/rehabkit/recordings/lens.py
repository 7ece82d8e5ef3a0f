"""A camera with a real lens, as a depth camera's calibration describes it, and what makes its pictures pinhole ones."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from rehabkit.recordings.intrinsics import Intrinsics

Array = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Lens:
    """Pinhole, rational radial and tangential distortion (Brown 1971; the form of OpenCV and the Azure Kinect SDK).

    Parameters
    ----------
    intrinsics : of its picture, px.
    radial : (6,) k1 to k6.
    tangential : (2,) p1, p2.
    largest_radius : of a ray, x² + y² at z = 1 under its square; rays beyond aren't seen.
    rotation, translation : (3, 3) and (3,) metres: to its own axes from others, ``X = R·X_other + t``.
    """

    intrinsics: Intrinsics
    radial: Array = field(default_factory=lambda: np.zeros(6))
    tangential: Array = field(default_factory=lambda: np.zeros(2))
    largest_radius: float = np.inf
    rotation: Array = field(default_factory=lambda: np.eye(3))
    translation: Array = field(default_factory=lambda: np.zeros(3))

    def project(self, points: Array) -> Array:
        """(…, 3) metres in its own axes → (…, 2) px of its picture; NaN where it doesn't see.

        Examples
        --------
        >>> plain = Lens(Intrinsics(500.0, 500.0, 319.5, 287.5, 640, 576))
        >>> plain.project(np.array([0.1, 0.0, 1.0])).tolist()
        [369.5, 287.5]
        """
        points = np.asarray(points, dtype=np.float64)
        z = np.where(points[..., 2] > 0, points[..., 2], np.nan)
        x, y = points[..., 0] / z, points[..., 1] / z
        square = x * x + y * y
        k1, k2, k3, k4, k5, k6 = self.radial
        far = (1 + square * (k1 + square * (k2 + square * k3))) / (1 + square * (k4 + square * (k5 + square * k6)))
        p1, p2 = self.tangential
        bent_x = x * far + 2 * p1 * x * y + p2 * (square + 2 * x * x)
        bent_y = y * far + 2 * p2 * x * y + p1 * (square + 2 * y * y)
        seen = np.where(square <= self.largest_radius**2, 1.0, np.nan)
        k = self.intrinsics
        return np.stack([k.fx * bent_x + k.cx, k.fy * bent_y + k.cy], axis=-1) * seen[..., None]

    def nearest(self, points: Array) -> tuple[Places, Places, NDArray[np.bool_]]:
        """Row and column of its picture's pixel at each of (…, 3) metres in its axes, and whether there is one."""
        pixels = self.project(points)
        inside: NDArray[np.bool_] = np.isfinite(pixels[..., 0] + pixels[..., 1])
        whole = np.round(np.where(inside[..., None], pixels, -1)).astype(np.int64)
        column, row = whole[..., 0], whole[..., 1]
        inside &= (column >= 0) & (column < self.intrinsics.width) & (row >= 0) & (row < self.intrinsics.height)
        return np.where(inside, row, 0), np.where(inside, column, 0), inside

    def rays(self) -> Array:
        """(rows, columns, 3) a point at z = 1 on each pixel of the pinhole picture with the same intrinsics."""
        v, u = np.mgrid[: self.intrinsics.height, : self.intrinsics.width].astype(np.float64)
        return self.intrinsics.lift(np.stack([u, v], axis=-1), np.ones(u.shape))


@dataclass(frozen=True)
class Rig:
    """A depth and a colour camera that are mounted together; the colour camera's axes are given against depth's."""

    depth: Lens
    colour: Lens

    @classmethod
    def mounted(cls, depth: Lens, colour: Lens) -> Rig:
        """Of two whose axes are both given against a third: R = R_c·R_dᵀ, t = t_c − R·t_d."""
        turn = colour.rotation @ depth.rotation.T
        move = colour.translation - turn @ depth.translation
        return cls(depth, replace(colour, rotation=turn, translation=move))

    def rectified(self) -> tuple[Places, Places, NDArray[np.bool_]]:
        """Which pixel of the raw depth picture belongs to each pixel of the pinhole one; distances along z stay."""
        return self.depth.nearest(self.depth.rays())

    def colour_on_depth(self, depth: Array, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(rows, columns, 3) the colour seen at each pixel of the pinhole depth picture; black outside its view.

        Where there is no depth, that of the nearest pixel is taken, so that the picture has no holes.
        What only the depth camera sees past an edge gets the edge's colour: the two are a few cm apart.

        Parameters
        ----------
        depth : (rows, columns) metres, NaN where there is none.
        rgb : (rows, columns, 3) the raw colour picture.
        """
        from scipy.ndimage import distance_transform_edt

        nearest = distance_transform_edt(np.isnan(depth), return_distances=False, return_indices=True)
        points = self.depth.rays() * depth[tuple(nearest)][..., None]
        row, column, inside = self.colour.nearest(points @ self.colour.rotation.T + self.colour.translation)
        picture: NDArray[np.uint8] = rgb[row, column]
        picture[~inside] = 0
        return picture
