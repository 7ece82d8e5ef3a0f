"""The repetition counter on movements drawn by hand: what happens before, within and after a set."""

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.kinematics.repetitions import count_repetitions, count_sides, find_holds

RATE_HZ = 30.0


def drawn(*points: tuple[float, float], rate_hz: float = RATE_HZ) -> tuple[np.ndarray, np.ndarray]:
    """Minimum-jerk movements between (second, degree) points: time and signal."""
    seconds, degrees = np.array(points).T
    time_s = np.arange(seconds[0], seconds[-1], 1.0 / rate_hz)
    leg = np.clip(np.searchsorted(seconds, time_s, side="right") - 1, 0, len(seconds) - 2)
    tau = (time_s - seconds[leg]) / np.diff(seconds)[leg]
    blend = 10 * tau**3 - 15 * tau**4 + 6 * tau**5
    return time_s, degrees[leg] + np.diff(degrees)[leg] * blend


def squats(n: int, first_s: float = 1.0, depth: float = 90.0, rest: float = 5.0) -> list[tuple[float, float]]:
    """Points of ``n`` squats of 2 s with 1 s rest between, from 0 s to 1 s after the last."""
    points = [(0.0, rest)]
    for i in range(n):
        start_s = first_s + 3 * i
        points += [(start_s, rest), (start_s + 1, rest + depth), (start_s + 2, rest)]
    return [*points, (points[-1][0] + 1.0, rest)]


def kinds(found) -> str:
    return "".join(one.kind[0] for one in found)


def test_plain_squats_with_their_boundaries():
    found = count_repetitions(*drawn(*squats(5)), minimum_range=30)
    assert kinds(found) == "ccccc"
    starts, peaks, ends = np.array([(one.start_s, one.peak_s, one.end_s) for one in found]).T
    assert starts == pytest.approx([1, 4, 7, 10, 13], abs=0.15)
    assert peaks == pytest.approx([2, 5, 8, 11, 14], abs=0.1)
    assert ends == pytest.approx([3, 6, 9, 12, 15], abs=0.15)
    assert [one.excursion for one in found] == pytest.approx([90] * 5, rel=0.03)


def test_angle_that_falls_towards_the_target():
    time_s, knee = drawn(*squats(4))
    assert kinds(count_repetitions(time_s, 180 - knee, minimum_range=30, direction="decrease")) == "cccc"


@pytest.mark.parametrize("rate_hz", [5.0, 25.0, 240.0])
def test_rates(rate_hz):
    assert kinds(count_repetitions(*drawn(*squats(4), rate_hz=rate_hz), minimum_range=30)) == "cccc"


@pytest.mark.parametrize("seconds", [0.7, 1.5, 10.0])
@pytest.mark.parametrize("n", [1, 2, 12])
def test_tempo(seconds, n):
    points = [(0.0, 5.0), (1.0, 5.0)]
    for i in range(n):
        points += [(1 + (i + 0.5) * seconds, 95.0), (1 + (i + 1) * seconds, 5.0)]
    points.append((points[-1][0] + 1, 5.0))
    assert kinds(count_repetitions(*drawn(*points), minimum_range=30)) == "c" * n


def test_pauses_at_rest_and_at_the_target_do_not_split():
    points = [
        (0, 5),
        (1, 5),
        (2, 95),
        (12, 93),
        (13, 5),
        (25, 5),
        (26, 95),
        (27, 80),
        (28, 95),
        (29, 5),
        (30, 5),
    ]
    assert kinds(count_repetitions(*drawn(*points), minimum_range=30)) == "cc"


def test_hesitation_on_the_way_does_not_split():
    points = [(0, 5), (1, 5), (2, 55), (3, 50), (4, 95), (5, 45), (6, 55), (7, 5), (8, 5)]
    assert kinds(count_repetitions(*drawn(*points), minimum_range=30)) == "c"


def test_cut_in_at_the_start_and_cut_off_at_the_end():
    found = count_repetitions(*drawn((0, 95), (1, 5), *((t + 1, x) for t, x in squats(3)), (12, 60)), minimum_range=30)
    assert kinds(found) == "pcccp"
    assert found[0].reason == "the recording starts in the middle of the movement"
    assert found[0].start_s == 0.0
    assert found[-1].reason == "the recording ends before the return"


def test_start_of_the_next_one_at_the_very_end():
    time_s, knee = drawn(*squats(1), (4.6, 80))
    early = time_s < 4.25  # by then the second squat has gone 15 degrees
    assert kinds(count_repetitions(time_s[early], knee[early], minimum_range=30)) == "cp"


def test_two_halves():
    found = count_repetitions(*drawn((0, 95), (0.6, 5), (1.2, 95)), minimum_range=30)
    assert kinds(found) == "pp"


