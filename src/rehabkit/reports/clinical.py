"""The clinician's tables: side to side first, then ranges beside targets and norms, then how it was done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rehabkit.findings import Assessment, Finding, Quality, Repetition
from rehabkit.reports.blocks import Cell, Fact, Listing, Row, Table
from rehabkit.reports.text import (
    clock,
    number,
    quantity,
    range_text,
    sentence,
    side_text,
    value_text,
    words,
)  # fmt: skip

LOOK = "Look here"
"""The word that marks a row that asks for attention; colour and weight only repeat it."""
COURSE = ("count", "hold", "tempo", "smoothness", "fatigue", "recording")


def difference_table(assessment: Assessment) -> Table | None:
    """Left beside right: the patient's other side is the nearest norm."""
    found = _measured(assessment, "side_to_side")
    rows = tuple(_row(f, Cell(f.label), _value(f), Cell(f.text)) for f in found)
    columns = ("Side to side", "Difference", "What it means")
    return Table("Side to side", columns, (34, 24, 42), rows) if rows else None


def range_table(assessment: Assessment) -> Table | None:
    """Ranges of motion, left beside right, with targets and norms of the same joint in the same row."""
    found = _measured(assessment, "range_of_motion")
    rows: dict[str, dict[str, Finding]] = {}
    for finding in found:
        rows.setdefault(_sideless(finding), {})[finding.side] = finding
    references = _references(assessment)
    built = tuple(_range_row(sides, references) for sides in rows.values())
    if not built:
        return None
    columns = ("Range of motion", "Left", "Right", "Target and norm")
    return Table("Range of motion", columns, (23, 17, 17, 43), built, _error_note(found))


def course_table(assessment: Assessment) -> Table | None:
    """Counts, tempo, smoothness and trends over the set."""
    found = [f for category in COURSE for f in _measured(assessment, category)]
    found += [f for f in _measured(assessment, "target") if f.joint is None]
    rows = tuple(_row(f, Cell(f.label, f.evidence.method), _value(f), Cell(f.text, f.evidence.source)) for f in found)
    columns = ("Course of the set", "Value", "What it means")
    return Table("Course of the set", columns, (34, 24, 42), rows) if rows else None


def compensation_table(assessment: Assessment) -> Table | None:
    """Evasive movements that were looked for, found or not."""
    found = _measured(assessment, "compensation")
    rows = tuple(_row(f, Cell(f.label, f.evidence.method), _value(f), Cell(f.text)) for f in found)
    columns = ("Compensation", "Worst", "What it means")
    return Table("Compensation", columns, (34, 24, 42), rows) if rows else None


def recognition_table(assessment: Assessment) -> Table | None:
    """Which movement a trained network took it for."""
    found = _measured(assessment, "recognition")
    rows = tuple(_row(f, Cell(f.label, f.evidence.method), _value(f), Cell(f.text, f.evidence.source)) for f in found)
    columns = ("Recognition", "Answer", "What it means")
    return Table("Which movement it was", columns, (34, 24, 42), rows) if rows else None


def quality_table(assessment: Assessment) -> Table | None:
    """What a trained network says of each repetition, and where it abstains."""
    judged = [(r, r.quality) for r in assessment.repetitions if r.quality is not None]
    rows = tuple(_quality_row(repetition, quality) for repetition, quality in judged)
    columns = ("No.", "Done as trained on", "What differs most", "When", "Why not, or how")
    note = (
        "The score is the network's probability that the repetition is a correct one, trained on healthy people who "
        "did it rightly or on purpose wrongly. It does not know the patient; a clinician decides. An error of one "
        "joint is found around the middle of a repetition only: no joint named does not mean that none erred. Where "
        "no joint stands out, the time is when the repetition differed most from this patient's own that look right. "
        "Repetitions of one recording are judged together: how they lie to each other shows this patient's own level."
    )
    return (
        Table("Each repetition as a trained network sees it", columns, (6, 20, 30, 16, 28), rows, note)
        if rows
        else None
    )


