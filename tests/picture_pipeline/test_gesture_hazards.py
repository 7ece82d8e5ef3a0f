"""From the pixels of a film to the robot: what must stop it does, whatever the recogniser says.

The recogniser here is the worst there could be: it says one thing of every hand, and is sure of it. Landmarks, people
and the pictures' marks are those of the real networks on real pictures.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from rehabkit.hand_training.faults import Fault, of_picture
from rehabkit.hand_training.replay import Replay
from rehabkit.hand_training.rules import Rules
from rehabkit.hand_training.session import STATES, State
from rehabkit.picture_pipeline.gesture_reading import glance, read
from rehabkit.picture_pipeline.hand_session import replayed
from rehabkit.pose.hand_walk import walk
from rehabkit.recordings import video
from rehabkit.recordings.frame import Frame
from rehabkit.systems.hand_gesture.naming import Named

from .hand_films import noisy, require_landmarks, stills, write_film

RATE_HZ = 12.5
RULES = Rules()
READY_S = 1.1
"""A neutral hand for so long, confirmed by itself, is ready."""
PICTURE_S = 1 / RATE_HZ + 0.06 + 0.02


class Insistent:
    """Says the same of every hand."""

    labels = ("relaxed", "open", "fist")
    least = RULES.confidence

    def __init__(self, says: str, probability: float = 0.99) -> None:
        self.says, self.probability = says, probability

    def __call__(self, hand):
        scores = np.array([self.probability if name == self.says else 0.0 for name in self.labels])
        return Named(self.says, self.says, self.probability), scores


@pytest.fixture(scope="module")
def hands(shared):
    require_landmarks()
    return dict(zip(("open", "fist", "relaxed"), stills(shared, "id08", ["5", "A", "B"]), strict=True))


def glances(film, says, from_s=0.0):
    """What is read of a film from its pixels on, as what follows on another one that lasted so long."""
    recording = read(walk(video.frames(film)), Insistent(says))
    return [replace(one, seen=one.seen._replace(stamp_s=one.seen.stamp_s + from_s)) for one in recording.glances]


@pytest.fixture(scope="module")
def ready(hands, tmp_path_factory):
    """An open hand that is said to be relaxed, read once."""
    film = tmp_path_factory.mktemp("films") / "ready.mp4"
    return glances(write_film(film, noisy([(hands["open"], READY_S)], RATE_HZ), RATE_HZ), "relaxed")


@pytest.fixture
def lead(ready, tmp_path):
    """After the hand that makes ready, what this film shows: the log, and what was seen."""

    def led(rgb, seconds, says="relaxed", noise=3, gap_s=0.0, first=ready):
        film = write_film(tmp_path / "film.mp4", noisy([(rgb, seconds)], RATE_HZ, noise), RATE_HZ)
        then_s = len(first) / RATE_HZ + gap_s
        seen = [one.seen for one in (*first, *glances(film, says, then_s))]
        log, confirmed_s = replayed(Replay(seen), RULES)
        assert len(confirmed_s) == bool(first)
        return log, seen

    return led


def stopped_for(log, fault, by_s):
    """Whether the machine, ready until then, stopped for that reason in time, and the robot stood still after."""
    first = log.stops[0]
    assert first.time_s <= by_s and fault.value in first.reasons, (first, by_s)
    after = log.time_s > first.time_s + 0.1
    assert np.ptp(log.angles_deg[after], axis=0).max() == 0
    assert STATES.index(State.MOVING) not in log.state


def test_a_hand_that_is_lost_stops(hands, lead):
    log, _ = lead(np.full_like(hands["open"], 127), 0.3)
    stopped_for(log, Fault.NO_HAND, READY_S + PICTURE_S)


def test_a_second_hand_stops(hands, lead, shared):
    (other,) = stills(shared, "id10", ["5"])
    log, seen = lead(np.hstack([hands["open"], other]), 0.3)
    assert seen[-1].hands == 2
    stopped_for(log, Fault.ANOTHER_HAND, READY_S + PICTURE_S)


def test_a_second_person_stops_though_no_second_hand_is_seen(hands, lead, shared):
    person = next(frame.rgb for frame in video.frames(shared / "videos" / "squat_correct_007.mp4") if frame.index == 30)
    small = np.ascontiguousarray(person[: person.shape[0] // 3 * 3, 400:1000][::2, ::2])
    room = np.full((480, small.shape[1], 3), 127, np.uint8)
    room[: small.shape[0]] = small[:480]
    log, seen = lead(np.hstack([hands["open"], room]), 0.4)
    assert {one.hands for one in seen} == {1}
    stopped_for(log, Fault.ANOTHER_PERSON, READY_S + PICTURE_S)


def test_a_camera_that_hangs_stops(hands, lead):
    """The same pixels again and again, as a hung camera sends them."""
    log, _ = lead(next(noisy([(hands["open"], 1.0)], RATE_HZ)), 0.6, noise=0)
    stopped_for(log, Fault.FROZEN, READY_S + RULES.stale_s + 2 * PICTURE_S)


def test_a_clock_that_jumps_in_the_film_stops(hands, lead):
    log, _ = lead(hands["open"], 0.2, gap_s=2.0)
    stopped_for(log, Fault.STALE, READY_S + RULES.stale_s + PICTURE_S)


def test_what_is_not_probable_enough_is_no_gesture_and_what_cannot_be_is_doubted(hands):
    frame = Frame(0, 0.0, hands["open"], (480, 480))
    ((_, look),) = list(walk([frame], work_ahead=False))
    for probability, gesture in ((0.79, None), (0.81, "fist")):
        seen = glance(frame, look, Insistent("fist", probability)).seen
        assert seen.gesture == gesture and of_picture(seen, None, RULES.confidence) == frozenset()
    for probability in (math.nan, 1.2, -0.1):
        seen = glance(frame, look, Insistent("fist", probability)).seen
        assert of_picture(seen, None, RULES.confidence) == {Fault.DOUBT}


def test_a_fist_that_never_opens_is_never_neutral_whatever_is_said(hands, lead):
    """A spastic hand: real pixels of a fist, and a recogniser that swears that it is relaxed."""
    log, seen = lead(hands["fist"], 1.4, first=[])
    assert np.mean([one.hands for one in seen]) > 0.9
    assert {one.gesture for one in seen if one.hands} == {"relaxed"}
    assert set(log.state) == {STATES.index(State.STOPPED)}


def test_a_fist_is_a_command_only_of_a_hand_that_was_wide_open_before(hands, lead):
    """Real pixels of a fist after a hand that was wide open; and had that hand been no wider than a patient's."""
    log, seen = lead(hands["fist"], 1.0, says="fist")
    assert [move.gesture for move in log.moves] == ["fist"]
    narrow = [one._replace(opening=min(one.opening, RULES.wide_opening - 0.01)) for one in seen]
    assert replayed(Replay(narrow), RULES)[0].moves == ()
