"""Findings of an exercise session: what the repetitions and holds say, each value with its error.

Each function asks one question; :func:`interpret` asks them all. Side-to-side differences come before norms:
the patient's other side is a better norm than a table.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rehabkit.exercises.compensation import CheckOutcome
from rehabkit.exercises.norms import norm
from rehabkit.findings import Evidence, Finding, JointRange, Patient, Repetition
from rehabkit.kinematics.tracks import Track
from rehabkit.kinematics.trends import drift, theil_sen
from rehabkit.kinematics.uncertainty import camera_error
from rehabkit.systems.exercise_session import Movement
from rehabkit.systems.nothing_counted import say_nothing_counted

SQRT2 = float(np.sqrt(2.0))
"""The error of a difference of two measurements with independent errors is √2 times that of one."""
ENOUGH_FOR_TREND = 5
"""Fewer repetitions than this give no fatigue trend."""


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
        _side_to_side(movement),
        _ranges(movement),
        _whole_ranges(movement),
        _targets(movement, patient),
        _norms(movement, patient),
        (_compensation(movement, outcome) for outcome in movement.checks),
        _tempo(movement),
        _smoothness(movement),
        _fatigue(movement),
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
    tracks = _primary_tracks(movement)
    if movement.complete and tracks and not any(_ranged(movement, track) for track in tracks):
        why = next(f.not_measurable for f in findings if f.joint == tracks[0].measure.name and f.not_measurable)
        told.append(f"How far you moved could not be measured: {why}.")
    return told


# -- shared pieces ---------------------------------------------------------------------------------------------


def _ranged(movement: Movement, track: Track) -> list[tuple[Repetition, JointRange]]:
    """Complete repetitions in which this track has a range."""
    return [
        (repetition, joint)
        for repetition in movement.complete
        for joint in repetition.range_of_motion
        if joint.angle == track.name and joint.range_deg is not None
    ]


def _primary_tracks(movement: Movement) -> list[Track]:
    primary = movement.exercise.primary if movement.exercise else None
    return [t for t in movement.tracks if primary is not None and t.measure.name == primary.angle]


def _statement(
    movement: Movement,
    track: Track,
    suffix: str,
    what: str,
    value: float | None,
    repetitions: list[Repetition],
    method: str,
    **more: object,
) -> Finding:
    """A finding about one track, with its sensor's error and its evidence."""
    error = camera_error(track.measure.name, movement.skeleton.sensor)
    fields: dict[str, object] = {
        "name": f"{track.name}_{suffix}",
        "label": f"{track.label}, {what}",
        "value": None if value is None else round(value, 1),
        "unit": track.measure.unit,
        "uncertainty": None if value is None else round(error.half_width_95, 1),
        "provisional": value is not None and error.provisional,
        "side": track.side,
        "joint": track.measure.name,
        "evidence": Evidence(
            joints=list(track.measure.joints_of(track.side)),
            start_s=repetitions[0].start_s if repetitions else None,
            end_s=repetitions[-1].end_s if repetitions else None,
            repetitions=[r.number for r in repetitions],
            plane=track.measure.plane,
            view=movement.view.name,
            method=method,
            source=error.source,
        ),
    }
    return Finding.model_validate(fields | more)


def _whole(movement: Movement, repetitions: list[Repetition], method: str) -> Evidence:
    return Evidence(repetitions=[r.number for r in repetitions], view=movement.view.name, method=method)


def _plural(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


# -- one question each -----------------------------------------------------------------------------------------


def _counts(movement: Movement, patient: Patient) -> Iterator[Finding]:
    if movement.exercise is not None and movement.exercise.hold is not None:
        return
    n_complete = len(movement.complete)
    n_partial = len(movement.repetitions) - n_complete
    evidence = _whole(
        movement,
        list(movement.repetitions),
        f"two thresholds on {movement.signal_name.replace('_', ' ')}; its range is found in the recording itself",
    )
    counted = _plural(n_complete, "complete repetition") + (f" and {n_partial} partial." if n_partial else ".")
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
        evidence=_whole(movement, [], f"{movement.signal_name.replace('_', ' ')} within its band"),
    )


