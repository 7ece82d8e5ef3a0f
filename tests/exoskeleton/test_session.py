"""What is said, drawn and written of a session."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from sessions import LIMITS, cosine, hold

from rehabkit.errors import InputError, RecordingError
from rehabkit.exoskeleton.drawing import draw
from rehabkit.exoskeleton.drive import Drive, Hands
from rehabkit.exoskeleton.injection import Injection
from rehabkit.exoskeleton.log_file import COLUMNS, write_log
from rehabkit.exoskeleton.session import MODES, SessionLog, simulate
from rehabkit.exoskeleton.summary import curves, findings, tracking


def log_of(desired: np.ndarray, angle: np.ndarray, mode: np.ndarray, **changes: object) -> SessionLog:
    """A log made by hand, at 1 kHz."""
    time_s = np.arange(len(desired)) * 1e-3
    rest = {"events": (), "limits": LIMITS, "repetitions": 0, "work_j": 0.0, "led_s": 0.0} | changes
    zero = np.zeros(len(desired))
    return SessionLog(time_s, desired, desired, angle, np.gradient(angle, 1e-3), zero, mode.astype(np.int8), **rest)


@pytest.fixture(scope="module")
def broken() -> SessionLog:
    faults = [Injection("stale", 2.0, 0.5), Injection("sensor-nan", 6.0, 0.5)]
    return hold(cosine(8), 8.0, faults, hands=Hands(0.5, [4.0]))[0]


def test_delay_and_error_are_those_that_were_put_in() -> None:
    time_s = np.arange(0, 12, 1e-3)
    wanted = 50 + 20 * np.sin(2 * np.pi * time_s / 3)
    late = 50 + 20 * np.sin(2 * np.pi * (time_s - 0.25) / 3) + 3.0
    delay, error = tracking(log_of(wanted, late, np.zeros(len(wanted)))) or (0, 0)
    assert delay == pytest.approx(0.25, abs=0.006)
    assert error == pytest.approx(3.0, abs=0.02)


def test_what_was_wanted_beyond_the_range_is_no_error_of_tracking() -> None:
    wanted = np.full(3000, -40.0)
    assert tracking(log_of(wanted, np.full(3000, LIMITS.low_deg), np.zeros(3000))) == (0.0, 0.0)


def test_without_being_led_nothing_is_said_of_tracking() -> None:
    still = np.full(3000, 60.0)
    said = {one.name: one for one in findings(log_of(still, still, np.full(3000, MODES.index("support"))))}
    assert said["session_delay"].not_measurable and said["session_tracking_error"].not_measurable
    assert said["session_lowest_angle"].not_measurable and said["session_repetitions"].value == 0


def test_findings_tell_stops_and_how_soon_they_came(broken: SessionLog) -> None:
    said = {one.name: one for one in findings(broken)}
    assert all(one.simulated for one in said.values())
    assert said["session_stops"].value == 2
    assert said["session_stop_1"].value == "estimate too old"
    assert said["session_stop_2"].value == "position sensor gives no number"
    assert 40 < said["session_to_safe_state"].value <= 91  # the last good estimate was 30 to 50 ms old
    assert said["session_torque_kept"].value is True


def test_modes_cover_the_session_once(broken: SessionLog) -> None:
    stretches = sorted(one for mode in MODES for one in broken.stretches(mode))
    assert stretches[0][0] == 0.0 and stretches[-1][1] == pytest.approx(8.0)
    assert [end for _, end in stretches[:-1]] == pytest.approx([start for start, _ in stretches[1:]])


def test_curves_are_labelled_and_short_enough_for_a_report(broken: SessionLog) -> None:
    angle, torque = curves(broken)
    assert angle.simulated and torque.simulated
    assert len(angle.time_s) <= 1500 and set(angle.lines) == {"desired", "led to", "limb"}
    assert angle.lines["led to"][-1] is None  # no position is believed any more
    assert [len(stretches) for stretches in angle.shaded.values()] == [2, 2]


@pytest.mark.parametrize(("suffix", "begins"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")])
def test_a_picture_is_written(broken: SessionLog, tmp_path: Path, suffix: str, begins: bytes) -> None:
    path = tmp_path / f"session{suffix}"
    draw(broken, path, "test")
    written = path.read_bytes()
    assert written.startswith(begins)
    if suffix == ".svg":
        words = ("estimate too old", "resumed", "controlled stop", "Simulation only")
        assert all(word.encode() in written for word in words)


def test_another_kind_of_picture_is_refused(broken: SessionLog, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"plot must be a .png, .svg, .pdf file, got a.jpg"):
        draw(broken, tmp_path / "a.jpg")


def test_the_table_holds_every_tenth_step_and_every_event(broken: SessionLog, tmp_path: Path) -> None:
    write_log(broken, tmp_path / "log.csv")
    first, *lines = (tmp_path / "log.csv").read_text(encoding="utf-8").splitlines()
    assert first.startswith("# simulation only")
    rows = list(csv.DictReader(lines))
    assert tuple(rows[0]) == COLUMNS and len(rows) >= 800
    assert {"started", "resumed", "injected: estimate too old"} <= {row["events"] for row in rows}
    assert rows[-1]["reference_deg"] == "" and rows[-1]["state"] == "support"


@pytest.mark.parametrize("seconds", [0.0, float("nan"), 1e6])
def test_a_session_of_no_or_endless_length_is_refused(seconds: float) -> None:
    with pytest.raises(InputError, match="session must last"):
        hold_for(seconds)


def hold_for(seconds: float) -> SessionLog:
    from sessions import LIMB

    from rehabkit.exoskeleton.governor import Governor
    from rehabkit.exoskeleton.plant import Plant

    drive = Drive(np.arange(3) * 0.02, np.zeros(3), "test")
    return simulate(drive.lines(Hands()), Plant(LIMB), Governor(LIMITS, LIMB), seconds)


@pytest.mark.parametrize(("time_s", "why"), [
    ([0.0], "two angles or more"), ([0.0, 0.1], "less than 0.060 s apart"), ([0.0, 0.02, 0.01], "apart, got -0.010"),
])  # fmt: skip
def test_a_drive_that_the_watchdog_would_stop_is_refused(time_s: list[float], why: str) -> None:
    with pytest.raises(RecordingError, match=why):
        Drive(np.array(time_s), np.zeros(len(time_s)), "test")
