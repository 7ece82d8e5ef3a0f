"""A live training: pictures in a thread, the newest one counts, a machine that slept stops."""

from __future__ import annotations

import time

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.hand_training.actuation import Actuation, State
from rehabkit.hand_training.faults import Fault, Seen
from rehabkit.hand_training.robot import POSTURES
from rehabkit.hand_training.rules import Rules
from rehabkit.picture_pipeline.gesture_reader import Reader
from rehabkit.picture_pipeline.gesture_reading import UNKNOWN, Glance
from rehabkit.picture_pipeline.hand_live import LiveHand, LiveLines, with_camera
from rehabkit.picture_pipeline.hand_session import Plan
from rehabkit.recordings.frame import Frame

from .hand_films import noisy, require_landmarks, stills
from .test_gesture_hazards import Insistent


class Hand:
    """Pictures that arrived by a clock which is moved by hand."""

    def __init__(self):
        self.clock_s, self.stamp_s = 0.0, 0.0

    def now_s(self):
        return self.clock_s

    def newest(self):
        seen = Seen(self.stamp_s, round(1000 * self.stamp_s), 1, 1, "left", "relaxed", 0.95, 0.6)
        return Glance(seen, UNKNOWN, np.zeros(1), None, None)


class Nothing:
    def read(self):
        return False, False


class At:
    """Confirms at a time."""

    def __init__(self, hand, at_s):
        self.hand, self.at_s = hand, at_s

    def read(self):
        return self.hand.clock_s >= self.at_s, False


def ready(monkeypatch):
    """A machine that has become ready on a clock which sleeping moves on."""
    hand, actuation = Hand(), Actuation(Rules(), frozenset(POSTURES))
    monkeypatch.setattr(time, "sleep", lambda seconds: setattr(hand, "clock_s", hand.clock_s + seconds))
    shown = []
    lines = LiveLines(hand, At(hand, 1.0), actuation, shown.append)
    for tick in range(120):
        hand.stamp_s = max(0.0, hand.clock_s - 0.03)
        step(lines, actuation, 0.01 * tick)
    assert actuation.state is State.READY and shown[-1].state is State.READY
    return hand, lines, actuation


def step(lines, actuation, now_s):
    line = lines(now_s)
    return actuation.step(now_s, line.seen, confirm=line.confirm, stop=line.stop)


def test_a_session_waits_for_its_clock(monkeypatch):
    hand, _, _ = ready(monkeypatch)
    assert hand.clock_s == pytest.approx(1.19, abs=0.011)


def test_a_machine_that_slept_stops_at_its_next_step(monkeypatch):
    """The process stood still for half a second; the session's steps go on as if nothing had been."""
    hand, lines, actuation = ready(monkeypatch)
    hand.clock_s += 0.5
    step(lines, actuation, 1.2)
    assert actuation.state is State.STOPPED and Fault.CLOCK in actuation.reasons


def test_a_camera_that_ends_stops(monkeypatch):
    _, lines, actuation = ready(monkeypatch)
    for tick in range(120, 145):
        step(lines, actuation, 0.01 * tick)
    assert actuation.state is State.STOPPED and Fault.STALE in actuation.reasons


def live_frames(rgb, seconds, rate_hz=30.0):
    for number, picture in enumerate(noisy([(rgb, seconds)], rate_hz)):
        time.sleep(1 / rate_hz)
        yield Frame(number, 0.0, picture, (picture.shape[1], picture.shape[0]))


def test_a_person_before_a_camera_is_followed_in_real_time(shared):
    """Real pixels at a camera's pace; how many pictures are recognised meanwhile is the machine's speed."""
    require_landmarks()
    (open_,) = stills(shared, "id08", ["5"])
    plan = Plan(("open",), 1, first_s=0.5, every_s=1.0)
    recogniser = Insistent("relaxed")
    recogniser.bundle = type("Bundle", (), {"card": type("Card", (), {"settings": {}, "sha256": "0"})})
    signs = []
    done = with_camera(0, plan, Reader(recogniser), Nothing(), signs.append, pictures=live_frames(open_, 30.0))
    recording = done.assessment.recording
    assert recording.name == "camera 0" and recording.n_frames >= 2
    assert done.log.time_s[-1] == pytest.approx(plan.seconds, abs=0.02)
    assert signs[-1].newest is not None and signs[-1].newest.seen.hands == 1
    assert done.log.moves == ()  # nobody confirmed


def test_what_fails_in_the_thread_is_raised_in_the_session():
    require_landmarks()

    def broken():
        yield Frame(0, 0.0, np.zeros((64, 64, 3), np.uint8), (64, 64))
        raise RecordingError("camera must be connected and free, got nothing from camera 7")

    with LiveHand(broken(), Insistent("relaxed")) as hand, pytest.raises(RecordingError, match="camera 7"):
        for _ in range(1000):
            hand.newest()
            time.sleep(0.02)
