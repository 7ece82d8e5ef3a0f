"""joint_error: which joint was wrong in a repetition, when, and by about how many degrees; a part of S10."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from rehabkit.findings import Deviation, Evidence, Finding
from rehabkit.kinematics.canonical import canonical
from rehabkit.kinematics.injection import INJECTED_JOINTS
from rehabkit.recordings.datasets.uiprmd import MOVEMENTS
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.card import Card, TensorSpec
from rehabkit.systems import body
from rehabkit.systems.contract import System, seen

N_FRAMES = 64
KNOWN: tuple[str, ...] = tuple(MOVEMENTS.values())
"""The movements that it was made for, in the order of the input ``movement``."""
METHOD = "matched filter: the joint whose error best explains how the repetition departs from correct ones"
_BODY = body.positions(N_FRAMES, ", the mover on the right")


class JointError(System[Skeleton]):
    """One repetition → the joint that errs, or that none does."""

    name: ClassVar[str] = "joint_error"
    title: ClassVar[str] = "Which joint is wrong"
    reads: ClassVar[type] = Skeleton
    inputs: ClassVar[Mapping[str, TensorSpec]] = {
        "positions": _BODY,
        "approved": _BODY.model_copy(
            update={"description": "mean of the person's approved repetitions, likewise; zeros where there is none"}
        ),
        "movement": TensorSpec(
            shape=[len(KNOWN)],
            axes=["movement"],
            description=f"1 for the movement, of {', '.join(KNOWN)}; zeros: the network takes the nearest",
        ),
    }

    def prepare(self, recording: Skeleton) -> Tensors:
        """One row, nothing approved, the movement not named; see :func:`told`."""
        positions = canonical(recording, n_frames=N_FRAMES).positions[None]
        movement = np.zeros((1, len(KNOWN)), dtype=np.float32)
        return {"positions": positions, "approved": np.zeros_like(positions), "movement": movement}

    def interpret(self, recording: Skeleton, outputs: Tensors, card: Card) -> list[Finding]:
        """The joint, how far it is off and when, or that none stands out.

        ``card.settings`` may hold ``largest_distance``, beyond which a movement is none that it knows, and
        ``degrees_95``, the half-width of the 95 % interval of the degrees of errors that it names.
        """
        whole = seen(recording, card, METHOD)
        if float(outputs["distance"][0]) > card.settings.get("largest_distance", np.inf):
            why = "the movement is too unlike the ten that this network knows"
            return [_finding(None, whole, why_not=why)]
        deviation = deviation_of(recording, outputs, card)
        if deviation is None:
            return [
                _finding(
                    "none", whole, text="In the middle of the repetition no joint stands out from how others do it."
                )
            ]
        stretch = {"joints": [deviation.joint], "start_s": deviation.start_s, "end_s": deviation.end_s}
        return [
            _finding(deviation.joint, whole.model_copy(update=stretch), text=_sentence(deviation)),
            _size(deviation),
        ]


def told(tensors: Tensors, *, exercise: str | None = None, approved: Sequence[Skeleton] = ()) -> Tensors:
    """What :meth:`JointError.prepare` gave, with what is known besides.

    Parameters
    ----------
    exercise : which movement was ordered; one that it doesn't know is left to the network.
    approved : repetitions of the same person and exercise that a clinician approved; two or three are enough.

    Raises
    ------
    RecordingError
        If one of them can't be prepared.
    """
    movement = np.array([[float(name == exercise) for name in KNOWN]], dtype=np.float32)
    out = {**tensors, "movement": movement}
    if approved:
        usual = np.mean([canonical(one, n_frames=N_FRAMES).positions for one in approved], axis=0)
        out["approved"] = usual[None].astype(np.float32)
    return out


def deviation_of(recording: Skeleton, outputs: Tensors, card: Card) -> Deviation | None:
    """What the outputs of one repetition say is wrong; ``None`` where nothing stands out."""
    probability = outputs["probability"][0]
    if probability[0] >= 0.5:
        return None
    joint = int(probability[1:].argmax())
    degrees = outputs["degrees"][0, joint]
    start, end = outputs["stretch"][0, joint] * recording.duration_s + float(recording.time_s[0])
    return Deviation(
        joint=_own_side(INJECTED_JOINTS[joint], recording),
        degrees=round(float(degrees[int(np.abs(degrees).argmax())]), 1),
        uncertainty_deg=card.settings.get("degrees_95"),
        start_s=round(float(start), 2),
        end_s=round(float(end), 2),
    )


def _own_side(joint: str, recording: Skeleton) -> str:
    """The person's own side: the network sees a body mirrored so that the right side is the mover."""
    side, _, part = joint.partition("_")
    if not part or not canonical(recording, n_frames=N_FRAMES).mirrored:
        return joint
    return f"{'left' if side == 'right' else 'right'}_{part}"


def _sentence(deviation: Deviation) -> str:
    joint = deviation.joint.replace("_", " ")
    return (
        f"The {joint} differs from how others do this movement, by about {abs(deviation.degrees or 0.0):.0f} degrees "
        f"from {deviation.start_s:.1f} to {deviation.end_s:.1f} s."
    )


def _finding(value: str | None, evidence: Evidence, *, text: str = "", why_not: str | None = None) -> Finding:
    return Finding(
        name="joint_error",
        label="Joint that differs most from a correct repetition",
        value=value,
        provisional=True,
        category="quality",
        attention=value not in (None, "none"),
        joint=value if value != "none" else None,
        text=text,
        not_measurable=why_not,
        evidence=evidence,
    )


def _size(deviation: Deviation) -> Finding:
    return Finding(
        name="joint_error_size",
        label="By how much that joint differs",
        value=deviation.degrees,
        unit="deg",
        uncertainty=deviation.uncertainty_deg,
        provisional=True,
        category="quality",
        joint=deviation.joint,
        evidence=Evidence(joints=[deviation.joint], start_s=deviation.start_s, end_s=deviation.end_s, method=METHOD),
    )
