"""The store hands out whole model files and nothing else."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from pathlib import Path

import pytest

from rehabkit.errors import ModelError
from rehabkit.runtime import store


@pytest.fixture
def full_model() -> Path:
    """The full model of this machine."""
    if not next(s for s in store.status() if s.name == "full").ok:
        pytest.skip("the pose model isn't here: run `rehabkit models fetch full`")
    return store.pose_task("full")


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty store."""
    monkeypatch.setenv("REHABKIT_HOME", str(tmp_path))
    return tmp_path / "models"


def copied(model: Path, folder: Path) -> Path:
    """The model with its checksum in another store."""
    folder.mkdir()
    shutil.copy(model.with_name(model.name + ".sha256"), folder)
    return Path(shutil.copy(model, folder))


def test_an_empty_store_names_the_command_that_fills_it(elsewhere: Path) -> None:
    assert {s.state for s in store.status()} == {"missing"}
    for name in store.MODELS:
        with pytest.raises(ModelError, match=f"rehabkit models fetch {name}"):
            store.pose_task(name)
    assert not elsewhere.exists()


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(ModelError, match="one of lite, full, heavy"):
        store.pose_task("huge")


def test_a_whole_model_is_handed_out(full_model: Path, elsewhere: Path) -> None:
    path = copied(full_model, elsewhere)

    assert store.pose_task("full") == path
    assert store.checksum("full") == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("damage", ["cut", "changed", "unknown"])
def test_a_damaged_model_is_refused(full_model: Path, elsewhere: Path, damage: str) -> None:
    path = copied(full_model, elsewhere)
    content = path.read_bytes()
    if damage == "cut":
        path.write_bytes(content[:-1000])
    elif damage == "changed":
        path.write_bytes(content[:5000] + b"x" + content[5001:])
    else:
        path.with_name(path.name + ".sha256").unlink()

    with pytest.raises(ModelError, match="got damaged"):
        store.pose_task("full")


def test_networks_that_are_not_the_published_ones_are_not_stored(tmp_path: Path, elsewhere: Path) -> None:
    source = tmp_path / "downloads"
    source.mkdir()
    (source / "pose_detection.tflite").write_bytes(b"something else")

    with pytest.raises(ModelError, match="another version"):
        store.fetch("full", source)
    assert not elsewhere.exists() or not list(elsewhere.iterdir())


def test_task_files_are_plain_zips_of_two_networks(full_model: Path) -> None:
    with zipfile.ZipFile(full_model) as archive:
        members = archive.infolist()

    assert {m.filename for m in members} == {"pose_detector.tflite", "pose_landmarks_detector.tflite"}
    assert {m.compress_type for m in members} == {zipfile.ZIP_STORED}


def test_three_is_stored_with_its_licence_and_taken_from_local_files_too(tmp_path: Path, elsewhere: Path) -> None:
    script = store.MODELS["viewer"]
    assert isinstance(script, store.Script)
    licence, code = (f"{name} of three.js".encode() for name in ("licence", "code"))
    stored = script.built({script.licence.file: licence, script.code.file: code}).decode()
    assert stored == "/*!\nlicence of three.js\n*/\ncode of three.js"

    (tmp_path / "three.min.js").write_bytes(code)
    with pytest.raises(ModelError, match=r"LICENSE \(not there\), three.min.js \(another version\).*threejs-sage==130"):
        store.fetch("viewer", tmp_path)
    with pytest.raises(ModelError, match="rehabkit models fetch viewer"):
        store.viewer()


def test_three_is_fetched_from_what_was_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        licence, code = store.viewer().removeprefix("/*!\n").split("\n*/\n", 1)
    except ModelError as error:
        pytest.skip(str(error))
    source = tmp_path / "package"
    source.mkdir()
    (source / "LICENSE").write_text(licence + "\n", encoding="utf-8")
    (source / "three.min.js").write_text(code, encoding="utf-8")
    whole = store.viewer()
    monkeypatch.setenv("REHABKIT_HOME", str(tmp_path))
    store.fetch("viewer", source)
    assert store.viewer() == whole and "Three.js Authors" in whole
