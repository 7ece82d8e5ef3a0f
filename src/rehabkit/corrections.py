"""What a person sees better than the machine: changes to an Assessment, kept with who and why, and recomputed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from rehabkit.errors import AssessmentError
from rehabkit.exercises import library
from rehabkit.exercises.definition import Exercise
from rehabkit.findings import Assessment, Correction, Repetition, Side
from rehabkit.pipeline import assessment_of, reopen
from rehabkit.runtime.calibrate import LEAST_APPROVED
from rehabkit.systems.exercise_session.movement import Movement, prepare, with_repetitions

Kind = Literal["complete", "partial", "none"]


@dataclass(frozen=True)
class Change:
    """One change to the repetitions.

    Parameters
    ----------
    repetition : number of the one to change; ``None``: all of them.
    start_s, end_s : new boundaries, seconds.
    kind : ``none`` deletes it.
    side : the side that moved.
    add : start and end of a repetition that was missed, seconds.
    """

    repetition: int | None = None
    start_s: float | None = None
    end_s: float | None = None
    kind: Kind | None = None
    side: Side | None = None
    add: tuple[float, float] | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """What changes in an existing repetition."""
        values = {"start_s": self.start_s, "end_s": self.end_s, "kind": self.kind, "side": self.side}
        return {name: value for name, value in values.items() if value is not None} if self.add is None else {}


def correct(assessment: Assessment, *, who: str, why: str, exercise: str | None = None, **change: Any) -> Assessment:
    """Change an assessment as a person says, and compute everything else again.

    Parameters
    ----------
    who, why : kept beside the change for ever; neither may be empty.
    exercise : the exercise that it really was; its repetitions are found anew, then changed.
    **change : the fields of :class:`Change`.

    Returns
    -------
    Assessment
        A new one; the given one is left as it was.

    Raises
    ------
    AssessmentError
        If nothing is changed, or the change contradicts the recording; all problems are named at once.
    ExerciseError
        If the exercise is unknown.
    """
    asked = Change(**change)
    definition = library.load(exercise) if exercise else _definition(assessment)
    skeleton, view = reopen(assessment)
    movement = prepare(skeleton, view, definition)
    before = list(movement.repetitions if exercise else assessment.repetitions)
    problems = list(_problems(asked, who, why, exercise, before, assessment.recording.duration_s))
    if problems:
        raise AssessmentError(f"correction of {assessment.recording.name}: " + "; ".join(problems))
    after = _applied(before, asked, who)
    movement = with_repetitions(movement, after)
    corrections = list(assessment.provenance.corrections)
    if exercise and definition:
        corrections.append(_kept(who, why, "exercise", assessment.exercise, definition.name))
    if asked != Change():
        corrections.append(_kept(who, why, *_told(before, asked)))
    provenance = assessment.provenance.model_copy(update={"corrections": corrections})
    recognised = [] if exercise else [f for f in assessment.findings if f.category == "recognition"]
    approved = _still_approved(assessment, movement)
    return assessment_of(movement, assessment.patient, assessment.recording, provenance, recognised, approved)


def _still_approved(assessment: Assessment, movement: Movement) -> list[int]:
    """Numbers that the approved repetitions have now; none where fewer than two of them are left."""
    judged = [r.quality.calibrated_on for r in assessment.repetitions if r.quality is not None]
    numbers = judged[0] if judged else []
    starts = {r.start_s for r in assessment.repetitions if r.number in numbers}
    kept = [r.number for r in movement.complete if r.start_s in starts]
    return kept if len(kept) >= LEAST_APPROVED else []


def _definition(assessment: Assessment) -> Exercise | None:
    stored = assessment.provenance.exercise_definition
    return Exercise.model_validate(stored) if stored else None


def _problems(
    asked: Change, who: str, why: str, exercise: str | None, before: list[Repetition], duration_s: float
) -> Iterator[str]:
    if not who.strip() or not why.strip():
        yield "who and why must be given"
    if exercise is None and asked == Change():
        yield "something must be changed, got nothing; give an exercise, side, repetition or an added one"
    numbers = [r.number for r in before]
    if asked.repetition is not None and asked.repetition not in numbers:
        have = f"1 to {len(numbers)}" if numbers else "none"
        yield f"repetition must be one of those found ({have}), got {asked.repetition}"
    if asked.repetition is None and {"start_s", "end_s", "kind"} & asked.fields.keys():
        yield "repetition must be given with start, end or kind; name its number"
    for one in before:
        if asked.repetition == one.number:
            start_s = one.start_s if asked.start_s is None else asked.start_s
            end_s = one.end_s if asked.end_s is None else asked.end_s
            yield from _outside(start_s, end_s, duration_s)
    if asked.add is not None:
        yield from _outside(*asked.add, duration_s)


def _outside(start_s: float, end_s: float, duration_s: float) -> Iterator[str]:
    if not 0 <= start_s < end_s <= duration_s + 0.1:
        yield f"start and end must lie in order within 0 to {duration_s:g} s, got {start_s:g} to {end_s:g}"


def _applied(before: list[Repetition], asked: Change, who: str) -> list[Repetition]:
    if asked.add is not None:
        start_s, end_s = asked.add
        kind: Literal["complete", "partial"] = "partial" if asked.kind == "partial" else "complete"
        new = Repetition(
            number=1, start_s=start_s, end_s=end_s, side=asked.side or "both", kind=kind, stated_by=who
        )  # fmt: skip
        return [*before, new]
    touched = [r for r in before if asked.fields and asked.repetition in (None, r.number)]
    untouched = [r for r in before if r not in touched]
    if asked.kind == "none":
        return untouched
    return untouched + [_edited(r, asked, who) for r in touched]


def _edited(repetition: Repetition, asked: Change, who: str) -> Repetition:
    edits = asked.fields | {"stated_by": who}
    if asked.kind == "complete":
        edits["reason"] = None
    elif asked.kind == "partial":
        edits["reason"] = repetition.reason or f"called partial by {who}"
    if {"start_s", "end_s"} & edits.keys():
        edits["peak_s"] = None
    return repetition.model_copy(update=edits)


def _told(before: list[Repetition], asked: Change) -> tuple[str, Any, Any]:
    """Field, value before and value after, as the correction is remembered."""
    if asked.add is not None:
        return "repetition added", None, list(asked.add)
    if asked.repetition is None:
        return "side of all repetitions", sorted({r.side for r in before}), asked.side
    one = next(r for r in before if r.number == asked.repetition)
    names = asked.fields.keys()
    return f"repetition {asked.repetition}", {name: getattr(one, name) for name in names}, asked.fields


def _kept(who: str, why: str, field: str, before: Any, after: Any) -> Correction:
    when = datetime.now(UTC).isoformat(timespec="seconds")
    return Correction(who=who.strip(), why=why.strip(), when=when, field=field, before=before, after=after)
