"""From real pictures and landmarks to what the state machine is shown."""

import math

import numpy as np
import pytest

from rehabkit.hand_training.actuation import Actuation, State
from rehabkit.hand_training.faults import Fault, of_picture
from rehabkit.hand_training.robot import POSTURES
from rehabkit.hand_training.rules import Rules
from rehabkit.hand_training.sight import sight
from rehabkit.pose.hands import Hand, HandFinder
from rehabkit.recordings.datasets import hgr1
from rehabkit.runtime import store

PICTURE = np.zeros((4, 4, 3), np.uint8)


def hand(confidence=0.9):
    return Hand(np.zeros((21, 2)), np.random.default_rng(0).normal(size=(21, 3)), "right", confidence)


def test_two_hands_are_two_and_the_lower_confidence_counts():
    seen = sight(PICTURE, 1.0, [hand(0.7), hand()], 1, "fist", 0.95)
    assert (seen.hands, seen.confidence, seen.side, seen.gesture) == (2, 0.7, "right", "fist")
    assert Fault.ANOTHER_HAND in of_picture(seen, None, 0.8) and Fault.DOUBT in of_picture(seen, None, 0.8)


def test_a_confidence_that_is_no_number_stays_none():
    seen = sight(PICTURE, 1.0, [hand()], 1, "fist", math.nan)
    assert math.isnan(seen.confidence) and of_picture(seen, None, 0.8) == {Fault.DOUBT}


def test_the_mark_tells_pictures_apart():
    other = PICTURE.copy()
    other[0, 0, 0] = 1
    marks = [sight(rgb, 1.0, [], 0, None, 1.0).mark for rgb in (PICTURE, PICTURE.copy(), other)]
    assert marks[0] == marks[1] != marks[2]


def test_a_real_open_hand_becomes_neutral_and_a_real_fist_does_not(shared):
    """The recogniser's word is the same for both: "relaxed"; only the landmarks differ."""
    if not next(s for s in store.status() if s.name == "hand").ok:
        pytest.skip("the hand model isn't here: run `rehabkit models fetch hand`")
    with HandFinder() as finder:
        for gesture, expected in (("5", State.NEUTRAL), ("A", State.STOPPED)):
            one = next(p for p in hgr1.read(shared / "hands" / "hgr1") if p.gesture == gesture and p.subject == "id08")
            rgb, actuation = one.image().rgb.copy(), Actuation(Rules(), frozenset(POSTURES))
            found = finder.find(rgb)
            for step in range(30):
                rgb[0, 0] = step  # a camera's noise
                seen = sight(rgb, 0.03 * step, found, 1, "relaxed", 0.95)
                order = actuation.step(0.03 * step, seen, confirm=False, stop=False)
            assert order.state is expected