@pytest.mark.parametrize("n", [2, 5])
def test_looped_clips(n):
    _, whole = drawn((0, 5), (0.4, 5), (1.0, 95), (1.6, 8), (1.8, 8))
    _, halves = drawn((0, 100), (0.5, 5), (1.0, 95))
    for clip, expected in ((whole, "c" * n), (halves, "p" + "c" * (n - 1) + "p")):
        signal = np.tile(clip, n)
        assert kinds(count_repetitions(np.arange(len(signal)) / RATE_HZ, signal, minimum_range=30)) == expected


def test_shallow_repetition_is_named():
    points = squats(5)
    points[8] = (points[8][0], 5 + 0.45 * 90)  # the target of the third
    found = count_repetitions(*drawn(*points), minimum_range=30)
    assert kinds(found) == "ccpcc"
    assert found[2].reason == "reached 45 % of the set's usual range"


def test_smaller_first_and_tired_last():
    points = squats(6)
    points[2], points[17] = (points[2][0], 5 + 0.6 * 90), (points[17][0], 5 + 0.7 * 90)
    assert kinds(count_repetitions(*drawn(*points), minimum_range=30)) == "cccccc"


def test_one_outlier_does_not_move_the_range():
    points = squats(6)
    points[8] = (points[8][0], 5 + 3 * 90)
    assert kinds(count_repetitions(*drawn(*points), minimum_range=30)) == "cccccc"


def test_spikes_do_not_count():
    time_s, knee = drawn(*squats(4))
    knee[[20, 50, 51, 110, 200, 201, 202]] = 170
    knee[[150, 151]] = -60
    assert kinds(count_repetitions(time_s, knee, minimum_range=30)) == "cccc"


def test_drifting_baseline():
    time_s, knee = drawn(*squats(8))
    assert kinds(count_repetitions(time_s, knee + 4 * time_s, minimum_range=30)) == "c" * 8
    assert kinds(count_repetitions(time_s, knee - 4 * time_s, minimum_range=30)) == "c" * 8


def test_nothing_while_nothing_is_done():
    draw = np.random.default_rng(1)
    time_s = np.arange(0, 60, 1 / RATE_HZ)
    sway = 3 * np.sin(2 * np.pi * 0.3 * time_s)
    assert count_repetitions(time_s, 8 + sway + draw.normal(0, 4, len(time_s)), minimum_range=30) == []
    assert count_repetitions(time_s, np.full(len(time_s), 80.0), minimum_range=30) == []


def test_getting_into_position_and_leaving():
    draw = np.random.default_rng(2)
    shift = 12.0
    fumbling = [(0, 10), (1, 45), (1.6, 15), (2.3, 38), (3.1, 20), (4, 50), (5, 5)]
    leaving = [(32, 5), (33, 40), (33.5, 10), (34.2, 45), (35, 5)]
    points = [*fumbling, *((t + shift, x) for t, x in squats(5)), *leaving]
    time_s, arm = drawn(*points)
    found = count_repetitions(time_s, arm + draw.normal(0, 1.5, len(time_s)), minimum_range=25)
    assert kinds(found) == "ccccc"
    assert found[0].start_s == pytest.approx(shift + 1, abs=0.25)


def test_one_big_movement_before_the_set_is_no_repetition():
    points = [(0, 5), (1, 5), (4, 170), (7, 5), *((t + 14, x) for t, x in squats(5, depth=80))]
    assert kinds(count_repetitions(*drawn(*points), minimum_range=25)) == "ccccc"


def test_a_second_set_after_a_rest_counts():
    points = [*squats(5), *((t + 60, x) for t, x in squats(5, depth=75))]
    assert kinds(count_repetitions(*drawn(*points), minimum_range=25)) == "c" * 10


def test_short_gap_is_bridged_and_a_long_one_named():
    time_s, knee = drawn(*squats(3))
    knee[(time_s > 1.5) & (time_s < 1.8)] = np.nan
    knee[(time_s > 4.5) & (time_s < 5.8)] = np.nan
    found = count_repetitions(time_s, knee, minimum_range=30)
    assert kinds(found) == "cpc"
    assert found[1].reason == "not seen from 4.5 s to 5.8 s"


def test_gap_at_rest_hides_nothing():
    time_s, knee = drawn(*squats(3))
    knee[(time_s > 3.05) & (time_s < 3.95)] = np.nan
    assert kinds(count_repetitions(time_s, knee, minimum_range=30)) == "ccc"


def test_nothing_seen():
    time_s = np.arange(0, 2, 0.1)
    assert count_repetitions(time_s, np.full(20, np.nan), minimum_range=30) == []
    assert count_repetitions(time_s[:2], np.zeros(2), minimum_range=30) == []
    assert count_repetitions(np.zeros(0), np.zeros(0), minimum_range=30) == []


