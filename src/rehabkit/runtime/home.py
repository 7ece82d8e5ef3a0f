"""The one folder of all that rehabkit keeps for a user: models, bundles, data sets, own exercises."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """Return the folder of all that rehabkit keeps for this user (it need not exist yet)."""
    moved = os.environ.get("REHABKIT_HOME")
    if moved:
        return Path(moved)
    from platformdirs import user_data_path

    return user_data_path("rehabkit", appauthor=False)
