"""Where bundles lie: those that ship with rehabkit, and those that the user trained or put there.

A user's own bundle of a system takes the place of the shipped one.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from rehabkit.errors import ModelError
from rehabkit.runtime.bundle import Bundle, load
from rehabkit.runtime.home import home

SHIPPED = Path(__file__).parents[1] / "bundles"


def own_folder() -> Path:
    """The folder of the user's own bundles (it need not exist yet)."""
    return home() / "bundles"


def available() -> dict[str, Path]:
    """System name → file, the user's own before the shipped one."""
    return {path.stem: path for folder in (SHIPPED, own_folder()) for path in sorted(folder.glob("*.onnx"))}


def bundle(name: str | Path) -> Bundle:
    """The bundle of a system, or the one in a file.

    Raises
    ------
    ModelError
        If there is none, or its file is damaged.
    """
    path = Path(name) if Path(name).suffix == ".onnx" else available().get(str(name))
    if path is None:
        known = ", ".join(available()) or "nothing"
        raise ModelError(
            f"bundle must be one of {known}, or an .onnx file, got {name}; `rehabkit train {name}` makes one"
        )
    return _loaded(path, path.stat().st_mtime_ns if path.is_file() else 0)


@cache
def _loaded(path: Path, _: int) -> Bundle:
    """Read once while the file stays the same."""
    return load(path)
