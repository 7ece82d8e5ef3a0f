"""What MediaPipe finds of the rendered evaluation pictures, once:
python benchmarks/lying_views.py DATA FOLDER MODEL KIND [EVERY]

The person's part of the picture in four quarter turns from the body's axis, every second one mirrored, by colour and by
depth alone; the whole picture in its four quarter turns, as a simple use of the network would show it. Kept, so that
what is done with the landmarks afterwards costs nothing to try.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rehabkit.kinematics.depth.bed import bed_of, body_of
from rehabkit.kinematics.depth.shown import Region, region_of, shaded
from rehabkit.picture_pipeline.lying_look import views_of
from rehabkit.pose.lying import SHOWN_PX, LyingFinder
from rehabkit.recordings.datasets.anny_synth_rgbd import LyingFrame, read
from rehabkit.recordings.view import View

Array = NDArray[np.float64]
KINDS = ("colour", "dark", "whole")


def looked_at(row: LyingFrame, kind: str, finder: LyingFinder) -> Array:
    """(n_views, 33, 3) px of the depth picture, and the network's visibility; NaN where it found nobody."""
    frame = row.frame()
    body = body_of(frame, bed_of(frame))
    dark = kind == "dark"
    scale = np.ones(2) if dark else np.array(frame.colour_scale)
    picture = shaded(frame, body) if dark else np.asarray(frame.colour)
    views = whole(frame.depth.shape, scale) if kind == "whole" else views_of(region_of(body), scale)
    looked = finder.look(picture, views)
    return np.concatenate([(looked.positions + 0.5) / scale - 0.5, looked.confidence[..., None]], axis=-1)


def whole(shape: tuple[int, ...], fine: Array) -> list[View]:
    """The whole picture in four quarter turns, not enlarged to the person."""
    size = np.array([shape[1], shape[0]], dtype=np.float64)
    region = Region((size - 1) / 2, float(size.max()) / 2, 0.0)
    return [View.of((region.centre + 0.5) * fine - 0.5, region.half_px * float(fine.max()), turn, SHOWN_PX)
            for turn in (0, 90, 180, 270)]  # fmt: skip


def main(folder: Path, kept: Path, model: str, kind: str, every: int) -> None:
    kept.mkdir(parents=True, exist_ok=True)
    with LyingFinder(model) as finder:
        found = np.stack([looked_at(row, kind, finder) for row in read(folder)[::every]])
    np.save(kept / f"{kind}_{model}.npy", found.astype(np.float32))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5]) if sys.argv[5:] else 1)
