"""Sessions over time, or two sides: each change beside the smallest one that the sensor can tell from no change.

Where the minimal detectable change (MDC95) was measured by recording again, it is that; else that of two sessions is
the root of the sum of their squared 95 % half-widths; with one and the same sensor that is √2 times its half-width.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from rehabkit.errors import AssessmentError
from rehabkit.findings import NOT_A_MEDICAL_DEVICE, Assessment, Finding
from rehabkit.reports.compare_hands import Of, compared, is_measured
from rehabkit.reports.text import moment, quantity

Verdict = Literal["more than the error", "within the error", "error unknown"]
SAID: dict[Verdict, str] = {
    "more than the error": "more than the sensor's error",
    "within the error": "within the sensor's error: can't be told from no change",
    "error unknown": "the error of this value is not known",
}
UNREADABLE = ("model file", "definition of the exercise")
"""Known by their hashes, which say nothing to a reader."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Session(_Part):
    """One session, and what must be alike for it to be compared."""

    when: str
    recording: str
    sensor: str
    view: str
    models: dict[str, str]
    rehabkit_version: str


class Change(_Part):
    """One finding over all sessions; ``None`` where a session does not have it.

    ``change`` is the last value minus the first one; ``mdc95`` the smallest change that these two can tell.
    """

    name: str
    label: str
    unit: str
    category: str
    values: tuple[float | None, ...]
    uncertainties: tuple[float | None, ...]
    provisional: bool
    change: float
    mdc95: float | None
    verdict: Verdict


class Comparison(_Part):
    """Sessions of one exercise in the order of their dates, and what changed; or a left and a right hand.

    Of ``sides``, a change is right minus left.
    """

    of: Of = "sessions"
    exercise: str
    exercise_title: str
    patient: str
    sessions: tuple[Session, ...]
    changes: tuple[Change, ...]
    warnings: tuple[str, ...]
    notice: str = NOT_A_MEDICAL_DEVICE


def compare(assessments: Sequence[Assessment]) -> Comparison:
    """Compare sessions of one exercise of one patient.

    Parameters
    ----------
    assessments : at least two, in any order.

    Raises
    ------
    AssessmentError
        If there are fewer than two, or they are of different exercises or patients.
    """
    _refuse(assessments)
    of, ordered = compared(sorted(assessments, key=_when))
    last = ordered[-1]
    return Comparison(
        of=of,
        exercise=last.exercise,
        exercise_title=last.exercise_title,
        patient=next((a.patient.reference for a in ordered if a.patient.reference), ""),
        sessions=tuple(_session(a) for a in ordered),
        changes=tuple(_changes(ordered)),
        warnings=tuple(_warnings(ordered)),
    )


