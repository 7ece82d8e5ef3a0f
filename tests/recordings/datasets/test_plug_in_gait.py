"""Joint centres from markers placed by hand round known joints."""

import numpy as np
import pytest

from rehabkit.recordings.datasets.plug_in_gait import ANKLE_OFFSET_M, KNEE_OFFSET_M, SHOULDER_OFFSET_M, joint_centres

WIDTH, DEPTH = 0.24, 0.14


def standing():
    """Markers of a body facing +x, left +y, up +z, its legs straight down; one frame."""
    markers = {name: [0, 0, 1.7] for name in ("LFHD", "RFHD", "LBHD", "RBHD")}
    markers |= {"C7": [-0.05, 0, 1.45], "CLAV": [0.05, 0, 1.45], "T10": [-0.05, 0, 1.2], "STRN": [0.05, 0, 1.2]}
    for s, sign in (("L", 1.0), ("R", -1.0)):
        markers |= {f"{s}ASI": [0, sign * WIDTH / 2, 1.0], f"{s}PSI": [-DEPTH, sign * 0.05, 1.0]}
        markers |= {
            f"{s}SHO": [0, sign * 0.2, 1.45],
            f"{s}UPA": [0, sign * 0.25, 1.25],
            f"{s}ELB": [0, sign * 0.25, 1.1],
        }
        markers |= {f"{s}WRA": [0.03, sign * 0.2, 0.85], f"{s}WRB": [-0.03, sign * 0.2, 0.85]}
        markers |= {f"{s}THI": [0, sign * 0.2, 0.7], f"{s}KNE": [0, sign * 0.14, 0.5], f"{s}TIB": [0, sign * 0.2, 0.3]}
        markers |= {
            f"{s}ANK": [0, sign * 0.13, 0.1],
            f"{s}HEE": [-0.05, sign * 0.1, 0.05],
            f"{s}TOE": [0.15, sign * 0.1, 0.05],
        }
    return {name: np.array([at], dtype=float) for name, at in markers.items()}


def test_hips_follow_harringtons_regression():
    hip = joint_centres(standing())["left_hip"][0]
    forward, side, up = -0.24 * 140 - 9.9, 0.33 * 240 + 7.3, -0.30 * 240 - 10.9  # mm from the middle of both ASIS
    assert hip == pytest.approx([forward / 1000, side / 1000, 1.0 + up / 1000])


def test_knee_and_ankle_lie_half_a_joint_inward_at_a_right_angle():
    markers = standing()
    centres = joint_centres(markers)
    for proximal, centre, marker, offset in (
        ("left_hip", "left_knee", "LKNE", KNEE_OFFSET_M),
        ("left_knee", "left_ankle", "LANK", ANKLE_OFFSET_M),
    ):
        inward = centres[centre][0] - markers[marker][0]
        assert np.linalg.norm(inward) == pytest.approx(offset)
        assert inward[1] < 0
        assert inward @ (centres[proximal][0] - centres[centre][0]) == pytest.approx(0, abs=1e-12)


def test_both_sides_are_mirror_images():
    centres = joint_centres(standing())
    for name in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist"):
        assert centres[f"right_{name}"][0] == pytest.approx(centres[f"left_{name}"][0] * [1, -1, 1])


def test_shoulder_below_the_acromion_and_wrist_between_its_markers():
    centres = joint_centres(standing())
    assert centres["left_shoulder"][0] == pytest.approx([0, 0.2, 1.45 - SHOULDER_OFFSET_M])
    assert centres["left_wrist"][0] == pytest.approx([0, 0.2, 0.85])


def test_a_lost_marker_leaves_its_centres_unknown_and_the_others_alone():
    markers = standing()
    markers["LKNE"][:] = np.nan
    centres = joint_centres(markers)
    assert np.isnan(centres["left_knee"]).all()
    assert np.isnan(centres["left_ankle"]).all()
    assert np.isfinite(centres["right_ankle"]).all()
