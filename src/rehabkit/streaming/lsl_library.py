"""Lab streaming layer's library: loaded quietly, with the user's own settings kept."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

from rehabkit.errors import MissingExtraError

PLACES = ("lsl_api.cfg", "~/lsl_api/lsl_api.cfg", "/etc/lsl_api/lsl_api.cfg")
"""Where the library looks for settings, after what the variable LSLAPICFG names; the first one counts."""
QUIET = "\n[log]\nlevel = -3\n"
"""Nothing on stderr: what goes wrong comes as an exception."""


@cache
def library() -> Any:
    """The module ``pylsl``.

    Raises
    ------
    MissingExtraError
        If it, or the library below it, is not installed.
    """
    try:
        import pylsl
    except (ImportError, RuntimeError, OSError) as error:
        raise MissingExtraError(
            'LSL streams must be read with pylsl, got none that runs; pip install "rehabkit[stream]"'
        ) from error
    pylsl.set_config_content(settings())
    return pylsl


def settings() -> str:
    """The user's settings, made quiet unless they ask for a log of their own."""
    named = os.environ.get("LSLAPICFG", "")
    for place in (named, *PLACES):
        try:
            own = Path(place).expanduser().read_text(encoding="utf-8") if place else ""
        except (OSError, UnicodeDecodeError):
            continue
        if place:
            return own if "[log]" in own else own + QUIET
    return QUIET
