"""The hands of picture sets, each picture looked at several times by MediaPipe → npz that recipes read.

    rehabkit models fetch hand
    python benchmarks/hand_landmarks.py DATA_FOLDER [SET …] [--ship]

Sets: hgr1 (research only: its landmarks stay in this machine's rehabkit home), sign_digits, and anny_synth_hands, whose
hands are drawn first (SIMULATED). A look is the picture, or the part around the hand that the first look found, turned,
mirrored or enlarged; landmarks come back to the picture's own pixels. Turning and mirroring change what MediaPipe
guesses, so several looks average its noise out. --ship puts those that may be passed on beside the recipes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from rehabkit.imaging.colours import displayed, linear
from rehabkit.learning.recipes.hand_gesture_data import FOLDER
from rehabkit.learning.recipes.hand_gesture_modelled import posed
from rehabkit.learning.rendered_hands.arm import arm
from rehabkit.learning.rendered_hands.drawing import UPRIGHT, lit, normals, projected, shown
from rehabkit.learning.rendered_hands.picture import LIGHTEST
from rehabkit.pose.hands import Hand, HandFinder
from rehabkit.recordings.datasets import anny_synth_hands, hgr1, sign_digits
from rehabkit.recordings.datasets.anny_synth_hands import AnnyHands
from rehabkit.recordings.datasets.hand_landmarks import HandViews, write
from rehabkit.runtime.home import home

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]
SIDE_PX = 384
FIRST = [(scale, turn) for turn in (0.0, 90.0, -90.0, 180.0, 45.0, -45.0) for scale in (1.3, 2.2, 0.8)]
"""How the whole picture is looked at until a hand is found: its size by that of the look, and degrees."""
AGAIN = [(2.2, 0, False), (2.2, 0, True), (1.8, -15, False), (1.8, 15, True), (2.6, 15, False), (2.6, -15, True),
         (2.2, 30, False), (2.2, -30, True), (2.2, -45, False), (2.2, 45, True)]  # fmt: skip
"""Looks at the part around it: side of the part by the hand's size, degrees, mirrored or not."""


class Shot(NamedTuple):
    name: str
    label: str
    subject: str
    rgb: Picture


N_DRAWN, DRAWN_PX = 3, 256
"""Pictures of each modelled hand, and their side."""
SHIPPED_LOOKS = 6


class Look(NamedTuple):
    """(2, 3) from the picture's pixels to those of the look."""

    matrix: Array
    mirrored: bool


def shots(name: str, folder: Path) -> Iterator[Shot]:
    if name == "hgr1":
        for one in hgr1.read(folder / name):
            yield Shot(one.path.name, one.gesture, one.subject, one.image().rgb)
    else:
        for digit in sign_digits.read(folder / name):
            yield Shot(digit.path.name, str(digit.digit), digit.subject, digit.image().rgb)


def look_at(centre: Array, side_px: float, degrees: float, mirrored: bool = False) -> Look:
    """A square part of the picture, turned about its centre."""
    turn = np.radians(degrees)
    matrix = SIDE_PX / side_px * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    if mirrored:
        matrix = np.diag([-1.0, 1.0]) @ matrix
    return Look(np.column_stack([matrix, SIDE_PX / 2 - matrix @ centre]), mirrored)


