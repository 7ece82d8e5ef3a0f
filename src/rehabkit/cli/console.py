"""What the terminal shows: results on stdout, progress and remarks on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

Progress = Callable[[int, int | None], None]


def console(*, stderr: bool = False, quiet: bool = False) -> Console:
    """A console that colours nothing by itself and writes nothing when ``quiet``."""
    from rich.console import Console

    return Console(stderr=stderr, quiet=quiet, highlight=False)


@contextmanager
def progress(label: str, *, quiet: bool = False) -> Iterator[Progress]:
    """A progress bar with the time left, on stderr; nothing where stderr is no terminal.

    Yields
    ------
    callable
        ``progress(done, total)``; a total of ``None`` is one that nobody knows yet.
    """
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    on = console(stderr=True, quiet=quiet)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=on, disable=quiet or not on.is_terminal, transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
