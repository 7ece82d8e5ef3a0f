"""A video, a camera or pictures of a hand → what it shows, and the commands that a hand robot would have had of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rehabkit.errors import InputError, RecordingError
from rehabkit.figures import Figure
from rehabkit.findings import Assessment, Finding, RecordingInfo
from rehabkit.hand_training.actuation import Actuation
from rehabkit.hand_training.replay import Replay
from rehabkit.hand_training.robot import POSTURES, HandLimits, HandRobot
from rehabkit.hand_training.rules import Rules
from rehabkit.hand_training.session import Prompt, TrainingLog, simulate
from rehabkit.judgement import judge
from rehabkit.picture_pipeline.gesture_checks import checks_of
from rehabkit.picture_pipeline.gesture_figures import recording_figures
from rehabkit.picture_pipeline.gesture_findings import command_findings, gesture_findings, range_findings
from rehabkit.picture_pipeline.gesture_reader import NO_HAND, Reader, read_pictures, reader_of
from rehabkit.picture_pipeline.gesture_reading import SYSTEM, HandRecording, read
from rehabkit.picture_pipeline.given import Asked, Progress, Source
from rehabkit.pose.hand_walk import BODY_MODEL, Side, walk
from rehabkit.pose.hands import MODEL as HAND_MODEL
from rehabkit.recordings import pictures, video
from rehabkit.recordings.files import sha256
from rehabkit.recordings.frame import MAX_SIDE_PX, Frame
from rehabkit.runtime.store import checksum
from rehabkit.sensor_pipeline import provenance_of

SHORTEST_S = 0.1
LONGEST_VIDEO_S = 3600.0
TITLE = "Hand gestures"
NOTICE = "Commands are simulated: rehabkit ships no hardware driver."


@dataclass(frozen=True)
class Trained:
    """A recording, led through the state machine to a modelled robot.

    Parameters
    ----------
    log : what happened.
    confirmed_s : when a neutral hand was confirmed though nobody was there.
    """

    log: TrainingLog
    confirmed_s: tuple[float, ...]


def way(asked: Asked) -> Assessment:
    """Assess a video, a camera or pictures of a hand.

    Raises
    ------
    RecordingError
        If a file is missing, damaged or of another kind, or shows no hand.
    InputError
        If something was given that belongs to another system, or a picture and a video.
    ModelError
        If the network or the landmark models are missing.
    """
    asked.beside.only(SYSTEM, "files", "hand", "examples", "seconds")
    if not isinstance(asked.source, int) and Path(asked.source).suffix.lower() in pictures.SUFFIXES:
        return _of_pictures(asked)
    return _of_video(asked)


@dataclass(frozen=True)
class Filmed:
    """A hand's recording as it was read, and what an assessment keeps of it."""

    hand: HandRecording
    info: RecordingInfo


def film(
    source: Source, reader: Reader, *, side: Side | None = None, seconds: float | None = None, anyway: bool = False,
    progress: Progress | None = None,
) -> Filmed:  # fmt: skip
    """Read a video or a camera to its end; no picture is kept.

    Parameters
    ----------
    side : of the hand, where somebody said it.
    seconds : how long to look through a camera.
    anyway : take what there is of a truncated file.

    Raises
    ------
    RecordingError
        If it can't be read, shows no hand, or lasts more than an hour.
    """
    stated = None if isinstance(source, int) else video.probe(source)
    frames = _bounded(video.frames(source, max_side_px=MAX_SIDE_PX, seconds=seconds, anyway=anyway))
    n_frames = stated.n_frames if stated else None
    hand = read(walk(frames, side), reader.recogniser, side, progress, n_frames)
    name = f"camera {source}" if isinstance(source, int) else Path(source).name
    if not hand.has_hand.any():
        raise RecordingError(f"video must show a hand, got none in {name}; {NO_HAND}")
    lasting_s = float(hand.time_s[-1] - hand.time_s[0])
    rate_hz = (len(hand.glances) - 1) / lasting_s if lasting_s > 0 else 0.0
    info = RecordingInfo(
        name=name,
        kind="gesture_video",
        sha256=None if isinstance(source, int) else sha256(Path(source)),
        sensor="mediapipe-hand",
        recorded_at=stated.recorded_at if stated else None,
        duration_s=round(lasting_s, 3),
        n_frames=len(hand.glances),
        rate_hz=round(rate_hz, 3),
        frame_size_px=hand.size_px,
        view="one hand before a camera",
        n_people=max(one.seen.people for one in hand.glances),
        person_description=f"{hand.stated_side or hand.side} hand",
        checks=checks_of(hand, rate_hz),
        history=[*reader.history, *_scaled(hand.size_px)],
    )
    return Filmed(hand, info)


