"""Crops of painted hands: upright, of one size, without forearm, whatever the picture's turn."""

import cv2
import numpy as np
import pytest

from rehabkit.systems.hand_gesture.crop import PALM_AT, SIDE, WRIST, crop, frame_of_mask, frame_of_points


def painted(turn_deg=0.0, scale=1.0):
    """A palm with one finger, an arm from the picture's edge; mask, and where wrist and knuckle are."""
    size, middle = 300, np.array([150.0, 150.0])
    way = np.array([np.sin(np.radians(turn_deg)), -np.cos(np.radians(turn_deg))])
    mask = np.zeros((size, size), np.uint8)

    def line(start, end, wide):
        a, b = ((middle + at * scale * way).round().astype(int).tolist() for at in (start, end))
        cv2.line(mask, a, b, 1, int(wide * scale))

    line(-300, 0, 30)
    line(0, 90, 14)
    cv2.circle(mask, middle.astype(int).tolist(), int(30 * scale), 1, -1)
    points = np.full((21, 2), np.nan)
    points[0], points[9] = middle - 36 * scale * way, middle + 24 * scale * way
    return mask.astype(bool), points


@pytest.mark.parametrize("turn", [0.0, 60.0, 90.0, -135.0, 180.0])
def test_the_mask_alone_tells_palm_size_and_fingers(turn):
    mask, _ = painted(turn)
    frame = frame_of_mask(mask)
    assert frame.middle == pytest.approx([150, 150], abs=5)
    assert frame.radius == pytest.approx(30, abs=2.5)
    up = np.array([np.sin(np.radians(turn)), -np.cos(np.radians(turn))])
    assert np.degrees(np.arccos(np.clip(frame.up @ up, -1, 1))) < 8


@pytest.mark.parametrize("by_points", [False, True])
@pytest.mark.parametrize(("turn", "scale"), [(0.0, 1.0), (75.0, 0.7), (-120.0, 1.2)])
def test_every_turn_and_size_gives_one_crop(by_points, turn, scale):
    (plain, points), (turned, turned_points) = painted(), painted(turn, scale)
    rgb = np.full((300, 300, 3), 120, np.uint8)
    first = crop(rgb, plain, points if by_points else None) > 0
    second = crop(rgb, turned, turned_points if by_points else None) > 0
    assert (first & second).sum() / (first | second).sum() > 0.85


def test_forearm_and_ground_are_black():
    mask, points = painted()
    seen = crop(np.full((300, 300, 3), 120, np.uint8), mask, points)
    assert seen.shape == (SIDE, SIDE, 3)
    assert not seen[int((PALM_AT[1] + WRIST * PALM_AT[1] / 3.1) * SIDE) + 1 :].any()
    assert seen[int(PALM_AT[1] * SIDE), SIDE // 2].tolist() == [120] * 3 and not seen[5, 5].any()


def test_no_hand_gives_a_black_crop():
    rgb = np.full((50, 50, 3), 120, np.uint8)
    assert not crop(rgb, np.zeros((50, 50), bool)).any()
    assert not crop(rgb, np.ones((50, 50), bool), np.full((21, 2), np.nan)).any()
    assert frame_of_points(np.zeros((21, 2))) is None


def test_a_hand_without_an_arm_at_the_edge_is_placed_by_its_palm():
    mask = np.zeros((200, 200), np.uint8)
    cv2.circle(mask, (100, 120), 30, 1, -1)
    cv2.line(mask, (100, 120), (100, 40), 1, 12)
    frame = frame_of_mask(mask.astype(bool))
    assert frame.middle == pytest.approx([100, 120], abs=4) and frame.up[1] < -0.9
