"""Body: joint positions with the body's own directions, so that one formula serves every sensor.

In a picture only the plane of the picture is known: ``forward`` and ``leftward`` both lie in it, at right
angles to the trunk, and which of the two means anything depends on the view. In three dimensions they are
the directions of an anatomical frame: up along the trunk, leftward along shoulders and hips, forward at
right angles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rehabkit.kinematics.angles import Array, quarter_turn, unit, without
from rehabkit.kinematics.view import STEADY_SHARE, yaw_series
from rehabkit.recordings.skeleton import Skeleton

VERTICAL = {
    "image": (0.0, -1.0),
    "y_up": (0.0, 1.0, 0.0),
    "z_up": (0.0, 0.0, 1.0),
    "estimated": (0.0, -1.0, 0.0),
}


@dataclass(frozen=True)
class Body:
    """Positions and directions.

    Parameters
    ----------
    joint_names : the skeleton's names.
    points : (n_frames, n_joints, d) px or metres; d is 2 in a picture, 3 otherwise.
    vertical : (d,) unit vector away from the ground.
    left_nearer, facing_us : (n_frames,) in a picture +1 where the left side is nearer to the camera and where
        the person faces it, -1 otherwise; not used in three dimensions.
    side_on : whether a picture shows the person from the side rather than from the front or from behind.
    """

    joint_names: tuple[str, ...]
    points: Array
    vertical: Array
    left_nearer: Array
    facing_us: Array
    side_on: bool = False

    @property
    def is_flat(self) -> bool:
        """Whether only two dimensions are known."""
        return int(self.points.shape[-1]) == 2

    def point(self, name: str) -> Array:
        """(n_frames, d) positions of one joint."""
        return self.points[:, self.joint_names.index(name)]

    def line(self, start: str, end: str) -> Array:
        """(n_frames, d) vectors from one joint to another."""
        return np.asarray(self.point(end) - self.point(start))

    def middle(self, name: str) -> Array:
        """(n_frames, d) midway between the left and the right joint of that name."""
        return np.asarray((self.point(f"left_{name}") + self.point(f"right_{name}")) / 2)

    def up(self, side: str = "") -> Array:
        """(n_frames, d) unit vectors along the trunk, from the middle of the hips to that of the shoulders.

        Seen from the side, a limb is compared with its own side's line, since the other side may be hidden.
        """
        if self.side_on and side in ("left", "right"):
            return unit(self.line(f"{side}_hip", f"{side}_shoulder"))
        return unit(self.middle("shoulder") - self.middle("hip"))

    def leftward(self, up: Array) -> Array:
        """(n_frames, d) unit vectors to the subject's left, at right angles to ``up``."""
        if self.is_flat:
            return np.asarray(self.facing_us[:, None] * quarter_turn(up))
        across = unit(self.line("right_shoulder", "left_shoulder")) + unit(self.line("right_hip", "left_hip"))
        return unit(without(across, up))

    def forward(self, up: Array) -> Array:
        """(n_frames, d) unit vectors to where the trunk faces, at right angles to ``up``."""
        if self.is_flat:
            return np.asarray(-self.left_nearer[:, None] * quarter_turn(up))
        return np.cross(self.leftward(up), up)

    def sideward(self, side: str, up: Array) -> Array:
        """(n_frames, d) unit vectors away from the midline on that side."""
        return self.leftward(up) if side == "left" else np.asarray(-self.leftward(up))

    def plumb(self) -> Array:
        """(n_frames, d) the vertical, once a frame."""
        return np.broadcast_to(self.vertical, (len(self.points), len(self.vertical)))


def measured_body(skeleton: Skeleton) -> Body:
    """The body as the sensor measured it: flat for a picture, deep for a depth camera or a marker system."""
    n_frames = skeleton.n_frames
    vertical = np.array(VERTICAL[skeleton.axes])
    if skeleton.axes != "image":
        ones = np.ones(n_frames)
        return Body(skeleton.joint_names, skeleton.positions, vertical, ones, ones)
    yaw = np.radians(yaw_series(skeleton))
    seen = yaw[np.isfinite(yaw)]
    return Body(
        skeleton.joint_names,
        skeleton.positions,
        vertical,
        left_nearer=_held_sign(np.sin(yaw)),
        facing_us=_held_sign(np.cos(yaw)),
        side_on=bool(np.mean(np.abs(np.sin(seen)) > np.abs(np.cos(seen))) > 0.5) if len(seen) else False,
    )


def estimated_body(skeleton: Skeleton) -> Body | None:
    """The body as a pose network guesses it in three dimensions, for counting only; None where it doesn't."""
    if skeleton.estimated_m is None:
        return None
    ones = np.ones(skeleton.n_frames)
    return Body(skeleton.joint_names, skeleton.estimated_m, np.array(VERTICAL["estimated"]), ones, ones)


def _held_sign(values: Array) -> Array:
    """(n_frames,) +1 or -1: one sign for the recording if it holds most of the time, else frame by frame."""
    seen = values[np.isfinite(values)]
    if len(seen) == 0:
        return np.ones_like(values)
    main = 1.0 if np.median(seen) >= 0 else -1.0
    if np.mean(np.sign(seen) == main) >= STEADY_SHARE:
        return np.full_like(values, main)
    return np.where(np.isfinite(values), np.where(values >= 0, 1.0, -1.0), main)
