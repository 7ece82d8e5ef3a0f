"""What views agree upon, from landmarks whose places are known."""

import numpy as np
import pytest

from rehabkit.kinematics.depth.voting import ALONG_M, geometric_median, joints_of, trunk_of
from rehabkit.recordings.skeleton import MEDIAPIPE_JOINTS

AT = {name: number for number, name in enumerate(MEDIAPIPE_JOINTS)}
METRES_PER_PX = 0.01


def standing() -> np.ndarray:
    """(33, 2) px: everything at one place but ears, shoulders and hips."""
    marks = np.full((33, 2), 50.0)
    marks[AT["left_ear"]], marks[AT["right_ear"]] = (52.0, 10.0), (48.0, 10.0)
    marks[AT["left_shoulder"]], marks[AT["right_shoulder"]] = (60.0, 20.0), (40.0, 20.0)
    marks[AT["left_hip"]], marks[AT["right_hip"]] = (56.0, 70.0), (44.0, 70.0)
    return marks


def test_one_view_that_sees_another_limb_is_outvoted():
    views = np.stack([standing() + shift for shift in (-1.0, 0.0, 1.0)])
    views[0, AT["left_knee"]] = [300.0, 300.0]
    median = geometric_median(views)
    assert np.linalg.norm(median[AT["left_knee"]] - [50.5, 50.5]) < 1.0
    np.testing.assert_allclose(median[AT["left_hip"]], [56.0, 70.0], atol=0.2)


def test_views_without_anybody_dont_count():
    views = np.stack([standing(), np.full((33, 2), np.nan)])
    np.testing.assert_allclose(geometric_median(views), standing())
    assert np.isnan(geometric_median(np.full((2, 33, 2), np.nan))).all()


def test_joints_are_moved_along_the_trunk_by_so_many_metres():
    views, sure = np.stack([standing()] * 4), np.full((4, 33), 0.9)
    names = ["head", "neck", "left_shoulder", "pelvis"]
    pixels, confidence = joints_of(views, sure, METRES_PER_PX, names)
    np.testing.assert_allclose(trunk_of(standing()), [0.0, -1.0])  # the head is at the top
    ups = np.array([ALONG_M[name] for name in ("head", "neck", "shoulder", "pelvis")]) / METRES_PER_PX
    middles = np.array([[50.0, 10.0], [50.0, 20.0], [60.0, 20.0], [50.0, 70.0]])
    np.testing.assert_allclose(pixels, middles - np.outer(ups, [0.0, 1.0]), atol=1e-6)
    np.testing.assert_allclose(confidence, 0.9)


def test_joints_that_views_disagree_about_are_less_sure():
    views, sure = np.stack([standing()] * 4), np.full((4, 33), 0.8)
    views[3, AT["left_wrist"]] += 100.0  # a metre
    _, confidence = joints_of(views, sure, METRES_PER_PX, ["left_wrist", "right_wrist"])
    assert confidence.tolist() == pytest.approx([0.6, 0.8])
