"""The public EEG sets: what their files hold, as their own descriptions say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.recordings.datasets import eegmmidb, mi_openbci, stroke_liu2024

pytest.importorskip("mne")


def test_eegmmidb_has_its_electrodes_runs_and_marks(shared: Path) -> None:
    runs = eegmmidb.read(shared / "bio" / "physionet_eegmmidb_S001")
    assert [(run.subject, run.number, run.task) for run in runs] == [
        ("S001", 2, "eyes closed"), ("S001", 4, "imagine a fist"), ("S001", 8, "imagine a fist"),
    ]  # fmt: skip
    fists = runs[1].recording
    assert (fists.rate_hz, fists.n_channels, fists.montage) == (160.0, 64, "standard_1005")
    assert {"FC5", "Cz", "Fp1", "AFz", "Iz", "T10"} <= set(fists.names)
    labels = [mark.label for mark in fists.annotations]
    assert labels.count("T0") == 15 and labels.count("T1") + labels.count("T2") == 15  # as its page says
    assert all(4.0 < mark.duration_s < 4.3 for mark in fists.annotations)
    assert np.abs(fists.values).max() < 1e-3  # V: EEG and blinks


def test_eegmmidb_eyes_closed_shows_alpha_at_the_back(shared: Path) -> None:
    """Berger's rhythm: at the occiput, more power at 8 to 12 Hz than at 13 to 17 Hz."""
    run = eegmmidb.read(shared / "bio" / "physionet_eegmmidb_S001")[0].recording
    power = np.abs(np.fft.rfft(run.pick(["O1", "Oz", "O2"]).values, axis=0)) ** 2
    hertz = np.fft.rfftfreq(run.n_times, 1 / run.rate_hz)
    alpha, above = (power[(hertz >= low) & (hertz < low + 4)].sum(axis=0) for low in (8, 13))
    assert (alpha > 3 * above).all()


def test_mi_openbci_has_ten_trials_a_person(shared: Path) -> None:
    sessions = mi_openbci.read(shared / "bio" / "mi_openbci_R0" / "eeg_R0_10subj.npz")
    assert len(sessions) == 10
    for one in sessions:
        labels = [mark.label for mark in one.recording.annotations]
        assert labels.count("right hand") == labels.count("rest") == 5
        assert all(3.9 < mark.duration_s < 4.1 for mark in one.recording.annotations)
        assert one.recording.montage and 120 < one.recording.duration_s < 130


def test_stroke_has_27_people_of_whom_a_third_is_worse(shared: Path) -> None:
    windows = stroke_liu2024.read(shared / "bio" / "stroke_liu2024_derived")
    people, first = np.unique(windows.patient, return_index=True)
    assert len(people) == 27 and len(windows.patient) == 540
    assert windows.severe[first].sum() == 9
    assert set(people) <= set(windows.participants) and len(windows.participants) == 50
    for person, at in zip(people, first, strict=True):  # the table and the arrays tell the same of each
        row = windows.participants[str(person)]
        assert (row.nihss, row.mbi, row.mrs) == (windows.nihss[at], windows.mbi[at], windows.mrs[at])
    assert windows.features["Alpha_timefreq"].shape == (540, 29, 5)


@pytest.mark.parametrize(
    ("read", "name"),
    [
        (eegmmidb.read, "empty"),
        (mi_openbci.read, "eeg_R0_10subj.npz"),
        (stroke_liu2024.read, "windows_540x29_features.npz"),
    ],
)
def test_nothing_there(read, name: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RecordingError, match="must"):
        read(tmp_path / name)


def test_another_npz_is_refused(tmp_path: Path) -> None:
    for read, name in ((mi_openbci.read, "eeg.npz"), (stroke_liu2024.read, "w.npz")):
        np.savez(tmp_path / name, other=np.zeros(3))
        with pytest.raises(RecordingError, match="must hold"):
            read(tmp_path / name)
