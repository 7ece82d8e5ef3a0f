"""``rehabkit doctor`` and ``version``: what is here, what is missing, and the command that adds it."""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from rehabkit.cli.console import console

LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGLESv2.so.2": "libgles2",
    "libGL.so.1": "libgl1",
    "libxcb.so.1": "libxcb1",
    "libgthread-2.0.so.0": "libglib2.0-0",
}
"""Shared libraries that MediaPipe and its OpenCV load on Linux, and the Debian package of each."""
PARTS = ("numpy", "scipy", "mediapipe", "av", "pydantic", "typer", "rich", "jinja2", "fpdf2", "platformdirs")
EXTRAS = {"ezc3d": "c3d", "pylsl": "stream", "brainflow": "stream"}


@dataclass(frozen=True)
class Answer:
    """One thing that was looked at.

    Parameters
    ----------
    state : ``missing`` is needed for an assessment of a video, ``absent`` is optional.
    remedy : the command that adds it.
    """

    part: str
    state: Literal["ok", "missing", "absent"]
    detail: str = ""
    remedy: str = ""


def version() -> None:
    """Print the version."""
    typer.echo(_installed("rehabkit"))


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the answers as JSON.")] = False,
) -> None:
    """Say what is installed, what is missing, and the command that adds it.

    Exit code 1 if something is missing that an assessment needs.
    """
    answers = examine()
    if as_json:
        import json

        typer.echo(json.dumps([asdict(answer) for answer in answers], indent=2))
    else:
        _print(answers)
    if any(answer.state == "missing" for answer in answers):
        raise typer.Exit(1)


def examine() -> list[Answer]:
    """Look at everything that rehabkit uses on this computer."""
    looks = (_python, _packages, _libraries, _models, _extras, _cameras, _folder)
    return [answer for look in looks for answer in look()]


def _python() -> Iterator[Answer]:
    yield Answer("rehabkit", "ok", _installed("rehabkit") or "")
    where = f"{platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    yield Answer("Python", "ok", where)


def _packages() -> Iterator[Answer]:
    for name in PARTS:
        found = _installed(name)
        yield Answer(name, "ok", found) if found else Answer(name, "missing", remedy=f"pip install {name}")


def _installed(package: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _libraries() -> Iterator[Answer]:
    if sys.platform != "linux":
        return
    for library, package in LIBRARIES.items():
        try:
            ctypes.CDLL(library)
            yield Answer(library, "ok")
        except OSError:
            yield Answer(library, "missing", "system library", f"apt-get install {package}")


def _models() -> Iterator[Answer]:
    from rehabkit.runtime import store

    for model in store.status():
        needed = model.name == "full"
        state: Literal["ok", "missing", "absent"] = "ok" if model.ok else "missing" if needed else "absent"
        detail = f"{model.size_bytes / 1e6:.1f} MB" if model.ok else model.state
        yield Answer(f"model {model.name}", state, detail, model.remedy)
    if shutil.which("npm") is None:
        yield Answer("npm", "absent", "fetches models lite and heavy", "install Node.js")


def _extras() -> Iterator[Answer]:
    for package, extra in EXTRAS.items():
        found = _installed(package)
        remedy = f'pip install "rehabkit[{extra}]"'
        yield Answer(package, "ok", found) if found else Answer(package, "absent", f"extra {extra}", remedy)


def _cameras() -> Iterator[Answer]:
    if sys.platform != "linux":
        yield Answer("camera", "ok", "not looked for on this system; `rehabkit check 0` tries the first")
        return
    found = sorted(path.name for path in Path("/dev").glob("video*"))
    yield Answer("camera", "ok" if found else "absent", ", ".join(found) or "none; video files need none")


def _folder() -> Iterator[Answer]:
    from rehabkit.runtime.home import home

    there = home()
    while not there.exists():  # it is made when it is first needed: its nearest parent decides
        there = there.parent
    if os.access(there, os.W_OK):
        yield Answer("own folder", "ok", str(home()))
    else:
        yield Answer("own folder", "missing", f"{home()} can't be written", "export REHABKIT_HOME=FOLDER")


def _print(answers: list[Answer]) -> None:
    from rich.table import Table

    table = Table("part", "state", box=None, header_style="bold")
    table.add_column("what was found", overflow="fold")
    table.add_column("command that adds it", no_wrap=True)
    for answer in answers:
        table.add_row(answer.part, answer.state, answer.detail, answer.remedy)
    console().print(table)
    if any(answer.state == "missing" for answer in answers):
        console().print("Something needed is missing: run the commands above.")