def found(finder: HandFinder, rgb: Picture, look: Look) -> Hand | None:
    """The largest hand, in the picture's own pixels."""
    seen = cv2.warpAffine(rgb, look.matrix, (SIDE_PX, SIDE_PX), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    hands = sorted(finder.find(seen), key=lambda hand: np.ptp(hand.positions, axis=0).max())
    if not hands:
        return None
    hand = hands[-1]
    matrix = look.matrix[:, :2]
    back = (hand.positions - look.matrix[:, 2]) @ np.linalg.inv(matrix).T
    depth = hand.estimated_px[:, 2] / np.sqrt(abs(np.linalg.det(matrix)))
    right = (hand.side == "right") != look.mirrored
    return Hand(back, np.column_stack([back, depth]), "right" if right else "left", hand.confidence)


def looks(finder: HandFinder, rgb: Picture) -> list[Hand | None]:
    """What each look found; nothing in any if the whole picture shows no hand."""
    size = np.array(rgb.shape[1::-1], dtype=float)
    tries = (found(finder, rgb, look_at(size / 2, size.max() * scale, turn)) for scale, turn in FIRST)
    first = next((hand for hand in tries if hand is not None), None)
    if first is None:
        return [None] * len(AGAIN)
    low, high = first.positions.min(axis=0), first.positions.max(axis=0)
    upright = -np.degrees(np.arctan2(*((first.positions[9] - first.positions[0]) * (1, -1))))
    across = float((high - low).max())
    return [
        found(finder, rgb, look_at((low + high) / 2, across * part, upright + degrees, mirrored))
        for part, degrees, mirrored in AGAIN
    ]


def drawn(hands: AnnyHands, place: int, rng: np.random.Generator) -> Picture:
    """One modelled hand before a plain wall, upright and palm or back to the camera within limits."""
    one = arm(hands, place, rng)
    half_turn = 180 * (rng.random() < 0.35)
    angles = [rng.normal(0, 30), rng.normal(0, 25), rng.normal(half_turn, 35)]
    turn = Rotation.from_euler("ZXY", angles, degrees=True).as_matrix() @ UPRIGHT
    distance = rng.uniform(0.4, 0.9)
    flat, depth = projected(one.vertices, turn, distance)
    points, _ = projected(one.landmarks, turn, distance)
    middle, across = (points.max(axis=0) + points.min(axis=0)) / 2, float(np.ptp(points, axis=0).max())
    place_px = (flat - middle) * DRAWN_PX / (rng.uniform(1.8, 2.6) * across) + DRAWN_PX / 2
    face = shown(place_px, depth, one.faces, (DRAWN_PX, DRAWN_PX))
    lamps = np.array([[*_unit(rng.normal(0, 0.6, 3) - [0, 0.5, 1.0]), 0.6, 0.57, 0.53] for _ in range(2)])
    skin = linear(LIGHTEST) * rng.uniform(0.3, 0.9)
    light = skin * lit(normals(one.vertices, one.faces) @ turn.T, lamps, np.full(3, 0.35))
    wall = np.full(3, rng.uniform(0.02, 0.9)) * rng.uniform(0.9, 1.0, 3)
    scene = np.where((face >= 0)[..., None], light[face], wall)
    return np.ascontiguousarray(cv2.GaussianBlur(displayed(scene), (0, 0), 0.8).astype(np.uint8))


def modelled(folder: Path) -> HandViews:
    """The hands that hold a pose, each drawn and looked at; SIMULATED."""
    hands = anny_synth_hands.read(folder / "anny_synth_hands")
    kept = np.flatnonzero(posed(hands))
    rng = np.random.default_rng(0)
    points = np.full((len(kept), N_DRAWN, 21, 3), np.nan, dtype=np.float32)
    right, confidence = np.zeros(points.shape[:2], dtype=bool), np.zeros(points.shape[:2], dtype=np.float32)
    with HandFinder() as finder:
        for row, column in np.ndindex(right.shape):
            seen = finder.find(drawn(hands, int(kept[row]), rng))
            if seen:
                points[row, column] = seen[0].estimated_px
                right[row, column], confidence[row, column] = seen[0].side == "right", seen[0].confidence
    names = np.array([f"modelled {place:03d}" for place in kept])
    labels = np.array([hands.gestures[place] for place in kept])
    return HandViews(names, labels, names, points, right, confidence)


def _unit(a: Array) -> Array:
    return np.asarray(a / np.linalg.norm(a))


def views(listed: Sequence[Shot]) -> HandViews:
    points = np.full((len(listed), len(AGAIN), 21, 3), np.nan, dtype=np.float32)
    right = np.zeros(points.shape[:2], dtype=bool)
    confidence = np.zeros(points.shape[:2], dtype=np.float32)
    with HandFinder() as finder:
        for row, shot in enumerate(listed):
            for column, hand in enumerate(looks(finder, shot.rgb)):
                if hand is not None:
                    points[row, column] = hand.estimated_px
                    right[row, column], confidence[row, column] = hand.side == "right", hand.confidence
    names, labels, subjects = (np.array([shot[part] for shot in listed]) for part in range(3))
    return HandViews(names, labels, subjects, points, right, confidence)


def main() -> int:
    folder, asked = Path(sys.argv[1]) / "hands", [name for name in sys.argv[2:] if name != "--ship"]
    for name in asked or ("hgr1", "sign_digits", "anny_synth_hands"):
        start = time.perf_counter()
        seen = modelled(folder) if name == "anny_synth_hands" else views(list(shots(name, folder)))
        path = home() / "hand_landmarks" / f"{name}.npz"
        path.parent.mkdir(parents=True, exist_ok=True)
        write(seen, path)
        n_found = int(seen.found.any(axis=1).sum())
        print(
            f"{name}: a hand in {n_found} of {len(seen.names)} pictures, in {seen.found.mean():.3f} of all looks; "
            f"{time.perf_counter() - start:.0f} s → {path}"
        )
        if "--ship" in sys.argv and name != "hgr1":
            write(seen.first(SHIPPED_LOOKS), FOLDER / f"{name}.npz")
    return 0


if __name__ == "__main__":
    sys.exit(main())
