"""``rehabkit stream`` as a user runs it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rehabkit.recordings import biosignal_csv, biosignals
from rehabkit.streaming.simulated import simulated_emg

from .conftest import Outcome

Run = Callable[..., Outcome]
REHABKIT = [sys.executable, "-m", "rehabkit"]


def test_signal_check_of_a_simulated_source(rehabkit: Run) -> None:
    outcome = rehabkit("stream", "--source", "synthetic", "--check", "--seconds", 5, "--fast")
    assert outcome.code == 0 and not outcome.errors
    assert "simulated" in outcome.out and "rectus_femoris" in outcome.out and "good 100%" in outcome.out
    assert "simulated EMG: no person, no device" in outcome.err


def test_json_holds_what_was_measured_and_record_what_came(rehabkit: Run, tmp_path: Path) -> None:
    recorded = tmp_path / "kept.csv"
    words = ("--source", "synthetic", "--system", "none", "--seconds", 2, "--fast", "--record", recorded)
    outcome = rehabkit("stream", *words, "--json", "-", "-q")
    told = json.loads(outcome.out)
    assert (outcome.code, outcome.err) == (0, "")
    assert told["samples"]["received"] == 2000 and told["source"]["name"] == "simulated EMG"
    assert told["quality"]["semitendinosus"]["good"] == 1.0 and told["values"] == []
    back, expected = biosignals.read(recorded), simulated_emg(2.0)
    assert back.channels == expected.channels and back.rate_hz == pytest.approx(1000.0)
    np.testing.assert_allclose(back.values, expected.values, rtol=1e-8, atol=1e-15)
    again = rehabkit("stream", recorded, "--check", "--fast")
    assert again.code == 0 and "simulated EMG: no person, no device" in again.err  # it stays labelled so


def test_nothing_is_kept_unless_asked(rehabkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert rehabkit("stream", "--source", "synthetic", "--check", "--seconds", 1, "--fast").code == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--source", "brainflow", "--board", "synthetic"],
            "must be at least 1000 Hz, got 250 Hz: its EMG is filtered",
        ),
        (["--source", "brainflow", "--board", "toaster"], "must be a board that BrainFlow knows"),
        (["--source", "brainflow"], "--source brainflow must have --board ID"),
        (["--source", "lsl", "--board", "cyton"], "--board ID must go with --source brainflow; --source lsl must have"),
        (["--source", "synthetic", "--aligned-with", "x"], "--aligned-with must go with --source lsl"),
        (["--source", "lsl", "--stream", "x", "--fast"], "--fast must go with"),
        ([], "--source file must have a FILE"),
        (["--source", "synthetic", "--system", "exercise_imu"], "--system must be one of joint_intention, none"),
        (["--source", "synthetic", "--check", "--record", "x.txt"], "--record must name a .csv file"),
        (["--source", "synthetic", "--check", "--json", "nowhere/x.json"], "nowhere"),
        (["--source", "synthetic", "--bundle", "missing.onnx"], "missing.onnx"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(rehabkit: Run, words: list[str], said: str) -> None:
    if "--board" in words:
        pytest.importorskip("brainflow")
    outcome = rehabkit("stream", *words)
    assert outcome.code == 2 and outcome.out == ""
    assert len(outcome.errors) == 1 and said in outcome.errors[0]


def test_ctrl_c_ends_with_the_summary() -> None:
    command = [*REHABKIT, "stream", "--source", "synthetic", "--check", "--seconds", "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        process.stderr.readline()  # its first line: the stream runs
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "stopped" in err and "error" not in err and "Traceback" not in err
    assert "samples" in out and "rectus_femoris" in out


def test_lsl_says_nothing_of_its_own(tmp_path: Path) -> None:
    pytest.importorskip("pylsl")
    config = tmp_path / "lsl_api.cfg"
    config.write_text("[multicast]\nResolveScope = machine\n")
    command = [*REHABKIT, "stream", "--source", "lsl", "--stream", "nobody's stream"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, env={"LSLAPICFG": str(config)}, check=False
    )
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.splitlines() == [
        'error: --stream must name a stream that is being sent, got "nobody\'s stream"; no stream is on this network'
    ]


def test_a_flood_of_news_is_cut_short(rehabkit: Run, tmp_path: Path) -> None:
    recording = simulated_emg(3.0)
    values = recording.values.copy()
    values[::40] = np.nan  # a sample lost in every 40
    torn = tmp_path / "torn.csv"
    biosignal_csv.write(replace(recording, values=values), torn)
    outcome = rehabkit("stream", torn, "--source", "file", "--check", "--fast")
    assert outcome.code == 0 and "unreadable" in outcome.out
    assert "1 sample (1 ms) missing, bridged" in outcome.err
    assert len(outcome.err.splitlines()) < 40 and "more gaps" in outcome.err
