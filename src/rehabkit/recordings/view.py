"""A part of a picture as a square: turned, enlarged, at times mirrored, and the way back to the picture's pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class View:
    """One way to show a part of a picture, as a square.

    Parameters
    ----------
    matrix : (2, 3) px of the picture → px of what is shown; (0, 0) is a pixel's centre.
    side_px : rows and columns of what is shown.
    mirrored : whether left and right are swapped in it.
    """

    matrix: Array
    side_px: int
    mirrored: bool = False

    @classmethod
    def of(cls, centre: Array, half_px: float, turn_deg: float, side_px: int, *, mirrored: bool = False) -> View:
        """A square round ``centre`` of half side ``half_px``, turned clockwise by ``turn_deg``.

        Examples
        --------
        >>> view = View.of(np.array([100.0, 50.0]), 256.0, 90.0, 512)
        >>> view.back(np.array([[255.5, 355.5]])).round(6).tolist()  # 100 px below the middle of what is shown
        [[200.0, 50.0]]
        """
        turn, grow = np.radians(turn_deg), side_px / (2 * half_px)
        linear = grow * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        if mirrored:
            linear = np.diag([-1.0, 1.0]) @ linear
        return cls(np.column_stack([linear, (side_px - 1) / 2 - linear @ centre]), side_px, mirrored)

    def forth(self, pixels: Array) -> Array:
        """(…, 2) px of the picture → px of what is shown."""
        return np.asarray(pixels @ self.matrix[:, :2].T + self.matrix[:, 2])

    def back(self, shown: Array) -> Array:
        """(…, 2) px of what is shown → px of the picture."""
        return np.asarray((shown - self.matrix[:, 2]) @ np.linalg.inv(self.matrix[:, :2]).T)
