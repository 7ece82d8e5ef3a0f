"""The report of electrodes, goniometers and watches: no frames, no view, no repetitions; channels instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rehabkit.findings import Assessment, Evidence, Finding
from rehabkit.reports import clinical
from rehabkit.reports.blocks import Block, Cell, Fact, Listing, Report, Row, Section, Table, Tile
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
from rehabkit.reports.sensor_figures import figure_blocks
from rehabkit.reports.text import clock, number, plural, value_text, words

HEADINGS = {
    "intention": "Intended movement",
    "prognosis": "Prognosis",
    "pain": "Pain",
    "recognition": "Recognition",
    "patient": "As told by the patient",
    "signal": "The signals",
}
"""Categories in the order in which they are printed; further ones follow under their own names."""


class Kind(NamedTuple):
    """What a report calls a recording: itself, what it consists of, and what is said of how it was made."""

    what: str
    one: str
    view: str


BIOSIGNALS = Kind("Assessment of biosignals", "sample", "Channels")
KINDS = {
    "inertial": Kind("Movement assessment", "sample", "Worn"),
    "gesture_video": Kind("Assessment of a hand", "picture", "Seen"),
    "picture": Kind("Assessment of a picture", "picture", "Seen"),
    "depth": Kind("Assessment of a depth recording", "picture", "Seen"),
    "cloud": Kind("Assessment of a surface", "cloud", "Seen"),
}
MOST_TILES, LONGEST_TILE = 4, 16
MOST_LISTED = 8
SIMULATED = "simulated"
SIMULATED_NOTE = (
    "What is marked as simulated comes from made-up signals, or from a network that was trained on them: it shows how "
    "the method works and says nothing of a person."
)


def sensor_report(assessment: Assessment) -> Report:
    """The report of a recording in which no body was followed."""
    lead = SIMULATED_NOTE if _any_simulated(assessment) else ""
    sections = (
        Section("Maps and curves", tuple(figure_blocks(assessment.figures))),
        Section("For the clinician", tuple(_clinician(assessment)), lead),
        Section("What could not be measured, and why", present(clinical.unmeasured_list(assessment))),
        Section("The recording", tuple(recording_blocks(assessment))),
        Section("Changed by a person", tuple(correction_blocks(assessment))),
        Section("How this was made", (made_listing(assessment),)),
    )
    return Report(
        title=assessment.exercise_title,
        facts=tuple(_facts(assessment)),
        tiles=tuple(_tiles(assessment))[:MOST_TILES],
        summary=(*((SIMULATED_NOTE,) if lead else ()), *assessment.summary),
        pictures=None,
        sections=tuple(section for section in sections if section.blocks),
        notice=assessment.provenance.notice,
        what=KINDS.get(assessment.recording.kind, BIOSIGNALS).what,
    )


def length_text(assessment: Assessment) -> str:
    """How long a recording is and how many samples, or pictures, a second; of single pictures how many."""
    recording = assessment.recording
    kind = KINDS.get(recording.kind, BIOSIGNALS)
    if not recording.rate_hz and not recording.duration_s:
        return plural(recording.n_frames, kind.one)
    digits = 0 if float(recording.rate_hz).is_integer() else 1
    return f"{clock(recording.duration_s)}, {number(recording.rate_hz, digits)} {kind.one}s/s"


def evidence_text(evidence: Evidence) -> str:
    """Where a finding comes from, in words: channels, pairs, seconds.

    Examples
    --------
    >>> evidence_text(Evidence(channels=["C3", "C4"], pairs=[("C3", "C4")], start_s=2, end_s=4.5))
    'channels C3, C4; pair C3 with C4; 2.0 s to 4.5 s'
    """
    parts = []
    if evidence.channels:
        parts.append(_counted("channel", [_named(name) for name in evidence.channels]))
    if evidence.pairs:
        parts.append(_counted("pair", [f"{_named(a)} with {_named(b)}" for a, b in evidence.pairs]))
    if evidence.start_s is not None and evidence.end_s is not None:
        parts.append(f"{clock(evidence.start_s)} to {clock(evidence.end_s)}")
    return "; ".join(parts)


def _counted(noun: str, names: Sequence[str]) -> str:
    rest = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return f"{noun}{'s' if len(names) > 1 else ''} {', '.join(names[:MOST_LISTED])}{rest}"


def _named(channel: str) -> str:
    """Electrodes as they are called, snake_case names for people."""
    return channel.replace("_", " ")


def _any_simulated(assessment: Assessment) -> bool:
    return any(f.simulated for f in (*assessment.findings, *assessment.figures))


def _facts(assessment: Assessment) -> Iterator[Fact]:
    recording = assessment.recording
    yield from patient_facts(assessment)
    if asked := prescribed(assessment):
        yield Fact("Prescribed", asked)
    yield from session_facts(assessment)
    yield Fact("Length", length_text(assessment))
    yield Fact(KINDS.get(recording.kind, BIOSIGNALS).view, recording.view.removeprefix("worn ") or "not known")
    yield from sensor_facts(assessment)


def _tiles(assessment: Assessment) -> Iterator[Tile]:
    """The findings that matter most: those that ask for attention first, then measures of the signal, then shows."""
    order = list(HEADINGS)
    shown = [f for f in assessment.findings if f.value is not None and len(_without_error(f)[0]) <= LONGEST_TILE]
    shown.sort(key=lambda f: (f.simulated, f.category == "signal", not f.attention, _place(f.category, order)))
    for finding in shown:
        value, error = _without_error(finding)
        yield Tile(value, finding.label, " · ".join(filter(None, (error, *_notes(finding)))))


def _without_error(finding: Finding) -> tuple[str, str]:
    """The value, and its error apart, because a tile is narrow."""
    value, plus_minus, error = value_text(finding).partition(" ± ")
    return value, f"± {error}" if plus_minus else ""


def _place(category: str, order: list[str]) -> int:
    return order.index(category) if category in order else len(order)


def _notes(finding: Finding) -> list[str]:
    return [SIMULATED] * finding.simulated + ["provisional"] * finding.provisional


def _clinician(assessment: Assessment) -> Iterator[Block]:
    first = [Fact(f.label, value_text(f)) for f in assessment.findings if f.attention]
    if first:
        yield Listing(tuple(first), warning=True)
    categories = [*HEADINGS, *dict.fromkeys(f.category for f in assessment.findings if f.category not in HEADINGS)]
    for category in categories:
        found = [f for f in assessment.findings if f.category == category and f.not_measurable is None]
        if found:
            yield _table(HEADINGS.get(category, words(category)), found)


def _table(heading: str, found: Iterable[Finding]) -> Table:
    found = list(found)
    meant = any(f.text for f in found)  # measures of the signal often need no sentence
    columns = (heading, "Value", "What it means", "From what") if meant else (heading, "Value", "From what")
    note = ""
    if any(f.uncertainty is not None for f in found):
        note = "± is the half-width of the 95 % interval."
    if any(f.provisional for f in found):
        note += " Provisional: that error has not been measured on enough people."
    widths = (24, 18, 33, 25) if meant else (38, 24, 38)
    return Table(heading, columns, widths, tuple(_row(f, meant) for f in found), note.strip())


def _row(finding: Finding, meant: bool) -> Row:
    value = Cell(value_text(finding), " · ".join(_notes(finding)), strong=True)
    evidence = finding.evidence
    cells = (
        Cell(finding.label, evidence.method),
        value,
        *((Cell(finding.text),) if meant else ()),
        Cell(evidence_text(evidence), evidence.source),
    )
    return Row(cells, clinical.LOOK if finding.attention else "")
