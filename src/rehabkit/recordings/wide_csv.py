"""CSV of a Skeleton: one row a frame, one column a coordinate, the unit in each column's name.

The first line is a comment that says what the columns can't (`pandas.read_csv(path, comment="#")` skips it)::

    # rehabkit skeleton {"sensor": "mediapipe-full", "axes": "image", "frame_size_px": [1280, 720]}
    time_s,left_knee_x_px,left_knee_y_px,left_knee_confidence,left_knee_estimated_x_m,…
    0.000000,612.53,400.02,0.998,0.1042,…

Measured 3-D positions are ``left_knee_x_m`` (or ``_cm``, ``_mm``) and so on. An empty cell is a joint not
seen. What scripts around MediaPipe write is read too: ``left_knee_x, left_knee_y, left_knee_z, left_knee_v``
or ``x0, y0, z0, v0 …`` (33 landmarks, from 0 or 1), as shares of the picture; their z, a network's guess, is
left out. Such files say neither frame size nor time: put a first line like the one above, with
``frame_size_px`` and ``rate_hz``, before them.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Annotated, Literal, NamedTuple, TextIO

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rehabkit.errors import RecordingError
from rehabkit.recordings import table
from rehabkit.recordings.assemble import METRES, assemble
from rehabkit.recordings.skeleton import MEDIAPIPE_JOINTS, Array, Axes, Skeleton

_MARK = "# rehabkit skeleton"
_COORDINATE = re.compile(r"(?P<joint>\w+?)(?P<estimated>_estimated)?_(?P<axis>[xyz])_(?P<unit>px|m|cm|mm)")
_CONFIDENCE = re.compile(r"(?P<joint>\w+)_(?:confidence|visibility|v)")
_SHARE = re.compile(r"(?P<joint>[A-Za-z]\w*)_(?P<axis>[xy])")
_NUMBERED = re.compile(r"(?P<axis>[xyv])(?P<number>\d{1,4})")
_TIMES = {"time_s": 1.0, "timestamp_ms": 0.001}
_EXAMPLE = f'a first line such as {_MARK} {{"frame_size_px": [1280, 720], "rate_hz": 30}}'

Side = Annotated[int, Field(gt=0, lt=100_000)]


class _About(BaseModel):
    """What the first line says."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    sensor: str = "csv"
    axes: Axes | None = None
    frame_size_px: tuple[Side, Side] | None = None
    rate_hz: Annotated[float, Field(gt=0, le=10_000)] | None = None
    history: tuple[str, ...] = ()


class _Column(NamedTuple):
    kind: Literal["time", "position", "estimated", "confidence"]
    joint: str = ""
    axis: str = ""


def load(file: TextIO) -> Skeleton:
    """The Skeleton in an open CSV file.

    Raises
    ------
    RecordingError
        Naming line and column where the file is malformed, or what it leaves unsaid.
    """
    comments, rest = _comments(file)
    about = _about(comments)
    reader = csv.reader(rest)
    try:
        header = [name.strip() for name in next(reader, [])]
        columns, unit = _columns(header)
        numbered = ((reader.line_num + len(comments), cells) for cells in reader)
        wanted = [index for index, _ in columns.values()]
        values, lines = table.parse(numbered, header, wanted)
    except csv.Error as error:
        line = reader.line_num + len(comments)
        raise RecordingError(f"line {line} must be CSV text, got '{error}'; export it as CSV") from error
    values = values * [factor for _, factor in columns.values()]
    named = dict(zip(columns, values.T, strict=True))
    time_s = _times(named, lines, about)
    left_out = [name for i, name in enumerate(header) if i not in wanted]
    return _skeleton(named, time_s, unit, about, left_out)


def _comments(file: TextIO) -> tuple[list[str], Iterator[str]]:
    comments = []
    while (line := file.readline(1_000_000)).startswith("#"):
        comments.append(line)
    return comments, chain([line], file)


def _about(comments: Sequence[str]) -> _About:
    for number, line in enumerate(comments, start=1):
        if line.startswith(_MARK):
            try:
                return _About.model_validate_json(line.removeprefix(_MARK))
            except ValidationError as error:
                first = error.errors()[0]
                key = repr(".".join(map(str, first["loc"]))) if first["loc"] else "the text in braces"
                raise RecordingError(f"line {number}, {key} is wrong: {first['msg']}; write {_EXAMPLE}") from error
    return _About()


def _columns(header: Sequence[str]) -> tuple[dict[_Column, tuple[int, float]], str]:
    """Each known column → (its index, factor to s, px, m or shares), and the unit of the positions."""
    columns: dict[_Column, tuple[int, float]] = {}
    units = set()
    first = 0 if "x0" in header else 1
    for index, name in enumerate(header):
        column, unit = _parse_name(name, first)
        if column is None:
            continue
        if column in columns:
            raise RecordingError(f"columns must differ, got {name} twice; rename or remove one")
        columns[column] = (index, _TIMES.get(name, METRES.get(unit, 1.0)))
        if column.kind == "position":
            units.add("m" if unit in METRES else unit)
    if len(units) != 1:
        got = ",".join(header)[:80]
        raise RecordingError(
            "header must name columns of one unit such as left_knee_x_px,left_knee_y_px or left_knee_x_m, "
            f"separated by commas, got {got!r}; rename the columns"
        )
    return columns, units.pop()


