"""The network's outputs as a body in each picture, bones held constant where there are many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.kinematics.depth.bed import Bed
from rehabkit.kinematics.depth.completion import LIKELY
from rehabkit.runtime.bundle import Tensors
from rehabkit.systems.lying_pose.bones import held
from rehabkit.systems.lying_pose.picture import JOINTS, LyingPerson
from rehabkit.systems.lying_pose.tensors import stature_m

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Body:
    """A body in one picture.

    Parameters
    ----------
    positions : (16, 3) metres in the camera's axes.
    spread_m : (16,) metres: 68 % of joints like this are no farther off.
    hidden : (16,) probability that something else lies before the joint.
    bed : the mattress, its second axis towards the head.
    """

    positions: Array
    spread_m: Array
    hidden: Array
    bed: Bed

    @property
    def marked(self) -> NDArray[np.bool_]:
        """(16,) whether a joint is marked as hidden."""
        return np.asarray(self.hidden > LIKELY)

    @property
    def stature_m(self) -> float:
        """The body's length from its bones."""
        return stature_m(self.positions)


def of_outputs(recording: LyingPerson, outputs: Tensors) -> list[Body]:
    """A body for each picture.

    Parameters
    ----------
    outputs : position (n_pictures, 16, 3), spread and hidden (n_pictures, 16).
    """
    position, spread, hidden = (outputs[name].astype(np.float64) for name in ("position", "spread", "hidden"))
    position = held(position, spread, hidden)
    ends = [JOINTS.index(name) for name in ("head", "pelvis")]
    return [
        Body(at, s, h, picture.bed.headed(*at[ends]))
        for picture, at, s, h in zip(recording.pictures, position, spread, hidden, strict=True)
    ]


def best_of(bodies: Sequence[Body]) -> int:
    """Number of the one that most joints were seen in; the first of equals."""
    return int(np.argmax([-float(body.hidden.sum()) for body in bodies]))
