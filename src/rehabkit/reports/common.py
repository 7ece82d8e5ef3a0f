"""What the reports of every kind of recording say alike: who and when, fitness, changes, provenance."""

from __future__ import annotations

from collections.abc import Iterator

from rehabkit.findings import Assessment, CheckResult, RecordingInfo
from rehabkit.reports.blocks import Block, Cell, Fact, Listing, Row, Table
from rehabkit.reports.text import clock, moment, number, plural, quantity, sentence, side_text

STATUS = {"ok": "Fit", "warning": "Note", "unfit": "Unfit"}


def present(*blocks: Block | None) -> tuple[Block, ...]:
    """Those that are there."""
    return tuple(block for block in blocks if block is not None)


def patient_facts(assessment: Assessment) -> Iterator[Fact]:
    """Who it is about."""
    patient = assessment.patient
    yield Fact("Patient", patient.reference or "no reference given")
    age = f"{number(patient.age_years, 0)} years" if patient.age_years is not None else ""
    yield Fact("Age and sex", ", ".join(filter(None, (age, patient.sex))) or "not given")
    affected = "none" if patient.affected_side == "none" else side_text(patient.affected_side or "none")
    yield Fact("Affected side", affected or "not given")


def session_facts(assessment: Assessment) -> Iterator[Fact]:
    """Which recording, and when."""
    yield Fact("Recorded", moment(assessment.recording.recorded_at) or "date not in the recording")
    yield Fact("Assessed", moment(assessment.provenance.created))
    yield Fact("Recording", assessment.recording.name)


def sensor_facts(assessment: Assessment) -> Iterator[Fact]:
    """By what it was recorded, and what a person noted."""
    yield Fact("Sensor", assessment.recording.sensor)
    if assessment.patient.note:
        yield Fact("Note", assessment.patient.note)


def prescribed(assessment: Assessment) -> str:
    """What was ordered, in words; empty for nothing."""
    asked = assessment.patient.prescription
    parts = [
        plural(asked.sets, "set") if asked.sets else "",
        plural(asked.repetitions, "repetition") if asked.repetitions else "",
        f"to {quantity(asked.target_deg, 'deg')}" if asked.target_deg is not None else "",
        f"hold {quantity(asked.hold_s, 's')}" if asked.hold_s is not None else "",
    ]
    return ", ".join(filter(None, parts))


def recording_blocks(assessment: Assessment) -> Iterator[Block]:
    """Is the recording fit, and where was nothing seen?"""
    recording = assessment.recording
    rows = tuple(
        Row((Cell(STATUS[c.status], strong=True), Cell(sentence(check_text(recording, c))), Cell(_remedy(c))))
        for c in recording.checks
    )
    if rows:
        yield Table("Fitness of the recording", ("Check", "What was found", "What helps"), (10, 45, 45), rows)
    whole = [g for g in recording.gaps if g.joint is None]
    parts: dict[str, float] = {}
    for gap in recording.gaps:
        if gap.joint is not None:
            parts[gap.joint] = parts.get(gap.joint, 0.0) + gap.end_s - gap.start_s
    lost = ", ".join(f"{clock(g.start_s)} to {clock(g.end_s)}" for g in whole)
    points = [Fact("Nobody seen", lost)] if lost else []
    hidden = [f"{joint.replace('_', ' ')} {clock(seconds)}" for joint, seconds in parts.items()]
    points += [Fact("Hidden joints", ", ".join(hidden) + " in all")] if hidden else []
    if points:
        yield Listing(tuple(points))


def check_text(recording: RecordingInfo, check: CheckResult) -> str:
    """What a check found; of electrodes with what was looked for in front: ``mains hum: C3``."""
    return check.message if recording.has_body else f"{check.name.replace('_', ' ')}: {check.message}"


def _remedy(check: CheckResult) -> str:
    return sentence(check.remedy) if check.status != "ok" else ""


def correction_blocks(assessment: Assessment) -> Iterator[Block]:
    """What a person changed, and why."""
    rows = tuple(
        Row((
            Cell(c.who, moment(c.when), strong=True),
            Cell(c.field.replace("_", " ")),
            Cell("–" if c.before is None else str(c.before)),
            Cell("–" if c.after is None else str(c.after)),
            Cell(c.why),
        ))
        for c in assessment.provenance.corrections
    )  # fmt: skip
    if rows:
        yield Table("Changes", ("Who, when", "What", "Before", "After", "Why"), (22, 16, 16, 16, 30), rows)


def made_listing(assessment: Assessment) -> Listing:
    """What computed it, so that it can be computed again."""
    made, recording = assessment.provenance, assessment.recording
    points = [Fact("rehabkit", made.rehabkit_version), Fact("Sensor", recording.sensor)]
    points += [Fact(f"Model {name}", f"sha256 {digest}") for name, digest in made.models.items()]
    if recording.sha256:
        points.append(Fact("Recording", f"sha256 {recording.sha256}"))
    if made.exercise_sha256:
        points.append(Fact(f"Exercise {assessment.exercise}", f"sha256 {made.exercise_sha256}"))
    if recording.history:
        what = "landmarks" if recording.has_body else "signals"
        points.append(Fact(f"Done to the {what}", "; ".join(recording.history)))
    return Listing(tuple(points))
