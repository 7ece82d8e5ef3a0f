"""Files of intrinsics → Intrinsics: JSON of rehabkit, ROS, Open3D or RealSense, or a few numbers as text.

Rehabkit's own::

    {"fx": 504.6, "fy": 504.7, "cx": 332.8, "cy": 324.2, "width": 640, "height": 576, "unit": "mm"}

``unit`` is that of one step of the depth picture (mm, 0.125mm). Read as well are ROS ``camera_info`` (``K`` or ``k``,
row by row), Open3D's ``intrinsic_matrix`` (column by column) and librealsense's ``ppx``, ``ppy``; ``depth_scale`` is
metres a step, or steps a metre where it is above 1. Text: ``fx fy cx cy``, a matrix of 3 x 3 or 4 x 4, or lines such as
``focal length = 476.0`` and ``principal point = (313.7, 242.8)``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rehabkit.errors import InputError, RecordingError
from rehabkit.recordings import lengths
from rehabkit.recordings.files import read_bytes
from rehabkit.recordings.intrinsics import Intrinsics

LARGEST = 2**20
_NUMBER = r"[-+]?\d{1,9}(?:\.\d{0,15})?(?:[eE][-+]?\d{1,2})?"
_LINE = {
    "f": re.compile(rf"focal[ _]length\s*[=:]\s*({_NUMBER})", re.IGNORECASE),
    "c": re.compile(rf"principal[ _]point\s*[=:]\s*\(?\s*({_NUMBER})\s*[, ]\s*({_NUMBER})", re.IGNORECASE),
    "unit": re.compile(r"depth[ _]unit\s*[=:]\s*([\d.]{0,12} ?[cm]?m)\b", re.IGNORECASE),
    **{name: re.compile(rf"\b{name}\s*[=:]\s*({_NUMBER})") for name in ("fx", "fy", "cx", "cy")},
}


@dataclass(frozen=True)
class Described:
    """What a file says of a depth picture.

    Parameters
    ----------
    intrinsics : of it.
    step_m : metres of one step, or ``None`` where it doesn't say.
    """

    intrinsics: Intrinsics
    step_m: float | None = None


def read(path: str | Path, size: tuple[int, int]) -> Described:
    """The intrinsics in a file.

    Parameters
    ----------
    size : (width, height) of the picture that they are for, px.

    Raises
    ------
    RecordingError
        If the file is missing or malformed, or its intrinsics can't be those of this picture.
    """
    path = Path(path)
    content = read_bytes(path, LARGEST)
    try:
        text = content.decode("utf-8-sig")
        said = _from_json(text) if text.lstrip().startswith(("{", "[")) else _from_text(text)
        return _described(said, size)
    except (RecordingError, InputError) as error:
        raise RecordingError(f"{path.name}: {error}") from error
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError) as error:
        raise RecordingError(
            f"{path.name} must hold fx, fy, cx and cy as JSON or text, got something else; see the documentation"
        ) from error


def dumps(intrinsics: Intrinsics, unit: str = "mm") -> str:
    """Rehabkit's own JSON."""
    names = ("fx", "fy", "cx", "cy", "width", "height")
    return json.dumps({name: getattr(intrinsics, name) for name in names} | {"unit": unit}, indent=2) + "\n"


def _described(said: dict[str, Any], size: tuple[int, int]) -> Described:
    stated = tuple(said.get(name, default) for name, default in zip(("width", "height"), size, strict=True))
    if stated != size:
        raise RecordingError(
            f"intrinsics must be those of a picture of {size[0]} x {size[1]} px, got {stated[0]} x {stated[1]}; "
            "give this picture's own"
        )
    lens = [float(value) for name in ("D", "d", "coeffs", "distortion") for value in said.get(name) or ()]
    if any(abs(value) > 1e-6 for value in lens):
        raise RecordingError("intrinsics must be without distortion, got some; give the rectified picture and its own")
    fx, fy, cx, cy = (float(said[name]) for name in ("fx", "fy", "cx", "cy"))
    return Described(Intrinsics(fx, fy, cx, cy, *size), _step_m(said))


def _step_m(said: dict[str, Any]) -> float | None:
    for name in ("unit", "depth_unit"):
        if name in said:
            return lengths.unit_m(str(said[name]))
    if "depth_scale" not in said:
        return None
    scale = float(said["depth_scale"])
    if not 0 < scale < 1e6:
        raise RecordingError(f"depth_scale must be positive, got {scale:g}; leave it out and say --units")
    return 1 / scale if scale > 1 else scale


def _from_json(text: str) -> dict[str, Any]:
    said = json.loads(text)
    if isinstance(said, list):
        return _matrix(np.array(said, dtype=np.float64).ravel().tolist())
    for name in ("intrinsics", "intrinsic", "depth_intrinsics", "camera_info"):
        if isinstance(said.get(name), dict):
            said = {**said, **said[name]}
    for name in ("K", "k", "camera_matrix"):
        if name in said:
            values = said[name]["data"] if isinstance(said[name], dict) else said[name]
            return {**said, **_matrix(np.array(values, dtype=np.float64).ravel().tolist())}
    if "intrinsic_matrix" in said:  # Open3D: column by column, so that cx and cy are the last but one
        values = np.array(said["intrinsic_matrix"], dtype=np.float64).ravel()
        return {**said, **_matrix(values.reshape(3, 3).T.ravel().tolist())}
    return {**said, "cx": said.get("cx", said.get("ppx")), "cy": said.get("cy", said.get("ppy"))}


def _from_text(text: str) -> dict[str, Any]:
    words = text.replace(",", " ").split()
    if len(words) in (4, 9, 16) and all(re.fullmatch(_NUMBER, word) for word in words):
        return _matrix([float(word) for word in words])
    found = {name: match for name, line in _LINE.items() if (match := line.search(text))}
    said: dict[str, Any] = {name: match[1] for name, match in found.items() if name not in "f c"}
    if "f" in found:
        said |= {"fx": found["f"][1], "fy": found["f"][1]}
    if "c" in found:
        said |= {"cx": found["c"][1], "cy": found["c"][2]}
    return said


def _matrix(values: list[float]) -> dict[str, Any]:
    """fx fy cx cy, or K row by row, of 3 or 4 columns."""
    if len(values) == 4:
        return dict(zip(("fx", "fy", "cx", "cy"), values, strict=True))
    matrix = np.array(values).reshape({9: (3, 3), 16: (4, 4)}[len(values)])[:3, :3]
    empty = abs(matrix[[0, 1, 2, 2], [1, 0, 0, 1]]).max()  # skew, and what must be 0 in any case
    if empty > 1e-6 or abs(matrix[2, 2] - 1) > 1e-9:
        raise RecordingError("camera matrix must be [fx 0 cx, 0 fy cy, 0 0 1] row by row, got another; check its order")
    return {"fx": matrix[0, 0], "fy": matrix[1, 1], "cx": matrix[0, 2], "cy": matrix[1, 2]}
