"""The recogniser of hands for one patient: the network, its rules, and the patient's own example pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from pathlib import Path

import numpy as np

from rehabkit.errors import InputError, RecordingError
from rehabkit.hand_training.openings import own_rules
from rehabkit.hand_training.rules import Rules
from rehabkit.kinematics.hand import opening
from rehabkit.picture_pipeline.gesture_reading import SYSTEM, HandRecording, Recogniser, glance
from rehabkit.pose.hand_walk import Side, walk
from rehabkit.recordings import pictures
from rehabkit.recordings.frame import MAX_SIDE_PX, Frame
from rehabkit.runtime.bundles import bundle as find_bundle
from rehabkit.systems.hand_gesture.calibration import learn
from rehabkit.systems.hand_gesture.reading import HandSeen

NO_HAND = "show one whole hand, wrist included, in good light and nearer to the camera"
FEWEST, MOST = 3, 5
"""Example pictures of a gesture."""
APART_S = 10.0
"""Single pictures are looked at as if they lay so far apart: no hand is followed from one to the next."""


@dataclass(frozen=True)
class Reader:
    """What a patient's hand is read with.

    Parameters
    ----------
    n_examples : gesture → how many of the patient's own pictures it was calibrated on.
    history : what was done to it, in words.
    """

    recogniser: Recogniser
    rules: Rules = field(default_factory=Rules)
    n_examples: Mapping[str, int] = field(default_factory=dict)
    history: tuple[str, ...] = ()


def reader_of(examples: Path | None = None) -> Reader:
    """The shipped network, or the same calibrated on a patient's own pictures.

    Parameters
    ----------
    examples : folder with a folder of 3 to 5 pictures for each gesture, named as the gesture.

    Raises
    ------
    ModelError
        If the network or the landmark models are missing.
    InputError
        If the folder isn't that.
    RecordingError
        If a picture shows no hand, or several.
    """
    rules = Rules()
    reader = Reader(Recogniser(find_bundle(SYSTEM), rules.confidence), rules)
    return reader if examples is None else _calibrated(reader, read_examples(examples, reader))


def read_pictures(paths: Sequence[Path], reader: Reader, side: Side | None = None) -> Iterator[HandRecording]:
    """Read single pictures, each a recording of its own.

    Raises
    ------
    RecordingError
        If a file is no whole picture, or shows no hand.
    """
    for path, recording in zip(paths, _looked_at(paths, reader, side), strict=True):
        if not recording.has_hand.any():
            raise RecordingError(_no_hand(path.name))
        yield recording


def _looked_at(paths: Sequence[Path], reader: Reader, side: Side | None = None) -> Iterator[HandRecording]:
    """Each picture by itself, with a hand or without; the networks are loaded once."""
    frames = (_frame(path, APART_S * number) for number, path in enumerate(paths))
    for frame, look in walk(frames, side, work_ahead=False):
        one = glance(replace(frame, time_s=0.0), look, reader.recogniser)
        yield HandRecording(tuple(reader.recogniser.labels), (one,), frame.size_px, side)


def _frame(path: Path, time_s: float = 0.0) -> Frame:
    if path.suffix.lower() not in pictures.SUFFIXES:
        raise RecordingError(f"picture must be one of {', '.join(pictures.SUFFIXES)}, got {path.name}; save it as one")
    picture = pictures.read(path, MAX_SIDE_PX)
    return Frame(0, time_s, picture.rgb, (picture.width, picture.height))


def _no_hand(name: str) -> str:
    return f"picture must show a hand, got none in {name}; {NO_HAND}"


def read_examples(folder: Path, reader: Reader) -> dict[str, list[HandSeen]]:
    """A patient's own pictures: gesture → hands; errors as :func:`reader_of`, all problems at once."""
    found, problems = _pictures_of(folder, reader.recogniser.labels)
    readable = []
    for gesture, path in [(gesture, path) for gesture, paths in found.items() for path in paths]:
        try:
            _frame(path)
        except RecordingError as error:
            problems.append(f"{gesture}: {error}")
        else:
            readable.append((gesture, path))
    hands: dict[str, list[HandSeen]] = {}
    recordings = _looked_at([path for _, path in readable], reader) if not problems else iter(())
    for (gesture, path), recording in zip(readable, recordings, strict=False):
        (one,) = recording.glances
        if one.hand is None:
            problems.append(_no_hand(f"{gesture}/{path.name}"))
        elif one.seen.hands > 1:
            problems.append(f"{gesture}/{path.name} must show one hand, got {one.seen.hands}")
        else:
            hands.setdefault(gesture, []).append(one.hand)
    if problems:
        raise InputError(f"--examples: {'; '.join(problems)}")
    return hands


def _pictures_of(folder: Path, labels: Sequence[str]) -> tuple[dict[str, list[Path]], list[str]]:
    """Gesture → files, and what is wrong with the folders."""
    if not folder.is_dir():
        return {}, [f"must be a folder with one folder a gesture, got {folder}"]
    folders = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    found = {
        path.name: sorted(one for one in path.iterdir() if one.suffix.lower() in pictures.SUFFIXES) for path in folders
    }
    problems = [] if found else [f"must hold one folder a gesture, got none in {folder}"]
    known = ", ".join(labels)
    problems += [f"folder must be named as one of {known}, got {name}" for name in found if name not in labels]
    problems += [
        f"{name} must hold {FEWEST} to {MOST} pictures, got {len(paths)}"
        for name, paths in found.items()
        if not FEWEST <= len(paths) <= MOST
    ]
    return found, problems


def _calibrated(reader: Reader, hands: Mapping[str, Sequence[HandSeen]]) -> Reader:
    """The reader with this patient's openings and own gestures."""
    openings = {gesture: _openings(some) for gesture, some in hands.items()}
    rules = own_rules(openings, reader.rules)
    every = [(gesture, hand) for gesture, some in hands.items() for hand in some]
    bundle = reader.recogniser.bundle
    rows = [reader.recogniser.outputs(hand) for _, hand in every]
    outputs = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
    own = learn([hand for _, hand in every], [gesture for gesture, _ in every], outputs, bundle.card)
    counts = {gesture: len(some) for gesture, some in hands.items()}
    told = ", ".join(f"{count} of {gesture}" for gesture, count in counts.items())
    history = (f"calibrated on the patient's own pictures: {told}; they count {own.leaning:.0%} beside the network",)
    return Reader(Recogniser(bundle, reader.recogniser.least, own), rules, counts, history)


def _openings(hands: Sequence[HandSeen]) -> list[float]:
    """Of those hands in which it can be told."""
    values = (float(opening(hand.points_px, hand.side)) for hand in hands)
    return [value for value in values if isfinite(value)]
