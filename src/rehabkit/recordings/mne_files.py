"""EDF, BDF, GDF, FIF and BrainVision through MNE (``rehabkit[eeg]``), its warnings and errors turned into ours.

What a header promises is checked before any sample is read: rate, number of channels, size in memory, and, of EDF,
BDF and BrainVision, that the file is as long as it says. A channel whose unit the file doesn't say is refused unless
the caller states it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from rehabkit.errors import MissingExtraError, RecordingError
from rehabkit.recordings import biosignal_units, mne_headers
from rehabkit.recordings.biosignal import Annotation, Array, Biosignal, Kind
from rehabkit.recordings.biosignal_columns import Said, built, columns
from rehabkit.recordings.channel_names import kind_of
from rehabkit.recordings.files import check_size

READERS: Mapping[str, str] = {
    ".edf": "read_raw_edf", ".bdf": "read_raw_bdf", ".gdf": "read_raw_gdf", ".fif": "read_raw_fif",
    ".vhdr": "read_raw_brainvision",
}  # fmt: skip
MOST_BYTES, MOST_CHANNELS, MOST_RATE_HZ = 2 * 2**30, 1024, 100_000.0
_TYPES: Mapping[str, Kind] = {"eeg": "eeg", "emg": "emg", "eog": "eog", "ecg": "ecg"}
T = TypeVar("T")


@dataclass(frozen=True)
class Sides:
    """What files beside the recording say of it (:mod:`rehabkit.recordings.bids`).

    Parameters
    ----------
    kinds, units : channel → what it is.
    triggers : channels that carry marks, no signal.
    bad : channels marked bad.
    annotations : in place of the file's own; ``None`` where nothing is said.
    rate_hz : samples a second.
    history : notes.
    """

    kinds: Mapping[str, Kind] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    triggers: frozenset[str] = frozenset()
    bad: tuple[str, ...] = ()
    annotations: tuple[Annotation, ...] | None = None
    rate_hz: float | None = None
    history: tuple[str, ...] = ()


NOTHING_BESIDE = Sides()


def read(
    path: Path,
    *,
    units: Collection[str] = (),
    rename: Mapping[str, str] | None = None,
    rate_hz: float | None = None,
    sides: Sides = NOTHING_BESIDE,
) -> Biosignal:
    """The Biosignal in a file that MNE reads.

    Parameters
    ----------
    units : of channels whose header has none, such as ``("uV",)``.
    rename : names in the file → names in the field.
    rate_hz : what the caller believes; another rate in the file is an error.

    Raises
    ------
    RecordingError
        If it is damaged, cut off, too large, contradicts what was stated, or a channel's unit is nowhere said.
    MissingExtraError
        Without MNE.
    """
    check_size(path, 4 * 2**30)
    said: list[str] = []
    raw = _opened(path, said)
    _check_size(path, raw)
    _check_rate(path, float(raw.info["sfreq"]), rate_hz, sides)
    data: Array = _quietly(path, raw.get_data, said)  # (n_channels, n_times)
    types: list[str] = _quietly(path, raw.get_channel_types, said)
    triggers = [name for name, type_ in zip(raw.ch_names, types, strict=True) if type_ == "stim"]
    kept = [i for i, name in enumerate(raw.ch_names) if name not in triggers and name not in sides.triggers]
    if not kept:
        raise RecordingError(f"{path.name} must hold channels of signals, got only triggers; name another file")
    said += mne_headers.slower(path, float(raw.info["sfreq"]))
    own = _units(path, raw)
    found = columns([_said(path, raw.ch_names[i], types[i], own, sides) for i in kept], rename, units)
    marks = sides.annotations
    if marks is None:
        samples = {name: data[raw.ch_names.index(name)] for name in triggers}
        marks = _quietly(path, lambda: _annotations(raw, samples, said), said)
    values = data.T if len(kept) == len(data) else data[kept].T  # (n_times, n_channels)
    return built(
        values,
        float(raw.info["sfreq"]),
        found,
        annotations=marks,
        sensor=path.suffix.lower().lstrip("."),
        history=(*said, *sides.history),
        bad=tuple(dict.fromkeys((*raw.info["bads"], *sides.bad))),
    )


def _opened(path: Path, said: list[str]) -> Any:
    """MNE's Raw with no sample read yet; what MNE warned of goes into ``said``."""
    try:
        import mne
    except ImportError as error:
        raise MissingExtraError(
            f"MNE must be installed to read {path.suffix}, got none; run: pip install 'rehabkit[eeg]'"
        ) from error
    mne_headers.check(path)
    reader = getattr(mne.io, READERS[path.suffix.lower()])
    return _quietly(path, lambda: reader(path, preload=False, verbose="ERROR"), said)


