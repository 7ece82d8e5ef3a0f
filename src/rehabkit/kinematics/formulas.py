"""The formulas behind the measures: each takes a body and a side and gives (n_frames,) degrees or percent."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rehabkit.kinematics.angles import (
    LEAST_IN_PLANE,
    Array,
    between_deg,
    dot,
    included_deg,
    lean_deg,
    swing_deg,
    unit,
    without,
)
from rehabkit.kinematics.body import Body

Formula = Callable[[Body, str], Array]


def bend(first: str, vertex: str, last: str) -> Formula:
    """180 minus the angle enclosed at a joint: 0 when straight."""

    def formula(body: Body, side: str) -> Array:
        points = (body.point(f"{side}_{name}") for name in (first, vertex, last))
        return np.asarray(180 - included_deg(*points))

    return formula


def swing(start: str, end: str, towards: str, sign: float = 1.0) -> Formula:
    """A limb's swing from hanging along the trunk, ``forward`` or ``sideward``."""

    def formula(body: Body, side: str) -> Array:
        up = body.up(side if towards == "forward" else "")
        direction = body.forward(up) if towards == "forward" else body.sideward(side, up)
        return sign * swing_deg(body.line(f"{side}_{start}", f"{side}_{end}"), direction, up)

    return formula


def raised(start: str, end: str) -> Formula:
    """A limb's angle from hanging along the trunk, whichever way: no sign, no seam, no plane."""
    return lambda body, side: between_deg(body.line(f"{side}_{start}", f"{side}_{end}"), -body.up(side))


def foot(sign: float) -> Formula:
    """Shank against sole, 0 at a right angle, dorsiflexion positive times ``sign``."""

    def formula(body: Body, side: str) -> Array:
        shank, sole = (
            body.line(f"{side}_ankle", f"{side}_knee"),
            body.line(f"{side}_heel", f"{side}_foot_index"),
        )
        return np.asarray(sign * (90 - between_deg(shank, sole)))

    return formula


def trunk_forward(body: Body, side: str) -> Array:
    axis, plumb = body.up(side), body.plumb()
    if body.is_flat:
        return lean_deg(axis, body.forward(plumb), plumb)
    left = unit(without(body.leftward(axis), plumb))
    return lean_deg(axis, np.cross(left, plumb), plumb)


def trunk_sideways(body: Body, side: str) -> Array:
    plumb = body.plumb()
    left = body.leftward(plumb) if body.is_flat else unit(without(body.leftward(body.up()), plumb))
    return _towards(side, lean_deg(body.up(), left, plumb))


def pelvis_drop(body: Body, side: str) -> Array:
    line, plumb = body.line("right_hip", "left_hip"), body.plumb()
    drop = -dot(unit(line), plumb)
    return _towards(side, np.degrees(np.arcsin(np.clip(drop, -1, 1))))


def _towards(side: str, to_the_left: Array) -> Array:
    """Positive towards the named side; the size alone where no side is named."""
    return {"left": to_the_left, "right": -to_the_left}.get(side, np.abs(to_the_left))


def shoulder_hike(body: Body, side: str) -> Array:
    up = body.up()
    height = dot(body.point(f"{side}_shoulder") - body.middle("hip"), up)
    return _percent(height, np.linalg.norm(body.middle("shoulder") - body.middle("hip"), axis=-1))


def heel_rise(body: Body, side: str) -> Array:
    rise = dot(body.line(f"{side}_foot_index", f"{side}_heel"), body.plumb())
    return _percent(rise, np.linalg.norm(body.line(f"{side}_ankle", f"{side}_knee"), axis=-1))


def ankle_rise(body: Body, side: str) -> Array:
    rise = dot(body.line(f"{side}_foot_index", f"{side}_ankle"), body.plumb())
    return _percent(rise, np.linalg.norm(body.line(f"{side}_ankle", f"{side}_knee"), axis=-1))


def _percent(part: Array, whole: Array) -> Array:
    """Percent of the median length, so that a swaying reference adds no movement of its own."""
    seen = whole[np.isfinite(whole) & (whole > 0)]
    return np.asarray(100 * part / (np.median(seen) if len(seen) else np.nan))


def knee_valgus(body: Body, side: str) -> Array:
    """Frontal-plane projection angle: the shank's inward lean less the thigh's, each against the vertical."""
    plumb = body.plumb()
    inward = -unit(without(body.sideward(side, body.up()), plumb))
    shank = lean_deg(body.line(f"{side}_ankle", f"{side}_knee"), inward, plumb)
    return np.asarray(shank - lean_deg(body.line(f"{side}_knee", f"{side}_hip"), inward, plumb))


def shoulder_rotation(body: Body, side: str) -> Array:
    """Forearm about the upper arm: 0 where it points forward, external rotation positive."""
    if body.is_flat:
        return np.full(len(body.points), np.nan)
    axis, forearm = (
        unit(body.line(f"{side}_elbow", f"{side}_shoulder")),
        body.line(f"{side}_elbow", f"{side}_wrist"),
    )
    zero = without(body.forward(body.up()), axis)
    outward = np.cross(zero, axis) if side == "right" else np.cross(axis, zero)
    turned = without(forearm, axis)
    defined = np.linalg.norm(turned, axis=-1) >= LEAST_IN_PLANE * np.linalg.norm(forearm, axis=-1)
    defined &= np.linalg.norm(zero, axis=-1) >= LEAST_IN_PLANE
    angle = np.degrees(np.arctan2(dot(turned, unit(outward)), dot(turned, unit(zero))))
    return np.asarray(np.where(defined, angle, np.nan))


def forearm_rotation(body: Body, side: str) -> Array:
    """Thumb side of the hand about the forearm: 0 where it points up along the trunk, supination positive."""
    if body.is_flat:
        return np.full(len(body.points), np.nan)
    axis = unit(body.line(f"{side}_elbow", f"{side}_wrist"))
    zero = unit(without(body.up(), axis))
    across = without(body.line(f"{side}_pinky", f"{side}_index"), axis)
    outward = np.cross(axis, zero) if side == "right" else np.cross(zero, axis)
    return np.asarray(np.degrees(np.arctan2(dot(across, outward), dot(across, zero))))


def wrist(body: Body, side: str) -> Array:
    forearm = unit(body.line(f"{side}_elbow", f"{side}_wrist"))
    knuckles = (body.point(f"{side}_index") + body.point(f"{side}_pinky")) / 2
    return lean_deg(knuckles - body.point(f"{side}_wrist"), _palmward(body, side, forearm), forearm)


def _palmward(body: Body, side: str, forearm: Array) -> Array:
    """Where the palm looks: down for a forearm held forward in a picture, else from the hand's points."""
    if body.is_flat:
        return -body.forward(-forearm)
    across = unit(without(body.line(f"{side}_pinky", f"{side}_index"), forearm))
    return np.cross(forearm, across) if side == "left" else np.cross(across, forearm)


def wrist_bend(body: Body, side: str) -> Array:
    knuckles = (body.point(f"{side}_index") + body.point(f"{side}_pinky")) / 2
    return between_deg(knuckles - body.point(f"{side}_wrist"), body.line(f"{side}_elbow", f"{side}_wrist"))
