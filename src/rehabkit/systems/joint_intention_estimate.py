"""The network's outputs as angles over time, beside the measured angle where there is one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.recordings.biosignal import Array, Biosignal
from rehabkit.recordings.datasets.uci_lower_limb import ANGLE
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.card import Card
from rehabkit.systems.joint_intention_calibration import Calibration, calibrate, parts
from rehabkit.systems.joint_intention_live import WARM_UP, frame_ends

LEAST_SCORED = 25
"""Frames of a part that is scored."""
LEAST_CALIBRATES = 10
"""Frames that calibrate."""


@dataclass(frozen=True)
class Estimate:
    """Angles over time.

    Parameters
    ----------
    time_s : (n,) of each frame's last sample.
    angle_deg : (n,) estimated, uncalibrated.
    known : (n,) where the EMG is like that of training.
    measured_deg : (n,) at the same moments; ``None`` without a goniometer.
    calibration : from the recording's first fifth, where that was possible.
    calibrated_deg : (n,) with it.
    scored : (n,) frames on which both are scored: all without calibration, else those after the fifth and a window.
    """

    time_s: Array
    angle_deg: Array
    known: NDArray[np.bool_]
    measured_deg: Array | None
    calibration: Calibration | None
    calibrated_deg: Array | None
    scored: NDArray[np.bool_]

    @property
    def best_deg(self) -> Array:
        """(n,) calibrated where that was possible."""
        return self.angle_deg if self.calibrated_deg is None else self.calibrated_deg


def estimate(recording: Biosignal, outputs: Tensors, card: Card) -> Estimate:
    """The network's outputs as angles over time, with calibration where an angle was measured."""
    last = frame_ends(recording.n_times, recording.rate_hz)[WARM_UP - 1 :]
    time_s = recording.time_s[last]
    angle = outputs["value"].reshape(-1).astype(np.float64)
    known = outputs["distance"].reshape(-1) <= card.settings.get("largest_distance", np.inf)
    if ANGLE not in recording.names:
        return Estimate(time_s, angle, known, None, None, None, np.ones(len(last), dtype=bool))
    measured = recording.column(ANGLE)[last]
    there = np.isfinite(measured)
    early, late = parts(time_s, recording.start_s, recording.start_s + recording.duration_s)
    early, late = early & there, late & there
    if early.sum() < LEAST_CALIBRATES or late.sum() < LEAST_SCORED or not known.mean() >= 0.5:
        return Estimate(time_s, angle, known, measured, None, None, there)
    first = {name: outputs[name][early] for name in ("value", "features")}
    calibration = calibrate(first, measured[early])
    return Estimate(time_s, angle, known, measured, calibration, calibration(outputs), late)
