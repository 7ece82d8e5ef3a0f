"""Several views of one hand → one cloud: taken together where they lie in one frame, registered where they don't."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.cloud import PointCloud
from rehabkit.systems.hand_surface import registration
from rehabkit.systems.hand_surface.registration import Fit

NORMALS_FROM = 16
LAID_ON = 12_000
"""Points of the views before that one is laid on."""
MOST_RESIDUAL_M, LEAST_OVERLAP = 0.0015, 0.15
"""Median distance between surfaces that are one, with a depth camera's noise, and share of a view that must overlap."""


def together(views: Sequence[PointCloud]) -> PointCloud:
    """One cloud of several views, in the axes of the first one.

    Parameters
    ----------
    views : labelled, each with its viewpoint; where they aren't in one frame, in order round the hand.

    Raises
    ------
    RecordingError
        If a view doesn't fit the others: the hand moved, it is another hand, or they share too little of it.
    """
    facing = [_facing(view) for view in views]
    laid = [facing[0]]
    for number, view in enumerate(facing[1:], start=2):
        laid.append(_laid(view, merged(laid).sampled(LAID_ON, how="random"), number))
    return merged(laid)


def _laid(view: PointCloud, others: PointCloud, number: int) -> PointCloud:
    """The view as it is where that fits, else registered."""
    as_is = registration.as_is(view, others)
    if _fits(as_is):
        return view.noted(f"view {number} lies on the others as it is, {_said(as_is)}")
    start = registration.coarse(view, others)
    if start is None:
        raise RecordingError(
            f"view {number} must show two fingers that earlier views show, too, got fewer; add views between"
        )
    fit = registration.fitted(view, others, start)
    if not _fits(fit):
        raise RecordingError(
            f"view {number} must fit the views before it to {1000 * MOST_RESIDUAL_M:g} mm over {LEAST_OVERLAP:.0%} of "
            f"its points, got {_said(fit)}; keep the hand still and give views in order round it, or of one frame"
        )
    return fit.onto(view).noted(f"view {number} registered, {_said(fit)}")


def _fits(fit: Fit) -> bool:
    return fit.residual_m <= MOST_RESIDUAL_M and fit.overlap >= LEAST_OVERLAP


def _said(fit: Fit) -> str:
    if not np.isfinite(fit.residual_m):
        return "no overlap"
    return f"{1000 * fit.residual_m:.1f} mm off over {fit.overlap:.0%} of it"


def _facing(view: PointCloud) -> PointCloud:
    """With normals, which the view's own sensor tells apart from those of the other side."""
    return view if view.normals is not None else view.with_normals(NORMALS_FROM)


def merged(views: Sequence[PointCloud]) -> PointCloud:
    """All points of views of one frame in one cloud, each with the normal that its own sensor tells.

    Parameters
    ----------
    views : the first one's viewpoint is kept.
    """
    facing = [_facing(view) for view in views]
    notes = [step for view in facing for step in view.history if step.startswith("view ")]
    return replace(
        facing[0],
        points=np.concatenate([view.points for view in facing]),
        normals=_joined([view.normals for view in facing]),
        labels=_joined([view.labels for view in facing]),
        colours=_joined([view.colours for view in facing]),
        history=(*views[0].history, f"{len(views)} views in one cloud", *notes),
    )


def _joined(parts: Sequence[NDArray[Any] | None]) -> NDArray[Any] | None:
    """One after the other, or ``None`` where one is missing."""
    there = [part for part in parts if part is not None]
    return np.concatenate(there) if len(there) == len(parts) else None
