"""Speed by angle and pain: whatever is heard in whatever order, doubt is slow and only those who may can raise it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehabkit.errors import InputError
from rehabkit.exoskeleton.speed_limit import PainReading, SpeedLimiter, level_of_rating
from rehabkit.exoskeleton.speed_table import CEILING_DEG_S, DEFAULT_TABLE, SpeedTable

ANY = st.floats(allow_nan=True, allow_infinity=True)
TIMES = st.floats(0, 200)
ANGLES = st.floats(0, 130)
QUICKLY = settings(deadline=None, max_examples=60)
BAD = [float("nan"), float("inf"), float("-inf"), -1.0, 4.0, 0.5, 1e300]
SOURCES = st.sampled_from(["clinician", "network", "patient"])
LEVELS = st.one_of(st.integers(0, 3).map(float), ANY)
READINGS = st.builds(
    PainReading,
    level=LEVELS,
    at_s=st.one_of(TIMES, ANY),
    source=SOURCES,
    certainty=st.one_of(st.floats(0, 1), ANY),
    simulated=st.booleans(),
)
HEARD = st.lists(st.tuples(st.one_of(ANGLES, ANY), READINGS), max_size=12)


@st.composite
def tables(draw):
    n_bins, n_levels = draw(st.integers(1, 6)), draw(st.integers(2, 5))
    steps = draw(st.lists(st.floats(1, 40), min_size=n_bins, max_size=n_bins))
    rows = [
        sorted(draw(st.lists(st.floats(0, CEILING_DEG_S), min_size=n_levels, max_size=n_levels)), reverse=True)
        for _ in range(n_bins)
    ]
    return SpeedTable(np.concatenate([[0.0], np.cumsum(steps)]), np.array(rows))


def told(heard, **options):
    limiter = SpeedLimiter(**options)
    for angle, reading in heard:
        limiter.hear(angle, reading)
    return limiter


def clinician(level, at_s=0.0, **more):
    return PainReading(level, at_s, "clinician", **more)


# --- always -----------------------------------------------------------------------------------------------------


@QUICKLY
@given(tables(), HEARD, ANY, ANY, st.sampled_from(["slowest", "stop"]))
def test_whatever_is_heard_the_limit_is_a_number_between_0_and_the_ceiling(table, heard, angle, now, unknown):
    limiter = told(heard, table=table, unknown=unknown)
    for limit in (limiter.allowed(angle, now), limiter.update(angle, now)):
        assert 0 <= limit <= CEILING_DEG_S
        assert limit <= table.speed_deg_s.max()


@QUICKLY
@given(HEARD, ANGLES, TIMES, st.integers(0, 2))
def test_more_pain_is_never_faster(heard, angle, now, level):
    """The same history, then a trusted reading of one level or of the next worse one."""
    mild, worse = (told([*heard, (angle, clinician(one, now))]) for one in (level, level + 1))
    assert worse.allowed(angle, now) <= mild.allowed(angle, now)


@QUICKLY
@given(HEARD, st.one_of(ANGLES, ANY), READINGS, ANGLES, TIMES)
def test_what_the_patient_says_never_raises(heard, where, reading, angle, now):
    said = replace(reading, source="patient")
    assert told([*heard, (where, said)]).allowed(angle, now) <= told(heard).allowed(angle, now)


@QUICKLY
@given(HEARD, HEARD, st.one_of(ANGLES, ANY), READINGS, ANGLES, TIMES)
def test_a_network_trained_on_simulation_never_raises_now_or_later(before, after, where, reading, angle, now):
    """Put in anywhere among what is heard, it leaves the limit or lowers it."""
    said = replace(reading, source="network", simulated=True)
    without, with_it = told([*before, *after]), told([*before, (where, said), *after])
    assert with_it.allowed(angle, now) <= without.allowed(angle, now)


@QUICKLY
@given(HEARD, READINGS, st.lists(st.tuples(ANGLES, st.floats(0, 2)), min_size=1, max_size=20))
def test_nor_does_the_limit_in_use_ever_rise_by_it(heard, reading, way):
    said = replace(reading, source="network", simulated=True)
    without, with_it = told(heard), told([*heard, (way[0][0], said)])
    now = 0.0
    for angle, passed_s in way:
        now += passed_s
        assert with_it.update(angle, now) <= without.update(angle, now) + 1e-9


@QUICKLY
@given(HEARD, st.lists(st.tuples(st.one_of(ANGLES, ANY), st.one_of(st.floats(-1, 5), ANY)), min_size=2, max_size=20))
def test_it_falls_at_once_and_rises_no_faster_than_said(heard, way):
    limiter = told(heard, recovery_deg_s2=10.0)
    now, latest, before = 0.0, None, None
    for angle, passed_s in way:
        now = now + passed_s if np.isfinite(passed_s) else passed_s
        limit = limiter.update(angle, now)
        assert limit <= limiter.allowed(angle, now)
        if before is not None:
            gone_s = max(now - latest, 0.0) if np.isfinite(now) else 0.0
            assert limit <= before + 10.0 * gone_s + 1e-9
        before = limit
        if not np.isfinite(now):
            now = latest if latest is not None else 0.0
        latest = now if latest is None else max(now, latest)


@QUICKLY
@given(HEARD)
def test_memory_is_bounded(heard):
    limiter = told(heard * 20)
    assert all(len(kept) <= DEFAULT_TABLE.n_levels for kept in limiter._lowered.values())


# --- doubt is slow ------------------------------------------------------------------------------------------------


def test_nothing_known_is_the_slowest_or_a_stop():
    assert SpeedLimiter().allowed(40, 0) == 5.0
    assert SpeedLimiter(unknown="stop").allowed(40, 0) == 0.0


@pytest.mark.parametrize("level", BAD)
@pytest.mark.parametrize("reading", [clinician(0), PainReading(0, 0, "network", simulated=False)])
def test_a_level_that_is_none_is_the_slowest_also_after_a_good_one(level, reading):
    limiter = told([(40, reading)], ahead_deg=0)
    assert limiter.allowed(40, 1) == 45.0
    limiter.hear(40, replace(reading, level=level, at_s=1))
    assert limiter.allowed(40, 1) == 5.0


@pytest.mark.parametrize("level", BAD)
@pytest.mark.parametrize("source", ["patient", "network"])
def test_nonsense_of_those_who_may_only_lower_counts_as_the_worst(level, source):
    limiter = told([(40, clinician(0)), (40, PainReading(level, 0, source))], ahead_deg=0)
    assert limiter.allowed(40, 1) == 5.0


@pytest.mark.parametrize("at_s", [float("nan"), float("inf"), -61.0, 5.0])
def test_a_stale_reading_or_one_from_the_future_sets_nothing(at_s):
    limiter = told([(40, clinician(0, at_s))], oldest_s=60.0)
    assert limiter.allowed(40, 0.0) == 5.0


def test_a_reading_grows_old():
    limiter = told([(40, clinician(0, 100.0))], oldest_s=60.0, ahead_deg=0)
    assert [limiter.allowed(40, now) for now in (100.0, 160.0, 160.1)] == [45.0, 45.0, 5.0]


@pytest.mark.parametrize("certainty", [0.0, 0.79, float("nan"), 1.5, -1.0])
def test_an_unsure_reading_sets_nothing(certainty):
    assert told([(40, clinician(0, certainty=certainty))]).allowed(40, 0) == 5.0


@pytest.mark.parametrize("angle", [float("nan"), float("inf"), -0.1, 130.1])
def test_an_angle_that_there_is_not_stops(angle):
    assert told([(40, clinician(0))]).allowed(angle, 0) == 0.0


def test_a_clock_that_is_no_number_stops():
    limiter = told([(40, clinician(0))])
    assert limiter.allowed(40, float("nan")) == 0.0 and limiter.update(40, float("inf")) == 0.0


def test_an_older_reading_that_comes_late_replaces_none():
    limiter = told([(40, clinician(3, 10.0)), (40, clinician(0, 5.0))], ahead_deg=0)
    assert limiter.allowed(40, 10.0) == 5.0


# --- pain by angle ------------------------------------------------------------------------------------------------


def test_pain_is_kept_by_angle_and_its_neighbourhood_is_slow():
    heard = [(angle, clinician(0)) for angle in range(5, 130, 10)] + [(65, clinician(2, 1.0))]
    limiter = told(heard, ahead_deg=5.0)
    assert limiter.allowed(30, 1) == 45.0
    assert limiter.allowed(65, 1) == 12.0
    assert limiter.allowed(56, 1) == 12.0  # within 5° of 60
    assert limiter.allowed(54, 1) == 45.0


def test_only_a_trusted_source_gets_above_the_slowest():
    for reading, expected in [
        (PainReading(0, 0, "network"), 5.0),
        (PainReading(0, 0, "network", simulated=True), 5.0),
        (PainReading(0, 0, "patient"), 5.0),
        (PainReading(0, 0, "network", simulated=False), 45.0),
        (clinician(0), 45.0),
    ]:
        assert told([(40, reading)], ahead_deg=0).allowed(40, 0) == expected


def test_the_patient_lowers_until_a_clinician_takes_it_back():
    limiter = told([(40, clinician(0)), (40, PainReading(2, 0, "patient")), (40, PainReading(0, 1, "patient"))])
    limiter.ahead_deg = 0
    assert limiter.allowed(40, 1) == 12.0
    limiter.hear(40, clinician(0, 2.0))
    assert limiter.allowed(40, 2) == 12.0
    limiter.take_back_reports()
    assert limiter.allowed(40, 2) == 45.0
    limiter.forget()
    assert limiter.allowed(40, 2) == 5.0


def test_it_starts_slow_and_rises_by_10_degrees_a_second_each_second():
    limiter = told([(40, clinician(0))], ahead_deg=0, recovery_deg_s2=10.0)
    assert [limiter.update(40, now) for now in (0.0, 1.0, 2.0, 9.0)] == [5.0, 15.0, 25.0, 45.0]
    limiter.hear(40, PainReading(2, 9.0, "patient"))
    assert limiter.update(40, 9.01) == 12.0


def test_ratings():
    assert np.isnan([level_of_rating(r) for r in (-1, 10.1, float("nan"), float("inf"))]).all()
    levels = [level_of_rating(r) for r in np.linspace(0, 10, 101)]
    assert levels == sorted(levels) and set(levels) == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("edges", "speeds", "named"),
    [
        ((0, 10), [[5, 10]], "must not rise with pain"),
        ((0, 10), [[70, 10]], "0 to 60 deg/s, got 10 to 70"),
        ((0, 10), [[float("nan"), 1]], "0 to 60 deg/s"),
        ((0, 10), [[10, -1]], "0 to 60 deg/s"),
        ((10, 0), [[10, 5]], "edges must be finite and rise"),
        ((0, 10, 20), [[10, 5]], "a row for each"),
        ((0, 10), [[10]], "2 levels or more"),
    ],
)
def test_tables_that_are_refused(edges, speeds, named):
    with pytest.raises(InputError, match=named):
        SpeedTable(np.array(edges, dtype=float), np.array(speeds, dtype=float))


@pytest.mark.parametrize("wrong", [{"oldest_s": float("nan")}, {"least_certainty": 2}, {"recovery_deg_s2": 0}])
def test_settings_that_are_refused(wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        SpeedLimiter(**wrong)


def test_a_table_cannot_be_changed_afterwards():
    with pytest.raises(ValueError, match="read-only"):
        DEFAULT_TABLE.speed_deg_s[0, 0] = 500
