"""The UCI lower-limb set as it is published, into the compact form: ``N_TXT/1Nmar.txt`` is normal man 1 in gait."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings import uci_text
from rehabkit.recordings.biosignal import Array
from rehabkit.recordings.datasets.uci_lower_limb import ANGLE, ANGLE_DEG, EMG_VOLTS, MUSCLES

NAME = re.compile(r"(?P<number>\d{1,2})(?P<group>[AN])(?P<task>mar|pie|sen)\.txt", re.I)


def convert(folder: Path, target: Path) -> list[str]:
    """Turn the published text files into ``uci_lower_limb_1000hz.npz``; return what was left out, and why.

    Raises
    ------
    RecordingError
        If not all of the 66 recordings are there and whole: the set's readers need each.
    """
    arrays: dict[str, Any] = {}
    left_out = []
    for path in sorted(folder.rglob("*.txt")):
        match = NAME.fullmatch(path.name)
        if match is None:
            continue
        key = f"{match['group'].upper()}{int(match['number']):02d}_{match['task'].lower()}"
        try:
            one = uci_text.read(path).pick([*MUSCLES, ANGLE])
            emg, angle = one.values[:, : len(MUSCLES)] / EMG_VOLTS, one.values[:, -1] / ANGLE_DEG
            arrays[f"{key}_emg"], arrays[f"{key}_ang"] = _integers(emg, key), _integers(angle, key)
        except RecordingError as error:
            left_out.append(str(error))
    wanted = [f"{group}{n:02d}_{task}" for group in "AN" for n in range(1, 12) for task in ("mar", "pie", "sen")]
    missing = [key for key in wanted if f"{key}_emg" not in arrays]
    if missing:
        why = f": {left_out[0]}" if left_out else ""
        raise RecordingError(
            f"folder of uci_lower_limb must hold N_TXT/1Nmar.txt and so on, 66 in all, got none for "
            f"{', '.join(missing[:6])}{why}; download it whole"
        )
    np.savez_compressed(target / "uci_lower_limb_1000hz.npz", **arrays)
    return left_out


def _integers(values: Array, key: str) -> NDArray[np.int16]:
    rounded = np.rint(values)
    if not (np.abs(rounded) <= np.iinfo(np.int16).max).all():  # NaN is not
        raise RecordingError(f"{key} must lie within 3.27 mV and 3276 degrees, got others; copy it again")
    return np.asarray(rounded, dtype=np.int16)
