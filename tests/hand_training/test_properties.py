"""Whatever is recognised, whatever breaks and whenever: no motion without one live, sure hand; safe in time."""

import math
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rehabkit.exoskeleton.plant import DT_S
from rehabkit.hand_training.actuation import Actuation, State
from rehabkit.hand_training.faults import Fault, Seen
from rehabkit.hand_training.person import LATENCY_S, RATE_HZ, Person, Shown, Trouble, following
from rehabkit.hand_training.robot import POSTURES, HandLimits, HandRobot
from rehabkit.hand_training.rules import Rules
from rehabkit.hand_training.session import STATES, TICK_S, Prompt

MORE = int(os.environ.get("REHABKIT_FUZZ", "0"))
RULES, COMMANDS = Rules(), frozenset(POSTURES)
MOVING, STOPPED = STATES.index(State.MOVING), STATES.index(State.STOPPED)
PICTURE_S = LATENCY_S + 1 / RATE_HZ + TICK_S
"""Until a picture taken after a moment has arrived and was acted on."""
NEVER = 1e-9


def tried(examples):
    return settings(
        max_examples=examples * max(MORE, 1), deadline=None, derandomize=not MORE,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        phases=[Phase.explicit, Phase.generate],  # a session takes a tenth of a second: shrinking would take minutes
    )  # fmt: skip


KINDS = {
    Fault.NO_HAND: (lambda s: s._replace(hands=0), PICTURE_S),
    Fault.ANOTHER_HAND: (lambda s: s._replace(hands=2), PICTURE_S),
    Fault.ANOTHER_PERSON: (lambda s: s._replace(people=2), PICTURE_S),
    Fault.SIDE_CHANGED: (lambda s: s._replace(side="left"), PICTURE_S),
    Fault.DOUBT: (lambda s: s._replace(confidence=0.79), PICTURE_S),
    "confidence is no number": (lambda s: s._replace(confidence=math.nan), PICTURE_S),
    "confidence above 1": (lambda s: s._replace(confidence=1.2), PICTURE_S),
    "opening is no number": (lambda s: s._replace(opening=math.nan), PICTURE_S),
    "stamp in the future": (lambda s: s._replace(stamp_s=s.stamp_s + 1), PICTURE_S),
    "stamp is no number": (lambda s: s._replace(stamp_s=math.nan), PICTURE_S),
    "old pictures again": (lambda s: s._replace(stamp_s=s.stamp_s - 0.15), PICTURE_S),
    Fault.STALE: (lambda s: None, RULES.stale_s + TICK_S),
    Fault.FROZEN: (lambda s: s._replace(mark=7), RULES.stale_s + PICTURE_S),
}


def ready_after(seconds, confirm_s=(1.2,)):
    """A hand that is relaxed for so long and then shows a fist from wide open; the rest of the time a fist."""
    return [Shown(0, "relaxed", 0.6), Shown(seconds - 0.3, "open", 0.95), Shown(seconds, "fist", 0.05)]


@pytest.mark.parametrize("kind", KINDS)
@tried(4)
@given(st.floats(2.4, 4.5), st.floats(0.3, 1.0))
def test_each_fault_stops_in_time_and_stays_stopped(hold, kind, at_s, lasting_s):
    """The machine is ready or moving; afterwards the hand is relaxed and shows gestures, and nobody confirms."""
    change, within_s = KINDS[kind]
    plan = [*ready_after(2.0), Shown(at_s + lasting_s, "relaxed", 0.6), Shown(at_s + lasting_s + 1, "open", 0.95)]
    log, actuation = hold(Person(plan, troubles=[Trouble(at_s, at_s + lasting_s, change)]), at_s + lasting_s + 2)
    before = log.time_s < at_s
    assert log.state[before][-1] != STOPPED
    after = log.time_s >= at_s + within_s - NEVER
    assert MOVING not in log.state[after]
    assert len(log.stops) == 1
    assert len({tuple(row) for row in log.angles_deg[log.time_s > log.stops[0].time_s + HandLimits().stop_s]}) == 1
    assert not isinstance(kind, Fault) or kind in log.stops[0].reasons or kind in actuation.reasons


