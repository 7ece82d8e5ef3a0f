"""The calibration that an Azure Kinect writes into its recordings (``calibration.json``) → its two cameras.

Its numbers are shares of the sensor's width and height, whose corner is (0, 0); px here are of the picture of each
mode, whose first pixel's centre is (0, 0), as in the Azure Kinect SDK (``transformation``, MIT).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from rehabkit.errors import RecordingError
from rehabkit.recordings.intrinsics import Intrinsics
from rehabkit.recordings.lens import Lens, Rig


@dataclass(frozen=True)
class _Mode:
    """The whole sensor's picture, and where the mode's lies in it, px."""

    sensor: tuple[int, int]
    offset: tuple[int, int]
    size: tuple[int, int]


DEPTH_MODES = {
    "NFOV_2X2BINNED": _Mode((512, 512), (96, 90), (320, 288)),
    "NFOV_UNBINNED": _Mode((1024, 1024), (192, 180), (640, 576)),
    "WFOV_2X2BINNED": _Mode((512, 512), (0, 0), (512, 512)),
    "WFOV_UNBINNED": _Mode((1024, 1024), (0, 0), (1024, 1024)),
}
COLOUR_MODES = (
    _Mode((1280, 960), (0, 120), (1280, 720)),
    _Mode((1920, 1440), (0, 180), (1920, 1080)),
    _Mode((2560, 1920), (0, 240), (2560, 1440)),
    _Mode((2048, 1536), (0, 0), (2048, 1536)),
    _Mode((3840, 2880), (0, 360), (3840, 2160)),
    _Mode((4096, 3072), (0, 0), (4096, 3072)),
)
_DEPTH, _COLOUR = "CALIBRATION_CameraPurposeDepth", "CALIBRATION_CameraPurposePhotoVideo"
_MODEL = "CALIBRATION_LensDistortionModelBrownConrady"
_MALFORMED = (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)


def rig(content: bytes, depth_mode: str, depth_size: tuple[int, int], colour_size: tuple[int, int] | None) -> Rig:
    """The cameras of a recording; without colour, the colour camera's picture is the smallest that it has.

    Parameters
    ----------
    content : of ``calibration.json``.
    depth_mode : as the depth track says, e.g. ``NFOV_UNBINNED``.
    depth_size, colour_size : (width, height) of the tracks' pictures, px.

    Raises
    ------
    RecordingError
        If it is malformed, or the pictures aren't those of a known mode.
    """
    depth = DEPTH_MODES.get(depth_mode.removeprefix("K4A_DEPTH_MODE_"))
    colour = next((mode for mode in COLOUR_MODES if mode.size == (colour_size or mode.size)), None)
    if depth is None or depth.size != depth_size or colour is None:
        got = f"{depth_mode[:40] or 'no depth'} of {depth_size} and colour of {colour_size} px"
        raise RecordingError(f"tracks must be in a mode of the Azure Kinect, got {got}; record with its recorder")
    try:
        cameras = json.loads(content.rstrip(b"\0"))["CalibrationInformation"]["Cameras"]
        found = {one["Purpose"]: one for one in cameras}
        return Rig.mounted(_lens(found[_DEPTH], depth), _lens(found[_COLOUR], colour))
    except RecordingError:
        raise
    except _MALFORMED as error:
        raise RecordingError("calibration.json must be an Azure Kinect's, got another; record it again") from error


def _placed(said: dict[str, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    turn = np.array(said["Rotation"], dtype=np.float64).reshape(3, 3)
    move = np.array(said["Translation"], dtype=np.float64).reshape(3)
    if not (np.allclose(turn @ turn.T, np.eye(3), atol=1e-3) and (np.abs(move) < 1).all()):
        raise RecordingError("extrinsics must be a turn and less than 1 m, got others; record it again")
    return turn, move


def _lens(said: dict[str, Any], mode: _Mode) -> Lens:
    """Parameters in order: cx, cy, fx, fy, k1 … k6, two that are 0, p2, p1."""
    if said["Intrinsics"]["ModelType"] != _MODEL:
        raise RecordingError(
            f"lens must be described as Brown-Conrady, got {str(said['Intrinsics']['ModelType'])[:60]}"
        )
    values = np.array(said["Intrinsics"]["ModelParameters"], dtype=np.float64)
    if values.shape != (14,) or not np.isfinite(values).all():
        raise RecordingError(f"lens must have 14 numbers, got {values.shape}; record it again")
    (wide, high), (left, top) = mode.sensor, mode.offset
    intrinsics = Intrinsics(
        values[2] * wide, values[3] * high, values[0] * wide - left - 0.5, values[1] * high - top - 0.5, *mode.size
    )
    radius = float(said.get("MetricRadius") or 0)
    return Lens(intrinsics, values[4:10], values[[13, 12]], radius if radius > 0 else np.inf, *_placed(said["Rt"]))
