"""A body that squats by known angles, through prepare and interpret."""

import numpy as np
import pytest

from rehabkit.exercises import library
from rehabkit.findings import Patient, Prescription
from rehabkit.kinematics.view import estimate_view
from rehabkit.pose.smoothing import clean
from rehabkit.systems.exercise_session.interpretation import interpret
from rehabkit.systems.exercise_session.movement import prepare, with_repetitions

TIME_S = np.arange(0, 14, 1 / 30)


def three_squats(depths=(90.0, 90.0, 90.0)):
    """Stand 1 s; each squat takes 2 s down and 2 s up with a cosine profile; stand."""
    knee = np.zeros_like(TIME_S)
    for i, depth in enumerate(depths):
        phase = np.clip((TIME_S - 1 - 4 * i) / 4, 0, 1)
        knee += depth * 0.5 * (1 - np.cos(2 * np.pi * phase))
    return knee


def movement_of(skeleton, exercise="deep_squat"):
    cleaned = clean(skeleton)
    return prepare(cleaned, estimate_view(cleaned), library.load(exercise))


def test_counts_and_measures_known_squats(squatting):
    movement = movement_of(squatting(TIME_S, three_squats()))
    assert [r.kind for r in movement.repetitions] == ["complete"] * 3
    for repetition in movement.repetitions:
        knee = next(j for j in repetition.range_of_motion if j.angle == "right_knee_flexion")
        assert knee.range_deg == pytest.approx(90, abs=2)
        assert knee.peak_deg == pytest.approx(90, abs=2)
        assert knee.uncertainty_deg > 0
        assert knee.provisional
    starts = [r.start_s for r in movement.repetitions]
    assert starts == pytest.approx([1, 5, 9], abs=0.5)


def test_a_hidden_side_is_not_measurable_and_the_seen_one_is(squatting):
    movement = movement_of(squatting(TIME_S, three_squats(), left_confidence=0.1))
    findings = {f.name: f for f in interpret(movement, Patient())}
    assert len(movement.complete) == 3
    assert findings["left_knee_flexion_range_best"].value is None
    assert findings["left_knee_flexion_range_best"].not_measurable
    assert findings["right_knee_flexion_range_best"].value == pytest.approx(90, abs=2)
    assert "knee_flexion_left_minus_right" not in findings


def test_side_to_side_difference_is_told_only_beyond_the_error(squatting):
    same = interpret(movement_of(squatting(TIME_S, three_squats())), Patient())
    one_worse = interpret(movement_of(squatting(TIME_S, three_squats(), 0.4 * three_squats())), Patient())
    for findings, told, value in ((same, False, 0), (one_worse, True, 54)):
        difference = next(f for f in findings if f.name == "knee_flexion_left_minus_right")
        assert difference.value == pytest.approx(value, abs=4)
        assert difference.attention is told


def test_prescription_is_compared(squatting):
    patient = Patient(prescription=Prescription(repetitions=5, target_deg=120), pain_before=2, pain_after=5)
    findings = {f.name: f for f in interpret(movement_of(squatting(TIME_S, three_squats())), patient)}
    assert findings["n_repetitions_of_prescribed"].value == 60
    assert findings["right_knee_flexion_target_reached"].value == 0
    assert findings["pain_change"].value == 3
    assert findings["pain_change"].attention


def test_stated_repetitions_are_measured_as_stated(squatting):
    movement = movement_of(squatting(TIME_S, three_squats((90.0, 60.0, 90.0))))
    only = movement.repetitions[0].model_copy(update={"start_s": 5.0, "end_s": 9.0, "peak_s": None})
    stated = with_repetitions(movement, [only])
    knee = next(j for j in stated.repetitions[0].range_of_motion if j.angle == "right_knee_flexion")
    assert knee.range_deg == pytest.approx(60, abs=2)
    assert stated.repetitions[0].peak_s == pytest.approx(7.0, abs=0.1)
    assert sum(stated.repetitions[0].tempo_s.values()) == pytest.approx(4.0, abs=0.05)


def test_standing_still_gives_no_repetition_and_no_range(squatting):
    movement = movement_of(squatting(TIME_S, np.zeros_like(TIME_S)))
    assert not movement.repetitions
    assert [f.value for f in interpret(movement, Patient()) if f.name == "n_repetitions"] == [0]
