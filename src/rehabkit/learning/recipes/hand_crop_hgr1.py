"""hgr1's 27 gestures by the paper's way, skin mask + CNN, one person left out: a research figure, nothing ships."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from torch import nn

from rehabkit.findings import Finding
from rehabkit.imaging.masks import Mask
from rehabkit.imaging.skin import adaptive_mask, box_mask, landmark_seed
from rehabkit.learning.examples import Examples, Sample, build
from rehabkit.learning.metrics import Metric, accuracy, macro_f1
from rehabkit.learning.model import Model
from rehabkit.learning.protocols import LOSO, Protocol
from rehabkit.learning.recipe import Recipe
from rehabkit.learning.recipes.hand_crop_models import pretrained, published
from rehabkit.learning.rendered_hands.plain_wall import apart_from_wall
from rehabkit.learning.trivial import majority
from rehabkit.recordings.datasets import hand_landmarks, hgr1, sign_digits
from rehabkit.recordings.image import Image
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.bundles import bundle
from rehabkit.runtime.card import Card, TensorSpec
from rehabkit.runtime.datasets import locate
from rehabkit.runtime.home import home
from rehabkit.systems.contract import System
from rehabkit.systems.hand_gesture.crop import SIDE, crop
from rehabkit.systems.hand_gesture.reading import HandSeen
from rehabkit.systems.hand_mask import HandMask, coloured, skin_of

LABELS = tuple("12345ABCDEFGHIKLMNOPRSTUWYZ")
QUICK_PEOPLE, QUICK_EVERY = 3, 9
LARGEST_PX = 128
"""Side of the photographs that a network is started from: three of the set are much larger."""
Kind = Literal["fixed", "adaptive", "learned"]
KINDS: Mapping[Kind, str] = {
    "fixed": "fixed box of Cb and Cr, the hand placed by its mask: the paper's way as we read it",
    "adaptive": "colours around the landmarks, the hand placed by its landmarks",
    "learned": "network that never saw hgr1, the hand placed by its landmarks",
}


def skin(recording: HandSeen, kind: Kind) -> Mask:
    """(rows, columns) where one of the three ways finds skin."""
    picture = coloured(recording)
    if kind == "fixed":
        return box_mask(picture.rgb)
    if kind == "learned":
        return skin_of(picture, bundle("hand_mask").run(HandMask().prepare(recording)))
    points = landmarks_of(recording)
    return adaptive_mask(picture.rgb, None if points is None else landmark_seed(points, picture.rgb.shape[:2]))


def landmarks_of(recording: HandSeen) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None:
    """(21, 2) px, ``None`` where they aren't all known."""
    points = recording.points_px[:, :2]
    return points if np.isfinite(points).all() else None


class HandCrops(System[HandSeen]):
    """Cut-out hands, by one way of finding skin. For research: its findings are none."""

    name: ClassVar[str] = "hand_crop_hgr1"
    title: ClassVar[str] = "Hand gestures by the masked crop (research)"
    reads: ClassVar[type] = HandSeen
    inputs: ClassVar[Mapping[str, TensorSpec]] = {
        "crop": TensorSpec(shape=[SIDE, SIDE, 3], axes=["row", "column", "colour"], unit="1")
    }

    def __init__(self, kind: Kind) -> None:
        self.kind: Kind = kind

    def prepare(self, recording: HandSeen) -> Tensors:
        """One row: the hand upright, black around it.

        Raises
        ------
        RecordingError
            If there is no picture with colours.
        """
        points = None if self.kind == "fixed" else landmarks_of(recording)
        cut = crop(coloured(recording).rgb, skin(recording, self.kind), points)
        return {"crop": (cut / np.float32(255))[None].astype(np.float32)}

    def interpret(self, recording: HandSeen, outputs: Tensors, card: Card) -> list[Finding]:
        """Nothing: no bundle is made of it."""
        return []


class HandCropHgr1Recipe(Recipe):
    """One network over the crops of one kind of mask; started from hands of other people that sign digits.

    Parameters
    ----------
    kind : of mask.
    source : folder of data sets, from which the start's photographs are taken.
    """

    title: ClassVar[str] = HandCrops.title
    data: ClassVar[tuple[str, ...]] = ("hgr1",)
    labels: ClassVar[tuple[str, ...]] = LABELS
    outputs: ClassVar[Mapping[str, TensorSpec]] = {"probability": TensorSpec(shape=[len(LABELS)], axes=["gesture"])}
    baselines: ClassVar[Mapping[str, Callable[[], Model]]] = {"majority": lambda: majority(len(LABELS))}
    ships: ClassVar[None] = None
    no_bundle: ClassVar[str] = "the data set's terms allow research only"
    metrics: ClassVar[Mapping[str, Metric]] = {"accuracy": accuracy, "macro F1": macro_f1}
    protocols: ClassVar[Mapping[str, Protocol]] = {LOSO.name: LOSO}
    intended_use: ClassVar[str] = (
        "A research figure: how well the paper's way tells 27 gestures of a person never seen."
    )
    limits: ClassVar[tuple[str, ...]] = ("Twelve healthy people, all of light skin; not for use.",)

    def __init__(self, kind: Kind, source: Path | None) -> None:
        self.kind, self.source = kind, source
        self.name = f"hand_crop_{kind}"  # type: ignore[misc]
        self.system = HandCrops(kind)  # type: ignore[misc]
        self.models = {kind: self.network}  # type: ignore[misc]

    def network(self) -> Model:
        """Started from digits."""
        return published(len(LABELS), lambda: digits(self.source))

    def examples(self, source: Path | None, *, quick: bool = False) -> Examples:
        """One row a picture."""
        return build(self.system, _samples(locate("hgr1", source), quick), classes=True)


@lru_cache(maxsize=1)
def digits(source: Path | None) -> nn.Module:
    """The network trained on the hands of sign_digits, cut from their plain wall."""
    rows = []
    for one in sign_digits.read(locate("sign_digits", source)):
        rgb = one.image().rgb
        mask = apart_from_wall(rgb) if max(rgb.shape) <= LARGEST_PX else None
        if mask is not None:
            rows.append((crop(rgb, mask), one.digit, one.subject))
    crops, labels, people = zip(*rows, strict=True)
    cut = np.stack(crops).astype(np.float32) / np.float32(255)
    return pretrained(Examples({"crop": cut}, np.array(labels), np.array(people), np.arange(len(cut))), 10)


def seen(folder: Path) -> Iterator[tuple[hgr1.GesturePicture, HandSeen]]:
    """hgr1's pictures with the landmarks of the first look at each that found a hand (benchmarks/hand_landmarks.py)."""
    views = hand_landmarks.read(home() / "hand_landmarks" / "hgr1.npz")
    row_of = {name: row for row, name in enumerate(views.names.tolist())}
    for one in hgr1.read(folder):
        row = row_of[one.path.name]
        look = int(views.found[row].argmax())
        points = views.points_px[row, look].astype(float)
        yield one, HandSeen(points, "right" if views.right[row, look] else "left", Image(one.image().rgb))


def _samples(folder: Path, quick: bool) -> Iterator[Sample[HandSeen]]:
    people: set[str] = set()
    for number, (one, recording) in enumerate(seen(folder)):
        people.add(one.subject)
        if not quick or (len(people) <= QUICK_PEOPLE and number % QUICK_EVERY == 0):
            yield Sample(recording, LABELS.index(one.gesture), one.subject)