@tried(6)
@given(st.floats(1.6, 4.0))
def test_the_stop_button_stops_at_once(hold, at_s):
    log, _ = hold(Person(ready_after(2.0), stop_s=[at_s]), 5.0)
    assert [stop.reasons for stop in log.stops] == [("patient pressed stop",)]
    assert log.stops[0].time_s <= at_s + TICK_S + NEVER
    assert MOVING not in log.state[log.time_s >= at_s + TICK_S]


shown = st.sampled_from([None, "relaxed", "relaxed", "open", "fist", "fist", "one", "hook", "nonsense"])
openings = st.floats(0, 1)
pictures = st.lists(
    st.builds(Seen, st.floats(0, 0.3), st.integers(0, 3), st.sampled_from([1, 1, 1, 1, 0, 2]),
              st.sampled_from([1, 1, 1, 2]), st.sampled_from(["right", "right", "right", "left"]), shown,
              st.floats(0.6, 1.0), openings),
    min_size=5, max_size=40,
)  # fmt: skip


@tried(60)
@given(pictures, st.lists(st.booleans(), min_size=1, max_size=20), st.integers(1, 30), st.booleans())
def test_it_never_moves_without_one_live_sure_hand(drawn, confirms, hold_for, ready_first):
    """Random pictures, each shown for a while, at random ages, before or after the machine was made ready."""
    actuation, now_s, mark = Actuation(RULES, COMMANDS), 0.0, 100
    if ready_first:
        now_s, mark = made_ready(actuation)
    for number, one in enumerate(drawn):
        for repeat in range(hold_for):
            now_s, mark = now_s + 0.03, mark + 1
            seen = one._replace(stamp_s=now_s - one.stamp_s, mark=mark if one.mark else 0)
            order = actuation.step(now_s, seen, confirm=confirms[(number + repeat) % len(confirms)], stop=False)
            if order.gesture is not None:
                assert order.state is State.MOVING and order.gesture in COMMANDS
                assert (seen.hands, seen.people) == (1, 1) and seen.confidence >= RULES.confidence
                assert now_s - seen.stamp_s <= RULES.stale_s


def made_ready(actuation):
    """A relaxed hand, confirmed: the second and the mark that it has come to."""
    for step in range(60):
        now_s = 0.03 * step
        seen = Seen(now_s - 0.03, step, 1, 1, "right", "relaxed", 0.95, 0.6)
        actuation.step(now_s, seen, confirm=step == 50, stop=False)
    assert actuation.state is State.READY
    return now_s, 60


@tried(60)
@given(st.lists(st.tuples(shown, st.floats(0, 0.49), st.integers(1, 40)), min_size=1, max_size=12), st.integers(2, 9))
def test_a_hand_that_never_opens_never_leaves_stopped(runs, blink):
    """A spastic fist, whatever the recogniser takes it for and however often somebody confirms."""
    actuation, step = Actuation(RULES, COMMANDS), 0
    for gesture, opening, length in runs:
        for _ in range(length):
            step += 1
            seen = Seen(0.03 * step, step, 1, 1, "right", gesture, 0.99, opening)
            order = actuation.step(0.03 * step, seen, confirm=step % blink == 0, stop=False)
            assert order.state is State.STOPPED


@tried(60)
@given(st.lists(st.tuples(shown, st.floats(0, 0.74), st.integers(1, 40)), min_size=1, max_size=12),
       st.lists(st.integers(0, 400), max_size=20))  # fmt: skip
