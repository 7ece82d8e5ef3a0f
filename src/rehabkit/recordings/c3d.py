"""C3D, the binary file of motion laboratories, through ezc3d (``rehabkit[c3d]``).

Written in millimetres, which every program expects, with the axes in POINT:X_SCREEN and Y_SCREEN and the
sensor in REHABKIT:SENSOR. A damaged file can crash ezc3d's compiled code, so reading happens in a child
process: ``python -m rehabkit.recordings.c3d FILE`` writes its points to standard output as npz.
"""

from __future__ import annotations

import importlib.util
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from rehabkit.errors import MissingExtraError, RecordingError
from rehabkit.recordings.assemble import METRES, assemble
from rehabkit.recordings.metric import ESTIMATED, exported, joint_name, only_estimated
from rehabkit.recordings.skeleton import Axes, Skeleton

_LONGEST_S = 20, 2e-6
"""Seconds that reading may take, and seconds more a byte; 10 MB take 0.6 s on a laptop."""
_MOST_MEMORY = 4 * 2**30
_SCREEN: dict[str, Axes] = {"Y": "y_up", "Z": "z_up"}


def read(path: Path) -> Skeleton:
    """The Skeleton in a C3D file; z is taken as up unless POINT:Y_SCREEN says y.

    Raises
    ------
    RecordingError
        If the file is damaged, cut off, without points, of an unknown unit, or its depth was only estimated.
    MissingExtraError
        Without ezc3d.
    """
    require_ezc3d()
    raw = _in_child(path)
    rate_hz = float(raw["rate_hz"])
    positions = raw["points"].transpose(2, 1, 0)  # (xyz, marker, frame) → (frame, marker, xyz)
    unit, sensor = str(raw["unit"]).strip().lower(), str(raw["sensor"]) or "c3d"
    if not (np.isfinite(rate_hz) and 0 < rate_hz <= 100_000):
        raise RecordingError(f"POINT:RATE must be a rate in Hz, got {rate_hz:g}; export the C3D again")
    if 0 in positions.shape:
        raise RecordingError("C3D must hold points, got none; export the markers, not only the analog channels")
    if len(positions) < raw["n_declared"]:
        n = raw["n_declared"]
        raise RecordingError(f"C3D must hold {n} frames, as its header says, got {len(positions)}; copy it again")
    if unit not in METRES:
        raise RecordingError(f"POINT:UNITS must be m, cm or mm, got {unit!r}; export the C3D again")
    if ESTIMATED in sensor:
        raise only_estimated()
    labels = [str(label) for label in raw["labels"][: positions.shape[1]]]
    labels += [f"marker_{i}" for i in range(len(labels), positions.shape[1])]
    up = str(raw["up"]).strip(" +").upper()
    history = [] if up in _SCREEN else ["read from C3D: z taken as up"]
    time_s = (int(raw["first_frame"]) + np.arange(len(positions))) / rate_hz
    names = [joint_name(label) for label in labels]
    axes = _SCREEN.get(up, "z_up")
    return assemble(names, time_s, positions * METRES[unit], None, axes, sensor, history=history)


def require_ezc3d() -> None:
    """Raise a MissingExtraError that names the remedy, unless ezc3d is installed."""
    if importlib.util.find_spec("ezc3d") is None:
        raise MissingExtraError('C3D must be read and written with ezc3d, got none; pip install "rehabkit[c3d]"')


def _in_child(path: Path) -> dict[str, Any]:
    longest_s = _LONGEST_S[0] + _LONGEST_S[1] * path.stat().st_size
    command = [sys.executable, "-P", "-m", __name__, str(path)]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    try:
        child = subprocess.run(command, capture_output=True, timeout=longest_s, env=environment, check=False)
    except subprocess.TimeoutExpired:
        raise RecordingError(
            f"C3D must be readable within {longest_s:.0f} s, got no end; export or copy it again"
        ) from None
    if child.returncode:
        why = child.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["the reader crashed"]
        raise RecordingError(f"file must be a whole C3D, got '{why[0][:200]}'; export or copy it again")
    with np.load(io.BytesIO(child.stdout), allow_pickle=False) as raw:
        return dict(raw)


def _main(path: str) -> None:
    """In the child: ezc3d's points as npz on standard output."""
    import ezc3d

    _limit_memory()
    file = ezc3d.c3d(path)
    point = file["parameters"]["POINT"]
    texts = {"unit": ("POINT", "UNITS"), "up": ("POINT", "Y_SCREEN"), "sensor": ("REHABKIT", "SENSOR")}
    values: dict[str, Any] = {key: file["parameters"].get(group, {}).get(name) for key, (group, name) in texts.items()}
    result: dict[str, Any] = {key: "".join(value["value"][:1]) if value else "" for key, value in values.items()}
    labels = [label for key in ("LABELS", "LABELS2", "LABELS3") for label in point.get(key, {"value": []})["value"]]
    np.savez(
        sys.stdout.buffer,
        points=file["data"]["points"][:3],
        labels=np.array(labels, dtype=str),
        rate_hz=point["RATE"]["value"][0],
        first_frame=file["header"]["points"]["first_frame"],
        n_declared=_declared_frames(Path(path)),
        **result,
    )


def _declared_frames(path: Path) -> int:
    """Frames that the header promises, 0 if it can't say; ezc3d silently lowers it for a file cut off."""
    with path.open("rb") as file:
        head = file.read(12)
        file.seek((head[0] - 1) * 512 + 3)
        order: Any = "big" if file.read(1) == b"\x56" else "little"
    first, last = (int.from_bytes(head[i : i + 2], order) for i in (6, 8))
    return 0 if last == 65535 else max(last - first + 1, 0)


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))


def write(skeleton: Skeleton, path: Path) -> None:
    """Write a C3D file; see :func:`rehabkit.recordings.metric.exported` for what is exported of a picture.

    Raises
    ------
    RecordingError
        If the skeleton has no metres or no rate.
    MissingExtraError
        Without ezc3d.
    """
    require_ezc3d()
    import ezc3d

    skeleton = exported(skeleton)
    points = np.ones((4, skeleton.n_joints, skeleton.n_frames))
    points[:3] = skeleton.positions.transpose(2, 1, 0) * 1000.0  # (frame, joint, xyz) → (xyz, joint, frame), mm
    file = ezc3d.c3d()
    file["header"]["points"]["first_frame"] = round(skeleton.time_s[0] * skeleton.rate_hz)
    file["data"]["points"] = points
    missing = np.isnan(points[0]).astype(float)  # C3D says "not seen" by a residual of -1
    file["data"]["meta_points"]["residuals"] = -missing[None]
    up = skeleton.axes[0].upper()
    for group, name, value in (
        ("POINT", "RATE", [skeleton.rate_hz]),
        ("POINT", "LABELS", list(skeleton.joint_names)),
        ("POINT", "DESCRIPTIONS", [skeleton.sensor] * skeleton.n_joints),
        ("POINT", "UNITS", ["mm"]),
        ("POINT", "X_SCREEN", ["+X"]),
        ("POINT", "Y_SCREEN", [f"+{up}"]),
        ("REHABKIT", "SENSOR", [skeleton.sensor]),
    ):
        file.add_parameter(group, name, value)
    file.write(str(path))


if __name__ == "__main__":
    _main(sys.argv[1])
