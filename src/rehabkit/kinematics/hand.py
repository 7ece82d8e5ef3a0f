"""Joint angles of a hand's fingers from its 21 landmarks in space, and how open the hand is.

Flexion is 0 for a straight finger in line with its metacarpal, taken as the line from wrist to knuckle, and positive
towards the palm; abduction is positive away from the middle finger. Angles are between lines through landmarks, not
between bones: a goniometer on the back of a finger differs by a few degrees, the same in every posture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rehabkit.errors import InputError
from rehabkit.kinematics.angles import Array, between_deg, dot, lean_deg, unit, without

FINGERS = ("index", "middle", "ring", "little")
HAND_LANDMARKS = (
    "wrist", "thumb_cmc", "thumb_mcp", "thumb_ip", "thumb_tip",
    *(f"{finger}_{joint}" for finger in FINGERS for joint in ("mcp", "pip", "dip", "tip")),
)  # fmt: skip
"""MediaPipe's order."""
FULL_FLEXION = {"mcp": 90.0, "pip": 100.0}
THUMB_FLEXION = {"mcp": 50.0, "ip": 80.0}
"""Of a fist, degrees: what counts as closed (American Academy of Orthopaedic Surgeons 1965, Joint Motion)."""
ERROR_DEG: Mapping[str, float] = {
    **{
        f"{finger}_{angle}": error
        for finger in FINGERS
        for angle, error in (("mcp_flexion", 62), ("pip_flexion", 55), ("dip_flexion", 50), ("mcp_abduction", 23))
    },
    "thumb_mcp_flexion": 33, "thumb_ip_flexion": 61, "thumb_abduction": 59,
}  # fmt: skip
"""Angle → within ± so many degrees of the truth lay 95 % of what MediaPipe's landmarks gave on rendered hands, bias
included (results/hand_angles.json). No set at hand has true finger angles beside photographs: every value that carries
it is provisional."""
ERROR_SOURCE = "measured on rendered pictures of modelled hands, no person's"


@dataclass(frozen=True)
class HandAngle:
    """One angle of a hand.

    Parameters
    ----------
    name : e.g. ``index_pip_flexion``.
    degrees : (...,) NaN where its landmarks aren't there.
    uncertainty_deg : half-width of its 95 % interval, of a camera's landmarks.
    provisional : so it is.
    """

    name: str
    degrees: Array
    uncertainty_deg: float
    provisional: bool = True


def hand_angles(points: Array, side: Literal["left", "right"]) -> dict[str, HandAngle]:
    """Every angle of one hand: MCP, PIP and DIP flexion and MCP abduction of four fingers, and the thumb's.

    Parameters
    ----------
    points : (..., 21, 3) landmarks (:data:`HAND_LANDMARKS`), any unit, right-handed axes (MediaPipe's are: x right,
        y down, z away). NaN where one isn't known: only the angles that need it are NaN.
    side : of the hand. A left hand taken for a right one shows as fingers that bend backwards.

    Raises
    ------
    InputError
        If the points have another shape, or the side is another word.

    Examples
    --------
    A flat right hand, palm to the viewer (y up here, z to the viewer), its index bent by 90° at the middle joint:

    >>> hand = np.zeros((21, 3))
    >>> for finger, x in enumerate((2, 1, 0, -1)):
    ...     hand[5 + 4 * finger : 9 + 4 * finger] = [(x, y, 0) for y in (8, 12, 14, 16)]
    >>> hand[1:5] = [(1, 1, 0), (3, 3, 0), (4, 4, 0), (5, 5, 0)]
    >>> hand[7:9] = [(2, 12, 2), (2, 12, 4)]
    >>> angles = hand_angles(hand, "right")
    >>> [round(float(angles[name].degrees)) for name in ("index_pip_flexion", "index_dip_flexion", "thumb_abduction")]
    [90, 0, 31]
    """
    if points.ndim < 2 or points.shape[-2:] != (21, 3) or side not in ("left", "right"):
        got = f"shape {points.shape} and side {side}"
        raise InputError(
            f"a hand must be (..., 21, 3) points of the left or right side, got {got}; check what found it"
        )
    named = {name: points[..., number, :] for number, name in enumerate(HAND_LANDMARKS)}
    found = (*_fingers(named, side), *_thumb(named))
    return {name: HandAngle(name, degrees, ERROR_DEG[name]) for name, degrees in found}


def extensions(points: Array, side: Literal["left", "right"]) -> Array:
    """(..., 5) how straight each finger is, thumb first: 0 fully flexed to 1 straight, from MCP and PIP flexion.

    The thumb's is from its MCP and IP flexion. NaN where a landmark that it needs isn't known.
    """
    angles = hand_angles(points, side)
    full = {"thumb": THUMB_FLEXION} | dict.fromkeys(FINGERS, FULL_FLEXION)
    closed = [
        np.mean(
            [np.clip(angles[f"{finger}_{joint}_flexion"].degrees / most, 0, 1) for joint, most in of.items()], axis=0
        )
        for finger, of in full.items()
    ]
    return np.asarray(1 - np.stack(closed, axis=-1))


def opening(points: Array, side: Literal["left", "right"]) -> Array:
    """(...,) 0 for a fist to 1 for straight fingers, from MCP and PIP flexion of the four fingers.

    NaN where one of these isn't known: whoever lets a machine depend on it must not guess.
    """
    return np.asarray(extensions(points, side)[..., 1:].mean(axis=-1))


def _fingers(named: dict[str, Array], side: str) -> Iterator[tuple[str, Array]]:
    wrist = named["wrist"]
    palmar = np.cross(named["index_mcp"] - wrist, named["little_mcp"] - wrist) * (1 if side == "right" else -1)
    for finger in FINGERS:
        mcp, pip, dip, tip = (named[f"{finger}_{joint}"] for joint in ("mcp", "pip", "dip", "tip"))
        along = unit(mcp - wrist)
        inward = unit(without(palmar, along))
        axis = np.cross(along, inward)
        yield f"{finger}_mcp_flexion", lean_deg(pip - mcp, inward, along)
        yield f"{finger}_pip_flexion", _bend_deg(pip - mcp, dip - pip, axis)
        yield f"{finger}_dip_flexion", _bend_deg(dip - pip, tip - dip, axis)
        outward = axis * (1 if side == "right" else -1) * (1 if finger in ("index", "middle") else -1)
        yield f"{finger}_mcp_abduction", np.degrees(np.arcsin(np.clip(dot(unit(pip - mcp), outward), -1, 1)))


def _thumb(named: dict[str, Array]) -> Iterator[tuple[str, Array]]:
    """Bends without a sign, since a thumb turns as it closes, and its angle from the index's metacarpal."""
    cmc, mcp, ip, tip = (named[f"thumb_{joint}"] for joint in ("cmc", "mcp", "ip", "tip"))
    yield "thumb_mcp_flexion", between_deg(mcp - cmc, ip - mcp)
    yield "thumb_ip_flexion", between_deg(ip - mcp, tip - ip)
    yield "thumb_abduction", between_deg(mcp - cmc, named["index_mcp"] - named["wrist"])


def _bend_deg(near: Array, far: Array, axis: Array) -> Array:
    """(...,) angle from one phalanx to the next, positive where it turns about the axis of flexion."""
    turn = dot(np.cross(near, far), axis)
    return np.asarray(between_deg(near, far) * np.where(turn < 0, -1, 1))
