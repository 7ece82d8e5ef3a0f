"""How well colour alone finds a hand's skin: by person, by tone of skin, by light.

    python benchmarks/skin.py DATA_FOLDER

Writes results/skin.json from hands/hgr1 (898 pictures of 12 people with true masks).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from rehabkit.errors import InputError
from rehabkit.imaging.colours import Picture, ita_deg, linear
from rehabkit.imaging.masks import Mask, overlap, snr_db
from rehabkit.imaging.skin import adaptive_mask, box_mask, landmark_seed
from rehabkit.imaging.tones import LIGHTS, TONES, relit, retoned
from rehabkit.pose.hands import HandFinder
from rehabkit.recordings.datasets import hgr1
from result_file import save

Method = Callable[[Picture], Mask]
NAMES = ("fixed box", "adaptive, seeded by Otsu on Cr", "adaptive, seeded by landmarks")
EACH, LEAST_SEED_PX = 5, 50
"""Pictures a person that are re-toned and re-lit: the first of every so many."""


class Shot(NamedTuple):
    """One picture with its true mask."""

    person: str
    rgb: Picture
    skin: Mask


def shots(folder: Path) -> Iterator[Shot]:
    for one in hgr1.read(folder):
        yield Shot(one.subject, one.image().rgb, one.skin())


def by_landmarks(finder: HandFinder, rgb: Picture) -> Mask:
    """The adaptive mask around the surest hand that MediaPipe finds; where it finds none, as without."""
    hands = sorted(finder.find(rgb), key=lambda hand: hand.confidence)
    return adaptive_mask(rgb, landmark_seed(hands[-1].positions, rgb.shape[:2]) if hands else None)


def scores(
    pictures: Iterable[tuple[Picture, Mask]], methods: Sequence[Method]
) -> dict[str, list[tuple[float, float, float]]]:
    """Method → IoU, F1 and SNR of each picture."""
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in NAMES}
    for rgb, skin in pictures:
        for name, method in zip(NAMES, methods, strict=True):
            mask = method(rgb)
            both = overlap(skin, mask)
            found[name].append((both.iou, both.f1, snr_db(rgb, skin, mask)))
    return found


def seeded(pictures: Iterable[tuple[Picture, Mask]]) -> list[tuple[float, float, float]]:
    """The adaptive mask with a seed from the true mask, shrunk: what a perfect landmark step could give it."""
    found = []
    for rgb, skin in pictures:
        core = cv2.erode(skin.astype(np.uint8), np.ones((17, 17), np.uint8)) > 0
        if core.sum() < LEAST_SEED_PX:
            continue
        mask = adaptive_mask(rgb, core)
        both = overlap(skin, mask)
        found.append((both.iou, both.f1, snr_db(rgb, skin, mask)))
    return found


def by_person(every: Sequence[Shot], methods: Sequence[Method]) -> tuple[list[list[Any]], list[list[Any]]]:
    """Rows of the methods, rows of the people."""
    people = sorted({shot.person for shot in every})
    of = {name: scores(((s.rgb, s.skin) for s in every if s.person == name), methods) for name in people}
    rows = [
        [who, len(of[who][NAMES[0]]), *(mean(of[who][name], 1) for name in NAMES), tone(every, who)] for who in people
    ]
    summed: list[list[Any]] = []
    for name in NAMES:
        pooled = [one for who in people for one in of[who][name]]
        worst = min(mean(of[who][name], 1) for who in people)
        summed.append([name, len(pooled), *row(pooled), worst])
    inside = seeded((s.rgb, s.skin) for s in every)
    summed.append(["adaptive, seeded inside the true mask (no method: what a perfect seed gives)", len(inside),
                   *row(inside), None])  # fmt: skip
    return summed, rows


def row(one: Sequence[tuple[float, float, float]]) -> list[float]:
    return [mean(one, 0), mean(one, 1), float(np.median([snr for *_, snr in one])), share(one)]


def mean(one: Sequence[tuple[float, float, float]], of: int) -> float:
    return float(np.mean([values[of] for values in one]))


def share(one: Sequence[tuple[float, float, float]]) -> float:
    """Of pictures with an F1 below 0.5."""
    return float(np.mean([f1 < 0.5 for _, f1, _ in one]))


def tone(every: Sequence[Shot], who: str) -> float | None:
    """Median typology angle of a person's skin as photographed."""
    angles = [ita_deg(linear(s.rgb)[s.skin].mean(axis=0)) for s in every if s.person == who and s.skin.any()]
    known = [angle for angle in angles if np.isfinite(angle)]  # in bluish light skin has no yellow
    return float(np.median(known)) if known else None


