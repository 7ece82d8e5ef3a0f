"""EDF, BDF, GDF, FIF and BrainVision: numbers back in V, and each way in which a file can lie is one clear error."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from rehabkit.errors import InputError, MissingExtraError, RecordingError
from rehabkit.recordings import biosignals, mne_files
from rehabkit.recordings.biosignal_columns import marked_bad

from .biosignal_files import known, raw_of, write_brainvision, write_edf, write_fif, write_gdf

pytest.importorskip("mne")
pytest.importorskip("edfio")
NAMES = ("Fp1", "C3", "Oz")


@pytest.mark.parametrize("suffix", [".edf", ".bdf"])
def test_edf_and_bdf_give_what_was_recorded(tmp_path: Path, suffix: str) -> None:
    path = write_edf(tmp_path / f"a{suffix}", known(), NAMES, marks=[(1.5, 0.5, "right hand")])
    got = biosignals.read(path)
    step = 400e-6 / (2**16 if suffix == ".edf" else 2**24)
    np.testing.assert_allclose(got.values, known().T, atol=step)
    assert (got.rate_hz, got.names, got.montage) == (250.0, NAMES, "standard_1005")
    assert [(a.start_s, a.duration_s, a.label) for a in got.annotations] == [(1.5, 0.5, "right hand")]


def test_brainvision_gives_what_was_recorded(tmp_path: Path) -> None:
    pytest.importorskip("pybv")
    path = write_brainvision(tmp_path, "rec", known(), NAMES)
    got = biosignals.read(path)
    np.testing.assert_allclose(got.values, known().T, atol=1e-9)
    assert any(a.start_s == pytest.approx(0.4) and a.label.endswith("7") for a in got.annotations)


def test_fif_knows_kinds_and_bad_channels(tmp_path: Path) -> None:
    path = tmp_path / "a_raw.fif"
    raw = raw_of(known(4), (*NAMES, "left"), ("eeg", "eeg", "eeg", "emg"))
    raw.info["bads"] = ["C3"]
    raw.save(path, fmt="double", verbose="ERROR")
    got = biosignals.read(path)
    np.testing.assert_allclose(got.values, known(4).T, rtol=1e-12)
    assert got.channels[3].kind == "emg"
    assert marked_bad(got) == ("C3",)


def test_gdf_gives_what_was_recorded(tmp_path: Path) -> None:
    got = biosignals.read(write_gdf(tmp_path / "a.gdf", known(), NAMES))
    np.testing.assert_allclose(got.values, known().T, atol=0.6e-8)
    assert [(a.start_s, a.label) for a in got.annotations] == [(2.0, "769")]


def test_triggers_become_annotations(tmp_path: Path) -> None:
    codes = np.zeros((1, 1000))
    codes[0, 250:260] = 5
    codes[0, 500:510] = 9
    path = write_fif(tmp_path / "a_raw.fif", np.vstack([known(2), codes]), ("C3", "C4", "STI"), ("eeg", "eeg", "stim"))
    got = biosignals.read(path)
    assert got.names == ("C3", "C4")
    assert [(a.start_s, a.label) for a in got.annotations] == [(1.0, "5"), (2.0, "9")]


def test_kinds_come_from_names_where_the_format_knows_none(tmp_path: Path) -> None:
    names = ("EEG C3-REF", "EMG chin", "VEOG", "rectus_femoris", "Ch 7")
    got = biosignals.read(write_edf(tmp_path / "a.edf", known(5), names))
    assert [c.kind for c in got.channels] == ["eeg", "emg", "eog", "emg", "other"]
    assert got.names[0] == "C3" and any("EEG C3-REF → C3" in line for line in got.history)


def test_a_renamed_channel_takes_the_new_names_kind_and_a_missing_one_is_said(tmp_path: Path) -> None:
    path = write_edf(tmp_path / "a.edf", known(2), ("Ch1", "Ch2"))
    got = biosignals.read(path, rename={"Ch1": "rectus_femoris", "Ch2": "cz"})
    assert [(c.name, c.kind) for c in got.channels] == [("rectus_femoris", "emg"), ("Cz", "eeg")]
    with pytest.raises(RecordingError, match="--rename must name channels of the file, got Ch9; it has Ch1, Ch2"):
        biosignals.read(path, rename={"Ch9": "C3"})


def test_unknown_electrodes_are_said_and_have_no_montage(tmp_path: Path) -> None:
    got = biosignals.read(write_edf(tmp_path / "a.edf", known(2), ("EEG 1", "C3")))
    assert got.montage == "" and any("EEG 1 not in the 10-10 system" in line for line in got.history)


def test_a_unit_that_is_nowhere_said_is_asked_for(tmp_path: Path) -> None:
    path = write_edf(tmp_path / "a.edf", known(), NAMES, unit="")
    with pytest.raises(RecordingError, match=r"unit of Fp1, C3, Oz must be .* got none; state it: --units uV"):
        biosignals.read(path)
    np.testing.assert_allclose(biosignals.read(path, units=["uV"]).values, known().T, atol=1e-8)


def test_a_stated_unit_may_not_contradict_a_file_that_can_be_true(tmp_path: Path) -> None:
    path = write_edf(tmp_path / "a.edf", known(), NAMES)
    with pytest.raises(RecordingError, match="must be the one in the file, got another from --units"):
        biosignals.read(path, units=["mV"])
    with pytest.raises(InputError, match="units must be one each"):
        biosignals.read(path, units=["furlong"])


def test_microvolts_called_volts_are_refused_not_mended(tmp_path: Path) -> None:
    """20 µV written as 20 with the unit V: no head gives 20 V."""
    path = write_edf(tmp_path / "a.edf", known(), NAMES, unit="V")
    with pytest.raises(
        RecordingError, match=r"EEG must have an amplitude of .*, got 2\d V in Fp1.* unit V; .*--units uV"
    ):
        biosignals.read(path)
    mended = biosignals.read(path, units=["uV"])  # the remedy that the message names works, and is noted
    np.testing.assert_allclose(mended.values, known().T, atol=1e-8)
    assert any(line.startswith("unit taken as stated, uV: Fp1") for line in mended.history)


def test_drift_is_not_taken_for_a_wrong_unit(tmp_path: Path) -> None:
    """A consumer's amplifier, coupled to direct current, wanders by millivolts in a minute."""
    volts = known(2, seconds=60) + np.linspace(0, 5e-3, 60 * 250)
    got = biosignals.read(write_fif(tmp_path / "a_raw.fif", volts, ("C3", "C4"), ("eeg", "eeg")))
    assert got.n_times == 60 * 250


