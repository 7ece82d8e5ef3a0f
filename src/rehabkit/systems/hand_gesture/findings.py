"""What is said of one hand in one picture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rehabkit.findings import Evidence, Finding
from rehabkit.kinematics.hand import FINGERS, extensions, hand_angles
from rehabkit.runtime.card import Card
from rehabkit.systems.hand_gesture.naming import NO_COMMAND, Named
from rehabkit.systems.hand_gesture.partial import progress
from rehabkit.systems.hand_gesture.reading import HandSeen

METHOD = "network over 21 landmarks of one picture"
BY_FLEXION = "from flexion of MCP and PIP joints (thumb: MCP and IP), 0 a fist's, 1 straight; depth is guessed"
BACKWARDS_DEG = -35.0
"""A hand whose fingers bend back by this much on average is the other hand than stated, or its palm is."""


def findings_of(recording: HandSeen, said: Named, card: Card) -> list[Finding]:
    """Gesture, probability, fingers, partial pose, and whether the side can be right; the gesture first."""
    return [
        _gesture(said, card),
        _number("gesture_probability", "Probability of the likeliest gesture", said.probability, METHOD),
        *_fingers(recording),
        *_progress(recording, said, card),
        *_side(recording),
    ]


def _gesture(said: Named, card: Card) -> Finding:
    people = card.settings.get("n_people", 0)
    made_of = f"made from {people} people ({', '.join(data.title for data in card.data)})" if people else ""
    if said.gesture in NO_COMMAND:
        text = f"The hand is {said.gesture}: no command."
    else:
        text = f"The hand shows: {said.gesture}." if said.gesture else ""
    return Finding(
        name="gesture_recognised",
        label="Gesture of the hand",
        value=said.gesture,
        not_measurable=said.why_not or None,
        provisional=True,
        simulated=said.gesture in card.settings.get("rendered_labels", ()),
        category="gesture",
        attention=said.gesture is None,
        text=text,
        evidence=Evidence(method=METHOD, source=made_of),
    )


def _fingers(recording: HandSeen) -> Iterator[Finding]:
    straight = extensions(recording.points_px, recording.side)
    if not np.isfinite(straight).all():
        return  # two landmarks of a finger at one place have no angle
    yield _number("hand_opening", "How open the hand is", float(straight[1:].mean()), BY_FLEXION, recording)
    for finger, value in zip(("thumb", *FINGERS), straight, strict=True):
        label = f"How straight the {finger} {'' if finger == 'thumb' else 'finger '}is"
        yield _number(f"{finger}_extension", label, float(value), BY_FLEXION, recording)


def _progress(recording: HandSeen, said: Named, card: Card) -> Iterator[Finding]:
    """How far from a relaxed hand to the likeliest gesture, where the card knows both."""
    typical = card.settings.get("typical_extensions", {})
    if said.likeliest in NO_COMMAND or not {NO_COMMAND[0], said.likeliest} <= set(typical):
        return
    straight = extensions(recording.points_px, recording.side)
    if not np.isfinite(straight).all():
        return
    share = progress(straight, np.asarray(typical[NO_COMMAND[0]]), np.asarray(typical[said.likeliest]))
    yield _number(
        "gesture_progress",
        f"How far towards {said.likeliest}",
        share,
        "fingers between a relaxed hand's (0) and the typical ones of the gesture (1)",
        recording,
    )


def _side(recording: HandSeen) -> Iterator[Finding]:
    """A finding where the fingers bend backwards: the other hand than stated."""
    angles = hand_angles(recording.points_px, recording.side)
    bent = np.mean([angles[f"{finger}_{joint}_flexion"].degrees for finger in FINGERS for joint in ("mcp", "pip")])
    if bent < BACKWARDS_DEG:  # never of NaN
        yield Finding(
            name="hand_side",
            label="Side of the hand",
            not_measurable=f"fingers of a {recording.side} hand must bend towards the palm, got {bent:.0f}° on "
            "average; is it the other hand, or is the picture mirrored?",
            category="gesture",
            attention=True,
        )


def _number(name: str, label: str, value: float, method: str, recording: HandSeen | None = None) -> Finding:
    return Finding(
        name=name,
        label=label,
        value=round(float(value), 3),
        provisional=True,
        side=recording.side if recording else "none",
        category="gesture",
        evidence=Evidence(method=method),
    )
