"""npz of a Biosignal, and single trials out of the compact public sets: ``FILE.npz#N03_pie``.

Rehabkit's own file holds ``values`` (f8, (n_times, n_channels), V and degrees) and ``about``, the bytes (i1) of one
JSON text in UTF-8 with rate, channels, annotations and history (:mod:`rehabkit.recordings.biosignal_about`). No pickle,
unpacked size checked first.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings import biosignal_about, sampling
from rehabkit.recordings.biosignal import Biosignal
from rehabkit.recordings.biosignal_columns import Said, built, columns
from rehabkit.recordings.datasets import mi_openbci, uci_lower_limb
from rehabkit.recordings.datasets.arrays import read_arrays
from rehabkit.recordings.files import atomic
from rehabkit.recordings.npz import DAMAGED

_OWN = {"values", "about"}
_UCI = re.compile(r"(?P<key>[AN]\d\d_(?:mar|pie|sen))_emg")
_MI = re.compile(r"(?P<key>S\d\d)_eeg")
_ELBOW = re.compile(r"(?P<key>Subject_\d+_[\d-]+)_emg")
_FEATURES = "Alpha_timefreq"


def read(
    path: Path,
    key: str = "",
    *,
    units: Collection[str] = (),
    rename: Mapping[str, str] | None = None,
    rate_hz: float | None = None,
) -> Biosignal:
    """The Biosignal in an npz file.

    Parameters
    ----------
    key : which trial of a compact set.

    Raises
    ------
    RecordingError
        If the file is damaged, holds something else, or several trials of which none is named.
    """
    names = names_in(path)
    if names is None:
        raise RecordingError(f"{path.name} must be a whole npz file, got another; copy it again")
    if names >= _OWN:
        return _own(path, key, units, rename, rate_hz)
    if _FEATURES in names:
        raise RecordingError(f"{path.name} must hold signals, got features of windows; name a recording instead")
    keys = trials(names)
    if key not in keys:
        what = repr(key) if key else "none"
        if not keys:
            raise RecordingError(f"{path.name} must hold values and about, got others; write it with rehabkit")
        raise RecordingError(
            f"one trial of {path.name} must be named, got {what}; write {path.name}#{keys[0]}, or one of "
            f"{', '.join(keys[:70])}"
        )
    return _trial(path, key, names, units, rename or {}, rate_hz)


def write(recording: Biosignal, path: Path) -> None:
    """Write rehabkit's own file, whole or not at all.

    Raises
    ------
    OutputError
        If the file can't be written.
    """
    about = np.frombuffer(biosignal_about.dumps(recording).encode("utf-8"), dtype=np.int8)
    with atomic(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, values=recording.values, about=about)


def is_biosignal(path: Path) -> bool:
    """Whether an npz file's names are those of a Biosignal or of a compact set that has trials of it."""
    names = names_in(path)
    return names is not None and (names >= _OWN or bool(trials(names)) or _FEATURES in names)


def names_in(path: Path) -> set[str] | None:
    """The arrays' names, nothing unpacked; ``None`` where it is no zip file."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {name.removesuffix(".npy") for name in archive.namelist()}
    except DAMAGED:
        return None


def trials(names: Collection[str]) -> list[str]:
    """Keys of the trials that a compact set holds.

    Examples
    --------
    >>> trials(["N03_pie_emg", "N03_pie_ang", "A01_mar_emg", "A01_mar_ang", "x"])
    ['A01_mar', 'N03_pie']
    """
    found = (match for pattern in (_UCI, _ELBOW) for name in names if (match := pattern.fullmatch(name)))
    keys = {match["key"] for match in found if f"{match['key']}_ang" in names}
    mi = (match["key"] for name in names if (match := _MI.fullmatch(name)))
    return sorted(keys | {key for key in mi if f"{key}_ev" in names and "ch" in names})


def _own(
    path: Path, key: str, units: Collection[str], rename: Mapping[str, str] | None, rate_hz: float | None
) -> Biosignal:
    if key:
        raise RecordingError(f"{path.name} must be named without #, got #{key}; it holds one recording")
    arrays = read_arrays(path, "values", "about", others=False)
    values, text = arrays["values"], arrays["about"]
    if values.ndim != 2 or values.dtype.kind != "f" or text.ndim != 1 or text.dtype != np.int8:
        raise RecordingError(
            f"{path.name} must hold numbers with two axes and a text, got others; write it with rehabkit"
        )
    said = biosignal_about.loads(text.tobytes(), path.name)
    return biosignal_about.whole(values.astype(np.float64), said, rename=rename, units=units, rate_hz=rate_hz)


def _trial(
    path: Path, key: str, names: set[str], units: Collection[str], rename: Mapping[str, str], rate_hz: float | None
) -> Biosignal:
    needed = (name for name in names if name.startswith(f"{key}_") or name in ("ch", "fs"))
    arrays = read_arrays(path, *needed, others=False)
    if f"{key}_ev" in names:
        one = mi_openbci.recording(arrays, key, path.name)
    elif _UCI.fullmatch(f"{key}_emg"):
        one = uci_lower_limb.recording(arrays, key, path.name)
    else:
        return _elbow(arrays, key, path.name, units, rename, rate_hz)
    return biosignal_about.whole(one.values, biosignal_about.about(one), rename=rename, units=units, rate_hz=rate_hz)


def _elbow(
    arrays: Mapping[str, NDArray[Any]],
    key: str,
    file: str,
    units: Collection[str],
    rename: Mapping[str, str],
    rate_hz: float | None,
) -> Biosignal:
    """Biceps, triceps in the converter's counts, and the elbow's angle; the file doesn't say its rate.

    Counts are no volts: the caller may say what one is worth (``--units uV``), else the channels are of kind other.
    """
    emg, angle = arrays[f"{key}_emg"], arrays[f"{key}_ang"]
    if emg.ndim != 2 or emg.shape != (len(angle), 2):
        raise RecordingError(f"{file}: {key} must have two muscles and an angle, got {emg.shape}; copy it again")
    rate = sampling.agreed_rate(None, {"--rate": rate_hz}, f"{file} (inferred from mains hum: 2000 if that was 60 Hz)")
    volts = [unit for unit in units if unit not in ("deg", "rad")]
    muscles = [Said(name, "emg" if volts else "other", "" if volts else "counts") for name in ("biceps", "triceps")]
    found = columns([*muscles, Said("elbow_flexion", "angle", "deg")], rename, volts)
    values = np.column_stack([emg.astype(np.float64), angle.astype(np.float64) / 10])
    return built(values, rate, found, sensor="elbow_semg", history=["counts of the converter, their offset kept"])
