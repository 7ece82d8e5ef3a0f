"""The clinical measures: what each is, from where a single camera may state it, and its value over time.

Neutral-zero convention: 0 is the anatomical position, each value counts away from it in the direction of the
name. One formula a measure serves every sensor (see :mod:`rehabkit.kinematics.body`): in a picture it works
in the picture's plane, with a depth camera or markers in three dimensions or projected on the trunk's
anatomical plane. The depth that a pose network guesses is used to tell repetitions apart, never for a
clinical value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import InputError
from rehabkit.kinematics import formulas
from rehabkit.kinematics.angles import LEAST_IN_PLANE, Array
from rehabkit.kinematics.body import Body, estimated_body, measured_body
from rehabkit.kinematics.formulas import Formula
from rehabkit.kinematics.seen import mean_seen
from rehabkit.kinematics.view import estimate_view
from rehabkit.recordings.skeleton import Skeleton

LEAST_CONFIDENCE = 0.5
"""Below this a joint counts as hidden; MediaPipe's own default for 'visible'."""
MOSTLY = 0.6
"""Share of the seen frames in which the joints must be visible for a measure to be stated at all."""
LENGTH_IN_TRUNKS = {
    ("shoulder", "elbow"): 0.65, ("elbow", "wrist"): 0.51, ("hip", "knee"): 0.85, ("knee", "ankle"): 0.85,
}  # fmt: skip
"""Segment lengths over the trunk's (shoulder to hip 0.288 of the height): Winter, Biomechanics and Motor
Control of Human Movement, 4th ed. 2009, figure 4.1. Shows when a limb points out of the picture."""

SIDE_VIEWS, FRONT_VIEWS = ("left", "right"), ("front", "back")


@dataclass(frozen=True)
class Measure:
    """One clinical measure.

    Parameters
    ----------
    name, label, unit : snake_case name, words for people, ``deg`` or ``%``.
    plane : ``sagittal``, ``frontal``, ``transverse``.
    sided : whether left and right are two values. For the others ``side`` only chooses which way is positive.
    joints : joints that must be visible, without side where the measure has one.
    views : views in which a single camera may state it; empty: none.
    note : zero, sign and limits, in words.
    formula : the value. counting : a tamer signal that tells repetitions at any view, if that isn't the same.
    film : what the camera must do instead, for the reason why not.
    """

    name: str
    label: str
    unit: str
    plane: str
    sided: bool
    joints: tuple[str, ...]
    views: tuple[str, ...]
    note: str
    formula: Formula
    counting: Formula | None = None
    film: str = ""

    def joints_of(self, side: str) -> tuple[str, ...]:
        """Full names of the joints that it is computed from on this side (``left`` or ``right``)."""
        return tuple(j if j.startswith(("left_", "right_")) else f"{side}_{j}" for j in self.joints)


_FROM_SIDE = "film from the side that is exercised, the camera at the joint's height"
_FROM_FRONT = "film from the front or from behind, the camera at the joint's height"
_NO_CAMERA = "one camera can't measure a turn about the limb's own long axis; use a goniometer or a depth camera"
_ARM, _LEG = ("hip", "shoulder", "elbow"), ("shoulder", "hip", "knee")
_TRUNK = ("left_shoulder", "right_shoulder", "left_hip", "right_hip")

