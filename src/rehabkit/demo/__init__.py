"""Recordings that ship with rehabkit: landmarks of real people, numbers only, made by its own pose step."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Literal

Demo = Literal["deep_squat", "elbow_flexion", "push_up"]


def demo_recording(exercise: Demo = "deep_squat") -> Path:
    """Path of a landmark file of a real exercise, filmed in two dimensions by a single camera.

    Parameters
    ----------
    exercise : ``push_up``: two, from the side. ``deep_squat``: one and the beginning of another, from the side.
        ``elbow_flexion``: three, cut in during a fourth, from the front.

    Examples
    --------
    >>> demo_recording("push_up").name
    'push_up.npz'
    """
    return Path(str(resources.files("rehabkit.demo") / f"{exercise}.npz"))
