"""Findings of an exercise session: what the repetitions and holds say, each value with its error.

Each function asks one question; :func:`interpret` asks them all. Side-to-side differences come before norms:
the patient's other side is a better norm than a table.
"""

from __future__ import annotations

from collections.abc import Iterator

from rehabkit.exercises.compensation import CheckOutcome
from rehabkit.findings import Evidence, Finding, Patient
from rehabkit.kinematics.uncertainty import camera_error
from rehabkit.systems.exercise_session import how_far, how_well
from rehabkit.systems.exercise_session.movement import Movement
from rehabkit.systems.exercise_session.nothing_counted import say_nothing_counted
from rehabkit.systems.exercise_session.statements import plural, primary_tracks, ranged, whole


def interpret(movement: Movement, patient: Patient) -> list[Finding]:
    """All findings of a movement, the most useful first.

    Parameters
    ----------
    movement : measured angles, repetitions and holds.
    patient : what only a person knows.
    """
    parts = (
        _counts(movement, patient),
        _holds(movement, patient),
        how_far.side_to_side(movement),
        how_far.ranges(movement),
        how_far.whole_ranges(movement),
        how_far.targets(movement, patient),
        how_far.norms(movement, patient),
        (_compensation(movement, outcome) for outcome in movement.checks),
        how_well.tempo(movement),
        how_well.smoothness(movement),
        how_well.fatigue(movement),
        _told(patient),
    )
    return [finding for part in parts for finding in part]


def summarise(movement: Movement, findings: list[Finding]) -> list[str]:
    """What a patient is told: how many, how far, and what to look at; each in one sentence.

    Parameters
    ----------
    findings : as :func:`interpret` gives them.
    """
    told = [f.text for f in findings if f.text and (f.attention or f.category in ("count", "hold", "target"))]
    tracks = primary_tracks(movement)
    if movement.complete and tracks and not any(ranged(movement, track) for track in tracks):
        why = next(f.not_measurable for f in findings if f.joint == tracks[0].measure.name and f.not_measurable)
        told.append(f"How far you moved could not be measured: {why}.")
    return told


def _counts(movement: Movement, patient: Patient) -> Iterator[Finding]:
    if movement.exercise is not None and movement.exercise.hold is not None:
        return
    n_complete = len(movement.complete)
    n_partial = len(movement.repetitions) - n_complete
    evidence = whole(
        movement,
        list(movement.repetitions),
        f"two thresholds on {movement.signal_name.replace('_', ' ')}; its range is found in the recording itself",
    )
    counted = plural(n_complete, "complete repetition") + (f" and {n_partial} partial." if n_partial else ".")
    yield Finding(
        name="n_repetitions",
        label="Complete repetitions",
        value=n_complete,
        category="count",
        attention=n_complete == 0,
        text=counted if n_complete else say_nothing_counted(movement.skeleton, movement.exercise),
        evidence=evidence,
    )
    wanted = patient.prescription.repetitions
    if wanted is not None:
        yield Finding(
            name="n_repetitions_of_prescribed",
            label="Repetitions of those prescribed",
            value=round(100.0 * n_complete / wanted, 1),
            unit="%",
            category="target",
            attention=n_complete < wanted,
            text=f"{n_complete} of the {wanted} prescribed repetitions are in this recording.",
            evidence=evidence,
        )


def _holds(movement: Movement, patient: Patient) -> Iterator[Finding]:
    if movement.exercise is None or movement.exercise.hold is None:
        return
    longest = max((hold.duration_s for hold in movement.holds), default=0.0)
    wanted = patient.prescription.hold_s
    text = f"The longest hold lasted {longest:.1f} s."
    if wanted is not None:
        text += f" {wanted:.0f} s were prescribed."
    yield Finding(
        name="hold_longest",
        label="Longest hold",
        value=round(longest, 1),
        unit="s",
        category="hold",
        attention=wanted is not None and longest < wanted,
        text=text,
        evidence=whole(movement, [], f"{movement.signal_name.replace('_', ' ')} within its band"),
    )


def _compensation(movement: Movement, outcome: CheckOutcome) -> Finding:
    check, measure = outcome.check, outcome.measure
    error = camera_error(measure.name, movement.skeleton.sensor)
    failed = [r for r in movement.repetitions if outcome.failed(r.number)]
    found = outcome.why_not is None
    sure = found and abs(outcome.worst - outcome.limit) > error.half_width_95
    text = "Not seen in this set."
    if failed:
        text = f"{check.say} Seen in {plural(len(failed), 'repetition')}" + (
            "." if sure else ", but by less than this sensor's error."
        )
    return Finding(
        name=f"compensation_{check.name}",
        label=check.name.replace("_", " ").capitalize(),
        value=outcome.worst if found else None,
        unit=measure.unit,
        uncertainty=round(error.half_width_95, 1) if found else None,
        provisional=found and error.provisional,
        joint=measure.name,
        category="compensation",
        attention=bool(failed) and sure,
        text=text if found else "",
        not_measurable=outcome.why_not,
        evidence=Evidence(
            joints=list(measure.joints),
            repetitions=[r.number for r in failed],
            plane=measure.plane,
            view=movement.view.name,
            method=f"worst of the set{' since the start of its repetition' if check.relative else ''}; "
            f"the limit is {outcome.limit:g} {measure.unit}",
            source=error.source,
        ),
    )


def _told(patient: Patient) -> Iterator[Finding]:
    told = (("pain_before", "Pain before"), ("pain_after", "Pain after"), ("effort", "Effort (Borg CR10)"))
    for name, label in told:
        value = getattr(patient, name)
        if value is not None:
            yield Finding(name=name, label=label, value=value, unit="of 10", category="patient", text="As told.")
    if patient.pain_before is not None and patient.pain_after is not None:
        change = patient.pain_after - patient.pain_before
        yield Finding(
            name="pain_change",
            label="Pain, change",
            value=change,
            unit="of 10",
            category="patient",
            attention=change >= 2,
            text="A change of 2 points or more is usually felt as a real one." if abs(change) >= 2 else "",
            evidence=Evidence(source="Farrar et al., Pain 94:149–158, 2001"),
        )
