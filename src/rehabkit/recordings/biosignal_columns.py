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
    """Channels of a file as they will be.

    Parameters
    ----------
    channels : in the field's names and units.
    scale : (n_channels,) what to multiply values by.
    units : that each was given in.
    overruled : (n_channels,) by how much the file's own unit is larger than the stated one that takes its place; 1
        where none does.
    notes : what was done.
    """

    channels: tuple[Channel, ...]
    scale: Array
    units: tuple[str, ...]
    overruled: Array
    notes: tuple[str, ...]


def columns(said: Sequence[Said], rename: Mapping[str, str] | None = None, units: Collection[str] = ()) -> Columns:
    """Channels in the field's names and units.

    Parameters
    ----------
    rename : names in the file → names in the field.
    units : what the caller states, such as ``("uV", "deg")``, for channels that have none, or a wrong one:
        :func:`built` refuses it where the file's own can be true.

    Raises
    ------
    RecordingError
        If a name to rename isn't there, or units are missing; all named at once.
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
    taken = [one.channel.name for one in done if one.stated]
    notes = [
        _renaming("renamed as stated", rename or {}),
        _renaming("renamed in the 10-10 spelling", spelled),
        f"unit taken as stated, {'; '.join(units)}: {', '.join(taken)}" if taken else "",
    ]
    return Columns(
        tuple(one.channel for one in done),
        np.array([one.scale for one in done]),
        tuple(one.unit for one in done),
        np.array([one.overruled for one in done]),
        tuple(note for note in notes if note),
    )


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
    _check_overruled(recording, of)
    biosignal_units.check_magnitude(recording, of.units)
    return recording


def _check_overruled(recording: Biosignal, of: Columns) -> None:
    """A stated unit may take the place of the file's own only where that can't be true."""
    size = biosignal_units.swing(recording) * of.overruled
    true = [
        c.name
        for c, volts, ratio in zip(recording.channels, size, of.overruled, strict=True)
        if ratio != 1 and biosignal_units.can_be(c.kind, volts)
    ]
    if true:
        raise RecordingError(
            f"unit of {_some(true)} must be the one in the file, got another from --units; leave it out"
        )


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


class _Made(NamedTuple):
    channel: Channel
    scale: float
    unit: str
    overruled: float = 1.0
    stated: bool = False


def _channel(said: Said, name: str, kind: Kind, stated: Mapping[str, str]) -> _Made | str:
    """What a channel becomes; or what is wrong with its unit."""
    if kind == "other":
        return _Made(Channel(name, kind, "V" if said.done else said.unit), 1.0, said.unit)
    asked = stated.get("electric" if kind in ELECTRIC else "angle", "")
    own = biosignal_units.factor(kind, said.unit)
    scale = biosignal_units.factor(kind, asked) if asked else own
    if scale is None or (said.unit.strip() and own is None and not asked):
        got = repr(said.unit) if said.unit.strip() else "none"
        parts, example = ("V, mV, uV, nV", "uV") if kind in ELECTRIC else ("deg, rad", "deg")
        return f"must be one of {parts} for {kind}, got {got}; state it: --units {example}"
    in_values = own if said.done and own else 1.0
    ratio = own / scale if own else 1.0
    unit = asked or biosignal_units.unit_of(said.unit)
    return _Made(Channel(name, kind, UNITS[kind]), scale / in_values, unit, ratio, stated=ratio != 1 or not own)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _renaming(why: str, names: Mapping[str, str]) -> str:
    return f"{why}: {', '.join(f'{old} → {new}' for old, new in names.items())}" if names else ""
