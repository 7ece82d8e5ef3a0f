"""CSV of electrodes: what is written comes back exactly; what isn't said is asked for, what is wrong is named."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehabkit.errors import InputError, RecordingError
from rehabkit.recordings import biosignal_csv, biosignals
from rehabkit.recordings.biosignal import Annotation, Biosignal, Channel

ROW = "rectus_femoris_emg_mV,C3_eeg_uV,knee_flexion_deg"


def rows(n: int = 200, sep: str = ",", start: str = "") -> str:
    """``n`` rows of 0.1 mV, 20 µV and degrees that change."""
    wave = np.sin(np.arange(n) / 3)
    cells = zip(0.1 * wave, 20 * wave, 30 + 10 * wave, strict=True)
    return "".join(start + sep.join(f"{x:.4f}" for x in row) + "\n" for row in cells)


def written(folder: Path, text: str, name: str = "emg.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refused(path: Path, **how: object) -> str:
    with pytest.raises(RecordingError) as error:
        biosignals.read(path, **how)  # type: ignore[arg-type]
    message = str(error.value)
    assert path.name in message and len(message.splitlines()) == 1
    return message


def test_names_end_in_kind_and_unit(tmp_path: Path) -> None:
    got = biosignals.read(written(tmp_path, f'# rehabkit biosignal {{"rate_hz": 1000}}\n{ROW}\n{rows()}'))
    assert [(c.name, c.kind, c.unit) for c in got.channels] == [
        ("rectus_femoris", "emg", "V"), ("C3", "eeg", "V"), ("knee_flexion", "angle", "deg"),
    ]  # fmt: skip
    wave = np.round(np.sin(np.arange(200) / 3) * 0.1, 4)
    np.testing.assert_allclose(got.values[:, 0], wave * 1e-3, rtol=1e-12)
    assert (got.rate_hz, got.montage) == (1000.0, "standard_1005")


def test_radians_become_degrees(tmp_path: Path) -> None:
    text = '# rehabkit biosignal {"rate_hz": 100}\nknee_flexion_rad\n' + "0.5\n1.0\n1.5\n"
    np.testing.assert_allclose(biosignals.read(written(tmp_path, text)).values[:, 0], np.degrees([0.5, 1.0, 1.5]))


@pytest.mark.parametrize("sep", [";", "\t"])
def test_decimal_commas(tmp_path: Path, sep: str) -> None:
    text = f"{ROW.replace(',', sep)}\n{rows(sep=sep).replace('.', ',')}"
    got = biosignals.read(written(tmp_path, text), rate_hz=500.0)
    plain = biosignals.read(written(tmp_path, f"{ROW}\n{rows()}", "b.csv"), rate_hz=500.0)
    np.testing.assert_array_equal(got.values, plain.values)


def test_a_description_beside_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "zeit,EMG 1,x,Gonio\n" + "".join(f"{i},{np.sin(i):.4f},7,{i % 60}\n" for i in range(300)))
    written(
        tmp_path,
        'time = "zeit"\ntime_unit = "ms"\nsensor = "logger"\n'
        '[[channels]]\ncolumn = "EMG 1"\nname = "biceps_femoris"\nunit = "mV"\n'
        '[[channels]]\ncolumn = 4\nname = "knee"\nkind = "angle"\nunit = "deg"\n',
        "emg.toml",
    )
    assert biosignals.is_biosignal(path)
    got = biosignals.read(path)
    assert (got.rate_hz, got.sensor, got.names) == (1000.0, "logger", ("biceps_femoris", "knee"))
    assert got.channels[0].kind == "emg" and got.values[90, 0] == pytest.approx(np.sin(90) / 1000, abs=1e-7)
    assert "columns left out: x" in got.history


def test_a_description_given_by_name(tmp_path: Path) -> None:
    path = written(tmp_path, "a\n" + "1.5\n-1.5\n" * 50)
    told = written(tmp_path, 'rate_hz = 200\n[[channels]]\ncolumn = "a"\nkind = "emg"\nunit = "uV"\n', "other.toml")
    assert biosignals.read(path, description=told).rate_hz == 200.0
    assert "100 Hz from --rate and 200 Hz from the description" in refused(path, description=told, rate_hz=100.0)


@pytest.mark.parametrize(
    ("toml", "why"),
    [
        ("rate_hz = 200\n", "channels"),
        ("[[channels]]\nname = 'x'\n", "column"),
        ("[[channels]]\ncolumn = 'nowhere'\nkind = 'emg'\nunit = 'uV'\n", "nowhere"),
        ("[[channels]]\ncolumn = 'a'\nkind = 'brain'\n", "kind"),
        ("[[channels]]\ncolumn = 'a'\nkind = 'emg'\n", "--units uV"),
        ("[[channels]\n", "TOML"),
        ("rate_hz = " + "9" * 5000 + "\n", "TOML"),
        ("", "told.toml|0 bytes"),
    ],
)
def test_wrong_descriptions(tmp_path: Path, toml: str, why: str) -> None:
    path = written(tmp_path, "a\n" + "1.5\n-1.5\n" * 50)
    told = written(tmp_path, toml, "told.toml")
    with pytest.raises(RecordingError, match=why):
        biosignals.read(path, description=told, rate_hz=200.0)


def test_the_rate_is_never_guessed(tmp_path: Path) -> None:
    path = written(tmp_path, f"{ROW}\n{rows()}")
    assert "rate" in refused(path) and "--rate 1000" in refused(path)
    assert biosignals.read(path, rate_hz=2000.0).rate_hz == 2000.0


def test_columns_that_say_nothing_are_named(tmp_path: Path) -> None:
    message = refused(written(tmp_path, "# rehabkit biosignal {}\nC3_eeg_uV,x,y\n1,2,3\n"), rate_hz=100.0)
    assert "got x, y;" in message and "--description" in message


def test_a_unit_that_is_nowhere_said(tmp_path: Path) -> None:
    path = written(tmp_path, "biceps_emg\n" + "0.5\n-0.5\n" * 50)
    assert "unit of biceps must be" in refused(path, rate_hz=1000.0)
    assert biosignals.read(path, rate_hz=1000.0, units=["mV"]).values[0, 0] == 0.5e-3
    with pytest.raises(InputError, match="units"):
        biosignals.read(path, rate_hz=1000.0, units=["mV", "uV"])


@pytest.mark.parametrize(("unit", "right"), [("V", "mV"), ("nV", "uV")])
def test_a_unit_that_the_magnitude_contradicts_is_refused(tmp_path: Path, unit: str, right: str) -> None:
    """0.5 V on a muscle, and 0.05 nV, are no EMG."""
    value = "0.5" if unit == "V" else "0.05"
    path = written(tmp_path, f"biceps_emg_{unit}\n" + f"{value}\n-{value}\n" * 50)
    message = refused(path, rate_hz=1000.0)
    assert "EMG must have an amplitude" in message and f"unit {unit}" in message and "--units" in message
    assert biosignals.read(path, rate_hz=1000.0, units=["mV"]).channels[0].unit == "V"


def timed(times: np.ndarray, unit: str = "s") -> str:
    wave = np.sin(np.arange(len(times)))
    return f"time_{unit},biceps_emg_mV\n" + "".join(f"{t:.6f},{x:.4f}\n" for t, x in zip(times, wave, strict=True))


def test_the_rate_comes_from_times_that_are_even(tmp_path: Path) -> None:
    got = biosignals.read(written(tmp_path, timed(5 + np.arange(500) / 250)))
    assert (got.rate_hz, got.start_s, got.n_times) == (250.0, 5.0, 500)
    assert biosignals.read(written(tmp_path, timed(np.arange(500) * 4.0, "ms"))).rate_hz == 250.0


def test_times_rounded_to_milliseconds_are_even(tmp_path: Path) -> None:
    got = biosignals.read(written(tmp_path, timed(np.round(np.arange(3000) / 300, 3))))
    assert got.rate_hz == pytest.approx(300.0, rel=1e-4) and not np.isnan(got.values).any()


def test_a_gap_is_filled_with_missing_samples_and_named(tmp_path: Path) -> None:
    got = biosignals.read(written(tmp_path, timed(np.delete(np.arange(1000) / 250, slice(500, 510)))))
    assert got.n_times == 1000
    assert np.flatnonzero(np.isnan(got.values[:, 0])).tolist() == list(range(500, 510))
    assert "gap of 0.044 s after 1.996 s: 10 samples missing" in got.history


def test_clocks_that_jump_drift_or_go_back_are_refused(tmp_path: Path) -> None:
    steady = np.arange(1000) / 250
    back = np.where(np.arange(1000) > 500, steady - 1.0, steady)
    assert "line 503, time must be after" in refused(written(tmp_path, timed(back)))
    drifting = steady + 0.05 * steady**2  # the clock runs ever slower
    assert "sampling must be even" in refused(written(tmp_path, timed(drifting)))
    torn = np.where(np.arange(1000) > 500, steady + 3.0, steady)
    assert "the longest gap 3.004 s after 2 s" in refused(written(tmp_path, timed(torn)))


def test_times_and_a_stated_rate_must_agree(tmp_path: Path) -> None:
    path = written(tmp_path, timed(np.arange(500) / 250))
    message = refused(path, rate_hz=1000.0)
    assert "1000 Hz from --rate" in message and "250 Hz from its times" in message


def test_a_time_without_unit_is_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, timed(np.arange(500) / 250).replace("time_s", "time"))
    assert "unit of time must be s, ms, us or ns" in refused(path)
    assert biosignals.read(path, units=["s"]).rate_hz == 250.0


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "0 bytes"),
        ("C3_eeg_uV\n", "at least one row"),
        ("C3_eeg_uV,C4_eeg_uV\n1,2\n3\n", "line 3 must have 2 cells"),
        ("C3_eeg_uV\n1\nabc\n", "line 3, column C3_eeg_uV must be a number"),
        ("C3_eeg_uV,C3_eeg_uV\n1,2\n3,4\n", "C3 more than once"),
        ('# rehabkit biosignal {"rate_hz": "fast"}\nC3_eeg_uV\n1\n', "line 1, 'rate_hz' is wrong"),
        ("# rehabkit biosignal [\nC3_eeg_uV\n1\n", "line 1"),
        ("C3_eeg_uV\n1\ninf\n", "infinity"),
        ("# rehabkit biosignal {}\n" + ",".join(f"E{i}_eeg_uV" for i in range(2000)) + "\n1\n", "1024 channels"),
    ],
)
def test_malformed_files(tmp_path: Path, text: str, why: str) -> None:
    assert why in refused(written(tmp_path, text), rate_hz=100.0)


def test_rows_without_any_number_are_missing_samples(tmp_path: Path) -> None:
    got = biosignals.read(written(tmp_path, "C3_eeg_uV,C4_eeg_uV\n20,1\n,\n-20,-1\n"), rate_hz=100.0)
    assert got.n_times == 3 and np.isnan(got.values[1]).all()


def test_rate_beyond_reason(tmp_path: Path) -> None:
    assert "at most 100000 Hz" in refused(written(tmp_path, f"{ROW}\n{rows()}"), rate_hz=1e9)


names = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=12).map(str.strip).filter(bool)
numbers = st.floats(-1e-3, 1e-3) | st.just(np.nan)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.lists(numbers, min_size=2, max_size=2), min_size=1, max_size=20),
    st.lists(names, min_size=2, max_size=2, unique=True),
    st.floats(0.5, 5000),
    st.lists(st.tuples(st.floats(0, 1e5), st.floats(0, 10), st.text(max_size=8)), max_size=3),
)
def test_what_is_written_comes_back_exactly(
    values: list[list[float]], both: list[str], rate_hz: float, marks: list[tuple[float, float, str]]
) -> None:
    channels = (Channel(both[0], "other", "m/s_2"), Channel(both[1], "angle", "deg"))
    one = Biosignal(np.array(values), rate_hz, channels, 0.25, tuple(Annotation(*m) for m in marks), "", "x", ("done",))
    again = biosignal_csv.load(io.StringIO(biosignal_csv.dumps(one), newline=""))
    np.testing.assert_array_equal(again.values, one.values)
    assert (again.channels, again.rate_hz, again.annotations) == (one.channels, one.rate_hz, one.annotations)
    assert (again.start_s, again.montage, again.sensor, again.history) == (0.25, "", "x", ("done",))
