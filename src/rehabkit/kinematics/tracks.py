"""Track: one measure on one side over time, and its range within a stretch of time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.findings import AngleSeries, JointRange, Side
from rehabkit.kinematics.measures import MEASURES, Measure, clinical_series, counting_series, supported
from rehabkit.kinematics.uncertainty import camera_error
from rehabkit.kinematics.view import ViewEstimate
from rehabkit.recordings.skeleton import Skeleton

Array = NDArray[np.float64]

SIDES: tuple[Side, Side] = ("left", "right")
HIDDEN_SHARE = 0.3
"""A measure unseen for more than this share of a repetition has no value in it."""


@dataclass(frozen=True)
class Track:
    """One measure of one side over time.

    Parameters
    ----------
    measure : what is measured.
    side : ``none`` for measures of the whole body.
    time_s : (n_frames,) seconds.
    value : (n_frames,) in ``measure.unit``; NaN where not seen.
    sensor : what recorded it: the error depends on it.
    why_not : why these are no clinical values, ``None`` if they are.
    """

    measure: Measure
    side: Side
    time_s: Array
    value: Array
    sensor: str
    why_not: str | None = None

    @property
    def name(self) -> str:
        """Name with its side, e.g. ``left_knee_flexion``."""
        return self.measure.name if self.side == "none" else f"{self.side}_{self.measure.name}"

    @property
    def label(self) -> str:
        """Label with its side, e.g. ``Left knee flexion``."""
        words = self.measure.label if self.side == "none" else f"{self.side} {self.measure.label}"
        return words[:1].upper() + words[1:]

    @property
    def span(self) -> float:
        """2nd to 98th percentile of the whole recording, in ``measure.unit``; 0 when never seen."""
        seen = self.value[np.isfinite(self.value)]
        return float(np.ptp(np.percentile(seen, [2, 98]))) if len(seen) else 0.0

    def between(self, start_s: float, end_s: float) -> Array:
        """Values from ``start_s`` to ``end_s``, both included."""
        return self.value[(self.time_s >= start_s) & (self.time_s <= end_s)]

    def why_not_between(self, start_s: float, end_s: float) -> str | None:
        """Why there is no value within these times, ``None`` if there is one."""
        if self.why_not is not None:
            return self.why_not
        seen = np.isfinite(self.between(start_s, end_s))
        hidden = 1.0 - float(seen.mean()) if len(seen) else 1.0
        if hidden <= HIDDEN_SHARE:
            return None
        return f"{self.label} was hidden, or out of the plane that it is measured in, for {hidden:.0%} of the time"

    def range_between(self, start_s: float, end_s: float) -> JointRange:
        """Range within these times with the sensor's own error, or why there is none.

        ``peak_deg`` is the value farthest from the one at the start.
        """
        why_not = self.why_not_between(start_s, end_s)
        if why_not is not None:
            return JointRange(angle=self.name, not_measurable=why_not)
        error = camera_error(self.measure.name, self.sensor)
        values = self.between(start_s, end_s)
        values = values[np.isfinite(values)]
        start, low, high = float(values[0]), float(values.min()), float(values.max())
        return JointRange(
            angle=self.name,
            start_deg=round(start, 1),
            peak_deg=round(high if high - start >= start - low else low, 1),
            range_deg=round(high - low, 1),
            uncertainty_deg=round(error.half_width_95, 1),
            provisional=error.provisional,
        )

    def series(self) -> AngleSeries:
        """The track as an Assessment keeps it: 0.1 of its unit, milliseconds."""
        return AngleSeries(
            name=self.name,
            label=self.label,
            side=self.side,
            unit=self.measure.unit,
            time_s=[round(float(t), 3) for t in self.time_s],
            value=[round(float(v), 1) if np.isfinite(v) else None for v in self.value],
            clinical=self.why_not is None,
            why_not_clinical=self.why_not,
        )


def tracks_of(skeleton: Skeleton, view: ViewEstimate, name: str) -> list[Track]:
    """The tracks of one measure, left before right; clinical values where the view supports them.

    Parameters
    ----------
    skeleton : cleaned skeleton.
    view : how the camera saw the person.
    name : a key of :data:`rehabkit.kinematics.measures.MEASURES`.
    """
    sides: tuple[Side, ...] = SIDES if MEASURES[name].sided else ("none",)
    return [_track(skeleton, view, name, side) for side in sides]


def _track(skeleton: Skeleton, view: ViewEstimate, name: str, side: Side) -> Track:
    why_not = supported(name, view.name, skeleton, side)
    series = clinical_series if why_not is None else counting_series
    return Track(MEASURES[name], side, skeleton.time_s, series(skeleton, name, side), skeleton.sensor, why_not)
