"""From which side a camera sees a person: which angles lie in the picture, and which way the person faces.

Yaw is the turn of the body about its own long axis: 0 when it faces the camera, 90 when the subject's left
side faces the camera, 180 from behind, -90 when the right side does. Because it is about the body's axis and
not the vertical, it holds for lying people too.

Two witnesses are asked and compared: how wide shoulders and hips look beside the trunk's length (the picture,
which can't tell which side is nearer), and the depth that the pose network guesses (which can, and is a
guess). Nose before ears and toes before heels then say which side is nearer.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from rehabkit.kinematics.angles import Array, dot, quarter_turn, unit
from rehabkit.recordings.skeleton import Skeleton

Posture = Literal["upright", "lying", "plank", "unknown"]
ViewName = Literal["front", "back", "left", "right", "oblique", "changing", "unknown", "3d"]

TOLERANCE_DEG = 30.0
"""Up to here from the exact view it still bears that name: a horizontal segment then looks 13 % short at
most."""
WINDOW_S = 1.0
FULL_WIDTH = {"shoulder": 0.70, "hip": 0.43}
"""Left to right joint as BlazePose sees people from the front, in trunk lengths: medians of KERAAL's three
recordings (0.69, 0.70, 0.72; 0.44, 0.43, 0.43) and of 5013 squat frames of a public set (0.74; 0.44)."""
NOSE_BEFORE_EARS, TOE_BEFORE_HEEL = 0.16, 0.35
"""How far ahead they lie in an exact side view, in trunk lengths; only their sign and rough size matter."""
STEADY_SHARE = 0.8
"""A view that holds for less than this share of the recording changes."""

_WORDS = {
    "front": "The person faces the camera",
    "back": "The person is filmed from behind",
    "left": "The person's left side faces the camera",
    "right": "The person's right side faces the camera",
    "oblique": "The person stands at an angle to the camera",
}


@dataclass(frozen=True)
class ViewEstimate:
    """How a recording sees the person.

    Parameters
    ----------
    name : ``left`` means that the subject's left side faces the camera; ``3d`` for measured 3-D recordings;
        ``changing`` where no view holds for four fifths of the time.
    yaw_deg : -180 to 180 as in the module's text; None where it has no meaning.
    posture : how the body's long axis lies; ``plank`` is face down on the arms, push-ups included.
    confidence : 0 to 1: share of the time with this view, less where the witnesses disagree.
    text : one sentence for people.
    """

    name: ViewName
    yaw_deg: float | None
    posture: Posture
    confidence: float
    text: str


def estimate_view(skeleton: Skeleton) -> ViewEstimate:
    """The view of a whole recording, robust to single frames and short turns."""
    posture = _posture(skeleton)
    if skeleton.axes != "image":
        return ViewEstimate("3d", None, posture, 1.0, "Measured in three dimensions: every plane can be assessed.")
    yaw = yaw_series(skeleton)
    seen = np.isfinite(yaw)
    if not seen.any():
        return ViewEstimate("unknown", None, "unknown", 0.0, "Shoulders and hips were not seen: the view is unknown.")
    middle = _circular_median(yaw[seen])
    near = np.abs(turn_deg(yaw[seen], middle)) <= TOLERANCE_DEG
    steady = float(np.mean(near))
    disagreement = _disagreement(skeleton)
    confidence = steady * float(np.clip(1.5 - disagreement / 60, 0, 1))
    name = name_of(middle) if steady >= STEADY_SHARE else "changing"
    text = _sentence(name, middle, posture, disagreement, _changes(skeleton.time_s, yaw))
    return ViewEstimate(name, round(float(middle), 1), posture, round(confidence, 3), text)


def name_of(yaw_deg: float) -> ViewName:
    """The view's name at this yaw: the four sides reach 30 degrees to each side, the rest is oblique.

    Examples
    --------
    >>> [name_of(yaw) for yaw in (0, 100, -80, 170, -45)]
    ['front', 'left', 'right', 'back', 'oblique']
    """
    sides: dict[ViewName, float] = {"front": 0.0, "left": 90.0, "back": 180.0, "right": -90.0}
    for name, centre in sides.items():
        if abs(float(turn_deg(np.float64(yaw_deg), centre))) <= TOLERANCE_DEG:
            return name
    return "oblique"


def turn_deg(first: Array | np.float64, second: Array | float) -> Array:
    """Shortest turn from the second direction to the first, -180 to 180 degrees."""
    return np.asarray((np.asarray(first) - second + 180) % 360 - 180)


def yaw_series(skeleton: Skeleton) -> Array:
    """(n_frames,) yaw in degrees, the median over about a second; NaN where shoulders or hips were not
    seen."""
    across, towards = _cosine(skeleton), _side(skeleton)
    flat = np.degrees(np.arctan2(np.sign(towards) * np.sqrt(1 - across**2), across))
    deep = _depth_yaw(skeleton)
    both = np.where(np.isfinite(deep), deep, flat)
    x = _steady(skeleton.time_s, np.cos(np.radians(flat)) + np.cos(np.radians(both)))
    y = _steady(skeleton.time_s, np.sin(np.radians(flat)) + np.sin(np.radians(both)))
    return np.asarray(np.where(np.isfinite(across), np.degrees(np.arctan2(y, x)), np.nan))


def _across(skeleton: Skeleton, last: Array, first: Array) -> Array:
    """(n_frames,) the part of ``last - first`` at right angles to the trunk, in trunk lengths."""
    trunk = skeleton.middle("shoulder") - skeleton.middle("hip")
    length = np.linalg.norm(trunk, axis=-1)
    finite = length[np.isfinite(length)]
    full = np.percentile(finite, 75) if len(finite) else np.nan
    across = dot(last - first, quarter_turn(unit(trunk)))
    return np.asarray(across / np.fmax(length, full if full > 0 else np.nan))


def _cosine(skeleton: Skeleton) -> Array:
    """(n_frames,) cosine of the yaw from the widths of shoulders and hips, -1 to 1."""
    widths = [
        _across(skeleton, skeleton.joint(f"left_{name}"), skeleton.joint(f"right_{name}")) / full
        for name, full in FULL_WIDTH.items()
    ]
    return np.asarray(np.clip(np.mean(widths, axis=0), -1, 1))


def _depth_yaw(skeleton: Skeleton) -> Array:
    """(n_frames,) yaw from the network's guessed depth of shoulders and hips; NaN where there is none."""
    trunk = skeleton.middle("shoulder") - skeleton.middle("hip")
    across = quarter_turn(unit(trunk))
    parts = [skeleton.estimated(f"left_{name}") - skeleton.estimated(f"right_{name}") for name in FULL_WIDTH]
    leftward = np.sum([unit(part) for part in parts], axis=0)
    return np.asarray(np.degrees(np.arctan2(-leftward[:, 2], dot(leftward[:, :2], across))))


