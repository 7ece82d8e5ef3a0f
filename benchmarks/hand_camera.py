"""What a hand before a camera needs to be read, and who is counted as a person → results/hand_camera.json.

python benchmarks/hand_camera.py ../shared/data
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from rehabkit.kinematics.hand import FINGERS, hand_angles
from rehabkit.picture_pipeline.gesture_checks import BLURRED, BRIGHT, BURNT, DARK, SMALL_PALM_PX
from rehabkit.pose.hand_quality import HandQuality, hand_quality
from rehabkit.pose.hand_walk import OWN_WRIST_PALMS, WRISTS, count_people
from rehabkit.pose.hands import Hand, HandFinder
from rehabkit.pose.landmarkers import Scanner
from rehabkit.pose.scanning import believable
from rehabkit.recordings import video
from rehabkit.recordings.datasets import hgr1
from result_file import save

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]
STEP, PEOPLE_STEP, FRAME_STEP = 30, 4, 15
CLIPS = ("exercising.mp4", "plank_correct_004.mp4", "squat_correct_016.mp4")
NAMES = [f"{finger}_{joint}_flexion" for finger in FINGERS for joint in ("mcp", "pip")]
PROTOCOL = f"""Every {STEP}th picture of hgr1 (12 people, all of light skin, evaluation only; in each MediaPipe
finds one hand), made smaller, blurred, darker or brighter, and looked at again. "Moved" is how far MCP and PIP
flexion of the four fingers then differ from those of the picture as it was: not from the truth. "Told" is the
share of pictures in which the check says that something is wrong. People: every {PEOPLE_STEP}th picture of hgr1,
in each of which one person's hand is alone, and each {FRAME_STEP}th frame of three clips of one exercising person
whose hands are seen; the same frames with the hand of another person pasted beside, counted where the landmarker
finds that hand. The thresholds were chosen on these pictures: they decide what is told, and nothing that is
measured."""


class Base(NamedTuple):
    """A picture as it is, with its hand."""

    rgb: Picture
    hand: Hand


def main(data: Path) -> None:
    started = time.perf_counter()
    every = hgr1.read(data / "hands" / "hgr1")
    with HandFinder() as finder, Scanner("full") as scanner:
        bases = []
        for one in every[::STEP]:
            rgb = one.image().rgb
            found = finder.find(rgb)
            if len(found) == 1:
                bases.append(Base(rgb, found[0]))
        tables = [
            size_table(finder, bases),
            worse_table(finder, bases),
            people_table(finder, scanner, every, data / "videos"),
        ]
    result: dict[str, Any] = {
        "title": "A hand before a camera",
        "protocol": " ".join(PROTOCOL.split()),
        "tables": tables,
    }
    save("hand_camera", result, data=[data / "hands" / "hgr1" / "index.csv"], started=started)
    for table in tables:
        print(table["title"], table["columns"], *table["rows"], sep="\n  ")


def size_table(finder: HandFinder, bases: list[Base]) -> dict[str, Any]:
    """Hands of other sizes in a picture of 640 x 480 px."""
    rows = []
    for palm_px in (80, 60, 50, 40, 30, 20):
        seen = [(base, on_canvas(scaled(base.rgb, palm_px / base.hand.palm_px))) for base in bases]
        rows.append([f"palm of {palm_px} px", *again(finder, seen), float(palm_px < SMALL_PALM_PX)])
    return table("Smaller hands, in pictures of 640 x 480 px", "size", rows)


def worse_table(finder: HandFinder, bases: list[Base]) -> dict[str, Any]:
    """Blurred, darker and brighter pictures."""
    ways: dict[str, tuple[Callable[[Base], Picture], Callable[[HandQuality], bool]]] = {}
    for share in (60, 40, 30, 20, 12):
        ways[f"blurred by 1/{share} of the palm"] = (blurred_by(share), lambda q: q.sharpness < BLURRED)
    for factor in (0.5, 0.25, 0.12):
        ways[f"darkened to {factor:.0%}"] = (lit_by(factor), lambda q: q.luma < DARK)
    for factor in (1.5, 2.0, 3.0):
        ways[f"brightened to {factor:.0%}"] = (lit_by(factor), lambda q: q.luma > BRIGHT or q.burnt > BURNT)
    rows = []
    for name, (change, wrong) in {"as it is": (lambda base: base.rgb, any_wrong), **ways}.items():
        seen = [(base, change(base)) for base in bases]
        told = float(np.mean([wrong(hand_quality(rgb, base.hand)) for base, rgb in seen]))
        rows.append([name, *again(finder, seen), told])
    return table("Blurred, dark and bright pictures", "picture", rows)


def any_wrong(quality: HandQuality) -> bool:
    """Whether any of the checks on a picture as it is would say something."""
    return quality.sharpness < BLURRED or not DARK <= quality.luma <= BRIGHT or quality.burnt > BURNT


def again(finder: HandFinder, seen: list[tuple[Base, Picture]]) -> Iterator[float | None]:
    """Share found, median and 95th percentile of how far angles moved, degrees."""
    moved: list[float] = []
    n_found = 0
    for base, rgb in seen:
        for hand in finder.find(rgb)[:1]:
            n_found += 1
            moved += np.abs(flexion(hand) - flexion(base.hand)).tolist()
    yield n_found / len(seen)
    yield from (float(np.nanpercentile(moved, q)) if moved else None for q in (50, 95))


def flexion(hand: Hand) -> Array:
    """(8,) MCP and PIP flexion, degrees."""
    angles = hand_angles(hand.estimated_px, hand.side)
    return np.array([float(angles[name].degrees) for name in NAMES])


def scaled(rgb: Picture, factor: float) -> Picture:
    """Smaller by averages."""
    size = max(1, round(rgb.shape[1] * factor)), max(1, round(rgb.shape[0] * factor))
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BOX))


def on_canvas(rgb: Picture) -> Picture:
    """In the corner of a grey picture of 640 x 480 px."""
    canvas = np.full((480, 640, 3), 127, np.uint8)
    part = rgb[:480, :640]
    canvas[: part.shape[0], : part.shape[1]] = part
    return canvas


def blurred_by(share: int) -> Callable[[Base], Picture]:
    """Gaussian blur whose standard deviation is that part of the palm's length."""

    def change(base: Base) -> Picture:
        blur = ImageFilter.GaussianBlur(base.hand.palm_px / share)
        return np.asarray(Image.fromarray(base.rgb).filter(blur))

    return change


