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
WIDTHS = (24, 18, 33, 25)
"""Of the columns of findings, per cent."""
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
    start, end = evidence.start_s, evidence.end_s
    if start is not None and end:  # of a single picture both are 0
        parts.append(f"{clock(start)} to {clock(end)}" if end > start else f"at {clock(start)}")
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
    """What is alike in all rows is said once, below; a column that nothing stands in is left out."""
    found = list(found)
    method, methods = _alike([f.evidence.method for f in found])
    source, sources = _alike([f.evidence.source for f in found])
    notes = [f"All of these: {'; '.join(filter(None, (method, source)))}."] if method or source else []
    if any(f.uncertainty is not None for f in found):
        notes.append("± is the half-width of the 95 % interval.")
    if any(f.provisional for f in found):
        notes.append("Provisional: that error has not been measured on enough people.")
    cells = [
        (
            Cell(f.label, how),
            Cell(value_text(f), " · ".join(_notes(f)), strong=True),
            Cell(f.text),
            Cell(evidence_text(f.evidence), made_from),
        )
        for f, how, made_from in zip(found, methods, sources, strict=True)
    ]
    kept = [i for i in range(len(WIDTHS)) if i < 2 or any(row[i].text or row[i].note for row in cells)]
    rows = [
        Row(tuple(row[i] for i in kept), clinical.LOOK if f.attention else "")
        for f, row in zip(found, cells, strict=True)
    ]
    columns = heading, "Value", "What it means", "From what"
    rest = [100 * WIDTHS[i] // sum(WIDTHS[j] for j in kept) for i in kept[1:]]
    return Table(heading, tuple(columns[i] for i in kept), (100 - sum(rest), *rest), tuple(rows), " ".join(notes))


def _alike(texts: list[str]) -> tuple[str, list[str]]:
    """The clauses that all of several texts have, and what is left of each; a single text keeps its own.

    Examples
    --------
    >>> _alike(["by camera; left", "by camera; right", "by camera"])
    ('by camera', ['left', 'right', ''])
    """
    clauses = [text.split("; ") for text in texts]
    shared = [one for one in clauses[0] if len(texts) > 1 and all(one in others for others in clauses)]
    return "; ".join(shared), ["; ".join(one for one in each if one not in shared) for each in clauses]
