"""Working ahead: the next items are made in a thread while the present one is used."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, TypeVar

Item = TypeVar("Item")
_END: Final = object()


@contextmanager
def ahead(items: Generator[Item], depth: int) -> Iterator[Iterator[Item]]:
    """Give the items of a generator, of which up to ``depth`` are made ahead in one thread, from now on.

    An error of the generator is raised where its item would have come. Leaving the context, by an interrupt
    too, ends the thread after the item that it is making.

    Examples
    --------
    >>> with ahead((letter for letter in "abc"), depth=2) as letters:
    ...     list(letters)
    ['a', 'b', 'c']
    """
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ahead")
    try:
        yield _taken(pool, items, deque(pool.submit(next, items, _END) for _ in range(depth)))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        items.close()


def _taken(pool: ThreadPoolExecutor, items: Iterator[Item], pending: deque[Future[Item | object]]) -> Iterator[Item]:
    """Yield what is ready, and have another made for each."""
    while (item := pending.popleft().result()) is not _END:
        pending.append(pool.submit(next, items, _END))
        yield item  # type: ignore[misc]
