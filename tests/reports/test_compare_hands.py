"""One hand over time and two hands side by side: the measured least change decides, shares of points do not count."""

from __future__ import annotations

import pytest

from rehabkit.errors import AssessmentError
from rehabkit.findings import Finding
from rehabkit.reports.compare import compare, table
from rehabkit.reports.comparison_html import render_comparison


def scan(make_assessment, side: str, day: int, girth_mm: float):
    measured = Finding(
        name="index_girth", label="Index finger, girth half way along", value=girth_mm, unit="mm", category="hand",
        uncertainty=9.0, mdc95=2.5, provisional=True, side=side,
    )  # fmt: skip
    share = Finding(name="hand_share_index", label="Index, share", value=8.0 + day, unit="%", category="hand")
    a = make_assessment(exercise="hand_surface", exercise_title="Hand surface", findings=[measured, share])
    a.recording.recorded_at, a.recording.sha256 = f"2026-03-{day:02}", f"{day:064}"
    return a


@pytest.mark.parametrize(("now_mm", "verdict"), [(64.0, "more than the error"), (62.0, "within the error")])
def test_a_finger_that_swells(make_assessment, now_mm, verdict):
    (change,) = compare([scan(make_assessment, "left", 9, now_mm), scan(make_assessment, "left", 1, 60.0)]).changes
    assert (change.change, change.mdc95, change.verdict) == (now_mm - 60.0, 2.5, verdict)


def test_left_beside_right(make_assessment):
    result = compare([scan(make_assessment, "right", 1, 66.0), scan(make_assessment, "left", 2, 60.0)])
    assert result.of == "sides"
    assert result.changes[0].values == (60.0, 66.0)  # left first, whichever was recorded first
    headings, rows = table(result)
    assert headings[1:4] == ("Left", "Right", "Right − left")
    assert rows[0][3] == "+6 mm"
    page = render_comparison(result)
    assert "What differs" in page and "right minus left" in page and "Over the sessions" not in page


def test_three_of_two_hands_are_refused(make_assessment):
    hands = [scan(make_assessment, side, day, 60.0) for day, side in enumerate(("left", "right", "right"), 1)]
    with pytest.raises(AssessmentError, match="1 of the left and 2 of the right"):
        compare(hands)
