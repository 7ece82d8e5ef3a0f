"""Real LSL streams over the loopback: outlets in threads of this process, read as a device's stream is."""

import time

import numpy as np
import pytest

from rehabkit.errors import InputError, MissingExtraError, RecordingError
from rehabkit.streaming import lsl_library
from rehabkit.streaming.engine import Engine
from rehabkit.streaming.lsl_source import LslSource
from rehabkit.streaming.session import Session

from .conftest import RectifiedMean


def microvolts(seconds, seed=0):
    return 50 * np.random.default_rng(seed).standard_normal((round(seconds * 1000), 2))


def run(source, seconds, live=None, beside=(), stop_when=lambda engine, kept: False):
    outputs, news, kept = [], [], []
    engine = Engine(source, live, keep=kept.append)
    session = Session(engine, beside, seconds)

    def told(new, said):
        outputs.extend(new)
        news.extend(said)
        if stop_when(engine, kept):
            source.close()

    session.run(told)
    return outputs, news, kept, session.summary()


def test_what_is_sent_arrives_in_volts_under_its_names(outlet):
    sent = microvolts(1.5)
    out = outlet(sent)
    source = LslSource(out.outlet.get_info().name())
    assert [(c.name, c.kind, c.unit) for c in source.channels] == [
        ("rectus_femoris", "emg", "V"), ("biceps_femoris", "emg", "V"),
    ]  # fmt: skip
    assert source.rate_hz == 1000.0 and source.units == ("uV", "uV")
    out.start()
    outputs, _, kept, summary = run(
        source, 5.0, RectifiedMean(), stop_when=lambda _, kept: kept and kept[-1].time_s[-1] > out.began + 1.4985
    )
    got = np.concatenate([one.values for one in kept])
    first = round((kept[0].time_s[0] - out.began) * 1000)  # it was sending when reading began
    np.testing.assert_allclose(got, sent[first : first + len(got)] * 1e-6, rtol=1e-6)  # sent as float32
    assert first + len(got) == len(sent) and len(got) > 1000 and not any(one.bridged.any() for one in kept)
    assert len(outputs) == len(got) // 40
    assert summary["samples"]["lost"] == 0 and summary["samples"]["restarts"] == 0
    # due → sent → received → output, on one clock; the last of ten samples waits least
    assert 0 < summary["sensor_to_output"]["p50_ms"] < 100


def test_a_stream_may_be_named_by_type_or_source_id_and_must_be_one(outlet):
    first = outlet(microvolts(0.1), kind="Goniometer", unit="degrees", labels=("knee", "hip"))
    name = first.outlet.get_info().name()
    source = LslSource("Goniometer", rename={"knee": "knee_flexion"})
    assert [(c.name, c.kind, c.unit) for c in source.channels] == [
        ("knee_flexion", "angle", "deg"),
        ("hip", "angle", "deg"),
    ]
    assert any("knee → knee_flexion" in note for note in source.notes)
    source.close()
    LslSource(f"{name}-id").close()
    outlet(microvolts(0.1), kind="Goniometer", unit="degrees")
    with pytest.raises(InputError, match=f"must name one stream, got 2 for 'Goniometer'.*{name}"):
        LslSource("Goniometer")


def test_a_missing_stream_is_said_with_those_that_there_are(outlet):
    name = outlet(microvolts(0.1)).outlet.get_info().name()
    with pytest.raises(InputError, match=f"got 'nobody'; there are .*{name}"):
        LslSource("nobody", wait_s=0.1)


def test_units_are_never_guessed(outlet):
    with pytest.raises(RecordingError, match=r"unit of rectus_femoris.* got none"):
        LslSource(outlet(microvolts(0.1), unit="").outlet.get_info().name())
    bare = outlet(microvolts(0.1), unit="")
    assert LslSource(bare.outlet.get_info().name(), units=["mV"]).units == ("mV", "mV")
    with pytest.raises(RecordingError, match="got 'furlong'"):
        LslSource(outlet(microvolts(0.1), unit="furlong").outlet.get_info().name())


def test_a_strangers_names_dont_steer_the_terminal(outlet):
    source = LslSource(outlet(microvolts(0.1), labels=("\x1b[2J\x07", "[red]")).outlet.get_info().name())
    assert [channel.name for channel in source.channels] == ["?[2J?", "[red]"]


