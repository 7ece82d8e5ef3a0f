"""Exercise-Correction's frames of MediaPipe landmarks with a label of the form error: only stored, for demonstrations.

The published layout is the repository's ``core`` folder: ``squat_model/train.csv``. The rows are single frames,
without time and without people, so no figure may rest on them.
"""

from __future__ import annotations

import gzip
from pathlib import Path

from rehabkit.errors import RecordingError
from rehabkit.recordings.datasets.text_table import read_text

FILES = (
    "bicep_model/test.csv", "lunge_model/err.test.csv", "lunge_model/stage.test.csv", "plank_model/test.csv",
    "squat_model/test.csv", "squat_model/train.csv",
)  # fmt: skip


def convert(folder: Path, target: Path) -> list[str]:
    """Copy the files of labelled frames, gzipped; return those that are not there.

    Raises
    ------
    RecordingError
        If there is none, or one doesn't start with a label and landmarks.
    """
    found = {file: path for file in FILES for path in sorted(folder.rglob(file))[:1]}
    if not found:
        raise RecordingError(f"folder must hold {FILES[0]} and so on, got {folder}; name the repository's folder")
    for file, path in found.items():
        text = read_text(path)
        if not text.startswith("label,nose_x,nose_y,nose_z,nose_v"):
            raise RecordingError(f"{path.name} must start with label,nose_x, got {text[:30]!r}; copy it again")
        (target / f"{file.replace('/', '_')}.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    return [f"{file}: not there" for file in FILES if file not in found]