def _side(skeleton: Skeleton) -> Array:
    """(n_frames,) above 0 where the left side is nearer to the camera, below 0 where the right one is."""
    votes = [np.sin(np.radians(_depth_yaw(skeleton)))]
    for last, first, full in (
        (("nose",), ("left_ear", "right_ear"), NOSE_BEFORE_EARS),
        (("left_foot_index",), ("left_heel",), TOE_BEFORE_HEEL),
        (("right_foot_index",), ("right_heel",), TOE_BEFORE_HEEL),
    ):
        if skeleton.has(*last, *first):
            ahead = _across(
                skeleton,
                np.mean([skeleton.joint(n) for n in last], axis=0),
                np.mean([skeleton.joint(n) for n in first], axis=0),
            )
            votes.append(np.clip(-ahead / full, -1, 1))
    return np.asarray(np.sum(np.nan_to_num(votes), axis=0))


def _steady(time_s: Array, values: Array) -> Array:
    """(n_frames,) running median over about WINDOW_S; unseen frames take the nearest seen value first."""
    seen = np.flatnonzero(np.isfinite(values))
    if len(seen) == 0:
        return values
    nearest = seen[np.searchsorted((seen[1:] + seen[:-1]) / 2, np.arange(len(values)))]
    step = float(np.median(np.diff(time_s))) if len(time_s) > 1 else WINDOW_S
    half = min(int(WINDOW_S / step / 2), (len(values) - 1) // 2)
    padded = np.pad(values[nearest], half, mode="edge")
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1), axis=-1))


