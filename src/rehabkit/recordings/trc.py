"""TRC, the text file of marker positions that OpenSim, Pose2Sim and Sports2D exchange.

Three header lines, two lines of labels, then one row a frame: number, time, x, y, z of each marker, all
separated by tabs. OpenSim takes y as up, so that is what is written, in metres; a missing marker is ``NaN``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import TextIO

import numpy as np

from rehabkit.errors import RecordingError
from rehabkit.recordings import table
from rehabkit.recordings.assemble import METRES, assemble
from rehabkit.recordings.metric import ESTIMATED, exported, joint_name, only_estimated
from rehabkit.recordings.skeleton import Skeleton

_KEYS = ("DataRate", "CameraRate", "NumFrames", "NumMarkers", "Units",
         "OrigDataRate", "OrigDataStartFrame", "OrigNumFrames")  # fmt: skip
_AGAIN = "export the TRC again"


def load(file: TextIO) -> Skeleton:
    """The Skeleton in an open TRC file; y is taken as up.

    Raises
    ------
    RecordingError
        Naming the line, for a malformed header, a unit other than m, cm or mm, fewer rows than NumFrames
        says, or a third dimension that a network only estimated.
    """
    head = [file.readline(1_000_000).rstrip("\r\n") for _ in range(5)]
    if not head[0].startswith("PathFileType"):
        raise RecordingError(f"line 1 of a TRC file must start with PathFileType, got {head[0][:40]!r}; {_AGAIN}")
    if ESTIMATED in head[0]:
        raise only_estimated()
    about = dict(zip(head[1].split(), head[2].split(), strict=False))
    factor = METRES.get(about.get("Units", "").strip())
    if factor is None:
        raise RecordingError(f"line 3, Units must be m, cm or mm, got {about.get('Units')!r}; correct it")
    markers = [cell.strip() for cell in head[3].split("\t")[2:] if cell.strip()]
    if not "".join(markers).isprintable():
        raise RecordingError(f"line 4, names of markers must be printable text, got {markers}; rename them")
    n_frames, n_markers = _whole(about, "NumFrames"), _whole(about, "NumMarkers")
    if not markers or len(markers) != n_markers:
        raise RecordingError(f"line 4 must name NumMarkers = {n_markers} markers, got {len(markers)}; {_AGAIN}")
    header = ["Frame#", "Time", *(f"{marker} {axis}" for marker in markers for axis in "xyz")]
    values, lines = table.parse(_rows(file, len(header)), header, range(1, len(header)))
    if len(lines) < n_frames:
        raise RecordingError(f"file must have NumFrames = {n_frames} rows, got {len(lines)}; it is cut off: {_AGAIN}")
    table.check_times(values[:, 0], lines)
    positions = values[:, 1:].reshape(len(lines), len(markers), 3) * factor
    history = ["read from TRC: y taken as up"]
    nowhere = (positions == 0).all(axis=-1)  # (frame, marker): how some programs write a missing marker
    if nowhere.any():
        history.append(f"{nowhere.sum()} positions of exactly 0, 0, 0 taken as not seen")
        positions[nowhere] = np.nan
    names = [joint_name(marker) for marker in markers]
    return assemble(names, values[:, 0], positions, None, "y_up", "trc", history=history)


def _whole(about: dict[str, str], key: str) -> int:
    text = about.get(key, "").strip()
    if not re.fullmatch(r"\d{1,9}", text):
        raise RecordingError(f"line 3, {key} must be a whole number, got {text[:40]!r}; {_AGAIN}")
    return int(text)


def _rows(file: Iterable[str], n_cells: int) -> Iterable[tuple[int, list[str]]]:
    for line, text in enumerate(file, start=6):
        cells = text.rstrip("\r\n").split("\t")
        while len(cells) > n_cells and not cells[-1].strip():
            cells.pop()  # many programs end each row with a tab
        yield line, cells


def dumps(skeleton: Skeleton, name: str) -> str:
    """The TRC text of a Skeleton, metres, y up; see :func:`rehabkit.recordings.metric.exported`.

    Raises
    ------
    RecordingError
        If it has no metres or no rate, or a joint's name holds white space.
    """
    skeleton = exported(skeleton)
    bad = [joint for joint in skeleton.joint_names if not re.fullmatch(r"\S+", joint)]
    if bad:
        raise RecordingError(f"joint names must be without spaces in TRC, got {bad[0]!r}; rename it")
    positions = skeleton.positions
    if skeleton.axes == "z_up":
        positions = positions[..., [0, 2, 1]] * [1.0, 1.0, -1.0]  # x, y, z → x, z, -y: turned, not mirrored
    n, joints, rate = skeleton.n_frames, skeleton.joint_names, f"{skeleton.rate_hz:.6g}"
    head = [
        f"PathFileType\t4\t(X/Y/Z)\t{name} ({skeleton.sensor})",
        "\t".join(_KEYS),
        f"{rate}\t{rate}\t{n}\t{len(joints)}\tm\t{rate}\t1\t{n}",
        "Frame#\tTime\t" + "\t\t\t".join(joints) + "\t\t",
        "\t\t" + "\t".join(f"{axis}{i}" for i in range(1, len(joints) + 1) for axis in "XYZ"),
    ]
    rows = io.StringIO()
    values = np.column_stack([np.arange(1, n + 1), skeleton.time_s, positions.reshape(n, -1)])
    np.savetxt(rows, values, fmt=["%d", "%.6f"] + ["%.6f"] * (3 * len(joints)), delimiter="\t")
    return "\n".join(head) + "\n\n" + rows.getvalue().replace("nan", "NaN")
