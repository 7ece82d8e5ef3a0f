"""A file of electrodes on the command line: what it doesn't say is said by options; what is wrong is one line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rehabkit.systems.registry import SYSTEMS

from ..recordings.biosignal_files import known, write_edf
from .conftest import Outcome

Run = Callable[..., Outcome]
pytest.importorskip("mne")
pytest.importorskip("edfio")
READS = [name for name, one in SYSTEMS.items() if one.reads.__name__ == "Biosignal"]
SYSTEM = ("--system", READS[0])


def refused(outcome: Outcome, *words: str) -> None:
    assert outcome.code == 2, outcome
    assert outcome.out == "" and len(outcome.err.splitlines()) == 1 and outcome.err.startswith("error:")
    for word in words:
        assert word in outcome.err


@pytest.fixture
def edf(tmp_path: Path) -> Path:
    return write_edf(tmp_path / "a.edf", known(), ("C3", "Cz", "C4"))


def test_the_system_must_be_named(rehabkit: Run, edf: Path) -> None:
    refused(rehabkit("assess", edf), "--system must be one of", "a.edf", *READS)


def test_damaged_and_missing_files(rehabkit: Run, edf: Path, tmp_path: Path) -> None:
    edf.write_bytes(edf.read_bytes()[:-100])
    refused(rehabkit("assess", edf, *SYSTEM), "a.edf", "cut off")
    refused(rehabkit("assess", tmp_path / "no.edf", *SYSTEM), "no.edf")
    (tmp_path / "empty.edf").touch()
    refused(rehabkit("assess", tmp_path / "empty.edf", *SYSTEM), "empty.edf", "0 bytes")


def test_options_that_contradict_the_file(rehabkit: Run, edf: Path) -> None:
    refused(rehabkit("assess", edf, *SYSTEM, "--rate", 500), "250 Hz in its header", "--rate")
    refused(rehabkit("assess", edf, *SYSTEM, "--units", "mV"), "--units")
    refused(rehabkit("assess", edf, *SYSTEM, "--rename", "Q=C5"), "got Q; it has C3, Cz, C4")
    refused(rehabkit("assess", edf, *SYSTEM, "--rename", "Q"), "OLD=NEW")
    refused(rehabkit("predict", READS[0], edf, "--rate", 500), "250 Hz in its header")


def test_a_csv_that_says_too_little(rehabkit: Run, tmp_path: Path) -> None:
    path = tmp_path / "emg.csv"
    path.write_text("biceps_emg\n" + "0.5\n-0.5\n" * 100)
    refused(rehabkit("assess", path, *SYSTEM), "emg.csv", "unit of biceps")
    refused(rehabkit("assess", path, *SYSTEM, "--units", "mV"), "emg.csv", "rate", "--rate")
    refused(rehabkit("assess", path, *SYSTEM, "--units", "V", "--rate", 1000), "amplitude", "--units mV")


def test_which_trial_of_a_set(rehabkit: Run, shared: Path) -> None:
    path = shared / "bio/uci_lower_limb/uci_lower_limb_1000hz.npz"
    refused(rehabkit("assess", path, *SYSTEM), "must be named", "N03_pie")
    refused(rehabkit("assess", f"{path}#N99_pie", *SYSTEM), "N99_pie", "N03_pie")


def test_check_names_what_is_wrong_with_channels(rehabkit: Run, tmp_path: Path) -> None:
    volts = known(4, seconds=10)
    volts[1] = 0.0
    volts[2] += 8e-5 * np.sin(2 * np.pi * 50 * np.arange(volts.shape[1]) / 250)
    outcome = rehabkit("check", write_edf(tmp_path / "a.edf", volts, ("C3", "Cz", "C4", "Oz")), "--json")
    assert outcome.code == 0
    answers = {one["name"]: one for one in json.loads(outcome.out)}
    assert answers["flat channels"]["message"] == "Cz"
    assert answers["mains hum"]["message"].startswith("C4") and "50 Hz" in answers["mains hum"]["message"]
    assert answers["clipped channels"]["status"] == "ok"
    silent = write_edf(tmp_path / "b.edf", np.zeros((2, 2500)), ("C3", "C4"))
    assert rehabkit("check", silent).code == 2


def test_a_trial_of_a_set_is_assessed(rehabkit: Run, shared: Path) -> None:
    path = shared / "bio/mi_openbci_R0/eeg_R0_10subj.npz"
    outcome = rehabkit("assess", f"{path}#S02", "--system", "recovery_prognosis", "--json", "-")
    if "bundle must be" in outcome.err:
        pytest.skip("the bundle of recovery_prognosis is not here")
    said = json.loads(outcome.out)["recording"]
    assert outcome.code == 0 and said["name"] == "eeg_R0_10subj.npz#S02"
    assert said["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    hum = next(one for one in said["checks"] if one["name"] == "mains hum")
    assert hum["status"] == "warning" and "T5" in hum["message"] and "50 Hz" in hum["message"]
