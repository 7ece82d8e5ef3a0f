"""Meshes → which triangle each pixel shows, nearer ones over farther ones, and how light falls on them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Faces = NDArray[np.int64]
UPRIGHT: Array = np.array([[0.0, 0, 1], [0, -1, 0], [1, 0, 0]])
"""The axes of a modelled hand in the camera's: its y up, its z to the right, its palm to the camera."""


def projected(points: Array, turn: Array, distance_m: float) -> tuple[Array, Array]:
    """(n, 2) x right and y down, (n,) depth: a pinhole of focal length 1 that far from the origin.

    Parameters
    ----------
    points : (n, 3) metres.
    turn : (3, 3) into the camera's axes: x right, y down, z away.
    """
    seen = points @ turn.T + [0.0, 0.0, distance_m]
    depth = np.maximum(seen[:, 2], 0.05)
    return seen[:, :2] / depth[:, None], depth


def shown(places_px: Array, depth: Array, faces: Faces, size: tuple[int, int]) -> NDArray[np.int64]:
    """(rows, columns) number of the triangle that a pixel shows, -1 for none: painted from the farthest on.

    Parameters
    ----------
    places_px : (n_vertices, 2) x, y.
    depth : (n_vertices,) metres.
    """
    from PIL import Image, ImageDraw

    canvas = Image.new("I", size[::-1], 0)
    draw = ImageDraw.Draw(canvas)
    order = np.argsort(-depth[faces].mean(axis=1))
    corners = places_px[faces[order]].reshape(len(faces), 6).tolist()
    for number, corner in zip((order + 1).tolist(), corners, strict=True):
        draw.polygon(corner, fill=number)
    return np.asarray(canvas, dtype=np.int64) - 1


def normals(vertices: Array, faces: Faces) -> Array:
    """(n_faces, 3) unit normals, smoothed over each triangle's neighbours."""
    a, b, c = (vertices[faces[:, corner]] for corner in range(3))
    crosses = np.cross(b - a, c - a)
    at_corners = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(at_corners, faces[:, corner], crosses)
    smooth = at_corners[faces].sum(axis=1)
    return np.asarray(smooth / np.maximum(np.linalg.norm(smooth, axis=1, keepdims=True), 1e-12))


def lit(normal: Array, lamps: Array, ambient: Array) -> Array:
    """(n_faces, 3) light that matt surfaces send back: Lambert's cosine of each lamp, and what comes from everywhere.

    Parameters
    ----------
    normal : (n_faces, 3) in the camera's axes.
    lamps : (n_lamps, 6) unit direction to it, then its colour.
    ambient : (3,) colour.
    """
    cosine = np.clip(normal @ lamps[:, :3].T, 0, None)  # (n_faces, n_lamps)
    return np.asarray(ambient + cosine @ lamps[:, 3:])
