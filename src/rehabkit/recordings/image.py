"""Image: one colour picture."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError


@dataclass(frozen=True)
class Image:
    """One upright picture.

    Parameters
    ----------
    rgb : (rows, columns, 3) uint8, red, green, blue.
    sensor : what took it.
    history : what was done to it, oldest first.

    Raises
    ------
    RecordingError
        If the array is no such picture; all problems are named at once.

    Examples
    --------
    >>> black = Image(np.zeros((48, 64, 3), dtype=np.uint8))
    >>> black.width, black.height, black.is_grey, black.cropped(8, 0, 16, 16).rgb.shape
    (64, 48, True, (16, 16, 3))
    """

    rgb: NDArray[np.uint8]
    sensor: str = "picture"
    history: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        problems = []
        if self.rgb.dtype != np.uint8:
            problems.append(f"rgb must be uint8, got {self.rgb.dtype}")
        if self.rgb.ndim != 3 or self.rgb.shape[-1] != 3 or self.rgb.size == 0:
            problems.append(f"rgb must have shape (rows, columns, 3), got {self.rgb.shape}")
        if problems:
            raise RecordingError(f"image of {self.sensor}: " + "; ".join(problems))

    @property
    def width(self) -> int:
        """Columns, px."""
        return int(self.rgb.shape[1])

    @property
    def height(self) -> int:
        """Rows, px."""
        return int(self.rgb.shape[0])

    @property
    def is_grey(self) -> bool:
        """Whether it has no colour at all: skin can't be told by its tone."""
        return bool((np.ptp(self.rgb, axis=-1) <= 2).all())

    def cropped(self, left: int, top: int, width: int, height: int) -> Image:
        """A part of it.

        Raises
        ------
        RecordingError
            If the part isn't inside.
        """
        if not (0 <= left < left + width <= self.width and 0 <= top < top + height <= self.height):
            got = f"{width} x {height} px at ({left}, {top})"
            raise RecordingError(f"part must lie in the picture of {self.width} x {self.height} px, got {got}")
        return self.noted("cropped", rgb=self.rgb[top : top + height, left : left + width])

    def noted(self, step: str, **changes: object) -> Image:
        """A copy with ``changes`` made and ``step`` added to its history."""
        return replace(self, history=(*self.history, step), **changes)  # type: ignore[arg-type]
