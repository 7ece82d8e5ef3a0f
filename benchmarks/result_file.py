"""One way to write a result: what was measured, and what it takes to measure it again."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rehabkit.recordings.files import sha256

ROOT = Path(__file__).parents[1]


def save(name: str, result: dict[str, Any], *, data: Iterable[Path], started: float) -> None:
    """Write results/NAME.json with the commit, the data's checksums, the command and the wall time.

    Parameters
    ----------
    result : title, protocol, headline, tables and whatever else was found.
    data : the files that it was measured on; only their names are kept.
    started : ``time.perf_counter()`` at the beginning.
    """
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    origin = {
        "command": f"python benchmarks/{Path(sys.argv[0]).name}",
        "commit": head.stdout.strip(),
        "data": {path.name: sha256(path) for path in data},
        "wall_s": round(time.perf_counter() - started, 1),
    }
    text = json.dumps(result | origin, indent=1, ensure_ascii=False) + "\n"
    (ROOT / "results" / f"{name}.json").write_text(text, encoding="utf-8")
