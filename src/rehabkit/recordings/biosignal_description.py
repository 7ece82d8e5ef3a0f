"""What the columns of a logger's CSV are: a description in TOML, or the endings of their names."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rehabkit.errors import RecordingError
from rehabkit.recordings.biosignal import Kind
from rehabkit.recordings.biosignal_columns import Said
from rehabkit.recordings.files import read_bytes

_TIME = re.compile(r"(?:t|time|timestamp|elapsed|seconds)[\s_(\[]*(?P<unit>s|sec|ms|us|µs|ns)?[\s)\]]*", re.I)
ENDING = re.compile(rf"(?P<name>.+)_(?P<kind>{'|'.join(get_args(Kind))})(?:_(?P<unit>.+))?")
_ANGLE = re.compile(r"(?P<name>.+)_(?P<unit>deg|rad)")


class DescribedChannel(BaseModel):
    """One ``[[channels]]`` of a description: its column by name, or by number from 1."""

    model_config = ConfigDict(extra="forbid")
    column: str | int
    name: str = Field(default="", max_length=200)
    kind: Kind | None = None
    unit: str = Field(default="", max_length=50)


class Description(BaseModel):
    """What a logger's file doesn't say."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    channels: list[DescribedChannel] = Field(min_length=1, max_length=1024)
    rate_hz: float | None = None
    time: str = ""
    time_unit: str = ""
    sensor: str = "csv"


class Plan(NamedTuple):
    """Which columns to take, and what they are.

    Parameters
    ----------
    places : in the file, time first where there is one.
    said : of the others, what header or description say.
    time_unit : of the time column, empty where it isn't said; ``None`` where there is no such column.
    left_out : names of the columns that are not taken.
    """

    places: list[int]
    said: list[Said]
    time_unit: str | None
    left_out: list[str]


def description_beside(path: Path) -> Path | None:
    """``FILE.toml`` or ``FILE.csv.toml`` beside a file, if it describes channels: an exercise's file doesn't."""
    for beside in (path.with_suffix(".toml"), path.with_name(f"{path.name}.toml")):
        if beside.is_file() and beside.stat().st_size < 2**20:
            text = beside.read_bytes().decode("utf-8", "replace")
            if re.search(r"^\s*\[\[\s*channels\s*\]\]", text, re.M):
                return beside
    return None


def described(path: Path) -> Description:
    """What a description file says.

    Raises
    ------
    RecordingError
        If it is no TOML, or says something else.
    """
    content = read_bytes(path, 2**20)
    try:
        return Description.model_validate(tomllib.loads(content.decode("utf-8")))
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, one['loc']))} is wrong: {one['msg']}" for one in error.errors()[:4]]
        raise RecordingError(f"{path.name}: {'; '.join(wrong)}; see docs/biosignals.md") from error
    except (ValueError, RecursionError) as error:  # a number of 5000 digits, too, is a plain ValueError
        raise RecordingError(f"{path.name} must be a TOML file, got '{error}'; correct it") from error


def plan(header: Sequence[str], told: Description | None) -> Plan:
    """Which columns to take, and what they are.

    Raises
    ------
    RecordingError
        If a column is nowhere said, a described one is missing, or there are too many.

    Examples
    --------
    >>> found = plan(["time_ms", "C3_eeg_uV"], None)
    >>> found.places, found.said, found.time_unit
    ([0, 1], [Said(name='C3', kind='eeg', unit='uV', done=False)], 'ms')
    """
    if len(header) > 1100:
        raise RecordingError(f"file must have at most 1024 channels, got {len(header)} columns; export fewer")
    times = [i for i, name in enumerate(header) if (name == told.time if told and told.time else _TIME.fullmatch(name))]
    if told and told.time and not times:
        raise RecordingError(
            f"column {told.time!r} of the description must be in the header, got {','.join(header)[:80]!r}"
        )
    match = _TIME.fullmatch(header[times[0]]) if times else None
    unit = (told.time_unit if told else "") or (match["unit"] if match and match["unit"] else "")
    others = [i for i in range(len(header)) if i not in times[:1]]
    places, said = _described_columns(header, told) if told else _named_columns(header, others)
    left_out = [header[i] for i in others if i not in places and header[i]]
    return Plan([*times[:1], *places], said, unit.lower() if times else None, left_out)


def _described_columns(header: Sequence[str], told: Description) -> tuple[list[int], list[Said]]:
    places, missing = [], []
    for one in told.channels:
        by_name = [i for i, name in enumerate(header) if name == one.column]
        place = one.column - 1 if isinstance(one.column, int) else by_name[0] if len(by_name) == 1 else -1
        if not 0 <= place < len(header):
            missing.append(str(one.column))
        places.append(place)
    if missing:
        got = ",".join(header)[:120]
        raise RecordingError(
            f"columns of the description must be in the header once, got {', '.join(missing)} not in {got!r}"
        )
    return places, [
        Said(one.name or header[place], one.kind, one.unit) for place, one in zip(places, told.channels, strict=True)
    ]


def _named_columns(header: Sequence[str], others: Sequence[int]) -> tuple[list[int], list[Said]]:
    """By the endings of their names: ``C3_eeg_uV``, ``knee_flexion_deg``."""
    found: dict[int, Said] = {}
    for i in others:
        if match := ENDING.fullmatch(header[i]):
            kind: Kind = match["kind"]  # type: ignore[assignment]
            found[i] = Said(match["name"], kind, match["unit"] or "")
        elif match := _ANGLE.fullmatch(header[i]):
            found[i] = Said(match["name"], "angle", match["unit"])
    unknown = [header[i] or f"number {i + 1}" for i in others if i not in found]
    if unknown or not found:
        raise RecordingError(
            f"columns must end in kind and unit, e.g. C3_eeg_uV or rectus_femoris_emg_mV or knee_flexion_deg, "
            f"got {', '.join(unknown[:8]) or 'none'}; rename them, or describe them in FILE.toml (--description)"
        )
    return list(found), list(found.values())