def _side_to_side(movement: Movement) -> Iterator[Finding]:
    tracks = {track.name: track for track in movement.tracks}
    for right in (t for t in movement.tracks if t.side == "right"):
        pairs = [_ranged(movement, tracks[f"left_{right.measure.name}"]), _ranged(movement, right)]
        if not all(pairs):
            continue
        left_best, right_best = (max(joint.range_deg or 0.0 for _, joint in side) for side in pairs)
        difference = left_best - right_best
        half_width = SQRT2 * camera_error(right.measure.name, movement.skeleton.sensor).half_width_95
        told = abs(difference) > half_width
        more, less = ("left", "right") if difference > 0 else ("right", "left")
        yield _statement(
            movement,
            right,
            "",
            "",
            difference,
            movement.complete,
            "best left range minus best right range",
            name=f"{right.measure.name}_left_minus_right",
            label=f"{right.measure.label.capitalize()}, left minus right",
            side="both",
            category="side_to_side",
            uncertainty=round(half_width, 1),
            attention=told,
            text=f"The {more} side moved {abs(difference):.0f}° further than the {less} side."
            if told
            else "Left and right moved equally far, as far as this sensor can tell.",
        )


def _ranges(movement: Movement) -> Iterator[Finding]:
    for track in movement.tracks:
        pairs = _ranged(movement, track)
        mine = [r for r in movement.complete if track.side in ("none", r.side) or r.side in ("both", "none")]
        if mine and not pairs:
            yield _no_range(movement, track, mine)
        if not pairs:
            continue
        repetitions = [repetition for repetition, _ in pairs]
        values = np.array([joint.range_deg for _, joint in pairs], dtype=float)
        best = repetitions[int(np.argmax(values))]
        yield _statement(movement, track, "range_best", "best range", float(values.max()), [best], "largest of the set")
        if len(values) > 1:
            mean = float(values.mean())
            yield _statement(movement, track, "range_mean", "mean range", mean, repetitions, "mean of the set")
        if len(values) >= ENOUGH_FOR_TREND:
            yield _statement(
                movement,
                track,
                "range_drift",
                "drift over the set",
                drift(values),
                repetitions,
                "end minus start of the Theil–Sen line through the repetitions",
                category="fatigue",
            )


def _whole_ranges(movement: Movement) -> Iterator[Finding]:
    """For a movement that is no known exercise and has no repetition: how far each joint went in all."""
    if movement.exercise is not None or movement.complete:
        return
    for track in movement.tracks:
        seen_s = track.time_s[np.isfinite(track.value)]
        whole = track.range_between(*((seen_s[0], seen_s[-1]) if len(seen_s) else (0.0, 0.0)))
        yield _statement(
            movement,
            track,
            "range_recording",
            "range in the whole recording",
            whole.range_deg,
            [],
            "highest angle minus lowest",
            not_measurable=whole.not_measurable,
        )


def _no_range(movement: Movement, track: Track, repetitions: list[Repetition]) -> Finding:
    reasons = [j.not_measurable for r in repetitions for j in r.range_of_motion if j.angle == track.name]
    why = next((reason for reason in reasons if reason), "not seen")
    return _statement(movement, track, "range_best", "best range", None, repetitions, "", not_measurable=why)


def _targets(movement: Movement, patient: Patient) -> Iterator[Finding]:
    exercise = movement.exercise
    if exercise is None or exercise.primary is None:
        return
    outward = 1.0 if exercise.primary.direction == "increase" else -1.0
    target = patient.prescription.target_deg
    if target is None and exercise.target is not None:
        target = exercise.target.low_deg if outward > 0 else exercise.target.high_deg
    if target is None:
        return
    for track in _primary_tracks(movement):
        pairs = _ranged(movement, track)
        if not pairs:
            continue
        error = camera_error(track.measure.name, movement.skeleton.sensor).half_width_95
        beyond = np.array([_farthest(joint, outward) - outward * target for _, joint in pairs])
        n_reached, n_unsure = int((beyond >= 0).sum()), int((np.abs(beyond) <= error).sum())
        text = f"{track.label}: {n_reached} of {_plural(len(pairs), 'repetition')} reached {target:.0f}°"
        text += f"; {n_unsure} were within this sensor's error of it." if n_unsure else "."
        yield _statement(
            movement,
            track,
            "target_reached",
            f"repetitions that reached {target:.0f}°",
            float(n_reached),
            [r for r, _ in pairs],
            "highest angle of each complete repetition",
            unit="",
            uncertainty=None,
            category="target",
            attention=bool((beyond < -error).any()),
            text=text,
        )


def _farthest(joint: JointRange, outward: float) -> float:
    """Farthest that the joint went outward (+1: up, -1: down), times that sign; it may have started there."""
    return max(outward * (joint.start_deg or 0.0), outward * (joint.peak_deg or 0.0))


