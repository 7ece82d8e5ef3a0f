"""PLY, the Stanford triangle format: text, or binary of either byte order → points; and written back.

Read are x y z, nx ny nz, red green blue (of 0 to 255) and label (or class) of the element vertex. Faces are left out,
and so says the history. Rehabkit's own files say unit, viewpoint and the labels' names in comments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.cloud import PointCloud
from rehabkit.recordings.cloud_build import LONGEST_HEADER, RawCloud, count, numbers, thinned

_TYPES = {
    **{name: code for code, names in {
        "i1": ("char", "int8"), "u1": ("uchar", "uint8"), "i2": ("short", "int16"), "u2": ("ushort", "uint16"),
        "i4": ("int", "int32"), "u4": ("uint", "uint32"), "f4": ("float", "float32"), "f8": ("double", "float64"),
    }.items() for name in names},
}  # fmt: skip
_ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}
_LABELS = ("label", "labels", "class")
_COLOURS = (("red", "green", "blue"), ("r", "g", "b"))
_OWN = re.compile(r"comment rehabkit (unit|viewpoint|label) (.{1,200})")


@dataclass
class _Element:
    name: str
    n: int
    properties: list[tuple[str, str]]
    has_lists: bool = False


@dataclass(frozen=True)
class _Header:
    order: str
    elements: list[_Element]
    comments: list[tuple[str, str]]
    length: int


def parse(data: bytes) -> RawCloud:
    """The points in a file's bytes.

    Raises
    ------
    RecordingError
        If it is malformed, cut off, or has no points.
    """
    header = _header(data)
    before, vertex = _to_vertex(header.elements)
    columns = _columns(data, header, before, vertex)
    names = [name for name, _ in vertex.properties]
    wanted = [axis for axis in "xyz" if axis not in names]
    if wanted:
        raise RecordingError(f"vertices must have x, y and z, got no {' and '.join(wanted)}; export it again")
    faces = sum(element.n for element in header.elements if element.name == "face")
    left_out = [f"{faces} faces left out, their corners kept"] if faces else []
    history = (*left_out, *(thinned(vertex.n)[1] if header.order else ()))
    said = _said(header.comments)
    kinds = dict(vertex.properties)
    return RawCloud(
        _stacked(columns, ("x", "y", "z")).astype(np.float64),
        normals=_stacked(columns, ("nx", "ny", "nz")).astype(np.float64) if {"nx", "ny", "nz"} <= set(names) else None,
        colours=_colours(columns, kinds),
        labels=_labels(columns, kinds, said[2]),
        label_names=said[2],
        viewpoint=said[1],
        unit=said[0],
        history=history,
    )


def _header(data: bytes) -> _Header:
    head = re.match(rb"ply\r?\n(?s:.*?)\r?\nend_header\r?\n", data[:LONGEST_HEADER])
    if head is None:
        raise RecordingError("PLY must begin with ply and a header of at most 64 KiB, got another; export it again")
    order, elements, comments = None, [], []
    for line in head[0].decode("latin-1").splitlines()[1:-1]:
        words = line.split()
        if own := _OWN.fullmatch(line.rstrip()):
            comments.append((own[1], own[2]))
        elif words[:1] in (["comment"], ["obj_info"], []):
            continue
        elif words[0] == "format" and len(words) == 3 and words[1] in _ORDERS:
            order = _ORDERS[words[1]]
        elif words[0] == "element" and len(words) == 3:
            elements.append(_Element(words[1], count(words[2], f"number of {words[1][:40]}"), []))
        elif words[0] == "property" and elements:
            _property(elements[-1], words[1:])
        else:
            raise RecordingError(
                f"PLY header must name format, elements and properties, got {line[:60]!r}; export it again"
            )
    if order is None:
        raise RecordingError("PLY must state its format, ascii or binary, got none; export it again")
    return _Header(order, elements, comments, head.end())


def _property(element: _Element, words: list[str]) -> None:
    if len(words) == 4 and words[0] == "list" and words[1] in _TYPES and words[2] in _TYPES:
        element.has_lists = True
    elif len(words) == 2 and words[0] in _TYPES and words[1] not in dict(element.properties):
        element.properties.append((words[1], _TYPES[words[0]]))
    else:
        raise RecordingError(
            f"PLY property must have a known type and a new name, got {' '.join(words)[:60]!r}; export it again"
        )


def _to_vertex(elements: list[_Element]) -> tuple[list[_Element], _Element]:
    names = [element.name for element in elements]
    if "vertex" not in names:
        raise RecordingError("PLY must have an element vertex, got none; export it as points")
    place = names.index("vertex")
    if any(element.has_lists for element in elements[: place + 1]):
        raise RecordingError("vertices must come before lists and have none, got others; export it again")
    return elements[:place], elements[place]


def _columns(data: bytes, header: _Header, before: list[_Element], vertex: _Element) -> dict[str, NDArray[np.generic]]:
    """Each property of the vertices by its name."""
    names = [name for name, _ in vertex.properties]
    if not header.order:
        body = _lines(data[header.length :], sum(element.n for element in before), vertex.n)
        table = numbers(body, len(names), "vertices")
        if len(table) != vertex.n:
            raise RecordingError(f"PLY must hold {vertex.n} vertices, got {len(table)}; copy it again")
        return {name: table[:, i] for i, name in enumerate(names)}
    start = header.length + sum(e.n * _row(e, header.order).itemsize for e in before)
    row = _row(vertex, header.order)
    if start + vertex.n * row.itemsize > len(data):
        raise RecordingError(f"PLY must hold {vertex.n} vertices, got a file that ends before; copy it again")
    rows = np.frombuffer(data, row, vertex.n, start)[thinned(vertex.n)[0]]  # before anything is widened to 8 bytes
    return {name: rows[name] for name in names}


def _row(element: _Element, order: str) -> np.dtype[np.void]:
    return np.dtype([(name, order + code) for name, code in element.properties])


def _lines(body: bytes, skip: int, n: int) -> bytes:
    """``n`` lines of a text after the first ``skip``."""
    ends = np.flatnonzero(np.frombuffer(body, np.uint8) == ord("\n")) + 1
    if len(ends) + 1 < skip + n:
        raise RecordingError(f"PLY must hold {n} vertices, got {len(ends)} lines; copy it again")
    start = int(ends[skip - 1]) if skip else 0
    stop = int(ends[skip + n - 1]) if skip + n <= len(ends) and n else (len(body) if n else start)
    return body[start:stop]


def _stacked(columns: dict[str, NDArray[np.generic]], names: tuple[str, ...]) -> NDArray[np.generic]:
    return np.stack([columns[name] for name in names], axis=1)


def _colours(columns: dict[str, NDArray[np.generic]], kinds: dict[str, str]) -> NDArray[np.uint8] | None:
    for names in _COLOURS:
        if all(kinds.get(name) == "u1" for name in names):
            return np.clip(np.nan_to_num(_stacked(columns, names).astype(np.float64)), 0, 255).astype(np.uint8)
    return None


def _labels(
    columns: dict[str, NDArray[np.generic]], kinds: dict[str, str], names: tuple[str, ...]
) -> NDArray[np.int64] | None:
    for name in _LABELS:
        if kinds.get(name, "f")[0] in "iu":
            values = columns[name].astype(np.float64)
            if not (np.abs(values) < 2**31).all() or (names and not ((values >= 0) & (values < len(names))).all()):
                raise RecordingError(
                    f"labels must be 0 to {len(names) - 1 if names else 2**31 - 1}, got others; export it again"
                )
            return values.astype(np.int64)
    return None


def _said(comments: list[tuple[str, str]]) -> tuple[str, tuple[float, float, float], tuple[str, ...]]:
    """Unit, viewpoint and the labels' names in rehabkit's own comments."""
    unit, viewpoint, labels = "", (0.0, 0.0, 0.0), []
    for what, text in comments:
        if what == "unit":
            unit = text
        elif what == "viewpoint":
            x, y, z = _three(text)
            viewpoint = (x, y, z)
        else:
            labels.append(text)
    return unit, viewpoint, tuple(labels)


def _three(text: str) -> list[float]:
    try:
        found = [float(word) for word in text.split()]
    except ValueError:
        found = []
    if len(found) != 3 or not np.isfinite(found).all():
        raise RecordingError(f"viewpoint must be three numbers, got {text[:60]!r}; export it again")
    return found


def dumps(cloud: PointCloud) -> bytes:
    """A cloud as binary little-endian PLY in metres, with its normals, colours, labels and their names."""
    fields: list[tuple[str, str, NDArray[np.generic]]] = [("float", a, cloud.points[:, i]) for i, a in enumerate("xyz")]
    if cloud.normals is not None:
        fields += [("float", f"n{a}", cloud.normals[:, i]) for i, a in enumerate("xyz")]
    if cloud.colours is not None:
        fields += [("uchar", name, cloud.colours[:, i]) for i, name in enumerate(_COLOURS[0])]
    if cloud.labels is not None:
        fields.append(("int", "label", cloud.labels))
    at = " ".join(f"{value:.9g}" for value in cloud.viewpoint)
    lines = ["ply", "format binary_little_endian 1.0", "comment rehabkit unit m", f"comment rehabkit viewpoint {at}"]
    lines += [f"comment rehabkit label {' '.join(name.split())[:200]}" for name in cloud.label_names]
    lines += [
        f"element vertex {cloud.n_points}",
        *(f"property {kind} {name}" for kind, name, _ in fields),
        "end_header",
    ]
    rows = np.empty(cloud.n_points, dtype=[(name, "<" + _TYPES[kind]) for kind, name, _ in fields])
    for _, name, values in fields:
        rows[name] = values
    return ("\n".join(lines) + "\n").encode("latin-1", "replace") + rows.tobytes()
