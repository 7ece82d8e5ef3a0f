"""Published layouts: which function turns the folder that people download into the compact form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

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

Convert = Callable[[Path, Path], list[str]]
"""(published folder, empty folder to write into) → what was left out, and why.

Raises RecordingError where the folder isn't what it should be."""

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
}
"""Data set → what converts it."""
