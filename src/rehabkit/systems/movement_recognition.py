"""movement_recognition: which rehabilitation movement a skeleton shows, or that it is none of those known.

MPL-CNN, Shi et al., Sensors 24(4):1105, 2024.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.exercises import library
from rehabkit.exercises.recognise import recognise
from rehabkit.findings import Evidence, Finding
from rehabkit.kinematics.canonical import canonical
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.card import Card, TensorSpec
from rehabkit.systems import body
from rehabkit.systems.contract import System, seen

N_FRAMES = 32
"""Frames that a repetition or window is stretched to; at 2 to 3 s that is more than 10 a second."""
LONGEST_S = 6.0
"""What lasts no longer is looked at as a whole: the longest repetition of UI-PRMD takes 5.9 s."""
WINDOW_S, HOP_S = 3.0, 1.0
"""A longer recording is looked at through windows of the length of a repetition."""
UNKNOWN = "unknown"
UNKNOWN_ABOVE = 0.5
"""From this probability of being none of its movements; ``unknown_above`` in a card's settings replaces it."""
METHOD = "network over joint positions of a body of standard size (after Shi et al. 2024)"


class MovementRecognition(System[Skeleton]):
    """One repetition, one window or a whole session → the movement, or ``unknown``."""

    name: ClassVar[str] = "movement_recognition"
    title: ClassVar[str] = "Movement recognition (MPL-CNN)"
    reads: ClassVar[type] = Skeleton
    inputs: ClassVar[Mapping[str, TensorSpec]] = {"positions": body.positions(N_FRAMES)}

    def prepare(self, recording: Skeleton) -> Tensors:
        """One row for the whole, or a row for each window of a longer recording that shows the whole body."""
        rows, why_not = [], ""
        for start_s, end_s in windows(recording):
            try:
                rows.append(canonical(recording.between(start_s, end_s), n_frames=N_FRAMES).positions)
            except RecordingError as error:
                why_not = why_not or str(error)
        if not rows:
            raise RecordingError(why_not)
        return {"positions": np.stack(rows)}

    def interpret(self, recording: Skeleton, outputs: Tensors, card: Card) -> list[Finding]:
        """The movement, how sure, and the next likeliest; for an unknown one what of the library it resembles."""
        probability = outputs["probability"].mean(axis=0)
        evidence = seen(recording, card, METHOD)
        if probability[-1] > card.settings.get("unknown_above", UNKNOWN_ABOVE):
            return [_unknown(float(probability[-1]), evidence), *_resembled(recording, evidence)]
        return [_known(probability, card.labels, evidence)]


def windows(recording: Skeleton) -> list[tuple[float, float]]:
    """(start, end) in seconds of what is looked at: the whole, or windows that overlap."""
    first, last = float(recording.time_s[0]), float(recording.time_s[-1])
    if last - first <= LONGEST_S:
        return [(first, last)]
    starts = np.arange(first, last - WINDOW_S + 1e-9, HOP_S)
    return [(float(start), float(start) + WINDOW_S) for start in starts]


def latest(recording: Skeleton, seconds: float = WINDOW_S) -> Skeleton:
    """The last seconds of what has come in so far: what live recognition prepares, anew with each frame."""
    return recording.between(float(recording.time_s[-1]) - seconds, float(recording.time_s[-1]))


def _known(probability: NDArray[np.float32], labels: list[str], evidence: Evidence) -> Finding:
    second, best = np.argsort(probability[:-1])[-2:]
    name, other = (_title(labels[i]) for i in (best, second))
    return Finding(
        name="movement",
        label="Movement recognised",
        value=labels[best],
        provisional=True,
        category="recognition",
        text=f"The movement looks like: {name} (probability {probability[best]:.2f}; "
        f"next {other}, {probability[second]:.2f}).",
        evidence=evidence,
    )


def _unknown(probability: float, evidence: Evidence) -> Finding:
    return Finding(
        name="movement",
        label="Movement recognised",
        value=UNKNOWN,
        provisional=True,
        category="recognition",
        text=f"The movement is none of those that the network knows (probability {probability:.2f}).",
        evidence=evidence,
    )


def _resembled(recording: Skeleton, evidence: Evidence) -> list[Finding]:
    """The likest exercise of the library by its template, where there is one."""
    candidates = recognise(recording)
    if not candidates:
        return []
    best = candidates[0]
    others = f"; next {', '.join(one.title for one in candidates[1:])}" if candidates[1:] else ""
    return [
        Finding(
            name="movement_resembles",
            label="Exercise that it resembles",
            value=best.name,
            provisional=True,
            category="recognition",
            text=f"It resembles: {best.title} ({best.reason}{others}).",
            evidence=evidence.model_copy(update={"method": "the library's definitions as templates", "source": ""}),
        )
    ]


def _title(name: str) -> str:
    return library.load(name).title
