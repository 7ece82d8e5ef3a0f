"""Is a scan of a hand fit to be measured, and what to do about it: the quality sign and help with placement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from rehabkit.findings import CheckResult
from rehabkit.picture_pipeline.hand_cut import Cut
from rehabkit.recordings.cloud import PointCloud
from rehabkit.systems.hand_surface.centreline import reach_of
from rehabkit.systems.hand_surface.shape import HandShape, is_outside
from rehabkit.systems.hand_surface.system import FEWEST

ENOUGH_POINTS, DENSE_M, THIN_M = 1500, 0.004, 0.008
"""Points of a hand, and how far their neighbours are: at 8 mm a finger is two points wide."""
NEAR_M, FAR_M = 0.2, 0.9
MOST_HOLES = 0.05
LONG_M = 0.36
"""From the fingertips: more is arm that pulls the middle of the cloud away from the hand."""


def checks_of(clouds: Sequence[PointCloud], cuts: Sequence[Cut | None], shape: HandShape | None) -> list[CheckResult]:
    """All answers; of several views the worst one's.

    Parameters
    ----------
    clouds : of the hand, one a view.
    cuts : of the depth pictures among them.
    shape : of the labelled hand; ``None`` where its parts aren't known.
    """
    worst = min(clouds, key=lambda cloud: cloud.n_points)
    answers = [_points(worst), _density(worst), _length(clouds)]
    answers += [_distance(cloud) for cloud in clouds[:1] if is_outside(cloud)]
    answers += list(_of_pictures([cut for cut in cuts if cut is not None]))
    return [*answers, _face(shape)] if shape is not None else answers


def _points(cloud: PointCloud) -> CheckResult:
    n = cloud.n_points
    remedy = f"bring the hand nearer, until there are {ENOUGH_POINTS}"
    return CheckResult.of("points on the hand", f"{n} points", remedy, fit=n >= ENOUGH_POINTS, usable=n >= FEWEST)


def _density(cloud: PointCloud) -> CheckResult:
    reach = reach_of(cloud.sampled(20_000, how="random").points)
    remedy = "bring the hand nearer, or scan with more points"
    remedy += "; a finger is hardly two points wide" if reach > THIN_M else ""
    return CheckResult.of("density", f"neighbours within {1000 * reach:.1f} mm", remedy, fit=reach <= DENSE_M)


def _length(clouds: Sequence[PointCloud]) -> CheckResult:
    longest = max(cloud.length_m for cloud in clouds)
    remedy = "cut the forearm off a hand's breadth behind the wrist"
    return CheckResult.of("forearm", f"{100 * longest:.0f} cm from end to end", remedy, fit=longest <= LONG_M)


def _distance(cloud: PointCloud) -> CheckResult:
    far = float(np.linalg.norm(cloud.points.mean(axis=0) - np.array(cloud.viewpoint)))
    remedy = f"hold the hand {100 * NEAR_M:.0f} to {100 * FAR_M:.0f} cm before the sensor, at its nearest range"
    return CheckResult.of("distance", f"{100 * far:.0f} cm from the sensor", remedy, fit=NEAR_M <= far <= FAR_M)


def _of_pictures(cuts: Sequence[Cut]) -> Iterator[CheckResult]:
    if not cuts:
        return
    holes = max(cut.holes for cut in cuts)
    message = f"{holes:.0%} of the hand has no distance"
    remedy = "keep sunlight and shiny things away, and hold the hand farther from the sensor's nearest range"
    yield CheckResult.of("holes", message, remedy, fit=holes <= MOST_HOLES)
    at_edge = any(cut.at_edge for cut in cuts)
    message = "the hand reaches the picture's edge" if at_edge else "the hand is inside the picture"
    remedy = "hold the hand in the middle of the picture"
    yield CheckResult.of("whole hand in view", message, remedy, fit=not at_edge)
    second = next((cut.second for cut in cuts if cut.second is not None), None)
    message = "one thing is nearest" if second is None else f"another thing as large is {100 * second:.0f} cm away"
    remedy = "let one hand only be near the sensor; the nearest thing was taken"
    yield CheckResult.of("one hand", message, remedy, fit=second is None)


def _face(shape: HandShape) -> CheckResult:
    if shape.all_round:
        seen = "seen from all round"
    else:
        seen = f"its {shape.face} is seen" if shape.face else "seen edge-on or from nowhere known"
    remedy = "turn the back or the palm to the sensor, fingers spread"
    return CheckResult.of("side of the hand", seen, remedy, fit=shape.all_round or bool(shape.face))
