"""One door: which files are of electrodes, and which are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rehabkit import demo
from rehabkit.errors import RecordingError
from rehabkit.recordings import biosignals, inertial_csv, landmarks

WATCH = "time_s,ax_g,ay_g,az_g,gx_deg_s,gy_deg_s,gz_deg_s\n0,0,0,1,0,0,0\n0.02,0,0,1,0,0,0\n"
SPAR = "ax,ay,az,wx,wy,wz\n0.1,0.2,1.0,0.1,0.2,0.3\n"


def test_landmarks_and_watches_are_left_to_their_readers(tmp_path: Path) -> None:
    shipped = sorted(path for path in Path(demo.__file__).parent.rglob("*") if path.suffix in (".npz", ".csv"))
    assert shipped, "the demo's landmark files are gone"
    skeleton = landmarks.read(shipped[0])
    landmarks.write(skeleton, tmp_path / "a.csv")
    (tmp_path / "watch.csv").write_text(WATCH)
    (tmp_path / "spar.csv").write_text(SPAR)
    (tmp_path / "squat.mp4").write_bytes(b"x")
    (tmp_path / "notes.txt").write_text("Channel 1 was loose")
    (tmp_path / "recording.json").write_text("{}")
    assert inertial_csv.is_inertial(tmp_path / "watch.csv")
    for path in (*shipped, *tmp_path.iterdir(), tmp_path, tmp_path / "nowhere.csv"):
        assert not biosignals.is_biosignal(path), path.name


def test_an_exercise_beside_a_landmark_file_is_no_description(tmp_path: Path) -> None:
    (tmp_path / "squat.csv").write_text("time_s,left_hip_x_px,left_hip_y_px\n0,1,2\n")
    (tmp_path / "squat.toml").write_text('name = "squat"\ntitle = "Squat"\n')
    assert not biosignals.is_biosignal(tmp_path / "squat.csv")


@pytest.mark.parametrize("text", ["# rehabkit biosignal {}\na\n", "biceps_emg_mV,C3_eeg_uV\n1,2\n"])
def test_a_first_line_or_a_columns_ending_says_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    assert biosignals.is_biosignal(tmp_path / "a.csv")


def test_what_is_not_read_is_said(tmp_path: Path) -> None:
    for name, why in (("a.set", "export it as EDF or CSV"), ("a.edf", "must exist"), ("a.csv", "must exist")):
        with pytest.raises(RecordingError, match=why):
            biosignals.read(tmp_path / name)
    with pytest.raises(RecordingError, match="--description must come with a CSV"):
        biosignals.read(tmp_path / "a.edf", description=tmp_path / "a.toml")


def test_a_hash_in_a_files_own_name_is_no_trial(tmp_path: Path) -> None:
    path = tmp_path / "run#2.npz"
    np.savez(path, x=np.zeros(3))
    assert biosignals.file_of(path) == (path, "")
