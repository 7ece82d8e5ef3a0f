"""The body in space, as a report draws it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rehabkit.figures import Place, Scene, SceneJoint
from rehabkit.kinematics.depth.bed import mattress_of
from rehabkit.kinematics.depth.tree import BONES
from rehabkit.systems.lying_pose.body import Body, best_of
from rehabkit.systems.lying_pose.picture import JOINTS, LyingPerson

MOST_POINTS = 4000
DECIMALS = 3
"""Millimetres."""


def scene(recording: LyingPerson, bodies: Sequence[Body]) -> Scene:
    """Points of the person, joints and the mattress, of the picture that most joints were seen in."""
    number = best_of(bodies)
    picture, body = recording.pictures[number], bodies[number]
    shown = picture.body & picture.frame.valid
    every = max(1, -(-int(shown.sum()) // MOST_POINTS))
    colour = picture.frame.colour_on_depth
    joints = {
        name: SceneJoint(at_m=place(at), spread_m=round(float(spread), DECIMALS), hidden=bool(hidden))
        for name, at, spread, hidden in zip(JOINTS, body.positions, body.spread_m, body.marked, strict=True)
    }
    return Scene(
        title="The body on the bed",
        caption=_caption(recording, number, body),
        simulated=True,
        points_m=[place(point) for point in picture.frame.points()[shown][::every]],
        colours=[] if colour is None else [(int(r), int(g), int(b)) for r, g, b in colour[shown][::every]],
        joints=joints,
        bones=list(BONES),
        bed_m=[place(corner) for corner in mattress_of(picture.frame, body.bed)],
        up=place(body.bed.plane.up),
    )


def _caption(recording: LyingPerson, number: int, body: Body) -> str:
    which = f"Picture {number + 1} of {len(recording.pictures)}. " if len(recording.pictures) > 1 else ""
    n_hidden = int(body.marked.sum())
    return (
        f"{which}Points of the depth picture, and the joints that were placed in it; {n_hidden} of {len(JOINTS)} "
        "weren't seen and are where the others make them likely. The network was trained on rendered people."
    )


def place(point: NDArray[np.float64]) -> Place:
    """A point as a figure keeps it."""
    x, y, z = (round(float(value), DECIMALS) for value in point)
    return x, y, z
