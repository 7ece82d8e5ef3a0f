"""What a file says of points → PointCloud in metres: what is no number left out, too many thinned, both said."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings import cloud_sampling, lengths
from rehabkit.recordings.cloud import PointCloud
from rehabkit.recordings.lengths import Extent

Array = NDArray[np.float64]
MOST_POINTS = 1_000_000
"""Points kept of a file; of more, these many are drawn at random."""
LEAST_POINTS = 3
LONGEST_HEADER = 64 * 1024


@dataclass(frozen=True)
class RawCloud:
    """Points as a file holds them.

    Parameters
    ----------
    points : (n_points, 3) in the file's unit; anything may be in them.
    normals : (n_points, 3) of any length, or ``None``.
    colours : (n_points, 3) uint8, or ``None``.
    labels : (n_points,) whole numbers, or ``None``.
    label_names : name of each label from 0.
    viewpoint : (3,) in the file's unit.
    unit : as the file states it; empty where it doesn't.
    history : what was done or left out while reading.
    """

    points: Array
    normals: Array | None = None
    colours: NDArray[np.uint8] | None = None
    labels: NDArray[np.int64] | None = None
    label_names: tuple[str, ...] = ()
    viewpoint: tuple[float, float, float] = (0.0, 0.0, 0.0)
    unit: str = ""
    history: tuple[str, ...] = ()

    def chosen(self, places: NDArray[np.intp] | NDArray[np.bool_], step: str) -> RawCloud:
        """The points at these places; ``step`` is noted."""
        one: dict[str, Any] = {
            name: None if (value := getattr(self, name)) is None else value[places]
            for name in ("normals", "colours", "labels")
        }
        return replace(self, points=self.points[places], history=(*self.history, step), **one)


def built(raw: RawCloud, sensor: str, extent: Extent, units: str = "") -> PointCloud:
    """The PointCloud that a file's points are.

    Parameters
    ----------
    sensor : format of the file.
    extent : of what there is to see, to recognise or check the unit by.
    units : as the caller states it.

    Raises
    ------
    RecordingError
        If there are fewer than three points, or the unit can't be recognised or contradicts what can be.
    """
    raw = _finite(raw)
    places, steps = thinned(len(raw.points))
    if steps:
        raw = raw.chosen(places, *steps)
    if units and raw.unit and lengths.unit_m(units) != lengths.unit_m(raw.unit):
        raise RecordingError(f"unit must be {raw.unit}, as the file says, got --units {units}; leave it out")
    metres, unit = lengths.recognised(_length(raw.points), extent, units or raw.unit)
    said = "stated" if units or raw.unit else "recognised by size"
    x, y, z = (float(at) * metres for at in raw.viewpoint)
    return PointCloud(
        raw.points * metres,
        normals=_unit_length(raw.normals),
        colours=raw.colours,
        labels=raw.labels,
        label_names=raw.label_names,
        viewpoint=(x, y, z),
        sensor=sensor,
        history=(*raw.history, f"unit {unit}, {said}"),
    )


def thinned(n_points: int) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """Places of at most ``MOST_POINTS`` points, and what to note of it where there are more."""
    if n_points <= MOST_POINTS:
        return np.arange(n_points, dtype=np.intp), ()
    places = cloud_sampling.at_random(n_points, MOST_POINTS)
    return places, (f"{MOST_POINTS} of {n_points} points, at random, seed 0",)


def _finite(raw: RawCloud) -> RawCloud:
    with np.errstate(invalid="ignore"):
        # neither NaN nor farther than anything that is seen
        good = np.abs(raw.points).max(axis=1) < 1e6
    if not good.all():
        raw = raw.chosen(good, f"{int((~good).sum())} of {len(good)} points left out, which are no places")
    if len(raw.points) < LEAST_POINTS:
        raise RecordingError(
            f"point cloud must have at least {LEAST_POINTS} points that are numbers, got {len(raw.points)}; "
            "record it again"
        )
    return raw


def _length(points: Array) -> float:
    """Longest side of the box around all but the outermost hundredth at each end."""
    low, high = np.percentile(points, (1, 99), axis=0) if len(points) >= 100 else (points.min(0), points.max(0))
    return float((high - low).max())


def _unit_length(normals: Array | None) -> Array | None:
    if normals is None:
        return None
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        length = np.linalg.norm(normals, axis=1, keepdims=True)
        scaled: Array = normals / length
    return scaled if np.isfinite(scaled).all() and (length > 1e-12).all() else None


def numbers(text: bytes, n_columns: int, what: str) -> Array:
    """(n_rows, n_columns) of the numbers in a text, whatever white space is between them.

    Raises
    ------
    RecordingError
        If there is anything else, or the last row isn't whole.

    Examples
    --------
    >>> numbers(b"1 2 3\\n4 5 nan", 3, "points").tolist()
    [[1.0, 2.0, 3.0], [4.0, 5.0, nan]]
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            values = np.fromstring(text.decode("ascii"), dtype=np.float64, sep=" ") if text.strip() else np.empty(0)
    except (DeprecationWarning, ValueError) as error:
        raise RecordingError(f"{what} must be numbers in each row, got something else; export it again") from error
    if n_columns < 1 or len(values) % n_columns:
        raise RecordingError(
            f"{what} must have {n_columns} numbers in each row, got {len(values)} in all; export it again"
        )
    return values.reshape(-1, n_columns)


def count(text: str, what: str) -> int:
    """A whole number that isn't negative.

    Raises
    ------
    RecordingError
        If it is something else.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise RecordingError(f"{what} must be a whole number, got {text[:20]!r}; export it again")
    return int(text)
