"""Packets → even samples: what was lost, doubled, late or stamped by a clock that jumps, against what was sent."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehabkit.streaming.clock import Evener
from rehabkit.streaming.sources import Chunk
from rehabkit.streaming.stretches import Rules

RATE = 1000.0


def sent(n, start_s=5.0, rate_hz=RATE, seed=0):
    """What a faultless device gives: (n, 2) values, (n,) times."""
    return np.random.default_rng(seed).standard_normal((n, 2)), start_s + np.arange(n) / rate_hz


def joined(stretches):
    return tuple(np.concatenate([getattr(one, part) for one in stretches]) for part in ("values", "time_s", "bridged"))


def pushed(values, times, arrived=0.0, numbers=None, **how):
    even = Evener(RATE, **how)
    return even, even.push(Chunk(values, times, arrived, numbers))


def test_a_faultless_stream_goes_through_as_it_is():
    values, times = sent(5000)
    even, (one,) = pushed(values, times)
    assert one.fresh and not one.bridged.any()
    np.testing.assert_array_equal(one.values, values)
    np.testing.assert_allclose(one.time_s, times, atol=1e-9)
    assert even.drift_ppm() == pytest.approx(0.0, abs=1e-3)
    assert (even.tally.received, even.tally.lost, even.tally.restarts) == (5000, 0, 0)


def test_a_short_gap_is_bridged_by_a_straight_line_and_marked():
    values, times = sent(2000)
    keep = np.r_[:1000, 1010:2000]  # 10 ms
    even, (one,) = pushed(values[keep], times[keep])
    assert np.flatnonzero(one.bridged).tolist() == list(range(1000, 1010))
    line = values[999] + np.arange(1, 11)[:, None] / 11 * (values[1010] - values[999])
    np.testing.assert_allclose(one.values[1000:1010], line)
    np.testing.assert_allclose(one.time_s, times, atol=1e-9)
    assert (even.tally.lost, even.tally.gaps, even.tally.bridged, even.tally.restarts) == (10, 1, 10, 0)
    assert even.news() == ["10 samples (10 ms) missing, bridged"] and even.news() == []


@pytest.mark.parametrize(("n_lost", "n_stretches"), [(20, 1), (21, 2)])
def test_a_gap_beyond_20_ms_begins_anew(n_lost, n_stretches):
    values, times = sent(2000)
    keep = np.r_[:1000, 1000 + n_lost : 2000]
    even, stretches = pushed(values[keep], times[keep])
    assert len(stretches) == n_stretches and stretches[-1].fresh
    assert even.tally.lost == n_lost and even.tally.longest_gap_s == pytest.approx(n_lost / 1000)
    if n_stretches == 2:
        np.testing.assert_array_equal(stretches[1].values, values[1000 + n_lost :])
        assert "started anew" in even.news()[0]


def test_the_bridge_can_be_set():
    values, times = sent(1000)
    keep = np.r_[:500, 504:1000]
    assert len(pushed(values[keep], times[keep], rules=Rules(bridge_s=0.003))[1]) == 2


def test_samples_that_cant_be_read_are_missing_samples():
    values, times = sent(1000)
    values[500:505, 1] = np.nan
    values[700, 0] = np.inf
    even, (one,) = pushed(values, times)
    assert np.flatnonzero(one.bridged).tolist() == [*range(500, 505), 700]
    assert np.isfinite(one.values).all()
    assert (even.tally.unreadable, even.tally.lost) == (6, 6)


def test_duplicates_are_dropped_and_counted():
    values, times = sent(1000)
    order = np.r_[:500, 490:500, 500:1000]  # a packet of ten sent twice
    even, (one,) = pushed(values[order], times[order])
    np.testing.assert_array_equal(one.values, values)
    assert (even.tally.duplicates, even.tally.late, even.tally.lost) == (10, 0, 0)


def test_a_late_packet_is_dropped_for_its_place_is_taken():
    values, times = sent(1000)
    order = np.r_[:500, 510:520, 500:510, 520:1000]
    even, (one,) = pushed(values[order], times[order])
    assert np.flatnonzero(one.bridged).tolist() == list(range(500, 510))
    np.testing.assert_array_equal(one.values[510:], values[510:])
    assert (even.tally.late, even.tally.lost) == (10, 10)


def test_the_devices_count_decides_where_there_is_one():
    values, times = sent(1000)
    numbers = np.arange(1000) % 256
    order = np.r_[:500, 510:520, 500:510, 520:700, 703:1000]
    jitter = np.random.default_rng(1).uniform(0, 0.01, len(order))  # times alone would hide a gap of 3 ms
    even, (one,) = pushed(
        values[order], times[order] + jitter, numbers=numbers[order], jitter_s=0.05, modulus=256, live=True
    )
    assert np.flatnonzero(one.bridged).tolist() == [*range(500, 510), *range(700, 703)]
    assert (even.tally.late, even.tally.lost) == (10, 13)


@pytest.mark.parametrize("jump_s", [3.0, -3.0, 1e6, -1e6])
def test_a_clock_that_jumps_begins_anew_and_says_so(jump_s):
    values, times = sent(3000, start_s=50.0)
    stamps = times + np.where(np.arange(3000) >= 1500, jump_s, 0.0)
    even = Evener(RATE, live=True)
    stretches = []
    for at in range(0, 3000, 10):  # this computer's own time goes on evenly
        stretches += even.push(Chunk(values[at : at + 10], stamps[at : at + 10], at / RATE))
    assert [one.fresh for one in stretches].count(True) == 2
    assert even.tally.jumps_forward == (jump_s > 0) and even.tally.jumps_back == (jump_s < 0)
    assert any("jumped" in one for one in even.news())
    assert even.tally.lost == 0
    np.testing.assert_allclose(stretches[-1].time_s[-1], stamps[-1], atol=1e-6)
    assert even.drift_ppm() == pytest.approx(0.0, abs=1.0)  # of the longest unbroken stretch


def test_silence_of_three_seconds_is_a_loss_and_no_jump():
    values, times = sent(4000)
    even = Evener(RATE, live=True)
    for at in [*range(0, 500, 10), *range(3500, 4000, 10)]:
        even.push(Chunk(values[at : at + 10], times[at : at + 10], at / RATE))
    assert (even.tally.jumps_forward, even.tally.lost) == (0, 3000)


@pytest.mark.parametrize("ppm", [-5000.0, -120.0, 0.0, 300.0, 15_000.0])
def test_drift_is_measured_through_jitter_and_losses(ppm):
    n = 20_000
    values, times = sent(n, rate_hz=RATE * (1 + ppm * 1e-6))
    late = np.minimum(np.random.default_rng(3).exponential(0.002, n // 10), 0.011)  # packets of ten, some 2 ms late
    keep = np.r_[:6000, 6015:12_000, 12_090:n]
    even, stretches = pushed(values[keep], (times + np.repeat(late, 10))[keep], jitter_s=0.012)
    assert even.drift_ppm() == pytest.approx(ppm, abs=400)  # times off by 2 ms, and a gap told by them, in 8 to 12 s
    assert even.tally.gaps == 2 and even.tally.lost == pytest.approx(105, abs=20)
    for one in stretches:
        assert (np.diff(one.time_s) > 0).all()
    assert even.wrong_rate_hz() is None


def test_losses_that_jitter_hides_show_as_a_slow_rate():
    """Times that are off by 10 ms can't tell a loss of 10 ms; a hundredth of the samples is missing all the same."""
    rng = np.random.default_rng(3)
    values, times = sent(20_000)
    times = times + np.repeat(rng.uniform(0, 0.01, 2000), 10)
    keep = np.concatenate([np.arange(at, at + 10) for at in range(0, 20_000, 10) if at % 1000 != 500])
    even, _ = pushed(values[keep], times[keep], jitter_s=0.05)
    assert even.drift_ppm() == pytest.approx(-10_000, abs=600)
    assert 0.01 < even.tolerance_s <= 0.05