def table(comparison: Comparison) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Headings and rows of the comparison as text, for a terminal or a spreadsheet."""
    rows = [
        (one.label, *values_text(one), change_text(one), mdc_text(one), SAID[one.verdict]) for one in comparison.changes
    ]
    change = "Change" if comparison.of == "sessions" else "Right − left"
    return ("Finding", *session_dates(comparison), change, "MDC95", "Verdict"), rows


def session_dates(comparison: Comparison) -> list[str]:
    """The day of each session; with its time where two are of one day. Of two sides, which it is."""
    if comparison.of == "sides":
        return ["Left", "Right"]
    moments = [moment(session.when) or session.recording for session in comparison.sessions]
    days = [one.split(",")[0] for one in moments]
    return days if len(set(days)) == len(days) else moments


def values_text(change: Change) -> tuple[str, ...]:
    """The value of each session with its error; a dash where there is none."""
    pairs = zip(change.values, change.uncertainties, strict=True)
    return tuple("–" if value is None else quantity(value, change.unit, error) for value, error in pairs)


def change_text(change: Change) -> str:
    """The change with its sign, rounded to what its error allows."""
    text = quantity(change.change, change.unit, change.mdc95).split(" ±")[0]
    return f"+{text}" if change.change > 0 and not text.startswith(("0°", "0 ")) and text != "0" else text


def mdc_text(change: Change, mark: bool = True) -> str:
    """The smallest change that can be told; a dash where the error is not known."""
    if change.mdc95 is None:
        return "–"
    text = quantity(change.mdc95, change.unit, change.mdc95).split(" ±")[0]
    return text + (" (provisional)" if mark and change.provisional else "")


def _refuse(assessments: Sequence[Assessment]) -> None:
    if len(assessments) < 2:
        raise AssessmentError(f"sessions to compare must be at least two, got {len(assessments)}; add a file")
    exercises = sorted({a.exercise for a in assessments})
    if len(exercises) > 1:
        raise AssessmentError(
            f"sessions must be of the same exercise, got {', '.join(exercises)}; compare each by itself"
        )
    patients = sorted({a.patient.reference for a in assessments if a.patient.reference})
    if len(patients) > 1:
        raise AssessmentError(f"sessions must be of the same patient, got {', '.join(patients)}; compare each alone")


def _when(assessment: Assessment) -> datetime:
    """When it was recorded, else when it was assessed; dates without a zone are taken as UTC."""
    for text in (assessment.recording.recorded_at, assessment.provenance.created):
        try:
            when = datetime.fromisoformat(text or "")
        except ValueError:
            continue
        return when if when.tzinfo else when.replace(tzinfo=UTC)
    return EPOCH


def _session(assessment: Assessment) -> Session:
    return Session(
        when=assessment.recording.recorded_at or assessment.provenance.created,
        recording=assessment.recording.name,
        sensor=assessment.recording.sensor,
        view=assessment.recording.view,
        models=assessment.provenance.models,
        rehabkit_version=assessment.provenance.rehabkit_version,
    )


def _changes(ordered: Sequence[Assessment]) -> Iterator[Change]:
    names = dict.fromkeys(f.name for a in ordered for f in a.findings)
    for name in names:
        found = [a.finding(name) for a in ordered]
        if any(f is not None and f.simulated for f in found):
            continue  # says nothing of the patient, so its change doesn't either
        measured = [f for f in found if f is not None and _value(f) is not None and is_measured(f)]
        if len(measured) >= 2 and len({f.unit for f in measured}) == 1:
            yield _change(found, measured[0], measured[-1])


def _change(found: Sequence[Finding | None], first: Finding, last: Finding) -> Change:
    change = (_value(last) or 0.0) - (_value(first) or 0.0)
    mdc95: float | None = None
    verdict: Verdict = "error unknown"
    if first.mdc95 is not None and last.mdc95 is not None:
        mdc95 = max(first.mdc95, last.mdc95)
    elif first.uncertainty is not None and last.uncertainty is not None:
        mdc95 = math.hypot(first.uncertainty, last.uncertainty)
    if mdc95 is not None:
        verdict = "more than the error" if abs(change) > mdc95 else "within the error"
    return Change(
        name=last.name,
        label=last.label,
        unit=last.unit,
        category=last.category,
        values=tuple(None if f is None else _value(f) for f in found),
        uncertainties=tuple(None if f is None or _value(f) is None else f.uncertainty for f in found),
        provisional=any(f.provisional for f in found if f is not None),
        change=round(change, 3),
        mdc95=None if mdc95 is None else round(mdc95, 3),
        verdict=verdict,
    )


def _value(finding: Finding) -> float | None:
    number = isinstance(finding.value, int | float) and not isinstance(finding.value, bool)
    return float(finding.value) if number and finding.not_measurable is None else None  # type: ignore[arg-type]


def _warnings(ordered: Sequence[Assessment]) -> Iterator[str]:
    alike: dict[str, set[str]] = {
        "sensor": {a.recording.sensor for a in ordered},
        "view": {a.recording.view for a in ordered},
        "pose model": {", ".join(sorted(a.provenance.models)) for a in ordered if a.provenance.models},
        "model file": {" ".join(sorted(a.provenance.models.values())) for a in ordered} - {""},
        "version of rehabkit": {a.provenance.rehabkit_version for a in ordered},
        "definition of the exercise": {a.provenance.exercise_sha256 or "" for a in ordered},
        "affected side": {a.patient.affected_side or "not given" for a in ordered},
    }
    for what, values in alike.items():
        if len(values) > 1:
            named = "" if what in UNREADABLE else f": {', '.join(sorted(values))}"
            yield f"The {what} differs between the sessions{named}. Part of a change may come from that."
    if any(a.recording.recorded_at is None for a in ordered):
        yield "Not every recording says when it was made; those are ordered by the time of their assessment."
    hashes = [a.recording.sha256 for a in ordered if a.recording.sha256]
    if len(set(hashes)) < len(hashes):
        yield "One recording is there more than once."
    if len({bool(a.patient.reference) for a in ordered}) > 1:
        yield "Not every session names its patient; rehabkit can't tell whether it is the same one."