def _norms(movement: Movement, patient: Patient) -> Iterator[Finding]:
    for track in _primary_tracks(movement):
        pairs = _ranged(movement, track)
        expected = norm(track.measure.name, patient.age_years, patient.sex)
        if not pairs or expected is None:
            continue
        peak = max(_farthest(joint, 1.0) for _, joint in pairs)
        finding = _statement(
            movement,
            track,
            "of_norm",
            "highest angle beside the norm",
            peak,
            [r for r, _ in pairs],
            "",
            category="norm",
        )
        spread = f" ({expected.low:.0f}° to {expected.high:.0f}°)" if expected.sd is not None else ""
        text = f"Reached {peak:.0f}°; full range of this joint is usually {expected.mean:.0f}°{spread}."
        evidence = finding.evidence.model_copy(update={"source": expected.source})
        yield finding.model_copy(
            update={"text": text + " The exercise itself may not ask for all of it.", "evidence": evidence}
        )


def _compensation(movement: Movement, outcome: CheckOutcome) -> Finding:
    check, measure = outcome.check, outcome.measure
    error = camera_error(measure.name, movement.skeleton.sensor)
    failed = [r for r in movement.repetitions if outcome.failed(r.number)]
    found = outcome.why_not is None
    sure = found and abs(outcome.worst - outcome.limit) > error.half_width_95
    text = "Not seen in this set."
    if failed:
        text = f"{check.say} Seen in {_plural(len(failed), 'repetition')}" + (
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


def _tempo(movement: Movement) -> Iterator[Finding]:
    exercise = movement.exercise
    phases = ("out", "hold", "return")
    for phase, words in zip(phases, exercise.phases if exercise else phases, strict=True):
        pairs = [(r, r.tempo_s[phase]) for r in movement.complete if phase in r.tempo_s]
        if not pairs:
            continue
        mean = float(np.mean([seconds for _, seconds in pairs]))
        low, high = getattr(exercise.tempo, f"{phase}_s", (0.0, np.inf)) if exercise else (0.0, np.inf)
        verdict = "faster than asked" if mean < low else "slower than asked" if mean > high else ""
        yield Finding(
            name=f"tempo_{phase}",
            label=f"Tempo, {words}",
            value=round(mean, 2),
            unit="s",
            uncertainty=round(2.0 / max(movement.skeleton.rate_hz, 1.0), 2),
            category="tempo",
            attention=bool(verdict),
            text=f"{words.capitalize()}: {mean:.1f} s on average"
            + (f", {verdict} ({low:g} to {high:g} s)." if verdict else "."),
            evidence=_whole(movement, [r for r, _ in pairs], "mean of the set; the error is two frames"),
        )


def _smoothness(movement: Movement) -> Iterator[Finding]:
    pairs = [(r, r.smoothness) for r in movement.complete if r.smoothness is not None]
    if pairs:
        yield Finding(
            name="smoothness_sparc",
            label="Smoothness (SPARC)",
            value=round(float(np.mean([value for _, value in pairs])), 2),
            category="smoothness",
            text="Nearer 0 is smoother; compare it only with the same exercise, tempo and camera.",
            evidence=_whole(
                movement,
                [r for r, _ in pairs],
                f"spectral arc length of the speed of {movement.signal_name.replace('_', ' ')}, mean of the set",
            ).model_copy(update={"source": "Balasubramanian et al., J. NeuroEng. Rehabil. 12:112, 2015"}),
        )


def _fatigue(movement: Movement) -> Iterator[Finding]:
    timed = [r for r in movement.complete if r.side in ("both", "none")] or movement.complete
    if len(timed) < ENOUGH_FOR_TREND:
        return
    durations = np.array([r.end_s - r.start_s for r in timed])
    trend = theil_sen(durations)
    told = trend.low > 0 or trend.high < 0
    direction = "slower" if trend.slope > 0 else "faster"
    yield Finding(
        name="fatigue_duration_trend",
        label="Change of duration from one repetition to the next",
        value=round(trend.slope, 3),
        unit="s",
        uncertainty=round(0.5 * (trend.high - trend.low), 3),
        category="fatigue",
        attention=told and trend.slope > 0,
        text=f"Repetitions became {direction} during the set." if told else "No steady change of tempo in this set.",
        evidence=_whole(movement, timed, "Theil–Sen slope with its 95 % interval"),
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
