"""npz and HDF5 of electrodes, and single trials out of the compact sets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.recordings import biosignal_hdf5, biosignal_npz, biosignals
from rehabkit.recordings.biosignal import Annotation, Biosignal, Channel
from rehabkit.recordings.datasets import arrays, uci_lower_limb

UCI = Path("bio/uci_lower_limb/uci_lower_limb_1000hz.npz")
ELBOW = Path("bio/elbow_semg_mendeley/elbow_semg.npz")


def example() -> Biosignal:
    rng = np.random.default_rng(5)
    values = np.column_stack([2e-5 * rng.standard_normal(500), 30 + rng.standard_normal(500), rng.standard_normal(500)])
    values[7, 0] = np.nan
    channels = (Channel("C3", "eeg"), Channel("knee, flexed", "angle", "deg"), Channel("force", "other", "N"))
    marks = tuple(Annotation(i / 3, 0.1, f"mark {i} µ") for i in range(300))
    return Biosignal(values, 333.3, channels, 2.5, marks, "standard_1005", "test", ("made", "twice"))


@pytest.mark.parametrize(("writer", "name"), [(biosignal_npz, "a.npz"), (biosignal_hdf5, "a.h5")])
def test_what_is_written_comes_back_exactly(tmp_path: Path, writer, name: str) -> None:  # type: ignore[no-untyped-def]
    if name.endswith("h5"):
        pytest.importorskip("h5py")
    one = example()
    writer.write(one, tmp_path / name)
    assert biosignals.is_biosignal(tmp_path / name)
    again = biosignals.read(tmp_path / name)
    np.testing.assert_array_equal(again.values, one.values)
    for part in ("channels", "rate_hz", "start_s", "annotations", "montage", "sensor", "history"):
        assert getattr(again, part) == getattr(one, part)


@pytest.mark.parametrize(("writer", "name"), [(biosignal_npz, "a.npz"), (biosignal_hdf5, "a.h5")])
def test_what_contradicts_the_file_is_said(tmp_path: Path, writer, name: str) -> None:  # type: ignore[no-untyped-def]
    if name.endswith("h5"):
        pytest.importorskip("h5py")
    writer.write(example(), tmp_path / name)
    with pytest.raises(RecordingError, match=r"333\.3 Hz from the file and 500 Hz from --rate"):
        biosignals.read(tmp_path / name, rate_hz=500.0)
    with pytest.raises(RecordingError, match="leave --units out"):
        biosignals.read(tmp_path / name, units=["uV"])
    with pytest.raises(RecordingError, match="got C9; it has C3"):
        biosignals.read(tmp_path / name, rename={"C9": "C4"})
    assert biosignals.read(tmp_path / name, rename={"C3": "C4"}).names[0] == "C4"


def test_pickles_and_bombs_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Boom:
        def __reduce__(self) -> tuple[object, tuple[Path]]:
            return Path.touch, (tmp_path / "ran",)

    path = tmp_path / "a.npz"
    np.savez(path, values=np.array([Boom()], dtype=object), about=np.zeros(2, np.int8))
    with pytest.raises(RecordingError, match="plain numbers or text"):
        biosignals.read(path)
    assert not (tmp_path / "ran").exists()
    np.savez_compressed(path, values=np.zeros((2**18, 8)), about=np.zeros(2, np.int8))  # 16 MiB of zeros
    assert path.stat().st_size < 2**17
    monkeypatch.setattr(arrays, "LARGEST", 2**23)
    with pytest.raises(RecordingError, match="must unpack to at most 8388608 bytes"):
        biosignals.read(path)


def test_hdf5_may_not_refer_to_other_files(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    biosignal_hdf5.write(example(), tmp_path / "secret.h5")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["values"] = h5py.ExternalLink("secret.h5", "values")
    with pytest.raises(RecordingError, match="must hold values"):
        biosignals.read(tmp_path / "a.h5")
    (tmp_path / "raw").write_bytes(bytes(8000))
    with h5py.File(tmp_path / "b.h5", "w") as file:
        made = file.create_dataset("values", (100, 10), "f8", external=[(str(tmp_path / "raw"), 0, 8000)])
        made.attrs["about"] = np.zeros(2, np.int8)
    with pytest.raises(RecordingError, match="must hold values"):
        biosignals.read(tmp_path / "b.h5")
    with h5py.File(tmp_path / "c.h5", "w") as file:
        made = file.create_dataset("values", (2**40, 8), "f8", chunks=(1000, 8))  # nothing stored: 64 TiB of zeros
        made.attrs["about"] = np.zeros(2, np.int8)
    with pytest.raises(RecordingError, match="must unpack to at most"):
        biosignals.read(tmp_path / "c.h5")


def test_a_trial_is_the_one_that_the_sets_reader_gives(shared: Path) -> None:
    one = next(t for t in uci_lower_limb.read(shared / UCI) if t.subject == "N03" and t.task == "standing").recording
    got = biosignals.read(f"{shared / UCI}#N03_pie")
    np.testing.assert_array_equal(got.values, one.values)
    assert got.history == one.history and got.channels == one.channels


def test_which_trial_must_be_named(shared: Path) -> None:
    assert biosignals.is_biosignal(shared / UCI)
    for name in (shared / UCI, f"{shared / UCI}#N99_pie"):
        with pytest.raises(RecordingError, match=r"one trial of .* must be named, .* A01_mar, A01_pie, .* N11_sen"):
            biosignals.read(name)


def test_person_of_the_openbci_set(shared: Path) -> None:
    got = biosignals.read(f"{shared / 'bio/mi_openbci_R0/eeg_R0_10subj.npz'}#S02")
    assert (got.n_channels, got.rate_hz, len(got.annotations)) == (15, 125.0, 10)


def test_the_elbows_rate_must_be_stated_and_counts_are_no_volts(shared: Path) -> None:
    name = f"{shared / ELBOW}#Subject_3_2014125-151859"
    with pytest.raises(RecordingError, match=r"rate of .* must be said, got none"):
        biosignals.read(name)
    got = biosignals.read(name, rate_hz=2000.0)
    assert [(c.name, c.kind, c.unit) for c in got.channels] == [
        ("biceps", "other", "counts"), ("triceps", "other", "counts"), ("elbow_flexion", "angle", "deg"),
    ]  # fmt: skip
    assert got.values[:, 2].min() >= 0 and got.values[:, 2].max() <= 130


def test_features_are_refused_with_the_reason(shared: Path) -> None:
    with pytest.raises(RecordingError, match="must hold signals, got features of windows"):
        biosignals.read(shared / "bio/stroke_liu2024_derived/windows_540x29_features.npz")