def test_a_spasm_of_a_hand_that_was_not_opened_wide_is_no_command(runs, spikes):
    """Ready, and then anything but a wide opening, but for single pictures that are wrong: no closing command."""
    actuation = Actuation(RULES, COMMANDS)
    _, step = made_ready(actuation)
    spikes = {spike for spike in spikes if not {spike + near for near in (-3, -2, -1)} & set(spikes)}
    for gesture, opening, length in [*runs, ("fist", 0.05, 30)]:
        for _ in range(length):
            step += 1
            open_ = 0.99 if step - 60 in spikes else opening
            seen = Seen(0.03 * step, step, 1, 1, "right", gesture, 0.99, open_)
            order = actuation.step(0.03 * step, seen, confirm=False, stop=False)
            assert order.gesture not in RULES.closing


@tried(25)
@given(st.floats(0.0, 1.2), st.booleans(), st.booleans())
def test_restart_needs_a_neutral_hand_and_a_new_confirmation(hold, rest_s, confirmed, neutral):
    """Stopped at 3 s. From 4 s the hand rests for a while, or not; at the end of it somebody confirms, or not."""
    rest = Shown(4.0, "relaxed", 0.6) if neutral else Shown(4.0, "fist", 0.05)
    until = 4.0 + rest_s + 0.4
    plan = [*ready_after(2.0), rest, Shown(until, "open", 0.95), Shown(until + 0.3, "fist", 0.05)]
    presses = [1.2, until - 0.1] if confirmed else [1.2]
    trouble = Trouble(3.0, 3.5, lambda seen: seen._replace(hands=0))
    log, _ = hold(Person(plan, confirm_s=presses, troubles=[trouble]), until + 1.6)
    rested = rest_s + 0.4 - 0.1 + LATENCY_S > RULES.neutral_s + PICTURE_S + TICK_S
    moved = MOVING in log.state[log.time_s > 3.6]
    assert not moved or (confirmed and neutral and rest_s + 0.4 >= RULES.neutral_s)
    assert moved or not (confirmed and neutral and rested)


@tried(40)
@given(
    st.lists(st.tuples(st.sampled_from([None, *POSTURES]), st.floats(0.001, 0.6)), min_size=1, max_size=10),
    st.builds(HandLimits, low_deg=st.floats(0, 20), high_deg=st.floats(30, 90), speed_deg_s=st.floats(1, 60)),
    st.floats(-50, 150),
)
def test_no_order_passes_range_or_speed(orders, limits, start_deg):
    robot = HandRobot(limits, start_deg)
    before = robot.angles_deg
    for gesture, seconds in orders:
        for _ in range(round(seconds / 0.01)):
            robot.lead(gesture, 0.01)
            now = robot.angles_deg
            assert (np.abs(now - before) <= limits.speed_deg_s * 0.01 + 1e-9).all()
            assert (now >= limits.low_deg - 1e-9).all() and (now <= limits.high_deg + 1e-9).all()
            before = now
    robot.lead(None, math.ceil(limits.stop_s / DT_S) * DT_S + DT_S)
    rest = robot.angles_deg
    robot.lead(None, 0.05)
    assert (robot.angles_deg == rest).all()


@tried(12)
@given(st.sampled_from(sorted(COMMANDS - {"hook", "pinch", "tripod"})), st.floats(0.4, 0.9), st.floats(1.2, 2.5))
def test_each_gesture_asked_for_is_done_and_timed(hold, gesture, reaction_s, hold_s):
    prompts = [Prompt(2.5, gesture)]
    log, _ = hold(Person(following(prompts, reaction_s, hold_s)), 7.0, prompts)
    move = log.answer(prompts[0])
    early_s = 0.3 if gesture == "open" else 0.0  # the hand opens before every gesture
    assert move.shown_s - 2.5 == pytest.approx(reaction_s - early_s, abs=1 / RATE_HZ + NEVER)
    assert move.start_s - move.shown_s <= RULES.hold_s + LATENCY_S + 2 / RATE_HZ + TICK_S
    assert move.end_s <= 2.5 + reaction_s + hold_s + RULES.release_s + 2 / RATE_HZ + LATENCY_S + TICK_S
    assert log.stops == ()
