"""Many recordings at once, one process each."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from rehabkit.errors import RecordingError, RehabkitError
from rehabkit.findings import Assessment
from rehabkit.pipeline import assess
from rehabkit.recordings.landmarks import SUFFIXES

VIDEO_SUFFIXES = frozenset({".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".3gp", ".mpg", ".mpeg"})


def find_recordings(folder: Path) -> list[Path]:
    """Videos and landmark files directly inside a folder, by name.

    Raises
    ------
    RecordingError
        If there is none.
    """
    known = VIDEO_SUFFIXES.union(SUFFIXES)
    found = sorted(p for p in folder.iterdir() if p.is_file() and p.suffix.lower() in known)
    if not found:
        raise RecordingError(
            f"folder {folder} must hold at least one recording, got none; known are {', '.join(sorted(known))}"
        )
    return found


def assess_many(
    paths: Sequence[Path], jobs: int | None = None, **options: Any
) -> Iterator[tuple[Path, Assessment | RehabkitError]]:
    """Assess recordings in parallel; one that fails does not stop the others.

    Parameters
    ----------
    paths : recordings.
    jobs : processes at a time; by default one for each core.
    **options : as for :func:`rehabkit.assess`.

    Yields
    ------
    tuple
        A path and its Assessment, or the error that it raised, in the order in which they are done.
    """
    n_jobs = min(jobs or os.cpu_count() or 1, len(paths))
    context = multiprocessing.get_context("spawn")  # forking after MediaPipe's threads have started can hang
    with ProcessPoolExecutor(n_jobs, mp_context=context, initializer=_leave_signals_to_the_parent) as pool:
        waiting = {pool.submit(assess, str(path), **options): path for path in paths}
        try:
            for done in as_completed(waiting):
                error = done.exception()
                yield waiting[done], done.result() if error is None else _named(error)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in multiprocessing.active_children():  # they write no files: nothing is lost
                child.terminate()
            raise


def _leave_signals_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _named(error: BaseException) -> RehabkitError:
    """The error as one of ours: a fault in one recording must not cost the others."""
    if isinstance(error, RehabkitError):
        return error
    return RehabkitError(f"rehabkit itself failed: {type(error).__name__}: {error}; please report it")
