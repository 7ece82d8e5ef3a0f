"""Numbers read from any file → Skeleton, after the checks that no format makes by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.skeleton import Array, Axes, Skeleton

METRES = {"m": 1.0, "cm": 0.01, "mm": 0.001}
LARGEST_TIME_S = 1e9
LARGEST_POSITION = 1e6
EXTENT_M = (0.05, 20.0)
"""Between these lies the extent of anything that is assessed, from a hand to a person with arms stretched.
A person in millimetres read as metres (1700) or the other way round (0.0017) lies outside."""


def assemble(
    joint_names: Sequence[str],
    time_s: Array,
    positions: Array,
    confidence: Array | None,
    axes: Axes,
    sensor: str,
    *,
    frame_size_px: tuple[int, int] | None = None,
    estimated_m: Array | None = None,
    history: Sequence[str] = (),
) -> Skeleton:
    """A Skeleton from what a file says (same parameters), with sizes and units checked by magnitude.

    A joint with one coordinate missing is not seen at all; without confidences, 1 where seen and 0 where not.

    Raises
    ------
    RecordingError
        If the numbers can't be what the file says they are.
    """
    texts = (*joint_names, sensor, *history)
    bad = next((text for text in texts if not text.isprintable()), None)
    if bad is not None:
        raise RecordingError(f"names must be printable text, got {bad!r}; rename it")
    _check_finite_range("time_s", time_s, LARGEST_TIME_S, "s")
    _check_finite_range("positions", positions, LARGEST_POSITION, "px" if axes == "image" else "m")
    if estimated_m is not None:
        _check_finite_range("estimated_m", estimated_m, EXTENT_M[1], "m")
    _check_pixels(positions) if axes == "image" else _check_metres(positions)
    if confidence is not None and confidence.shape != positions.shape[:2]:
        raise RecordingError(f"confidence must have shape {positions.shape[:2]}, got {confidence.shape}")
    seen: NDArray[np.bool_] = np.asarray(np.isfinite(positions).all(axis=-1))  # (frame, joint)
    return Skeleton(
        tuple(joint_names),
        time_s,
        np.where(seen[..., None], positions, np.nan),
        seen.astype(float) if confidence is None else np.where(seen, confidence, 0.0),
        axes,
        sensor,
        frame_size_px,
        estimated_m,
        tuple(history),
    )


def extent(positions: Array) -> float:
    """Median over the frames of the longest side of the box around the joints; 0 if none is seen.

    Parameters
    ----------
    positions : (n_frames, n_joints, n_dims), NaN where not seen.

    Examples
    --------
    >>> extent(np.array([[[0.0, 0.0], [0.3, 1.7]], [[np.nan, np.nan], [np.nan, np.nan]]]))
    1.7
    """
    missing = np.isnan(positions)
    highest = np.where(missing, -np.inf, positions).max(axis=1, initial=-np.inf)
    lowest = np.where(missing, np.inf, positions).min(axis=1, initial=np.inf)
    sides = (highest - lowest).max(axis=-1, initial=-np.inf)  # (frame,)
    sides = sides[np.isfinite(sides)]
    return float(np.median(sides)) if sides.size else 0.0


def _check_finite_range(what: str, values: Array, largest: float, unit: str) -> None:
    if np.any(np.abs(values) > largest):  # NaN passes here: Skeleton says where it may be
        worst = float(np.nanmax(np.abs(values)))
        raise RecordingError(f"{what} must lie within ±{largest:g} {unit}, got {worst:g}; check the unit")


def _check_metres(positions: Array) -> None:
    size = extent(positions)
    if size and not EXTENT_M[0] <= size <= EXTENT_M[1]:
        unit: Literal["millimetres", "metres"] = "millimetres" if size > EXTENT_M[1] else "metres"
        raise RecordingError(
            f"a person must measure {EXTENT_M[0]:g} to {EXTENT_M[1]:g} m across, got {size:.4g} m; "
            f"the file seems to be in {unit} (or centimetres): correct the unit that it names"
        )


def _check_pixels(positions: Array) -> None:
    largest = float(np.nanmax(np.abs(positions), initial=0.0))
    if 0 < largest <= 2:
        raise RecordingError(
            f"positions must be pixels, got at most {largest:.3g}, which looks like shares of the picture; "
            "name the columns left_knee_x instead of left_knee_x_px and state the frame size"
        )
