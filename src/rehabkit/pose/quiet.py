"""Keeping the notes of MediaPipe's C++ code off the user's terminal."""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

_lock = threading.Lock()
_users = 0
_undo = ExitStack()


@contextmanager
def quiet() -> Iterator[None]:
    """Send what C++ code writes to the process's stderr nowhere, while Python's own stderr goes on.

    MediaPipe and TensorFlow Lite write to file descriptor 2 whatever their log settings say, errors that
    matter included in the exceptions that they raise anyway. Python's ``sys.stderr`` is moved to a copy of
    the descriptor, so progress bars and messages still show. Several threads may be inside at once.
    """
    global _users, _undo
    with _lock:
        if _users == 0:
            _undo = _redirected()
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                _undo.close()


def _redirected() -> ExitStack:
    """Point descriptor 2 at nothing; closing the returned stack puts all back."""
    undo = ExitStack()
    try:
        kept = os.dup(2)
    except OSError:  # a process without stderr, such as a service
        return undo
    undo.callback(os.close, kept)
    if _is_descriptor_2():
        moved, original = (
            os.fdopen(os.dup(kept), "w", buffering=1, encoding="utf-8", errors="replace"),
            sys.stderr,
        )
        original.flush()
        sys.stderr = moved
        undo.callback(moved.close)
        undo.callback(setattr, sys, "stderr", original)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    undo.callback(os.dup2, kept, 2)
    return undo


def _is_descriptor_2() -> bool:
    """Whether ``sys.stderr`` is the process's own, and not something put in its place."""
    try:
        return sys.stderr is not None and sys.stderr.fileno() == 2
    except (io.UnsupportedOperation, ValueError):
        return False