def _circular_median(yaw_deg: Array) -> float:
    """The direction with as many turns to its left as to its right, found from the mean direction."""
    turn = np.radians(yaw_deg)
    middle = float(np.degrees(np.arctan2(np.mean(np.sin(turn)), np.mean(np.cos(turn)))))
    for _ in range(3):
        middle += float(np.median(turn_deg(yaw_deg, middle)))
    return float(turn_deg(np.float64(middle), 0.0))


def _disagreement(skeleton: Skeleton) -> float:
    """Median degrees between the picture's widths and the guessed depth; 0 where there is no guess."""
    flat = np.degrees(np.arccos(_cosine(skeleton)))
    gap = np.abs(flat - np.abs(_depth_yaw(skeleton)))
    gap = gap[np.isfinite(gap)]
    return float(np.median(gap)) if len(gap) else 0.0


def _posture(skeleton: Skeleton) -> Posture:
    """How the body's long axis lies for most of the time.

    Lying takes both the trunk and the line from shoulders to ankles (where seen) nearer to level than to
    upright, so that neither bending forward nor sitting is called lying.
    """
    up = {"image": (0.0, -1.0), "y_up": (0.0, 1.0, 0.0), "z_up": (0.0, 0.0, 1.0)}[skeleton.axes]
    shoulder = skeleton.middle("shoulder")
    trunk = dot(unit(shoulder - skeleton.middle("hip")), np.array(up))
    body = dot(unit(shoulder - skeleton.middle("ankle")), np.array(up)) if skeleton.has("left_ankle") else trunk
    level = (trunk < np.cos(np.radians(50))) & (np.where(np.isfinite(body), body, trunk) < np.cos(np.radians(50)))
    seen = np.isfinite(trunk)
    if not seen.any():
        return "unknown"
    if np.mean(level[seen]) < 0.5:
        return "upright"
    return "plank" if _on_the_arms(skeleton, np.array(up)) else "lying"


def _on_the_arms(skeleton: Skeleton, up: Array) -> bool:
    """Whether the elbows or hands are well below the shoulders for most of the time."""
    trunk = np.linalg.norm(skeleton.middle("shoulder") - skeleton.middle("hip"), axis=-1)
    below = [
        dot(skeleton.joint(f"{side}_shoulder") - skeleton.joint(f"{side}_{name}"), up) / trunk
        for side in ("left", "right")
        for name in ("elbow", "wrist")
    ]
    lowest = np.max(np.nan_to_num(below), axis=0)
    return bool(np.median(lowest) > 0.25)


def _changes(time_s: Array, yaw_deg: Array) -> list[tuple[float, ViewName]]:
    """When which view begins; a view that lasts less than two windows is left out."""
    names = [name_of(value) if np.isfinite(value) else None for value in yaw_deg]
    starts = [0, *(i for i in range(1, len(names)) if names[i] != names[i - 1]), len(names)]
    found: list[tuple[float, ViewName]] = []
    for first, last in pairwise(starts):
        name = names[first]
        long = time_s[last - 1] - time_s[first] >= 2 * WINDOW_S
        if name is not None and long and (not found or found[-1][1] != name):
            found.append((float(time_s[first]), name))
    return found


def _sentence(
    name: ViewName,
    yaw_deg: float,
    posture: Posture,
    disagreement: float,
    changes: list[tuple[float, ViewName]],
) -> str:
    if name == "changing":
        parts = ", ".join(f"{view} from {start:.0f} s" for start, view in changes) or "never steady"
        return f"The view changes during the recording: {parts}."
    text = _WORDS[name]
    if posture in ("lying", "plank"):
        text = text.replace("stands", "is") + {"lying": ", lying", "plank": ", face down on the arms"}[posture]
    text += f" (turned about {abs(yaw_deg):.0f} degrees from facing it)"
    if disagreement > 40:
        text += f"; uncertain: the picture and the guessed depth differ by {disagreement:.0f} degrees"
    return text + "."
