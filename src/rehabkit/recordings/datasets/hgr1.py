"""HGR1: pictures of hand gestures of twelve people with their skin marked by hand (Kawulok et al. 2014).

All people have light skin, so that no figure on this set speaks for others. Masks hold the visible forearm, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings import pictures
from rehabkit.recordings.datasets import index_csv
from rehabkit.recordings.image import Image


@dataclass(frozen=True)
class GesturePicture:
    """One picture, decoded when it is asked for.

    Parameters
    ----------
    gesture : code of one of 27, such as ``1`` or ``A``.
    subject : ``id01`` … ``id12``.
    take : number of the picture of this gesture and person.
    path, mask_path : the files.
    """

    gesture: str
    subject: str
    take: int
    path: Path
    mask_path: Path

    def image(self) -> Image:
        """The picture.

        Raises
        ------
        RecordingError
            If the file is missing or damaged.
        """
        return pictures.read(self.path)

    def skin(self) -> NDArray[np.bool_]:
        """(rows, columns) where there is skin.

        Raises
        ------
        RecordingError
            If the file is missing or damaged.
        """
        return pictures.read(self.mask_path).rgb[..., 0] > 127


def read(folder: Path) -> list[GesturePicture]:
    """All pictures, in the order of the table.

    Parameters
    ----------
    folder : with ``index.csv``, ``images`` and ``skin_masks``.

    Raises
    ------
    RecordingError
        If the folder isn't that, or a picture isn't there.
    """
    found = []
    for row in index_csv.read(folder / "index.csv", ("file", "gesture", "subject", "take")):
        path = index_csv.beside(folder / "images", row["file"])
        if not row["take"].isdecimal():
            raise RecordingError(
                f"take of {path.name} must be a number, got {row['take'][:20]!r}; copy the table again"
            )
        mask = (folder / "skin_masks" / row["file"]).with_suffix(".png")
        found.append(GesturePicture(row["gesture"], row["subject"], int(row["take"]), path, mask))
    index_csv.missing([one.path for one in found] + [one.mask_path for one in found], "hgr1")
    return found
