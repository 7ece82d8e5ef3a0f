"""What lying_pose reads: depth pictures of one person, each with the joints' points in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.kinematics.depth.bed import Bed, bed_of, body_of
from rehabkit.recordings.rgbd import RgbdFrame

Array = NDArray[np.float64]

JOINTS = (
    "nose", "head", "neck", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist",
    "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle", "pelvis",
)  # fmt: skip
"""Order of all arrays over joints. "Head" is where skull and neck meet, between the ears; "neck" where collarbones
meet the spine; "pelvis" the middle of the hips; left and right are the person's own."""


@dataclass(frozen=True)
class LyingPicture:
    """One depth picture and where its joints are in it.

    Parameters
    ----------
    frame : depth in metres, NaN where there is none, with its intrinsics.
    pixels : (16, 2) column and row in px of the depth picture, in the order of :data:`JOINTS`; NaN for a joint that
        wasn't found.
    confidence : (16,) of whatever found them, 0 to 1; 0 where NaN.
    views : (n_views, 16, 2) where a network saw them in each way that it was shown the picture; ``None``: one way.

    Raises
    ------
    RecordingError
        If shapes differ; all problems are named at once.
    """

    frame: RgbdFrame
    pixels: Array
    confidence: Array
    views: Array | None = None

    def __post_init__(self) -> None:
        problems = []
        if np.shape(self.pixels) != (len(JOINTS), 2):
            problems.append(f"pixels must be ({len(JOINTS)}, 2), got {np.shape(self.pixels)}")
        if np.shape(self.confidence) != (len(JOINTS),):
            problems.append(f"confidence must be ({len(JOINTS)},), got {np.shape(self.confidence)}")
        if self.views is not None and np.shape(self.views)[1:] != (len(JOINTS), 2):
            problems.append(f"views must be (n_views, {len(JOINTS)}, 2), got {np.shape(self.views)}")
        if problems:
            raise RecordingError("joints of a lying person: " + "; ".join(problems) + "; give one row a joint")

    @property
    def found(self) -> NDArray[np.bool_]:
        """(16,) whether a joint has a point."""
        return np.asarray(np.isfinite(self.pixels).all(axis=-1))

    @cached_property
    def bed(self) -> Bed:
        """The mattress; which end is the head's isn't known yet.

        Raises
        ------
        RecordingError
            If the picture shows none.
        """
        return bed_of(self.frame)

    @cached_property
    def body(self) -> NDArray[np.bool_]:
        """(rows, columns) the person's pixels, with blanket and pillow if there are any."""
        return body_of(self.frame, self.bed)


def on_bed(picture: LyingPicture, bed: Bed, body: NDArray[np.bool_]) -> LyingPicture:
    """The picture, with the mattress and the person's pixels known already: they take longest to find."""
    picture.__dict__.update(bed=bed, body=body)
    return picture


@dataclass(frozen=True)
class LyingPerson:
    """Pictures of one person, in order of time; one is enough.

    Parameters
    ----------
    pictures : those in which the person was found.
    n_empty : how many further pictures of the recording showed nobody.

    Raises
    ------
    RecordingError
        If there is none, or times fall back.
    """

    pictures: tuple[LyingPicture, ...]
    n_empty: int = 0

    def __post_init__(self) -> None:
        if not self.pictures:
            raise RecordingError(
                f"recording must show a person in at least one picture, got none in {self.n_empty}; "
                "place the camera so that the whole bed is seen from the side or from above"
            )
        if len(self.pictures) > 1 and (np.diff(self.time_s) <= 0).any():
            raise RecordingError("pictures must come in order of time, got times that fall back; sort them")

    @property
    def time_s(self) -> Array:
        """(n_pictures,) seconds."""
        return np.array([picture.frame.time_s for picture in self.pictures])
