"""MediaPipe's hands on real pictures: found once, the right side, and a mask around them."""

import numpy as np
import pytest

from rehabkit.imaging.masks import overlap
from rehabkit.imaging.skin import adaptive_mask, landmark_seed
from rehabkit.kinematics.hand import FINGERS, hand_angles, opening
from rehabkit.pose.hands import HandFinder
from rehabkit.recordings.datasets import hgr1
from rehabkit.runtime import store


@pytest.fixture(scope="module")
def finder():
    if not next(s for s in store.status() if s.name == "hand").ok:
        pytest.skip("the hand model isn't here: run `rehabkit models fetch hand`")
    with HandFinder() as found:
        yield found


@pytest.fixture(scope="module")
def pictures(shared):
    return hgr1.read(shared / "hands" / "hgr1")[::60]


def test_one_hand_is_found_and_its_landmarks_lie_on_its_skin(finder, pictures):
    for one in pictures:
        (hand,) = finder.find(one.image().rgb)
        skin = one.skin()
        columns, rows = np.rint(hand.positions).astype(int).T
        inside = (rows >= 0) & (rows < skin.shape[0]) & (columns >= 0) & (columns < skin.shape[1])
        assert np.mean(skin[rows[inside], columns[inside]]) > 0.75


def test_a_mirrored_picture_shows_the_other_hand(finder, pictures):
    for one in pictures[::4]:
        rgb = one.image().rgb
        (hand,), (mirrored,) = finder.find(rgb), finder.find(rgb[:, ::-1])
        assert {hand.side, mirrored.side} == {"left", "right"}


def test_fingers_bend_towards_the_palm(finder, pictures):
    """Handedness and the axes of the estimated landmarks fit together: bent fingers have positive angles."""
    bends = []
    for one in pictures:
        (hand,) = finder.find(one.image().rgb)
        angles = hand_angles(hand.estimated_px, hand.side)
        bends += [float(angles[f"{finger}_pip_flexion"].degrees) for finger in FINGERS]
    bent = [bend for bend in bends if abs(bend) > 45]
    assert len(bent) >= 8 and np.mean(np.array(bent) > 0) > 0.9


def test_an_open_hand_is_more_open_than_a_closed_one(finder, shared):
    def median_opening(gesture):
        chosen = [one for one in hgr1.read(shared / "hands" / "hgr1") if one.gesture == gesture][::6]
        hands = [hand for one in chosen for hand in finder.find(one.image().rgb)[:1]]
        return np.nanmedian([opening(hand.estimated_px, hand.side) for hand in hands])

    assert median_opening("5") > median_opening("A") + 0.3  # five spread fingers; a fist


def test_landmarks_help_the_mask_where_otsu_is_lost(finder, shared):
    """The worst person of hgr1 for Otsu's seed."""
    chosen = [one for one in hgr1.read(shared / "hands" / "hgr1") if one.subject == "id07"][::12]
    without, seeded = [], []
    for one in chosen:
        rgb = one.image().rgb
        (hand,) = finder.find(rgb)
        without.append(overlap(one.skin(), adaptive_mask(rgb)).f1)
        seeded.append(overlap(one.skin(), adaptive_mask(rgb, landmark_seed(hand.positions, rgb.shape[:2]))).f1)
    assert np.mean(seeded) > np.mean(without) + 0.2


def test_an_empty_picture_has_no_hand(finder):
    assert finder.find(np.full((240, 320, 3), 127, np.uint8)) == []
