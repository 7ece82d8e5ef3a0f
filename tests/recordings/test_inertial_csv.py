"""Watches' CSV files as several loggers write them, all of one movement."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehabkit.errors import InputError, RecordingError
from rehabkit.recordings import inertial_csv, wide_csv
from rehabkit.recordings.inertial import STANDARD_GRAVITY
from rehabkit.recordings.skeleton import Skeleton

TIME_S = np.arange(200) / 50
FORCE = STANDARD_GRAVITY * np.stack([np.sin(TIME_S), np.zeros(200), np.cos(TIME_S)], axis=1)  # turns in gravity
RATE = np.stack([np.zeros(200), np.full(200, -1.0), np.zeros(200)], axis=1)


def written(header, time, force, rate, separator=","):
    rows = np.column_stack([time, force, rate])
    lines = [separator.join(f"{value:.15g}" for value in row) for row in rows]
    return "\n".join([separator.join(header), *lines, ""])


def loaded(text, **options):
    return inertial_csv.load(io.StringIO(text, newline=""), **options)


PLAIN = ["time_s", "ax_m_s2", "ay_m_s2", "az_m_s2", "gx_rad_s", "gy_rad_s", "gz_rad_s"]
IN_G = ["time_s", "ax_g", "ay_g", "az_g", "gx_deg_s", "gy_deg_s", "gz_deg_s"]
UNSAID = ["time", "acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z"]
PHYPHOX = [
    "Time (s)", *(f"Acceleration {axis} (m/s^2)" for axis in "xyz"), *(f"Gyroscope {axis} (rad/s)" for axis in "xyz")
]  # fmt: skip
SENSORLOG = [
    "accelerometerTimestamp_sinceReboot(s)", *(f"accelerometerAcceleration{axis}(G)" for axis in "XYZ"),
    *(f"motionRotationRate{axis}(rad/s)" for axis in "XYZ"),
]  # fmt: skip
G = STANDARD_GRAVITY
DEG = 180 / np.pi
FILES = {
    "plain": written(PLAIN, TIME_S, FORCE, RATE),
    "g and degrees": written(IN_G, TIME_S, FORCE / G, RATE * DEG),
    "milliseconds": written(["timestamp_ms", *PLAIN[1:]], 1000 * TIME_S + 1.7e12, FORCE, RATE),
    "nanoseconds, unsaid": written(["timestamp", *PLAIN[1:]], 1e9 * TIME_S, FORCE, RATE),
    "nothing said": written(UNSAID, TIME_S, FORCE / G, RATE * DEG),
    "nothing said, SI": written(UNSAID, TIME_S, FORCE, RATE),
    "semicolons": written([name.replace("_m_s2", " [m/s²]") for name in PLAIN], TIME_S, FORCE, RATE, ";"),
    "phyphox, tabs": written(PHYPHOX, TIME_S + 7, FORCE, RATE, "\t"),
    "SensorLog": written(SENSORLOG, TIME_S + 7, -FORCE / G, RATE),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_every_logger_says_the_same(name):
    one = loaded(FILES[name], side="left")
    np.testing.assert_allclose(one.time_s, TIME_S, atol=1e-3)
    np.testing.assert_allclose(one.acceleration, FORCE, atol=1e-4)
    np.testing.assert_allclose(one.angular_velocity, RATE, atol=1e-5)
    assert one.side == "left"


def test_what_was_supposed_is_said():
    said = " | ".join(loaded(FILES["nothing said"]).history)
    assert "acceleration not stated: taken as g" in said
    assert "angular velocity not stated: taken as degs" in said
    assert "time not stated: taken as s" in said
    assert "read gravity downward" in " ".join(loaded(FILES["SensorLog"]).history)
    assert loaded(FILES["plain"]).history == ()


def test_stated_units_are_taken():
    slow = written(UNSAID, TIME_S, FORCE / G, RATE * DEG / 2)  # 29 deg/s or rad/s: the magnitude doesn't tell
    with pytest.raises(RecordingError, match=r"angular velocity must be that of a moving limb.*--units deg/s"):
        loaded(slow)
    one = loaded(slow, units=("g", "deg/s"))
    np.testing.assert_allclose(one.angular_velocity, RATE / 2, atol=1e-5)
    assert "acceleration" not in " ".join(one.history)  # nothing was supposed of it


def test_a_stated_unit_of_time_is_taken():
    """Steps of 0.2 are five samples a second, or too many to be true if they are milliseconds."""
    slow = written(UNSAID, np.arange(200) * 0.2, FORCE, RATE)
    np.testing.assert_allclose(loaded(slow, units=["s"]).time_s[-1], 39.8)
    with pytest.raises(RecordingError, match=r"time step must be .*got 0.2 ms; correct the unit: --units"):
        loaded(slow, units=["ms"])


@pytest.mark.parametrize("units", [["furlong"], [""], ["g", "mg"], ["g", "m/s^2"]])
def test_units_that_say_nothing_or_too_much(units):
    with pytest.raises(InputError, match=r"units must be one each of .*; write --units g,deg/s"):
        loaded(FILES["plain"], units=units)


def test_a_unit_that_the_header_contradicts():
    with pytest.raises(RecordingError, match="unit of ax_m_s2 must be the one in its name, got g from --units"):
        loaded(FILES["plain"], units=["g"])
    same = loaded(FILES["g and degrees"], units=["g", "dps"])  # dps is deg/s by another name
    np.testing.assert_allclose(same.angular_velocity, RATE, atol=1e-5)


def test_the_first_line_says_side_and_sign():
    first = '# rehabkit inertial {"side": "right", "gravity": "down", "sensor": "my watch"}\n'
    one = loaded(first + written(PLAIN, TIME_S, -FORCE, RATE))
    assert (one.side, one.sensor) == ("right", "my watch")
    np.testing.assert_allclose(one.acceleration, FORCE, atol=1e-4)


def test_round_trip():
    one = loaded(FILES["nothing said"], side="left")
    again = loaded(inertial_csv.dumps(one))
    np.testing.assert_allclose(again.acceleration, one.acceleration, atol=1e-5)
    assert (again.side, again.sensor, again.history) == (one.side, one.sensor, one.history)


def test_a_watch_is_told_from_a_skeleton(tmp_path):
    watch, skeleton = tmp_path / "watch.csv", tmp_path / "skeleton.csv"
    for name, text in FILES.items():
        watch.write_text(text)
        assert inertial_csv.is_inertial(watch), name
    rows = Skeleton(("left_hip",), [0.0], np.ones((1, 1, 3)), [[1.0]], "y_up", "kinect")
    skeleton.write_text(wide_csv.dumps(rows))
    assert not inertial_csv.is_inertial(skeleton)
    skeleton.write_text("x0,y0,z0,v0\n1,2,3,4\n")
    assert not inertial_csv.is_inertial(skeleton)


def changed(line, column, value):
    lines = FILES["plain"].splitlines()
    cells = lines[line - 1].split(",")
    cells[column] = value
    lines[line - 1] = ",".join(cells)
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (FILES["plain"].replace("gz_rad_s", "temperature"), "no column for angular_velocity z"),
        (FILES["plain"].replace("az_m_s2", "ax_m_s2"), "no column for acceleration z; more than one column like ax"),
        (FILES["plain"].replace("az_m_s2", "az_g"), "several units of acceleration"),
        (changed(5, 2, ""), "line 5, column ay_m_s2 must hold a number, got none"),
        (changed(5, 2, "nan"), "line 5, column ay_m_s2 must hold a number, got none"),
        (changed(5, 2, "1e999"), "line 5, column ay_m_s2 must be finite"),
        (changed(5, 2, "off"), "line 5, column ay_m_s2 must be a number, got 'off'"),
        (changed(5, 0, "0.01"), "line 5, time must be after 0.04 s, got 0.01"),
        (written(PLAIN, TIME_S * 1000, FORCE, RATE), "time step must be 0.0005 to 0.5 s, got 20 s"),
        (written(PLAIN, TIME_S, FORCE / G, RATE), "acceleration must have gravity in it.*got 1 m/s"),
        (written(PLAIN, TIME_S, 0.02 * FORCE, RATE), "acceleration must have gravity in it.*got 0.196 m/s"),
        (written(PLAIN, TIME_S, FORCE, RATE * DEG), "angular velocity must be that of a moving limb.*got 57.3 rads"),
        ("\n".join(FILES["plain"].splitlines()[:2]), "at least two samples, got 1"),
        (FILES["plain"].splitlines()[0], "at least one row of numbers"),
        ('# rehabkit inertial {"side": "up"}\n' + FILES["plain"], "line 1, 'side' is wrong"),
        ("", "columns must be time_s,ax_m_s2"),
    ],
)
def test_one_clear_error(text, named):
    with pytest.raises(RecordingError, match=named) as error:
        loaded(text)
    assert "\n" not in str(error.value)


def test_files_that_are_no_text(tmp_path):
    path = tmp_path / "watch.csv"
    path.write_bytes(bytes(range(256)) * 40)
    with pytest.raises(RecordingError, match=r"watch\.csv: text must be UTF-8"):
        inertial_csv.read(path)
    with pytest.raises(RecordingError, match="file must exist"):
        inertial_csv.read(tmp_path / "other.csv")
    path.write_text(FILES["plain"])
    assert inertial_csv.read(path).n_times == 200


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.data())
def test_damage_is_refused_or_read(data):
    """Whatever is cut out or put in: an Inertial or a RecordingError of one line."""
    text = FILES[data.draw(st.sampled_from(["plain", "nothing said", "phyphox, tabs"]))][:2500]
    at = data.draw(st.integers(0, len(text)))
    gone = data.draw(st.integers(0, 40))
    junk = data.draw(st.sampled_from(["", "\x00", '"', ",,", "\n", "1e308", "-1e308", "9" * 400, "#", "{}", "\r", "é"]))
    try:
        one = loaded(text[:at] + junk + text[at + gone :])
    except RecordingError as error:
        assert "\n" not in str(error)
    else:
        assert one.n_times >= 2