def _quality_row(repetition: Repetition, quality: Quality) -> Row:
    deviation, calibrated = quality.deviation, quality.calibrated_on
    differs = when = "–"
    if deviation is not None:
        by = quantity(deviation.degrees, "deg", deviation.uncertainty_deg) if deviation.degrees is not None else ""
        differs = f"{words(deviation.joint)}{f', {by}' if by else ''}"
        if deviation.start_s is not None and deviation.end_s is not None:
            when = f"{clock(deviation.start_s)} – {clock(deviation.end_s)}"
    elif quality.against_start_s is not None and quality.against_end_s is not None:
        differs, when = "no single joint", f"{clock(quality.against_start_s)} – {clock(quality.against_end_s)}"
    how = f"calibrated on repetition {', '.join(map(str, calibrated))}" if calibrated else ""
    score = "abstains" if quality.score is None or not quality.sure else _of_100(quality.score)
    if repetition.number in calibrated:
        score, how = "approved", "by a clinician"
    cells = (str(repetition.number), score, differs, when, quality.why_not or how)
    return Row(tuple(Cell(text, strong=i == 1) for i, text in enumerate(cells)))


def _of_100(score: float) -> str:
    """No network is as sure as 0 or 100."""
    return f"{'under 1' if score < 1 else 'over 99' if score > 99 else number(score, 0)} of 100"


def told_table(assessment: Assessment) -> Table | None:
    """Pain and effort: what only the patient knows."""
    found = _measured(assessment, "patient")
    rows = tuple(_row(f, Cell(f.label), _value(f), Cell(f.text, f.evidence.source)) for f in found)
    columns = ("As told by the patient", "Value", "What it means")
    return Table("Pain and effort", columns, (34, 24, 42), rows) if rows else None


def repetition_table(assessment: Assessment, measure: str) -> Table | None:
    """Every repetition, the partial ones with their reason.

    Parameters
    ----------
    measure : the angle whose range is listed, e.g. ``knee_flexion``; empty for none.
    """
    if not assessment.repetitions:
        return None
    angles = [a for a in (measure, f"left_{measure}", f"right_{measure}") if _ranged(assessment.repetitions, a)]
    headings = [f"Range {a.split('_')[0]}" if a != measure else "Range" for a in angles]
    columns = (
        "No.",
        "Repetition",
        "From – to",
        *headings,
        "Out / hold / back, s",
        "Smoothness",
        "Compensation",
    )
    rows = tuple(_repetition_row(r, angles) for r in assessment.repetitions)
    note = f"Range: {words(measure).lower()}. " if angles else "No range could be measured. "
    note += "Smoothness is SPARC: nearer 0 is smoother. Further angles are in the JSON and CSV files."
    return Table("Every repetition", columns, _widths(len(angles)), rows, note)


def hold_table(assessment: Assessment) -> Table | None:
    """Every position that was held."""
    rows = tuple(
        Row((
            Cell(str(i)),
            Cell(words(h.kind), h.reason or "", strong=h.kind == "complete"),
            Cell(f"{clock(h.start_s)} – {clock(h.end_s)}"),
            Cell(quantity(h.duration_s, "s")),
        ))
        for i, h in enumerate(assessment.holds, 1)
    )  # fmt: skip
    columns = ("No.", "Hold", "From – to", "Held for")
    return Table("Every hold", columns, (8, 52, 22, 18), rows) if rows else None


def unmeasured_list(assessment: Assessment) -> Listing | None:
    """What has no value, gathered by the reason."""
    reasons: dict[str, list[str]] = {}
    for finding in assessment.findings:
        if finding.not_measurable is not None:
            reasons.setdefault(finding.not_measurable, []).append(finding.label)
    for series in assessment.series:
        if not series.clinical and series.why_not_clinical is not None:
            labels = reasons.setdefault(series.why_not_clinical, [])
            if not any(label.startswith(series.label) for label in labels):
                labels.append(f"{series.label} as a clinical value")
    points = tuple(Fact("; ".join(labels), sentence(reason)) for reason, labels in reasons.items())
    return Listing(points) if points else None


def _range_row(sides: dict[str, Finding], references: dict[tuple[str | None, str], list[Finding]]) -> Row:
    first = next(iter(sides.values()))
    said = [f for side in sides for f in references.pop((first.joint, side), [])]
    sources = dict.fromkeys(f.evidence.source for f in said if f.category == "norm" and f.evidence.source)
    whole = next((f for side, f in sides.items() if side not in ("left", "right")), None)
    values = [_value(sides[s]) if s in sides else Cell("–") for s in ("left", "right")]
    if whole is not None:
        values = [_value(whole), Cell("")]
    cells = (Cell(_sideless_label(first)), *values, Cell("\n".join(_by_text(said)), "; ".join(sources)))
    return Row(cells, LOOK if any(f.attention for f in (*sides.values(), *said)) else "")


