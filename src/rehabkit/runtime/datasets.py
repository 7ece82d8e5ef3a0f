"""The store of public data sets: what is here, importing a folder, fetching, and where a recipe finds one.

Each set lies in the user's data folder under ``data/NAME`` in its compact form, beside a manifest with the checksum
of every file.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from rehabkit.errors import InputError, OutputError, RecordingError
from rehabkit.recordings.datasets.catalogue import DATA_SETS, find
from rehabkit.recordings.datasets.entries import DataSet
from rehabkit.recordings.datasets.layouts import PUBLISHED
from rehabkit.recordings.files import check_size
from rehabkit.runtime.download import Download, download
from rehabkit.runtime.home import home

MANIFEST = "manifest.json"
LARGEST_FILE = 512 * 2**20
State = Literal["ready", "missing", "damaged"]


class Manifest(BaseModel):
    """What was imported: from which layout, the SHA-256 of each file's content, what couldn't be taken and why."""

    model_config = ConfigDict(extra="forbid")
    layout: Literal["compact", "published"]
    files: dict[str, str]
    left_out: list[str] = []


@dataclass(frozen=True)
class DataStatus:
    """What is known of one data set on this machine; ``problem`` says what is wrong with a damaged one."""

    data: DataSet
    state: State
    path: Path
    layout: str = ""
    problem: str = ""
    left_out: tuple[str, ...] = ()


def status() -> list[DataStatus]:
    """Return what is known of every data set, with the checksums of those that are here verified."""
    return [_status(data) for data in DATA_SETS.values()]


def locate(name: str, source: Path | None = None) -> Path:
    """Return the folder that holds a data set in its compact form.

    Parameters
    ----------
    name : a key of :data:`rehabkit.recordings.datasets.catalogue.DATA_SETS`.
    source : the set's own folder, or a data folder that holds several sets; ``None`` takes the imported one.

    Raises
    ------
    RecordingError
        If it is not there.
    """
    data = find(name)
    if source is None:
        here = _folder(data)
        if not (here / MANIFEST).is_file():
            raise RecordingError(
                f"data set {name} must be imported or named, got none; run `rehabkit data import {name} FOLDER` "
                f"(`rehabkit data get {name}` says where it is), or name its folder"
            )
        return here
    found = _compact(data, Path(source))
    if found is None:
        wanted = ", ".join(data.needed) or "one of its files"
        raise RecordingError(
            f"folder of {name} must hold {wanted}, got {source}; name another folder, or first run "
            f"`rehabkit data import {name} FOLDER` if this is the published layout"
        )
    return found


def import_set(name: str, path: Path) -> Path:
    """Check a folder that holds a data set, in its compact or its published layout, and store it compactly.

    Nothing is stored unless all of it is right; what was imported before is then replaced.

    Parameters
    ----------
    name : of the data set.
    path : its folder, or one above it.

    Returns
    -------
    Path
        Where it is stored.

    Raises
    ------
    RecordingError
        If the folder doesn't hold the set, or a file is damaged or another version.
    OutputError
        If the user's data folder can't be written.
    """
    data = find(name)
    if not Path(path).is_dir():
        raise RecordingError(f"folder of {name} must exist, got {path}; check the name")
    with _replacing(_folder(data)) as target:
        compact = _compact(data, Path(path))
        left_out: list[str] = []
        if compact is not None:
            _copy(data, compact, target)
        else:
            left_out = PUBLISHED[name](Path(path), target)
        files = (file for file in sorted(target.rglob("*")) if file.is_file())
        sums = {file.relative_to(target).as_posix(): _content_sum(file) for file in files}
        manifest = Manifest(layout="published" if compact is None else "compact", files=sums, left_out=left_out)
        (target / MANIFEST).write_text(manifest.model_dump_json(indent=2), encoding="utf-8")
    return _folder(data)


def fetch(name: str, get: Download = download) -> Path:
    """Download a data set whose files have addresses of their own, check it and store it.

    Parameters
    ----------
    get : gives the bytes at an https address.

    Raises
    ------
    InputError
        If it has no such addresses, can't be reached, or gives something else.
    """
    data = find(name)
    if data.access != "direct":
        raise InputError(f"data set {name} must be downloaded by hand, got no direct address; {by_hand(data)}")
    with TemporaryDirectory() as folder:
        for file in data.files:
            content = get(file.url, by_hand(data))
            got = hashlib.sha256(content).hexdigest()
            if got != file.sha256:
                raise InputError(f"{file.url} must have SHA-256 {file.sha256}, got {got}; {by_hand(data)}")
            zipped = file.name.endswith(".gz")
            (Path(folder) / file.name).write_bytes(gzip.compress(content, mtime=0) if zipped else content)
        return import_set(name, Path(folder))


def by_hand(data: DataSet) -> str:
    """How to get a data set without rehabkit's help, as the end of a sentence."""
    return f"download it from {data.home} and run `rehabkit data import {data.name} FOLDER`"


