"""Any file of a depth camera → RgbdSequence in metres: one door for every format, one file behind it for each.

=====================  ==============================================================================
``.png`` of 16 bits    :mod:`~rehabkit.recordings.depth_png`, with intrinsics and colour beside
``.mkv``               :mod:`~rehabkit.recordings.azure_mkv`, Azure Kinect, its calibration inside
``.bag``               :mod:`~rehabkit.recordings.realsense_bag`, RealSense (the extra ``realsense``)
=====================  ==============================================================================
"""

from __future__ import annotations

from pathlib import Path

from rehabkit.errors import RecordingError
from rehabkit.recordings import azure_mkv, depth_png, realsense_bag
from rehabkit.recordings.intrinsics import Intrinsics
from rehabkit.recordings.rgbd import RgbdSequence


def is_depth(path: str | Path) -> bool:
    """Whether a file's name and first bytes say that a depth camera made it.

    Examples
    --------
    >>> is_depth("recording.bag"), is_depth("squat.mp4"), is_depth("nowhere.png")
    (True, False, False)
    """
    suffix = Path(path).suffix.lower()
    return suffix == ".bag" or (suffix == ".png" and depth_png.is_depth(path)) or azure_mkv.is_azure(path)


def read(
    path: str | Path,
    colour: str | Path | None = None,
    intrinsics: str | Path | Intrinsics | None = None,
    units: str = "",
) -> RgbdSequence:
    """The depth pictures in a file; a PNG is a sequence of one.

    Parameters
    ----------
    colour, intrinsics, units : of a PNG (:func:`.depth_png.read`); recordings hold their own.

    Raises
    ------
    RecordingError
        If a file is missing or malformed, the intrinsics aren't this picture's, or the unit can't be.
    InputError
        If the stated unit is unknown.
    MissingExtraError
        Without ``rosbags`` for a .bag.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix == ".png":
        return RgbdSequence.of(depth_png.read(path, colour, intrinsics, units))
    if suffix not in (".mkv", ".bag"):
        raise RecordingError(f"file of a depth camera must be .png, .mkv or .bag, got {path.name}; export it as PNG")
    given = [name for name, value in (("colour", colour), ("--intrinsics", intrinsics), ("--units", units)) if value]
    if given:
        raise RecordingError(
            f"{', '.join(given)} must come with a PNG, got {path.name}, which holds its own; leave out"
        )
    return azure_mkv.read(path) if suffix == ".mkv" else realsense_bag.read(path)
