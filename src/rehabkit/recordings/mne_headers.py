"""What EDF, BDF, GDF, FIF and BrainVision promise in their headers, checked before anything is loaded."""

from __future__ import annotations

import configparser
import struct
from pathlib import Path
from typing import NamedTuple

from rehabkit.errors import RecordingError
from rehabkit.recordings.files import read_bytes

_SIGNAL_BYTES, _FIXED_BYTES = 256, 256
_WIDTHS = {"label": 16, "transducer": 80, "unit": 8, "limits": 32, "filter": 80, "n_samples": 8, "reserved": 32}
_BYTES_OF = {".edf": 2, ".bdf": 3}
_BINARY = {"INT_16": 2, "IEEE_FLOAT_32": 4, "INT_32": 4, "UINT_16": 2}
MOST_SIGNALS = 1024


class EdfHeader(NamedTuple):
    """Of an EDF or BDF file: labels, units, samples a record of each signal, number of records."""

    labels: tuple[str, ...]
    units: tuple[str, ...]
    n_samples: tuple[int, ...]
    n_records: int


def check(path: Path) -> None:
    """Raise a RecordingError where a file is not as long as its header says, or refers to others elsewhere."""
    suffix = path.suffix.lower()
    if suffix in _BYTES_OF:
        edf_header(path)
    elif suffix == ".gdf":
        _check_gdf(path)
    elif suffix == ".fif":
        _check_fif(path)
    elif suffix == ".vhdr":
        _check_brainvision(path)


def units(path: Path) -> dict[str, str]:
    """Label → unit as an EDF or BDF header has it, of labels that occur once; empty for other formats."""
    if path.suffix.lower() not in _BYTES_OF:
        return {}
    header = edf_header(path)
    return {
        label: unit for label, unit in zip(header.labels, header.units, strict=True) if header.labels.count(label) == 1
    }


def slower(path: Path, rate_hz: float) -> list[str]:
    """A note on each signal of an EDF or BDF file whose own rate is lower than the fastest one's, ``rate_hz``."""
    if path.suffix.lower() not in _BYTES_OF:
        return []
    header = edf_header(path)
    signals = [one for one in zip(header.labels, header.n_samples, strict=True) if "Annotations" not in one[0]]
    most = max((n for _, n in signals), default=1)
    return [
        f"channel {label} was at {rate_hz * n / most:g} Hz: MNE brought it to {rate_hz:g} Hz"
        for label, n in signals
        if n < most
    ]


def edf_header(path: Path) -> EdfHeader:
    """The header of an EDF or BDF file (Kemp & Olivan 2003), checked against the file's length.

    Raises
    ------
    RecordingError
        If it is no such header, the recording has pauses, or the file is longer or shorter than it says.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        fixed = file.read(_FIXED_BYTES)
        n_signals = _number(fixed[252:256], path, "number of signals")
        if not 1 <= n_signals <= MOST_SIGNALS:
            raise RecordingError(f"{path.name} must have 1 to {MOST_SIGNALS} signals, got {n_signals}; export it again")
        rest = file.read(_SIGNAL_BYTES * n_signals)
    n_header, n_records = _number(fixed[184:192], path, "size of header"), _number(fixed[236:244], path, "records")
    if len(rest) < _SIGNAL_BYTES * n_signals or n_header != _FIXED_BYTES + _SIGNAL_BYTES * n_signals:
        raise RecordingError(f"{path.name} must have a header of {n_signals} signals, got another; copy it again")
    if b"EDF+D" in fixed[192:236] or b"BDF+D" in fixed[192:236]:
        raise RecordingError(f"{path.name} must be one stretch of time, got one with pauses (EDF+D); cut it at them")
    fields, at = {}, 0
    for name, width in _WIDTHS.items():
        part = rest[at : at + width * n_signals]
        fields[name] = [part[i * width : (i + 1) * width] for i in range(n_signals)]
        at += width * n_signals
    n_samples = tuple(_number(text, path, "samples a record") for text in fields["n_samples"])
    if min(n_samples) < 1:
        raise RecordingError(f"{path.name} must have samples in each record, got {min(n_samples)}; export it again")
    _check_length(path, size, n_header, n_records, sum(n_samples) * _BYTES_OF[path.suffix.lower()])
    texts = [tuple(text.decode("latin-1").strip() for text in fields[name]) for name in ("label", "unit")]
    return EdfHeader(texts[0], texts[1], n_samples, n_records)


def _check_length(path: Path, size: int, n_header: int, n_records: int, n_record_bytes: int) -> None:
    if n_records == -1:  # a recorder that wasn't closed: as many as there are
        n_records = (size - n_header) // n_record_bytes
    wanted = n_header + n_records * n_record_bytes
    if n_records < 1 or size != wanted:
        raise RecordingError(
            f"{path.name} must hold {n_records} records, {wanted} bytes, as its header says, got {size} bytes; "
            "it is cut off or damaged: copy it again"
        )


def _number(text: bytes, path: Path, what: str) -> int:
    try:
        return int(text.decode("ascii").strip() or "none")
    except ValueError as error:
        raise RecordingError(
            f"{path.name}: {what} in the header must be a whole number, got {text[:20]!r}; is it EDF or BDF?"
        ) from error


_GDF_BYTES = {1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 7: 8, 8: 8, 16: 4, 17: 8}
"""Bytes of a sample by GDF's code of its type."""


