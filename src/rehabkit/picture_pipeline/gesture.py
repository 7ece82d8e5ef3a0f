"""A video, a camera or pictures of a hand → what it shows, and the commands that a hand robot would have had of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rehabkit.errors import InputError
from rehabkit.figures import Figure
from rehabkit.findings import Assessment, Finding, RecordingInfo
from rehabkit.hand_training.replay import Replay
from rehabkit.picture_pipeline.film import SENSOR, VIEW, film, models_of, rules_as_text, scaled
from rehabkit.picture_pipeline.gesture_checks import checks_of
from rehabkit.picture_pipeline.gesture_figures import recording_figures
from rehabkit.picture_pipeline.gesture_findings import command_findings, gesture_findings, range_findings
from rehabkit.picture_pipeline.gesture_reader import Reader, read_pictures, reader_of
from rehabkit.picture_pipeline.gesture_reading import SYSTEM
from rehabkit.picture_pipeline.given import Asked
from rehabkit.picture_pipeline.hand_session import replayed
from rehabkit.recordings import pictures
from rehabkit.recordings.files import sha256
from rehabkit.sensor_pipeline import provenance_of

TITLE = "Hand gestures"
NOTICE = "Commands are simulated: rehabkit ships no hardware driver."


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


def _of_video(asked: Asked) -> Assessment:
    beside = asked.beside
    if beside.files:
        raise InputError(f"one video must come by itself, got {len(beside.files) + 1} files; assess each by itself")
    reader = reader_of(beside.examples)
    filmed = film(
        asked.source, reader, side=beside.hand, seconds=beside.seconds, anyway=asked.anyway, progress=asked.progress
    )
    log, confirmed_s = replayed(Replay([one.seen for one in filmed.hand.glances]), reader.rules)
    found = [
        *gesture_findings(filmed.hand, reader.rules, reader.recogniser.bundle.card),
        *command_findings(log, confirmed_s),
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
        said = [one for glance in hand.glances if glance.hand for one in reader.recogniser.findings(glance.hand)]
        found += [
            _of_one(finding, number, path) if len(paths) > 1 else finding for finding in (*said, *range_findings(hand))
        ]
        hands.append(hand)
    whole = replace(hands[0], glances=tuple(one for hand in hands for one in hand.glances))
    info = RecordingInfo(
        name=paths[0].name if len(paths) == 1 else f"{paths[0].name} and {len(paths) - 1} more",
        kind="picture",
        sha256=sha256(paths[0]) if len(paths) == 1 else None,
        sensor=SENSOR,
        duration_s=0.0,
        n_frames=len(paths),
        rate_hz=0.0,
        frame_size_px=whole.size_px,
        view=VIEW,
        n_people=max(one.seen.people for one in whole.glances),
        person_description=f"{whole.stated_side or whole.side} hand",
        checks=checks_of(whole, 0.0),
        history=[*reader.history, *scaled(whole.size_px)],
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
    settings = {
        "system": SYSTEM,
        "rules": rules_as_text(reader.rules),
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
        provenance=provenance_of(models_of(reader), settings),
    )
