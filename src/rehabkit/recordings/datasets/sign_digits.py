"""Sign Language Digits (Mavi 2020): pictures of ten signs before a plain wall, people rebuilt from the files' numbers.

The set doesn't say who is on a picture: numbers run from sign 0 to 9 a student, and each run is taken as one person.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rehabkit.errors import RecordingError
from rehabkit.recordings import pictures
from rehabkit.recordings.datasets import index_csv
from rehabkit.recordings.image import Image


@dataclass(frozen=True)
class DigitPicture:
    """One picture, decoded when it is asked for.

    Parameters
    ----------
    digit : 0 to 9.
    subject : a rebuilt person, such as ``s017``.
    path : the file.
    """

    digit: int
    subject: str
    path: Path

    def image(self) -> Image:
        """The picture, 100 x 100 px.

        Raises
        ------
        RecordingError
            If the file is missing or damaged.
        """
        return pictures.read(self.path)


def read(folder: Path) -> list[DigitPicture]:
    """All pictures, in the order of the table.

    Parameters
    ----------
    folder : with ``index.csv`` and ``images``.

    Raises
    ------
    RecordingError
        If the folder isn't that, or a picture isn't there.
    """
    found = []
    for row in index_csv.read(folder / "index.csv", ("file", "digit", "pseudo_subject")):
        path = index_csv.beside(folder / "images", row["file"])
        if row["digit"] not in list("0123456789"):
            raise RecordingError(
                f"digit of {path.name} must be 0 to 9, got {row['digit'][:20]!r}; copy the table again"
            )
        found.append(DigitPicture(int(row["digit"]), row["pseudo_subject"], path))
    index_csv.missing([one.path for one in found], "sign_digits")
    return found
