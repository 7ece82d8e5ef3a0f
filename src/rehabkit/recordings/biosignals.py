"""Any file of electrodes or goniometers → Biosignal: one door for every format."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from rehabkit.errors import RecordingError
from rehabkit.findings import CheckResult
from rehabkit.recordings import biosignal_check
from rehabkit.recordings.biosignal import Biosignal


def is_biosignal(path: str | Path) -> bool:
    """Whether a file's name, or its first lines, say that electrodes recorded it."""
    return False


def read(
    path: str | Path,
    *,
    description: Path | None = None,
    units: Collection[str] = (),
    rename: Mapping[str, str] | None = None,
    rate_hz: float | None = None,
) -> Biosignal:
    """The Biosignal in a file.

    Raises
    ------
    RecordingError
        If the file is missing, malformed, or doesn't say what its columns are.
    """
    raise RecordingError(f"{Path(path).name} must be a file of electrodes, got another; name one")


def check(recording: Biosignal) -> list[CheckResult]:
    """Is it fit: missing, flat and clipped channels, mains hum, drift, movement, electrodes out of line."""
    return biosignal_check.check(recording)


def described(recording: Biosignal) -> str:
    """Its channels in a few words, e.g. ``4 EMG, 1 angle at 1000 Hz``.

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
