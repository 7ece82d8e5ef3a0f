"""Is the hand placed so that it can be read, and what to do about it: the same questions live and afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import numpy as np

from rehabkit.findings import CheckResult
from rehabkit.fitness import GOOD_RATE_HZ
from rehabkit.picture_pipeline.gesture_reading import Glance, HandRecording
from rehabkit.pose.hand_quality import HandQuality

SMALL_PALM_PX = 40.0
"""On 30 pictures of hgr1 scaled down to 640 x 480 px all hands were found with palms of 40 px, 77 % with 30, none with
20; angles then differed by 4, 5 degrees from those of the picture as it was (median)."""
DARK, BRIGHT, BURNT = 40.0, 200.0, 0.2
"""Brightness around the hand, and share of white pixels: darkened to 44 all were found, to 22 83 %; brightened to 177
all, to 212, with 35 % white, 70 %."""
BLURRED = 0.03
"""Sharpness of the 100 pictures looked at lay at 0.056 and above; blurred by a thirtieth of the palm's length, which
moves angles by 5 degrees (median), 95 % of them lay below 0.032."""
SEEN_SHARE, OFTEN = 0.8, 0.1
"""A hand should be seen in this share of the pictures; what is wrong in more than a tenth of them is told."""

Question = tuple[str, str, str, Callable[[HandQuality], bool]]
PLACED: Sequence[Question] = (
    ("size", "the hand is small: {palm:.0f} px from wrist to knuckles", "bring the hand nearer, or film in 720p",
     lambda one: one.palm_px < SMALL_PALM_PX),
    ("edge", "part of the hand lies outside the picture", "move the hand to the middle, wrist included",
     lambda one: one.outside > 0),
    ("dark", "the hand is dark", "put a lamp in front of the hand, not behind it", lambda one: one.luma < DARK),
    ("bright", "the hand is too bright", "turn the lamp away, or close the curtain",
     lambda one: one.luma > BRIGHT or one.burnt > BURNT),
    ("blur", "the hand is blurred", "clean the lens, let the camera focus on the hand, move slower in brighter light",
     lambda one: one.sharpness < BLURRED),
)  # fmt: skip


def live_sign(glance: Glance) -> tuple[Literal["good", "poor", "none"], str]:
    """What a live picture's sign says: how it is, and the one thing to do about it.

    Examples
    --------
    >>> from rehabkit.hand_training.faults import Seen
    >>> from rehabkit.picture_pipeline.gesture_reading import UNKNOWN
    >>> live_sign(Glance(Seen(0.0, 1, 0, 0, "", None, 0.0, 0.5), UNKNOWN, np.zeros(1), None, None))
    ('none', 'hold one hand before the camera')
    """
    if glance.seen.hands == 0 or glance.quality is None:
        return "none", "hold one hand before the camera"
    if glance.seen.hands > 1:
        return "poor", "show one hand only"
    if glance.seen.people > 1:
        return "poor", "let nobody else be in the picture"
    wrong = next((remedy for _, _, remedy, is_wrong in PLACED if is_wrong(glance.quality)), "")
    return ("poor", wrong) if wrong else ("good", "")


def checks_of(recording: HandRecording, rate_hz: float) -> list[CheckResult]:
    """What is right and wrong with how a hand was recorded.

    Parameters
    ----------
    rate_hz : pictures a second; 0 for single pictures.
    """
    return [*_presence(recording), *_placed(recording), *_others(recording), *_side(recording), *_rate(rate_hz)]


def _presence(recording: HandRecording) -> Iterator[CheckResult]:
    share = float(recording.has_hand.mean())
    remedy = "keep one hand before the camera, wrist included, in front of something plain"
    message = f"a hand is seen in {share:.0%} of the pictures"
    yield CheckResult.of("hand", message, remedy, fit=share >= SEEN_SHARE, usable=share > 0)


def _placed(recording: HandRecording) -> Iterator[CheckResult]:
    seen = [one.quality for one in recording.glances if one.quality is not None]
    palm = float(np.median([one.palm_px for one in seen])) if seen else 0.0
    for name, message, remedy, is_wrong in PLACED:
        share = float(np.mean([is_wrong(one) for one in seen])) if seen else 0.0
        if share > OFTEN:
            told = f"{message.format(palm=palm)}, in {share:.0%} of the pictures with a hand"
            yield CheckResult(name=name, status="warning", message=told, remedy=remedy)
    if seen and palm >= SMALL_PALM_PX:
        yield CheckResult(name="size", status="ok", message=f"the hand measures {palm:.0f} px from wrist to knuckles")


def _others(recording: HandRecording) -> Iterator[CheckResult]:
    hands = np.array([one.seen.hands for one in recording.glances])
    people = np.array([one.seen.people for one in recording.glances])
    for name, share, what, remedy in (
        ("two_hands", (hands > 1).mean(), "a second hand is seen", "show one hand only: a training stops at a second"),
        ("people", (people > 1).mean(), "a second person is seen", "film one person: a training stops at a second"),
    ):
        if share > 0:
            message = f"{what}, in {share:.0%} of the pictures"
            yield CheckResult(name=name, status="warning", message=message, remedy=remedy)


def _side(recording: HandRecording) -> Iterator[CheckResult]:
    sides = [one.seen.side for one in recording.glances if one.seen.hands]
    other = sum(side != recording.side for side in sides) / max(len(sides), 1)
    if recording.stated_side is not None and sides and recording.side != recording.stated_side:
        yield CheckResult(
            name="mirrored",
            status="warning",
            message=f"it looks like a {recording.side} hand, and was said to be a {recording.stated_side} one",
            remedy="switch off mirroring of a front camera, or state the other --hand",
        )
    if other > OFTEN:
        message = f"taken for the other hand in {other:.0%} of the pictures with a hand"
        yield CheckResult(
            name="side", status="warning", message=message, remedy="turn the palm or the back to the camera"
        )


def _rate(rate_hz: float) -> Iterator[CheckResult]:
    if 0 < rate_hz < GOOD_RATE_HZ:
        message = f"{rate_hz:.3g} pictures/s: a training stops where none comes for 0.2 s"
        yield CheckResult(name="rate", status="warning", message=message, remedy="film at 30 frames/s")