def _quietly(path: Path, read: Callable[[], T], said: list[str]) -> T:
    """What ``read`` returns; warnings go into ``said``, errors become one of ours."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = read()
        except Exception as error:  # MNE raises all kinds, Exception itself among them
            what = " ".join(str(error).split())[:200] or type(error).__name__
            form = path.suffix.lstrip(".").upper()
            raise RecordingError(
                f"{path.name} must be a whole {form} file, got '{what}'; copy or export it again"
            ) from error
    told = (" ".join(str(one.message).split())[:160] for one in caught)
    said.extend(f"MNE: {text}" for text in dict.fromkeys(told) if "naming conventions" not in text)
    return result


def _check_size(path: Path, raw: Any) -> None:
    rate, n_channels, n_times = float(raw.info["sfreq"]), len(raw.ch_names), int(raw.n_times)
    problems = []
    if not (np.isfinite(rate) and 0 < rate <= MOST_RATE_HZ):
        problems.append(f"rate must be above 0 and at most {MOST_RATE_HZ:g} Hz, got {rate:g}; export it again")
    if not 0 < n_channels <= MOST_CHANNELS:
        problems.append(f"it must have 1 to {MOST_CHANNELS} channels, got {n_channels}; export fewer")
    if n_times < 1:
        problems.append("it must have at least one sample, got none; export it again")
    if n_times * n_channels * 8 > MOST_BYTES:
        problems.append(f"it must take at most {MOST_BYTES} bytes, got {n_times * n_channels * 8}; cut it")
    if problems:
        raise RecordingError(f"{path.name}: {'; '.join(problems)}")


def _check_rate(path: Path, rate_hz: float, stated_hz: float | None, sides: Sides) -> None:
    """Nobody may contradict the file's own rate."""
    for who, other in (("--rate", stated_hz), ("the _eeg.json beside it", sides.rate_hz)):
        if other is not None and abs(other - rate_hz) > 1e-3 * rate_hz:
            raise RecordingError(
                f"rate of {path.name} must be the {rate_hz:g} Hz in its header, got {other:g} from {who}; correct that"
            )


def _said(path: Path, name: str, type_: str, own: Mapping[str, str], sides: Sides) -> Said:
    """What the file, with the units ``own``, and the files beside it say of a channel.

    EDF, BDF, GDF and BrainVision call every channel EEG, so there the name tells the kind; FIF knows it, and is in V.
    """
    suffix = path.suffix.lower()
    if suffix == ".fif":
        kind = sides.kinds.get(name, _TYPES.get(type_, None if type_ == "misc" else "other"))
        electric = (kind or kind_of(name)) in _TYPES
        return Said(name, kind, "V" if electric else "", done=electric)
    unit = own.get(name, "")
    plain = biosignal_units.unit_of(unit)
    done = plain in ("uV", "mV", "V") or (suffix == ".vhdr" and plain in biosignal_units.VOLTS)
    return Said(name, sides.kinds.get(name), unit or sides.units.get(name, ""), done=done)


def _units(path: Path, raw: Any) -> dict[str, str]:
    """Channel → unit in the header, where it says one. MNE keeps GDF's as factors, and knows µV only."""
    if path.suffix.lower() == ".gdf":
        factors = zip(raw.ch_names, raw._raw_extras[0].get("units", ()), strict=False)
        return {name: "uV" for name, scale in factors if float(scale) == 1e-6}
    known = {**raw._orig_units, **mne_headers.units(path)}
    return {name: unit for name, unit in known.items() if unit.lower() not in ("n/a", "na")}


def _annotations(raw: Any, triggers: Mapping[str, Array], said: list[str]) -> tuple[Annotation, ...]:
    """What the file marks, and the codes of its trigger channels, in order of time."""
    offset = float(raw.first_time) if raw.annotations.orig_time is not None else 0.0
    own: Sequence[Any] = raw.annotations
    marks = [Annotation(float(a["onset"]) - offset, float(a["duration"]), str(a["description"])) for a in own]
    for name, samples in triggers.items():
        codes = np.nan_to_num(samples).astype(np.int64) & 0xFFFF
        rises = np.flatnonzero((np.diff(codes, prepend=codes[:1]) != 0) & (codes != 0))
        marks += [Annotation(float(at / raw.info["sfreq"]), 0.0, str(codes[at])) for at in rises]
        said.append(f"channel {name} is a trigger: {len(rises)} codes became annotations")
    return tuple(sorted(marks, key=lambda mark: mark.start_s))
