"""From the pixels of a film to the robot: what must stop it does, whatever the recogniser says.

The recogniser here is the worst there could be: it says one thing of every hand, and is sure of it. Landmarks, people
and the pictures' marks are those of the real networks on real pictures.
"""

from __future__ import annotations

import math

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


@pytest.fixture
def lead(tmp_path):
    """Writes a film, reads it and leads the robot with it."""

    def led(plan, recogniser=None, stamps_s=None, noise=3):
        film = write_film(tmp_path / "film.mp4", noisy(plan, RATE_HZ, noise), RATE_HZ, stamps_s)
        recording = read(walk(video.frames(film)), recogniser or Insistent("relaxed"))
        log, confirmed_s = replayed(Replay([one.seen for one in recording.glances]), RULES)
        return log, confirmed_s, recording

    return led


def stopped_for(log, fault, by_s):
    """Whether the machine, ready until then, stopped for that reason in time, and the robot stood still after."""
    first = log.stops[0]
    assert first.time_s <= by_s and fault.value in first.reasons, (first, by_s)
    after = log.time_s > first.time_s + 0.1
    assert np.ptp(log.angles_deg[after], axis=0).max() == 0
    assert STATES.index(State.MOVING) not in log.state


def test_a_hand_that_is_lost_stops(hands, lead):
    wall = np.full_like(hands["open"], 127)
    log, confirmed_s, _ = lead([(hands["open"], READY_S), (wall, 0.4)])
    assert len(confirmed_s) == 1
    stopped_for(log, Fault.NO_HAND, READY_S + PICTURE_S)


def test_a_second_hand_stops(hands, lead, shared):
    (other,) = stills(shared, "id10", ["5"])
    alone = np.hstack([hands["open"], np.full_like(other, 127)])
    log, _, recording = lead([(alone, READY_S), (np.hstack([hands["open"], other]), 0.4)])
    assert recording.glances[-1].seen.hands == 2
    stopped_for(log, Fault.ANOTHER_HAND, READY_S + PICTURE_S)


def test_a_second_person_stops_though_no_second_hand_is_seen(hands, lead, shared):
    person = next(frame.rgb for frame in video.frames(shared / "videos" / "squat_correct_007.mp4") if frame.index == 30)
    small = np.ascontiguousarray(person[: person.shape[0] // 3 * 3, 400:1000][::2, ::2])
    room = np.full((480, small.shape[1], 3), 127, np.uint8)
    room[: small.shape[0]] = small[:480]
    alone = np.hstack([hands["open"], np.full_like(room, 127)])
    log, _, recording = lead([(alone, READY_S), (np.hstack([hands["open"], room]), 0.6)])
    assert {one.seen.hands for one in recording.glances} == {1}
    stopped_for(log, Fault.ANOTHER_PERSON, READY_S + 0.2 + PICTURE_S)


def test_a_camera_that_hangs_stops(hands, lead):
    """The same pixels again and again, as a hung camera sends them."""
    last = next(noisy([(hands["open"], 1.0)], RATE_HZ))
    log, _, _ = lead([(hands["open"], READY_S), (last, 0.8)], noise=0)
    assert log.stops == () and log.state[-1] == STATES.index(State.STOPPED)  # never became ready at all
    log, confirmed_s, _ = lead(
        [(one, 1 / RATE_HZ) for one in noisy([(hands["open"], READY_S)], RATE_HZ)] + [(last, 0.8)], noise=0
    )
    assert len(confirmed_s) == 1
    stopped_for(log, Fault.FROZEN, READY_S + RULES.stale_s + PICTURE_S)


def test_a_clock_that_jumps_in_the_file_stops(hands, lead):
    count = round((READY_S + 0.6) * RATE_HZ)
    jump_at = round(READY_S * RATE_HZ)
    stamps = [number / RATE_HZ + (2.0 if number >= jump_at else 0.0) for number in range(count)]
    log, _, _ = lead([(hands["open"], READY_S + 0.6)], stamps_s=stamps)
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
    log, confirmed_s, recording = lead([(hands["fist"], 2.0)])
    assert recording.has_hand.mean() > 0.9 and {one.seen.gesture for one in recording.glances if one.hand} == {
        "relaxed"
    }
    assert confirmed_s == () and set(log.state) == {STATES.index(State.STOPPED)}


def test_a_fist_out_of_a_neutral_hand_is_no_command(hands, lead):
    """Ready, then the hand closes by itself; the neutral hand here is half closed, as wide open as a patient can."""
    plan = [(hands["open"], READY_S), (hands["fist"], 1.5)]

    class Then(Insistent):
        """Relaxed as long as the hand is open, a fist afterwards."""

        def __call__(self, hand):
            self.says = "relaxed" if np.nan_to_num(seen_opening(hand)) > 0.5 else "fist"
            return super().__call__(hand)

    log, _, recording = lead(plan, Then("relaxed"))
    assert [one.gesture for one in recording.shown(RULES)] == ["relaxed", "fist"]
    closed = [
        replayed(Replay([one.seen._replace(opening=min(one.seen.opening, 0.74)) for one in recording.glances]), RULES)[
            0
        ]
    ]
    assert [move.gesture for move in closed[0].moves] == []
    assert [move.gesture for move in log.moves] == ["fist"]  # the same hand, had it been wide open before


def seen_opening(hand):
    from rehabkit.kinematics.hand import opening

    return float(opening(hand.points_px, hand.side))
