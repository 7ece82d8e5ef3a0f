"""Raw depth pictures of a hand by a RealSense SR305 (hand-recognition, LadaOndris, MIT)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rehabkit.errors import RecordingError
from rehabkit.recordings import depth_png
from rehabkit.recordings.datasets.text_table import read_text
from rehabkit.recordings.intrinsics import Intrinsics
from rehabkit.recordings.rgbd import RgbdFrame

INTRINSICS = Intrinsics(476.007, 476.007, 313.683, 242.755, 640, 480)
"""As the set's readme says."""
UNIT = "0.125mm"
Side = Literal["left", "right", "unknown"]
_SIDES: dict[tuple[str, str], Side] = {("1", "0"): "left", ("0", "1"): "right"}
"""By whether there is a left and a right hand."""


@dataclass(frozen=True)
class HandSequence:
    """Pictures of one hand, decoded when they are asked for.

    Parameters
    ----------
    name : of its folder.
    side : of the hand.
    gesture : 1 open, 2 two fingers, 0 neither.
    paths : the files, in the order of their numbers.
    """

    name: str
    side: Side
    gesture: int
    paths: tuple[Path, ...]

    def frames(self) -> Iterator[RgbdFrame]:
        """Yield the depth pictures; the set doesn't say their times.

        Raises
        ------
        RecordingError
            If a file is missing or damaged.
        """
        for path in self.paths:
            yield depth_png.read(path, None, INTRINSICS, UNIT)


def read(folder: Path) -> list[HandSequence]:
    """The sequences that are there.

    Parameters
    ----------
    folder : with ``datasets/custom``.

    Raises
    ------
    RecordingError
        If the folder isn't that.
    """
    custom = folder / "datasets" / "custom"
    found = []
    for line in read_text(custom / "annotations.txt").splitlines():
        words = line.split()
        if len(words) != 5 or not all(word.isdecimal() for word in words[1:]) or "/" in words[0] or ".." in words[0]:
            raise RecordingError(f"annotations.txt must have five words a line, got {line[:60]!r}; copy it again")
        paths = [path for path in (custom / words[0]).glob("*.png") if path.stem.isdecimal()]
        side = _SIDES.get((words[2], words[3]), "unknown")
        if paths:
            in_order = tuple(sorted(paths, key=lambda path: int(path.stem)))
            found.append(HandSequence(words[0], side, int(words[1]), in_order))
    if not found:
        raise RecordingError(f"folder must hold datasets/custom with pictures, got {folder}; copy it again")
    return found
