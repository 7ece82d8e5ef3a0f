"""A hand's pictures in order → what was recognised in each: landmarks, gesture, how sure, what a training would see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.findings import Finding
from rehabkit.hand_training.faults import Seen
from rehabkit.hand_training.rules import Rules
from rehabkit.hand_training.shown import Held, held
from rehabkit.hand_training.sight import sight
from rehabkit.kinematics.hand import HandAngle, hand_angles
from rehabkit.pose.hand_quality import HandQuality
from rehabkit.pose.hand_walk import HandLook
from rehabkit.pose.hands import Hand
from rehabkit.recordings.frame import Frame
from rehabkit.runtime.bundle import Bundle, Tensors
from rehabkit.systems.contract import Ran
from rehabkit.systems.hand_gesture.calibration import OwnGestures
from rehabkit.systems.hand_gesture.naming import Named, named
from rehabkit.systems.hand_gesture.reading import HandSeen
from rehabkit.systems.hand_gesture.system import HandGesture

Array = NDArray[np.float64]
Side = Literal["left", "right"]
Progress = Callable[[int, int | None], None]
SYSTEM = HandGesture.name
LOST = np.full((21, 3), np.nan)
UNKNOWN = Named(None, "", 0.0, "no hand")


def hand_seen(hand: Hand) -> HandSeen:
    """A hand that was found, as the system reads it; the picture isn't kept."""
    return HandSeen(hand.estimated_px, hand.side, confidence=hand.confidence)


class Recogniser:
    """Names the gesture of single hands.

    Parameters
    ----------
    bundle : of the system.
    least : a gesture that is less probable is none: no command comes of it, and a movement ends.
    own : what was learnt of one person's own examples.
    """

    def __init__(self, bundle: Bundle, least: float, own: OwnGestures | None = None) -> None:
        self.bundle, self.least, self.own = bundle, least, own
        self._system = HandGesture()

    @property
    def labels(self) -> list[str]:
        """Gestures in the order of the probabilities."""
        return self.bundle.card.labels

    def __call__(self, hand: HandSeen) -> tuple[Named, Array]:
        """The gesture, and the probability (n_labels,) of each; all 0 for a hand too small to tell anything."""
        try:
            outputs = self.outputs(hand)
        except RecordingError as error:
            return Named(None, "", 0.0, str(error)), np.zeros(len(self.labels))
        return named(outputs, self.bundle.card), outputs["probability"][0].astype(float)

    def outputs(self, hand: HandSeen) -> Tensors:
        """The network's outputs of one hand, as the person's own examples change them.

        Raises
        ------
        RecordingError
            If the hand is too small, or a landmark isn't there.
        """
        outputs = self.bundle.run(self._system.prepare(hand))
        return outputs if self.own is None else self.own.adapted(outputs, self.bundle.card)

    def findings(self, hand: HandSeen) -> list[Finding]:
        """What the system says of one hand, with what it rests on; errors as :meth:`outputs`."""
        outputs, tensors = self.outputs(hand), self._system.prepare(hand)
        found = self._system.interpret(hand, outputs, self.bundle.card)
        return self._system.explained(found, Ran(hand, tensors, outputs, self.bundle))[0]


@dataclass(frozen=True)
class Glance:
    """One picture.

    Parameters
    ----------
    seen : what a training would be shown.
    said : what was recognised.
    probability : (n_labels,) of each gesture; 0 without a hand.
    hand : the followed hand, as the system reads it; ``None`` without one.
    quality : of that hand in the picture; ``None`` without one.
    """

    seen: Seen
    said: Named
    probability: Array
    hand: HandSeen | None
    quality: HandQuality | None