def _folder(data: DataSet) -> Path:
    return home() / "data" / data.name


def _compact(data: DataSet, path: Path) -> Path | None:
    """The folder at or below ``path`` that holds the set's compact form."""
    for folder in (path, path / data.folder, path / Path(data.folder).name, path / data.name):
        here = [file.name for file in data.files if (folder / file.name).is_file()]
        if here and set(data.needed) <= set(here):
            return folder
    return None


def _copy(data: DataSet, source: Path, target: Path) -> None:
    wrong = []
    for tree in data.trees:
        if not (source / tree).is_dir():
            raise RecordingError(f"folder of {data.name} must hold {tree}, got {source}; copy it whole")
        shutil.copytree(source / tree, target / tree)
    for file in data.files:
        if not (source / file.name).is_file():
            continue
        (target / file.name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / file.name, target / file.name)
        got = _content_sum(target / file.name)
        if file.sha256 and got != file.sha256:
            wrong.append(f"{file.name} {got}")
    if wrong:
        raise RecordingError(
            f"files of {data.name} must have the SHA-256 of the catalogue, got {', '.join(wrong)}; copy them again"
        )


def _content_sum(path: Path) -> str:
    """SHA-256 of a file's content, unzipped for ``.gz``, a piece at a time."""
    check_size(path, LARGEST_FILE)
    total, n_bytes = hashlib.sha256(), 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            while piece := file.read(2**20):
                n_bytes += len(piece)
                if n_bytes > LARGEST_FILE:
                    raise RecordingError(
                        f"{path.name} must unzip to at most {LARGEST_FILE} bytes, got more; copy it again"
                    )
                total.update(piece)
    except (OSError, EOFError, zlib.error) as error:
        raise RecordingError(f"{path.name} must be a whole file, got '{error}'; copy it again") from error
    return total.hexdigest()


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """A new folder that takes the place of ``folder`` when the body ends, and goes away if it fails."""
    new, old = (folder.with_name(f".{folder.name}-{uuid.uuid4().hex[:8]}-{kind}") for kind in ("new", "old"))
    try:
        new.mkdir(parents=True)
        yield new
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"data folder must be writable, got '{error.strerror}' for {folder}; free it") from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _status(data: DataSet) -> DataStatus:
    path = _folder(data)
    if not (path / MANIFEST).is_file():
        return DataStatus(data, "missing", path)
    try:
        manifest = Manifest.model_validate_json((path / MANIFEST).read_bytes())
        wrong = [name for name, sum_ in manifest.files.items() if _content_sum(path / name) != sum_]
    except (ValidationError, RecordingError, OSError) as error:
        return DataStatus(data, "damaged", path, problem=str(error).splitlines()[0])
    if wrong:
        return DataStatus(data, "damaged", path, manifest.layout, f"changed: {', '.join(wrong)}")
    return DataStatus(data, "ready", path, manifest.layout, left_out=tuple(manifest.left_out))