def lit_by(factor: float) -> Callable[[Base], Picture]:
    """Darker or brighter, with a camera's noise."""

    def change(base: Base) -> Picture:
        noise = np.random.default_rng(0).normal(0, 2, base.rgb.shape)
        return (base.rgb * factor + noise).clip(0, 255).astype(np.uint8)

    return change


def table(title: str, what: str, rows: list[list[Any]]) -> dict[str, Any]:
    columns = [what, "found", "moved, median, degrees", "moved, 95 % within", "told"]
    return {"title": title, "columns": columns, "rows": rows}


def people_table(finder: HandFinder, scanner: Scanner, every: list[hgr1.GesturePicture], clips: Path) -> dict[str, Any]:
    """How many people are counted where there is one, and where a stranger's hand is added."""
    alone = [counted(finder, scanner, one.image().rgb) for one in every[::PEOPLE_STEP]]
    person, beside = [], []
    for clip in CLIPS:
        for frame in video.frames(clips / clip):
            if frame.index % FRAME_STEP == 0:
                person.append(counted(finder, scanner, frame.rgb))
                other = every[(37 * len(person)) % len(every)].image().rgb
                beside.append(counted(finder, scanner, pasted(frame.rgb, other), beyond_px=frame.rgb.shape[1]))
    strange = [one for one in beside if one.strange]
    rows: list[list[Any]] = [
        ["one hand alone (hgr1)", len(alone), *shares(alone)],
        ["one exercising person", len(person), *shares(person)],
        ["that person and a stranger's hand", len(strange), *shares(strange)],
    ]
    nearest = sorted(away for one in person for away in one.away)
    return {
        "title": "Who is counted",
        "columns": ["picture", "pictures", "more than one person", "more than two hands"],
        "rows": rows,
        "note": f"A hand within {OWN_WRIST_PALMS:g} palms of a body's wrist is that body's. Of the exercising people's "
        f"hands that were found {np.mean(np.array(nearest) <= OWN_WRIST_PALMS):.0%} lay so near, half within "
        f"{np.median(nearest):.2f}. The stranger's hand was found in {len(strange)} of {len(beside)} pictures.",
    }


class Counted(NamedTuple):
    """People and hands of a picture, how far each hand lies from a body's wrist in palms, and a hand beyond a place."""

    people: int
    hands: int
    away: list[float]
    strange: bool


def counted(finder: HandFinder, scanner: Scanner, rgb: Picture, beyond_px: int | None = None) -> Counted:
    bodies, hands = [pose for pose in scanner.find(rgb) if believable(pose)], finder.find(rgb)
    away = [
        float(np.linalg.norm(body.positions[WRISTS] - hand.positions[0], axis=1).min() / hand.palm_px)
        for hand in hands
        for body in bodies
    ]
    strange = beyond_px is not None and any(hand.positions[0, 0] > beyond_px for hand in hands)
    return Counted(count_people(bodies, hands), len(hands), away, strange)


def pasted(rgb: Picture, other: Picture) -> Picture:
    """A picture with another one on a grey strip beside it."""
    wide = np.hstack([rgb, np.full((rgb.shape[0], 480, 3), 127, np.uint8)])
    part = other[: wide.shape[0], :480]
    wide[: part.shape[0], -part.shape[1] :] = part
    return wide


def shares(some: list[Counted]) -> tuple[float, float]:
    return float(np.mean([one.people > 1 for one in some])), float(np.mean([one.hands > 2 for one in some]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of data sets")
    main(parser.parse_args().data)
