"""S6 hand_gesture: which gesture one hand shows, from its landmarks in a picture.

Shan & Zhou 2024 (IEEE Access 12:68999) cut the skin out by its colour and let a convolutional network name the
gesture. Here the hand's 21 landmarks are what the network looks at; the paper's way is measured beside it
(:mod:`rehabkit.systems.hand_gesture.crop`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from rehabkit.figures import Figure
from rehabkit.findings import Finding
from rehabkit.kinematics.hand import FINGERS, HAND_LANDMARKS
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.card import Card, TensorSpec
from rehabkit.runtime.evidence import Part, occlusion, strongest
from rehabkit.systems.contract import Ran, System
from rehabkit.systems.hand_gesture.findings import findings_of
from rehabkit.systems.hand_gesture.naming import named
from rehabkit.systems.hand_gesture.reading import HandSeen

PARTS: Mapping[str, Part] = {
    finger: Part("landmarks", ([i for i, name in enumerate(HAND_LANDMARKS) if name.startswith(finger)],))
    for finger in ("thumb", *FINGERS)
}
"""A finger's landmarks; hidden, they lie in the middle of the hand."""


class HandGesture(System[HandSeen]):
    """Names the gesture of one hand in one picture, or says that it is none it knows."""

    name: ClassVar[str] = "hand_gesture"
    title: ClassVar[str] = "Hand gesture"
    reads: ClassVar[type] = HandSeen
    inputs: ClassVar[Mapping[str, TensorSpec]] = {
        "landmarks": TensorSpec(
            shape=[21, 3],
            axes=["landmark", "coordinate"],
            unit="lengths of the palm",
            description="from the wrist, x right, y down, z away (guessed), of a right hand or mirrored to one",
        )
    }

    def prepare(self, recording: HandSeen) -> Tensors:
        """One row: the landmarks from the wrist in lengths of the palm, as a right hand's.

        Raises
        ------
        RecordingError
            If a landmark isn't there, or the hand is too small.
        """
        return {"landmarks": recording.shape()[None].astype(np.float32)}

    def interpret(self, recording: HandSeen, outputs: Tensors, card: Card) -> list[Finding]:
        """Which gesture and how sure, how straight each finger is, how far the hand is on the way to the gesture."""
        return findings_of(recording, named(outputs, card), card)

    def explained(self, findings: list[Finding], ran: Ran[HandSeen]) -> tuple[list[Finding], list[Figure]]:
        """The first finding with the fingers that mattered, most first: those whose hiding lowers the probability."""
        best = int(ran.outputs["probability"][0].argmax())
        shares = occlusion(ran.bundle, ran.tensors, lambda outputs: outputs["probability"][:, best], PARTS)
        mattered = [finger for finger, share in strongest(shares) if share > 0]
        first = findings[0]
        evidence = first.evidence.model_copy(update={"joints": mattered})
        return [first.model_copy(update={"evidence": evidence}), *findings[1:]], []
