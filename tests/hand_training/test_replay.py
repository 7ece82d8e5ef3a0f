"""A recording in place of a camera, a patient's own openings, and the log as a table."""

import csv
import math
from itertools import pairwise

import pytest

from rehabkit.errors import InputError
from rehabkit.hand_training.actuation import Actuation, State
from rehabkit.hand_training.faults import Seen
from rehabkit.hand_training.log_file import write_log
from rehabkit.hand_training.openings import own_rules
from rehabkit.hand_training.person import Person, following
from rehabkit.hand_training.replay import Replay
from rehabkit.hand_training.robot import FINGERS, POSTURES, HandLimits, HandRobot
from rehabkit.hand_training.rules import Rules
from rehabkit.hand_training.session import Prompt, simulate
from rehabkit.hand_training.shown import held
from rehabkit.hand_training.summary import curves


def pictures(plan, rate_hz=25, start_s=0.0):
    """What is seen from (seconds, gesture, opening) one after the other."""
    found = []
    for seconds, gesture, opening in plan:
        for _ in range(round(seconds * rate_hz)):
            time_s = start_s + len(found) / rate_hz
            found.append(Seen(time_s, len(found), 1, 1, "left", gesture, 0.95, opening))
    return found


def run(seen, rules=None, **presses):
    actuation = Actuation(rules or Rules(), frozenset(POSTURES))
    lines = Replay(seen, state=lambda: actuation.state, **presses)
    return simulate(lines, actuation, HandRobot(HandLimits()), lines.end_s), lines, actuation


TRAINED = [(1.5, "relaxed", 0.6), (0.3, "open", 0.95), (1.5, "fist", 0.1)]


def test_a_neutral_hand_is_confirmed_by_itself_and_told():
    log, lines, _ = run(pictures(TRAINED))
    assert [move.gesture for move in log.moves] == ["fist"]
    assert len(lines.confirmed_s) == 1 and 0.5 < lines.confirmed_s[0] < 0.8


def test_stated_times_confirm_and_nothing_else_does():
    log, lines, _ = run(pictures(TRAINED), confirm_s=[1.0])
    assert [move.gesture for move in log.moves] == ["fist"] and lines.confirmed_s == []
    log, _, actuation = run(pictures(TRAINED), confirm_s=[0.2])  # before the hand was neutral long enough
    assert log.moves == () and actuation.state is State.STOPPED


def test_no_picture_is_seen_before_it_was_taken_and_recognised():
    seen = pictures(TRAINED)
    lines = Replay(seen, latency_s=0.1)
    for step in range(200):
        newest = lines(0.01 * step).seen
        expected = [one for one in seen if one.stamp_s + 0.1 <= 0.01 * step + 1e-9]
        assert newest == (expected[-1] if expected else None)


@pytest.mark.parametrize("gap_s", [0.4, 30.0])
def test_a_clock_that_jumps_in_the_file_stops(gap_s):
    first = pictures([(1.5, "relaxed", 0.6)])
    log, _, _ = run(first + pictures(TRAINED, start_s=first[-1].stamp_s + gap_s))
    assert log.stops[0].reasons == ("picture too old",)
    assert log.stops[0].time_s == pytest.approx(first[-1].stamp_s + Rules().stale_s, abs=0.03)


def test_the_same_picture_again_and_again_stops():
    seen = pictures([(1.2, "relaxed", 0.6)])
    hung = [one._replace(mark=7) for one in pictures([(1.0, "relaxed", 0.6)], start_s=1.2)]
    log, _, _ = run(seen + hung)
    assert "pictures no longer change" in log.stops[0].reasons and log.stops[0].time_s < 1.2 + 0.2 + 0.15


def test_a_stamp_that_is_no_number_stops():
    seen = pictures(TRAINED)
    seen[30] = seen[30]._replace(stamp_s=math.nan)
    log, _, _ = run(seen)
    assert log.stops and {"clocks disagree", "picture too old"} <= set(log.stops[0].reasons)


def test_a_gap_ends_a_gesture():
    times = [0.0, 0.1, 0.2, 1.2, 1.3]
    found = held([(time_s, "fist") for time_s in times], release_s=0.1)
    assert [(one.start_s, one.end_s) for one in found] == [(0.0, 0.2), (1.2, 1.3)]


def test_openings_of_a_patient_become_rules_that_still_keep_a_fist_apart():
    rules = own_rules({"relaxed": [0.42, 0.5], "open": [0.6, 0.66], "fist": [0.1, 0.2], "one": [0.3]})
    assert (rules.neutral_opening, rules.wide_opening) == pytest.approx((0.37, 0.55))
    assert own_rules({"one": [0.3]}) == Rules()
    with pytest.raises(InputError, match=r"relaxed hand must be open by 0.48 or more.*got 0.37"):
        own_rules({"relaxed": [0.42], "fist": [0.38]})
    with pytest.raises(InputError, match="open hand must be open by"):
        own_rules({"relaxed": [0.9], "open": [0.5], "fist": [0.79]}, Rules(neutral_opening=0.3))


def test_a_wide_opening_is_never_less_than_a_neutral_one():
    rules = own_rules({"relaxed": [0.8], "open": [0.7]})
    assert rules.wide_opening >= rules.neutral_opening


def test_the_log_is_a_table_that_says_it_is_simulated(tmp_path):
    prompts = [Prompt(2.5, "fist")]
    robot = HandRobot(HandLimits())
    log = simulate(Person(following(prompts)), Actuation(Rules(), frozenset(POSTURES)), robot, 6.0, prompts)
    write_log(log, tmp_path / "log.csv")
    first, *rest = (tmp_path / "log.csv").read_text().splitlines()
    rows = list(csv.DictReader(rest))
    assert "simulation only" in first and len(rows) == 600
    commanded = [row for row in rows if row["index_commanded_deg"]]
    assert {row["state"] for row in commanded} == {"moving"}
    assert {row["index_commanded_deg"] for row in commanded} == {"75.00"}  # 80 asked for, range ends at 75
    reached = [float(row["index_reached_deg"]) for row in rows]
    assert max(reached) == pytest.approx(75.0, abs=0.5)
    assert max(abs(b - a) for a, b in pairwise(reached)) <= 40 * 0.01 + 0.01
    assert any("command fist" in row["events"] for row in rows)
    assert [curve.title.split()[0].lower() for curve in curves(log)] == list(FINGERS)
    assert all(curve.simulated for curve in curves(log))
