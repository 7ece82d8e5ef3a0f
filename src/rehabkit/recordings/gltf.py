"""glTF 2.0, as one GLB file or with its data inside the text → triangles and joints, a skin in the pose that it has.

Metres, by the standard. Files beside it, sparse accessors and packed meshes (Draco, meshopt) aren't read.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.cloud_build import RawCloud
from rehabkit.recordings.mesh import Mesh
from rehabkit.recordings.obj import DRAWN

Array = NDArray[np.float64]
_COMPONENTS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_Part = tuple[Array, NDArray[np.int64], NDArray[np.int64]]
MOST_VERTICES = 2_000_000
"""Of all nodes together: one mesh may be named by many nodes."""
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
_TRIANGLES = 4
_DATA_URI = "data:application/"
_MALFORMED = (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, np.linalg.LinAlgError)


@dataclass(frozen=True)
class Rigged:
    """A surface and the joints that move it.

    Parameters
    ----------
    mesh : all triangles, metres.
    joint_names : of every node that a skin moves with; empty without a skin.
    joints : (n_joints, 3) metres.
    vertex_joint : (n_vertices,) the joint that moves a corner most; -1 without a skin.
    """

    mesh: Mesh
    joint_names: tuple[str, ...]
    joints: Array
    vertex_joint: NDArray[np.int64]


def parse(data: bytes) -> RawCloud:
    """Points drawn evenly from the surface in a file's bytes.

    Raises
    ------
    RecordingError
        If it is malformed or has no triangles.
    """
    drawn = rigged(data).mesh.sampled(DRAWN)
    return RawCloud(drawn.points, normals=drawn.normals, unit="m", history=drawn.history)


def rigged(data: bytes) -> Rigged:
    """The surface and joints in a file's bytes.

    Raises
    ------
    RecordingError
        If it is malformed, needs what isn't read, or has no triangles.
    """
    try:
        text, binary = _chunks(data)
        scene = json.loads(text)
        return _File(scene, binary).rigged()
    except RecordingError:
        raise
    except RecursionError as error:
        raise RecordingError("glTF must be plain JSON, got a text nested too deep; export it again") from error
    except _MALFORMED as error:
        raise RecordingError(
            f"glTF must be whole and of version 2, got {str(error)[:80]!r}; export it again"
        ) from error


def _chunks(data: bytes) -> tuple[bytes, bytes]:
    """The JSON and the binary chunk."""
    if data[:4] != b"glTF":
        return data, b""
    if int.from_bytes(data[4:8], "little") != 2 or int.from_bytes(data[8:12], "little") != len(data):
        raise ValueError("another version, or a length that isn't the file's")
    found: dict[bytes, bytes] = {}
    place = 12
    while place + 8 <= len(data):
        length = int.from_bytes(data[place : place + 4], "little")
        found.setdefault(data[place + 4 : place + 8], data[place + 8 : place + 8 + length])
        place += 8 + length
    return found[b"JSON"], found.get(b"BIN\x00", b"")


def _at(values: Any, place: Any) -> Any:
    """An entry of a list; Python's own count from the end is no glTF."""
    if not isinstance(place, int) or place < 0:
        raise IndexError(place)
    return values[place]


