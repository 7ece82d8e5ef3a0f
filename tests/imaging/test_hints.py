"""What landmarks say of skin: colours counted by hand, distances by Pythagoras."""

import numpy as np
import pytest

from rehabkit.imaging.hints import REACH, hints
from rehabkit.imaging.skin import bone_distance, likelihood


def flat_hand():
    """Every landmark at the wrist but the middle finger's, straight up; the palm is 40 px long."""
    points = np.full((21, 2), (50.0, 90.0))
    points[9:13] = [(50, 50), (50, 40), (50, 30), (50, 20)]
    return points


def test_distance_is_measured_in_palms():
    distance = bone_distance(flat_hand(), (100, 100))
    assert distance[60, 50] == pytest.approx(0) and distance[60, 70] == pytest.approx(0.5)
    assert distance[16, 53] == pytest.approx(5 / 40)  # 4 px beyond the tip, 3 px beside it


def test_likelihood_is_the_share_of_two_histograms():
    rgb = np.full((20, 20, 3), (200, 60, 60), np.uint8)
    rgb[:, 10:] = (60, 60, 200)
    seed = np.zeros((20, 20), bool)
    seed[:, :5] = True
    found = likelihood(rgb, seed)
    # of the seed all are red; of the rest a third: 1 / (1 + 1/3). Blue is in the rest alone.
    assert found[0, 0] == pytest.approx(0.75, abs=1e-6) and found[0, 15] == pytest.approx(0, abs=1e-6)
    for nothing in (np.zeros_like(seed), np.ones_like(seed)):
        assert (likelihood(rgb, nothing) == 0.5).all()


def test_hints_without_landmarks_say_nothing():
    rgb = np.zeros((8, 8, 3), np.uint8)
    lost = flat_hand()
    lost[3] = np.nan
    for points in (None, lost):
        assert (hints(rgb, points) == np.float32([0.5, 0])).all()
    near = hints(np.zeros((100, 100, 3), np.uint8), flat_hand())[..., 1]
    assert near[60, 50] == pytest.approx(1) and near[60, 70] == pytest.approx(np.exp(-0.5 / REACH))