_ALL = (
    Measure(
        "knee_flexion", "knee flexion", "deg", "sagittal", True, ("hip", "knee", "ankle"), SIDE_VIEWS,
        "0 straight; overextension can't be told from flexion.",
        formulas.bend("hip", "knee", "ankle"), film=_FROM_SIDE,
    ),
    Measure(
        "hip_flexion", "hip flexion", "deg", "sagittal", True, _LEG, SIDE_VIEWS,
        "Thigh against the trunk's line, so bending of the lower back is part of it; extension is negative.",
        formulas.swing("hip", "knee", "forward"), formulas.raised("hip", "knee"), _FROM_SIDE,
    ),
    Measure(
        "hip_abduction", "hip abduction", "deg", "frontal", True,
        ("left_shoulder", "right_shoulder", "left_hip", "right_hip", "knee"), FRONT_VIEWS,
        "Thigh against the trunk's line; adduction is negative.",
        formulas.swing("hip", "knee", "sideward"), formulas.raised("hip", "knee"), _FROM_FRONT,
    ),
    Measure(
        "ankle_dorsiflexion", "ankle dorsiflexion", "deg", "sagittal", True,
        ("knee", "ankle", "heel", "foot_index"), SIDE_VIEWS,
        "Shank against the line from heel to toes, 0 at a right angle; plantarflexion is negative.",
        formulas.foot(1.0), film=_FROM_SIDE,
    ),
    Measure(
        "ankle_plantarflexion", "ankle plantarflexion", "deg", "sagittal", True,
        ("knee", "ankle", "heel", "foot_index"), SIDE_VIEWS,
        "Shank against the line from heel to toes, 0 at a right angle; dorsiflexion is negative.",
        formulas.foot(-1.0), film=_FROM_SIDE,
    ),
    Measure(
        "shoulder_flexion", "shoulder flexion", "deg", "sagittal", True, _ARM, SIDE_VIEWS,
        "Upper arm against the trunk's line, forward positive, extension negative.",
        formulas.swing("shoulder", "elbow", "forward"), formulas.raised("shoulder", "elbow"), _FROM_SIDE,
    ),
    Measure(
        "shoulder_extension", "shoulder extension", "deg", "sagittal", True, _ARM, SIDE_VIEWS,
        "Upper arm against the trunk's line, backward positive, flexion negative.",
        formulas.swing("shoulder", "elbow", "forward", -1.0), formulas.raised("shoulder", "elbow"),
        _FROM_SIDE,
    ),
    Measure(
        "shoulder_abduction", "shoulder abduction", "deg", "frontal", True, (*_TRUNK, "elbow"), FRONT_VIEWS,
        "Upper arm against the trunk's line, away from the body positive.",
        formulas.swing("shoulder", "elbow", "sideward"), formulas.raised("shoulder", "elbow"), _FROM_FRONT,
    ),
    Measure(
        "shoulder_elevation", "shoulder elevation", "deg", "scapular", True, _ARM, FRONT_VIEWS,
        "Angle between upper arm and trunk whichever way the arm is raised. A picture shows its "
        "projection: an arm raised 30 degrees forward of the side reads up to 4 degrees off, at 90 none.",
        formulas.raised("shoulder", "elbow"), film=_FROM_FRONT,
    ),
    Measure(
        "shoulder_rotation", "shoulder external rotation", "deg", "transverse", True,
        ("shoulder", "elbow", "wrist"), (),
        "Forearm about the upper arm's axis, elbow bent: 0 pointing forward, external positive.",
        formulas.shoulder_rotation, film=_NO_CAMERA,
    ),
    Measure(
        "elbow_flexion", "elbow flexion", "deg", "sagittal", True, ("shoulder", "elbow", "wrist"), SIDE_VIEWS,
        "0 straight; overextension can't be told from flexion.",
        formulas.bend("shoulder", "elbow", "wrist"), film=_FROM_SIDE,
    ),
    Measure(
        "forearm_rotation", "forearm supination", "deg", "transverse", True,
        ("elbow", "wrist", "pinky", "index"), (),
        "Thumb side of the hand about the forearm's axis: 0 with the thumb up, supination positive.",
        formulas.forearm_rotation, film=_NO_CAMERA,
    ),
    Measure(
        "wrist_flexion", "wrist flexion", "deg", "sagittal", True, ("elbow", "wrist", "pinky", "index"),
        SIDE_VIEWS,
        "Hand against forearm, towards the palm positive; in a picture the palm is taken to face the floor.",
        formulas.wrist, formulas.wrist_bend, _FROM_SIDE,
    ),
    Measure(
        "trunk_lean_forward", "trunk lean forward", "deg", "sagittal", False, ("shoulder", "hip"), SIDE_VIEWS,
        "Line from hip to shoulder against the vertical of an upright camera, forward positive.",
        formulas.trunk_forward, film=_FROM_SIDE,
    ),
    Measure(
        "trunk_lean_side", "trunk lean to the side", "deg", "frontal", False, _TRUNK, FRONT_VIEWS,
        "Line from hips to shoulders against the vertical of an upright camera; positive towards the named "
        "side, without sign where none is named.",
        formulas.trunk_sideways, film=_FROM_FRONT,
    ),
    Measure(
        "shoulder_hike", "shoulder hike", "%", "frontal", True, _TRUNK, FRONT_VIEWS,
        "Height of the shoulder above the hips along the trunk, in percent of the trunk's length; only its "
        "change within a repetition means anything.",
        formulas.shoulder_hike, film=_FROM_FRONT,
    ),
    Measure(
        "knee_valgus", "knee valgus", "deg", "frontal", True, (*_TRUNK, "knee", "ankle"), FRONT_VIEWS,
        "Projected angle between thigh and shank, knee towards the midline positive.",
        formulas.knee_valgus, film=_FROM_FRONT,
    ),
    Measure(
        "pelvic_tilt_side", "pelvic drop", "deg", "frontal", False, ("left_hip", "right_hip"), FRONT_VIEWS,
        "Line through both hips against the horizontal; positive where the named side is lower, without "
        "sign where none is named.",
        formulas.pelvis_drop, film=_FROM_FRONT,
    ),
    Measure(
        "heel_rise", "heel rise", "%", "sagittal", True, ("knee", "ankle", "heel", "foot_index"), SIDE_VIEWS,
        "Height of the heel above the toes in percent of the shank's length.",
        formulas.heel_rise, formulas.ankle_rise, _FROM_SIDE,
    ),
    Measure(
        "body_line", "body line", "deg", "sagittal", True, ("shoulder", "hip", "ankle"), SIDE_VIEWS,
        "Shoulder, hip and ankle: 0 in one line, hips high (pike) positive, sagging negative.",
        formulas.swing("hip", "ankle", "forward"), film=_FROM_SIDE,
    ),
)  # fmt: skip

