"""What MediaPipe finds of own rendered lying people, and where joints are from it: kinematics.depth.voting.ALONG_M.

    python benchmarks/lying_landmarks.py FIRST LAST FILE.npz MODEL

Depth pictures of rehabkit.learning.lying_people, made visible by shading, in the views that an assessment shows. No
evaluation picture is among them, so that what is found may ship.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from rehabkit.errors import RecordingError
from rehabkit.kinematics.depth.bed import bed_of, body_of
from rehabkit.kinematics.depth.shown import region_of, shaded
from rehabkit.kinematics.depth.voting import MADE_OF, geometric_median, trunk_of
from rehabkit.learning.lying_people.people import drawn
from rehabkit.learning.lying_people.scene import rendered
from rehabkit.picture_pipeline.lying_look import views_of
from rehabkit.pose.lying import LyingFinder
from rehabkit.recordings.skeleton import MEDIAPIPE_JOINTS
from rehabkit.systems.lying_pose.picture import JOINTS

N_PICTURES = 2


def main(first: int, last: int, path: Path, model: str) -> None:
    kept: dict[str, list[Any]] = {}
    with LyingFinder(model) as finder:
        for person in range(first, last):
            for picture in range(N_PICTURES):
                scene, view, rng = drawn(person, picture, blanket=False)
                one = rendered(scene, view, rng)
                try:
                    bed = bed_of(one.frame)
                except RecordingError:
                    continue
                body = body_of(one.frame, bed)
                if not body.any():
                    continue
                looked = finder.look(shaded(one.frame, body), views_of(region_of(body), np.ones(2)))
                row = {"person": person, "picture": picture, "positions": looked.positions, "joints": one.joints,
                       "confidence": looked.confidence, "pixels": one.pixels, "visible": one.visible,
                       "metres": np.nanmedian(one.frame.depth[body]) / one.frame.intrinsics.fx}  # fmt: skip
                for name, value in row.items():
                    kept.setdefault(name, []).append(value)
            np.savez_compressed(path, **{name: np.array(values) for name, values in kept.items()})  # type: ignore[arg-type]
    sys.stdout.write(f"{along(kept)}\n")


def along(kept: dict[str, list[Any]]) -> dict[str, float]:
    """Median metres from landmark to joint, towards the head along the trunk; both sides together."""
    shift: dict[str, list[float]] = {}
    for positions, pixels, metres in zip(kept["positions"], kept["pixels"], kept["metres"], strict=True):
        landmarks = geometric_median(positions)
        for name, at in zip(JOINTS, pixels, strict=True):
            parts = [MEDIAPIPE_JOINTS.index(part) for part in MADE_OF.get(name, (name,))]
            off = (at - landmarks[parts].mean(axis=0)) @ trunk_of(landmarks) * metres
            shift.setdefault(name.removeprefix("left_").removeprefix("right_"), []).append(float(off))
    return {name: round(float(np.nanmedian(values)), 3) for name, values in shift.items()}


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
