"""S10 movement_quality: whether a repetition was done correctly, with its probability, or that it can't be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from rehabkit.errors import InputError, RecordingError
from rehabkit.findings import Evidence, Finding, Quality
from rehabkit.kinematics.canonical import canonical
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.calibrate import Levels, judged_together
from rehabkit.runtime.card import Card, TensorSpec
from rehabkit.runtime.evidence import moments
from rehabkit.systems import body
from rehabkit.systems.contract import System, seen

N_FRAMES = 64
LONGEST_S = 20.0
"""Longer than any repetition: a whole set must be cut first."""
MOVEMENTS = (
    "deep_squat", "hurdle_step", "inline_lunge", "side_lunge", "sit_to_stand", "straight_leg_raise",
    "shoulder_abduction", "shoulder_extension", "shoulder_rotation", "shoulder_scaption",
)  # fmt: skip
"""The exercises that it can judge, in the order of the tensor ``movement``."""
INCORRECT, CORRECT = 0, 1
METHOD = "network over joint positions of one repetition on a body of standard size"


class MovementQuality(System[Skeleton]):
    """Judges one repetition of one of ten exercises."""

    name: ClassVar[str] = "movement_quality"
    title: ClassVar[str] = "Movement quality: correct or not"
    reads: ClassVar[type] = Skeleton
    inputs: ClassVar[Mapping[str, TensorSpec]] = {
        "positions": body.positions(N_FRAMES, ", the mover on the right"),
        "movement": TensorSpec(
            shape=[len(MOVEMENTS)],
            axes=["exercise"],
            description="1 for the exercise, all 0 where it isn't known: the network then guesses; "
            f"{', '.join(MOVEMENTS)}",
        ),
    }

    def prepare(self, recording: Skeleton) -> Tensors:
        """One repetition of an exercise that isn't named."""
        return prepare(recording, None)

    def interpret(self, recording: Skeleton, outputs: Tensors, card: Card) -> list[Finding]:
        """The score, or that it abstains, for the exercise that was named or guessed."""
        movement = MOVEMENTS[int(outputs["exercise"][0].argmax())]
        one = qualities(outputs, card)[0]
        evidence = seen(recording, card, METHOD)
        return [_finding(one, movement, evidence)]


def prepare(recording: Skeleton, movement: str | None) -> Tensors:
    """The network's inputs for one repetition.

    Parameters
    ----------
    movement : one of :data:`MOVEMENTS`, ``None`` where it isn't known.

    Raises
    ------
    InputError
        If the exercise isn't one of them.
    RecordingError
        If it can't be one repetition, or the body isn't seen.
    """
    if movement is not None and movement not in MOVEMENTS:
        raise InputError(f"exercise must be one of {', '.join(MOVEMENTS)} to be judged, got {movement!r}; leave it out")
    if recording.duration_s > LONGEST_S:
        raise RecordingError(
            f"recording must be one repetition of at most {LONGEST_S:.0f} s, got {recording.duration_s:.1f} s; "
            "cut it into repetitions"
        )
    given = np.array([[float(name == movement) for name in MOVEMENTS]], dtype=np.float32)
    return {"positions": canonical(recording, n_frames=N_FRAMES).positions[None], "movement": given}


def qualities(outputs: Tensors, card: Card, approved: Sequence[int] = ()) -> list[Quality]:
    """What the network says of each row; rows are repetitions of one person and one exercise.

    Parameters
    ----------
    approved : rows (from 0) that a clinician approved as correct, two at least.

    Raises
    ------
    InputError
        If a row doesn't exist, one only is approved, or the network wasn't made for it.
    """
    probability = np.asarray(outputs["probability"][:, CORRECT], dtype=np.float64)
    levels = card.settings.get("levels")
    if approved and levels is None:
        raise InputError("network must know people's levels to take approved repetitions, got none; train it again")
    if levels is not None and len(probability) > 1:
        probability = judged_together(probability, Levels(**levels), approved)
    least = float(card.settings.get("least_sure", 0.5))
    return [
        Quality(
            score=round(100 * float(p), 1),
            sure=bool(max(p, 1 - p) >= least),
            calibrated_on=[row + 1 for row in approved],
        )
        for p in probability
    ]


def speaks_against(outputs: Tensors, judged: Sequence[Quality]) -> list[tuple[float, float] | None]:
    """When each repetition that looks wrong differs most from this person's that look right; ``None`` for the others.

    Parameters
    ----------
    judged : what :func:`qualities` said of these rows.

    Returns
    -------
    list
        (start, end) as shares of the repetition. All are ``None`` where none looks right: there is nothing to
        compare with.
    """
    right = np.array([one.sure and (one.score or 0.0) >= 50 for one in judged])
    if not right.any():
        return [None] * len(judged)
    apart = outputs["activation"] - outputs["activation"][right].mean(axis=0)
    when = moments(apart)
    wrong = [one.sure and (one.score or 0.0) < 50 for one in judged]
    return [(float(start), float(end)) if bad else None for (start, end), bad in zip(when, wrong, strict=True)]


def _finding(one: Quality, movement: str, evidence: Evidence) -> Finding:
    title = movement.replace("_", " ")
    unsure = f"The network isn't sure whether this {title} was correct (probability {one.score:.0f} %)."
    said = "correct" if (one.score or 0.0) >= 50 else "not correct"
    return Finding(
        name="movement_quality",
        label=f"Quality of the {title}",
        value=one.score if one.sure else None,
        unit="%" if one.sure else "",
        provisional=True,
        category="quality",
        attention=one.sure and said != "correct",
        not_measurable=None if one.sure else unsure,
        text=f"This {title} looks {said} (probability of correct {one.score:.0f} %)." if one.sure else "",
        evidence=evidence,
    )
