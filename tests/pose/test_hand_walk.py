"""Which hand is followed, who belongs to it, and how well it lies in its picture."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from rehabkit.pose.hand_quality import hand_quality
from rehabkit.pose.hand_walk import Follower, count_people, walk
from rehabkit.pose.hands import Hand, HandFinder
from rehabkit.pose.landmarkers import Pose, Scanner
from rehabkit.pose.scanning import believable
from rehabkit.recordings import video
from rehabkit.recordings.datasets import hgr1
from rehabkit.recordings.frame import Frame
from rehabkit.runtime import store

SQUARE = np.array([(0.0, 0.0), *[(x, 100.0) for x in np.linspace(-40, 40, 20)]])


def hand(at_px, side="right", size=1.0):
    return Hand(SQUARE * size + at_px, np.zeros((21, 3)), side, 0.9)


def body(wrists_px):
    positions = np.full((33, 2), 5000.0)
    positions[[15, 16]] = wrists_px
    return Pose(positions, np.ones(33), np.zeros((33, 3)))


def test_the_largest_hand_is_followed_and_known_again():
    follower = Follower()
    small, large = hand((100, 0), size=0.5), hand((600, 0))
    assert follower.ordered([small, large], 0.0)[0] is large
    nearer, moved = hand((100, 0), size=2.0), hand((620, 10))
    assert follower.ordered([nearer, moved], 0.1)[0] is moved
    assert follower.ordered([], 0.2) == ()
    assert follower.ordered([hand((100, 0), size=2.0)], 1.5)[0].palm_px > 100  # forgotten after a second


def test_the_stated_side_goes_before_size():
    found = Follower("left").ordered([hand((0, 0), "right", 2.0), hand((500, 0), "left")], 0.0)
    assert [one.side for one in found] == ["left", "right"]


def test_a_hand_that_is_nobodys_is_another_person():
    mine = hand((300, 300))
    assert count_people([body([(310, 300), (900, 300)])], [mine]) == 1
    assert count_people([body([(800, 300), (900, 300)])], [mine]) == 2
    assert count_people([body([(310, 300), (900, 300)]), body([(2000, 0), (2100, 0)])], [mine]) == 2


def test_a_hand_at_the_edge_is_noticed():
    grey = np.full((200, 200, 3), 120, np.uint8)
    assert hand_quality(grey, hand((100, 50))).outside == 0
    assert hand_quality(grey, hand((100, 150))).outside == pytest.approx(20 / 21)


@pytest.fixture(scope="module")
def networks():
    if not all(one.ok for one in store.status() if one.name in ("hand", "full")):
        pytest.skip("models of hand and full aren't here: run `rehabkit models fetch` for each")
    with HandFinder() as finder, Scanner("full") as scanner:
        yield finder, scanner


def test_real_people_are_counted_once_and_a_hand_pasted_beside_one_is_another(networks, shared):
    """A real person whose hands are seen, and the same picture with a stranger's hand beside, where that is found."""
    finder, scanner = networks
    other = hgr1.read(shared / "hands" / "hgr1")[0].image().rgb
    alone, beside = [], []
    for frame in video.frames(shared / "videos" / "exercising.mp4"):
        if frame.index % 60 == 0:
            wide = np.hstack([frame.rgb, np.full((frame.rgb.shape[0], 300, 3), 127, np.uint8)])
            pasted = wide.copy()
            pasted[: other.shape[0], -other.shape[1] :] = other[:, : wide.shape[1]]
            for rgb, counts in ((frame.rgb, alone), (pasted, beside)):
                bodies = [pose for pose in scanner.find(rgb) if believable(pose)]
                hands = finder.find(rgb)
                strange = any(one.positions[0, 0] > frame.rgb.shape[1] for one in hands)
                counts.append((count_people(bodies, hands), len(hands), strange))
        if frame.index == 240:
            break
    assert [people for people, _, _ in alone] == [1] * 5
    found = [(people, hands) for people, hands, strange in beside if strange]
    assert len(found) >= 4 and all(people > 1 or hands > 2 for people, hands in found)


def test_pictures_come_back_in_order_with_one_hand_and_one_person(networks, shared):
    rgb = hgr1.read(shared / "hands" / "hgr1")[0].image().rgb
    frames = [Frame(number, 0.1 * number, rgb, (rgb.shape[1], rgb.shape[0])) for number in range(4)]
    looks = list(walk(frames))
    assert [frame.index for frame, _ in looks] == [0, 1, 2, 3]
    assert all(len(look.hands) == 1 and look.people == 1 for _, look in looks)


def test_a_blurred_and_a_dark_hand_show_in_the_quality(networks, shared):
    finder, _ = networks
    rgb = hgr1.read(shared / "hands" / "hgr1")[100].image().rgb
    (found,) = finder.find(rgb)
    sharp = hand_quality(rgb, found)
    blurred = np.asarray(Image.fromarray(rgb).filter(ImageFilter.GaussianBlur(found.palm_px / 20)))
    assert hand_quality(blurred, found).sharpness < sharp.sharpness / 10
    assert hand_quality(rgb // 4, found).luma == pytest.approx(sharp.luma / 4, abs=1.0)
