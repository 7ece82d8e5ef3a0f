"""A training with the modelled hand robot: prompts, what was shown, what the robot did; from a person, a video, live.

Simulation only: rehabkit ships no hardware driver.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rehabkit.errors import InputError
from rehabkit.figures import Figure
from rehabkit.findings import Assessment, Finding, RecordingInfo
from rehabkit.hand_training.actuation import Actuation
from rehabkit.hand_training.person import RATE_HZ, Person, following
from rehabkit.hand_training.replay import Replay
from rehabkit.hand_training.robot import POSTURES, HandLimits, HandRobot
from rehabkit.hand_training.rules import Rules
from rehabkit.hand_training.session import Line, Prompt, TrainingLog, simulate
from rehabkit.hand_training.summary import curves, findings
from rehabkit.picture_pipeline.film import Filmed, film, models_of, rules_as_text
from rehabkit.picture_pipeline.gesture_figures import recording_figures
from rehabkit.picture_pipeline.gesture_findings import confirmation_findings, gesture_findings
from rehabkit.picture_pipeline.gesture_reader import Reader
from rehabkit.picture_pipeline.given import Progress
from rehabkit.pose.hand_walk import Side
from rehabkit.sensor_pipeline import provenance_of

EXERCISE, TITLE = "hand_training_simulation", "Hand training with a robot, simulated"
NOTICE = "Simulation only: a modelled hand robot; rehabkit ships no hardware driver."
AFTER_LAST_S = 1.0


@dataclass(frozen=True)
class Plan:
    """What the trainer asks for.

    Parameters
    ----------
    gestures : in turn, each a posture of the robot.
    repetitions : how often each.
    first_s, every_s : of the first prompt, and from one to the next.

    Raises
    ------
    InputError
        If a gesture is none that the robot can follow, or a number isn't positive.

    Examples
    --------
    >>> [(one.time_s, one.gesture) for one in Plan(("fist", "one"), 2, 2.5, 4.0).prompts]
    [(2.5, 'fist'), (6.5, 'one'), (10.5, 'fist'), (14.5, 'one')]
    """

    gestures: tuple[str, ...] = ("open", "fist", "one")
    repetitions: int = 2
    first_s: float = 2.5
    every_s: float = 5.0

    def __post_init__(self) -> None:
        unknown = [name for name in self.gestures if name not in POSTURES]
        problems = [f"gestures must be of {', '.join(POSTURES)}, got {', '.join(unknown)}"] if unknown else []
        if self.repetitions < 1:
            problems.append(f"repetitions must be at least 1, got {self.repetitions}")
        problems += [
            f"{name} must be positive, got {value:g}"
            for name, value in (("first prompt", self.first_s), ("time between prompts", self.every_s))
            if not value > 0
        ]
        if problems:
            raise InputError(f"training: {'; '.join(problems)}")

    @property
    def prompts(self) -> list[Prompt]:
        """In order of time."""
        turns = list(self.gestures) * self.repetitions
        return [Prompt(self.first_s + self.every_s * number, gesture) for number, gesture in enumerate(turns)]

    @property
    def seconds(self) -> float:
        """Until the last prompt has had its time."""
        return self.first_s + self.every_s * len(self.gestures) * self.repetitions + AFTER_LAST_S


@dataclass(frozen=True)
class Rehearsed:
    """One simulated training: what it shows, and its log step by step."""

    assessment: Assessment
    log: TrainingLog


def with_person(plan: Plan, *, confirm_s: Sequence[float] = (), stop_s: Sequence[float] = ()) -> Rehearsed:
    """A simulated person answers every prompt; neither camera nor network is needed.

    Parameters
    ----------
    confirm_s, stop_s : when a button is pressed; the neutral hand is confirmed at 1.5 s by default.
    """
    person = Person(following(plan.prompts), confirm_s=tuple(confirm_s) or (1.5,), stop_s=tuple(stop_s))
    log = held(person, Rules(), plan.seconds, plan.prompts)
    info = RecordingInfo(
        name="simulated person",
        kind="gesture_video",
        sensor="simulated camera and recogniser",
        duration_s=plan.seconds,
        n_frames=int(plan.seconds * RATE_HZ),
        rate_hz=RATE_HZ,
        view="one hand before a camera, simulated",
    )
    return _rehearsed(log, info, Rules(), plan, [], [], {}, source="simulated person")


def with_video(
    path: Path, plan: Plan | None, reader: Reader, *, confirm_s: Sequence[float] = (), stop_s: Sequence[float] = (),
    side: Side | None = None, anyway: bool = False, progress: Progress | None = None,
) -> Rehearsed:  # fmt: skip
    """The hand in a recorded video leads the modelled robot.

    Parameters
    ----------
    plan : what was asked for while it was recorded; ``None`` where nothing was.
    confirm_s : when the button was pressed; by default every neutral hand is confirmed, which is told.

    Raises
    ------
    RecordingError
        If the video can't be read or shows no hand.
    """
    filmed = film(path, reader, side=side, anyway=anyway, progress=progress)
    lines = Replay([one.seen for one in filmed.hand.glances], tuple(confirm_s), tuple(stop_s))
    log, confirmed = replayed(lines, reader.rules, plan.prompts if plan else ())
    return of_film(filmed, log, reader, plan, confirmed)


def replayed(lines: Replay, rules: Rules, prompts: Sequence[Prompt] = ()) -> tuple[TrainingLog, tuple[float, ...]]:
    """Lead what was seen through the state machine to a modelled robot.

    Parameters
    ----------
    lines : the recording; where it has no times to confirm, every neutral hand is confirmed.

    Returns
    -------
    tuple
        The log, and when a neutral hand was confirmed though nobody was there.
    """
    actuation = Actuation(rules, frozenset(POSTURES))
    lines = replace(lines, state=lambda: actuation.state)
    log = simulate(lines, actuation, HandRobot(HandLimits()), max(lines.end_s, 0.1), prompts)
    return log, tuple(lines.confirmed_s)


def held(
    lines: Callable[[float], Line], rules: Rules, seconds: float, prompts: Sequence[Prompt] = (),
    actuation: Actuation | None = None,
) -> TrainingLog:  # fmt: skip
    """One training with a new modelled robot."""
    actuation = actuation or Actuation(rules, frozenset(POSTURES))
    return simulate(lines, actuation, HandRobot(HandLimits()), seconds, prompts)


def of_film(
    filmed: Filmed, log: TrainingLog, reader: Reader, plan: Plan | None, confirmed_s: Sequence[float] = ()
) -> Rehearsed:
    """What a training shows in which a camera saw the hand."""
    found = gesture_findings(filmed.hand, reader.rules, reader.recogniser.bundle.card)
    found += confirmation_findings(log, confirmed_s)
    figures = recording_figures(filmed.hand, reader.rules)
    return _rehearsed(log, filmed.info, reader.rules, plan, found, figures, models_of(reader), source=filmed.info.name)


def _rehearsed(
    log: TrainingLog, info: RecordingInfo, rules: Rules, plan: Plan | None, found: Sequence[Finding],
    figures: Sequence[Figure], models: dict[str, str], *, source: str,
) -> Rehearsed:  # fmt: skip
    every = [*findings(log), *found]
    settings: dict[str, Any] = {
        "simulated": True,
        "driven_by": source,
        "rules": rules_as_text(rules),
        "limits": asdict(HandLimits()),
        "plan": asdict(plan) if plan else None,
    }
    assessment = Assessment(
        exercise=EXERCISE,
        exercise_title=TITLE,
        n_repetitions=sum(move.reached for move in log.moves),
        findings=every,
        summary=[NOTICE, *(one.text for one in every if one.text)],
        figures=[*curves(log), *figures],
        recording=info,
        provenance=provenance_of(models, settings),
    )
    return Rehearsed(assessment, log)