class _File:
    """One scene: each method follows the standard's section of that name."""

    def __init__(self, scene: dict[str, Any], binary: bytes) -> None:
        self.scene = scene
        self.binary = binary
        self.nodes: list[dict[str, Any]] = scene.get("nodes", [])
        self.world = self._world()

    def rigged(self) -> Rigged:
        parts: list[_Part] = []
        for i, node in enumerate(self.nodes):
            parts.extend(self._mesh(i, node, sum(len(vertices) for vertices, *_ in parts)) if "mesh" in node else ())
        if not parts:
            raise RecordingError("glTF must have triangles, got none; export a mesh")
        starts = np.cumsum([0, *(len(vertices) for vertices, *_ in parts)])
        names: list[int] = sorted({int(joint) for skin in self.scene.get("skins", []) for joint in skin["joints"]})
        place = {node: i for i, node in enumerate(names)}
        moved = [np.array([place.get(int(n), -1) for n in nodes], dtype=np.int64) for *_, nodes in parts]
        vertices = np.concatenate([vertices for vertices, *_ in parts])
        if not np.isfinite(vertices).all() or np.abs(vertices).max() > 1e6:
            raise RecordingError("vertices of glTF must be places, got NaN or very large ones; export it again")
        faces = np.concatenate([faces + start for (_, faces, _), start in zip(parts, starts, strict=False)])
        joints = np.array([_at(self.world, node)[:3, 3] for node in names]).reshape(-1, 3)
        titles = tuple(str(self.nodes[node].get("name", node)) for node in names)
        return Rigged(Mesh(vertices, faces), titles, joints, np.concatenate(moved))

    def _world(self) -> list[Array]:
        """(4, 4) of each node; one whose parent is named twice follows the last."""
        local = [_local(node) for node in self.nodes]
        parents: dict[int, int] = {}
        for i, node in enumerate(self.nodes):
            for child in node.get("children", []):
                _at(self.nodes, child)
                parents[child] = i
        world: dict[int, Array] = {}
        for i in range(len(local)):
            chain: list[int] = []
            above: int | None = i
            while above is not None and above not in world:
                if above in chain:
                    raise ValueError("a node that is its own ancestor")
                chain.append(above)
                above = parents.get(above)
                if len(chain) > 1000:
                    raise ValueError("more than 1000 nodes in a row")
            for one in reversed(chain):
                parent = parents.get(one)
                world[one] = local[one] if parent is None else world[parent] @ local[one]
        return [world[i] for i in range(len(local))]

    def _mesh(self, place: int, node: dict[str, Any], so_far: int) -> list[_Part]:
        """Vertices in the world, faces and each vertex's strongest joint, of each primitive of triangles."""
        parts: list[_Part] = []
        for primitive in _at(self.scene["meshes"], node["mesh"])["primitives"]:
            if primitive.get("mode", _TRIANGLES) != _TRIANGLES:
                continue
            if "KHR_draco_mesh_compression" in primitive.get("extensions", {}):
                raise RecordingError("glTF must not be packed, got Draco; export it without compression")
            attributes = primitive["attributes"]
            vertices = self._accessor(attributes["POSITION"], 3)
            so_far += len(vertices)
            if so_far > MOST_VERTICES:
                raise RecordingError(f"glTF must have at most {MOST_VERTICES} vertices, got more; export fewer")
            faces = np.arange(len(vertices))
            if "indices" in primitive:
                faces = self._accessor(primitive["indices"], 1).astype(np.int64)
            skinned = "skin" in node and "JOINTS_0" in attributes
            vertices, moved = self._skinned(vertices, attributes, node) if skinned else (
                _moved(vertices, self.world[place]), np.full(len(vertices), -1)
            )  # fmt: skip
            parts.append((vertices, faces.reshape(-1, 3), moved))
        return parts

    def _skinned(
        self, vertices: Array, attributes: dict[str, Any], node: dict[str, Any]
    ) -> tuple[Array, NDArray[np.int64]]:
        """Σ weight · world of the joint · its inverse bind matrix (glTF 2.0, 3.7.3.3)."""
        skin = _at(self.scene["skins"], node["skin"])
        joints = [int(_at(range(len(self.nodes)), joint)) for joint in skin["joints"]]
        inverse = np.tile(np.eye(4), (len(joints), 1, 1))
        if "inverseBindMatrices" in skin:  # column-major
            inverse = self._accessor(skin["inverseBindMatrices"], 16).reshape(-1, 4, 4).swapaxes(1, 2)
        moves = np.stack([self.world[joint] @ bind for joint, bind in zip(joints, inverse, strict=True)])
        used = self._accessor(attributes["JOINTS_0"], 4).astype(np.int64)
        weights = self._accessor(attributes["WEIGHTS_0"], 4)
        if not (len(used) == len(weights) == len(vertices)) or (used < 0).any():
            raise ValueError("a skin that isn't the mesh's")
        total = weights.sum(axis=1, keepdims=True)
        if not (np.isfinite(total).all() and (total > 0).all()):
            raise ValueError("a corner that no joint moves")
        placed = np.zeros_like(vertices)
        for i in range(4):  # one joint at a time keeps the matrices of all corners out of memory
            placed += (weights / total)[:, i, None] * _moved_each(vertices, moves[used[:, i]])
        strongest = used[np.arange(len(used)), weights.argmax(axis=1)]
        return placed, np.array(joints, dtype=np.int64)[strongest]

    def _accessor(self, place: Any, width: int) -> Array:
        """(count, width), or (count,) of scalars, as numbers; bounded by the bytes that are there."""
        one = _at(self.scene["accessors"], place)
        if "sparse" in one or "bufferView" not in one or _WIDTHS[one["type"]] != width:
            raise ValueError("an accessor that is sparse or of another type")
        view = _at(self.scene["bufferViews"], one["bufferView"])
        buffer = self._buffer(view["buffer"])
        dtype = np.dtype(_COMPONENTS[one["componentType"]])
        size, n = width * dtype.itemsize, int(one["count"])
        stride = int(view.get("byteStride", size))
        start = int(view.get("byteOffset", 0)) + int(one.get("byteOffset", 0))
        if n < 1 or stride < size or start < 0 or start + (n - 1) * stride + size > len(buffer):
            raise ValueError("an accessor beyond its buffer")
        values: Array = np.ndarray((n, width), dtype, buffer, start, (stride, dtype.itemsize)).astype(np.float64)
        if one.get("normalized"):
            values = values / np.iinfo(dtype).max
        return values[:, 0] if width == 1 else values

    def _buffer(self, place: Any) -> bytes:
        uri = _at(self.scene["buffers"], place).get("uri")
        if uri is None:
            return self.binary
        head, _, content = str(uri).partition(",")
        if not (head.startswith(_DATA_URI) and head.endswith(";base64")):
            raise RecordingError("glTF must hold its data itself, got a file beside it; export it as GLB")
        try:
            return base64.b64decode(content, validate=True)
        except binascii.Error as error:
            raise ValueError("data that aren't base64") from error


def _local(node: dict[str, Any]) -> Array:
    """(4, 4) of a node against its parent: its matrix, else translation · rotation · scale."""
    if "matrix" in node:
        matrix = np.array(node["matrix"], dtype=np.float64).reshape(4, 4).T
    else:
        x, y, z, w = np.array(node.get("rotation", [0, 0, 0, 1]), dtype=np.float64)
        turn = np.array([
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ])  # fmt: skip
        matrix = np.eye(4)
        matrix[:3, :3] = turn * np.array(node.get("scale", [1, 1, 1]), dtype=np.float64).reshape(3)
        matrix[:3, 3] = np.array(node.get("translation", [0, 0, 0]), dtype=np.float64).reshape(3)
    if not (np.isfinite(matrix).all() and np.abs(matrix).max() < 1e9):
        raise ValueError("a node that is nowhere")
    return matrix


def _moved(vertices: Array, matrix: Array) -> Array:
    moved: Array = vertices @ matrix[:3, :3].T + matrix[:3, 3]
    return moved


def _moved_each(vertices: Array, matrices: Array) -> Array:
    moved: Array = np.einsum("vij,vj->vi", matrices[:, :3, :3], vertices) + matrices[:, :3, 3]
    return moved
