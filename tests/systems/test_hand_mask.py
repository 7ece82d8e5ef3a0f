"""What hand_mask sees of a hand in a picture, and what it says of a mask."""

from dataclasses import replace

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.imaging.masks import overlap
from rehabkit.recordings.image import Image
from rehabkit.runtime.card import Card
from rehabkit.systems.hand_gesture.reading import HandSeen
from rehabkit.systems.hand_mask import SIDE, HandMask, on_skin, skin_of

CARD = Card(system="hand_mask", network="", title="", inputs={}, outputs={})


def hand(points=None):
    """A red stripe in a blue picture of 200 x 100 px, landmarks along it."""
    rgb = np.full((100, 200, 3), (40, 60, 180), np.uint8)
    rgb[40:60] = (200, 120, 90)
    if points is None:
        points = np.zeros((21, 3))
        points[:, 0], points[:, 1] = np.linspace(20, 180, 21), 50
        points[9, 0] = 60  # the palm is 40 px long
    return HandSeen(points, "right", Image(rgb))


def test_the_picture_is_squeezed_and_the_landmarks_with_it():
    tensors = HandMask().prepare(hand())
    assert tensors["picture"].shape == (1, SIDE, SIDE, 3) and tensors["hints"].shape == (1, SIDE, SIDE, 2)
    likelihood, nearness = np.moveaxis(tensors["hints"][0], -1, 0)
    row = int(50 / 100 * SIDE)
    assert likelihood[row, SIDE // 2] > 0.8 and likelihood[5, SIDE // 2] < 0.1
    assert nearness[row, SIDE // 2] > 0.9 and nearness[5, SIDE // 2] < nearness[row - 20, SIDE // 2] < 0.9


def test_lost_landmarks_are_left_out():
    points = hand().points_px.copy()
    points[4] = np.nan
    assert (HandMask().prepare(hand(points))["hints"] == np.float32([0.5, 0])).all()


def test_a_picture_with_colours_is_needed():
    with pytest.raises(RecordingError, match="hand must come with its picture"):
        HandMask().prepare(replace(hand(), picture=None))
    with pytest.raises(RecordingError, match="picture must have colours"):
        HandMask().prepare(replace(hand(), picture=Image(np.full((50, 50, 3), 90, np.uint8))))


def half(side=SIDE):
    mask = np.zeros((1, side, side), np.float32)
    mask[:, : side // 2] = 1
    return mask


def test_the_mask_is_spread_over_the_picture():
    found = skin_of(hand().picture, {"mask": half()})
    true = np.zeros((100, 200), bool)
    true[:50] = True
    assert overlap(true, found).f1 == 1


def test_what_is_said_of_a_mask():
    findings = HandMask().interpret(hand(), {"mask": half()}, CARD)
    assert [(one.name, one.value) for one in findings] == [("hand_skin", 50.0), ("landmarks_on_skin", 0.0)]
    nothing = HandMask().interpret(hand(), {"mask": 0 * half()}, CARD)
    assert nothing[0].value is None and "no skin was found" in nothing[0].not_measurable


def test_landmarks_outside_of_the_picture_lie_on_no_skin():
    points = np.array([[0.0, 0.0], [3.0, 3.0], [-1.0, 2.0], [9.0, 2.0]])
    assert on_skin(points, np.ones((4, 4), bool)) == 0.5
