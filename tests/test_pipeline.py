"""From a file to an Assessment and back again."""

from dataclasses import replace

import numpy as np
import pytest

import rehabkit as rk
from rehabkit.errors import RecordingError
from rehabkit.pipeline import reopen


def test_an_assessment_carries_what_it_was_computed_from():
    assessment = rk.assess(rk.demo_recording("deep_squat"), "squat")
    skeleton, view = reopen(assessment)
    assert skeleton.n_frames == assessment.recording.n_frames
    assert view.name == assessment.recording.view
    assert assessment.provenance.exercise_definition["name"] == "deep_squat"
    assert rk.Assessment.model_validate_json(assessment.model_dump_json()) == assessment


def test_every_value_has_a_unit_and_every_angle_an_error():
    for exercise, recording in (("squat", "deep_squat"), ("push-up", "push_up"), ("curl", "elbow_flexion")):
        for finding in rk.assess(rk.demo_recording(recording), exercise).findings:
            assert (finding.value is None) == (finding.not_measurable is not None), finding.name
            if finding.unit == "deg" and finding.value is not None:
                assert finding.uncertainty > 0
                assert finding.provisional
                assert finding.evidence.source


def test_nobody_in_view_is_an_error(tmp_path):
    skeleton = rk.read_skeleton(rk.demo_recording("deep_squat"))
    empty = replace(
        skeleton,
        positions=np.full_like(skeleton.positions, np.nan),
        confidence=np.zeros_like(skeleton.confidence),
        estimated_m=np.full_like(skeleton.estimated_m, np.nan),
    )
    rk.write_skeleton(empty, tmp_path / "empty.npz")
    with pytest.raises(RecordingError, match="must show a person, got none in 38 frames"):
        rk.assess(tmp_path / "empty.npz", "squat")


def test_an_unfit_recording_is_refused_and_taken_anyway_with_a_warning(tmp_path):
    skeleton = rk.read_skeleton(rk.demo_recording("deep_squat"))
    cut_off = replace(skeleton, positions=skeleton.positions + np.array([0.0, 400.0]))
    rk.write_skeleton(cut_off, tmp_path / "cut.npz")
    with pytest.raises(RecordingError, match="person is cut off"):
        rk.assess(tmp_path / "cut.npz", "squat")
    assessment = rk.assess(tmp_path / "cut.npz", "squat", anyway=True)
    assert assessment.n_repetitions == 1
    assert "unfit" in assessment.summary[0]
    assert all(f.provisional for f in assessment.findings)
