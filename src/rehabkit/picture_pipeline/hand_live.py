"""A hand before a live camera: a thread recognises pictures, and the training takes the newest there is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Event
from types import TracebackType
from typing import Protocol, Self

from rehabkit.hand_training.actuation import LONGEST_STEP_S, Actuation, State
from rehabkit.hand_training.robot import POSTURES
from rehabkit.hand_training.session import Line, TrainingLog
from rehabkit.picture_pipeline.film import camera_name, filmed_of
from rehabkit.picture_pipeline.gesture_reader import Reader
from rehabkit.picture_pipeline.gesture_reading import Glance, HandRecording, Recogniser, glance
from rehabkit.picture_pipeline.hand_session import Plan, Rehearsed, held, of_film
from rehabkit.pose.hand_walk import Side, walk
from rehabkit.recordings import camera
from rehabkit.recordings.frame import MAX_SIDE_PX, Frame

Clock = Callable[[], float]
WARM_UP_S = 30.0
"""So long a camera may take to its first picture."""


class Buttons(Protocol):
    """What a person presses."""

    def read(self) -> tuple[bool, bool]:
        """Whether the button that confirms, and stop, are down now."""


@dataclass(frozen=True)
class Shown:
    """What a person before the camera is told.

    Parameters
    ----------
    time_s : of the session.
    state : of the machine.
    reasons : why it is stopped; empty otherwise.
    newest : picture that was recognised; ``None`` before the first.
    """

    time_s: float
    state: State
    reasons: tuple[str, ...]
    newest: Glance | None


View = Callable[[Shown], None]


class LiveHand:
    """The newest picture, recognised in a thread; pictures that come meanwhile are lost, never queued.

    Stamps are when a picture arrived, by the clock that the session runs on: one that hung shows in them.

    Parameters
    ----------
    pictures : of the camera, each given as soon as it is there.
    clock : seconds.
    """

    def __init__(
        self, pictures: Iterable[Frame], recogniser: Recogniser, side: Side | None = None, clock: Clock = time.monotonic
    ) -> None:
        self.glances: list[Glance] = []
        self.size_px = (0, 0)
        self._recogniser, self._side, self._clock = recogniser, side, clock
        self._first, self._done = Event(), Event()
        self._begun_s = clock()
        self._pictures = pictures
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hand")

    def __enter__(self) -> Self:
        self._looking = self._pool.submit(self._look)
        self._first.wait(WARM_UP_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._pool.shutdown(wait=True)

    def now_s(self) -> float:
        """Seconds on the clock of the pictures' stamps."""
        return self._clock() - self._begun_s

    def newest(self) -> Glance | None:
        """The last picture that was recognised; an error of the thread that does it is raised here."""
        if self._looking.done():
            self._looking.result()
        return self.glances[-1] if self.glances else None

    def _look(self) -> None:
        try:
            for frame, look in walk(self._stamped(), self._side, work_ahead=False):
                self.size_px = frame.size_px
                self.glances.append(glance(frame, look, self._recogniser))
                self._first.set()
        finally:
            self._first.set()

    def _stamped(self) -> Iterator[Frame]:
        for frame in self._pictures:
            if self._done.is_set():
                return
            yield replace(frame, time_s=self.now_s())


class LiveLines:
    """What comes in at each moment of a live session; waits until that moment is there.

    Parameters
    ----------
    view : called a few times a second with what a person should know.
    """

    def __init__(self, hand: LiveHand, buttons: Buttons, actuation: Actuation, view: View) -> None:
        self._hand, self._buttons, self._actuation, self._view = hand, buttons, actuation, view
        self._begun_s = hand.now_s()

    def __call__(self, now_s: float) -> Line:
        """The newest picture and the buttons, its stamp on the session's clock."""
        wait_s = now_s - (self._hand.now_s() - self._begun_s)
        if wait_s > 0:
            time.sleep(wait_s)
        newest = self._hand.newest()
        confirm, stop = self._buttons.read()
        reasons = tuple(self._actuation.reasons) if self._actuation.state is State.STOPPED else ()
        self._view(Shown(now_s, self._actuation.state, reasons, newest))
        seen = (
            newest.seen._replace(stamp_s=newest.seen.stamp_s - self._begun_s - self._late_s(now_s)) if newest else None
        )
        return Line(seen, confirm, stop)

    def _late_s(self, now_s: float) -> float:
        """How far the session lags behind the clock, once that is so much that its pictures are older than they seem.

        A process that was asleep then shows the machine stamps that go back, or old ones: both stop it.
        """
        late_s = self._hand.now_s() - self._begun_s - now_s
        return late_s if late_s > LONGEST_STEP_S else 0.0


def with_camera(
    number: int, plan: Plan, reader: Reader, buttons: Buttons, view: View, *, side: Side | None = None,
    pictures: Iterable[Frame] | None = None,
) -> Rehearsed:  # fmt: skip
    """A person before a camera leads the modelled robot, in real time.

    Parameters
    ----------
    number : of the camera.
    pictures : instead of the camera's.

    Raises
    ------
    RecordingError
        If there is no such camera, or no hand was ever seen.
    """
    actuation = Actuation(reader.rules, frozenset(POSTURES))
    frames = camera.pictures(number, plan.seconds + WARM_UP_S, MAX_SIDE_PX) if pictures is None else pictures
    with LiveHand(frames, reader.recogniser, side) as hand:
        begun_s = hand.now_s()
        lines = LiveLines(hand, buttons, actuation, view)
        log: TrainingLog = held(lines, reader.rules, plan.seconds, plan.prompts, actuation)
        glances = tuple(
            replace(one, seen=one.seen._replace(stamp_s=one.seen.stamp_s - begun_s)) for one in hand.glances
        )
    recording = HandRecording(tuple(reader.recogniser.labels), glances, hand.size_px, side)
    return of_film(filmed_of(recording, camera_name(number), reader), log, reader, plan)