def changed(few: Sequence[Shot], methods: Sequence[Method], change: Callable[[Shot], Picture]) -> list[Any]:
    """Number of pictures, then mean F1 of each method; a picture that can't be changed so is left out."""
    pictures = []
    for shot in few:
        try:
            pictures.append((change(shot), shot.skin))
        except InputError:
            continue
    found = scores(pictures, methods)
    return [len(pictures), *(mean(found[name], 1) for name in NAMES)]


def of_tone(shot: Shot, ita: float) -> Picture:
    return retoned(shot.rgb, shot.skin, ita)


def in_light(shot: Shot, light: tuple[tuple[float, float, float], float]) -> Picture:
    return relit(shot.rgb, *light)


def some(every: Sequence[Shot]) -> list[Shot]:
    """The same number of each person, spread over what they showed."""
    few: list[Shot] = []
    for who in sorted({shot.person for shot in every}):
        own = [shot for shot in every if shot.person == who]
        few += own[:: len(own) // EACH][:EACH]
    return few


def main(data: Path) -> None:
    """Measure and write."""
    started = time.perf_counter()
    folder = data / "hands" / "hgr1"
    every = list(shots(folder))
    few = some(every)
    with HandFinder() as finder:
        methods: list[Method] = [box_mask, adaptive_mask, partial(by_landmarks, finder)]
        summed, people = by_person(every, methods)
        tones = [[name, ita, *changed(few, methods, partial(of_tone, ita=ita))] for name, ita in TONES.items()]
        lights = [[name, *changed(few, methods, partial(in_light, light=light))] for name, light in LIGHTS.items()]
    save("skin", result(summed, people, tones, lights), data=[folder / "index.csv"], started=started)


def result(
    methods: list[list[Any]], people: list[list[Any]], tones: list[list[Any]], lights: list[list[Any]]
) -> dict[str, Any]:
    names = [f"F1, {name}" for name in NAMES]
    return {
        "title": "Skin by colour (hand_gesture)",
        "protocol": (
            "hgr1: 898 pictures of 12 people, all of light skin, true masks with the forearm. Nothing is trained or "
            "chosen on them; each figure is the mean over pictures. Fixed box of Cb and Cr; adaptive: "
            "histograms of Cb and Cr inside and outside a seed, twice; the seed is Otsu's threshold on Cr or the bones "
            "that MediaPipe's hand landmarks span (Otsu's where it finds no hand). All cleaned, the largest part "
            "kept. Aim for the mask that the system uses: F1 0.95, worst person 0.90."
        ),
        "headline": [],
        "tables": [
            {"title": "Methods", "rows": methods,
             "columns": ["method", "pictures", "IoU", "F1", "median SNR, dB", "share with F1 below 0.5",
                         "F1 of the worst person"]},
            {"title": "By person", "rows": people,
             "columns": ["person", "pictures", *names, "median ITA as photographed, deg"],
             "note": "The ITA of a picture is that of its exposure too: skin that is light reads dark in a dim one."},
            {"title": "By tone of skin, re-toned pictures", "rows": tones,
             "columns": ["tone", "ITA, deg", "pictures", *names],
             "note": f"{EACH} pictures of each person; the skin alone is filtered by melanin (Beer-Lambert, "
                     "absorption falling with the wavelength to the power 3.33) until its mean has that ITA. No "
                     "pictures of darker people were measured. A picture whose skin has no such dose is left out."},
            {"title": "By light", "rows": lights, "columns": ["light", "pictures", *names],
             "note": "The same pictures; gains of linear light (warm 1.25, 1, 0.7; cold 0.75, 1, 1.3), cut at white."},
        ],
    }  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
