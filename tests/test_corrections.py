"""What a person corrects on a real recording stays, with who and why, and everything else follows."""

import pytest

import rehabkit as rk
from rehabkit.errors import AssessmentError, ExerciseError

SAID = {"who": "A. Physio", "why": "seen on the video"}


@pytest.fixture(scope="module")
def curls() -> rk.Assessment:
    """Three curls and one that is cut in; assessed as curls."""
    return rk.assess(rk.demo_recording("elbow_flexion"), "curl")


def test_deleting_a_repetition_lowers_the_count(curls):
    corrected = rk.correct(curls, repetition=3, kind="none", **SAID)
    assert (corrected.n_repetitions, curls.n_repetitions) == (2, 3)
    assert [r.number for r in corrected.repetitions] == [1, 2, 3]
    (kept,) = corrected.provenance.corrections
    assert (kept.who, kept.why, kept.field) == ("A. Physio", "seen on the video", "repetition 3")
    assert kept.before == {"kind": "complete"}


def test_a_kind_can_be_changed_both_ways(curls):
    corrected = rk.correct(curls, repetition=1, kind="complete", **SAID)
    assert (corrected.n_repetitions, corrected.n_partial) == (4, 0)
    assert corrected.repetitions[0].reason is None
    again = rk.correct(corrected, repetition=2, kind="partial", **SAID)
    assert (again.n_repetitions, again.n_partial) == (3, 1)
    assert "A. Physio" in again.repetitions[1].reason
    assert len(again.provenance.corrections) == 2


def test_boundaries_are_taken_as_stated_and_tempo_follows(curls):
    corrected = rk.correct(curls, repetition=2, start_s=2.5, end_s=6.5, **SAID)
    second = corrected.repetitions[1]
    assert (second.start_s, second.end_s, second.stated_by) == (2.5, 6.5, "A. Physio")
    assert sum(second.tempo_s.values()) == pytest.approx(4.0, abs=0.02)


def test_a_missed_repetition_is_added_in_its_place(curls):
    deleted = rk.correct(curls, repetition=2, kind="none", **SAID)
    added = rk.correct(deleted, add=(2.8, 6.0), side="left", **SAID)
    assert added.n_repetitions == 3
    assert (added.repetitions[1].start_s, added.repetitions[1].side) == (2.8, "left")


def test_another_exercise_is_counted_anew():
    wrong = rk.assess(rk.demo_recording("deep_squat"), "plank")
    assert wrong.n_repetitions == 0
    right = rk.correct(wrong, exercise="squat", **SAID)
    assert (right.exercise, right.n_repetitions) == ("deep_squat", 1)
    assert right.findings == rk.assess(rk.demo_recording("deep_squat"), "squat").findings


def test_the_side_of_all_repetitions_at_once(curls):
    assert {r.side for r in rk.correct(curls, side="right", **SAID).repetitions} == {"right"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, "something must be changed"),
        ({"repetition": 9, "kind": "none"}, r"repetition must be one of those found \(1 to 4\), got 9"),
        ({"kind": "none"}, "name its number"),
        ({"repetition": 1, "start_s": 5.0, "end_s": 2.0}, "must lie in order within 0 to 14"),
        ({"add": (10.0, 99.0)}, "must lie in order"),
        ({"repetition": 1, "kind": "none", "who": " "}, "who and why must be given"),
    ],
)
def test_a_contradiction_is_refused_and_named(curls, change, says):
    with pytest.raises(AssessmentError, match=says):
        rk.correct(curls, **(SAID | change))


def test_an_unknown_exercise_is_refused(curls):
    with pytest.raises(ExerciseError, match="deep_squat"):
        rk.correct(curls, exercise="sqat", **SAID)
