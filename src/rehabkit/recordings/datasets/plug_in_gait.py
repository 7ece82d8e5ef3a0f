"""Joint centres from the skin markers of the Plug-in-Gait set.

- Hip: Harrington et al. 2007 (J Biomech 40:595-602), regression on pelvic width PW and depth PD in mm, from
the
  midpoint of both ASIS: -0.24 PD - 9.9 forward, -0.30 PW - 10.9 up, 0.33 PW + 7.3 to the side.
- Knee, ankle, elbow: the chord construction of Davis et al. 1991 (Hum Mov Sci 10:575-587). The centre lies
in the
  plane of the proximal centre, the lateral marker and the marker on the segment's outer face, at half the
  joint's width from the lateral marker and at a right angle to the line to the proximal centre.
- Shoulder: below the acromion marker along the trunk. Wrist: midway between the two wrist-bar markers.

Joint widths were not recorded with the public sets: the means of adults below stand in (with a marker of 14
mm), which shifts a centre by about a centimetre at most and a flexion angle by a degree or two.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MARKER_RADIUS_M = 0.007
KNEE_OFFSET_M = 0.105 / 2 + MARKER_RADIUS_M
ANKLE_OFFSET_M = 0.070 / 2 + MARKER_RADIUS_M
ELBOW_OFFSET_M = 0.070 / 2 + MARKER_RADIUS_M
SHOULDER_OFFSET_M = 0.043 + MARKER_RADIUS_M


def joint_centres(markers: Mapping[str, Array]) -> dict[str, Array]:
    """Named joint positions from named markers.

    Parameters
    ----------
    markers : Plug-in-Gait name (``LASI`` …) to (n_frames, 3) metres; NaN where not seen.

    Returns
    -------
    dict
        rehabkit's joint name (``left_hip`` …) to (n_frames, 3) metres.
    """
    m = markers
    up = _unit((m["C7"] + m["CLAV"] - m["T10"] - m["STRN"]) / 2)
    centres: dict[str, Array] = {}
    for side, s, sign in (("left", "L", 1.0), ("right", "R", -1.0)):
        hip = _hip(m, sign)
        knee = _chord(hip, m[f"{s}KNE"], m[f"{s}THI"], KNEE_OFFSET_M)
        shoulder = m[f"{s}SHO"] - SHOULDER_OFFSET_M * up
        centres |= {
            f"{side}_hip": hip,
            f"{side}_knee": knee,
            f"{side}_ankle": _chord(knee, m[f"{s}ANK"], m[f"{s}TIB"], ANKLE_OFFSET_M),
            f"{side}_heel": m[f"{s}HEE"],
            f"{side}_foot_index": m[f"{s}TOE"],
            f"{side}_shoulder": shoulder,
            f"{side}_elbow": _chord(shoulder, m[f"{s}ELB"], m[f"{s}UPA"], ELBOW_OFFSET_M),
            f"{side}_wrist": (m[f"{s}WRA"] + m[f"{s}WRB"]) / 2,
        }
    centres["pelvis"] = (centres["left_hip"] + centres["right_hip"]) / 2
    centres["chest"] = (m["T10"] + m["STRN"]) / 2
    centres["neck"] = (m["C7"] + m["CLAV"]) / 2
    centres["head"] = (m["LFHD"] + m["RFHD"] + m["LBHD"] + m["RBHD"]) / 4
    return centres


def _hip(m: Mapping[str, Array], sign: float) -> Array:
    front, back = (m["LASI"] + m["RASI"]) / 2, (m["LPSI"] + m["RPSI"]) / 2
    left = _unit(m["LASI"] - m["RASI"])
    up = _unit(np.cross(front - back, left))
    forward = np.cross(left, up)
    width_mm = 1000 * _median_length(m["LASI"] - m["RASI"])
    depth_mm = 1000 * _median_length(front - back)
    offset_mm = (
        (-0.24 * depth_mm - 9.9) * forward + (-0.30 * width_mm - 10.9) * up + sign * (0.33 * width_mm + 7.3) * left
    )
    return np.asarray(front + offset_mm / 1000)


def _chord(proximal: Array, lateral: Array, outer: Array, offset_m: float) -> Array:
    """The joint centre: right angle at it between the proximal centre and the lateral marker."""
    line = proximal - lateral
    length = np.linalg.norm(line, axis=-1, keepdims=True)
    along = line / length
    outward = outer - proximal
    outward = _unit(outward - np.sum(outward * along, axis=-1, keepdims=True) * along)
    cosine = offset_m / length
    return np.asarray(lateral + offset_m * (cosine * along - np.sqrt(1 - cosine**2) * outward))


def _unit(vector: Array) -> Array:
    length = np.linalg.norm(vector, axis=-1, keepdims=True)
    return np.asarray(vector / np.where(length > 0, length, np.nan))


def _median_length(vector: Array) -> float:
    length = np.linalg.norm(vector, axis=-1)
    seen = length[np.isfinite(length)]
    return float(np.median(seen)) if len(seen) else np.nan
