"""A device through the engine: what comes out, what is withheld, and what is said at once."""

import time

import numpy as np
import pytest

from rehabkit.errors import InputError, RecordingError
from rehabkit.streaming.engine import Engine
from rehabkit.streaming.replay import Replay
from rehabkit.streaming.session import Session
from rehabkit.streaming.simulated import simulated, simulated_emg
from rehabkit.streaming.sources import require

from .conftest import RectifiedMean, Scripted


def run(engine, seconds=None):
    outputs, news = [], []

    def told(new, said):
        outputs.extend(new)
        news.extend(said)

    session = Session(engine, seconds=seconds)
    session.run(told)
    return outputs, news, session.summary()


def test_outputs_are_those_of_the_whole(emg):
    values, times = emg(4000)
    outputs, news, summary = run(Engine(Scripted(values, times, packet=7), RectifiedMean()))
    np.testing.assert_allclose([one.value for one in outputs], np.abs(values).reshape(100, -1).mean(axis=1))
    np.testing.assert_allclose([one.time_s for one in outputs], times[39::40], atol=1e-9)
    assert {one.state for one in outputs} == {"running"} and not any(one.marked for one in outputs)
    assert (summary["outputs"], summary["withheld"], summary["marked"]) == (100, 0, 0)
    assert summary["delay_ms"] == {"window": 40.0} and summary["arrival_to_output"]["n"] == 100
    assert news == ["warming up", "running"]


def test_only_the_columns_asked_for_go_in(emg):
    values, times = emg(400)
    seen = []
    live = RectifiedMean()
    live.push = lambda chunk: seen.append(chunk) or []
    engine = Engine(Scripted(values, times), live, [1])
    run(engine)
    np.testing.assert_array_equal(np.concatenate(seen), values[:, 1:])
    assert [channel.name for channel in engine.channels] == ["biceps_femoris"]


def test_a_bridged_gap_marks_what_follows_it(emg):
    values, times = emg(3000)
    keep = np.r_[:1500, 1512:3000]
    outputs, news, summary = run(Engine(Scripted(values[keep], times[keep]), RectifiedMean()))
    marked = [one.time_s for one in outputs if one.marked]
    assert marked[0] == pytest.approx(times[1519]) and marked[-1] < times[1512] + 0.25 <= marked[-1] + 0.04
    assert all(one.why == "a gap was bridged" for one in outputs if one.marked)
    assert len(outputs) == 75 and summary["samples"]["bridged"] == 12
    assert "12 samples (12 ms) missing, bridged" in news


def test_a_long_gap_restarts_the_system_and_its_warm_up(emg):
    values, times = emg(3000)
    keep = np.r_[:1500, 1600:3000]
    live = RectifiedMean(warm_up=1000)
    outputs, news, summary = run(Engine(Scripted(values[keep], times[keep]), live))
    assert live.restarts == 2 and summary["samples"]["restarts"] == 1
    after = [one for one in outputs if one.time_s > times[1500]]
    assert after[0].time_s == pytest.approx(times[1600 + 1039])
    assert news.count("warming up") == 2 and "100 samples (100 ms) missing, started anew" in news


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda v: v * [1, 0], "biceps_femoris: flat"),
        (lambda v: np.clip(v * 3, -5e-5, 5e-5), "clipped"),
        (lambda v: v + 1e-3 * np.sin(2 * np.pi * 50 * np.arange(len(v)) / 1000)[:, None], "mains hum, 50 Hz"),
        (lambda v: v * 1e6, "EMG must have an amplitude"),  # µV taken as V
    ],
)
def test_outputs_of_a_bad_signal_are_withheld(emg, spoil, why):
    values, times = emg(4000)
    values = np.concatenate([values[:2000], spoil(values[2000:])])
    outputs, news, summary = run(Engine(Scripted(values, times), RectifiedMean()))
    late = [one for one in outputs if one.time_s > times[3300]]
    assert all(one.value is None and why in one.why and one.state == "poor signal" for one in late)
    assert all(one.value is not None for one in outputs if one.time_s < times[1990])
    assert any(line.startswith("poor signal:") and why in line for line in news)
    assert summary["withheld"] >= len(late) > 0


def test_a_channel_that_goes_flat_is_found_in_half_a_second(emg):
    values, times = emg(4000)
    values[2000:, 0] = 0.0
    outputs, _, _ = run(Engine(Scripted(values, times), RectifiedMean()))
    assert min(one.time_s for one in outputs if one.value is None) < times[2000] + 0.5


def test_silence_is_said_at_once_and_the_end_of_it_too(emg):
    values, times = emg(2000)
    source = Scripted(values[:500], times[:500], live=True)
    engine = Engine(source, RectifiedMean())
    while source.packets:
        heard = time.perf_counter()
        engine.step()
    while engine.state != "signal lost":
        assert engine.step() == []
        assert time.perf_counter() - heard < 1.0
    assert 0.1 < time.perf_counter() - heard < 0.5  # 0.12 on a machine that does nothing else
    assert engine.news()[-1] == "signal lost: nothing that can be read for 100 ms"
    time.sleep(0.02)
    source.packets = [(values[at : at + 10], times[at : at + 10]) for at in range(500, 1000, 10)]  # late, not lost
    outputs = [one for _ in range(50) for one in engine.step()]
    assert outputs and engine.state == "running" and engine.even.tally.restarts == 0
    assert engine.summary()["states_s"]["signal lost"] > 0


