"""Files of electrodes, written by other people's libraries from known numbers."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
RATE_HZ = 250


def known(n_channels: int = 3, seconds: int = 4, rate_hz: int = RATE_HZ) -> Array:
    """(n_channels, n_times) V: a sine of 10 Hz and some noise, 20 µV, another in each."""
    time_s = np.arange(seconds * rate_hz) / rate_hz
    rng = np.random.default_rng(3)
    phase = np.arange(n_channels)[:, None]
    return 2e-5 * np.sin(2 * np.pi * 10 * time_s + phase) + 5e-6 * rng.standard_normal((n_channels, len(time_s)))


def write_edf(
    path: Path,
    volts: Array,
    names: Sequence[str],
    *,
    unit: str = "uV",
    marks: Sequence[tuple[float, float, str]] = (),
    rate_hz: int = RATE_HZ,
) -> Path:
    """EDF, or BDF by the name's ending, through edfio; ``unit`` is only what the header says of microvolts."""
    import edfio

    signal = edfio.BdfSignal if path.suffix == ".bdf" else edfio.EdfSignal
    signals = [
        signal(row * 1e6, rate_hz, label=name, physical_dimension=unit, physical_range=(-200, 200))
        for row, name in zip(volts, names, strict=True)
    ]
    annotations = [edfio.EdfAnnotation(*mark) for mark in marks]
    whole = (edfio.Bdf if path.suffix == ".bdf" else edfio.Edf)(signals, annotations=annotations)
    whole.write(path)
    return path


def raw_of(volts: Array, names: Sequence[str], kinds: Sequence[str], rate_hz: int = RATE_HZ):  # type: ignore[no-untyped-def]
    """MNE's Raw."""
    import mne

    info = mne.create_info(list(names), rate_hz, list(kinds))
    return mne.io.RawArray(volts, info, verbose="ERROR")


def write_fif(path: Path, volts: Array, names: Sequence[str], kinds: Sequence[str]) -> Path:
    """FIF through MNE."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw_of(volts, names, kinds).save(path, fmt="double", verbose="ERROR", overwrite=True)
    return path


def write_brainvision(folder: Path, stem: str, volts: Array, names: Sequence[str]) -> Path:
    """The three files of BrainVision through pybv."""
    import pybv

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pybv.write_brainvision(
            data=volts, sfreq=RATE_HZ, ch_names=list(names), fname_base=stem, folder_out=str(folder), overwrite=True,
            events=[{"onset": 100, "duration": 10, "description": 7, "type": "Stimulus"}], unit="µV",
        )  # fmt: skip
    return folder / f"{stem}.vhdr"


def write_gdf(path: Path, volts: Array, names: Sequence[str], unit: str = "uV") -> Path:
    """GDF 1.25 as Schlögl describes it: fixed header, a header a channel, records of one second in int16."""
    n_channels, n_times = volts.shape
    n_records = n_times // RATE_HZ
    counts = np.round(volts * 1e6 * 100).astype("<i2")  # 0.01 µV a step
    head = b"GDF 1.25".ljust(8) + b"X X".ljust(80) + b"test".ljust(80) + b"2026010112000000"
    head += struct.pack("<q", 256 * (1 + n_channels)) + bytes(24) + bytes(20)
    head += struct.pack("<q", n_records) + struct.pack("<II", 1, 1) + struct.pack("<I", n_channels)
    assert len(head) == 256
    head += b"".join(name.encode().ljust(16) for name in names) + bytes(80 * n_channels)
    head += unit.encode().ljust(8) * n_channels
    for form, value in (("<d", -327.68), ("<d", 327.67), ("<q", -32768), ("<q", 32767)):
        head += struct.pack(form, value) * n_channels
    head += bytes(80 * n_channels) + struct.pack("<i", RATE_HZ) * n_channels
    head += struct.pack("<i", 3) * n_channels + bytes(32 * n_channels)
    records = counts.reshape(n_channels, n_records, RATE_HZ).transpose(1, 0, 2)
    table = b"\x01" + bytes(3) + struct.pack("<I", 1) + struct.pack("<I", 501) + struct.pack("<H", 769)
    path.write_bytes(head + records.tobytes() + table)
    return path
