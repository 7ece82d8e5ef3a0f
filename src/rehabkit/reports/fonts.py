"""Where the letters are: DejaVu Sans comes with matplotlib, found by its path; matplotlib is not imported."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from rehabkit.errors import MissingExtraError


def font_file(bold: bool = False) -> Path:
    """The file of DejaVu Sans.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    found = importlib.util.find_spec("matplotlib")
    if found is None or not found.submodule_search_locations:
        raise MissingExtraError(
            "PDF and video need the letters that come with matplotlib, got none; run: pip install matplotlib"
        )
    folder = Path(found.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"
    return folder / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")
