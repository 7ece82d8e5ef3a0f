"""Published layouts: which function turns the folder that people download into the compact form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

Convert = Callable[[Path, Path], None]
"""(published folder, empty folder to write into); raises RecordingError where the folder isn't what it should be."""

PUBLISHED: Mapping[str, Convert] = {}
"""Data set → what converts it."""