def test_the_headers_rate_may_not_be_contradicted(tmp_path: Path) -> None:
    path = write_edf(tmp_path / "a.edf", known(), NAMES)
    assert biosignals.read(path, rate_hz=250.0).rate_hz == 250.0
    with pytest.raises(RecordingError, match="250 Hz in its header, got 1000 from --rate"):
        biosignals.read(path, rate_hz=1000.0)


@pytest.mark.parametrize("keep", [0, 100, 255, 300, 800, -1, -700])
def test_a_file_cut_off_is_one_clear_error(tmp_path: Path, keep: int) -> None:
    path = write_edf(tmp_path / "a.edf", known(), NAMES)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(RecordingError) as error:
        biosignals.read(path)
    assert "a.edf" in str(error.value) and len(str(error.value).splitlines()) == 1


def test_a_header_may_not_claim_a_million_channels(tmp_path: Path) -> None:
    path = write_edf(tmp_path / "a.edf", known(), NAMES)
    content = bytearray(path.read_bytes())
    content[252:256] = b"9999"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match="1 to 1024 signals, got 9999"):
        biosignals.read(path)
    gdf = write_gdf(tmp_path / "a.gdf", known(), NAMES)
    content = bytearray(gdf.read_bytes())
    content[252:256] = (1_000_000).to_bytes(4, "little")
    gdf.write_bytes(content)
    with pytest.raises(RecordingError, match="1 to 1024 signals, got 1000000"):
        biosignals.read(gdf)


def test_a_fif_file_whose_tags_go_round_in_a_circle_ends(tmp_path: Path) -> None:
    """Its second tag points back at the first: MNE would follow for ever."""
    path = write_fif(tmp_path / "a_raw.fif", known(2), ("C3", "C4"), ("eeg", "eeg"))
    content = bytearray(path.read_bytes())
    second = 16 + int.from_bytes(content[8:12], "big")
    content[second + 12 : second + 16] = (second).to_bytes(4, "big")
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=f"got a circle at byte {second}"):
        biosignals.read(path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(RecordingError):
        biosignals.read(path)


def test_brainvision_without_its_data_or_with_data_elsewhere(tmp_path: Path) -> None:
    pytest.importorskip("pybv")
    path = write_brainvision(tmp_path, "rec", known(), NAMES)
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace("rec.eeg", "../rec.eeg"), encoding="utf-8")
    with pytest.raises(RecordingError, match="beside it"):
        biosignals.read(path)
    path.write_text(whole.replace("rec.eeg", "9" * 5000), encoding="utf-8")
    with pytest.raises(RecordingError, match="beside it"):
        biosignals.read(path)
    path.write_text(whole, encoding="utf-8")
    (tmp_path / "rec.eeg").write_bytes((tmp_path / "rec.eeg").read_bytes()[:-3])
    with pytest.raises(RecordingError, match="cut off"):
        biosignals.read(path)
    (tmp_path / "rec.eeg").unlink()
    with pytest.raises(RecordingError, match=r"'rec\.eeg' beside it"):
        biosignals.read(path)
    with pytest.raises(RecordingError, match=r"name its \.vhdr"):
        biosignals.read(tmp_path / "rec.vmrk")


def test_channels_of_other_rates_are_said(tmp_path: Path) -> None:
    import edfio

    signals = [
        edfio.EdfSignal(known(1)[0] * 1e6, 250, label="C3", physical_dimension="uV", physical_range=(-200, 200)),
        edfio.EdfSignal(np.linspace(10, 60, 200), 50, label="knee_flexion", physical_dimension="deg"),
    ]
    edfio.Edf(signals).write(tmp_path / "a.edf")
    got = biosignals.read(tmp_path / "a.edf")
    assert got.n_times == 1000 and got.channels[1].unit == "deg"
    assert got.values[500, 1] == pytest.approx(35, abs=0.5)
    assert "channel knee_flexion was at 50 Hz: MNE brought it to 250 Hz" in got.history


def test_a_recording_with_pauses_is_refused(tmp_path: Path) -> None:
    path = write_edf(tmp_path / "a.edf", known(), NAMES, marks=[(0.0, 1.0, "x")])
    content = path.read_bytes()
    assert b"EDF+C" in content[192:236]
    path.write_bytes(content.replace(b"EDF+C", b"EDF+D", 1))
    with pytest.raises(RecordingError, match="pauses"):
        biosignals.read(path)


def test_without_mne_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_edf(tmp_path / "a.edf", known(), NAMES)
    monkeypatch.setitem(sys.modules, "mne", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'rehabkit\[eeg\]'"):
        biosignals.read(path)


def test_memory_is_bounded_before_anything_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_edf(tmp_path / "a.edf", known(), NAMES)
    monkeypatch.setattr(mne_files, "MOST_BYTES", 3 * 1000 * 8 - 1)
    with pytest.raises(RecordingError, match="must take at most 23999 bytes, got 24000"):
        biosignals.read(path)
