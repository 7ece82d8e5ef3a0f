"""Networks, and the 3-D page's library, out of registry packages.

They are fetched with pip and npm, or found in files that a person gives.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from rehabkit.errors import ModelError

WHEEL = "mediapipe==0.10.21"
NPM = "@mediapipe/pose@0.5.1675469404"
THREE = "jupyter-threejs-sage==130"
Package = Literal["wheel", "npm", "three"]
_OFFLINE = "or give a copy of the package with `rehabkit models fetch NAME --from FILE`"


@dataclass(frozen=True)
class Published:
    """A published file: its name inside the package, its SHA-256, and which package holds it."""

    file: str
    sha256: str
    package: Package


def published(wanted: Sequence[Published], source: Path | None = None) -> dict[str, bytes]:
    """Return the content of each wanted file by its name, checked against its checksum.

    Parameters
    ----------
    wanted : which files.
    source : wheel, npm tarball or folder to look in; ``None`` fetches the packages from their registries.

    Raises
    ------
    ModelError
        If one is missing, isn't the published one, or its package can't be fetched.
    """
    if source is not None:
        return _chosen(wanted, source)
    found: dict[str, bytes] = {}
    for package in sorted({one.package for one in wanted}, reverse=True):
        with TemporaryDirectory() as name:
            client, specification = _PACKAGES[package]
            client(Path(name), specification)
            found |= _chosen([one for one in wanted if one.package == package], Path(name))
    return found


def _chosen(wanted: Sequence[Published], source: Path) -> dict[str, bytes]:
    """Return the wanted files out of a package or folder; every problem is named at once."""
    names = {one.file: one.sha256 for one in wanted}
    found, wrong = {}, []
    for file, content in _contents(source, set(names)):
        if hashlib.sha256(content).hexdigest() == names[file]:
            found[file] = content
        else:
            wrong.append(file)
    missing = sorted(set(names) - set(found))
    if missing:
        what = ", ".join(f"{file} ({'another version' if file in wrong else 'not there'})" for file in missing)
        packages = " or ".join(sorted({_PACKAGES[one.package][1] for one in wanted}, reverse=True))
        raise ModelError(f"{source} must hold what was published, got {what}; use {packages}")
    return found


def _contents(source: Path, names: set[str]) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, content) of the members with these names in a wheel, tarball, file or folder."""
    try:
        if source.is_dir():
            for path in sorted(source.rglob("*")):
                if path.is_file() and (path.suffix in (".whl", ".tgz") or path.name in names):
                    yield from _contents(path, names)
        elif zipfile.is_zipfile(source):
            with zipfile.ZipFile(source) as archive:
                for member in archive.namelist():
                    if Path(member).name in names:
                        yield Path(member).name, archive.read(member)
        elif tarfile.is_tarfile(source):
            with tarfile.open(source) as tarball:
                for entry in tarball:
                    file = tarball.extractfile(entry)
                    if file and Path(entry.name).name in names:
                        yield Path(entry.name).name, file.read()
        elif source.name in names:
            yield source.name, source.read_bytes()
    except (OSError, zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        raise ModelError(f"{source} must be readable, got {error}; get the package again") from error


def _pip(folder: Path, wheel: str) -> None:
    """Download the wheel of one fixed platform: the files are the same in all, so any machine may."""
    platform = ["--platform", "manylinux_2_28_x86_64", "--python-version", "3.11", "--implementation", "cp"]
    _run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
         "--only-binary=:all:", *platform, "--dest", str(folder), wheel],
        folder,
    )  # fmt: skip


def _npm(folder: Path, package: str) -> None:
    """Pack the npm package, which alone carries the lite and heavy networks."""
    npm = shutil.which("npm")
    if npm is None:
        raise ModelError(f"npm must be installed to get {package}, got none; install Node.js, {_OFFLINE}")
    _run([npm, "pack", "--silent", "--pack-destination", str(folder), package], folder)


def _run(command: Sequence[str], folder: Path) -> None:
    """Run a registry's client in an empty folder; its last line says why when it fails."""
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    except OSError as error:
        raise ModelError(f"{command[0]} must run, got {error}; install it, {_OFFLINE}") from error
    except subprocess.CalledProcessError as error:
        lines = (error.stderr or error.stdout or "").strip().splitlines() or ["no message"]
        raise ModelError(
            f"{command[-1]} must be downloadable, got {lines[-1].strip()!r}; check the network, {_OFFLINE}"
        ) from error


_PACKAGES: Mapping[Package, tuple[Callable[[Path, str], None], str]] = {
    "wheel": (_pip, WHEEL),
    "npm": (_npm, NPM),
    "three": (_pip, THREE),
}
"""Which client gets which version of each."""
