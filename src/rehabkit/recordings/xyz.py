"""Points as text, one a line: x y z, and what a header names (nx ny nz, r g b, label); any separator."""

from __future__ import annotations

import re

import numpy as np

from rehabkit.errors import RecordingError
from rehabkit.recordings.cloud_build import LONGEST_HEADER, Array, RawCloud, numbers

_NAMES = {
    **{name: name for name in ("x", "y", "z", "nx", "ny", "nz", "label")},
    **{"normal_x": "nx", "normal_y": "ny", "normal_z": "nz", "class": "label"},
    **{"r": "r", "g": "g", "b": "b", "red": "r", "green": "g", "blue": "b"},
}
_UNIT = re.compile(r"([xyz])[ _]?[\[(]?(mm|cm|m)[\])]?")


def parse(data: bytes) -> RawCloud:
    """The points in a file's bytes.

    Without a header three columns are x y z; of more, the others are left out, because nobody says what they are.

    Raises
    ------
    RecordingError
        If it is malformed or has no points.
    """
    names, unit, start = header(data)
    body = data[start:].translate(bytes.maketrans(b",;\t\r", b"    "))
    lines = [line for line in body[:LONGEST_HEADER].split(b"\n") if line.strip()]
    if not lines:
        raise RecordingError("text of points must have a point a line, got none; export it again")
    n_columns = len(lines[0].split())
    if n_columns < 3 or (names and n_columns != len(names)):
        wanted = f"{len(names)} numbers, as its header says" if names else "at least x, y and z"
        raise RecordingError(f"line of points must have {wanted}, got {n_columns}; export it again")
    table = numbers(body, n_columns, "points")
    columns = {name: table[:, place] for place, name in enumerate(names or ("x", "y", "z"))}
    left_out = n_columns - 3 if not names else 0
    return RawCloud(
        _stacked(columns, "x", "y", "z"),
        normals=_stacked(columns, "nx", "ny", "nz") if {"nx", "ny", "nz"} <= columns.keys() else None,
        colours=_colours(columns),
        labels=_labels(columns),
        unit=unit,
        history=(f"{left_out} columns without a name left out",) if left_out else (),
    )


def header(data: bytes) -> tuple[tuple[str, ...], str, int]:
    """Names of the columns in the first line, the unit in them, and where the points begin; no names without them.

    Raises
    ------
    RecordingError
        If the first line has names, but not x, y and z.

    Examples
    --------
    >>> header(b"x_mm,y_mm,z_mm,label\\n")
    (('x', 'y', 'z', 'label'), 'mm', 21)
    """
    first = data[:LONGEST_HEADER].split(b"\n", 1)[0]
    words = re.split(r"[,;\s]+", first.decode("latin-1").lstrip("ï»¿#/ ").strip().lower())
    if re.fullmatch(r"[-+.\d]\S*|nan", words[0]) or not words[0]:
        return (), "", 0
    units = {match[2] for word in words if (match := _UNIT.fullmatch(word))}
    plain = [match[1] if (match := _UNIT.fullmatch(word)) else word for word in words]
    names = tuple(_NAMES.get(word, f"_{place}") for place, word in enumerate(plain))
    if not {"x", "y", "z"} <= set(names) or len(set(names)) != len(names) or len(units) > 1:
        raise RecordingError(
            f"columns of points must include x, y and z once, got {', '.join(words)[:80]}; rename them"
        )
    return names, next(iter(units), ""), min(len(first) + 1, len(data))


def _stacked(columns: dict[str, Array], *names: str) -> Array:
    return np.stack([columns[name] for name in names], axis=1)


def _colours(columns: dict[str, Array]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]] | None:
    if not {"r", "g", "b"} <= columns.keys():
        return None
    values = _stacked(columns, "r", "g", "b")
    fits = np.isfinite(values).all() and (values >= 0).all() and (values <= 255).all()
    return values.astype(np.uint8) if fits and (values == np.round(values)).all() else None


def _labels(columns: dict[str, Array]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]] | None:
    if "label" not in columns:
        return None
    values = columns["label"]
    if not ((np.abs(values) < 2**31) & (values == np.round(values))).all():
        raise RecordingError("labels must be whole numbers, got others; export it again")
    return values.astype(np.int64)
