"""A cloud of points as a scene, and the points of a scene as a cloud, e.g. to be written as PLY."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rehabkit.errors import InputError
from rehabkit.figures import Place, Scene
from rehabkit.recordings import clouds
from rehabkit.recordings.cloud import PointCloud
from rehabkit.reports.colours import part

SENSOR_UP: Place = (0.0, -1.0, 0.0)
"""In the axes of a camera: x right, y down, z away."""
MOST_POINTS = 100_000
"""Of more, these many are drawn at random: a page with a million is slow on a phone."""


def scene_of(cloud: PointCloud, title: str, up: Place = SENSOR_UP) -> Scene:
    """The cloud as a scene; what was sampled is said in the caption.

    Parameters
    ----------
    up : which way is up, in the axes of the points.
    """
    thinned = cloud.sampled(MOST_POINTS, how="random")
    names = list(cloud.label_names)
    labels = [] if thinned.labels is None else thinned.labels.tolist()
    if labels and not names:
        present = sorted(set(labels))
        names, labels = [f"label {one}" for one in present], [present.index(one) for one in labels]
    return Scene(
        title=title,
        caption="" if thinned is cloud else f"{MOST_POINTS} of {cloud.n_points} points, drawn at random.",
        points_m=thinned.points.tolist(),
        labels=labels,
        label_names=names,
        colours=[] if thinned.colours is None else thinned.colours.tolist(),
        up=up,
    )


def cloud_of(scenes: Sequence[Scene]) -> PointCloud:
    """The points of the first scene that has some, with labels and colours; those of the parts where it has none.

    Raises
    ------
    InputError
        If no scene has points.
    """
    scene = next((one for one in scenes if one.points_m), None)
    if scene is None:
        raise InputError("points in space must be there to be written, got a scene without any; use --scene")
    colours: list[Sequence[int]] = [*scene.colours] or [bytes.fromhex(part(label)[1:]) for label in scene.labels]
    return PointCloud(
        np.array(scene.points_m),
        colours=np.array([[*one] for one in colours], dtype=np.uint8) if colours else None,
        labels=np.array(scene.labels, dtype=np.int64) if scene.labels else None,
        label_names=tuple(scene.label_names) if scene.labels else (),
        sensor=scene.title,
    )


def write_cloud(scenes: Sequence[Scene], path: str | Path) -> None:
    """Write the points of the first scene that has some as PLY.

    Raises
    ------
    InputError
        If no scene has points.
    OutputError
        If it can't be written.
    """
    clouds.write(cloud_of(scenes), path)
