"""What is drawn over a video: skeleton, current angle, repetitions so far, hold, and a line of time."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rehabkit.findings import AngleSeries, Assessment, Hold, Repetition
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.reports.body_drawing import BEND, JOINTS, LIMBS, SWING, TRUNK
from rehabkit.reports.fonts import font_file
from rehabkit.reports.text import quantity

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

WHITE, DARK, GREY = (255, 255, 255), (20, 28, 36), (150, 160, 170)
LEFT, RIGHT, TRUNK_COLOUR = (64, 156, 255), (255, 140, 40), (235, 240, 245)
"""Brighter than on paper: they must be seen on any background. Right limbs have a white core."""
SIDES = {"left": LEFT, "right": RIGHT}


class Overlay:
    """Draws on pictures of one size.

    Parameters
    ----------
    assessment : repetitions, holds and angles.
    skeleton : the cleaned skeleton, ``axes="image"``.
    measure : the angle to show, e.g. ``knee_flexion``.
    """

    def __init__(self, assessment: Assessment, skeleton: Skeleton, measure: str) -> None:
        self._assessment = assessment
        self._skeleton = skeleton
        self._measure = measure
        self._series = {
            s.side: s for s in assessment.series if s.clinical and s.name == f"{s.side}_{measure}" and s.time_s
        }

    def draw(self, rgb: Picture, frame: int | None, time_s: float, scale: float) -> None:
        """Draw on a picture, in place.

        Parameters
        ----------
        rgb : (height, width, 3).
        frame : index into the skeleton, ``None`` where nobody was followed.
        time_s : seconds from the start of the recording.
        scale : pixels of the picture per pixel of the skeleton.
        """
        if frame is not None:
            points = self._skeleton.positions[frame] * scale
            at = {
                name: (round(float(p[0])), round(float(p[1])))
                for name, p in zip(self._skeleton.joint_names, points, strict=True)
                if np.isfinite(p).all()
            }
            self._body(rgb, at)
            self._angles(rgb, at, time_s)
        self._counter(rgb, time_s)
        self._timeline(rgb, time_s)

    def _body(self, rgb: Picture, at: dict[str, tuple[int, int]]) -> None:
        thick = max(3, round(min(rgb.shape[:2]) / 140))
        bones = [(a, b, TRUNK_COLOUR) for a, b in TRUNK]
        bones += [(f"{s}_{a}", f"{s}_{b}", c) for s, c in SIDES.items() for a, b in LIMBS]
        for first, last, colour in bones:
            if first in at and last in at:
                core = WHITE if colour == RIGHT else None
                _bone(rgb, at[first], at[last], colour, thick, core)
        for side, colour in SIDES.items():
            for name in (f"{side}_{joint}" for joint in JOINTS):
                if name in at:
                    _dot(rgb, at[name], round(1.1 * thick), colour)

    def _angles(self, rgb: Picture, at: dict[str, tuple[int, int]], time_s: float) -> None:
        joints = BEND.get(self._measure) or SWING.get(self._measure)
        size = max(14, round(min(rgb.shape[:2]) / 26))
        for side, series in self._series.items():
            value = _value_at(series, time_s)
            vertex = f"{side}_{joints[1]}" if joints else ""
            if value is not None and vertex in at:
                x, y = at[vertex]
                away = size if side == "left" else -size
                _pill(rgb, x + away, y, quantity(round(value), "deg"), size, SIDES[side], right=side == "right")

    def _counter(self, rgb: Picture, time_s: float) -> None:
        """The panel at the upper left: complete repetitions so far, or the hold that runs."""
        unit = min(rgb.shape[:2]) / 100
        big, small, more = self._said(time_s)
        lines = [(big, 11 * unit, WHITE), (small, 3.6 * unit, GREY), (more, 3.6 * unit, WHITE)]
        masks = [(_letters(text, round(size)), colour) for text, size, colour in lines if text]
        width = max(mask.shape[1] for mask, _ in masks) + round(8 * unit)
        height = sum(mask.shape[0] for mask, _ in masks) + round((6 + 1.5 * len(masks)) * unit)
        left = top = round(3 * unit)
        _shade(rgb, left, top, left + width, top + height)
        y = top + round(3 * unit)
        for mask, colour in masks:
            _stamp(rgb, left + round(4 * unit), y, mask, colour)
            y += mask.shape[0] + round(1.5 * unit)

    def _said(self, time_s: float) -> tuple[str, str, str]:
        if self._assessment.holds:
            now = [h for h in self._assessment.holds if h.start_s <= time_s]
            held = min(time_s, now[-1].end_s) - now[-1].start_s if now else 0.0
            return f"{held:.1f} s", "held", ""
        done = [r for r in self._assessment.repetitions if r.end_s <= time_s]
        running = next((r for r in self._assessment.repetitions if r.start_s <= time_s < r.end_s), None)
        n_partial = sum(r.kind == "partial" for r in done)
        more = f"{n_partial} partial" if n_partial else ""
        if running is not None and running.kind == "partial":
            more = "partial repetition"
        return str(len(done) - n_partial), "complete repetitions", more

    def _timeline(self, rgb: Picture, time_s: float) -> None:
        """Along the lower edge: where the repetitions and holds are, and where the video is."""
        import cv2

        height, width = rgb.shape[:2]
        tall = max(6, round(height / 60))
        total = max(self._assessment.recording.duration_s, 1e-6)
        _shade(rgb, 0, height - tall, width, height)
        parts: list[Repetition | Hold] = [*self._assessment.repetitions, *self._assessment.holds]
        for part in parts:
            x0, x1 = round(part.start_s / total * width), round(part.end_s / total * width)
            corners = ((x0 + 1, height - tall + 2), (max(x1 - 2, x0 + 1), height - 3))
            cv2.rectangle(rgb, *corners, GREY, -1 if part.kind == "complete" else 1)
        x = round(min(time_s / total, 1.0) * width)
        cv2.line(rgb, (x, height - tall), (x, height), WHITE, max(2, tall // 4))


def _value_at(series: AngleSeries, time_s: float) -> float | None:
    i = int(np.searchsorted(series.time_s, time_s - 1e-3))
    return series.value[min(i, len(series.value) - 1)]


def _bone(
    rgb: Picture, a: tuple[int, int], b: tuple[int, int], colour: Colour, thick: int, core: Colour | None
) -> None:
    import cv2

    cv2.line(rgb, a, b, DARK, thick + 2, cv2.LINE_AA)
    cv2.line(rgb, a, b, colour, thick, cv2.LINE_AA)
    if core is not None:
        cv2.line(rgb, a, b, core, max(1, thick // 3), cv2.LINE_AA)


def _dot(rgb: Picture, at: tuple[int, int], radius: int, colour: Colour) -> None:
    import cv2

    cv2.circle(rgb, at, radius + 1, DARK, -1, cv2.LINE_AA)
    cv2.circle(rgb, at, radius, WHITE, -1, cv2.LINE_AA)
    cv2.circle(rgb, at, max(1, radius - 2), colour, -1, cv2.LINE_AA)


def _pill(rgb: Picture, x: int, y: int, text: str, size: int, colour: Colour, right: bool) -> None:
    """A label beside (x, y), ending there when ``right``."""
    mask = _letters(text, size)
    tall, wide = mask.shape
    left = x - wide if right else x
    pad = size // 3
    _shade(rgb, left - pad, y - tall // 2 - pad, left + wide + pad, y + tall // 2 + pad)
    _stamp(rgb, left, y - tall // 2, mask, colour)


def _shade(rgb: Picture, x0: int, y0: int, x1: int, y1: int) -> None:
    """Darken a rectangle so that light letters can be read on it."""
    part = rgb[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]
    part[:] = part // 4 + np.array(DARK, dtype=np.uint8) // 2


def _stamp(rgb: Picture, x: int, y: int, mask: Picture, colour: Colour) -> None:
    """Put letters with their upper left corner at (x, y), as far as they lie in the picture."""
    x0, y0 = max(x, 0), max(y, 0)
    part = rgb[y0 : max(y + mask.shape[0], 0), x0 : max(x + mask.shape[1], 0)]
    share = mask[y0 - y :, x0 - x :][: part.shape[0], : part.shape[1], None].astype(np.uint16)
    part[:] = ((part * (255 - share) + np.array(colour, dtype=np.uint16) * share) // 255).astype(np.uint8)


@lru_cache(maxsize=1024)
def _letters(text: str, size: int) -> Picture:
    """(height, width) how much each pixel is covered by the letters, 0 to 255."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(str(font_file(bold=True)), max(size, 8))
    left, top, right, bottom = font.getbbox(text)
    image = Image.new("L", (max(1, round(right - left)), max(1, round(bottom - top))))
    ImageDraw.Draw(image).text((-left, -top), text, fill=255, font=font)
    return np.asarray(image)