@pytest.mark.parametrize(
    ("time_s", "signal", "minimum", "message"),
    [
        (np.arange(3.0), np.zeros(4), 1, "one length"),
        (np.array([0.0, 2.0, 1.0]), np.zeros(3), 1, "increasing"),
        (np.array([0.0, np.nan, 1.0]), np.zeros(3), 1, "increasing"),
        (np.arange(3.0), np.zeros(3), 0, "above 0"),
        (np.arange(3.0), np.zeros(3), float("nan"), "above 0"),
    ],
)
def test_malformed_signals_are_refused(time_s, signal, minimum, message):
    with pytest.raises(RecordingError, match=message):
        count_repetitions(time_s, signal, minimum_range=minimum)


def test_sides_together_are_one():
    time_s, knee = drawn(*squats(4))
    hidden = knee + 15
    hidden[(time_s > 4.2) & (time_s < 7)] = np.nan
    found = count_sides(time_s, {"left": knee, "right": hidden}, minimum_range=30)
    assert [side for side, _ in found] == ["both"] * 4
    assert kinds(one for _, one in found) == "cccc"


def test_walking_is_no_squat():
    """Each knee bends by 60 degrees, one after the other; together they hardly do."""
    time_s = np.arange(0, 20, 1 / RATE_HZ)
    left = 60 * np.clip(np.sin(2 * np.pi * time_s), 0, None) ** 2
    right = 60 * np.clip(-np.sin(2 * np.pi * time_s), 0, None) ** 2
    assert count_sides(time_s, {"left": left, "right": right}, minimum_range=40) == []


def test_each_side_in_turn():
    time_s, left = drawn(*squats(4))
    _, right = drawn(*squats(4, first_s=2.5))
    n = min(len(left), len(right))
    found = count_sides(time_s[:n], {"left": left[:n], "right": right[:n]}, sides="each", minimum_range=30)
    assert [side for side, _ in found] == ["left", "right"] * 4


def test_each_side_but_both_at_once():
    time_s, arm = drawn(*squats(3))
    found = count_sides(time_s, {"left": arm, "right": 0.8 * arm}, sides="each", minimum_range=30)
    assert [(side, one.kind) for side, one in found] == [("both", "complete")] * 3


def test_single_side_finds_itself():
    time_s, arm = drawn(*squats(3))
    still = 5 + 0.3 * arm
    found = count_sides(time_s, {"left": still, "right": arm}, sides="single", minimum_range=20)
    assert [side for side, _ in found] == ["right"] * 3


def test_leaning_both_ways_from_upright():
    points = [(0, 0), (1, 0), (2, 25), (3, 0), (4, -25), (5, 0), (6, 25), (7, -25), (8, 0), (9, 0)]
    time_s, lean = drawn(*points)
    found = count_sides(time_s, {"left": lean, "right": -lean}, sides="each", minimum_range=10)
    assert [side for side, _ in found] == ["left", "right", "left", "right"]
    assert kinds(one for _, one in found) == "cccc"


def test_measure_without_sides_keeps_its_name():
    time_s, lean = drawn(*squats(2))
    assert [side for side, _ in count_sides(time_s, {"none": lean}, sides="each", minimum_range=30)] == ["none"] * 2


def test_no_side_is_refused():
    with pytest.raises(RecordingError, match="at least one side"):
        count_sides(np.arange(3.0), {}, minimum_range=1)


def test_holds_are_timed():
    time_s, line = drawn((0, 60), (1, 60), (2, 5), (14, 4), (15, 60), (16, 60), (17, 5), (19.5, 5), (20, 60), (21, 60))
    long, short = find_holds(time_s, line, -15, 15, minimum_s=5)
    assert (long.start_s, long.end_s) == pytest.approx((1.7, 14.3), abs=0.1)
    assert long.kind == "complete"
    assert (short.kind, short.reason) == ("partial", f"held for {short.duration_s:.1f} s of 5 s")


def test_a_hold_survives_a_wobble_but_not_a_long_gap():
    time_s = np.arange(0, 20, 1 / RATE_HZ)
    line = np.zeros(len(time_s))
    line[(time_s > 5) & (time_s < 5.4)] = 40
    line[(time_s > 10) & (time_s < 12)] = np.nan
    holds = find_holds(time_s, line, -15, 15, minimum_s=5)
    assert [hold.duration_s for hold in holds] == pytest.approx([10, 8], abs=0.1)


def test_passing_through_is_no_hold():
    assert find_holds(*drawn((0, 90), (3, -90)), -10, 10, minimum_s=5) == []
