"""Any file of electrodes, whatever its bytes, either reads or raises a RehabkitError on one line, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rehabkit.recordings import biosignal_csv, biosignal_hdf5, biosignal_npz, biosignals
from rehabkit.recordings.biosignal import Annotation, Biosignal, Channel
from rehabkit.recordings.datasets import stroke_liu2024

from ..recordings.biosignal_files import known, write_brainvision, write_edf, write_fif, write_gdf
from .reading import Kind, test_damaged_files, test_files_cut_off, test_whole_files_read  # noqa: F401

pytest.importorskip("mne")
pytest.importorskip("edfio")
pytest.importorskip("pybv")
pytest.importorskip("h5py")
NAMES = ("C3", "C4")


def _example() -> Biosignal:
    channels = (Channel("C3", "eeg"), Channel("C4", "eeg"))
    return Biosignal(known(2, 1).T[:60], 250.0, channels, 0.0, (Annotation(0.1, 0.0, "cue"),), "", "test", ("made",))


def _written(name: str, write: Callable[[Path], object]) -> Callable[[Path], bytes]:
    def make(folder: Path) -> bytes:
        write(folder / name)
        return (folder / name).read_bytes()

    return make


def _marked_edf(path: Path) -> Path:
    return write_edf(path, known(2, 1), NAMES, marks=[(0.2, 0.1, "x")])


def _vhdr(folder: Path) -> bytes:
    return write_brainvision(folder, "whole", known(2, 1), NAMES).read_bytes()


def _table(name: str, text: str) -> Kind:
    """A table of a BIDS folder, damaged, beside a whole recording."""

    def read(path: Path) -> object:
        edf = path.with_name("sub-1_task-x_eeg.edf")
        if not edf.exists():
            write_edf(edf, known(2, 1), NAMES)
        path.replace(path.with_name(f"sub-1_task-x_{name}"))
        return biosignals.read(edf)

    return Kind(".part", lambda _: text.encode(), read, 25, 10)


def _described(path: Path) -> object:
    table = path.with_name("described.csv")
    table.write_text("a,b\n" + "1,2\n-1,3\n" * 30)
    return biosignals.read(table, description=path)


def _uci(_: Path) -> bytes:
    lines = "".join(
        f"Channel {i}: '{name}', 20 values, engineering units: {unit}, no filters.\n"
        for i, (name, unit) in enumerate((("RF", "mV"), ("FX", "deg")), start=1)
    )
    rows = "".join(f"{0.01 * (i % 7):.4f}\t{i}\n" for i in range(20))
    return f"File Name: a.log\n{lines}\n{rows}".encode()


def _compact(folder: Path) -> bytes:
    np.savez_compressed(
        folder / "whole.npz", S02_eeg=(known(15, 1).T[:50] * 1e6).astype("f4"), fs=np.array(125),
        S02_ev=np.array([[0.1, 770.0], [0.3, 800.0]]), ch=np.array([f"F{i}" for i in range(15)]),
    )  # fmt: skip
    return (folder / "whole.npz").read_bytes()


def _people(_: Path) -> bytes:
    head = (
        "Participant_ID\tGender\tAge\tDuration\tParalysisSide\tHandedness\tIsFirstTime\tStrokeLocation\tNIHSS\tMBI\tmRS"
    )
    return f"{head}\nsub-01\tmale\t45\t1\tright\tright\tyes\tleft pons\t11\t50\t4\n".encode()


def _csv(folder: Path) -> bytes:
    return biosignal_csv.dumps(_example()).encode()


def _logger(_: Path) -> bytes:
    rows = "".join(f"{i * 4},{np.sin(i):.3f},{30 + i}\n" for i in range(30))
    return f"time_ms,biceps_emg_mV,knee_flexion_deg\n{rows}".encode()


TOML = b'rate_hz = 200\n[[channels]]\ncolumn = "a"\nkind = "emg"\nunit = "uV"\n'
KINDS = {
    "edf": Kind(".edf", _written("w.edf", lambda path: write_edf(path, known(2, 1), NAMES)), biosignals.read, 50, 15),
    "edf+": Kind(".edf", _written("w.edf", _marked_edf), biosignals.read, 40, 15),
    "bdf": Kind(".bdf", _written("w.bdf", lambda path: write_edf(path, known(2, 1), NAMES)), biosignals.read, 25, 10),
    "gdf": Kind(".gdf", _written("w.gdf", lambda path: write_gdf(path, known(2, 1), NAMES)), biosignals.read, 50, 15),
    "fif": Kind(
        "_raw.fif", _written("w_raw.fif", lambda path: write_fif(path, known(2, 1), NAMES, ("eeg", "eeg"))),
        biosignals.read, 50, 15,
    ),
    "brainvision": Kind(".vhdr", _vhdr, biosignals.read, 60, 15),
    "channels.tsv": _table("channels.tsv", "name\ttype\tunits\tstatus\nC3\tEMG\tuV\tbad\nC4\tEEG\tuV\tgood\n"),
    "events.tsv": _table("events.tsv", "onset\tduration\ttrial_type\n0.5\t1\tleft\n"),
    "eeg.json": _table("eeg.json", '{"SamplingFrequency": 250, "PowerLineFrequency": 50}'),
    "csv": Kind(".csv", _csv, biosignals.read, 80),
    "csv of a logger": Kind(".csv", _logger, biosignals.read, 80),
    "description": Kind(".toml", lambda _: TOML, _described, 80),
    "npz": Kind(".npz", _written("w.npz", lambda path: biosignal_npz.write(_example(), path)), biosignals.read),
    "npz of a set": Kind(".npz", _compact, lambda path: biosignals.read(f"{path}#S02")),
    "hdf5": Kind(".h5", _written("w.h5", lambda path: biosignal_hdf5.write(_example(), path)), biosignals.read, 80),
    "uci": Kind(".txt", _uci, biosignals.read, 80),
    "participants": Kind(".tsv", _people, stroke_liu2024.participants),
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """MNE's own memory is no file's."""
    import mne  # noqa: F401