MEASURES: dict[str, Measure] = {measure.name: measure for measure in _ALL}
"""Every measure by its name."""


def measure(name: str) -> Measure:
    """The measure of that name.

    Raises
    ------
    InputError
        If there is none.
    """
    if name not in MEASURES:
        raise InputError(f"measure must be one of {', '.join(MEASURES)}, got {name!r}; choose one of these")
    return MEASURES[name]


def clinical_series(skeleton: Skeleton, name: str, side: str = "none") -> Array:
    """(n_frames,) the measure in its unit; NaN where it can't be measured in that frame.

    A frame is left out when a joint is hidden (confidence below 0.5), or, in a picture, when a limb points
    more than 60 degrees out of it. Whether the view supports the measure at all is for :func:`supported` to
    say.

    Parameters
    ----------
    side : ``left`` or ``right``. For a sided measure ``none`` and ``both`` give the mean of the sides that
        are seen.

    Raises
    ------
    InputError
        If there is no such measure.
    """
    chosen = measure(name)
    if not skeleton.has(*chosen.joints_of("left"), *chosen.joints_of("right")):
        return np.full(skeleton.n_frames, np.nan)
    body = measured_body(skeleton)
    if side not in ("left", "right") and not _is_whole(chosen):
        return _mean_of_sides({s: _masked(skeleton, body, chosen, s) for s in ("left", "right")})
    return _masked(skeleton, body, chosen, side)


def _is_whole(chosen: Measure) -> bool:
    """Whether the measure has one value from both sides' joints, rather than one from each."""
    return chosen.joints_of("left") == chosen.joints_of("right")


def _masked(skeleton: Skeleton, body: Body, chosen: Measure, side: str) -> Array:
    values = chosen.formula(body, side)
    visible = skeleton.visibility(*chosen.joints_of(side)) >= LEAST_CONFIDENCE
    return np.where(visible & _in_plane(body, chosen, side), values, np.nan)


def _in_plane(body: Body, chosen: Measure, side: str) -> NDArray[np.bool_]:
    """(n_frames,) whether each limb of the measure looks at least half as long as it is."""
    fine = np.ones(len(body.points), dtype=bool)
    if not body.is_flat:
        return fine
    names = chosen.joints_of(side)
    for (start, end), in_trunks in LENGTH_IN_TRUNKS.items():
        if {f"{side}_{start}", f"{side}_{end}"} <= set(names):
            trunk = _longest(np.linalg.norm(body.line(f"{side}_hip", f"{side}_shoulder"), axis=-1))
            length = np.linalg.norm(body.line(f"{side}_{start}", f"{side}_{end}"), axis=-1)
            fine &= ~(length < LEAST_IN_PLANE * np.fmax(_longest(length), in_trunks * trunk))
    return fine


