"""Published layouts: which function turns the folder that people download into the compact form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from rehabkit.errors import RecordingError
from rehabkit.recordings.datasets import (
    eegmmidb,
    irds,
    keraal,
    kimore_raw,
    mediapipe_form,
    mi_openbci,
    spar_text,
    stroke_liu2024,
    uci_lower_limb_text,
    uiprmd_text,
)
from rehabkit.recordings.datasets.catalogue_depth import DEPTH_SETS
from rehabkit.recordings.datasets.entries import DataSet

Convert = Callable[[Path, Path], list[str]]
"""(published folder, empty folder to write into) → what was left out, and why.

Raises RecordingError where the folder isn't what it should be."""


def compact_only(data: DataSet) -> Convert:
    """What refuses every folder that isn't a set's compact form, for sets of which nothing else is read."""

    def refuse(folder: Path, target: Path) -> list[str]:
        needed = ", ".join(data.needed)
        raise RecordingError(f"folder of {data.name} must hold {needed}, got {folder}; no other form of it is read")

    return refuse


PUBLISHED: Mapping[str, Convert] = {
    "uiprmd": uiprmd_text.convert,
    "kimore": kimore_raw.convert,
    "irds": irds.convert,
    "keraal": keraal.convert,
    "spar": spar_text.convert,
    "mediapipe_form": mediapipe_form.convert,
    "uci_lower_limb": uci_lower_limb_text.convert,
    "eegmmidb": eegmmidb.convert,
    "mi_openbci": mi_openbci.convert,
    "stroke_liu2024": stroke_liu2024.convert,
    **{one.name: compact_only(one) for one in DEPTH_SETS},
}
"""Data set → what converts it."""
