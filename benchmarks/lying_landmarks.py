"""What MediaPipe finds of own rendered lying people: learning/landmarks/lying_people.npz, and where joints are from it.

    rehabkit models fetch heavy
    python benchmarks/lying_landmarks.py [FIRST LAST]

Depth pictures of rehabkit.learning.lying_people, made visible by shading, in the views that an assessment shows. No
evaluation picture is among them, so that what is found may ship. Printed is kinematics.depth.voting.ALONG_M as these
pictures have it. With people's numbers only their points are printed, and nothing is written.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.kinematics.depth.bed import bed_of, body_of
from rehabkit.kinematics.depth.shown import metres_per_px, region_of, shaded
from rehabkit.kinematics.depth.voting import MADE_OF, geometric_median, trunk_of
from rehabkit.learning.lying_people.found import N_PEOPLE, N_PICTURES, Found, write
from rehabkit.learning.lying_people.people import drawn
from rehabkit.learning.lying_people.scene import Rendered, rendered
from rehabkit.picture_pipeline.lying_look import LEAST_FOUND, seen_by, views_of
from rehabkit.pose.lying import LyingFinder
from rehabkit.recordings.skeleton import MEDIAPIPE_JOINTS
from rehabkit.systems.lying_pose.picture import JOINTS, LyingPicture

Array = NDArray[np.float64]


class Seen(NamedTuple):
    """What the network finds in one picture.

    Parameters
    ----------
    landmarks : (33, 2) px, the geometric median of the views.
    at : the joints' points.
    metres : a pixel is so large at the person.
    """

    person: int
    picture: int
    one: Rendered
    landmarks: Array
    at: LyingPicture
    metres: float


def pictures(first: int, last: int) -> Iterator[Seen]:
    with LyingFinder("heavy") as finder:
        for person in range(first, last):
            for picture in range(N_PICTURES):
                scene, view, rng = drawn(person, picture)
                found = look(finder, person, picture, rendered(scene, view, rng))
                if found is not None:
                    yield found


def look(finder: LyingFinder, person: int, picture: int, one: Rendered) -> Seen | None:
    try:
        bed = bed_of(one.frame)
        body = body_of(one.frame, bed)
    except RecordingError:
        return None
    if not (body & one.frame.valid).any():
        return None
    looked = finder.look(shaded(one.frame, body), views_of(region_of(body), np.ones(2)))
    if looked.found.mean() < LEAST_FOUND:
        return None
    at = seen_by(looked, one.frame, bed, body)
    metres = metres_per_px(one.frame, body)
    return Seen(person, picture, one, geometric_median(looked.positions), at, metres)


def along(found: list[Seen]) -> dict[str, float]:
    """Median metres from landmark to joint, towards the head along the trunk; both sides together, no blanket."""
    shift: dict[str, list[float]] = {}
    for each in found:
        for name, at in zip(JOINTS, each.one.pixels, strict=True):
            parts = [MEDIAPIPE_JOINTS.index(part) for part in MADE_OF.get(name, (name,))]
            off = (at - each.landmarks[parts].mean(axis=0)) @ trunk_of(each.landmarks) * each.metres
            if "blanket" not in each.one.cloths:
                shift.setdefault(name.removeprefix("left_").removeprefix("right_"), []).append(float(off))
    return {name: round(float(np.nanmedian(values)), 3) for name, values in shift.items()}


def main(*people: int) -> None:
    found: list[Seen] = []
    for one in pictures(*(people or (0, N_PEOPLE))):
        off = np.linalg.norm(one.at.pixels - one.one.pixels, axis=1)
        sys.stdout.write(f"person {one.person}, picture {one.picture}: {np.nanmedian(off):.1f} px off\n")
        sys.stdout.flush()
        found.append(one)
    sys.stdout.write(f"{along(found)}\n")
    if not people:
        write({(one.person, one.picture): Found(one.at.pixels, np.asarray(one.at.views)) for one in found})


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:]))
