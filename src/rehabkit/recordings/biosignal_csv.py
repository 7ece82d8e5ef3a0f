"""CSV of electrodes and goniometers: one row a sample; what the columns are stands in three places.

Rehabkit writes, and reads best, a first line that says it all; by hand the rate is enough::

    # rehabkit biosignal {"rate_hz": 1000}
    rectus_femoris_emg_mV,C3_eeg_uV,knee_flexion_deg
    0.012,-4.1,12.5

Names end in their kind and unit. What a logger wrote is described beside it, in ``FILE.toml`` or the file that
``--description`` names::

    rate_hz = 1000

    [[channels]]
    column = "EMG 1"
    name = "rectus_femoris"
    kind = "emg"
    unit = "mV"

Cells are separated by commas, semicolons or tabs; a decimal comma goes with the latter two. With a time column
(``time_s``, ``time_ms`` …) the rate comes from it, and gaps and jumps of the clock are named; without one it must be
stated. An empty cell is a missing sample.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings import biosignal_about, biosignal_units, sampling, table
from rehabkit.recordings.biosignal import Array, Biosignal
from rehabkit.recordings.biosignal_about import About
from rehabkit.recordings.biosignal_columns import built, columns
from rehabkit.recordings.biosignal_description import ENDING, Description, described, description_beside, plan
from rehabkit.recordings.files import atomic, check_size, reading_text

MARK = "# rehabkit biosignal"
LARGEST = 512 * 2**20


def read(
    path: Path,
    *,
    description: Path | None = None,
    units: Collection[str] = (),
    rename: Mapping[str, str] | None = None,
    rate_hz: float | None = None,
) -> Biosignal:
    """The Biosignal in a CSV file.

    Raises
    ------
    RecordingError
        If the file is malformed, or columns, units or rate are nowhere said; naming the file, line and column.
    InputError
        If a stated unit is unknown.
    """
    check_size(path, LARGEST)
    found = description or description_beside(path)
    told = described(found) if found else None
    with reading_text(path) as file:
        return load(file, told, units=units, rename=rename, rate_hz=rate_hz)


def load(
    file: TextIO,
    told: Description | None = None,
    *,
    units: Collection[str] = (),
    rename: Mapping[str, str] | None = None,
    rate_hz: float | None = None,
) -> Biosignal:
    """The Biosignal in an open CSV file; parameters and errors as :func:`read`."""
    first = file.readline(16_000_000)
    about = biosignal_about.loads(first.removeprefix(MARK), "line 1") if first.startswith(MARK) else About()
    n_before = int(first.startswith("#"))
    rest: Iterable[str] = file if n_before else chain([first], file)
    head = next(iter(rest), "")
    separator = max(",;\t", key=head.count)
    reader = csv.reader(chain([head], rest), delimiter=separator)
    try:
        header = [name.strip() for name in next(reader, [])]
        if about.channels is not None and len(about.channels) != len(header):
            raise RecordingError(f"line 2 must name {len(about.channels)} columns like line 1, got {len(header)}")
        chosen = plan(header, told) if about.channels is None else None
        rows = _rows(reader, n_before, decimal_comma=separator != ",")
        values, lines = table.parse(rows, header, chosen.places if chosen else range(len(header)))
    except csv.Error as error:
        raise RecordingError(
            f"line {reader.line_num + n_before} must be CSV text, got '{error}'; export it as CSV"
        ) from error
    if chosen is None:
        return biosignal_about.whole(values, about, rename=rename, units=units, rate_hz=rate_hz)
    stated = {"--rate": rate_hz, "the description": told.rate_hz if told else None, "line 1": about.rate_hz}
    found = columns(chosen.said, rename, [unit for unit in units if unit not in biosignal_units.SECONDS])
    start_s, own_hz = about.start_s, None
    gaps: tuple[str, ...] = ()
    if chosen.time_unit is not None:
        time_s = _seconds(values[:, 0], lines, chosen.time_unit, units)
        grid = sampling.even(time_s)
        start_s, own_hz, gaps = float(time_s[0]), grid.rate_hz, grid.notes
        values = sampling.spread(values[:, 1:], grid.places)
    rate = sampling.agreed_rate(own_hz, stated, "the recording")
    left = [f"columns left out: {', '.join(chosen.left_out[:20])}"] if chosen.left_out else []
    sensor = told.sensor if told else about.sensor if about.sensor != "biosignal" else "csv"
    history = (*about.history, *gaps, *left)
    made = built(values, rate, found, start_s=start_s, annotations=about.marks, sensor=sensor, history=history)
    return replace(made, montage=about.montage) if about.montage else made


def dumps(recording: Biosignal) -> str:
    """The CSV text that :func:`load` turns into the very same recording.

    Examples
    --------
    >>> from rehabkit.recordings.biosignal import Channel
    >>> print(dumps(Biosignal(np.array([[1e-5], [np.nan]]), 500.0, (Channel("C3", "eeg"),))), end="")
    # rehabkit biosignal {"rate_hz":500.0,"channels":[{"name":"C3","kind":"eeg","unit":"V"}]}
    C3_eeg_V
    1e-05
    nan
    """
    text = io.StringIO()
    text.write(f"{MARK} {biosignal_about.dumps(recording)}\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow("_".join(filter(None, (c.name, c.kind, c.unit))) for c in recording.channels)
    for row in recording.values.tolist():
        writer.writerow(map(repr, row))  # the shortest text that gives the same number
    return text.getvalue()


def write(recording: Biosignal, path: Path) -> None:
    """Write :func:`dumps`, whole or not at all.

    Raises
    ------
    OutputError
        If the file can't be written.
    """
    with atomic(path) as temporary:
        temporary.write_text(dumps(recording), encoding="utf-8")


def is_biosignal(path: Path) -> bool:
    """Whether the first line, a description beside it, or a column's ending says that electrodes recorded it."""
    if description_beside(path) is not None:
        return True
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            lines = [file.readline(100_000) for _ in range(2)]
    except OSError:
        return False
    if lines[0].startswith(MARK):
        return True
    header = lines[1] if lines[0].startswith("#") else lines[0]
    names = next(csv.reader([header.replace("\0", "")], delimiter=max(",;\t", key=header.count)), [])
    endings = (ENDING.fullmatch(name.strip()) for name in names)
    return any(one is not None and one["kind"] not in ("other", "angle") for one in endings)


def _rows(reader: Iterator[list[str]], n_before: int, *, decimal_comma: bool) -> Iterator[tuple[int, list[str]]]:
    """Line and cells, a decimal comma made a point; a row of empty cells is a sample that is missing everywhere."""
    for cells in reader:
        line = reader.line_num + n_before  # type: ignore[attr-defined]
        if len(cells) > 1 and not any(cells):
            cells = ["nan"] * len(cells)
        yield line, [cell.replace(",", ".") for cell in cells] if decimal_comma else cells


def _seconds(values: Array, lines: NDArray[np.int64], unit: str, units: Collection[str]) -> Array:
    """(n_times,) seconds; the unit is in the column's name, the description, or ``--units``."""
    stated = next((one for one in units if one in biosignal_units.SECONDS), "")
    factor = biosignal_units.SECONDS.get(unit or stated)
    if factor is None:
        got = repr(unit) if unit else "none"
        raise RecordingError(f"unit of time must be s, ms, us or ns, got {got}; name it time_s, or state --units s")
    table.check_times(values, lines)
    return values * factor
