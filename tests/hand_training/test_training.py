"""Single ways through the machine, the log and what is said of it."""

from pathlib import Path

import pytest

import rehabkit
from rehabkit.errors import InputError
from rehabkit.hand_training.actuation import Actuation, State
from rehabkit.hand_training.faults import Seen
from rehabkit.hand_training.person import Person, Shown, Trouble, following
from rehabkit.hand_training.robot import POSTURES, HandLimits, HandRobot
from rehabkit.hand_training.rules import Rules
from rehabkit.hand_training.session import STATES, Prompt, simulate
from rehabkit.hand_training.summary import findings

READY = [Shown(0, "relaxed", 0.6)]


def test_a_training_is_counted_and_timed(hold):
    prompts = [Prompt(2.5, "fist"), Prompt(7, "one"), Prompt(12, "fist")]
    trouble = Trouble(13, 13.2, lambda seen: seen._replace(people=2))
    log, _ = hold(Person(following(prompts, reaction_s=0.6), troubles=[trouble]), 16, prompts)
    said = {finding.name: finding for finding in findings(log)}
    assert said["training_fist_repetitions"].value == 1 and said["training_one_repetitions"].value == 1
    assert said["training_one_reaction"].value == pytest.approx(0.6, abs=0.034)
    assert said["training_stops"].value == 1
    assert said["training_stop_1"].value == "a second person seen" and said["training_stop_1"].attention
    assert all(finding.simulated for finding in said.values())


def test_a_gesture_never_answered_has_no_reaction_time(hold):
    log, _ = hold(Person(READY), 4, [Prompt(2, "fist")])
    reaction = next(one for one in findings(log) if one.name == "training_fist_reaction")
    assert reaction.value is None and "never answered" in reaction.not_measurable


def test_a_gesture_shown_too_shortly_is_no_command(hold):
    plan = [*READY, Shown(2, "open", 0.95), Shown(2.2, "fist", 0.05), Shown(2.5, "relaxed", 0.6)]
    log, _ = hold(Person(plan), 4)
    assert log.moves == () and log.state[-1] == STATES.index(State.READY)


def test_a_slip_of_the_recogniser_ends_no_command(hold):
    slip = Trouble(3.0, 3.05, lambda seen: seen._replace(gesture="two"))
    log, _ = hold(Person([*READY, Shown(2, "one", 0.3)], troubles=[slip]), 5)
    assert [move.gesture for move in log.moves] == ["one"] and log.moves[0].ended_by == "session ended"


def test_the_next_command_needs_a_neutral_hand(hold):
    plan = [*READY, Shown(2, "one", 0.3), Shown(4, "two", 0.5), Shown(6, "relaxed", 0.6), Shown(7, "two", 0.5)]
    log, _ = hold(Person(plan), 9)
    assert [move.gesture for move in log.moves] == ["one", "two"] and log.moves[1].shown_s == 7.0


def test_a_button_that_is_stuck_confirms_nothing(hold):
    log, _ = hold(Person(READY, confirm_s=[0.1 * n for n in range(40)]), 4)
    assert set(log.state) == {STATES.index(State.STOPPED), STATES.index(State.NEUTRAL)}


def test_a_command_ends_by_itself(hold):
    log, _ = hold(Person([*READY, Shown(2, "one", 0.3)]), 6, rules=Rules(longest_move_s=1.0))
    assert len(log.moves) == 1 and log.moves[0].end_s - log.moves[0].start_s == pytest.approx(1.0, abs=0.011)


def test_time_ends_the_session_for_good(hold):
    log, actuation = hold(Person(READY, confirm_s=[1.2, 4.5]), 6, rules=Rules(duration_s=3))
    assert [stop.reasons for stop in log.stops] == [("time over",)] and actuation.state is State.STOPPED


def test_a_machine_that_hung_stops():
    actuation = Actuation(Rules(), frozenset(POSTURES))
    for step in range(60):
        seen = Seen(0.03 * step, step, 1, 1, "right", "relaxed", 0.95, 0.6)
        actuation.step(0.03 * step, seen, confirm=step == 50, stop=False)
    assert actuation.state is State.READY
    late = Seen(2.5, 99, 1, 1, "right", "relaxed", 0.95, 0.6)
    assert actuation.step(2.5, late, confirm=False, stop=False).state is State.STOPPED
    assert {reason.value for reason in actuation.reasons} == {"clocks disagree"}


def test_a_wide_open_hand_called_a_fist_is_no_command(hold):
    log, _ = hold(Person([*READY, Shown(2, "open", 0.95), Shown(2.3, "fist", 0.95)]), 4)
    assert all(move.gesture != "fist" for move in log.moves)


def test_every_wrong_setting_is_named():
    with pytest.raises(InputError, match=r"confidence must be 0.5 to 1, got 0.1; stale_s must be 0.05 to 0.3, got 9"):
        Rules(confidence=0.1, stale_s=9)
    with pytest.raises(InputError, match="neutral must not be a closing gesture"):
        Rules(neutral="fist")
    with pytest.raises(InputError, match=r"low_deg must be below high_deg.*stop_deg_s2 must be at least"):
        HandLimits(low_deg=50, high_deg=40, stop_deg_s2=100)


def test_a_session_without_length_is_refused():
    with pytest.raises(InputError, match="training must last"):
        simulate(Person(READY), Actuation(Rules(), frozenset(POSTURES)), HandRobot(HandLimits()), 0.0)


def test_the_robot_goes_as_far_as_its_range():
    robot = HandRobot(HandLimits(high_deg=60))
    robot.lead("fist", 4)
    assert robot.reached("fist") and robot.angles_deg.max() == pytest.approx(60, abs=0.5)


def test_only_the_session_leads_the_robot_and_only_by_an_order():
    """The recogniser's word never reaches the robot: one place in the source moves it, with what Actuation decided."""
    source = Path(rehabkit.__file__).parent
    lines = (line.strip() for path in source.rglob("*.py") for line in path.read_text("utf-8").splitlines())
    found = [line for line in lines if ".lead(" in line]
    assert found == ["robot.lead(order.gesture, TICK_S)"]
