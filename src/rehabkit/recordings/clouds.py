"""Any file of points or surfaces → PointCloud in metres: one door for every format, one file behind it for each.

==============================  =============================================
``.ply``                        :mod:`~rehabkit.recordings.ply`
``.pcd``                        :mod:`~rehabkit.recordings.pcd`
``.obj``                        :mod:`~rehabkit.recordings.obj`
``.xyz .pts .asc .csv .txt``    :mod:`~rehabkit.recordings.xyz`
``.glb .gltf``                  :mod:`~rehabkit.recordings.gltf`
==============================  =============================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from rehabkit.errors import OutputError, RecordingError
from rehabkit.recordings import gltf, obj, pcd, ply, xyz
from rehabkit.recordings.cloud import PointCloud
from rehabkit.recordings.cloud_build import LONGEST_HEADER, RawCloud, built
from rehabkit.recordings.files import atomic, read_bytes
from rehabkit.recordings.lengths import SCENE, Extent

LARGEST = 256 * 2**20
"""Bytes of a binary file: over ten million points."""
_TEXTS = (".csv", ".txt")
READERS: Mapping[str, Callable[[bytes], RawCloud]] = {
    ".ply": ply.parse,
    ".pcd": pcd.parse,
    ".obj": obj.parse,
    **dict.fromkeys((".xyz", ".pts", ".asc", *_TEXTS), xyz.parse),
    **dict.fromkeys((".glb", ".gltf"), gltf.parse),
}
_SLOW = {
    **dict.fromkeys((".obj", ".glb", ".gltf"), 64 * 2**20),
    **dict.fromkeys((".xyz", ".pts", ".asc", *_TEXTS), 128 * 2**20),
}
"""Bytes of formats that take several times their size while they are read."""


def is_cloud(path: str | Path) -> bool:
    """Whether a file's name, or the first line of a text, says that it holds points.

    Examples
    --------
    >>> is_cloud("hand.ply"), is_cloud("squat.mp4"), is_cloud("nowhere.csv")
    (True, False, False)
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in _TEXTS:
        return suffix in READERS
    try:
        with path.open("rb") as file:
            return bool(xyz.header(file.read(LONGEST_HEADER))[0])
    except (OSError, RecordingError):
        return False


def read(path: str | Path, units: str = "", extent: Extent = SCENE) -> PointCloud:
    """The points in a file, in metres.

    Parameters
    ----------
    units : m, cm, mm; needed where the size alone doesn't tell.
    extent : how large what it holds can be (:data:`.lengths.HAND`, ``PERSON``, ``SCENE``).

    Raises
    ------
    RecordingError
        If it is missing, malformed, too large, holds fewer than three points, or its unit contradicts its size.
    InputError
        If the stated unit is unknown.
    """
    path = Path(path)
    parse = READERS.get(path.suffix.lower())
    if parse is None:
        raise RecordingError(f"file of points must be one of {', '.join(READERS)}, got {path.name}; export it as PLY")
    try:
        content = read_bytes(path, _SLOW.get(path.suffix.lower(), LARGEST))
        return built(parse(content), path.suffix.lower()[1:], extent, units)
    except RecordingError as error:
        if path.name in str(error):
            raise
        raise RecordingError(f"{path.name}: {error}") from error


def write(cloud: PointCloud, path: str | Path) -> None:
    """Write a cloud as PLY, whole or not at all.

    Raises
    ------
    OutputError
        If the name doesn't end in .ply, or the file can't be written.
    """
    if Path(path).suffix.lower() != ".ply":
        raise OutputError(f"points must be written as .ply, got {path}; name it so")
    with atomic(path) as temporary:
        temporary.write_bytes(ply.dumps(cloud))
