"""A stream from beginning to end: the main device through the engine, others beside it on one common time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict

from rehabkit.streaming.alignment import ClockFit, ClockPairs
from rehabkit.streaming.engine import Engine, Output
from rehabkit.streaming.sources import Source


class Session:
    """Runs until the source ends or the time is over.

    Parameters
    ----------
    engine : the main device and what is made of it.
    beside : further devices whose clocks are laid on this computer's.
    seconds : how long, of this computer's time for a live source and of the signal's for one that is read fast.
    """

    def __init__(self, engine: Engine, beside: Sequence[Source] = (), seconds: float | None = None) -> None:
        self.engine, self._beside, self._seconds = engine, tuple(beside), seconds
        self._pairs = [ClockPairs() for _ in self._beside]

    def run(self, told: Callable[[list[Output], list[str]], None]) -> None:
        """Go on until the end; sources are let go whatever happens.

        Parameters
        ----------
        told : gets each step's outputs and what happened, in words.

        Raises
        ------
        RecordingError
            If a device turns out to be another than it says.
        """
        engine, began = self.engine, time.perf_counter()
        with ExitStack() as closing:
            for source in (engine.source, *self._beside):
                closing.callback(source.close)
            while not engine.source.ended and not self._over(began):
                outputs = engine.step()
                for source, pairs in zip(self._beside, self._pairs, strict=True):
                    chunk = source.read(0.0)
                    if chunk is not None:
                        pairs.add(chunk)
                told(outputs, engine.news())

    def _over(self, began: float) -> bool:
        if self._seconds is None:
            return False
        live = self.engine.source.live
        return (time.perf_counter() - began if live else self.engine.device_time_s) >= self._seconds

    def summary(self) -> dict[str, object]:
        """What the engine measured, and each device's clock against this computer's."""
        source = self.engine.source
        main = self.engine.pairs.fit() if source.live else None
        clocks = {source.name: _clock(main, main)} if source.live else {}
        clocks |= {one.name: _clock(pairs.fit(), main) for one, pairs in zip(self._beside, self._pairs, strict=True)}
        about = {"name": source.name, "notes": list(source.notes), "channels": [c.name for c in self.engine.channels]}
        return {"source": about, **self.engine.summary(), "clocks": clocks}


def _clock(fit: ClockFit | None, main: ClockFit | None) -> dict[str, float] | None:
    """A fit as JSON takes it, with how far the clock is ahead of the main device's."""
    if fit is None:
        return None
    ahead = {} if main is None else {"ahead_of_main_s": main.offset_s - fit.offset_s}
    return {**asdict(fit), "offset_s": fit.offset_s, **ahead}
