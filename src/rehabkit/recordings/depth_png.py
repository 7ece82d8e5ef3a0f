"""16-bit grey PNG of distances, 0 where there is none, with its intrinsics and the colour picture of the same view."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import OutputError, RecordingError
from rehabkit.recordings import intrinsics_files, lengths, pictures
from rehabkit.recordings.files import atomic
from rehabkit.recordings.intrinsics import Intrinsics
from rehabkit.recordings.intrinsics_files import Described
from rehabkit.recordings.rgbd import RgbdFrame

BESIDE = ("{stem}.json", "{stem}.txt", "intrinsics.json", "intrinsics.txt", "camera_info.json")
"""Files in the same folder that may hold the intrinsics where none are named, in order."""


def is_depth(path: str | Path) -> bool:
    """Whether a file is a PNG of one channel of 16 bits; its first 26 bytes say so."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(26)
    except OSError:
        return False
    return head[:8] == b"\x89PNG\r\n\x1a\n" and head[12:16] == b"IHDR" and head[24:26] == b"\x10\x00"


def read(
    path: str | Path,
    colour: str | Path | None = None,
    intrinsics: str | Path | Intrinsics | None = None,
    units: str = "",
) -> RgbdFrame:
    """The depth picture in a file, in metres.

    Parameters
    ----------
    colour : picture of the same view, of any size; where its sides relate otherwise it must be registered first.
    intrinsics : of the depth picture, or a file of them; else one beside it (``BESIDE``).
    units : of one step: mm (taken where nothing says otherwise), 0.125mm.

    Raises
    ------
    RecordingError
        If a file is missing or malformed, the intrinsics aren't this picture's, or the unit can't be.
    InputError
        If the stated unit is unknown.
    """
    path = Path(path)
    steps = _steps(path)
    described = _described(path, intrinsics, (steps.shape[1], steps.shape[0]))
    try:
        step_m, said = _step(steps, described, units)
        depth = np.where(steps > 0, steps * step_m, np.nan)
        picture = None if colour is None else pictures.read(colour).rgb
        return RgbdFrame(depth, described.intrinsics, picture, sensor="depth png", history=(f"unit {said}",))
    except RecordingError as error:
        if path.name in str(error) or (colour is not None and Path(colour).name in str(error)):
            raise
        raise RecordingError(f"{path.name}: {error}") from error


def _steps(path: Path) -> NDArray[np.float64]:
    with pictures.opened(path, ("PNG",)) as picture:
        if not picture.mode.startswith("I"):
            raise RecordingError(
                f"depth must be grey with 16 bits, got mode {picture.mode} in {path.name}; export it so"
            )
        steps = np.array(picture)
    if steps.min() < 0 or steps.max() > 65535 or not (steps > 0).any():
        raise RecordingError(f"depth must have a pixel with a distance, got none in {path.name}; record it again")
    return steps.astype(np.float64)


def _described(path: Path, intrinsics: str | Path | Intrinsics | None, size: tuple[int, int]) -> Described:
    if isinstance(intrinsics, Intrinsics):
        if (intrinsics.width, intrinsics.height) != size:
            got = f"{intrinsics.width} x {intrinsics.height}"
            raise RecordingError(f"intrinsics must be those of {path.name}, {size[0]} x {size[1]} px, got {got}")
        return Described(intrinsics)
    if intrinsics is not None:
        return intrinsics_files.read(intrinsics, size)
    for name in BESIDE:
        beside = path.with_name(name.format(stem=path.stem))
        if beside.is_file():
            return intrinsics_files.read(beside, size)
    raise RecordingError(f"intrinsics of {path.name} must be known, got none; name a file with --intrinsics K.json")


def _step(steps: NDArray[np.float64], described: Described, units: str) -> tuple[float, str]:
    median = float(np.median(steps[steps > 0]))
    if units:
        stated_m = lengths.unit_m(units)
        if described.step_m is not None and not np.isclose(stated_m, described.step_m):
            file = f"{described.step_m * 1000:g} mm"
            raise RecordingError(
                f"unit must be {file}, as the file of intrinsics says, got --units {units}; correct one"
            )
        return lengths.as_stated(median, lengths.DEPTH, stated_m, units), f"{units}, stated"
    if described.step_m is not None:
        said = f"{described.step_m * 1000:g} mm"
        return lengths.as_stated(median, lengths.DEPTH, described.step_m, said), f"{said}, stated beside it"
    return lengths.as_stated(median, lengths.DEPTH, 1e-3, "mm"), "mm, taken as usual"


def write(frame: RgbdFrame, path: str | Path) -> None:
    """Write depth in whole mm, and its intrinsics beside it as ``STEM.json``.

    Raises
    ------
    OutputError
        If it isn't named .png, a distance is above 65.5 m, it is a part of a larger picture, or can't be written.
    """
    from PIL import Image as Pillow

    path = Path(path)
    steps = np.round(np.nan_to_num(frame.depth) * 1000)
    if path.suffix.lower() != ".png" or steps.max() > 65535 or frame.intrinsics.part:
        raise OutputError(f"depth must be whole, nearer than 65.5 m and named .png, got {path}; choose another name")
    with atomic(path) as temporary:
        Pillow.fromarray(steps.astype(np.uint16)).save(temporary)
    with atomic(path.with_suffix(".json")) as temporary:
        temporary.write_text(intrinsics_files.dumps(frame.intrinsics), encoding="utf-8")
