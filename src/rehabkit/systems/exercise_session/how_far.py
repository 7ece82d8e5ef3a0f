"""How far: range of motion of each joint, beside the other side, the target and the norm."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rehabkit.exercises.norms import norm
from rehabkit.findings import Finding, JointRange, Patient, Repetition
from rehabkit.kinematics.tracks import Track
from rehabkit.kinematics.trends import drift
from rehabkit.kinematics.uncertainty import camera_error
from rehabkit.systems.exercise_session.movement import ENOUGH_FOR_TREND, Movement
from rehabkit.systems.exercise_session.statements import plural, primary_tracks, ranged, statement

MIDDLE_PERCENT = (5, 95)
SQRT2 = float(np.sqrt(2.0))
"""The error of a difference of two measurements with independent errors is √2 times that of one."""


def side_to_side(movement: Movement) -> Iterator[Finding]:
    tracks = {track.name: track for track in movement.tracks}
    for right in (t for t in movement.tracks if t.side == "right"):
        pairs = [ranged(movement, tracks[f"left_{right.measure.name}"]), ranged(movement, right)]
        if not all(pairs):
            continue
        left_best, right_best = (max(joint.range_deg or 0.0 for _, joint in side) for side in pairs)
        difference = left_best - right_best
        half_width = SQRT2 * camera_error(right.measure.name, movement.skeleton.sensor).half_width_95
        told = abs(difference) > half_width
        more, less = ("left", "right") if difference > 0 else ("right", "left")
        yield statement(
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


def ranges(movement: Movement) -> Iterator[Finding]:
    for track in movement.tracks:
        pairs = ranged(movement, track)
        mine = [r for r in movement.complete if track.side in ("none", r.side) or r.side in ("both", "none")]
        if mine and not pairs:
            yield _no_range(movement, track, mine)
        if not pairs:
            continue
        repetitions = [repetition for repetition, _ in pairs]
        values = np.array([joint.range_deg for _, joint in pairs], dtype=float)
        best = repetitions[int(np.argmax(values))]
        yield statement(movement, track, "range_best", "best range", float(values.max()), [best], "largest of the set")
        if len(values) > 1:
            mean = float(values.mean())
            yield statement(movement, track, "range_mean", "mean range", mean, repetitions, "mean of the set")
        if len(values) >= ENOUGH_FOR_TREND:
            yield statement(
                movement,
                track,
                "range_drift",
                "drift over the set",
                drift(values),
                repetitions,
                "end minus start of the Theil–Sen line through the repetitions",
                category="fatigue",
            )


def whole_ranges(movement: Movement) -> Iterator[Finding]:
    """For a movement that is no known exercise and has no repetition: how far each joint went in all.

    Without repetitions a moment of bad landmarks can't be told from movement, so the ends are left out.
    """
    if movement.exercise is not None or movement.complete:
        return
    for track in movement.tracks:
        seen = np.isfinite(track.value)
        times_s = track.time_s[seen]
        why_not = track.why_not_between(times_s[0], times_s[-1]) if seen.any() else track.why_not or "not seen"
        spread = None if why_not else float(np.ptp(np.percentile(track.value[seen], MIDDLE_PERCENT)))
        yield statement(
            movement,
            track,
            "range_recording",
            "range in the whole recording",
            spread,
            [],
            f"{MIDDLE_PERCENT[0]}th to {MIDDLE_PERCENT[1]}th percentile of the recording",
            not_measurable=why_not,
        )


def _no_range(movement: Movement, track: Track, repetitions: list[Repetition]) -> Finding:
    reasons = [j.not_measurable for r in repetitions for j in r.range_of_motion if j.angle == track.name]
    why = next((reason for reason in reasons if reason), "not seen")
    return statement(movement, track, "range_best", "best range", None, repetitions, "", not_measurable=why)


def targets(movement: Movement, patient: Patient) -> Iterator[Finding]:
    exercise = movement.exercise
    if exercise is None or exercise.primary is None:
        return
    outward = 1.0 if exercise.primary.direction == "increase" else -1.0
    target = patient.prescription.target_deg
    if target is None and exercise.target is not None:
        target = exercise.target.low_deg if outward > 0 else exercise.target.high_deg
    if target is None:
        return
    for track in primary_tracks(movement):
        pairs = ranged(movement, track)
        if not pairs:
            continue
        error = camera_error(track.measure.name, movement.skeleton.sensor).half_width_95
        beyond = np.array([_farthest(joint, outward) - outward * target for _, joint in pairs])
        n_reached, n_unsure = int((beyond >= 0).sum()), int((np.abs(beyond) <= error).sum())
        text = f"{track.label}: {n_reached} of {plural(len(pairs), 'repetition')} reached {target:.0f}°"
        text += f"; {n_unsure} were within this sensor's error of it." if n_unsure else "."
        yield statement(
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


def norms(movement: Movement, patient: Patient) -> Iterator[Finding]:
    for track in primary_tracks(movement):
        pairs = ranged(movement, track)
        expected = norm(track.measure.name, patient.age_years, patient.sex)
        if not pairs or expected is None:
            continue
        peak = max(_farthest(joint, 1.0) for _, joint in pairs)
        finding = statement(
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