def _longest(length: Array) -> float:
    """Nearly the longest that a segment looks: its 95th percentile, so that one bad frame doesn't decide."""
    seen = length[np.isfinite(length)]
    return float(np.percentile(seen, 95)) if len(seen) else np.nan


def _mean_of_sides(sides: dict[str, Array]) -> Array:
    """(n_frames,) mean of the sides that are seen at least half as often as the better one."""
    share = {side: float(np.mean(np.isfinite(values))) for side, values in sides.items()}
    good = [values for side, values in sides.items() if share[side] >= max(share.values()) / 2]
    return mean_seen(np.array(good))


def counting_series(skeleton: Skeleton, name: str, side: str = "none") -> Array:
    """(n_frames,) a signal that follows the measure at any view: to tell repetitions, nothing else.

    In a picture whose plane holds the movement, with the joints in sight, it is the in-plane angle.
    Otherwise it comes from the pose network's guess in three dimensions, hidden limbs included. Which of the
    two is decided once for the recording, so that the signal never jumps from one to the other.

    Raises
    ------
    InputError
        If there is no such measure.
    """
    chosen = measure(name)
    if not skeleton.has(*chosen.joints_of("left"), *chosen.joints_of("right")):
        return np.full(skeleton.n_frames, np.nan)
    if side not in ("left", "right") and not _is_whole(chosen):
        return _counting_both(skeleton, chosen)
    return _counting(skeleton, chosen, side)


def _counting_both(skeleton: Skeleton, chosen: Measure) -> Array:
    """Both sides as one, weighted once for the recording by the square of how well they are seen."""
    sides = ("left", "right")
    weights = [float(np.mean(skeleton.visibility(*chosen.joints_of(side)))) ** 2 + 1e-6 for side in sides]
    return np.asarray(np.average([_counting(skeleton, chosen, side) for side in sides], axis=0, weights=weights))


def _counting(skeleton: Skeleton, chosen: Measure, side: str) -> Array:
    formula = chosen.counting or chosen.formula
    flat = formula(measured_body(skeleton), side)
    guess = estimated_body(skeleton)
    if guess is None:
        return flat
    seen = np.isfinite(skeleton.positions[..., 0]).any(axis=1)
    fit = supported(chosen.name, estimate_view(skeleton).name, skeleton, side) is None
    if fit and np.mean(np.isfinite(flat[seen])) > 0.9:
        return flat
    return formula(guess, side)


def supported(name: str, view: str, skeleton: Skeleton, side: str = "none") -> str | None:
    """None if the measure may be stated clinically, else why not, in words for a clinician.

    Parameters
    ----------
    view : name of the view that was found (:func:`rehabkit.kinematics.view.estimate_view`).
    side : ``left`` or ``right`` to ask about that side; otherwise one visible side is enough.

    Raises
    ------
    InputError
        If there is no such measure.
    """
    chosen = measure(name)
    missing = sorted({j for s in ("left", "right") for j in chosen.joints_of(s)} - set(skeleton.joint_names))
    if missing:
        return f"{chosen.label} needs {_spoken(missing)}, which this sensor doesn't give"
    if skeleton.axes == "image":
        reason = _wrong_view(chosen, view)
        if reason:
            return reason
    asked = (side,) if side in ("left", "right") else ("left", "right")
    reasons = [_hidden(skeleton, chosen, s) for s in asked]
    return None if None in reasons else reasons[0]


def _wrong_view(chosen: Measure, view: str) -> str | None:
    if not chosen.views:
        return f"{chosen.label}: {chosen.film}"
    if view in chosen.views:
        return None
    if view == "changing":
        return f"{chosen.label} needs one view, and it changes during the recording: {chosen.film}"
    return f"{chosen.label} needs the {chosen.plane} plane parallel to the picture: {chosen.film}"


def _hidden(skeleton: Skeleton, chosen: Measure, side: str) -> str | None:
    names = chosen.joints_of(side)
    share = {name: float(np.mean(skeleton.visibility(name) >= LEAST_CONFIDENCE)) for name in names}
    worst = min(names, key=share.__getitem__)
    if share[worst] >= MOSTLY:
        return None
    where = f"film from the {side} side" if chosen.views == SIDE_VIEWS else "change the camera's place"
    return f"the {_spoken([worst])} is hidden for most of the recording: {where}, the whole body in view"


def _spoken(names: list[str]) -> str:
    return ", ".join(name.replace("foot_index", "toes").replace("_", " ") for name in names)
