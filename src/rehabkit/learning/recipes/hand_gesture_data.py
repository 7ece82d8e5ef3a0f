"""What hand_gesture learns from: pictures of people who sign digits, and modelled hands.

The landmarks of both lie beside the code (``learning/landmarks``, made by ``benchmarks/hand_landmarks.py``), so that
training needs neither MediaPipe nor a download.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

import rehabkit.learning
from rehabkit.errors import RecordingError
from rehabkit.learning.examples import Sample
from rehabkit.learning.recipes.hand_gesture_composed import NEEDED, put_together
from rehabkit.learning.recipes.hand_gesture_modelled import GESTURES
from rehabkit.recordings.datasets import hand_landmarks
from rehabkit.recordings.datasets.hand_landmarks import HandViews
from rehabkit.runtime.home import home
from rehabkit.systems.hand_gesture.reading import HandSeen

LABELS = (
    "relaxed", "open", "fist", "one", "two", "three", "four", "thumb_up", "thumb_and_index", "thumb_and_little",
    "little", "three_with_thumb", "hook", "pinch", "middle_pinch", "ring_pinch", "tripod", "round",
)  # fmt: skip
DIGITS = ("round", "one", "two", "three_with_thumb", "four", "open", "three", "ring_pinch", "middle_pinch", "pinch")
"""What each digit's sign is: ``round`` has all fingertips at the thumb's, a ``pinch`` one, the others straight."""
HGR1 = tuple("12345ABCDEFGHIKLMNOPRSTUWYZ")
"""Codes of hgr1's gestures."""
FOLDER = Path(str(rehabkit.learning.__file__)).parent / "landmarks"
PALM_PX = 100.0
PERSON, MODEL, COMPOSED = 0, 1, 2
"""Covariate ``origin``: a hand as it was seen, a modelled one, a person's own fingers put together anew."""


def people(n_people: int | None = None) -> Iterator[Sample[HandSeen]]:
    """Every look at every picture of a digit in which a hand was found; of the first so many people."""
    views = hand_landmarks.read(FOLDER / "sign_digits.npz")
    known = sorted(set(views.subjects.tolist()))[:n_people]
    for row in np.flatnonzero(np.isin(views.subjects, known)):
        target = LABELS.index(DIGITS[int(views.labels[row])])
        for look in np.flatnonzero(views.found[row]):
            covariates = {"origin": PERSON, "data_set": "sign_digits"}
            yield Sample(seen(views, int(row), int(look)), target, str(views.subjects[row]), covariates)


def composed(n_people: int | None = None) -> Iterator[Sample[HandSeen]]:
    """Gestures that no picture shows, put together from the fingers of one person's pictures."""
    views = hand_landmarks.read(FOLDER / "sign_digits.npz")
    for person in sorted(set(views.subjects.tolist()))[:n_people]:
        rows = {str(views.labels[row]): int(row) for row in np.flatnonzero(views.subjects == person)}
        for look in range(views.found.shape[1]):
            if any(digit not in rows or not views.found[rows[digit], look] for digit in NEEDED):
                continue
            own = np.stack([seen(views, rows[digit], look).shape() for digit in NEEDED])
            rng = np.random.default_rng(len(rows) + rows[NEEDED[0]] + look)
            for name, points in put_together(own, rng).items():
                yield Sample(
                    HandSeen(points * PALM_PX, "right"),
                    LABELS.index(name),
                    person,
                    {"origin": COMPOSED, "data_set": ""},
                )


def seen(views: HandViews, row: int, look: int, *, right: bool | None = None) -> HandSeen:
    """One look at one picture; its own side unless another is stated."""
    taken = bool(views.right[row, look]) if right is None else right
    points = views.points_px[row, look].astype(np.float64)
    return HandSeen(points, "right" if taken else "left", confidence=float(np.clip(views.confidence[row, look], 0, 1)))


def modelled(every: int = 1) -> Iterator[Sample[HandSeen]]:
    """Every so many of the modelled hands that hold a pose, in each picture drawn of it; a hand is a subject."""
    views = hand_landmarks.read(FOLDER / "anny_synth_hands.npz")
    for row in range(0, len(views.names), every):
        target = LABELS.index(GESTURES[str(views.labels[row])])
        for look in np.flatnonzero(views.found[row]):
            covariates = {"origin": MODEL, "data_set": "anny_synth_hands"}
            yield Sample(seen(views, row, int(look)), target, str(views.subjects[row]), covariates)


def hgr1_views() -> HandViews:
    """hgr1's hands, as this machine's MediaPipe found them: for research figures only, so they lie in the user's home.

    Raises
    ------
    RecordingError
        If nobody looked for them yet.
    """
    path = home() / "hand_landmarks" / "hgr1.npz"
    if not path.is_file():
        raise RecordingError(
            f"landmarks of hgr1 must be found first, got none at {path.name}; run `python benchmarks/hand_landmarks.py "
            "DATA_FOLDER hgr1` (they may not be passed on)"
        )
    return hand_landmarks.read(path)


def hgr1_looks(n_people: int | None = None, looks: int | None = None) -> Iterator[Sample[HandSeen]]:
    """The looks at hgr1's pictures that found a hand, of a picture all as the hand that most take it for.

    Parameters
    ----------
    n_people : the first so many.
    looks : the first so many of each picture.
    """
    views = hgr1_views()
    known = sorted(set(views.subjects.tolist()))[:n_people]
    for row in np.flatnonzero(np.isin(views.subjects, known)):
        found = np.flatnonzero(views.found[row])
        right = bool(2 * views.right[row, found].sum() >= len(found))
        code, person = str(views.labels[row]), str(views.subjects[row])
        for look in found[:looks]:
            hand = seen(views, int(row), int(look), right=right)
            yield Sample(hand, HGR1.index(code), person, {"picture": int(row), "code": code})
