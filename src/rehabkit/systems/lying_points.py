"""lying_points: where the joints of someone who lies are in a depth picture, from the relief of the bed alone.

Where S4 (Wu et al. 2020, EMBC) asks a network made for photographs of people who stand, a small one looks here at
what it is about: heights above the mattress, at one scale, along the body. It needs no light and no colour picture, but
where the other network looked, too, what it saw is weighed against the relief.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.findings import Evidence, Finding
from rehabkit.kinematics.depth.lift import looked_up
from rehabkit.kinematics.depth.shown import metres_per_px, region_of
from rehabkit.recordings.rgbd import RgbdFrame
from rehabkit.recordings.view import View
from rehabkit.runtime.bundle import Bundle, Tensors
from rehabkit.runtime.card import Card, TensorSpec
from rehabkit.systems.contract import System
from rehabkit.systems.lying_pose.picture import JOINTS, LyingPicture, on_bed

Array = NDArray[np.float64]
SIDE, WIDE_M = 192, 2.4
"""Rows and columns of the relief, and how much of the bed they show: an adult with raised arms."""
LOWEST_M, HIGHEST_M = -0.2, 0.8
"""Heights are cut off here: of the floor and of what stands in the way."""
FINE = 2
"""Places along a pixel of the relief at which the depth picture is looked up."""
N_VIEWS = 4
"""Ways in which a network for photographs is shown the picture."""
SURE = 0.5
METHOD = "network over the relief of the bed, shown in two turns and mirrored"


class LyingPoints(System[LyingPicture]):
    """Finds joints in the relief of someone who lies."""

    name: ClassVar[str] = "lying_points"
    title: ClassVar[str] = "Joints of someone who lies, in a depth picture"
    reads: ClassVar[type] = LyingPicture
    inputs: ClassVar[Mapping[str, TensorSpec]] = {
        "relief": TensorSpec(
            shape=[SIDE, SIDE],
            axes=["row", "column"],
            unit="m",
            description="height above the mattress round the person, long axis upright; 0 where there is no depth",
        ),
        "up": TensorSpec(
            shape=[2], axes=["coordinate"], unit="1", description="the mattress's upward direction, right and down"
        ),
        "told": TensorSpec(
            shape=[N_VIEWS, len(JOINTS), 3],
            axes=["view", "joint", "coordinate"],
            unit="px",
            description="column and row of the relief where a network for photographs sees it, and 1; zeros else",
        ),
    }

    def prepare(self, recording: LyingPicture) -> Tensors:
        """One row: the relief round the person, how the camera leans, and the points that the picture has already.

        Raises
        ------
        RecordingError
            If there is no mattress, or nothing on it.
        """
        view = view_of(recording)
        there = told(recording.pixels[None] if recording.views is None else recording.views, view)
        return {"relief": relief(recording, view)[None], "up": upward(recording, view)[None], "told": there[None]}

    def interpret(self, recording: LyingPicture, outputs: Tensors, card: Card) -> list[Finding]:
        """How many joints were found with confidence."""
        n_sure = int((sighted(recording, outputs).confidence >= SURE).sum())
        return [
            Finding(
                name="joints_found",
                label="Joints found with confidence",
                value=float(n_sure),
                unit=f"of {len(JOINTS)}",
                provisional=True,
                category="posture",
                attention=n_sure < len(JOINTS) / 2,
                evidence=Evidence(method=METHOD),
            )
        ]


def view_of(picture: LyingPicture) -> View:
    """A square of the bed round the person, its long axis upright: head up or head down.

    Raises
    ------
    RecordingError
        If nothing with a depth rises above the mattress.
    """
    if not (picture.body & picture.frame.valid).any():
        raise RecordingError(
            "a person must lie on the mattress, got nothing that rises above it; show the whole bed from above"
        )
    region = region_of(picture.body)
    half_px = WIDE_M / 2 / metres_per_px(picture.frame, picture.body)
    return View.of(region.centre, half_px, region.upright_deg, SIDE)


def relief(picture: LyingPicture, view: View) -> NDArray[np.float32]:
    """(side, side) metres above the mattress, the mean over each pixel; 0 where there is no depth or no picture."""
    height = picture.bed.plane.height(picture.frame.points())
    row, column = (np.mgrid[: FINE * view.side_px, : FINE * view.side_px] + 0.5) / FINE - 0.5
    places = view.back(np.stack([column, row], axis=-1))
    each = looked_up(height, places).reshape(view.side_px, FINE, view.side_px, FINE)
    known = np.isfinite(each)
    mean = np.where(known, each, 0.0).sum(axis=(1, 3)) / np.maximum(known.sum(axis=(1, 3)), 1)
    return np.asarray(np.clip(mean, LOWEST_M, HIGHEST_M), dtype=np.float32)


def upward(picture: LyingPicture, view: View) -> NDArray[np.float32]:
    """(2,) the mattress's upward unit normal as it is shown, right and down; 0 seen from straight above."""
    turn = view.matrix[:, :2] / np.sqrt(abs(np.linalg.det(view.matrix[:, :2])))
    return np.asarray(turn @ picture.bed.plane.up[:2], dtype=np.float32)


def told(views: Array, view: View) -> NDArray[np.float32]:
    """(4, 16, 3) column and row as shown, and 1; zeros for what isn't known of (at most 4, 16, 2) px of the picture."""
    found = np.zeros((N_VIEWS, len(JOINTS), 3), dtype=np.float32)
    for one, pixels in zip(found, views, strict=False):
        known = np.isfinite(pixels).all(axis=-1)
        one[known] = np.column_stack([view.forth(pixels[known]), np.ones(known.sum())])
    return found


def sighted(picture: LyingPicture, outputs: Tensors) -> LyingPicture:
    """The picture with the points that the network gives its joints, as far as they lie in it."""
    points, sure = (outputs[name][0].astype(np.float64) for name in ("points", "sure"))
    return on_bed(inside(picture.frame, view_of(picture).back(points), sure), picture.bed, picture.body)


def found_by(network: Bundle, picture: LyingPicture) -> LyingPicture:
    """The picture with the points that the relief gives, those that it has already weighed in."""
    return sighted(picture, network.run(LyingPoints().prepare(picture)))


def inside(frame: RgbdFrame, pixels: Array, confidence: Array, views: Array | None = None) -> LyingPicture:
    """The joints that lie in the picture; networks guess others beyond its edge."""
    rows, columns = frame.depth.shape
    within = np.asarray(((pixels >= -0.5) & (pixels < (columns - 0.5, rows - 0.5))).all(axis=-1))
    return LyingPicture(frame, np.where(within[:, None], pixels, np.nan), np.where(within, confidence, 0.0), views)
