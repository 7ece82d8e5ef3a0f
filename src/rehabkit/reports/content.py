"""From an Assessment to the blocks of its report: what is said, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rehabkit.errors import InputError
from rehabkit.findings import AngleSeries, Assessment, CheckResult, Finding
from rehabkit.pipeline import reopen
from rehabkit.reports import clinical
from rehabkit.reports.blocks import Block, Cell, Fact, Figures, Listing, Report, Row, Section, Table, Tile
from rehabkit.reports.curves import Band, angle_curve, measure_label
from rehabkit.reports.poses import Figure, pose_figures
from rehabkit.reports.ranges import range_chart
from rehabkit.reports.text import clock, moment, number, plural, quantity, sentence, side_text, value_text

MOST_TILES = 4
SIDES_FIRST = "Side to side first: the other side is the nearest norm."
SOLID_AND_HOLLOW = "Left limbs are drawn solid, right limbs hollow."
STATUS = {"ok": "Fit", "warning": "Note", "unfit": "Unfit"}


def report_of(assessment: Assessment) -> Report:
    """The report of one assessment.

    Parameters
    ----------
    assessment : as computed or as corrected; it is not changed.
    """
    measure = primary_measure(assessment)
    compared = any(f.category == "side_to_side" for f in assessment.findings)
    repetitions = clinical.repetition_table(assessment, measure), clinical.hold_table(assessment)
    sections = (
        Section("The movement", tuple(_movement(assessment, measure))),
        Section("For the clinician", tuple(_clinician(assessment)), SIDES_FIRST if compared else ""),
        Section("Hold by hold" if assessment.holds else "Repetition by repetition", _present(*repetitions)),
        Section("Further angles", tuple(_further_curves(assessment, measure))),
        Section("What could not be measured, and why", _present(clinical.unmeasured_list(assessment))),
        Section("The recording", tuple(_recording(assessment))),
        Section("Changed by a person", tuple(_corrections(assessment))),
        Section("How this was made", tuple(_made(assessment))),
    )
    return Report(
        title=assessment.exercise_title,
        facts=tuple(_facts(assessment)),
        tiles=tuple(_tiles(assessment))[:MOST_TILES],
        summary=tuple(assessment.summary),
        pictures=_pictures(assessment, measure),
        sections=tuple(section for section in sections if section.blocks),
        notice=assessment.provenance.notice,
    )


def primary_measure(assessment: Assessment) -> str:
    """Name of the measure, without its side, that the exercise is about; empty if nothing was measured."""
    definition = assessment.provenance.exercise_definition or {}
    for part in ("primary", "hold"):
        if definition.get(part):
            return str(definition[part]["angle"])
    return _sideless(assessment.series[0].name) if assessment.series else ""


def target_band(assessment: Assessment) -> Band | None:
    """What the prescription, else the exercise, asks of the primary angle."""
    definition = assessment.provenance.exercise_definition or {}
    hold, primary, target = (definition.get(part) for part in ("hold", "primary", "target"))
    if hold:
        return _band(hold["low_deg"], hold["high_deg"], "to hold")
    wanted = assessment.patient.prescription.target_deg
    if wanted is not None:
        outward = not primary or primary["direction"] == "increase"
        return Band(wanted if outward else None, None if outward else wanted, f"prescribed {number(wanted, 0)}°")
    return _band(target["low_deg"], target["high_deg"], "target") if target else None


def _band(low: float, high: float, what: str) -> Band:
    dash = "–" if low >= 0 else " to "
    return Band(low, high, f"{what} {number(low, 0)}{dash}{number(high, 0)}°")


def _present(*blocks: Block | None) -> tuple[Block, ...]:
    return tuple(block for block in blocks if block is not None)


def _sideless(name: str) -> str:
    return name.removeprefix("left_").removeprefix("right_")


# -- who, what, when -----------------------------------------------------------------------------------------


def _facts(assessment: Assessment) -> Iterator[Fact]:
    patient, recording = assessment.patient, assessment.recording
    yield Fact("Patient", patient.reference or "no reference given")
    age = f"{number(patient.age_years, 0)} years" if patient.age_years is not None else ""
    yield Fact("Age and sex", ", ".join(filter(None, (age, patient.sex))) or "not given")
    affected = "none" if patient.affected_side == "none" else side_text(patient.affected_side or "none")
    yield Fact("Affected side", affected or "not given")
    yield Fact("Prescribed", _prescribed(assessment) or "not given")
    yield Fact("Recorded", moment(recording.recorded_at) or "date not in the recording")
    yield Fact("Assessed", moment(assessment.provenance.created))
    yield Fact("Recording", recording.name)
    size = f", {recording.frame_size_px[0]} × {recording.frame_size_px[1]}" if recording.frame_size_px else ""
    yield Fact("Length", f"{clock(recording.duration_s)}, {number(recording.rate_hz, 0)} frames/s{size}")
    yield Fact("View", recording.view)
    yield Fact("Person followed", _person(assessment))
    yield Fact("Sensor", recording.sensor)
    if patient.note:
        yield Fact("Note", patient.note)


def _prescribed(assessment: Assessment) -> str:
    asked = assessment.patient.prescription
    parts = [
        plural(asked.sets, "set") if asked.sets else "",
        plural(asked.repetitions, "repetition") if asked.repetitions else "",
        f"to {quantity(asked.target_deg, 'deg')}" if asked.target_deg is not None else "",
        f"hold {quantity(asked.hold_s, 's')}" if asked.hold_s is not None else "",
    ]
    return ", ".join(filter(None, parts))


def _person(assessment: Assessment) -> str:
    recording = assessment.recording
    if recording.n_people <= 1:
        return "the only one in view"
    said = f" ({recording.person_description})" if recording.person_description else ""
    return f"number {recording.person} of {recording.n_people}{said}"


# -- big numbers ---------------------------------------------------------------------------------------------


def _tiles(assessment: Assessment) -> Iterator[Tile]:
    if assessment.holds or assessment.finding("hold_longest"):
        longest = max((hold.duration_s for hold in assessment.holds), default=0.0)
        wanted = assessment.patient.prescription.hold_s
        prescribed = f"{quantity(wanted, 's')} prescribed" if wanted else ""
        yield Tile(quantity(longest, "s"), "longest hold", prescribed)
    else:
        yield _count_tile(assessment)
    for category, n_most in (("side_to_side", 1), ("range_of_motion", 2), ("tempo", 1), ("patient", 1)):
        for finding in _numbers(assessment, category)[:n_most]:
            yield Tile(value_text(finding), finding.label, "provisional" if finding.provisional else "")


def _count_tile(assessment: Assessment) -> Tile:
    wanted = assessment.patient.prescription.repetitions
    notes = [f"{assessment.n_partial} partial" if assessment.n_partial else "none partial"]
    notes += [f"{wanted} prescribed"] if wanted else []
    noun = "complete repetition" if assessment.n_repetitions == 1 else "complete repetitions"
    return Tile(str(assessment.n_repetitions), noun, " · ".join(notes))


def _numbers(assessment: Assessment, category: str) -> list[Finding]:
    """Findings of a category with a number, the best range of each joint only once."""
    found = [f for f in assessment.findings if f.category == category and isinstance(f.value, float | int)]
    return [f for f in found if not f.name.endswith("_mean")]


# -- the sections --------------------------------------------------------------------------------------------


def _movement(assessment: Assessment, measure: str) -> Iterator[Block]:
    series = [s for s in assessment.series if _sideless(s.name) == measure]
    if series:
        band = target_band(assessment) if any(s.clinical for s in series) else None
        drawing = angle_curve(assessment, series, band, primary=True)
        yield Figures((Figure(drawing, _curve_caption(series)),))


def _pictures(assessment: Assessment, measure: str) -> Figures | None:
    if assessment.recording.landmarks is None:
        return None
    try:
        skeleton, _ = reopen(assessment)
    except InputError:  # a report of an old or foreign file still says everything else
        return None
    figures = tuple(pose_figures(assessment, skeleton, measure))
    if not figures:
        return None
    lying = figures[0].drawing.width > 1.5 * figures[0].drawing.height
    return Figures(figures, (len(figures) + 1) // 2 if lying else len(figures), SOLID_AND_HOLLOW)


def _curve_caption(series: Iterable[AngleSeries]) -> str:
    series = list(series)
    caption = f"{measure_label(series)} over time."
    reasons = {s.why_not_clinical or "the view does not support it": s for s in series if not s.clinical}
    for reason, one in reasons.items():
        one_of_two = len(reasons) > 1 or any(s.clinical for s in series)
        who = f"{one.side.capitalize()}: not" if one_of_two else "Not"
        caption += f" {who} a clinical value: {sentence(reason)}"
    return caption


def _further_curves(assessment: Assessment, measure: str) -> Iterator[Block]:
    groups: dict[str, list[AngleSeries]] = {}
    for series in assessment.series:
        if any(v is not None for v in series.value):
            groups.setdefault(_sideless(series.name), []).append(series)
    groups.pop(measure, None)
    for group in groups.values():
        yield Figures((Figure(angle_curve(assessment, group), _curve_caption(group)),))


def _clinician(assessment: Assessment) -> Iterator[Block]:
    first = [Fact(f.label, value_text(f)) for f in assessment.findings if f.attention]
    yield from _present(
        Listing(tuple(first), warning=True) if first else None,
        clinical.difference_table(assessment),
    )
    chart = range_chart(assessment)
    if chart is not None:
        caption = "Best range of each joint; the bar around each mark is the sensor's own error."
        yield Figures((Figure(chart, caption),))
    yield from _present(
        clinical.range_table(assessment),
        clinical.compensation_table(assessment),
        clinical.course_table(assessment),
        clinical.recognition_table(assessment),
        clinical.quality_table(assessment),
        clinical.told_table(assessment),
    )


def _recording(assessment: Assessment) -> Iterator[Block]:
    recording = assessment.recording
    rows = tuple(
        Row((Cell(STATUS[c.status], strong=True), Cell(sentence(c.message)), Cell(_remedy(c))))
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


def _remedy(check: CheckResult) -> str:
    return sentence(check.remedy) if check.status != "ok" else ""


def _corrections(assessment: Assessment) -> Iterator[Block]:
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


def _made(assessment: Assessment) -> Iterator[Block]:
    made, recording = assessment.provenance, assessment.recording
    points = [Fact("rehabkit", made.rehabkit_version), Fact("Sensor", recording.sensor)]
    points += [Fact(f"Model {name}", f"sha256 {digest}") for name, digest in made.models.items()]
    if recording.sha256:
        points.append(Fact("Recording", f"sha256 {recording.sha256}"))
    if made.exercise_sha256:
        points.append(Fact(f"Exercise {assessment.exercise}", f"sha256 {made.exercise_sha256}"))
    if recording.history:
        points.append(Fact("Done to the landmarks", "; ".join(recording.history)))
    yield Listing(tuple(points))
