"""OBJ, Wavefront's text of surfaces → points: drawn evenly from its faces, or its corners where it has none."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from rehabkit.errors import RecordingError
from rehabkit.recordings.cloud_build import RawCloud
from rehabkit.recordings.mesh import Mesh

DRAWN = 20_000
"""Points drawn from a surface."""
_MOST_CORNERS = 64


def parse(data: bytes) -> RawCloud:
    """The points in a file's bytes.

    Raises
    ------
    RecordingError
        If it is malformed or has no corners.
    """
    found = surface(data)
    if isinstance(found, np.ndarray):
        return RawCloud(found)
    drawn = found.sampled(DRAWN)
    return RawCloud(drawn.points, normals=drawn.normals, history=drawn.history)


def surface(data: bytes) -> Mesh | np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The triangles in a file's bytes, polygons cut into fans; its corners, (n_points, 3), where it has no faces.

    Raises
    ------
    RecordingError
        If it is malformed or has no corners.
    """
    vertices: list[list[float]] = []
    faces: list[tuple[int, int, int]] = []
    for number, line in enumerate(data.decode("latin-1").splitlines(), start=1):
        words = line.split()
        try:
            if words[:1] == ["v"]:
                vertices.append([float(word) for word in words[1:4]])
            elif words[:1] == ["f"]:
                faces.extend(_triangles(words[1:], len(vertices)))
        except ValueError as error:
            raise RecordingError(f"line {number} of OBJ must be numbers, got {line[:60]!r}; export it again") from error
    if not vertices or any(len(vertex) != 3 for vertex in vertices):
        raise RecordingError(f"OBJ must have vertices of three numbers, got {len(vertices)}; export it again")
    points = np.array(vertices)
    if not faces:
        return points
    if not (np.isfinite(points).all() and np.abs(points).max() < 1e6):
        raise RecordingError("vertices of OBJ must be places, got NaN or very large ones; export it again")
    return Mesh(points, np.array(faces, dtype=np.int64))


def _triangles(words: list[str], n: int) -> Iterator[tuple[int, int, int]]:
    """A polygon's corners, such as ``7/2/7`` or ``-1`` for the last vertex so far."""
    if not 3 <= len(words) <= _MOST_CORNERS:
        raise ValueError("corners")
    corners = [int(word.split("/")[0]) for word in words]
    places = [corner - 1 if corner > 0 else n + corner for corner in corners]
    if not all(0 <= place < n for place in places) or 0 in corners:
        raise ValueError("corner")
    return ((places[0], second, third) for second, third in pairwise(places[1:]))
