"""What a user gives beside the first file of a picture, a cloud or a hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from rehabkit.errors import InputError
from rehabkit.findings import Assessment, Patient

Source = str | Path | int
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Beside:
    """What the first file doesn't say itself.

    Parameters
    ----------
    files : what belongs to it: the colour picture of a depth picture, further views of a hand.
    intrinsics : file with focal lengths and centre of the depth picture.
    units : of lengths in it, ``mm`` or ``m``, where it doesn't say.
    hand : which hand it shows.
    examples : folder of this patient's own pictures, one folder a gesture, to calibrate on.
    seconds : how long to look through a camera.
    """

    files: tuple[Path, ...] = ()
    intrinsics: Path | None = None
    units: str = ""
    hand: Literal["left", "right"] | None = None
    examples: Path | None = None
    seconds: float | None = None

    def only(self, system: str | None, *allowed: str) -> None:
        """Refuse what this system, or an assessment without one, has no use for.

        Raises
        ------
        InputError
            That names all options that don't belong.
        """
        flags = {
            "files": "a second file", "intrinsics": "--intrinsics", "units": "--units", "hand": "--hand",
            "examples": "--examples", "seconds": "--seconds",
        }  # fmt: skip
        unused = [flag for name, flag in flags.items() if getattr(self, name) and name not in allowed]
        if unused:
            what = f"--system {system}" if system else "an assessment without --system"
            raise InputError(f"{', '.join(unused)} must be left out, got it with {what}, which has no use for it")


NOTHING_BESIDE = Beside()


@dataclass(frozen=True)
class Asked:
    """One call of a way through.

    Parameters
    ----------
    source : the file, the folder, or the number of a camera.
    patient : what only a person knows.
    beside : what the file doesn't say.
    progress : called with pictures done and, where known, pictures in all.
    anyway : take what there is of a file that breaks off.
    """

    source: Source
    patient: Patient = field(default_factory=Patient)
    beside: Beside = NOTHING_BESIDE
    progress: Progress | None = None
    anyway: bool = False

    def path(self, system: str) -> Path:
        """The file.

        Raises
        ------
        InputError
            If it is a camera and this system reads files.
        """
        if isinstance(self.source, int):
            raise InputError(f"--system {system} must have a file, got camera {self.source}; name a file")
        return Path(self.source)


Way = Callable[[Asked], Assessment]
