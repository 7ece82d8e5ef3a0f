"""What must hold of the repetition counter for any set, however it is filmed (hypothesis)."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rehabkit.kinematics.repetitions import count_repetitions


@dataclass(frozen=True, repr=False)
class Set:
    """A set drawn at random: ``n`` repetitions with their own tempo and range, on uneven frame times."""

    n: int
    time_s: np.ndarray
    angle_deg: np.ndarray
    mean_range_deg: float
    starts_s: np.ndarray
    ends_s: np.ndarray

    def __repr__(self) -> str:
        return f"Set(n={self.n}, mean_range_deg={self.mean_range_deg:.1f}, starts_s={self.starts_s.round(2)})"

    def count(self, **changes) -> str:
        """``c`` and ``p`` for each repetition found."""
        arguments = {
            "time_s": self.time_s,
            "signal": self.angle_deg,
            "minimum_range": 0.3 * self.mean_range_deg,
        }
        return "".join(one.kind[0] for one in count_repetitions(**(arguments | changes)))


@st.composite
def sets(draw, max_noise: float = 0.03):
    n = draw(st.integers(0, 12))
    numbers = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    tempo_s = draw(st.floats(0.7, 8.0))
    rate_hz = draw(st.sampled_from([24.0, 30.0, 50.0, 60.0]))
    rest, wide = draw(st.floats(-40, 120)), draw(st.floats(30, 150))
    drift = draw(st.floats(-0.1, 0.1)) * wide  # from one repetition to the next
    points = [(0.0, rest)]
    starts, ends = [], []
    clock = draw(st.floats(0.5, 5.0))
    for i in range(n):
        out_s, return_s = tempo_s / 2 * numbers.uniform(0.7, 1.4, 2)
        hold_s, pause_s = tempo_s * numbers.choice([0.0, 0.1, 0.5], 2)
        level, target = rest + drift * i, rest + drift * i + wide * numbers.uniform(0.8, 1.2)
        starts.append(clock)
        points += [(clock, level), (clock + out_s, target)]
        clock += out_s + hold_s
        points += [(clock, target), (clock + return_s, level + drift)]
        clock += return_s
        ends.append(clock)
        clock += pause_s + 0.02
    points.append((clock + draw(st.floats(0.5, 5.0)), points[-1][1]))
    steps = numbers.uniform(0.6, 1.4, int(points[-1][0] * rate_hz * 1.3)) / rate_hz
    time_s = np.cumsum(steps)
    time_s = time_s[time_s < points[-1][0]]
    angle = _minimum_jerk(time_s, np.array(points)) + numbers.normal(0, max_noise * wide, len(time_s))
    return Set(n, time_s, angle, wide, np.array(starts), np.array(ends))


def _minimum_jerk(time_s: np.ndarray, points: np.ndarray) -> np.ndarray:
    seconds, degrees = points.T
    leg = np.clip(np.searchsorted(seconds, time_s, side="right") - 1, 0, len(seconds) - 2)
    tau = (time_s - seconds[leg]) / np.maximum(np.diff(seconds)[leg], 1e-9)
    return degrees[leg] + np.diff(degrees)[leg] * (10 * tau**3 - 15 * tau**4 + 6 * tau**5)


@settings(max_examples=150, deadline=None)
@given(sets())
def test_every_repetition_counts_once(one):
    assert one.count() == "c" * one.n


@settings(max_examples=60, deadline=None)
@given(sets(), st.floats(-1000, 1000), st.floats(-500, 500), st.floats(1e-3, 1e3))
def test_clock_zero_and_unit_do_not_matter(one, later_s, offset, scale):
    assert one.count(time_s=one.time_s + later_s) == one.count()
    assert one.count(signal=one.angle_deg + offset) == one.count()
    assert one.count(signal=one.angle_deg * scale, minimum_range=0.3 * one.mean_range_deg * scale) == one.count()


@settings(max_examples=60, deadline=None)
@given(sets())
def test_opposite_direction_of_the_opposite_signal(one):
    assert one.count(signal=-one.angle_deg, direction="decrease") == one.count()


@settings(max_examples=60, deadline=None)
@given(sets())
def test_played_backwards(one):
    assert one.count(time_s=-one.time_s[::-1], signal=one.angle_deg[::-1]) == one.count()[::-1]


@settings(max_examples=60, deadline=None)
@given(sets(), st.integers(0, 2**32 - 1))
def test_short_gaps_do_not_matter(one, seed):
    numbers = np.random.default_rng(seed)
    angle = one.angle_deg.copy()
    width_s = min(0.3, 0.15 * float(np.min(one.ends_s - one.starts_s, initial=10.0)))
    for start_s in np.arange(1.0, one.time_s[-1], 2.0) + numbers.uniform(0, 0.5):
        angle[(one.time_s > start_s) & (one.time_s < start_s + width_s)] = np.nan
    assert one.count(signal=angle) == "c" * one.n


@settings(max_examples=60, deadline=None)
@given(sets(max_noise=0.01))
def test_boundaries(one):
    found = count_repetitions(one.time_s, one.angle_deg, minimum_range=0.3 * one.mean_range_deg)
    if found:
        allowed_s = max(0.25, 0.06 * float(np.median(one.ends_s - one.starts_s)))  # slow starts are less sharp
        assert np.median(np.abs([f.start_s for f in found] - one.starts_s)) <= allowed_s
        assert np.median(np.abs([f.end_s for f in found] - one.ends_s)) <= allowed_s


@settings(max_examples=60, deadline=None)
@given(sets(), st.floats(0.1, 1.0))
def test_order_and_limits(one, share):
    found = count_repetitions(one.time_s, one.angle_deg, minimum_range=share * one.mean_range_deg)
    for f in found:
        assert one.time_s[0] <= f.start_s <= f.peak_s <= f.end_s <= one.time_s[-1] + 1e-9
        assert (f.reason is None) == (f.kind == "complete")
        assert f.excursion > 0
    assert all(a.end_s <= b.start_s + 1e-9 for a, b in pairwise(found))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0, 4), st.floats(0, 6))
def test_standing_gives_nothing(seed, noise_deg, sway_deg):
    numbers = np.random.default_rng(seed)
    time_s = np.arange(0, 30, 1 / 30)
    sway = sway_deg * np.sin(2 * np.pi * numbers.uniform(0.05, 0.5) * time_s + numbers.uniform(0, 6))
    standing = 10 + sway + numbers.normal(0, noise_deg, len(time_s))
    assert count_repetitions(time_s, standing, minimum_range=30) == []