def test_text_and_irregular_streams_are_refused(lsl):
    info = lsl.StreamInfo("marks", "Markers", 1, 0, "string", "marks-id")
    outlet = lsl.StreamOutlet(info)
    with pytest.raises(RecordingError, match="must be numbers, got text; its rate must be fixed"):
        LslSource("marks")
    del outlet


def test_a_stream_that_goes_and_comes_back_is_found_again(outlet):
    name = "comes-and-goes"
    first = outlet(microvolts(5), name).start()
    source = LslSource(name)
    live = RectifiedMean()
    engine = Engine(source, live)
    said = []

    def until(reached, most_s=8.0):
        began = time.perf_counter()
        while not reached():
            engine.step()
            said.extend(engine.news())
            assert time.perf_counter() - began < most_s, said

    until(lambda: engine.device_time_s > 0.5)
    first.stop()
    until(lambda: engine.state == "signal lost", most_s=1.0)
    outlet(microvolts(5, seed=1), name).start()
    before = engine.device_time_s
    until(lambda: engine.device_time_s > before + 0.3)
    assert engine.state == "running" and source.reconnections == 1 and live.restarts == 2
    assert engine.even.tally.lost > 100 and engine.summary()["reconnections"] == 1
    assert any(line.startswith("signal lost") for line in said)
    source.close()


def test_a_stream_that_comes_back_as_another_is_refused(outlet):
    name = "another"
    first = outlet(microvolts(1), name)
    source = LslSource(name)
    first.stop()
    outlet(microvolts(1), name, unit="millivolts")
    with pytest.raises(RecordingError, match="must come back as it was"):
        for _ in range(400):
            source.read(0.02)
    source.close()


def test_clocks_of_two_devices_are_laid_on_one(outlet):
    """The second device's clock began 1234.5 s earlier and goes 0.5 % too fast."""
    start = time.perf_counter()

    def fast(now):
        return 1234.5 + start + (now - start) * 1.005

    first, second = outlet(microvolts(3)), outlet(microvolts(3, seed=1), clock=fast)
    main, other = (LslSource(one.outlet.get_info().name()) for one in (first, second))
    first.start(), second.start()
    _, _, _, summary = run(main, 2.8, beside=[other])
    fit = summary["clocks"][other.name]
    assert fit["drift_ppm"] == pytest.approx(1e6 / 1.005 - 1e6, abs=1500)  # jitter of some ms in 2.5 s
    assert fit["ahead_of_main_s"] == pytest.approx(1234.5, abs=0.02)
    assert fit["residual_median_ms"] < 20 and fit["n_pairs"] > 100
    assert summary["clocks"][main.name]["ahead_of_main_s"] == 0.0


def test_packets_that_a_device_loses_are_counted_by_its_times(outlet):
    out = outlet(microvolts(1.2), lost=range(400, 700))
    source = LslSource(out.outlet.get_info().name())
    source.read(0.0)
    out.start()
    _, _, _, summary = run(source, 3.0, stop_when=lambda engine, kept: engine.even.tally.received == 900)
    assert summary["samples"]["lost"] == 300 and summary["samples"]["gaps"] == 1
    assert summary["samples"]["restarts"] == 1 and summary["samples"]["jumps_forward"] == 0


def test_the_library_is_quiet_and_keeps_the_users_settings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = tmp_path / "own.cfg"
    own.write_text("[lab]\nSessionID = ward3\n")
    monkeypatch.setenv("LSLAPICFG", str(own))
    assert lsl_library.settings() == "[lab]\nSessionID = ward3\n\n[log]\nlevel = -3\n"
    own.write_text("[log]\nlevel = 2\n")
    assert lsl_library.settings() == "[log]\nlevel = 2\n"
    monkeypatch.delenv("LSLAPICFG")
    (tmp_path / "lsl_api.cfg").write_text("[lab]\nSessionID = here\n")
    assert "here" in lsl_library.settings()


def test_without_pylsl_the_remedy_is_said(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pylsl", None)
    with pytest.raises(MissingExtraError, match=r"pip install \"rehabkit\[stream\]\""):
        lsl_library.library.__wrapped__()
