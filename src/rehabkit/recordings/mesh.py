"""Mesh: a surface of triangles, from which points are drawn evenly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.cloud import PointCloud

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Mesh:
    """Triangles over shared corners.

    Parameters
    ----------
    vertices : (n_vertices, 3) metres.
    faces : (n_faces, 3) places of corners, counter-clockwise seen from outside.
    face_labels : (n_faces,) part of each triangle, or ``None``.
    label_names : name of each label from 0.

    Raises
    ------
    RecordingError
        If a face names a corner that isn't there, or shapes contradict each other; all problems are named at once.

    Examples
    --------
    >>> square = Mesh(np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]]), np.array([[0, 1, 2], [0, 2, 3]]))
    >>> float(square.areas.sum()), square.sampled(100).n_points
    (1.0, 100)
    """

    vertices: Array
    faces: NDArray[np.int64]
    face_labels: NDArray[np.int64] | None = None
    label_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "vertices", np.asarray(self.vertices, dtype=np.float64))
        object.__setattr__(self, "faces", np.asarray(self.faces, dtype=np.int64))
        problems = []
        if self.vertices.ndim != 2 or self.vertices.shape[1:] != (3,) or not np.isfinite(self.vertices).all():
            problems.append(f"vertices must be finite, (n_vertices, 3), got {self.vertices.shape}")
        if self.faces.ndim != 2 or self.faces.shape[1:] != (3,) or len(self.faces) == 0:
            problems.append(f"faces must have shape (n_faces, 3) with at least one, got {self.faces.shape}")
        elif not 0 <= self.faces.min() <= self.faces.max() < len(self.vertices):
            problems.append(f"faces must name vertices 0 to {len(self.vertices) - 1}, got others")
        if self.face_labels is not None and self.face_labels.shape != (len(self.faces),):
            problems.append(f"face_labels must have shape {(len(self.faces),)}, got {self.face_labels.shape}")
        if problems:
            raise RecordingError("mesh: " + "; ".join(problems))

    @property
    def crosses(self) -> Array:
        """(n_faces, 3) cross products of two sides: twice the area long, away from the surface."""
        a, b, c = (self.vertices[self.faces[:, corner]] for corner in range(3))
        crosses: Array = np.cross(b - a, c - a)
        return crosses

    @property
    def areas(self) -> Array:
        """(n_faces,) m²."""
        areas: Array = np.linalg.norm(self.crosses, axis=1) / 2
        return areas

    def sampled(self, n: int, seed: int = 0) -> PointCloud:
        """``n`` points spread evenly over the area, with the faces' normals and labels.

        Raises
        ------
        RecordingError
            If it has no area, or ``n`` isn't positive.
        """
        crosses = self.crosses
        lengths = np.linalg.norm(crosses, axis=1)
        total = lengths.sum()
        if n < 1 or not (np.isfinite(total) and total > 0):
            raise RecordingError(f"mesh must have an area to draw points from, got {total / 2:g} m² and {n} points")
        rng = np.random.default_rng(seed)
        face = rng.choice(len(self.faces), n, p=lengths / total)
        root, second = np.sqrt(rng.random(n)), rng.random(n)
        # Osada et al., ACM Trans. Graphics 2002, eq. 1: even over a triangle
        weights = np.stack([1 - root, root * (1 - second), root * second], axis=1)  # (n, 3)
        points = (weights[..., None] * self.vertices[self.faces[face]]).sum(axis=1)
        return PointCloud(
            points,
            normals=crosses[face] / lengths[face, None],
            labels=None if self.face_labels is None else self.face_labels[face].astype(np.int64),
            label_names=self.label_names,
            sensor="mesh",
            history=(f"{n} points drawn evenly from {len(self.faces)} triangles, seed {seed}",),
        )
