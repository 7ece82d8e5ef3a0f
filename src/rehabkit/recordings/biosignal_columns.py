"""What a file says of its channels → channels in V and degrees, the same way for every format."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from rehabkit.errors import RecordingError
from rehabkit.recordings import biosignal_units, channel_names
from rehabkit.recordings.biosignal import ELECTRIC, UNITS, Annotation, Array, Biosignal, Channel, Kind

MARKED_BAD = "marked bad by the file: "
"""Begins the line of the history that lists them."""


class Said(NamedTuple):
    """What a file says of one channel.

    Parameters
    ----------
    name : as the file has it.
    kind : ``None`` where only the name tells.
    unit : empty where nothing is said.
    done : its values are in V already, whatever the unit was.
    """

    name: str
    kind: Kind | None = None
    unit: str = ""
    done: bool = False


class Columns(NamedTuple):
    """Channels, what to multiply values by (n_channels,), the unit that each was given in, and what was done."""

    channels: tuple[Channel, ...]
    scale: Array
    units: tuple[str, ...]
    notes: tuple[str, ...]


def columns(said: Sequence[Said], rename: Mapping[str, str] | None = None, units: Collection[str] = ()) -> Columns:
    """Channels in the field's names and units.

    Parameters
    ----------
    rename : names in the file → names in the field.
    units : what the caller states for channels that have none, such as ``("uV", "deg")``.

    Raises
    ------
    RecordingError
        If a name to rename isn't there, or units are missing or contradict what is stated; all named at once.
    InputError
        If a stated unit is unknown.

    Examples
    --------
    >>> found = columns([Said("Fc5.", unit="uV"), Said("EMG1", unit="mV")], {"EMG1": "rectus_femoris"})
    >>> [(c.name, c.kind, c.unit) for c in found.channels], found.scale.tolist()
    ([('FC5', 'eeg', 'V'), ('rectus_femoris', 'emg', 'V')], [1e-06, 0.001])
    >>> found.notes
    ('renamed as stated: EMG1 → rectus_femoris', 'renamed in the 10-10 spelling: Fc5. → FC5')
    """
    stated = biosignal_units.stated_units(units)
    names = channel_names.renamed([one.name for one in said], rename or {})
    kinds = [_kind(one, name) for one, name in zip(said, names, strict=True)]
    spelled = channel_names.standardised([n for n, kind in zip(names, kinds, strict=True) if kind == "eeg"])
    made = [
        _channel(one, spelled.get(name, name) if kind == "eeg" else name, kind, stated)
        for one, name, kind in zip(said, names, kinds, strict=True)
    ]
    wrong: dict[str, list[str]] = {}
    for name, one in zip(names, made, strict=True):
        if isinstance(one, str):
            wrong.setdefault(one, []).append(name)
    if wrong:
        raise RecordingError("; ".join(f"unit of {_some(those)} {cause}" for cause, those in wrong.items()))
    done = [one for one in made if not isinstance(one, str)]
    taken = [c.name for (c, _, unit), one in zip(done, said, strict=True) if unit and not one.unit.strip()]
    notes = [
        _renaming("renamed as stated", rename or {}),
        _renaming("renamed in the 10-10 spelling", spelled),
        f"unit taken as stated, {'; '.join(units)}: {', '.join(taken)}" if taken else "",
    ]
    channels, scale, given = zip(*done, strict=True) if done else ((), (), ())
    return Columns(channels, np.array(scale), given, tuple(note for note in notes if note))


def built(
    values: Array,
    rate_hz: float,
    of: Columns,
    *,
    start_s: float = 0.0,
    annotations: tuple[Annotation, ...] = (),
    sensor: str,
    history: Sequence[str] = (),
    bad: Collection[str] = (),
) -> Biosignal:
    """The Biosignal of a file's numbers, its montage known by its names and its units checked by magnitude.

    Parameters
    ----------
    values : (n_times, n_channels) as the file has them.
    bad : channels that the file itself marks as bad.

    Raises
    ------
    RecordingError
        If the recording contradicts itself, or a unit can't be true.
    """
    montage, unknown = channel_names.montage_of([c.name for c in of.channels if c.kind == "eeg"])
    marked = [f"{MARKED_BAD}{', '.join(bad)}"] if bad else []
    whole = values if (of.scale == 1).all() else values * of.scale
    notes = (*history, *of.notes, *unknown, *marked)
    recording = Biosignal(whole, rate_hz, of.channels, start_s, annotations, montage, sensor, notes)
    biosignal_units.check_magnitude(recording, of.units)
    return recording


def marked_bad(recording: Biosignal) -> tuple[str, ...]:
    """Channels that the file itself marks as bad.

    Examples
    --------
    >>> marked_bad(Biosignal(np.zeros((2, 1)), 1.0, (Channel("C3", "eeg"),), history=("marked bad by the file: C3",)))
    ('C3',)
    """
    lines = [line.removeprefix(MARKED_BAD) for line in recording.history if line.startswith(MARKED_BAD)]
    return tuple(name for name in recording.names if any(name in line.split(", ") for line in lines))


def _kind(said: Said, name: str) -> Kind:
    """The kind that the file says, else the one of the new name, else the one of the old name."""
    if said.kind is not None:
        return said.kind
    of_name = channel_names.kind_of(name)
    return of_name if of_name != "other" else channel_names.kind_of(said.name)


def _channel(said: Said, name: str, kind: Kind, stated: Mapping[str, str]) -> tuple[Channel, float, str] | str:
    """The channel, its scale and unit; or what is wrong with its unit."""
    plain = biosignal_units.unit_of(said.unit)
    if kind == "other":
        return Channel(name, kind, "V" if said.done else said.unit), 1.0, said.unit
    asked = stated.get("electric" if kind in ELECTRIC else "angle", "")
    if plain and asked and plain != asked:
        return f"must be the one in the file, {said.unit}, got {asked} from --units; leave that out"
    scale = biosignal_units.factor(kind, plain or ("" if said.unit.strip() else asked))
    if scale is None:
        got = repr(said.unit) if said.unit.strip() else "none"
        example = "uV" if kind in ELECTRIC else "deg"
        parts = "V, mV, uV, nV" if kind in ELECTRIC else "deg, rad"
        return f"must be one of {parts} for {kind}, got {got}; state it: --units {example}"
    return Channel(name, kind, UNITS[kind]), 1.0 if said.done else scale, plain or asked


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _renaming(why: str, names: Mapping[str, str]) -> str:
    return f"{why}: {', '.join(f'{old} → {new}' for old, new in names.items())}" if names else ""