def test_slow_computing_is_no_silence(emg):
    values, times = emg(500)
    live = RectifiedMean()
    push = live.push
    live.push = lambda chunk: time.sleep(0.15) or push(chunk)
    _, news, _ = run(Engine(Scripted(values, times, packet=250, live=True), live), seconds=0.25)
    assert "running" in news and not any("signal lost" in line for line in news)


def test_samples_that_cant_be_read_are_a_lost_signal_too(emg):
    values, times = emg(500)
    source = Scripted(values, times, live=True)
    engine = Engine(source, RectifiedMean())
    while source.packets:
        engine.step()
    until = time.perf_counter() + 0.3
    at = 500
    while time.perf_counter() < until and engine.state != "signal lost":
        source.packets = [(np.full((10, 2), np.nan), times[-1] + np.arange(at - 499, at - 489) / 1000)]
        at += 10
        engine.step()
        time.sleep(0.01)
    assert engine.state == "signal lost"


@pytest.mark.parametrize("rate", [500.0, 1100.0])
def test_a_device_that_states_a_wrong_rate_is_refused(emg, rate):
    values, times = emg(8000)
    with pytest.raises(RecordingError, match=f"must bring 1000 samples a second, as it states, got {rate:.4g}"):
        run(Engine(Scripted(values, times[0] + (times - times[0]) * 1000 / rate), RectifiedMean()))


def test_a_rate_that_drifts_is_said(emg):
    values, times = emg(12_000)
    _, news, summary = run(Engine(Scripted(values, times * (1 - 2000e-6)), RectifiedMean()))
    assert summary["clock"]["drift_ppm"] == pytest.approx(2004, abs=2)
    assert any("differs from the stated one by 200" in line for line in news)


def test_a_channel_that_nobody_needs_may_be_missing(emg):
    values, times = emg(2000)
    values[:, 1] = np.nan
    live = RectifiedMean()
    live.push = lambda chunk: []
    _, _, summary = run(Engine(Scripted(values, times), live, [0]))
    assert summary["samples"]["unreadable"] == 0 and summary["signal_s"] == 2.0
    _, news, looked = run(Engine(Scripted(values, times)))
    assert looked["quality"]["biceps_femoris"]["now"] == "100% of the samples missing"
    assert looked["quality"]["rectus_femoris"]["now"] == "good" and looked["samples"]["unreadable"] == 0
    assert news[-1] == "poor signal: biceps_femoris: 100% of the samples missing"


def test_without_a_system_only_the_signal_is_looked_at(emg):
    values, times = emg(3000)
    values[:, 1] = 0
    outputs, news, summary = run(Engine(Scripted(values, times)))
    assert outputs == [] and summary["delay_ms"] == {}
    assert summary["quality"]["rectus_femoris"] == {"good": 1.0, "poor": 0.0, "bad": 0.0, "now": "good"}
    assert summary["quality"]["biceps_femoris"]["now"] == "flat"
    assert news[-1] == "poor signal: biceps_femoris: flat"


def test_replay_keeps_time_and_the_delay_is_measured():
    source = Replay(simulated_emg(0.6), name="x")
    began = time.perf_counter()
    outputs, _, summary = run(Engine(source, RectifiedMean(), [0, 1]))
    assert time.perf_counter() - began > 0.59 and len(outputs) == 15
    assert 0 < summary["arrival_to_output"]["p50_ms"] <= summary["sensor_to_output"]["p50_ms"] < 100
    assert summary["clocks"]["x"]["n_pairs"] == 60


def test_seconds_end_a_stream():
    _, _, live = run(Engine(simulated(10.0), RectifiedMean(), [0, 1]), seconds=0.2)
    assert 0 < live["signal_s"] < 2
    _, _, fast = run(Engine(simulated(10.0, fast=True), RectifiedMean(), [0, 1]), seconds=0.2)
    assert fast["signal_s"] == pytest.approx(0.2)


def test_simulated_emg_says_that_it_is_and_lies_where_emg_lies():
    source = simulated(8.0, fast=True)
    assert "simulated" in source.name and "simulated" in source.notes[0]
    values = source.recording.values
    power = np.abs(np.fft.rfft(values, axis=0)) ** 2
    hertz = np.fft.rfftfreq(len(values), 1e-3)
    assert power[(hertz > 20) & (hertz < 450)].sum() > 0.95 * power.sum()
    bends, stretches = values[100:900], values[1100:1900]  # half a second of 0.5 Hz each
    assert (bends.std(axis=0)[[1, 3]] > 5 * bends.std(axis=0)[[0, 2]]).all()
    assert (stretches.std(axis=0)[[0, 2]] > 5 * stretches.std(axis=0)[[1, 3]]).all()


def test_what_a_system_needs_is_asked_for():
    source = simulated(1.0)
    assert require(source, ["vastus_medialis", "rectus_femoris"], 1000.0, "why") == [2, 0]
    with pytest.raises(InputError, match=r"must include deltoid, got rectus_femoris.*--rename"):
        require(source, ["rectus_femoris", "deltoid"], 1000.0, "why")
    with pytest.raises(InputError, match="at least 2000 Hz, got 1000 Hz: so it is"):
        require(source, ["deltoid"], 2000.0, "so it is")