@pytest.mark.parametrize("share", [0.5, 0.9, 1.1, 2.0])
def test_a_wrong_rate_is_found(share):
    values, times = sent(8000, rate_hz=RATE * share)
    assert pushed(values, times, jitter_s=0.05)[0].wrong_rate_hz() == pytest.approx(RATE * share, rel=1e-6)


def test_a_dropout_at_the_start_is_no_wrong_rate():
    values, times = sent(8000)
    keep = np.r_[:700, 2200:8000]
    assert pushed(values[keep], times[keep])[0].wrong_rate_hz() is None


@settings(max_examples=40, deadline=None)
@given(
    cuts=st.lists(st.integers(0, 600), max_size=12),
    lost=st.lists(st.integers(1, 598), max_size=60),
    jitter_ms=st.floats(0, 20),
    seed=st.integers(0, 1000),
    counted=st.booleans(),
)
def test_chunks_cut_anywhere_give_the_same(cuts, lost, jitter_ms, seed, counted):
    values, times = sent(600, seed=seed)
    times = times + np.random.default_rng(seed).uniform(0, jitter_ms / 1000, 600)
    times[300:] += seed % 3 - 1.0  # sometimes a jump, sometimes none
    keep = np.setdiff1d(np.arange(600), lost)
    numbers = np.arange(600) % 256 if counted else None
    modulus = 256 if counted else 0

    def through(edges):
        even = Evener(RATE, jitter_s=0.02, modulus=modulus)
        got = []
        for start, end in zip([0, *edges], [*edges, len(keep)], strict=True):
            part = keep[start:end]
            got += even.push(Chunk(values[part], times[part], 0.0, None if numbers is None else numbers[part]))
        return *joined(got), [one.fresh for one in got].count(True), even.tally

    whole, cut = through([]), through(sorted(min(at, len(keep)) for at in cuts))
    for a, b in zip(whole, cut, strict=True):
        np.testing.assert_equal(a, b)


HOSTILE = st.one_of(
    st.floats(),
    st.sampled_from([np.nan, np.inf, -np.inf, 1e308, -1e308, 0.0, -0.0, 1e-320, 5.0]),
    st.integers(0, 500).map(lambda k: 5 + k / 1000),
)


@settings(max_examples=100, deadline=None)
@given(
    times=st.lists(HOSTILE, min_size=1, max_size=80),
    numbers=st.lists(st.integers(-(2**62), 2**62), min_size=80, max_size=80),
    counted=st.booleans(),
    broken=st.sets(st.integers(0, 79)),
    live=st.booleans(),
)
def test_hostile_times_end_in_even_samples_or_none(times, numbers, counted, broken, live):
    values = np.arange(2.0 * len(times)).reshape(-1, 2)
    values[sorted(at for at in broken if at < len(times))] = np.nan
    even = Evener(RATE, jitter_s=0.05, modulus=256 if counted else 0, live=live)
    count = np.array(numbers[: len(times)]) if counted else None
    stretches = even.push(Chunk(values, np.array(times), 0.0, count))
    tally = even.tally
    n_out = 0
    for one in stretches:
        n_out += len(one.values)
        assert np.isfinite(one.values).all() and np.isfinite(one.time_s).all()
        assert (np.diff(one.time_s) >= 0).all()
        assert one.bridged.sum() <= len(one.values)
    assert tally.received == len(times)
    assert n_out - tally.bridged + tally.duplicates + tally.late + tally.unreadable == tally.received
    even.drift_ppm(), even.wrong_rate_hz()
