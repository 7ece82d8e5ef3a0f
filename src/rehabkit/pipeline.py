"""The one way through: recording → skeleton → movement → Assessment."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.exercises import library
from rehabkit.exercises.definition import Exercise
from rehabkit.findings import Assessment, CheckResult, Finding, Patient, Provenance, RecordingInfo
from rehabkit.fitness import check_container, check_skeleton
from rehabkit.judgement import Recognised, judge_repetitions, recognise
from rehabkit.kinematics.view import ViewEstimate, estimate_view
from rehabkit.picture_pipeline.given import NOTHING_BESIDE, Asked, Beside
from rehabkit.picture_pipeline.ways import WAYS
from rehabkit.pose.smoothing import clean, find_gaps
from rehabkit.recordings import biosignals, inertial_csv, landmarks
from rehabkit.recordings.files import sha256
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.sensor_pipeline import NOTHING_STATED, Stated, assess_biosignal, assess_inertial, provenance_of
from rehabkit.systems.exercise_session.interpretation import interpret, summarise
from rehabkit.systems.exercise_session.movement import Movement, prepare

Source = str | Path | int
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Recorded:
    """A recording as it came in: the raw skeleton and what is known of where it comes from.

    Parameters
    ----------
    skeleton : raw, NaN where nobody was seen.
    info : what the Assessment keeps of it; view and checks are filled in later.
    brightness : (n_samples,) mean luma 0 to 255; empty without a picture.
    models : model name → sha256.
    """

    skeleton: Skeleton
    info: RecordingInfo
    brightness: NDArray[np.float64]
    models: dict[str, str]


def assess(
    source: Source,
    exercise: str | None = None,
    *,
    model: str = "full",
    person: int | None = None,
    patient: Patient | None = None,
    anyway: bool = False,
    seconds: float | None = None,
    approved: Sequence[int] = (),
    worn_on: Literal["left", "right"] | None = None,
    units: Sequence[str] = (),
    system: str | None = None,
    stated: Stated = NOTHING_STATED,
    beside: Beside = NOTHING_BESIDE,
    progress: Progress | None = None,
) -> Assessment:
    """Assess one recording.

    Parameters
    ----------
    source : a video, a landmark file, a watch's CSV file, or the number of a camera.
    exercise : name, alias or TOML file of the exercise; without it rehabkit recognises it, and where it can't, counts
        the movement that repeats most.
    model : pose model for video: ``lite``, ``full`` or ``heavy``.
    person : which person to follow when several are in view, counted from the left.
    patient : what only a person knows.
    anyway : assess a recording that the check finds unfit; the check's verdict stays in the result.
    seconds : how long to record from a camera.
    approved : numbers of repetitions in it that a clinician approved as correct, two or three: the networks that
        judge the others are calibrated on them.
    worn_on : the arm that wore the sensor, where its file doesn't say.
    units : of a sensor's file whose header has none, e.g. ``("g", "deg/s")``.
    system : which system reads a recording of electrodes (``joint_intention``, ``recovery_prognosis``, ``knee_pain``),
        or a depth picture, a point cloud or a hand (``lying_pose``, ``hand_surface``, ``hand_gesture``).
    stated : what a recording of electrodes doesn't say itself.
    beside : what a depth picture, a point cloud or a hand doesn't say itself.
    progress : called with frames done and, where known, frames in all.

    Raises
    ------
    RecordingError
        If the recording can't be read, shows nobody, or is unfit and ``anyway`` is not set.
    ExerciseError
        If the exercise is unknown or its file malformed.
    ModelError
        If the pose model is missing.
    """
    if system is not None and system in WAYS:
        beside = replace(beside, units=beside.units or ",".join(units), seconds=seconds)
        return WAYS[system](Asked(source, patient or Patient(), beside, progress, anyway))
    if not isinstance(source, int) and (system or biosignals.is_biosignal(source)):
        return assess_biosignal(Path(source), system, patient or Patient(), replace(stated, units=tuple(units)))
    if not isinstance(source, int) and inertial_csv.is_inertial(source):
        return assess_inertial(Path(source), patient or Patient(), worn_on, units)
    definition = library.load(exercise) if exercise else None
    recorded = record(source, model=model, person=person, anyway=anyway, seconds=seconds, progress=progress)
    kept = landmarks.to_base64(recorded.skeleton)  # rounded: computing again from the file gives the same
    recorded = replace(recorded, skeleton=landmarks.from_base64(kept))
    skeleton, view, checks = _looked_at(recorded, definition)
    _refuse_unfit(recorded.info.name, checks, anyway)
    settings = {"model": model, "person": person, "anyway": anyway}
    provenance = provenance_of(recorded.models, settings if recorded.info.kind != "landmarks" else {})
    info = recorded.info.model_copy(
        update={
            "view": view.name,
            "checks": checks,
            "gaps": find_gaps(recorded.skeleton),
            "history": list(skeleton.history),
            "landmarks": kept,
        }
    )
    if definition is not None:
        movement, recognised = prepare(skeleton, view, definition), Recognised(definition)
    else:
        movement, recognised = _recognised(skeleton, view)
    provenance = provenance.model_copy(update={"models": provenance.models | recognised.models})
    return assessment_of(movement, patient or Patient(), info, provenance, recognised.findings, approved)


def _recognised(skeleton: Skeleton, view: ViewEstimate) -> tuple[Movement, Recognised]:
    """The movement, as the exercise that was recognised if that exercise's own rule counts the same in it.

    Counting whatever repeats needs no name, so a wrong name must not change the count: one that does is told, not
    taken.
    """
    recognised = recognise(skeleton)
    nameless = prepare(skeleton, view, None)
    if recognised.exercise is None:
        return nameless, recognised
    named = prepare(skeleton, view, recognised.exercise)
    taken = named.holds or 1 <= len(named.complete) == len(nameless.complete)
    return (named if taken else nameless), recognised


def check(
    source: Source,
    exercise: str | None = None,
    *,
    model: str = "full",
    person: int | None = None,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> list[CheckResult]:
    """Is a recording fit to be assessed? The same questions that :func:`assess` asks first.

    Parameters and errors as in :func:`assess`; an unfit recording is a result here, not an error.
    """
    definition = library.load(exercise) if exercise else None
    recorded = record(source, model=model, person=person, anyway=True, seconds=seconds, progress=progress)
    return _looked_at(recorded, definition)[2]


def record(
    source: Source,
    *,
    model: str = "full",
    person: int | None = None,
    anyway: bool = False,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> Recorded:
    """Read a landmark file, or run the pose network over a video or a camera.

    Raises
    ------
    RecordingError
        If it can't be read, shows nobody, or its container is unfit and ``anyway`` is not set.
    """
    if not isinstance(source, int) and landmarks.is_landmark_file(Path(source)):
        return _read_landmarks(Path(source))
    return _observe(source, model, person, anyway, seconds, progress)


def reopen(assessment: Assessment) -> tuple[Skeleton, ViewEstimate]:
    """The cleaned skeleton and its view, from the landmarks that an Assessment carries.

    Raises
    ------
    RecordingError
        If it carries none.
    """
    if assessment.recording.landmarks is None:
        raise RecordingError(
            "assessment must carry its landmarks to be computed again, got none; assess the recording again"
        )
    skeleton = clean(landmarks.from_base64(assessment.recording.landmarks))
    return skeleton, estimate_view(skeleton)


def assessment_of(
    movement: Movement,
    patient: Patient,
    info: RecordingInfo,
    provenance: Provenance,
    recognised: Sequence[Finding] = (),
    approved: Sequence[int] = (),
) -> Assessment:
    """Put a measured movement into words and numbers.

    Parameters
    ----------
    recognised : what was said of which exercise it is, where nobody named one.
    approved : numbers of repetitions that a clinician approved, on which the networks are calibrated.

    Raises
    ------
    InputError
        If an approved repetition isn't a complete one.
    """
    exercise = movement.exercise
    unfit = [c.message for c in info.checks if c.status == "unfit"]
    findings = [
        f.model_copy(update={"provisional": bool(unfit) or f.provisional}) for f in interpret(movement, patient)
    ]
    judged = judge_repetitions(movement, approved)
    warnings = [f"Assessed although the recording is unfit: {message}." for message in unfit]
    n_complete = len(movement.complete)
    definition = exercise.model_dump(mode="json") if exercise else None
    digest = hashlib.sha256(exercise.model_dump_json().encode()).hexdigest() if exercise else None
    return Assessment(
        exercise=exercise.name if exercise else "unknown",
        exercise_title=exercise.title if exercise else "Unknown exercise",
        n_repetitions=n_complete,
        n_partial=len(movement.repetitions) - n_complete,
        repetitions=list(judged.repetitions),
        holds=list(movement.holds),
        findings=[*findings, *recognised, *judged.findings],
        summary=warnings + summarise(movement, findings),
        patient=patient,
        series=[track.series() for track in movement.tracks],
        recording=info,
        provenance=provenance.model_copy(
            update={
                "exercise_definition": definition,
                "exercise_sha256": digest,
                "models": provenance.models | judged.models,
            }
        ),
    )


def _read_landmarks(path: Path) -> Recorded:
    skeleton = landmarks.read(path)
    info = _info(path.name, "landmarks", skeleton, sha256=landmarks.digest(path))
    _refuse_nobody(skeleton, path.name)
    return Recorded(skeleton, info, np.empty(0), {})


def _observe(
    source: Source,
    model: str,
    person: int | None,
    anyway: bool,
    seconds: float | None,
    progress: Progress | None,
) -> Recorded:
    from rehabkit.pose import observe  # mediapipe takes a second to load: only where it is used
    from rehabkit.recordings import video

    name, digest = f"camera {source}", None
    recorded_at: str | None = datetime.now(UTC).isoformat(timespec="seconds")
    early: list[CheckResult] = []
    if not isinstance(source, int):
        path = Path(source)
        container = video.probe(path)
        name, digest, recorded_at = path.name, sha256(path), container.recorded_at
        early = check_container(container.width, container.height, container.rate_hz)
        _refuse_unfit(name, early, anyway)
    with ThreadPoolExecutor(1) as meanwhile:
        meanwhile.submit(import_module, "scipy.signal")  # takes half a second, which the network takes anyway
        seen = observe.observe(source, model=model, person=person, seconds=seconds, anyway=anyway, progress=progress)
    _refuse_nobody(seen.skeleton, name)
    info = _info(
        name,
        "camera" if isinstance(source, int) else "video",
        seen.skeleton,
        sha256=digest,
        n_people=seen.n_people,
        person=seen.person,
        person_description=seen.person_description,
        recorded_at=recorded_at,
        checks=early,
    )
    return Recorded(seen.skeleton, info, seen.brightness, seen.models)


def _info(name: str, kind: str, skeleton: Skeleton, **more: Any) -> RecordingInfo:
    fields = {
        "name": name,
        "kind": kind,
        "sensor": skeleton.sensor,
        "duration_s": round(skeleton.duration_s, 3),
        "n_frames": skeleton.n_frames,
        "rate_hz": round(skeleton.rate_hz, 3),
        "frame_size_px": skeleton.frame_size_px,
        "view": "unknown",
    }
    return RecordingInfo.model_validate(fields | more)


def _looked_at(recorded: Recorded, exercise: Exercise | None) -> tuple[Skeleton, ViewEstimate, list[CheckResult]]:
    skeleton = clean(recorded.skeleton)
    view = estimate_view(skeleton)
    info = recorded.info
    later = check_skeleton(
        recorded.skeleton, view, exercise, recorded.brightness, info.n_people, info.person_description
    )
    return skeleton, view, [*info.checks, *later]


def _refuse_nobody(skeleton: Skeleton, name: str) -> None:
    if not np.isfinite(skeleton.positions).any():
        raise RecordingError(
            f"{name} must show a person, got none in {skeleton.n_frames} frames; "
            "film the whole body, in good light, and try --model heavy"
        )


def _refuse_unfit(name: str, checks: Sequence[CheckResult], anyway: bool) -> None:
    unfit = [c for c in checks if c.status == "unfit"]
    if unfit and not anyway:
        raise RecordingError(f"{name}: " + "; ".join(f"{c.message}; {c.remedy}" for c in unfit))
