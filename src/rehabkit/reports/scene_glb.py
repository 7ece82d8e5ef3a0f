"""A scene as binary glTF 2.0, which headsets and 3-D programs open: points with their colours, bones, the mattress.

glTF counts in metres with y up and the front towards +z (Khronos Group 2021, glTF 2.0, 3.4), as the 3-D page does.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.figures import Place, Scene
from rehabkit.recordings.files import atomic
from rehabkit.reports.scene import colour_of
from rehabkit.reports.scene_key import side_colour, side_of
from rehabkit.reports.scene_views import upright

POINTS, LINES, LINE_LOOP = 0, 1, 2
FLOAT, SHORT = 5126, 5123
MATTRESS_EDGE = "#5a6775"


@dataclass
class _File:
    """What has been put into the file so far."""

    buffer: bytearray = field(default_factory=bytearray)
    views: list[dict[str, int]] = field(default_factory=list)
    accessors: list[dict[str, Any]] = field(default_factory=list)
    meshes: list[dict[str, Any]] = field(default_factory=list)

    def numbers(self, values: NDArray[np.generic], about: dict[str, Any]) -> int:
        """Put numbers in, at a multiple of four bytes, and return their place."""
        self.views.append({"buffer": 0, "byteOffset": len(self.buffer), "byteLength": values.nbytes})
        self.buffer += values.tobytes() + bytes(-values.nbytes % 4)
        self.accessors.append({"bufferView": len(self.views) - 1, "count": len(values), **about})
        return len(self.accessors) - 1

    def mesh(self, name: str, mode: int, places: NDArray[np.float32], colours: Sequence[str]) -> None:
        """Points, or the ends of lines, each with its colour."""
        least, most = (getattr(places, which)(axis=0).tolist() for which in ("min", "max"))
        at = self.numbers(places, {"componentType": FLOAT, "type": "VEC3", "min": least, "max": most})
        colour = self.numbers(_linear(colours), {"componentType": SHORT, "type": "VEC4", "normalized": True})
        shown = {"attributes": {"POSITION": at, "COLOR_0": colour}, "mode": mode, "material": 0}
        self.meshes.append({"name": name, "primitives": [shown]})


def write_glb(scenes: Sequence[Scene], path: str | Path) -> None:
    """Write the first scene as ``.glb``.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    with atomic(Path(path)) as temporary:
        temporary.write_bytes(glb(scenes[0]))


def glb(scene: Scene) -> bytes:
    """The scene as the bytes of a ``.glb`` file."""
    file = _File()
    rotation = upright(scene)

    def turned(places: Sequence[Place]) -> NDArray[np.float32]:
        return (np.array(places, dtype=np.float64) @ rotation.T).astype("<f4")

    if scene.points_m:
        colours = [colour_of(scene, i) for i in range(len(scene.points_m))]
        file.mesh("points", POINTS, turned(scene.points_m), colours)
    if scene.bones:
        ends = [end for bone in scene.bones for end in bone]
        places = turned([scene.joints[end].at_m for end in ends])
        file.mesh("bones", LINES, places, [side_colour(side_of(end)) for end in ends])
    if len(scene.bed_m) > 2:
        file.mesh("mattress", LINE_LOOP, turned(scene.bed_m), [MATTRESS_EDGE] * len(scene.bed_m))
    return _bytes(scene, file)


def _linear(colours: Sequence[str]) -> NDArray[np.uint16]:
    """(n, 4) red, green, blue and opacity in proportion to light, as glTF counts them (IEC 61966-2-1), 0 to 65535."""
    screen = np.array([[*bytes.fromhex(one[1:]), 255] for one in colours]) / 255
    light = np.where(screen <= 0.04045, screen / 12.92, ((screen + 0.055) / 1.055) ** 2.4)
    return np.round(65535 * light).astype("<u2")


def _bytes(scene: Scene, file: _File) -> bytes:
    nodes = [{"name": mesh["name"], "mesh": i} for i, mesh in enumerate(file.meshes)]
    said = {
        "asset": {"version": "2.0", "generator": "rehabkit"},
        "extensionsUsed": ["KHR_materials_unlit"],
        "materials": [{"extensions": {"KHR_materials_unlit": {}}}],
        "scene": 0, "scenes": [{"name": scene.title, "nodes": list(range(len(nodes)))}], "nodes": nodes,
        "meshes": file.meshes, "accessors": file.accessors, "bufferViews": file.views,
        "buffers": [{"byteLength": len(file.buffer)}],
    }  # fmt: skip
    text = json.dumps(said, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    chunks += struct.pack("<I4s", len(file.buffer), b"BIN\0") + bytes(file.buffer)
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks
