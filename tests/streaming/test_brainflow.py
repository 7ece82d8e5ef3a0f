"""BrainFlow's own synthetic board, read for real: 250 Hz, sixteen channels."""

import sys

import numpy as np
import pytest

from rehabkit.errors import InputError, MissingExtraError, RecordingError
from rehabkit.streaming.engine import Engine
from rehabkit.streaming.live import needs
from rehabkit.streaming.session import Session
from rehabkit.streaming.sources import require

pytest.importorskip("brainflow", reason="BrainFlow is not installed: pip install 'rehabkit[stream]'")

from rehabkit.streaming.brainflow_source import BrainFlowSource, board_id


def test_the_synthetic_board_is_too_slow_for_emg_to_450_hz():
    source = BrainFlowSource("synthetic")
    with pytest.raises(InputError) as refused:
        require(source, *needs("joint_intention"))
    assert str(refused.value) == (
        "rate of BrainFlow's Synthetic board must be at least 1000 Hz, got 250 Hz: "
        "its EMG is filtered from 20 to 450 Hz; take a faster device"
    )
    source.close()


def test_its_signal_is_read_and_looked_at():
    source = BrainFlowSource("synthetic", "eeg", rename={"Fz": "F1", "F1": "Fz"})
    assert [channel.name for channel in source.channels][:4] == ["F1", "C3", "Cz", "C4"]
    assert {channel.kind for channel in source.channels} == {"eeg"} and "simulated" in source.notes[0]
    kept = []
    session = Session(Engine(source, keep=kept.append), seconds=1.5)
    session.run(lambda outputs, news: None)
    summary = session.summary()
    values = np.concatenate([one.values for one in kept])
    assert 150 < len(values) < 450 and values.shape[1] == 16
    assert 1e-6 < np.median(np.abs(values)) < 1e-3  # V: the board sends some 10 to 100 µV
    assert summary["samples"]["lost"] == 0 and summary["clock"]["smallest_gap_seen_ms"] == 0.0  # it counts its samples
    assert summary["quality"]["C3"]["good"] + summary["quality"]["C3"]["poor"] > 0
    source.close()


def test_boards_are_known_by_name_and_number():
    assert (board_id("Cyton"), board_id("callibri-emg"), board_id("10")) == (0, 10, 10)
    for wrong in ("nonsense", "4711", ""):
        with pytest.raises(InputError, match="must be a board that BrainFlow knows"):
            board_id(wrong)
    with pytest.raises(InputError, match="must have EMG electrodes, got none"):
        BrainFlowSource("brainbit")


def test_a_board_that_does_not_answer_is_said():
    source = BrainFlowSource("cyton", serial_port="/dev/nothing-here")
    with pytest.raises(RecordingError, match=r"Cyton board must answer, got .*--serial-port"):
        source.read(0.1)
    source.close()


def test_without_brainflow_the_remedy_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "brainflow", None)
    with pytest.raises(MissingExtraError, match=r"pip install \"rehabkit\[stream\]\""):
        board_id("synthetic")