def _is_beside(path: Path, name: str) -> bool:
    """Whether a plain file of that name lies in the same folder; a name that can't be one isn't there."""
    try:
        return "/" not in name and "\\" not in name and (path.parent / name).is_file()
    except (OSError, ValueError):
        return False


def _check_gdf(path: Path) -> None:
    """Header, records and table of events fit into the file (Schlögl 2013, GDF 1 and 2)."""
    size = path.stat().st_size
    with path.open("rb") as file:
        fixed = file.read(_FIXED_BYTES)
        try:
            version = float(fixed[4:8].decode("ascii") if fixed[:4] == b"GDF " else "none")
        except ValueError as error:
            raise RecordingError(f"{path.name} must be a GDF file, got another; export it again") from error
        if len(fixed) < _FIXED_BYTES:
            raise RecordingError(f"{path.name} must have a header of 256 bytes, got {size}; copy it again")
        second = version >= 1.9
        n_signals = int.from_bytes(fixed[252 : 254 if second else 256], "little")
        n_header = int.from_bytes(fixed[184:186], "little") * 256 if second else _long(fixed[184:192])
        n_records = _long(fixed[236:244])
        if not 1 <= n_signals <= MOST_SIGNALS or n_header < _FIXED_BYTES + _SIGNAL_BYTES * n_signals:
            raise RecordingError(f"{path.name} must have 1 to {MOST_SIGNALS} signals, got {n_signals}; export it again")
        rest = file.read(_SIGNAL_BYTES * n_signals)
        n_samples, types = (
            [int.from_bytes(rest[at + 4 * i : at + 4 * i + 4], "little") for i in range(n_signals)]
            for at in (216 * n_signals, 220 * n_signals)
        )
        n_data = n_records * sum(n * _GDF_BYTES.get(kind, 0) for n, kind in zip(n_samples, types, strict=True))
        if n_data <= 0 or n_header + n_data > size:
            raise RecordingError(
                f"{path.name} must hold {n_records} records, {n_header + n_data} bytes, as its header says, "
                f"got {size} bytes; it is cut off or damaged: copy it again"
            )
        file.seek(n_header + n_data)
        table = file.read(8)
    n_events = int.from_bytes(table[1:4] if version >= 1.94 else table[4:8], "little")
    if len(table) == 8 and n_events * 6 > size - n_header - n_data:
        raise RecordingError(f"{path.name} must hold the {n_events} events that it says, got fewer; copy it again")


def _long(content: bytes) -> int:
    return int.from_bytes(content, "little", signed=True)


def _check_fif(path: Path) -> None:
    """The chain of tags ends, inside the file: a circle would keep a reader busy for ever, and fill memory."""
    size, at, seen = path.stat().st_size, 0, set()
    with path.open("rb") as file:
        while 0 <= at <= size - 16:
            if at in seen:
                raise RecordingError(
                    f"{path.name} must be a chain of tags that ends, got a circle at byte {at}; copy it again"
                )
            seen.add(at)
            file.seek(at)
            _, _, n_bytes, following = struct.unpack(">4i", file.read(16))
            if n_bytes < 0 or at + 16 + n_bytes > size:
                raise RecordingError(f"{path.name} must hold whole tags, got one cut off at byte {at}; copy it again")
            if following < 0:
                return
            at = following or at + 16 + n_bytes
    if at != size:
        raise RecordingError(f"{path.name} must hold whole tags, got one beyond its end at byte {at}; copy it again")


def _check_brainvision(path: Path) -> None:
    """Both files beside it are there, in its own folder, and the samples fill whole time points."""
    parser = configparser.ConfigParser(interpolation=None, strict=False, allow_no_value=True, delimiters=("=",))
    text = read_bytes(path, 16 * 2**20).decode("utf-8", "replace")
    try:
        parser.read_string(text[max(0, text.find("[Common")) :].split("[Comment]")[0])
        common = {key.lower(): value or "" for key, value in parser["Common Infos"].items()}
        n_channels = int(common["numberofchannels"])
        step_us = float(common["samplinginterval"])
    except (configparser.Error, KeyError, ValueError) as error:
        what = " ".join(str(error).split())[:80]
        raise RecordingError(f"{path.name} must be a BrainVision header, got '{what}'; export it again") from error
    if not (1 <= n_channels <= MOST_SIGNALS and 10 <= step_us < 1e9):
        got = f"{n_channels} channels, {step_us:g} µs"
        raise RecordingError(
            f"{path.name} must have 1 to {MOST_SIGNALS} channels and a true rate, got {got}; export it again"
        )
    others = [common.get("datafile", ""), common.get("markerfile", "")]
    for name in filter(None, (one.replace("$b", path.stem) for one in others)):
        if not _is_beside(path, name):
            raise RecordingError(f"{path.name} must have {name[:80]!r} beside it, got none; copy its files together")
    if common.get("dataformat", "BINARY").upper() == "BINARY" and others[0]:
        bytes_of = _BINARY.get(parser.get("Binary Infos", "BinaryFormat", fallback="INT_16").upper(), 2)
        size = (path.parent / others[0].replace("$b", path.stem)).stat().st_size
        if size == 0 or size % (bytes_of * n_channels):
            raise RecordingError(
                f"{others[0]} must hold whole samples of {n_channels} channels, got {size} bytes; "
                "it is cut off: copy it again"
            )