def _parse_name(name: str, first: int) -> tuple[_Column | None, str]:
    if name in _TIMES:
        return _Column("time"), "s"
    if match := _COORDINATE.fullmatch(name):
        return _Column("estimated" if match["estimated"] else "position", match["joint"], match["axis"]), match["unit"]
    if match := _CONFIDENCE.fullmatch(name):
        return _Column("confidence", match["joint"]), ""
    if match := _SHARE.fullmatch(name):
        return _Column("position", match["joint"], match["axis"]), "share"
    if match := _NUMBERED.fullmatch(name):
        joint = int(match["number"]) - first
        if not 0 <= joint < len(MEDIAPIPE_JOINTS):
            raise RecordingError(
                f"numbered columns must be the 33 landmarks of MediaPipe Pose, got {name}; keep x{first} to "
                f"x{first + 32} or name them like left_knee_x"
            )
        kind: Literal["confidence", "position"] = "confidence" if match["axis"] == "v" else "position"
        return _Column(kind, MEDIAPIPE_JOINTS[joint], match["axis"] if kind == "position" else ""), "share"
    return None, ""


def _times(named: dict[_Column, Array], lines: NDArray[np.int64], about: _About) -> Array:
    time_s = named.get(_Column("time"))
    if time_s is not None:
        table.check_times(time_s, lines)
        return time_s
    if about.rate_hz is None:
        raise RecordingError(f"times must be known, got no column time_s and no rate; add one, or {_EXAMPLE}")
    return np.arange(len(lines)) / about.rate_hz


def _skeleton(
    named: dict[_Column, Array], time_s: Array, unit: str, about: _About, left_out: Sequence[str]
) -> Skeleton:
    image = unit != "m"
    joints = list(dict.fromkeys(column.joint for column in named if column.kind == "position"))
    positions = _stack(named, "position", joints, "xy" if image else "xyz")
    if unit == "share":
        positions = positions * _frame_size(positions, about)
    estimated = None
    if any(column.kind == "estimated" for column in named):
        estimated = _stack(named, "estimated", joints, "xyz")
    confidence = None
    if any(column.kind == "confidence" for column in named):
        confidence = np.stack([_get(named, _Column("confidence", joint)) for joint in joints], axis=1)
    history = list(about.history)
    if left_out:
        history.append(f"columns not read: {', '.join(left_out[:5])}{' …' if len(left_out) > 5 else ''}")
    axes = about.axes or ("image" if image else "y_up")
    if not image and about.axes is None:
        history.append("axes not stated: y taken as up")
    if image != (axes == "image"):
        raise RecordingError(f"axes must fit the unit of the columns, got {axes} for {unit}; correct the first line")
    return assemble(
        joints, time_s, positions, confidence, axes, about.sensor,
        frame_size_px=about.frame_size_px, estimated_m=estimated, history=history,
    )  # fmt: skip


def _stack(
    named: dict[_Column, Array], kind: Literal["position", "estimated"], joints: Sequence[str], axes: str
) -> Array:
    columns = [_get(named, _Column(kind, joint, axis)) for joint in joints for axis in axes]
    return np.stack(columns, axis=1).reshape(-1, len(joints), len(axes))  # (frame, joint, axis)


def _get(named: dict[_Column, Array], column: _Column) -> Array:
    if column not in named:
        what = " ".join(part for part in column if part)
        raise RecordingError(f"every joint must have the same columns, got none for {what}; add it")
    return named[column]


def _frame_size(positions: Array, about: _About) -> Array:
    if about.frame_size_px is None:
        raise RecordingError(
            f"frame size must be known for columns that are shares of the picture, got none; put {_EXAMPLE}"
        )
    middle = float(np.nanmedian(np.abs(positions))) if np.isfinite(positions).any() else 0.0
    if middle > 3:
        raise RecordingError(
            f"columns like left_knee_x must be shares of the picture (0 to 1), got {middle:g}; "
            "name columns of pixels like left_knee_x_px"
        )
    return np.array(about.frame_size_px, dtype=float)


def dumps(skeleton: Skeleton) -> str:
    """The CSV text: px with 2 decimals, metres with 5, times with 6.

    Raises
    ------
    RecordingError
        If a joint's name can't be part of a column's name.

    Examples
    --------
    >>> s = Skeleton(("left_hip",), [0.0], [[[3.5, np.nan]]], [[0.5]], "image", "test")
    >>> print(dumps(s), end="")
    # rehabkit skeleton {"sensor": "test", "axes": "image"}
    time_s,left_hip_x_px,left_hip_y_px,left_hip_confidence
    0.000000,3.50,,0.500
    """
    bad = [name for name in skeleton.joint_names if not re.fullmatch(r"\w+", name)]
    if bad:
        raise RecordingError(f"joint names must be letters, digits and _, got {bad[0]!r}; rename it")
    unit, decimals = ("px", 2) if skeleton.axes == "image" else ("m", 5)
    names, formats, blocks = ["time_s"], ["%.6f"], [skeleton.time_s[:, None]]
    for i, joint in enumerate(skeleton.joint_names):
        parts = [(skeleton.positions[:, i], [f"x_{unit}", f"y_{unit}", f"z_{unit}"], f"%.{decimals}f")]
        parts.append((skeleton.confidence[:, [i]], ["confidence"], "%.3f"))
        if skeleton.estimated_m is not None:
            parts.append((skeleton.estimated_m[:, i], [f"estimated_{axis}_m" for axis in "xyz"], "%.5f"))
        for block, endings, number in parts:
            blocks.append(block)
            names += [f"{joint}_{ending}" for ending in endings[: block.shape[1]]]
            formats += [number] * block.shape[1]
    rows = io.StringIO()
    np.savetxt(rows, np.hstack(blocks), fmt=formats, delimiter=",")
    about = {key: getattr(skeleton, key) for key in ("sensor", "axes", "frame_size_px", "history")}
    said = json.dumps({key: value for key, value in about.items() if value}, ensure_ascii=False)
    return f"{_MARK} {said}\n{','.join(names)}\n{rows.getvalue().replace('nan', '')}"
