"""Is a depth picture of a bed fit to be assessed, and where should the camera go? Asked of one picture, fast."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.findings import CheckResult
from rehabkit.kinematics.depth.bed import Bed, Mask, body_of
from rehabkit.recordings.rgbd import RgbdFrame
from rehabkit.systems.lying_pose.picture import LyingPicture

Array = NDArray[np.float64]
HOLES_FEW, HOLES_MANY = 0.15, 0.5
"""Shares of the person's surroundings without depth: below the first nothing is lost, above the second too much."""
NEAR_M, FAR_M = 1.2, 3.5
"""Of the person's middle: nearer the whole bed doesn't fit in, farther the noise of depth grows beyond a wrist."""
SLANTED_DEG, LEVEL_DEG = 50.0, 70.0
"""Between the line of sight and the mattress's normal: beyond the first near limbs hide far ones often (the pictures
that figures are of go to 48), beyond the second the mattress itself is hardly seen."""
LONG_M, SHORT_M = 2.6, 0.7
"""Length of what rises above the mattress: beyond these it isn't one person."""
LEAST_PX = 60
"""Of the person's length in the depth picture."""
SECOND_SHARE, SECOND_M = 0.5, 0.8
"""Another thing above the mattress with this share of the person's pixels and this long may be a second person."""
SURE = 0.5
LEAST_SURE = 8
"""Joints that should be found with confidence."""


@dataclass(frozen=True)
class Extent:
    """What rises above the mattress.

    Parameters
    ----------
    distance_m : of its middle from the camera.
    length_m : along the mattress, between its ends.
    length_px : in the picture.
    cut_off : whether it touches the picture's edge.
    """

    distance_m: float
    length_m: float
    length_px: float
    cut_off: bool

    @classmethod
    def of(cls, frame: RgbdFrame, bed: Bed, body: Mask) -> Extent:
        """Measured on the person's pixels that have a depth."""
        points = frame.points()[body & frame.valid]
        flat = bed.of(points)[:, :2]
        flat = flat - flat.mean(axis=0)
        along = flat @ np.linalg.eigh(flat.T @ flat)[1][:, 1]
        row, column = np.nonzero(body)
        edge = body[0].any() or body[-1].any() or body[:, 0].any() or body[:, -1].any()
        length_px = float(np.hypot(np.ptp(row), np.ptp(column)))
        return cls(float(np.median(np.linalg.norm(points, axis=-1))), float(np.ptp(along)), length_px, bool(edge))


def lying_quality(frame: RgbdFrame, bed: Bed, body: Mask, picture: LyingPicture | None) -> list[CheckResult]:
    """What one picture says of camera, bed and person: the same questions live and before an assessment.

    Parameters
    ----------
    frame : of the depth camera.
    bed : the mattress in it.
    body : (rows, columns) the person's pixels.
    picture : the joints' points, ``None`` where nobody was found.
    """
    if not (body & frame.valid).any():
        return [_holes(frame, bed), _slant(bed), _nobody()]
    extent = Extent.of(frame, bed, body)
    found = [_nobody()] if picture is None else [_person(extent), _people(frame, bed, body), _sure(picture)]
    return [_holes(frame, bed), _slant(bed), _distance(extent), _whole(extent), *found]


def n_people(frame: RgbdFrame, bed: Bed, body: Mask) -> int:
    """One, or two where another thing that rises above the mattress is as large as a person."""
    from scipy.ndimage import binary_dilation

    rest = np.where(binary_dilation(body, iterations=3), np.nan, frame.depth)
    if np.isnan(rest).all():
        return 1
    without = frame.noted("without the person", depth=rest)
    other = body_of(without, bed)
    if other.sum() < SECOND_SHARE * body.sum():
        return 1
    return 2 if Extent.of(without, bed, other).length_m >= SECOND_M else 1


def _holes(frame: RgbdFrame, bed: Bed) -> CheckResult:
    share = float(1 - frame.valid.mean())
    message = f"{share:.0%} of the picture has no depth"
    remedy = "move the camera nearer, keep sunlight and mirrors out of its view, and take shiny or black covers away"
    return CheckResult.of("depth", message, remedy, fit=share <= HOLES_FEW, usable=share <= HOLES_MANY)


def _slant(bed: Bed) -> CheckResult:
    lean = float(np.degrees(np.arccos(np.clip(-bed.plane.up[2], -1, 1))))
    message = f"the camera looks at the mattress {lean:.0f} degrees from straight above"
    remedy = f"mount it higher, so that it looks down within {SLANTED_DEG:.0f} degrees of straight"
    return CheckResult.of("tilt", message, remedy, fit=lean <= SLANTED_DEG, usable=lean <= LEVEL_DEG)


def _distance(extent: Extent) -> CheckResult:
    too_near = extent.distance_m < NEAR_M
    too_far = extent.distance_m > FAR_M or extent.length_px < LEAST_PX
    message = f"the person is {extent.distance_m:.2f} m from the camera, {extent.length_px:.0f} px long"
    farther, nearer = f"move it to {NEAR_M} m or more", f"move it within {FAR_M} m, or choose a narrower field of view"
    return CheckResult.of("distance", message, farther if too_near else nearer, fit=not (too_near or too_far))


def _whole(extent: Extent) -> CheckResult:
    message = "the person reaches the picture's edge" if extent.cut_off else "the person lies inside the picture"
    remedy = "move the camera back or turn it, so that the whole bed is seen with some floor round it"
    return CheckResult.of("whole body", message, remedy, fit=not extent.cut_off)


def _nobody() -> CheckResult:
    remedy = "place the camera so that the whole bed is seen from above, and take the blanket off"
    return CheckResult(name="person", status="unfit", message="nobody is seen on the mattress", remedy=remedy)


def _person(extent: Extent) -> CheckResult:
    message = f"what lies on the mattress is {extent.length_m:.2f} m long"
    remedy = "give the intrinsics of this very camera and depth in its true unit; let one person be on the bed"
    return CheckResult.of("person", message, remedy, fit=SHORT_M <= extent.length_m <= LONG_M)


def _sure(picture: LyingPicture) -> CheckResult:
    n_sure = int((picture.confidence >= SURE).sum())
    message = f"{n_sure} of {len(picture.confidence)} joints are found with confidence"
    remedy = "light the room evenly, take the blanket off, or leave the colour picture out"
    return CheckResult.of("joints", message, remedy, fit=n_sure >= LEAST_SURE)


def _people(frame: RgbdFrame, bed: Bed, body: Mask) -> CheckResult:
    alone = n_people(frame, bed, body) == 1
    message = "one person is seen" if alone else "something else as large as a person rises above the mattress"
    return CheckResult.of("people", message, "let one person be in the picture", fit=alone, usable=False)
