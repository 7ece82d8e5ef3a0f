"""Rendered pictures → rows for a network: each picture with its true points, and again with points that are off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.kinematics.depth.bed import bed_of, body_of
from rehabkit.learning.lying_people.points import found_badly, noisy
from rehabkit.learning.lying_people.scene import Rendered
from rehabkit.systems.lying_pose.picture import LyingPicture
from rehabkit.systems.lying_pose.tensors import N_JOINTS, seen_on

Array = NDArray[np.float64]
Row = dict[str, NDArray[np.float32]]
N_BAD = 4
"""Further rows of a picture, with points found badly."""
FOUND = 2 + N_BAD
"""Kind of a row with points that a pose network found."""


def rows_of(one: Rendered, rng: np.random.Generator, n_bad: int = N_BAD, found: Array | None = None) -> Iterator[Row]:
    """Yield a picture's rows: exact points, points 2 px off, then as :func:`.points.found_badly` draws them; ``found``.

    The mattress is the true one, which spares looking for it, unless a blanket lies on it. What can't be prepared (a
    body that comes out too small, say) is left out.
    """
    try:
        bed = bed_of(one.frame) if "blanket" in one.cloths else one.bed
    except RecordingError:
        return
    body = body_of(one.frame, bed)
    bad = (found_badly(one.pixels, one.visible, rng) for _ in range(n_bad))
    drawn = dict(enumerate([one.pixels, noisy(one.pixels, 2.0, rng), *bad]))
    if found is not None:
        drawn[FOUND] = found
    for kind, pixels in drawn.items():
        try:
            seen = seen_on(LyingPicture(one.frame, pixels, np.ones(N_JOINTS)), bed, body)
        except RecordingError:
            continue
        row = {"joints": seen.joints, "relief": seen.relief, "view": seen.view, "true": truth(one), "kind": kind}
        yield {name: np.asarray(value, dtype=np.float32) for name, value in row.items()}


def truth(one: Rendered) -> Array:
    """(16, 4) metres in the camera's axes, and 1 where a joint is hidden."""
    return np.concatenate([one.joints, ~one.visible[:, None]], axis=1)


def stacked(rows: Iterable[Row]) -> Row:
    """Rows as one array a name."""
    listed = list(rows)
    return {name: np.stack([row[name] for row in listed]) for name in listed[0]}