def _by_text(found: Sequence[Finding]) -> Iterable[str]:
    """One line a sentence, with the sides that it holds for."""
    sides: dict[str, list[str]] = {}
    for finding in found:
        sides.setdefault(finding.text, []).append(finding.side)
    for text, where in sides.items():
        named = " and ".join(side for side in where if side in ("left", "right"))
        yield f"{named.capitalize()}: {text}" if named else text


def _references(assessment: Assessment) -> dict[tuple[str | None, str], list[Finding]]:
    """Targets and norms by joint and side."""
    found: dict[tuple[str | None, str], list[Finding]] = {}
    for finding in (*_measured(assessment, "target"), *_measured(assessment, "norm")):
        found.setdefault((finding.joint, finding.side), []).append(finding)
    return found


def _measured(assessment: Assessment, category: str) -> list[Finding]:
    return [f for f in assessment.findings if f.category == category and f.not_measurable is None]


def _row(finding: Finding, *cells: Cell) -> Row:
    return Row(cells, LOOK if finding.attention else "")


def _value(finding: Finding) -> Cell:
    notes = ["provisional"] if finding.provisional else []
    if finding.category == "range_of_motion" and len(finding.evidence.repetitions) == 1:
        notes.append(f"repetition {finding.evidence.repetitions[0]}")
    return Cell(value_text(finding), " · ".join(notes), strong=True)


def _error_note(found: Sequence[Finding]) -> str:
    sources = dict.fromkeys(f.evidence.source for f in found if f.uncertainty is not None)
    sources.pop("", None)
    note = "± is the half-width of the 95 % interval of the sensor's own error"
    note += f" ({'; '.join(sources)})." if sources else "."
    if any(f.provisional for f in found):
        note += " Provisional: that error has not been measured on enough people for this kind of sensor."
    return note


def _sideless(finding: Finding) -> str:
    return finding.name.removeprefix("left_").removeprefix("right_")


def _sideless_label(finding: Finding) -> str:
    label = finding.label.removeprefix("Left ").removeprefix("Right ")
    return label[:1].upper() + label[1:]


def _ranged(repetitions: Iterable[Repetition], angle: str) -> bool:
    ranges = (j for r in repetitions for j in r.range_of_motion)
    return any(j.angle == angle and j.range_deg is not None for j in ranges)


def _widths(n_angles: int) -> tuple[int, ...]:
    return {
        0: (6, 30, 19, 16, 13, 16), 1: (5, 24, 17, 14, 14, 12, 14), 2: (5, 18, 16, 12, 12, 13, 11, 13),
    }.get(n_angles, (5, 13, 14, 11, 11, 11, 12, 11, 12))  # fmt: skip


def _repetition_row(repetition: Repetition, angles: Sequence[str]) -> Row:
    ranges = {j.angle: j for j in repetition.range_of_motion}
    side = f", {side_text(repetition.side)}" if repetition.side in ("left", "right") else ""
    length = clock(repetition.end_s - repetition.start_s)
    why = [repetition.reason or "", f"set by {repetition.stated_by}" if repetition.stated_by else ""]
    tempo = [number(repetition.tempo_s[p], 1) for p in ("out", "hold", "return") if p in repetition.tempo_s]
    return Row(
        (
            Cell(str(repetition.number)),
            Cell(
                words(repetition.kind) + side,
                "; ".join(filter(None, why)),
                strong=repetition.kind == "complete",
            ),
            Cell(f"{clock(repetition.start_s)} – {clock(repetition.end_s)}", length),
            *(Cell(range_text(ranges[a])) if a in ranges else Cell("–") for a in angles),
            Cell(" / ".join(tempo) or "–"),
            Cell(number(repetition.smoothness, 1) if repetition.smoothness is not None else "–"),
            Cell(", ".join(words(c) for c in repetition.compensations) or "none seen"),
        )
    )
