"""Nothing half written: the temporary sibling replaces the target on success and is gone otherwise."""

import hashlib
from pathlib import Path

import pytest

from rehabkit.errors import InputError, OutputError, RecordingError
from rehabkit.recordings.files import atomic, sha256


def test_success_replaces_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_text("old")
    with atomic(target) as temporary:
        temporary.write_text("new")
        assert target.read_text() == "old"
        assert temporary.suffix == ".csv"
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, ValueError, RecordingError])
def test_failure_keeps_the_old_file(tmp_path: Path, failure: type[BaseException]) -> None:
    target = tmp_path / "a.csv"
    target.write_text("old")
    with pytest.raises(failure), atomic(target) as temporary:
        temporary.write_text("half")
        raise failure("interrupted")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No space left"), atomic(tmp_path / "a.csv"):
        raise OSError(28, "No space left on device")
    assert not list(tmp_path.iterdir())


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (
        tmp_path / "missing" / "a.csv",
        tmp_path,
        tmp_path / "file" / "a.csv",
        tmp_path / ("x" * 300),
    ):
        with pytest.raises(OutputError, match="output must be"), atomic(path):
            pytest.fail("the body must not run")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_an_output_error_inside_keeps_its_message(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"^as it was$"), atomic(tmp_path / "a"):
        raise OutputError("as it was")


def test_sha256(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert sha256(tmp_path / "a") == hashlib.sha256(b"abc").hexdigest()
    with pytest.raises(InputError, match="check the name"):
        sha256(tmp_path / "b")
