"""Any file of electrodes or goniometers → Biosignal: one door for every format, one file behind it for each.

==============================  =============================================================
``.edf .bdf .gdf .fif .vhdr``   :mod:`~rehabkit.recordings.mne_files`, with BIDS files beside
a folder                        :mod:`~rehabkit.recordings.bids`
``.csv .tsv .txt``              :mod:`~rehabkit.recordings.biosignal_csv`
``.txt`` of DataLOG             :mod:`~rehabkit.recordings.uci_text`
``.npz``, ``.npz#TRIAL``        :mod:`~rehabkit.recordings.biosignal_npz`
``.h5 .hdf5``                   :mod:`~rehabkit.recordings.biosignal_hdf5`
==============================  =============================================================
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from rehabkit.errors import RecordingError
from rehabkit.findings import CheckResult
from rehabkit.recordings import (
    bids,
    biosignal_check,
    biosignal_csv,
    biosignal_hdf5,
    biosignal_npz,
    mne_files,
    uci_text,
)
from rehabkit.recordings.biosignal import Biosignal

TEXTS = (".csv", ".tsv", ".txt")


def file_of(path: str | Path) -> tuple[Path, str]:
    """The file, and the trial in it, that a name such as ``FILE.npz#N03_pie`` means.

    Examples
    --------
    >>> file, trial = file_of("data/set.npz#N03_pie")
    >>> file.as_posix(), trial
    ('data/set.npz', 'N03_pie')
    """
    path = Path(path)
    name, mark, trial = path.name.rpartition("#")
    if not mark or not name.lower().endswith(".npz") or path.exists():
        return path, ""
    return path.with_name(name), trial


def is_biosignal(path: str | Path) -> bool:
    """Whether a file's name, or its first lines, say that electrodes recorded it.

    Examples
    --------
    >>> is_biosignal("S001R04.edf"), is_biosignal("squat.mp4")
    (True, False)
    """
    path, trial = file_of(path)
    suffix = path.suffix.lower()
    if path.is_dir():
        return bool(bids.recordings(path))
    if suffix in mne_files.READERS or suffix in biosignal_hdf5.SUFFIXES or trial:
        return True
    if suffix == ".npz":
        return biosignal_npz.is_biosignal(path)
    return suffix in TEXTS and (uci_text.is_uci(path) or biosignal_csv.is_biosignal(path))


def read(
    path: str | Path,
    *,
    description: Path | None = None,
    units: Collection[str] = (),
    rename: Mapping[str, str] | None = None,
    rate_hz: float | None = None,
) -> Biosignal:
    """The Biosignal in a file.

    Parameters
    ----------
    path : a file, a trial in one (``FILE.npz#N03_pie``), or a BIDS folder with one recording.
    description : of a CSV's columns, where it isn't ``FILE.toml`` beside it.
    units : of channels whose unit the file doesn't say, such as ``("uV", "deg")``.
    rename : names in the file → names in the field.
    rate_hz : of a file that doesn't say it; contradicting one that does is an error.

    Raises
    ------
    RecordingError
        If the file is missing, malformed, contradicts what is stated, or doesn't say what its columns are.
    InputError
        If a stated unit is unknown.
    MissingExtraError
        Without MNE or h5py where the format needs them.
    """
    file, trial = file_of(path)
    if file.is_dir():
        file = bids.the_one(file)
    try:
        return _read(file, trial, description, units, rename, rate_hz)
    except RecordingError as error:
        if file.name in str(error):
            raise
        raise RecordingError(f"{file.name}: {error}") from error


def _read(
    file: Path,
    trial: str,
    description: Path | None,
    units: Collection[str],
    rename: Mapping[str, str] | None,
    rate_hz: float | None,
) -> Biosignal:
    suffix = file.suffix.lower()
    if description is not None and (suffix not in TEXTS or uci_text.is_uci(file)):
        raise RecordingError(f"--description must come with a CSV, got {file.name}; leave it out")
    if suffix in mne_files.READERS:
        sides = bids.sides(file)
        return mne_files.read(file, units=units, rename=rename, rate_hz=rate_hz, sides=sides)
    if suffix in biosignal_hdf5.SUFFIXES:
        return biosignal_hdf5.read(file, units=units, rename=rename, rate_hz=rate_hz)
    if suffix == ".npz":
        return biosignal_npz.read(file, trial, units=units, rename=rename, rate_hz=rate_hz)
    if suffix in TEXTS and uci_text.is_uci(file):
        return uci_text.read(file, units=units, rename=rename, rate_hz=rate_hz)
    if suffix in TEXTS:
        return biosignal_csv.read(file, description=description, units=units, rename=rename, rate_hz=rate_hz)
    known = ", ".join((*mne_files.READERS, *biosignal_hdf5.SUFFIXES, ".npz", *TEXTS))
    hint = "name its .vhdr" if suffix in (".eeg", ".vmrk") else "export it as EDF or CSV"
    raise RecordingError(f"file of electrodes must be one of {known}, got {file.name}; {hint}")


def check(recording: Biosignal) -> list[CheckResult]:
    """Is it fit: missing, flat and clipped channels, mains hum, drift, movement, electrodes out of line."""
    return biosignal_check.check(recording)


def described(recording: Biosignal) -> str:
    """Its channels in a few words, e.g. ``4 EMG, 1 angle``.

    Examples
    --------
    >>> import numpy as np
    >>> from rehabkit.recordings.biosignal import Channel
    >>> described(Biosignal(np.zeros((5, 2)), 1000.0, (Channel("C3", "eeg"), Channel("C4", "eeg"))))
    '2 EEG'
    """
    kinds = [channel.kind for channel in recording.channels]
    words = {"angle": "angle", "other": "other"}
    return ", ".join(f"{kinds.count(kind)} {words.get(kind, kind.upper())}" for kind in dict.fromkeys(kinds))
