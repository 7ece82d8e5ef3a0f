"""Writing files so that nobody ever meets half of one."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from rehabkit.errors import InputError, OutputError, RecordingError, RehabkitError


@contextmanager
def atomic(path: str | Path) -> Iterator[Path]:
    """Write ``path`` as a whole or not at all.

    The body writes the temporary sibling that it is given (same suffix, for writers that look at the suffix).
    It takes the place of ``path`` when the body ends, and goes away if the body fails or is interrupted.

    Raises
    ------
    OutputError
        If the folder is missing or can't be written, ``path`` is a folder, or the disk refuses on the way.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic(Path(folder) / "a.txt") as temporary:
    ...         _ = temporary.write_text("whole")
    ...     (Path(folder) / "a.txt").read_text(), len(list(Path(folder).iterdir()))
    ('whole', 1)
    """
    path = Path(path)
    temporary = path.with_name(f".{path.stem[:100]}-{uuid.uuid4().hex[:8]}{path.suffix}")
    with _naming(path):
        if path.exists() and not path.is_file():
            raise OutputError(f"output must be a file, got {path}, which is a folder or device; give a file name")
        temporary.touch()  # an unwritable folder shows before the long work, not after it
        try:
            yield temporary
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Turn the system's refusals into an OutputError that names the file."""
    try:
        yield
    except RehabkitError:
        raise
    except OSError as error:
        why = error.strerror or str(error)
        raise OutputError(f"output must be writable, got '{why}' for {path}; choose another place") from error


def sha256(path: str | Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes.

    Raises
    ------
    InputError
        If the file can't be read.
    """
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"file must be readable, got '{error.strerror}' for {path}; check the name") from error


def read_bytes(path: str | Path, limit: int = 128 * 2**20) -> bytes:
    """The whole file, at most ``limit`` bytes.

    Raises
    ------
    RecordingError
        If it is missing, unreadable, empty, no plain file, or larger than the limit.
    """
    check_size(path, limit)
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise RecordingError(f"file must be readable, got '{error.strerror}' for {path}; check it") from error


def check_size(path: str | Path, limit: int = 128 * 2**20) -> None:
    """Raise a RecordingError unless ``path`` is a plain file of 1 to ``limit`` bytes."""
    path = Path(path)
    try:
        if not path.is_file():  # a pipe or device would never end
            raise RecordingError(f"file must exist, got {path}; check the name")
        size = path.stat().st_size
    except OSError as error:
        raise RecordingError(f"file must be readable, got '{error.strerror}' for {path}; check it") from error
    if size == 0:
        raise RecordingError(f"file must hold something, got 0 bytes in {path}; copy or export it again")
    if size > limit:
        raise RecordingError(f"file must hold at most {limit} bytes, got {size} in {path}; cut the recording")


@contextmanager
def reading_text(path: Path) -> Iterator[TextIO]:
    """Open a text file; what goes wrong while it is read is said with the file's name.

    Raises
    ------
    RecordingError
        If it can't be read, isn't UTF-8, or the body raises one.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise RecordingError(f"{path.name}: text must be UTF-8, got byte 0x{byte:02x}; save it as UTF-8") from error
    except RecordingError as error:
        raise RecordingError(f"{path.name}: {error}") from error
    except OSError as error:
        raise RecordingError(f"file must be readable, got '{error.strerror}' for {path}; check it") from error
