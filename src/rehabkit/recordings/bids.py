"""BIDS folders of EEG and EMG: the data file, and what the tables and JSON beside it say (Pernet et al. 2019)."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rehabkit.errors import RecordingError
from rehabkit.recordings.biosignal import Annotation, Kind
from rehabkit.recordings.files import read_bytes
from rehabkit.recordings.mne_files import READERS, Sides

_FOLDERS = ("", "eeg/", "emg/", "*/eeg/", "*/emg/", "*/*/eeg/", "*/*/emg/")
_KINDS: Mapping[str, Kind] = {
    "EEG": "eeg", "EMG": "emg", "EOG": "eog", "HEOG": "eog", "VEOG": "eog", "ECG": "ecg",
}  # fmt: skip
_TRIGGERS = {"TRIG"}
_LARGEST = 32 * 2**20


def recordings(folder: Path) -> list[Path]:
    """Data files of EEG and EMG in a BIDS folder: of a data set, a person, a session, or their ``eeg`` folder."""
    found = (
        path
        for where in _FOLDERS
        for end in ("eeg", "emg")
        for path in folder.glob(f"{where}*_{end}.*")
        if path.suffix.lower() in READERS and path.is_file()
    )
    return sorted(set(found))


def the_one(folder: Path) -> Path:
    """The only recording of a folder.

    Raises
    ------
    RecordingError
        If there is none, or several: which must be named.
    """
    found = recordings(folder)
    if not found:
        raise RecordingError(f"BIDS folder must hold *_eeg or *_emg of {', '.join(READERS)}, got none in {folder.name}")
    if len(found) > 1:
        names = ", ".join(path.relative_to(folder).as_posix() for path in found[:12])
        more = f" and {len(found) - 12} more" if len(found) > 12 else ""
        raise RecordingError(f"one recording of {folder.name} must be named, got {len(found)}: {names}{more}")
    return found[0]


def sides(path: Path) -> Sides:
    """What lies beside a data file ``sub-01_task-x_eeg.edf``, or above it where that holds for it too.

    Raises
    ------
    RecordingError
        If a table or JSON is malformed.
    """
    stem, _, end = path.stem.rpartition("_")
    if end not in ("eeg", "emg"):
        return Sides()
    channels, notes = _table(_beside(path, stem, "channels.tsv")), []
    kinds, triggers, own_units, bad = _of_channels(channels)
    events = _beside(path, stem, "events.tsv")
    marks = None if events is None else _events(events, _beside(path, stem, "events.json"))
    about = _json(_beside(path, stem, f"{end}.json"))
    if channels:
        notes.append("kinds of channels from channels.tsv")
    if events is not None:
        notes.append("annotations from events.tsv")
    if _beside(path, stem, "electrodes.tsv") is not None:
        notes.append("electrodes.tsv is not used: places are taken by name")
    if isinstance(line := about.get("PowerLineFrequency"), int | float):
        notes.append(f"mains of {line:g} Hz, says {end}.json")
    rate = about.get("SamplingFrequency")
    return Sides(
        kinds=kinds,
        units=own_units,
        triggers=triggers,
        bad=bad,
        annotations=marks,
        rate_hz=float(rate) if isinstance(rate, int | float) and not isinstance(rate, bool) else None,
        history=tuple(notes),
    )


def _beside(path: Path, stem: str, what: str) -> Path | None:
    """The nearest file that holds for this one: its name's parts are all among the data file's (BIDS inheritance)."""
    parts = set(stem.split("_"))
    folder = path.parent
    for _ in range(4 if folder.name in ("eeg", "emg") else 1):
        for candidate in sorted(folder.glob(f"*{what}"), key=lambda one: -len(one.name)):
            rest = candidate.name.removesuffix(what).rstrip("_")
            if candidate.is_file() and set(filter(None, rest.split("_"))) <= parts:
                return candidate
        if (folder / "dataset_description.json").exists():
            break
        folder = folder.parent
    return None


def _table(path: Path | None) -> list[dict[str, str]]:
    if path is None:
        return []
    text = read_bytes(path, _LARGEST).decode("utf-8-sig", "replace")
    try:
        rows = list(csv.DictReader(text.splitlines(), delimiter="\t"))
    except csv.Error as error:
        raise RecordingError(f"{path.name} must be a table with tabs, got '{error}'; correct it") from error
    return [{str(k): str(v or "").strip() for k, v in row.items() if k is not None} for row in rows]


def _of_channels(
    rows: Iterable[Mapping[str, str]],
) -> tuple[dict[str, Kind], frozenset[str], dict[str, str], tuple[str, ...]]:
    """Kinds, triggers, units and bad channels."""
    kinds: dict[str, Kind] = {}
    own_units: dict[str, str] = {}
    triggers, bad = set(), []
    for row in rows:
        name, type_ = row.get("name", ""), row.get("type", "").upper()
        if type_ in _KINDS:
            kinds[name] = _KINDS[type_]
        elif type_ in _TRIGGERS:
            triggers.add(name)
        if row.get("units", "").lower() not in ("", "n/a"):
            own_units[name] = row["units"]
        if row.get("status", "").lower() == "bad":
            bad.append(name)
    return kinds, frozenset(triggers), own_units, tuple(bad)


def _events(path: Path, about: Path | None) -> tuple[Annotation, ...]:
    """Onsets and durations in seconds, as BIDS wants them, or in what events.json says."""
    told = _json(about)
    scales = {key: _scale(path, told.get(key)) for key in ("onset", "duration")}
    marks = []
    for line, row in enumerate(_table(path), start=2):
        label = next((row[key] for key in ("trial_type", "value") if row.get(key, "n/a").lower() != "n/a"), "")
        try:
            onset = float(row["onset"]) * scales["onset"]
            length = row.get("duration", "n/a")
            duration = 0.0 if length.lower() in ("", "n/a") else float(length) * scales["duration"]
        except (KeyError, ValueError) as error:
            raise RecordingError(f"{path.name}, line {line} must have onset and duration, got '{error}'") from error
        if not abs(onset) < 1e9 or not 0 <= duration < 1e9:
            raise RecordingError(f"{path.name}, line {line} must have finite seconds, got {onset:g} and {duration:g}")
        marks.append(Annotation(onset, duration, label))
    return tuple(sorted(marks, key=lambda mark: mark.start_s))


def _scale(path: Path, told: Any) -> float:
    unit = str(told.get("Units", "s")).lower() if isinstance(told, dict) else "s"
    if unit in ("s", "second", "seconds", "sec"):
        return 1.0
    if unit in ("ms", "millisecond", "milliseconds"):
        return 1e-3
    raise RecordingError(f"{path.name}: unit of its times must be seconds, got {unit!r}; correct events.json")


def _json(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    content = read_bytes(path, _LARGEST)
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"{path.name} must be JSON, got '{str(error)[:80]}'; correct it") from error
    return found if isinstance(found, dict) else {}