def train(lines: Replay, rules: Rules, limits: HandLimits | None = None, prompts: Sequence[Prompt] = ()) -> Trained:
    """Lead what was seen through the state machine to a modelled robot.

    Parameters
    ----------
    lines : the recording; where it has no times to confirm, every neutral hand is confirmed.
    """
    actuation = Actuation(rules, frozenset(POSTURES))
    lines = replace(lines, state=lambda: actuation.state)
    log = simulate(lines, actuation, HandRobot(limits or HandLimits()), max(lines.end_s, SHORTEST_S), prompts)
    return Trained(log, tuple(lines.confirmed_s))


def _of_video(asked: Asked) -> Assessment:
    beside = asked.beside
    if beside.files:
        raise InputError(f"one video must come by itself, got {len(beside.files) + 1} files; assess each by itself")
    reader = reader_of(beside.examples)
    filmed = film(
        asked.source, reader, side=beside.hand, seconds=beside.seconds, anyway=asked.anyway, progress=asked.progress
    )
    trained = train(Replay([one.seen for one in filmed.hand.glances]), reader.rules)
    found = [
        *gesture_findings(filmed.hand, reader.rules, reader.recogniser.bundle.card),
        *command_findings(trained.log, trained.confirmed_s),
        *range_findings(filmed.hand),
    ]
    figures = recording_figures(filmed.hand, reader.rules)
    return assessment_of(asked, found, figures, filmed.info, reader)


def _of_pictures(asked: Asked) -> Assessment:
    """Each picture by itself: there are no commands, since nothing is held in one."""
    paths = [asked.path(SYSTEM), *asked.beside.files]
    if asked.beside.seconds is not None:
        raise InputError(f"--seconds must be left out for pictures, got {asked.beside.seconds:g}; it is for a camera")
    reader, found, hands = reader_of(asked.beside.examples), [], []
    for number, (path, hand) in enumerate(zip(paths, read_pictures(paths, reader, asked.beside.hand), strict=True), 1):
        judged = judge(SYSTEM, hand.glances[0].hand, reader.recogniser.bundle)
        found += [
            _of_one(finding, number, path) if len(paths) > 1 else finding
            for finding in (*judged.findings, *range_findings(hand))
        ]
        hands.append(hand)
    whole = replace(hands[0], glances=tuple(one for hand in hands for one in hand.glances))
    info = RecordingInfo(
        name=paths[0].name if len(paths) == 1 else f"{paths[0].name} and {len(paths) - 1} more",
        kind="picture",
        sha256=sha256(paths[0]) if len(paths) == 1 else None,
        sensor="mediapipe-hand",
        duration_s=0.0,
        n_frames=len(paths),
        rate_hz=0.0,
        frame_size_px=whole.size_px,
        view="one hand before a camera",
        n_people=max(one.seen.people for one in whole.glances),
        person_description=f"{whole.stated_side or whole.side} hand",
        checks=checks_of(whole, 0.0),
        history=[*reader.history, *_scaled(whole.size_px)],
    )
    return assessment_of(asked, found, [], info, reader)


def _of_one(finding: Finding, number: int, path: Path) -> Finding:
    """A finding of one of several pictures."""
    text = f"{path.name}: {finding.text}" if finding.text else ""
    changes = {"name": f"{finding.name}_{number}", "label": f"{finding.label} ({path.name})", "text": text}
    return finding.model_copy(update=changes)


def assessment_of(
    asked: Asked, found: list[Finding], figures: list[Figure], info: RecordingInfo, reader: Reader
) -> Assessment:
    """What is kept of a hand's recording."""
    models = {f"{name} landmarks": checksum(name) for name in (HAND_MODEL, BODY_MODEL)}
    settings = {
        "system": SYSTEM,
        "rules": asdict(reader.rules) | {"closing": sorted(reader.rules.closing)},
        "examples": reader.n_examples,
    }
    return Assessment(
        exercise=SYSTEM,
        exercise_title=TITLE,
        n_repetitions=0,
        findings=found,
        summary=[*([NOTICE] if info.kind == "gesture_video" else []), *(one.text for one in found if one.text)],
        patient=asked.patient,
        figures=figures,
        recording=info,
        provenance=provenance_of({**models, SYSTEM: reader.recogniser.bundle.card.sha256}, settings),
    )


def _bounded(frames: Iterable[Frame]) -> Iterator[Frame]:
    """Frames of an hour at most: a clock that jumps would have the training simulated for days."""
    for frame in frames:
        if frame.time_s > LONGEST_VIDEO_S:
            raise RecordingError(
                f"video of a hand must last at most {LONGEST_VIDEO_S:g} s, got one at {frame.time_s:.0f} s; cut it"
            )
        yield frame


def _scaled(size_px: tuple[int, int]) -> list[str]:
    return [f"pictures scaled down to {MAX_SIDE_PX} px"] if max(size_px) > MAX_SIDE_PX else []
