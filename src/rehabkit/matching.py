"""A learner's recording beside a template's: both read alike, then compared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np

from rehabkit import pipeline
from rehabkit.demo import Demo, demo_recording
from rehabkit.errors import ModelError, RecordingError
from rehabkit.exercises import library
from rehabkit.exercises.definition import Exercise
from rehabkit.findings import Repetition
from rehabkit.kinematics.measures import MEASURES
from rehabkit.kinematics.tracks import tracks_of
from rehabkit.kinematics.view import ViewEstimate, estimate_view
from rehabkit.pose.smoothing import clean
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.runtime.bundle import Bundle
from rehabkit.runtime.bundles import bundle
from rehabkit.systems.exercise_session.movement import GENERIC_ANGLES, prepare
from rehabkit.systems.pose_matching.result import Matched, PoseScore, SequenceMatch
from rehabkit.systems.pose_matching.sequence import Performed, Score, compare
from rehabkit.systems.pose_matching.stick_figure import LIMBS
from rehabkit.systems.pose_matching.system import PoseMatching, PosePair, least_alike

ALWAYS = ("trunk_lean_forward", "trunk_lean_side")
"""Compared beside an exercise's own measures and the large joints: the trunk is where people cheat."""
NETWORK = "pose_matching"


@dataclass(frozen=True)
class Match:
    """The comparison, and the two recordings for those who draw them."""

    result: SequenceMatch
    learner: Performed
    template: Performed


def match(
    learner: pipeline.Source,
    template: pipeline.Source,
    exercise: str | None = None,
    *,
    model: str = "full",
    anyway: bool = False,
    progress: pipeline.Progress | None = None,
) -> Match:
    """Compare a learner's repetitions with a template's.

    Parameters
    ----------
    learner, template : a video or a landmark file; the template may also be the name of a demo recording.
    exercise : name, alias or TOML file; tells repetitions and angles. Without it what repeats most is compared.
    model, anyway, progress : as for :func:`rehabkit.pipeline.assess`.

    Raises
    ------
    RecordingError
        If one of them can't be read, shows nobody, or they share no angle that both can state.
    ExerciseError
        If the exercise is unknown.
    """
    definition = library.load(exercise) if exercise else None
    read = [
        pipeline.record(source, model=model, anyway=anyway, progress=progress)
        for source in (learner, _demo_or(template))
    ]
    skeletons = [clean(recorded.skeleton) for recorded in read]
    views = [estimate_view(skeleton) for skeleton in skeletons]
    mine, theirs = (performed(s, v, definition) for s, v in zip(skeletons, views, strict=True))
    warnings: list[str] = []
    found = _network(views, warnings)
    score = _scorer(found, mine.skeleton, theirs.skeleton) if found else None
    repetitions, left_out = compare(mine, theirs, score)
    shown = [
        Matched(name=one.info.name, sensor=one.info.sensor, view=view.name, sha256=one.info.sha256)
        for one, view in zip(read, views, strict=True)
    ]
    if any(one.mirrored for one in repetitions):
        warnings.append("Where the template has the other side only, it is compared mirrored.")
    if all(one.info.sha256 == read[0].info.sha256 for one in read):
        warnings.append("Learner and template are the same recording.")
    network = {} if found is None else {f"{NETWORK} ({found.card.network})": found.card.sha256}
    result = SequenceMatch(
        exercise=definition.title if definition else "Unknown exercise",
        learner=shown[0],
        template=shown[1],
        template_start_s=theirs.repetitions[0].start_s,
        template_end_s=theirs.repetitions[0].end_s,
        repetitions=repetitions,
        not_compared=left_out,
        warnings=warnings,
        models=read[0].models | read[1].models | network,
    )
    return Match(result, mine, theirs)


def performed(skeleton: Skeleton, view: ViewEstimate, exercise: Exercise | None) -> Performed:
    """Angles and repetitions of one cleaned recording; the whole of it where no repetition is complete."""
    movement = prepare(skeleton, view, exercise)
    names = dict.fromkeys([*(exercise.measures if exercise else ()), *GENERIC_ANGLES, *ALWAYS])
    tracks = [t for name in names if MEASURES[name].unit == "deg" for t in tracks_of(skeleton, view, name)]
    whole = Repetition(
        number=1,
        start_s=round(float(skeleton.time_s[0]), 3),
        end_s=round(float(skeleton.time_s[-1]), 3),
        side="both",
        kind="complete",
    )
    if skeleton.n_frames < 2:
        raise RecordingError(f"recording must have at least 2 frames, got {skeleton.n_frames}; record longer")
    return Performed(skeleton, tracks, movement.complete or [whole])


def _demo_or(source: pipeline.Source) -> pipeline.Source:
    """A demo recording's file where its name is given and no file has that name."""
    named = next((name for name in get_args(Demo) if name == source), None)
    return source if named is None or Path(str(source)).exists() else demo_recording(named)


def _network(views: list[ViewEstimate], warnings: list[str]) -> Bundle | None:
    """The pose network, where both recordings are seen alike."""
    if views[0].name != views[1].name or views[0].name in ("changing", "unknown"):
        warnings.append(
            f"The learner is seen from {views[0].name}, the template from {views[1].name}: their pictures aren't "
            "compared, only the angles that both views show."
        )
        return None
    try:
        return bundle(NETWORK)
    except ModelError as error:
        warnings.append(f"Poses aren't scored by the network: {error}.")
        return None


def _scorer(network: Bundle, learner: Skeleton, template: Skeleton) -> Score:
    system = PoseMatching()

    def score(learner_s: float, template_s: float) -> PoseScore | None:
        pair = PosePair(learner, template, _frame(learner, learner_s), _frame(template, template_s))
        try:
            outputs = network.run(system.prepare(pair))
        except RecordingError:  # hips or shoulders hidden at that moment
            return None
        limb, same = least_alike(outputs), float(outputs["probability"][0, 1])
        named = None if limb is None or same >= 0.5 else LIMBS[limb][0]
        return PoseScore(cosine=round(float(outputs["score"].reshape(-1)[0]), 3), same=round(same, 3), limb=named)

    return score


def _frame(skeleton: Skeleton, seconds: float) -> int:
    return int(np.argmin(np.abs(skeleton.time_s - seconds)))
