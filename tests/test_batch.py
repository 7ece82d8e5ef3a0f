"""Many recordings at once: one that fails does not stop the others."""

import shutil

import pytest

import rehabkit as rk
from rehabkit.batch import assess_many, find_recordings
from rehabkit.errors import RecordingError


def test_a_folder_with_a_broken_file_gives_the_others(tmp_path):
    shutil.copy(rk.demo_recording("deep_squat"), tmp_path / "a.npz")
    (tmp_path / "b.npz").write_bytes(b"no npz at all")
    (tmp_path / "notes.txt").write_text("not a recording")
    paths = find_recordings(tmp_path)
    assert [p.name for p in paths] == ["a.npz", "b.npz"]
    results = {path.name: result for path, result in assess_many(paths, jobs=2, exercise="squat")}
    assert results["a.npz"].n_repetitions == 1
    assert isinstance(results["b.npz"], RecordingError)


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(RecordingError, match=r"must hold at least one recording, got none; known are .*\.mp4"):
        find_recordings(tmp_path)
