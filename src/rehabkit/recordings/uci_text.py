"""Text that Biometrics DataLOG exports, as the UCI lower-limb set is published: a line a channel, then columns.

::

    File Name: 2Nsen.log
    Channel 1: 'RF', 15300 values, engineering units: mV, no filters.
    Channel 5: 'FX', 765 values, engineering units: deg, no filters, extrapolated from 50 to 1000 samples per second.

    0.0007 <tab> -0.0083 <tab> … <tab> 57.6

Columns stand in the order of the lines, whatever the channels' numbers. Muscles are named in Spanish or by two
letters; a sixth column of digital inputs is left out. Rows at the end that lack a cell (the angle was extrapolated
from 50 Hz and may end earlier) are left out and counted. The rate stands in the header only where a channel was
extrapolated; elsewhere the set's description says 1000 Hz, and so does this reader, in the history.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from rehabkit.errors import RecordingError
from rehabkit.recordings import sampling, table
from rehabkit.recordings.biosignal import Array, Biosignal
from rehabkit.recordings.biosignal_columns import Said, built, columns
from rehabkit.recordings.files import read_bytes

RATE_HZ = 1000.0
_CHANNEL = re.compile(
    r"Channel (?P<number>\d{1,3}): '(?P<name>[^']{1,40})', (?P<n>\d{1,9}) values, "
    r"engineering units: (?P<unit>\S{1,20}), (?P<rest>.*)"
)
_DIGITAL = re.compile(r"Digitals? .*\d+ values.*", re.I)
_RATE = re.compile(r"extrapolated from (?P<own>[1-9]\d{0,5}) to (?P<rate>[1-9]\d{0,5}) samples per second")
NAMES: Mapping[str, str] = {
    "rf": "rectus_femoris", "recto femoral": "rectus_femoris", "rectus femoris": "rectus_femoris",
    "bf": "biceps_femoris", "biceps femoral": "biceps_femoris", "biceps femoris": "biceps_femoris",
    "vm": "vastus_medialis", "vasto medial": "vastus_medialis", "vastus medialis": "vastus_medialis",
    "vastus internus": "vastus_medialis", "vasto interno": "vastus_medialis",
    "st": "semitendinosus", "semitendinoso": "semitendinosus", "semitendinosus": "semitendinosus",
    "fx": "knee_flexion", "flexo": "knee_flexion", "flexion": "knee_flexion", "knee flexion": "knee_flexion",
    "flexo-extension": "knee_flexion",
}  # fmt: skip
"""What the set calls its channels → the field's names; others keep theirs."""


def is_uci(path: Path) -> bool:
    """Whether a file's first lines are those of such an export."""
    try:
        with path.open("rb") as file:
            head = file.read(600).decode("latin-1")
    except OSError:
        return False
    return any(_CHANNEL.match(line.strip()) for line in head.splitlines()[:4])


def read(
    path: Path,
    *,
    units: Collection[str] = (),
    rename: Mapping[str, str] | None = None,
    rate_hz: float | None = None,
) -> Biosignal:
    """The Biosignal in such a file, the angle with the file's own sign.

    Raises
    ------
    RecordingError
        If the header or a row is not as above, naming line and column.
    """
    try:
        said, values, rate, notes = _read(path)
        stated = {"--rate": rate_hz, "the header": rate}
        agreed = sampling.agreed_rate(None, stated if rate or rate_hz else {"its format": RATE_HZ}, "the recording")
        if rate is None and agreed != RATE_HZ:
            raise RecordingError(
                f"rate must be the {RATE_HZ:g} Hz of this format, got {agreed:g} from --rate; leave it out"
            )
        notes += [] if rate else [f"rate not in the file: {RATE_HZ:g} Hz as the set's description says"]
        return built(values, agreed, columns(said, rename, units), sensor="datalog", history=notes)
    except RecordingError as error:
        raise RecordingError(f"{path.name}: {error}") from error


def _read(path: Path) -> tuple[list[Said], Array, float | None, list[str]]:
    """What the header says of each column, the numbers, the rate if it is there, and what was left out."""
    lines = read_bytes(path).decode("latin-1").splitlines()
    found = [(i, match) for i, line in enumerate(lines[:60]) if (match := _CHANNEL.match(line.strip()))]
    if not found:
        raise RecordingError(
            "header must have lines such as Channel 1: 'RF', 15300 values, …, got none; export it again"
        )
    n_digital = sum(bool(_DIGITAL.fullmatch(line.strip())) for line in lines[:60])
    rates = {float(match["rate"]) for _, channel in found if (match := _RATE.search(channel["rest"]))}
    if len(rates) > 1:
        raise RecordingError(f"channels must have one rate, got {', '.join(f'{r:g}' for r in sorted(rates))} Hz")
    names = [NAMES.get(" ".join(match["name"].lower().split()), match["name"]) for _, match in found]
    header = [*names, *("digital" for _ in range(n_digital))]
    rows, n_short = _rows(lines, found[-1][0] + 1, len(header))
    values = table.parse(rows, header, range(len(names))).values
    said = [Said(name, None, match["unit"].rstrip(".")) for name, (_, match) in zip(names, found, strict=True)]
    notes = [f"left out: {n_short} rows at the end that lack a cell"] if n_short else []
    notes += ["left out: digital inputs"] if n_digital else []
    promised = min(_n_values(match) for _, match in found)
    if len(values) != promised:
        raise RecordingError(
            f"whole rows must be {promised} as the header says, got {len(values)}; copy the file again"
        )
    return said, values, next(iter(rates), None), notes


def _n_values(channel: re.Match[str]) -> int:
    """Values that a channel's column holds, after extrapolation."""
    grown = _RATE.search(channel["rest"])
    return int(channel["n"]) * int(grown["rate"]) // int(grown["own"]) if grown else int(channel["n"])


def _rows(lines: list[str], start: int, n_cells: int) -> tuple[Iterator[tuple[int, list[str]]], int]:
    """Line number and cells of each row, and how many incomplete ones at the end are left out."""
    rows = [
        (i + 1, [cell.strip().replace(",", ".") for cell in line.split("\t")])
        for i, line in enumerate(lines[start:], start=start)
        if line.strip() and not _DIGITAL.fullmatch(line.strip())
    ]
    n_short = 0
    while rows and (len(rows[-1][1]) < n_cells or not all(rows[-1][1][:n_cells])):
        rows.pop()
        n_short += 1
    return ((line, cells[:n_cells] if not any(cells[n_cells:]) else cells) for line, cells in rows), n_short
