"""PointCloud: points on surfaces that a laser or depth camera saw."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings import cloud_sampling, normals

Array = NDArray[np.float64]
How = Literal["farthest", "random"]
MOST_FOR_FARTHEST = 50_000
"""Farthest-point sampling looks at every point for each one it takes: of more, these many are drawn at random first."""


@dataclass(frozen=True)
class PointCloud:
    """Points of one moment.

    Parameters
    ----------
    points : (n_points, 3) metres.
    normals : (n_points, 3) of length 1, away from the surface; ``None`` where not known.
    colours : (n_points, 3) uint8, red, green, blue; ``None`` where not known.
    labels : (n_points,) whole numbers, which part each point belongs to; ``None`` where not known.
    label_names : name of each label from 0; empty where they have none.
    viewpoint : (3,) metres, where the sensor was.
    sensor : what recorded it.
    history : what was done to it, oldest first.

    Raises
    ------
    RecordingError
        If shapes or values contradict each other; all problems are named at once.

    Examples
    --------
    >>> corner = PointCloud(np.array([[0.0, 0, 1], [0.1, 0, 1], [0, 0.2, 1]]))
    >>> corner.n_points, corner.extent_m.tolist(), corner.sampled(2).history
    (3, [0.1, 0.2, 0.0], ('2 of 3 points, farthest first, seed 0',))
    """

    points: Array
    normals: Array | None = None
    colours: NDArray[np.uint8] | None = None
    labels: NDArray[np.int64] | None = None
    label_names: tuple[str, ...] = ()
    viewpoint: tuple[float, float, float] = (0.0, 0.0, 0.0)
    sensor: str = "point cloud"
    history: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", np.asarray(self.points, dtype=np.float64))
        if self.normals is not None:
            object.__setattr__(self, "normals", np.asarray(self.normals, dtype=np.float64))
        problems = self._problems()
        if problems:
            raise RecordingError(f"point cloud of {self.sensor}: " + "; ".join(problems))

    def _problems(self) -> list[str]:
        if self.points.ndim != 2 or self.points.shape[1] != 3 or len(self.points) == 0:
            return [f"points must have shape (n_points, 3) with at least one point, got {self.points.shape}"]
        n_points, problems = len(self.points), []
        if not np.isfinite(self.points).all():
            problems.append(
                f"points must be finite, got {int((~np.isfinite(self.points)).any(axis=1).sum())} that aren't"
            )
        if self.normals is not None and self.normals.shape != (n_points, 3):
            problems.append(f"normals must have shape {(n_points, 3)}, got {self.normals.shape}")
        elif self.normals is not None and not np.allclose(np.linalg.norm(self.normals, axis=1), 1, atol=1e-3):
            problems.append("normals must have length 1, got others")
        if self.colours is not None and (self.colours.shape != (n_points, 3) or self.colours.dtype != np.uint8):
            problems.append(f"colours must be uint8 {(n_points, 3)}, got {self.colours.dtype} {self.colours.shape}")
        if self.labels is not None and (self.labels.shape != (n_points,) or self.labels.dtype.kind not in "iu"):
            problems.append(f"labels must be whole numbers {(n_points,)}, got {self.labels.dtype} {self.labels.shape}")
        elif (
            self.labels is not None
            and self.label_names
            and not 0 <= self.labels.min() <= self.labels.max() < len(self.label_names)
        ):
            problems.append(
                f"labels must be 0 to {len(self.label_names) - 1}, got {self.labels.min()} to {self.labels.max()}"
            )
        if len(self.viewpoint) != 3 or not np.isfinite(self.viewpoint).all():
            problems.append(f"viewpoint must be three finite metres, got {self.viewpoint}")
        return problems

    @property
    def n_points(self) -> int:
        """Number of points."""
        return len(self.points)

    @property
    def extent_m(self) -> Array:
        """(3,) sides of the box around it, metres."""
        sides: Array = np.ptp(self.points, axis=0)
        return sides

    @property
    def length_m(self) -> float:
        """Its longest dimension: along the first principal axis, metres."""
        centred = self.points - self.points.mean(axis=0)
        longest = np.linalg.eigh(centred.T @ centred)[1][:, -1]
        return float(np.ptp(centred @ longest))

    def chosen(self, places: ArrayLike, step: str) -> PointCloud:
        """The points at these places (or where a mask is true), with all that belongs to them; ``step`` is noted.

        Raises
        ------
        RecordingError
            If there are none.
        """
        index = np.asarray(places)
        one = {
            name: None if (value := getattr(self, name)) is None else value[index]
            for name in ("normals", "colours", "labels")
        }
        return self.noted(step, points=self.points[index], **one)

    def cropped(self, low: ArrayLike, high: ArrayLike) -> PointCloud:
        """The points in a box.

        Parameters
        ----------
        low, high : (3,) metres, both inside; ``-inf`` and ``inf`` for no limit.

        Raises
        ------
        RecordingError
            If there are none.
        """
        inside = ((self.points >= np.asarray(low)) & (self.points <= np.asarray(high))).all(axis=1)
        return self.chosen(inside, f"cropped to {int(inside.sum())} of {self.n_points} points")

    def sampled(self, n: int, seed: int = 0, how: How = "farthest") -> PointCloud:
        """At most ``n`` points; one that has no more is returned as it is.

        Raises
        ------
        RecordingError
            If ``n`` isn't positive.
        """
        if n < 1:
            raise RecordingError(f"number of points must be positive, got {n}")
        if n >= self.n_points:
            return self
        if how == "random":
            places = cloud_sampling.at_random(self.n_points, n, seed)
            return self.chosen(places, f"{n} of {self.n_points} points, at random, seed {seed}")
        if self.n_points > max(n, MOST_FOR_FARTHEST):
            return self.sampled(max(n, MOST_FOR_FARTHEST), seed, "random").sampled(n, seed)
        places = cloud_sampling.farthest(self.points, n, seed)
        return self.chosen(places, f"{n} of {self.n_points} points, farthest first, seed {seed}")

    def thinned(self, side_m: float) -> PointCloud:
        """One point in each cube of this side.

        Raises
        ------
        RecordingError
            If the side isn't positive, or so small beside the cloud that cubes can't be counted.
        """
        if not (np.isfinite(side_m) and side_m > 0 and self.extent_m.max() / side_m < 1e9):
            raise RecordingError(f"side of a cube must be positive metres, got {side_m}")
        places = cloud_sampling.one_a_box(self.points, side_m)
        return self.chosen(places, f"{len(places)} of {self.n_points} points, one in each cube of {side_m * 1000:g} mm")

    def with_normals(self, k: int = 16) -> PointCloud:
        """With normals estimated from ``k`` neighbours and turned to the viewpoint."""
        found = normals.estimated(self.points, np.array(self.viewpoint), k)
        return self.noted(f"normals from {k} neighbours", normals=found)

    def moved(self, rotation: ArrayLike, translation: ArrayLike) -> PointCloud:
        """In other axes: R·p + t of points and viewpoint, R·n of normals.

        Parameters
        ----------
        rotation : (3, 3) orthogonal; one with determinant −1 mirrors, too.
        translation : (3,) metres.

        Raises
        ------
        RecordingError
            If ``rotation`` isn't orthogonal.
        """
        turn, move = np.asarray(rotation, dtype=np.float64), np.asarray(translation, dtype=np.float64)
        if turn.shape != (3, 3) or not np.allclose(turn @ turn.T, np.eye(3), atol=1e-6):
            raise RecordingError("rotation must be orthogonal, (3, 3), got another matrix")
        x, y, z = (float(at) for at in turn @ np.array(self.viewpoint) + move)
        return self.noted(
            "moved" if np.linalg.det(turn) > 0 else "moved and mirrored",
            points=self.points @ turn.T + move,
            normals=None if self.normals is None else self.normals @ turn.T,
            viewpoint=(x, y, z),
        )

    def mirrored(self) -> PointCloud:
        """Left and right exchanged, x to −x: a left hand becomes a right one."""
        return self.moved(np.diag([-1.0, 1.0, 1.0]), np.zeros(3))

    def noted(self, step: str, **changes: object) -> PointCloud:
        """A copy with ``changes`` made and ``step`` added to its history."""
        return replace(self, history=(*self.history, step), **changes)  # type: ignore[arg-type]
