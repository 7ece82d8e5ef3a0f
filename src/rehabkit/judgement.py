"""Systems with a network, run on a recording: prepare, bundle, interpret, and what the provenance must keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rehabkit.errors import InputError, ModelError, RecordingError
from rehabkit.exercises import library
from rehabkit.exercises.definition import Exercise
from rehabkit.figures import Figure
from rehabkit.findings import Evidence, Finding, Quality, Repetition
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.runtime.bundle import Bundle, Tensors
from rehabkit.runtime.bundles import bundle as find_bundle
from rehabkit.systems import joint_error, movement_quality
from rehabkit.systems.contract import Ran
from rehabkit.systems.exercise_session.movement import Movement
from rehabkit.systems.registry import system as find_system


@dataclass(frozen=True)
class Judged:
    """What one system says of one recording.

    Parameters
    ----------
    findings : in words and numbers.
    outputs : the network's own outputs, name → (n_rows, …).
    bundle : the network that ran.
    figures : what the report draws of it.
    """

    findings: list[Finding]
    outputs: Tensors
    bundle: Bundle
    figures: list[Figure] = field(default_factory=list)

    @property
    def model(self) -> dict[str, str]:
        """Name and checksum, for the provenance."""
        return _checksums(self.bundle)


def judge(name: str, recording: Any, bundle: Bundle | None = None) -> Judged:
    """Run one system on one recording.

    Parameters
    ----------
    name : a registered system.
    recording : of the kind that the system reads.
    bundle : its network; the user's own or the shipped one by default.

    Raises
    ------
    InputError
        If there is no such system.
    ModelError
        If its bundle is missing, damaged, or that of another system.
    RecordingError
        If the recording lacks what the system needs.
    """
    system = find_system(name)
    found = bundle or find_bundle(name)
    if found.card.system != name:
        raise ModelError(f"bundle must be one of {name}, got one of {found.card.system}; name another file")
    tensors = system.prepare(recording)
    outputs = found.run(tensors)
    findings = system.interpret(recording, outputs, found.card)
    findings, figures = system.explained(findings, Ran(recording, tensors, outputs, found))
    return Judged(findings, outputs, found, figures)


@dataclass(frozen=True)
class Recognised:
    """Which exercise a recording seems to show.

    Parameters
    ----------
    exercise : its definition; ``None`` where neither the network nor a template names one.
    findings : what was recognised and how surely, or why nothing could be.
    models : network name → checksum.
    """

    exercise: Exercise | None
    findings: list[Finding] = field(default_factory=list)
    models: dict[str, str] = field(default_factory=dict)


def recognise(skeleton: Skeleton) -> Recognised:
    """Ask the network which movement it is, and for one that it doesn't know the library's templates.

    Parameters
    ----------
    skeleton : cleaned, of the whole recording.
    """
    try:
        judged = judge("movement_recognition", skeleton)
    except RecordingError as error:
        why = str(error)
        nothing = Finding(name="movement", label="Movement recognised", category="recognition", not_measurable=why)
        return Recognised(None, [nothing])
    named = [f.value for f in judged.findings if f.name in ("movement", "movement_resembles")]
    known = [name for name in named if isinstance(name, str) and name in library.names()]
    return Recognised(library.load(known[0]) if known else None, judged.findings, judged.model)


@dataclass(frozen=True)
class JudgedRepetitions:
    """Repetitions with their quality, the findings that sum them up, and the networks that judged."""

    repetitions: tuple[Repetition, ...]
    findings: list[Finding] = field(default_factory=list)
    models: dict[str, str] = field(default_factory=dict)


def judge_repetitions(movement: Movement, approved: Sequence[int] = ()) -> JudgedRepetitions:
    """Ask the networks how well each complete repetition was done, and which joint differs most.

    Parameters
    ----------
    movement : of an exercise; others than the ten that the networks know are left as they are, with the reason.
    approved : numbers of complete repetitions of this person that a clinician approved, two at least.

    Raises
    ------
    InputError
        If an approved repetition isn't a complete one of these.
    """
    exercise = movement.exercise.name if movement.exercise else None
    complete = movement.complete
    _check_approved(approved, [r.number for r in complete])
    if exercise is None or not complete:
        return JudgedRepetitions(movement.repetitions)
    if exercise not in movement_quality.MOVEMENTS:
        known = ", ".join(name.replace("_", " ") for name in movement_quality.MOVEMENTS)
        return JudgedRepetitions(movement.repetitions, [_unjudged(f"the network knows {known}, and no other exercise")])
    stretches = {r.number: movement.skeleton.between(r.start_s, r.end_s) for r in complete}
    try:
        judged, models = _qualities(exercise, stretches, approved)
    except RecordingError as error:
        return JudgedRepetitions(movement.repetitions, [_unjudged(str(error))])
    repetitions = tuple(r.model_copy(update={"quality": judged.get(r.number)}) for r in movement.repetitions)
    return JudgedRepetitions(repetitions, [_summed_up(judged, movement)], models)


def _check_approved(approved: Sequence[int], numbers: Sequence[int]) -> None:
    unknown = [str(number) for number in approved if number not in numbers]
    if unknown:
        have = ", ".join(map(str, numbers)) or "none"
        raise InputError(f"approved repetitions must be complete ones ({have}), got {', '.join(unknown)}; name others")


def _qualities(
    exercise: str, stretches: dict[int, Skeleton], approved: Sequence[int]
) -> tuple[dict[int, Quality], dict[str, str]]:
    """Repetition number → quality, and the networks that ran."""
    scores, joints = find_bundle("movement_quality"), find_bundle("joint_error")
    prepared = [movement_quality.prepare(one, exercise) for one in stretches.values()]
    rows = {name: np.concatenate([tensors[name] for tensors in prepared]) for name in prepared[0]}
    places = [list(stretches).index(number) for number in approved]
    outputs = scores.run(rows)
    said = movement_quality.qualities(outputs, scores.card, places)
    against = movement_quality.speaks_against(outputs, said)
    usual = [stretches[number] for number in approved]
    judged = {}
    for (number, stretch), quality, when in zip(stretches.items(), said, against, strict=True):
        tensors = joint_error.told(find_system("joint_error").prepare(stretch), exercise=exercise, approved=usual)
        deviation = joint_error.deviation_of(stretch, joints.run(tensors), joints.card)
        why_not = None if quality.sure else "too near even odds to be told"
        from_s, to_s = (None, None) if when is None else (_at(stretch, share) for share in when)
        judged[number] = quality.model_copy(
            update={
                "deviation": deviation,
                "why_not": why_not,
                "calibrated_on": list(approved),
                "against_start_s": from_s,
                "against_end_s": to_s,
            }
        )
    return judged, _checksums(scores) | _checksums(joints)


def _at(stretch: Skeleton, share: float) -> float:
    """Seconds of the recording at a share of a stretch of it."""
    return float(stretch.time_s[0] + share * stretch.duration_s)


def _checksums(bundle: Bundle) -> dict[str, str]:
    return {f"{bundle.card.system} ({bundle.card.network})": bundle.card.sha256}


def _summed_up(judged: dict[int, Quality], movement: Movement) -> Finding:
    sure = [quality for quality in judged.values() if quality.sure and quality.score is not None]
    correct = sum((quality.score or 0.0) >= 50 for quality in sure)
    unsure = len(judged) - len(sure)
    text = f"Of {len(judged)} judged, the network is unsure of {unsure}." if unsure else ""
    return Finding(
        name="movement_quality",
        label="Repetitions that the network takes for correct",
        value=f"{correct} of {len(sure)}" if sure else None,
        not_measurable=None if sure else "the network is unsure of every repetition",
        provisional=True,
        category="quality",
        text=text,
        evidence=Evidence(repetitions=list(judged), view=movement.view.name, method=movement_quality.METHOD),
    )


def _unjudged(why: str) -> Finding:
    return Finding(name="movement_quality", label="Quality of each repetition", category="quality", not_measurable=why)
