"""The views in which somebody who lies is shown, by geometry and by the network itself."""

import numpy as np
import pytest

from rehabkit.pose.lying import OTHER, SHOWN_PX, LyingFinder, shown
from rehabkit.recordings.datasets import anny_synth_rgbd
from rehabkit.recordings.skeleton import MEDIAPIPE_JOINTS
from rehabkit.recordings.view import View
from rehabkit.runtime import store


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("turn_deg", [0.0, 37.0, 180.0])
def test_what_is_shown_goes_back_to_where_it_was(turn_deg, mirrored):
    view = View.of(np.array([40.0, 70.0]), 30.0, turn_deg, SHOWN_PX, mirrored=mirrored)
    points = np.array([[40.0, 70.0], [55.0, 62.0]])
    there = view.forth(points)
    np.testing.assert_allclose(view.back(there), points, atol=1e-9)
    np.testing.assert_allclose(there[0], [(SHOWN_PX - 1) / 2] * 2)  # the centre is in the middle
    grown = np.linalg.norm(there[1] - there[0]) / np.linalg.norm(points[1] - points[0])
    assert grown == pytest.approx(SHOWN_PX / 60.0)


def test_a_turn_is_clockwise_and_a_mirror_swaps_left_and_right():
    up = np.array([0.0, -10.0])  # towards the picture's top
    quarter = View.of(np.zeros(2), 256.0, 90.0, 512).matrix[:, :2] @ up
    np.testing.assert_allclose(quarter, [10.0, 0.0], atol=1e-9)  # top goes to the right
    mirror = View.of(np.zeros(2), 256.0, 0.0, 512, mirrored=True).matrix[:, :2] @ np.array([10.0, 0.0])
    np.testing.assert_allclose(mirror, [-10.0, 0.0], atol=1e-9)


def test_the_picture_is_shown_as_the_points_say():
    picture = np.zeros((100, 120, 3), dtype=np.uint8)
    picture[19:22, 79:82] = 255
    view = View.of(np.array([60.0, 50.0]), 64.0, 30.0, 512, mirrored=True)
    row, column = np.nonzero(shown(picture, view)[..., 0] > 128)
    middle = np.array([[column.mean(), row.mean()]])
    np.testing.assert_allclose(view.back(middle), [[80.0, 20.0]], atol=0.2)


def test_counterparts():
    left = MEDIAPIPE_JOINTS.index("left_knee")
    assert MEDIAPIPE_JOINTS[OTHER[left]] == "right_knee"
    assert OTHER[0] == 0
    assert [OTHER[other] for other in OTHER] == list(range(33))


def test_the_same_person_is_found_upside_down_and_mirrored(shared):
    if not next(one for one in store.status() if one.name == "full").ok:
        pytest.skip("the pose model isn't here: run `rehabkit models fetch full`")
    row = next(r for r in anny_synth_rgbd.read(shared / "lying" / "anny_synth_rgbd") if r.posture == "supine")
    colour = row.frame().colour
    centre = (row.pixels.mean(axis=0) + 0.5) * 1.5 - 0.5
    half = 1.5 * 0.7 * np.ptp(row.pixels, axis=0).max()
    with LyingFinder() as finder:
        looked = finder.look(
            colour, [View.of(centre, half, 180.0, SHOWN_PX), View.of(centre, half, 90.0, SHOWN_PX, mirrored=True)]
        )
        black = finder.look(np.zeros_like(colour), [View.of(centre, half, 0.0, SHOWN_PX)])
    assert looked.found.all()
    knees = [MEDIAPIPE_JOINTS.index(f"{side}_knee") for side in ("left", "right")]
    true = row.pixels[[anny_synth_rgbd.JOINTS.index(f"{side}_knee") for side in ("left", "right")]]
    found = (looked.positions[:, knees] + 0.5) / 1.5 - 0.5
    assert np.linalg.norm(found - true, axis=-1).max() < 12  # px of depth, 8 mm each: the right one of two knees
    assert not black.found.any()
    assert np.isnan(black.positions).all()
    assert (black.confidence == 0).all()