def glance(frame: Frame, look: HandLook, recogniser: Recogniser) -> Glance:
    """Recognise what one picture shows.

    A gesture that isn't probable enough is none, which commands nothing. How sure the machine must be that there is a
    hand at all, and stops otherwise, is another thing: that is the landmarker's word.
    """
    if not look.hands:
        seen = sight(frame.rgb, frame.time_s, (), look.people, None, 0.0)
        return Glance(seen, UNKNOWN, np.zeros(len(recogniser.labels)), None, None)
    hand = hand_seen(look.hands[0])
    said, probability = recogniser(hand)
    gesture = said.gesture if said.probability >= recogniser.least else None
    sure = 1.0 if gesture is None and 0 <= said.probability <= 1 else said.probability
    seen = sight(frame.rgb, frame.time_s, look.hands, look.people, gesture, sure)
    return Glance(seen, said, probability, hand, look.quality)


@dataclass(frozen=True)
class HandRecording:
    """All pictures of a recording, as they were read.

    Parameters
    ----------
    labels : gestures in the order of the probabilities.
    glances : of the pictures in order, at least one.
    size_px : (width, height) of the pictures before they were scaled down.
    stated_side : of the hand, where somebody said it.
    """

    labels: tuple[str, ...]
    glances: tuple[Glance, ...]
    size_px: tuple[int, int]
    stated_side: Side | None = None

    @cached_property
    def time_s(self) -> Array:
        """(n,) seconds of each picture."""
        return np.array([one.seen.stamp_s for one in self.glances])

    @cached_property
    def has_hand(self) -> NDArray[np.bool_]:
        """(n,) whether a hand was seen."""
        return np.array([one.seen.hands > 0 for one in self.glances])

    @cached_property
    def opening(self) -> Array:
        """(n,) how open the hand is; NaN where that isn't known."""
        return np.array([one.seen.opening for one in self.glances])

    @cached_property
    def probability(self) -> Array:
        """(n, n_labels) of each gesture."""
        return np.array([one.probability for one in self.glances])

    @cached_property
    def side(self) -> Side:
        """The side that was seen in most pictures."""
        sides = [one.seen.side for one in self.glances if one.seen.hands]
        return "left" if sides.count("left") * 2 > len(sides) else "right"

    @property
    def angles(self) -> dict[str, HandAngle]:
        """Every angle of the hand, (n,) degrees, NaN in pictures without it or with the other side."""
        hands = [one.hand for one in self.glances]
        points = np.array([hand.points_px if hand and hand.side == self.side else LOST for hand in hands])
        return hand_angles(points, self.side)

    @property
    def gestures(self) -> Iterator[tuple[float, str | None]]:
        """Time and gesture of each picture."""
        return ((one.seen.stamp_s, one.seen.gesture) for one in self.glances)

    def shown(self, rules: Rules) -> list[Held]:
        """Gestures that were held so long that they could have been commands, in order."""
        return [one for one in held(self.gestures, rules.release_s) if one.lasting_s >= rules.hold_s]

    def sure_of(self, one: Held) -> float:
        """Mean probability of a gesture over the time that it was shown."""
        during = (self.time_s >= one.start_s - 1e-6) & (self.time_s <= one.end_s + 1e-6)
        return float(self.probability[during, self.labels.index(one.gesture)].mean())


def read(
    looks: Iterable[tuple[Frame, HandLook]], recogniser: Recogniser, side: Side | None = None,
    progress: Progress | None = None, n_frames: int | None = None,
) -> HandRecording:  # fmt: skip
    """Read all pictures; none of them is kept.

    Parameters
    ----------
    looks : of :func:`rehabkit.pose.hand_walk.walk`.
    side : of the hand, where somebody said it.
    n_frames : how many there are, where that is known.

    Raises
    ------
    RecordingError
        If there is no picture.
    """
    glances, size_px = [], (0, 0)
    for frame, look in looks:
        glances.append(glance(frame, look, recogniser))
        size_px = frame.size_px
        if progress is not None:
            progress(len(glances), n_frames)
    if not glances:
        raise RecordingError("recording must hold at least one picture, got none; record it again")
    return HandRecording(tuple(recogniser.labels), tuple(glances), size_px, side)
