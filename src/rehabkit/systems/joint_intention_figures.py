"""What a report draws of an angle estimated from EMG."""

from __future__ import annotations

import numpy as np

from rehabkit.figures import Curves
from rehabkit.recordings.biosignal import Array
from rehabkit.recordings.datasets.uci_lower_limb import MUSCLES
from rehabkit.runtime.bundle import Bundle, Tensors
from rehabkit.runtime.evidence import Part, occlusion
from rehabkit.systems.joint_intention_estimate import Estimate
from rehabkit.systems.joint_intention_live import FRAME_HZ

MOST_FRAMES = 2000
"""Points of a curve that a report draws."""


def angles(found: Estimate) -> Curves:
    """Estimated, measured and calibrated angle over time."""
    every = -(-len(found.time_s) // MOST_FRAMES)
    at = slice(None, None, every)
    lines = {"estimated": _points(np.where(found.known, found.angle_deg, np.nan)[at])}
    caption = "Estimated from the EMG alone; gaps where the EMG is unlike that of training."
    shaded: dict[str, list[tuple[float, float]]] = {}
    if found.measured_deg is not None:
        lines["measured"] = _points(found.measured_deg[at])
    if found.calibrated_deg is not None and found.calibration is not None:
        lines["calibrated"] = _points(np.where(found.known, found.calibrated_deg, np.nan)[at])
        end = float(found.time_s[found.scored][0])
        shaded["calibration and the window after it, not scored"] = [(float(found.time_s[0]), end)]
    return Curves(
        title="Knee flexion", caption=caption, unit="deg", time_s=found.time_s[at].tolist(), lines=lines, shaded=shaded
    )


def envelopes(found: Estimate, tensors: Tensors) -> Curves:
    """The muscles at work."""
    every = -(-len(found.time_s) // MOST_FRAMES)
    now = tensors["envelope"][::every, -1].astype(np.float64)
    return Curves(
        title="Muscles at work",
        caption="Envelope of each muscle as the network sees it.",
        unit="uV",
        time_s=found.time_s[::every].tolist(),
        lines={name: _points(now[:, i]) for i, name in enumerate(MUSCLES)},
    )


def muscle_shares(found: Estimate, tensors: Tensors, bundle: Bundle) -> Curves:
    """Each second: by how much the angle changes when a muscle's envelope is replaced by its mean over the window."""
    rows = slice(None, None, round(FRAME_HZ))
    some = {name: np.ascontiguousarray(value[rows]) for name, value in tensors.items()}
    hidden = {name: Part("envelope", (slice(None), i)) for i, name in enumerate(MUSCLES)}
    shares = occlusion(bundle, some, lambda out: out["value"].reshape(-1), hidden)
    most = sorted(MUSCLES, key=lambda name: -float(np.abs(shares[name]).mean()))
    listed = ", ".join(f"{name} {np.abs(shares[name]).mean():.0f}°" for name in most)
    return Curves(
        title="Which muscle the angle rests on",
        caption=f"Change of the estimated angle when a muscle's ups and downs are hidden; on average {listed}.",
        unit="deg",
        time_s=found.time_s[rows].tolist(),
        lines={name: _points(shares[name]) for name in MUSCLES},
    )


def _points(values: Array) -> list[float | None]:
    return [round(float(value), 2) if np.isfinite(value) else None for value in values]
