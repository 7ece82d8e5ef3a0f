"""Sessions over time, against changes worked out by hand."""

from __future__ import annotations

import pytest

from rehabkit.errors import AssessmentError
from rehabkit.findings import Assessment, Finding, Patient
from rehabkit.reports.compare import change_text, compare, mdc_text, table
from rehabkit.reports.comparison_html import render_comparison, trend


def session(make_assessment, day: int, best_deg: float, error: float | None = 5.0, **more) -> Assessment:
    finding = Finding(
        name="left_knee_flexion_range_best", label="Left knee flexion, best range", value=best_deg, unit="deg",
        uncertainty=error, provisional=True,
    )  # fmt: skip
    a = make_assessment(findings=[finding], **more)
    a.recording.recorded_at = f"2026-03-{day:02}T10:00:00+00:00"
    a.recording.sha256 = f"{day:064}"
    return a


def test_change_beside_the_minimal_detectable_change(make_assessment):
    late, early = session(make_assessment, 20, 98.0), session(make_assessment, 1, 90.0)
    result = compare([late, early])
    (change,) = result.changes
    assert change.values == (90.0, 98.0)
    assert change.change == 8.0
    assert change.mdc95 == pytest.approx(7.071, abs=1e-3)  # √2 × 5
    assert change.verdict == "more than the error"
    assert (change_text(change), mdc_text(change)) == ("+8°", "7° (provisional)")
    assert result.warnings == ()


def test_a_change_within_the_error_is_called_so(make_assessment):
    result = compare([session(make_assessment, d, v) for d, v in ((1, 90.0), (8, 60.0), (20, 84.0))])
    assert result.changes[0].change == -6.0
    assert result.changes[0].verdict == "within the error"
    columns, rows = table(result)
    assert columns[1:4] == ("1 March 2026", "8 March 2026", "20 March 2026")
    assert rows[0][1:6] == ("90° ± 5°", "60° ± 5°", "84° ± 5°", "−6°", "7° (provisional)")
    assert "can't be told from no change" in rows[0][6]


def test_no_verdict_without_an_error(make_assessment):
    result = compare([session(make_assessment, 1, 90.0, None), session(make_assessment, 2, 99.0, None)])
    assert result.changes[0].verdict == "error unknown" and mdc_text(result.changes[0]) == "–"


def test_sessions_without_the_value_leave_a_blank(make_assessment):
    between = make_assessment(findings=[])
    between.recording.recorded_at = "2026-03-05"
    result = compare([session(make_assessment, 9, 95.0), between, session(make_assessment, 1, 90.0)])
    assert result.changes[0].values == (90.0, None, 95.0)
    assert len(trend(result.changes[0]).shapes) > 4


def test_refuses_what_cannot_be_compared(make_assessment):
    one = session(make_assessment, 1, 90.0)
    with pytest.raises(AssessmentError, match="at least two, got 1"):
        compare([one])
    with pytest.raises(AssessmentError, match="same exercise, got deep_squat, heel_raise"):
        compare([one, session(make_assessment, 2, 90.0, exercise="heel_raise")])
    with pytest.raises(AssessmentError, match="same patient, got P-17, P-18"):
        compare([one, session(make_assessment, 2, 90.0, patient=Patient(reference="P-18"))])


def test_warns_of_what_differs(make_assessment):
    other = session(make_assessment, 2, 90.0)
    other.recording.view, other.recording.sensor = "front", "mediapipe-lite"
    other.provenance.rehabkit_version, other.recording.recorded_at = "0.2.0", None
    said = " ".join(compare([session(make_assessment, 1, 90.0), other]).warnings)
    for words in ("view differs between the sessions: front, left", "mediapipe-lite", "0.1.0, 0.2.0", "time of their"):
        assert words in said


def test_the_same_recording_twice_is_noticed(make_assessment):
    one = session(make_assessment, 1, 90.0)
    assert any("more than once" in warning for warning in compare([one, one]).warnings)


def test_is_data_and_a_page(make_assessment, read_page):
    evil = "<script>alert(1)</script>"
    sessions = [session(make_assessment, d, 90.0 + d, exercise_title=evil) for d in (1, 9, 20)]
    result = compare(sessions)
    assert type(result).model_validate_json(result.model_dump_json()) == result
    page = read_page(render_comparison(result))
    assert page.open == [] and not page.named("script") and len(page.named("svg")) == 1
    for words in ("91° ± 5°", "+19°", "7°", "provisional", "more than the sensor's error", "not a medical device"):
        assert words in page.text
