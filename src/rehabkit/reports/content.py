"""From an Assessment to the blocks of its report: what is said, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rehabkit.errors import InputError
from rehabkit.findings import AngleSeries, Assessment, Finding
from rehabkit.pipeline import reopen
from rehabkit.reports import clinical
from rehabkit.reports.blocks import Block, Fact, Figures, Listing, Report, Section, Tile
from rehabkit.reports.common import (
    correction_blocks,
    made_listing,
    patient_facts,
    prescribed,
    present,
    recording_blocks,
    sensor_facts,
    session_facts,
)
from rehabkit.reports.curves import Band, angle_curve, measure_label
from rehabkit.reports.poses import Figure, pose_figures
from rehabkit.reports.ranges import range_chart
from rehabkit.reports.sensor_content import sensor_report
from rehabkit.reports.text import clock, number, quantity, sentence, value_text

MOST_TILES = 4
SIDES_FIRST = "Side to side first: the other side is the nearest norm."
SOLID_AND_HOLLOW = "Left limbs are drawn solid, right limbs hollow."


def report_of(assessment: Assessment) -> Report:
    """The report of one assessment.

    Parameters
    ----------
    assessment : as computed or as corrected; it is not changed.
    """
    if not assessment.recording.has_body:
        return sensor_report(assessment)
    measure = primary_measure(assessment)
    compared = any(f.category == "side_to_side" for f in assessment.findings)
    repetitions = clinical.repetition_table(assessment, measure), clinical.hold_table(assessment)
    sections = (
        Section("The movement", tuple(_movement(assessment, measure))),
        Section("For the clinician", tuple(_clinician(assessment)), SIDES_FIRST if compared else ""),
        Section("Hold by hold" if assessment.holds else "Repetition by repetition", present(*repetitions)),
        Section("Further angles", tuple(_further_curves(assessment, measure))),
        Section("What could not be measured, and why", present(clinical.unmeasured_list(assessment))),
        Section("The recording", tuple(recording_blocks(assessment))),
        Section("Changed by a person", tuple(correction_blocks(assessment))),
        Section("How this was made", (made_listing(assessment),)),
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


def _sideless(name: str) -> str:
    return name.removeprefix("left_").removeprefix("right_")


# -- who, what, when -----------------------------------------------------------------------------------------


def _facts(assessment: Assessment) -> Iterator[Fact]:
    recording = assessment.recording
    yield from patient_facts(assessment)
    yield Fact("Prescribed", prescribed(assessment) or "not given")
    yield from session_facts(assessment)
    size = f", {recording.frame_size_px[0]} × {recording.frame_size_px[1]}" if recording.frame_size_px else ""
    yield Fact("Length", f"{clock(recording.duration_s)}, {number(recording.rate_hz, 0)} frames/s{size}")
    yield Fact("View", recording.view)
    yield Fact("Person followed", _person(assessment))
    yield from sensor_facts(assessment)


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
    yield from present(
        Listing(tuple(first), warning=True) if first else None,
        clinical.difference_table(assessment),
    )
    chart = range_chart(assessment)
    if chart is not None:
        caption = "Best range of each joint; the bar around each mark is the sensor's own error."
        yield Figures((Figure(chart, caption),))
    yield from present(
        clinical.range_table(assessment),
        clinical.compensation_table(assessment),
        clinical.course_table(assessment),
        clinical.recognition_table(assessment),
        clinical.quality_table(assessment),
        clinical.told_table(assessment),
    )
