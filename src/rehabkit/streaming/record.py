"""Writes what a stream brought as a CSV that rehabkit reads: even samples, bridged ones included, gaps left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import isnan
from pathlib import Path

from rehabkit.recordings.biosignal import Channel
from rehabkit.recordings.biosignal_about import About
from rehabkit.recordings.biosignal_csv import MARK
from rehabkit.recordings.files import atomic
from rehabkit.streaming.sources import Source
from rehabkit.streaming.stretches import Stretch


@contextmanager
def recording_to(path: Path | None, source: Source) -> Iterator[Callable[[Stretch], None] | None]:
    """Something to give each stretch to; the file is there, whole, when the body has ended.

    Parameters
    ----------
    path : a ``.csv`` file; ``None`` to record nothing.
    source : all its channels are recorded, and its notes, so that what is simulated stays labelled so.

    Raises
    ------
    OutputError
        If the file can't be written.
    """
    if path is None:
        yield None
        return
    with atomic(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        said = About(sensor=source.name, history=list(source.notes)).model_dump_json(exclude_defaults=True)
        file.write(f"{MARK} {said}\n")
        file.write(",".join(["time_s", *(heading(channel) for channel in source.channels)]) + "\n")

        def keep(stretch: Stretch) -> None:
            for time_s, row in zip(stretch.time_s, stretch.values, strict=True):
                file.write(f"{time_s:.6f}," + ",".join("" if isnan(value) else f"{value:.9g}" for value in row) + "\n")

        yield keep


def heading(channel: Channel) -> str:
    """Name, kind and unit of a column, as the reader knows them.

    Examples
    --------
    >>> heading(Channel("C3", "eeg")), heading(Channel("knee_flexion", "angle", "deg"))
    ('C3_eeg_V', 'knee_flexion_angle_deg')
    """
    return "_".join(part for part in (channel.name, channel.kind, channel.unit) if part)
