"""A scene in space whose every number is known: a body on a mattress, seen by a sensor 2 m above it."""

from __future__ import annotations

from typing import Any

import numpy as np

from rehabkit.figures import Scene, SceneJoint

HOSTILE = "</script><img src=x onerror=\"document.title='broken'\">&"
BLUE, ORANGE = (-0.4, 0.0, 1.9), (0.4, 0.0, 1.9)


def lying(**changes: Any) -> Scene:
    """Along the picture's y, head at its upper edge; the sensor looks along z, so that up is towards it, -z."""
    joints = {
        "left_shoulder": SceneJoint(at_m=(0.2, -0.4, 1.8)),
        "left_hip": SceneJoint(at_m=(0.15, 0.1, 1.8), spread_m=0.02),
        "right_shoulder": SceneJoint(at_m=(-0.2, -0.4, 1.8)),
        "right_hip": SceneJoint(at_m=(-0.15, 0.1, 1.8), spread_m=0.08, hidden=True),
    }
    fields: dict[str, Any] = {
        "title": "Lying", "caption": "Rendered.", "simulated": True, "joints": joints, "up": (0.0, 0.0, -1.0),
        "bones": [("left_shoulder", "left_hip"), ("right_shoulder", "right_hip"), ("left_hip", "right_hip")],
        "bed_m": [(-0.5, -1.0, 2.0), (0.5, -1.0, 2.0), (0.5, 1.0, 2.0), (-0.5, 1.0, 2.0)],
    }  # fmt: skip
    return Scene(**(fields | changes))


def two_balls(**changes: Any) -> Scene:
    """300 points around a place on the left and 100 around one on the right, each with its part."""
    rng = np.random.default_rng(5)
    places = np.concatenate([rng.normal(BLUE, 0.02, (300, 3)), rng.normal(ORANGE, 0.02, (100, 3))])
    fields: dict[str, Any] = {
        "title": "Balls", "points_m": places.tolist(), "labels": [0] * 300 + [1] * 100,
        "label_names": ["first", "second"],
    }  # fmt: skip
    return Scene(**(fields | changes))
