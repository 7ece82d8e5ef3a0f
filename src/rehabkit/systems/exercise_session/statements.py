"""Pieces that every finding of an exercise session is made of."""

from __future__ import annotations

from rehabkit.findings import Evidence, Finding, JointRange, Repetition
from rehabkit.kinematics.tracks import Track
from rehabkit.kinematics.uncertainty import camera_error
from rehabkit.systems.exercise_session.movement import Movement


def ranged(movement: Movement, track: Track) -> list[tuple[Repetition, JointRange]]:
    """Complete repetitions in which this track has a range."""
    return [
        (repetition, joint)
        for repetition in movement.complete
        for joint in repetition.range_of_motion
        if joint.angle == track.name and joint.range_deg is not None
    ]


def primary_tracks(movement: Movement) -> list[Track]:
    primary = movement.exercise.primary if movement.exercise else None
    return [t for t in movement.tracks if primary is not None and t.measure.name == primary.angle]


def statement(
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


def whole(movement: Movement, repetitions: list[Repetition], method: str) -> Evidence:
    return Evidence(repetitions=[r.number for r in repetitions], view=movement.view.name, method=method)


def plural(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
