"""A person's own calibration of the estimated angle, in closed form, from a few seconds with the angle measured.

The network's value is a linear map of its features. Calibration moves that map as little as the seconds ask for: ridge
regression of what the uncalibrated value misses on the features, so that no seconds at all change nothing. A few
seconds move only the offset.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.runtime.bundle import Tensors
from rehabkit.systems.joint_intention_live import FRAME_HZ, N_FRAMES, WARM_UP

Array = NDArray[np.float64]
SHARE, LONGEST_S = 0.2, 10.0
"""Of a recording that calibrates: the first fifth, at most 10 s."""
OFFSET_S, SLOPE_S = 3.0, 4.0
"""Seconds of calibration at which the offset, and each slope, is moved half of the way (features of variance 1)."""
LEAST_SLOPES_S = 5.0
"""From so many seconds of calibration on slopes are moved, too: of fewer they learn a part of one repetition."""
SIZE = 0.5
"""Usual size of a feature."""


@dataclass(frozen=True)
class Calibration:
    """What is added to the value.

    Parameters
    ----------
    weights : (n_features,) degrees for 1 of each feature.
    offset_deg : degrees.
    seconds : that it was made from.
    """

    weights: Array
    offset_deg: float
    seconds: float

    def __call__(self, outputs: Tensors) -> Array:
        """Outputs of the network → (n_rows,) calibrated degrees."""
        value = outputs["value"].reshape(-1).astype(np.float64)
        return np.asarray(value + outputs["features"].astype(np.float64) @ self.weights + self.offset_deg)


def calibrate(
    outputs: Tensors,
    measured_deg: Array,
    slope_s: float = SLOPE_S,
    offset_s: float = OFFSET_S,
    least_slopes_s: float = LEAST_SLOPES_S,
) -> Calibration:
    """Fit to what was measured.

    Parameters
    ----------
    outputs : of the network, ``value`` (n_rows,) and ``features`` (n_rows, n_features), one row a frame.
    measured_deg : (n_rows,) the angle at each frame.
    slope_s, offset_s : what the prior, no change at all, is worth in seconds; infinite for an offset alone.
    least_slopes_s : with fewer seconds than these the offset alone is moved.

    Examples
    --------
    A constant error is taken off, the more the longer it was seen:

    >>> rows = {"value": np.zeros(250, np.float32), "features": np.zeros((250, 2), np.float32)}
    >>> round(calibrate(rows, np.full(250, 20.0)).offset_deg, 1)  # 10 s, against a prior worth 3 s: 20 · 10 / 13
    15.4
    """
    value = outputs["value"].reshape(-1).astype(np.float64)
    features = outputs["features"].astype(np.float64) / SIZE
    missed = np.asarray(measured_deg, dtype=np.float64) - value
    offset_frames, slope_frames = offset_s * FRAME_HZ, slope_s * FRAME_HZ
    if not np.isfinite(slope_frames) or len(missed) < least_slopes_s * FRAME_HZ - WARM_UP:
        offset = missed.sum() / (len(missed) + offset_frames)
        return Calibration(np.zeros(features.shape[1]), float(offset), len(missed) / FRAME_HZ)
    design = np.column_stack([features, np.ones(len(missed))])
    penalty = np.diag(np.r_[np.full(features.shape[1], slope_frames), offset_frames])
    found = np.linalg.solve(design.T @ design + penalty, design.T @ missed)
    return Calibration(found[:-1] / SIZE, float(found[-1]), len(missed) / FRAME_HZ)


def parts(
    time_s: Array, start_s: float, end_s: float, seconds: float | None = None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which frames calibrate and which are scored: the first fifth, then a window left out, then the rest.

    Parameters
    ----------
    time_s : (n_frames,) of the angles.
    start_s, end_s : of the recording.
    seconds : of calibration from ``start_s`` on; a fifth of the recording, at most 10 s, by default.
    """
    length = min(SHARE * (end_s - start_s), LONGEST_S) if seconds is None else seconds
    until = start_s + length
    return time_s < until, time_s >= until + N_FRAMES / FRAME_HZ
