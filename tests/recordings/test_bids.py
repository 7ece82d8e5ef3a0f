"""A BIDS folder: which recording, and what the tables beside it say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rehabkit.errors import RecordingError
from rehabkit.recordings import biosignals
from rehabkit.recordings.biosignal_columns import marked_bad

from .biosignal_files import known, write_edf

pytest.importorskip("mne")
pytest.importorskip("edfio")
STEM = "sub-01_task-grasp_run-1"


def folder_of(root: Path, **tables: str) -> Path:
    """A data set of one recording of C3, an EMG without a telling name, and what ``tables`` say."""
    eeg = root / "sub-01" / "eeg"
    eeg.mkdir(parents=True)
    (root / "dataset_description.json").write_text('{"Name": "test", "BIDSVersion": "1.8.0"}')
    write_edf(eeg / f"{STEM}_eeg.edf", known(2), ("C3", "AUX1"))
    for name, text in tables.items():
        what, _, end = name.rpartition("_")
        (eeg / f"{STEM}_{what}.{end}").write_text(text)
    return root


def test_tables_tell_kinds_bad_channels_and_events(tmp_path: Path) -> None:
    root = folder_of(
        tmp_path,
        channels_tsv="name\ttype\tunits\tstatus\nC3\tEEG\tuV\tbad\nAUX1\tEMG\tuV\tgood\n",
        events_tsv="onset\tduration\ttrial_type\n0.5\t2\tleft\n3\tn/a\tright\n",
        eeg_json=json.dumps({"SamplingFrequency": 250, "PowerLineFrequency": 50}),
    )
    got = biosignals.read(root)
    assert [c.kind for c in got.channels] == ["eeg", "emg"]
    assert marked_bad(got) == ("C3",)
    assert [(a.start_s, a.duration_s, a.label) for a in got.annotations] == [(0.5, 2.0, "left"), (3.0, 0.0, "right")]
    assert "mains of 50 Hz, says eeg.json" in got.history


def test_a_table_higher_up_holds_for_the_recordings_whose_name_has_its_parts(tmp_path: Path) -> None:
    root = folder_of(tmp_path)
    (root / "task-grasp_channels.tsv").write_text("name\ttype\tstatus\nAUX1\tEMG\tgood\n")
    (root / "task-other_events.tsv").write_text("onset\tduration\ttrial_type\n1\t1\twrong\n")
    got = biosignals.read(root / "sub-01")
    assert got.channels[1].kind == "emg" and got.annotations == ()


def test_milliseconds_are_taken_only_where_events_json_says_so(tmp_path: Path) -> None:
    root = folder_of(tmp_path, events_tsv="onset\tduration\tvalue\n1000\t500\t2\n")
    (root / "sub-01" / "eeg" / f"{STEM}_events.json").write_text(
        '{"onset": {"Units": "millisecond"}, "duration": {"Units": "millisecond"}}'
    )
    mark = biosignals.read(root).annotations[0]
    assert (mark.start_s, mark.duration_s, mark.label) == (1.0, 0.5, "2")


def test_which_of_several_must_be_named(tmp_path: Path) -> None:
    root = folder_of(tmp_path)
    write_edf(root / "sub-01" / "eeg" / "sub-01_task-grasp_run-2_eeg.edf", known(2), ("C3", "C4"))
    assert biosignals.is_biosignal(root)
    with pytest.raises(RecordingError, match=r"must be named, got 2: sub-01/eeg/.*run-1_eeg\.edf, .*run-2_eeg\.edf"):
        biosignals.read(root)
    assert biosignals.read(root / "sub-01" / "eeg" / "sub-01_task-grasp_run-2_eeg.edf").names == ("C3", "C4")


def test_a_rate_that_contradicts_the_file_is_said(tmp_path: Path) -> None:
    root = folder_of(tmp_path, eeg_json='{"SamplingFrequency": 500}')
    with pytest.raises(RecordingError, match=r"250 Hz in its header, got 500 from the _eeg\.json"):
        biosignals.read(root)


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("events_tsv", "onset\tduration\nnever\t1\n", "onset and duration"),
        ("events_tsv", "start\n1\n", "onset and duration"),
        ("events_tsv", "onset\tduration\n1\tinf\n", "finite seconds"),
        ("eeg_json", "[[[", "must be JSON"),
    ],
)
def test_malformed_tables(tmp_path: Path, name: str, text: str, why: str) -> None:
    with pytest.raises(RecordingError, match=why):
        biosignals.read(folder_of(tmp_path, **{name: text}))


def test_a_folder_without_recordings_is_no_bids_folder(tmp_path: Path) -> None:
    (tmp_path / "notes_eeg.txt").write_text("no recording")
    assert not biosignals.is_biosignal(tmp_path)
    with pytest.raises(RecordingError, match="BIDS folder must hold"):
        biosignals.read(tmp_path)
