"""One depth picture → the joints' points in it: mattress, person, what two networks see of them, weighed together."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from rehabkit.kinematics.depth.bed import Bed, Mask, bed_of, body_of
from rehabkit.kinematics.depth.shown import Region, metres_per_px, region_of, shaded
from rehabkit.kinematics.depth.voting import joints_of
from rehabkit.pose.lying import SHOWN_PX, Looked, LyingFinder
from rehabkit.recordings.rgbd import RgbdFrame
from rehabkit.recordings.view import View
from rehabkit.runtime.bundles import bundle
from rehabkit.runtime.store import checksum, status
from rehabkit.systems.lying_points import N_VIEWS, LyingPoints, found_by, inside
from rehabkit.systems.lying_pose.picture import JOINTS, LyingPicture, on_bed

Array = NDArray[np.float64]
TURNS_DEG = tuple(range(0, 360, 360 // N_VIEWS))
"""Turns in which the person is shown, from the body's long axis; every second one mirrored."""
LEAST_FOUND = 0.25
"""Share of the views in which somebody must be found: less is the network's imagination."""
LEAST_SURE = 0.55
"""Mean probability of joints to be near their points, below which the relief shows nobody as lying_points knows people,
and isn't weighed in: of 219 rendered people it was 0.82 or more, of a room without anybody 0.19."""
LARGEST_PX = 640
"""Longest side of a depth picture that is worked on; of larger ones every n-th pixel is."""


@dataclass(frozen=True)
class Sighted:
    """What one picture shows.

    Parameters
    ----------
    frame : as it was worked on.
    bed : the mattress.
    body : (rows, columns) the person's pixels.
    picture : the joints' points; ``None`` where the network found nobody.
    views : (n_views,) whether somebody was found in each view.
    by_colour : whether the colour picture was looked at; if not, depth made visible.
    by_relief : whether the relief of the bed was weighed in.
    """

    frame: RgbdFrame
    bed: Bed
    body: Mask
    picture: LyingPicture | None
    views: NDArray[np.bool_]
    by_colour: bool
    by_relief: bool = False

    @property
    def found(self) -> float:
        """Share of the views in which somebody was found."""
        return float(self.views.mean())

    @property
    def confidence(self) -> Array:
        """(n_joints,) 0 to 1."""
        return np.zeros(len(JOINTS)) if self.picture is None else self.picture.confidence


class Looker:
    """Finds the joints' points in depth pictures; closed after use.

    Parameters
    ----------
    model : size of the pose network.
    dark : leave the colour picture aside.

    Raises
    ------
    ModelError
        If the network isn't fetched, or doesn't load.
    """

    def __init__(self, model: str = "full", *, dark: bool = False) -> None:
        self._model, self._dark = model, dark
        self._network = bundle(LyingPoints.name)
        self._finder = LyingFinder(model)

    @property
    def models(self) -> dict[str, str]:
        """Names and checksums of both networks."""
        return {f"pose_{self._model}": checksum(self._model), LyingPoints.name: self._network.card.sha256}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finder.__exit__(kind, error, trace)

    def look(self, frame: RgbdFrame) -> Sighted:
        """The joints' points in one picture.

        Raises
        ------
        RecordingError
            If it shows no mattress.
        """
        frame = thinned(frame)
        bed = bed_of(frame)
        body = body_of(frame, bed)
        by_colour = frame.colour is not None and not self._dark
        if not (body & frame.valid).any():
            return Sighted(frame, bed, body, None, np.zeros(len(TURNS_DEG), dtype=bool), by_colour)
        looked = self._landmarks(frame, body, by_colour)
        if looked.found.mean() < LEAST_FOUND:
            return Sighted(frame, bed, body, None, looked.found, by_colour)
        seen = seen_by(looked, frame, bed, body)
        weighed = found_by(self._network, seen)
        by_relief = bool(weighed.confidence.mean() >= LEAST_SURE)
        return Sighted(frame, bed, body, weighed if by_relief else seen, looked.found, by_colour, by_relief)

    def _landmarks(self, frame: RgbdFrame, part: Mask, by_colour: bool) -> Looked:
        """In px of the depth picture."""
        colour = frame.colour if by_colour else None
        scale = np.ones(2) if colour is None else np.array(frame.colour_scale)
        looked = self._finder.look(shaded(frame, part) if colour is None else colour, views_of(region_of(part), scale))
        return Looked((looked.positions + 0.5) / scale - 0.5, looked.confidence)


def seen_by(looked: Looked, frame: RgbdFrame, bed: Bed, body: Mask) -> LyingPicture:
    """The joints' points that the pose network's landmarks give, in px of the depth picture."""
    metres = metres_per_px(frame, body)
    pixels, sure = joints_of(looked.positions, looked.confidence, metres, JOINTS)
    alone = zip(looked.positions[:, None], looked.confidence[:, None], strict=True)
    views = np.stack([joints_of(*one, metres, JOINTS)[0] for one in alone])
    return on_bed(inside(frame, pixels, sure, views), bed, body)


def best_model() -> str:
    """The large network where it is fetched, else the usual one: on rendered people who lie it is much better."""
    return "heavy" if any(one.name == "heavy" and one.ok for one in status()) else "full"


def views_of(region: Region, scale: Array) -> list[View]:
    """The ways to show a region of the depth picture, for a picture ``scale`` times as fine."""
    centre = (region.centre + 0.5) * scale - 0.5
    half = region.half_px * float(scale.max())
    return [
        View.of(centre, half, region.upright_deg + turn, SHOWN_PX, mirrored=bool(number % 2))
        for number, turn in enumerate(TURNS_DEG)
    ]


def thinned(frame: RgbdFrame, largest_px: int = LARGEST_PX) -> RgbdFrame:
    """Every n-th pixel of a depth picture that is larger than needed; colour stays as fine as it is.

    Examples
    --------
    >>> from rehabkit.recordings.intrinsics import Intrinsics
    >>> wall = RgbdFrame(np.full((720, 1280), 2.0), Intrinsics(900.0, 900.0, 639.5, 359.5, 1280, 720))
    >>> thinned(wall).depth.shape, thinned(wall).intrinsics.cx
    ((360, 640), 319.5)
    """
    rows, columns = frame.depth.shape
    step = max(rows, columns) / largest_px
    if step <= 1:
        return frame
    height, width = max(1, round(rows / step)), max(1, round(columns / step))
    row = ((np.arange(height) + 0.5) * rows / height).astype(int)
    column = ((np.arange(width) + 0.5) * columns / width).astype(int)
    return frame.noted(
        f"depth thinned from {columns} x {rows} to {width} x {height} px",
        depth=frame.depth[row[:, None], column[None, :]],
        intrinsics=frame.intrinsics.scaled(width, height),
    )
