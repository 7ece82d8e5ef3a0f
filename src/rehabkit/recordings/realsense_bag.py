"""Recordings of a RealSense camera (.bag, ROS 1) → RgbdSequence, by the ``rosbags`` library (the extra ``realsense``).

Depth is taken as the pinhole picture that the camera's own processor makes; colour is laid upon it by the recording's
extrinsics. Times are those at which the messages were written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import MissingExtraError, RecordingError, RehabkitError
from rehabkit.recordings.files import check_size
from rehabkit.recordings.intrinsics import Intrinsics
from rehabkit.recordings.lens import Lens, Rig
from rehabkit.recordings.pairing import paired
from rehabkit.recordings.rgbd import RgbdFrame, RgbdSequence

LARGEST = 64 * 2**30
_DEPTHS, _COLOURS = ("mono16", "16UC1", "z16"), ("rgb8", "bgr8")
_CORE = ("/image/data", "/info/camera_info", "/tf/0")


@dataclass(frozen=True)
class _Found:
    """Topics of one recording, and what stands in them once."""

    depth: str
    colour: str
    step_m: float
    rig: Rig


def read(path: str | Path) -> RgbdSequence:
    """The depth pictures of a recording, with colour where it has them.

    Raises
    ------
    RecordingError
        If the file is missing, damaged, or holds no depth or no intrinsics.
    MissingExtraError
        Without ``rosbags``.
    """
    path = Path(path)
    with _opened(path) as bag:
        found = _found(bag, path)
    history = (f"unit {found.step_m * 1000:g} mm, stated", *(["colour laid upon depth"] if found.colour else []))
    return RgbdSequence(lambda: _frames(path, history), "realsense", tuple(history))


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    check_size(path, LARGEST)
    try:
        from rosbags.highlevel import AnyReader
        from rosbags.typesys import Stores, get_typestore
    except ImportError as error:
        raise MissingExtraError('RealSense .bag needs rosbags; pip install "rehabkit[realsense]"') from error
    try:
        with AnyReader([path], default_typestore=get_typestore(Stores.ROS1_NOETIC)) as bag:
            yield bag
    except RehabkitError:
        raise
    except Exception as error:  # the library raises whatever a damaged file makes it meet
        raise RecordingError(f"recording must be a whole .bag, got {path.name}, which isn't; copy it again") from error


def _found(bag: Any, path: Path) -> _Found:
    topics = {c.topic for c in bag.connections}
    depth, colour = (
        next((t for t in sorted(topics) if kind in t and t.endswith(_CORE[0])), "") for kind in ("Depth", "Color")
    )
    if not depth:
        raise RecordingError(f"recording must hold depth pictures, got none in {path.name}; switch depth on")
    lenses = [_lens(bag, topic.removesuffix(_CORE[0])) if topic else None for topic in (depth, colour)]
    if lenses[0] is None:
        raise RecordingError(f"recording must hold its intrinsics, got none in {path.name}; record it again")
    if lenses[1] is None:
        colour = ""
    sensor = depth.split("/Depth")[0]
    unit = _once(bag, f"{sensor}/option/Depth_Units/value")
    step_m = 0.001 if unit is None else float(unit.data)
    if not 1e-6 < step_m < 0.1:
        raise RecordingError(f"unit of depth must be 0.001 to 100 mm, got {step_m:g} m in {path.name}; record it again")
    return _Found(depth, colour, step_m, Rig.mounted(lenses[0], lenses[1] or lenses[0]))


def _once(bag: Any, topic: str) -> Any:
    """The first message of a topic, or ``None``."""
    connections = [c for c in bag.connections if c.topic == topic]
    for connection, _, raw in bag.messages(connections=connections) if connections else ():
        return bag.deserialize(raw, connection.msgtype)
    return None


def _lens(bag: Any, stream: str) -> Lens | None:
    """Of one stream; D is k1 k2 p1 p2 k3, the transform goes from the reference stream's axes to its own."""
    info, placed = _once(bag, stream + _CORE[1]), _once(bag, stream + _CORE[2])
    if info is None:
        return None
    matrix = np.asarray(info.K, dtype=np.float64)
    bend = np.zeros(5)
    bend[: len(info.D[:5])] = info.D[:5]
    size = int(info.width), int(info.height)
    turn, move = np.eye(3), np.zeros(3)
    if placed is not None:
        q, t = placed.rotation, placed.translation
        turn, move = _turn(q.x, q.y, q.z, q.w), np.array([t.x, t.y, t.z])
    k = Intrinsics(matrix[0], matrix[4], matrix[2], matrix[5], *size)
    return Lens(k, np.array([*bend[[0, 1, 4]], 0, 0, 0]), bend[[2, 3]], np.inf, turn, move)


def _turn(x: float, y: float, z: float, w: float) -> NDArray[np.float64]:
    from scipy.spatial.transform import Rotation

    turn: NDArray[np.float64] = Rotation.from_quat([x, y, z, w]).as_matrix()
    return turn


def _frames(path: Path, history: tuple[str, ...]) -> Iterator[RgbdFrame]:
    with _opened(path) as bag:
        found = _found(bag, path)
        row, column, inside = found.rig.rectified()
        first_s: float | None = None
        for (time_s, steps), rgb in paired(_pictures(bag, found), bool(found.colour)):
            if steps.shape != inside.shape:
                raise RecordingError(f"depth must have the size of its intrinsics, got {steps.shape} in {path.name}")
            metres = np.where(inside & (steps[row, column] > 0), steps[row, column] * found.step_m, np.nan)
            if np.isnan(metres).all():
                continue
            first_s = time_s if first_s is None else first_s
            picture = None if rgb is None else found.rig.colour_on_depth(metres, rgb)
            yield RgbdFrame(metres, found.rig.depth.intrinsics, picture, time_s - first_s, "realsense", history)


def _pictures(bag: Any, found: _Found) -> Iterator[tuple[bool, tuple[float, NDArray[Any]]]]:
    """Yield (whether it is depth, (seconds, picture)) in the order of the file's times."""
    connections = [c for c in bag.connections if c.topic in (found.depth, found.colour)]
    for connection, time_ns, raw in bag.messages(connections=connections):
        message, is_depth = bag.deserialize(raw, connection.msgtype), connection.topic == found.depth
        known, kind, width = (_DEPTHS, np.dtype("<u2"), 1) if is_depth else (_COLOURS, np.dtype("u1"), 3)
        if message.encoding not in known or message.is_bigendian:
            raise RecordingError(f"pictures must be {' or '.join(known)}, got {message.encoding[:20]!r}; record so")
        whole = np.asarray(message.data, dtype=np.uint8).reshape(message.height, message.step)
        values = np.ascontiguousarray(whole[:, : message.width * width * kind.itemsize]).view(kind)
        if width == 3:
            values = values.reshape(message.height, message.width, 3)[..., :: -1 if message.encoding == "bgr8" else 1]
        yield is_depth, (time_ns / 1e9, values)
