"""What every reader is put through: whole files, damaged ones, files cut off. A test module names its ``KINDS``.

The default suite takes a few seconds and repeats the same inputs; ``make fuzz`` sets ``REHABKIT_FUZZ`` to the
number of times that it wants more of them, and draws new ones.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rehabkit.errors import RehabkitError

resource = pytest.importorskip("resource", reason="memory is bounded and time is limited as POSIX does it")

MORE = int(os.environ.get("REHABKIT_FUZZ", "0"))
LONGEST_S = 30
MOST_MEMORY_KIB = 500 * 1024
NASTY = [
    b"nan", b"-inf", b"1e999", b"-1", b"0", b"99999999999999999999", b"1e-320", b"", b"\x00", b"\xff\xfe",
    b"\xc3", "é\u202e\ud7ff".encode(), b",", b";", b"\t", b"\n", b"\r", b'"', b"'", b"#", b"[",
    b"{" * 2000, b"[" * 2000, b"]", b"}", b"=", b"null", b"true", b"\\ud800", b"PK\x03\x04",
    b"9" * 5000, b"a" * 200_000,
]  # fmt: skip


class Hung(BaseException):
    """Raised into a reader that takes longer than any input of this size may."""


@dataclass(frozen=True)
class Kind:
    """One reader: how to make a whole file, how to read one, how often to try, what is around the bytes."""

    suffix: str
    make: Callable[[Path], bytes]
    read: Callable[[Path], object]
    examples: int = 80
    cuts: int = 40
    wrap: Callable[[bytes], bytes] = bytes


def damaged(whole: bytes) -> st.SearchStrategy[bytes]:
    """Random bytes, or the whole file with a few places overwritten, inserted into, cut out or cut off."""
    place = st.integers(0, len(whole))
    change = st.tuples(place, st.integers(0, 64), st.one_of(st.sampled_from(NASTY), st.binary(max_size=8)))

    def apply(changes: list[tuple[int, int, bytes]]) -> bytes:
        content = whole
        for start, length, new in changes:
            content = content[:start] + new + content[start + length :]
        return content

    return st.one_of(st.binary(max_size=2000), st.lists(change, min_size=1, max_size=4).map(apply))


@contextmanager
def _limited() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise Hung

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(LONGEST_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _reads_or_says_so(kind: Kind, content: bytes, folder: Path) -> None:
    path = folder / f"damaged{kind.suffix}"
    path.write_bytes(kind.wrap(content))
    try:
        with _limited():
            kind.read(path)
    except RehabkitError as error:
        assert len(str(error).splitlines()) == 1, str(error)


def test_whole_files_read(kind: Kind, tmp_path: Path) -> None:
    path = tmp_path / f"a{kind.suffix}"
    path.write_bytes(kind.wrap(kind.make(tmp_path)))
    assert kind.read(path)


def put(path: Path, name: str) -> Path:
    """Put a file under the name that its set gives it; the folder of that set."""
    path.replace(path.parent / name)
    return path.parent


def test_damaged_files(kind: Kind, tmp_path: Path) -> None:
    @settings(
        max_examples=kind.examples * (MORE or 1),
        derandomize=not MORE,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(damaged(kind.make(tmp_path)))
    def run(content: bytes) -> None:
        _reads_or_says_so(kind, content, tmp_path)

    run()


def test_files_cut_off(kind: Kind, tmp_path: Path) -> None:
    whole = kind.make(tmp_path)
    for end in np.linspace(0, len(whole) - 1, kind.cuts * (MORE or 1)).astype(int):
        _reads_or_says_so(kind, whole[:end], tmp_path)
