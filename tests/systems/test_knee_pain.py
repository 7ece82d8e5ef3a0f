"""Tensors from signals whose answer physics gives, and what is said of outputs made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.findings import Assessment
from rehabkit.recordings.biosignal import Biosignal, Channel
from rehabkit.runtime.card import Card, Figure
from rehabkit.systems.contract import Ran
from rehabkit.systems.knee_pain.evidence import attention_curve, shares
from rehabkit.systems.knee_pain.system import KneePain, KneePainDemo
from rehabkit.systems.knee_pain.tensors import ANGLE, ELECTRODES, MOST_WINDOWS, MUSCLES, window_starts

SYSTEM = KneePain()
LABELS = ["like the ones", "like the others"]
LEVELS = ["none (simulated)", "some (simulated)"]


def channels(*kinds):
    names = {"emg": MUSCLES, "angle": (ANGLE,), "eeg": ELECTRODES}
    units = {"emg": "V", "angle": "deg", "eeg": "V"}
    return tuple(Channel(name, kind, units[kind]) for kind in kinds for name in names[kind])


def recording(*kinds, duration_s=9.0, rate_hz=1000.0):
    """Tones of 70 Hz in the first muscle and 225 Hz in the others, a knee at 0.5 Hz, 10 Hz in the EEG."""
    t = np.arange(round(duration_s * rate_hz)) / rate_hz
    parts = {
        "emg": 1e-6 * np.stack([50 * np.sin(2 * np.pi * f * t) for f in (70.0, 225.0, 225.0, 225.0)], axis=1),
        "angle": (40 + 30 * np.sin(2 * np.pi * 0.5 * t))[:, None],
        "eeg": 1e-6 * np.tile(20 * np.sin(2 * np.pi * 10 * t)[:, None], (1, 8)),
    }
    return Biosignal(np.hstack([parts[kind] for kind in kinds]), rate_hz, channels(*kinds))


def card(system="knee_pain", labels=LABELS, **settings):
    return Card(system=system, network="small", title="", labels=labels, inputs={}, outputs={}, settings=settings)


def outputs(probability, n_steps=25):
    rows = np.asarray(probability, dtype=np.float32)
    return {"probability": rows, "attention": np.full((len(rows), n_steps), 1 / n_steps, dtype=np.float32)}


def said(of=None, probability=((0.2, 0.8), (0.3, 0.7)), **more):
    found = SYSTEM.interpret(of or recording("angle"), outputs(probability), card(**more))
    return {one.name: one for one in found}


# --- prepare ------------------------------------------------------------------------------------------------------


def test_windows_lie_in_the_middle_and_hold_what_was_there():
    tensors = SYSTEM.prepare(recording("emg", "angle", "eeg"))
    assert {name: value.shape for name, value in tensors.items()} == {
        "emg": (2, 400, 8), "angle": (2, 400, 1), "eeg": (2, 400, 8), "present": (2, 3),
    }  # fmt: skip
    assert tensors["present"].min() == 1
    t = 0.5 + np.arange(800) / 100  # 9 s hold two windows of 4 s and half a second before them
    np.testing.assert_allclose(tensors["angle"].ravel(), 40 + 30 * np.sin(2 * np.pi * 0.5 * t), atol=0.3)
    np.testing.assert_allclose(tensors["eeg"][..., 3].ravel(), 20 * np.sin(2 * np.pi * 10 * t), atol=0.8)


def test_each_tone_is_in_its_band():
    """50 µV · 2/π rectified; 70 Hz is below 100 Hz, 225 Hz above."""
    inner = SYSTEM.prepare(recording("emg"))["emg"][:, 50:-50]
    level = inner.mean(axis=(0, 1))
    full = 50 * 2 / np.pi
    np.testing.assert_allclose(level[[0, 5, 6, 7]], full, rtol=0.05)
    assert level[[1, 2, 3]].max() < 0.1 * full  # the low band of the others
    assert level[4] < 0.25 * full  # 70 Hz seen through the high band


@pytest.mark.parametrize("kinds", [("emg",), ("angle",), ("eeg",), ("emg", "angle"), ("angle", "eeg"), ("emg", "eeg")])
def test_any_modality_may_be_absent(kinds):
    whole, part = SYSTEM.prepare(recording("emg", "angle", "eeg")), SYSTEM.prepare(recording(*kinds))
    for i, name in enumerate(("emg", "angle", "eeg")):
        assert part["present"][:, i].tolist() == [float(name in kinds)] * 2
        np.testing.assert_array_equal(part[name], whole[name] if name in kinds else 0 * whole[name])


def test_old_names_of_electrodes_are_known_and_order_does_not_matter():
    whole = recording("angle", "eeg")
    old = {"T7": "T3", "T8": "T4"}
    renamed = tuple(replace(c, name=old.get(c.name, c.name)) for c in whole.channels)
    turned = replace(whole, channels=renamed[::-1], values=whole.values[:, ::-1] * np.arange(1, 10))
    eeg = SYSTEM.prepare(turned)["eeg"]
    assert np.abs(eeg[..., ELECTRODES.index("T7")]).max() == pytest.approx(20 * 5, rel=0.04)  # fifth from behind


def test_the_rate_of_the_goniometer_is_not_seen():
    """Read at 50 Hz and repeated it is late by 9.5 ms on average, and the low-pass takes the steps away."""

    def knee(at_s):
        return 40 + 30 * np.sin(2 * np.pi * 0.5 * at_s)

    t = np.arange(9000) / 1000
    stepped = np.repeat(knee(t[::20]), 20)
    found = SYSTEM.prepare(Biosignal(stepped[:, None], 1000.0, channels("angle")))["angle"]
    assert np.abs(np.diff(stepped)).max() > 1.5
    np.testing.assert_allclose(found.ravel(), knee(0.5 + np.arange(800) / 100 - 0.0095), atol=0.05)


def test_a_long_recording_is_looked_at_in_its_middle():
    starts = window_starts(recording("angle", duration_s=4 * MOST_WINDOWS + 40, rate_hz=10.0))
    assert len(starts) == MOST_WINDOWS and starts[0] == 20.0


@pytest.mark.parametrize(
    ("of", "named"),
    [
        (recording("angle", duration_s=3.9), "at least 4 s, got 3.9 s"),
        (recording("emg", rate_hz=500.0), "rate must be at least 1000 Hz, got 500 Hz; the band of the EMG"),
        (recording("angle", rate_hz=50.0), "rate must be at least 100 Hz, got 50 Hz"),
        (recording("emg").pick(MUSCLES[:3]), "semitendinosus of kind emg must be in the recording, too"),
        (Biosignal(np.zeros((9000, 1)), 1000.0, (Channel("EMG1", "emg"),)), "got none whole.*rename its channels"),
        (replace(recording("angle"), values=np.full((9000, 1), np.nan)), "NaN in knee_flexion"),
    ],
)
def test_what_it_refuses(of, named):
    with pytest.raises(RecordingError, match=named):
        SYSTEM.prepare(of)


# --- interpret ----------------------------------------------------------------------------------------------------


def test_it_says_whom_it_resembles_how_surely_and_that_it_is_no_diagnosis():
    found = said(of=recording("emg", "angle"))
    pattern = found["knee_pattern"]
    assert pattern.value == "like the others" and pattern.provisional
    assert pattern.text.startswith("Research finding, not a diagnosis") and "recorded differently" in pattern.text
    assert found["knee_pattern_probability"].value == pytest.approx(0.75)
    assert (
        found["pain_level"].value is None and "no recordings with measured pain" in found["pain_level"].not_measurable
    )
    assert found["rectus_femoris_median_frequency"].value == pytest.approx(70, abs=2)
    assert "no channel F3" in found["eeg_not_used"].not_measurable
    assert "angle_not_used" not in found


def test_what_it_was_worth_on_unseen_men_stands_in_the_text():
    measured = Figure(name="balanced accuracy", value=0.71, protocol="leave one subject out")
    one = card().model_copy(update={"figures": [measured]})
    text = SYSTEM.interpret(recording("angle"), outputs([[0.2, 0.8]]), one)[0].text
    assert "balanced accuracy 0.71 on men it had not seen" in text


def test_it_abstains_below_the_certainty_of_its_card():
    unsure = said(least_probability=0.9)["knee_pattern"]
    assert unsure.value is None and unsure.text == "" and "like the others with 75%" in unsure.not_measurable
    assert said(least_probability=0.7)["knee_pattern"].value == "like the others"
    never = said(probability=[[0.0, 1.0]], least_probability=1.01)["knee_pattern"]
    assert never.value is None and "at no certainty right often enough" in never.not_measurable


def test_what_was_recorded_and_not_learned_is_said():
    found = said(of=recording("emg", "eeg"), trained_on=["emg", "angle"])
    assert "has not learned from any" in found["eeg_not_used"].not_measurable
    assert "no channel knee_flexion" in found["angle_not_used"].not_measurable
    partly = recording("emg", "angle")
    part = partly.pick([name for name in partly.names if name != "semitendinosus"])
    assert "semitendinosus of kind emg must be" in said(of=part)["emg_not_used"].not_measurable


def test_the_demonstration_says_so_everywhere():
    one = card("knee_pain_demo", LEVELS)
    found = {f.name: f for f in KneePainDemo().interpret(recording("angle"), outputs([[0.1, 0.9]]), one)}
    level = found["pain_level_demonstration"]
    assert level.value == "some (simulated)" and level.provisional and level.simulated
    assert "simulated" in level.label and "says nothing about this person's pain" in level.text
    assert "demonstration" in level.evidence.method
    assert "knee_pattern" not in found and "pain_level" not in found
    assert "simulated" in KneePainDemo.title


# --- what it rests on ---------------------------------------------------------------------------------------------


class Bending:
    """Stands where a network stands: says 1 as far as the knee moved in the third second of a window."""

    card = card()

    def run(self, tensors):
        moved = np.ptp(tensors["angle"][:, 200:300, 0], axis=1) / 60
        return outputs(np.stack([1 - moved, moved], axis=1))


def test_occlusion_finds_the_channel_and_the_second():
    of = recording("emg", "angle")
    tensors = SYSTEM.prepare(of)
    found = shares(Bending(), tensors, lambda out: out["probability"][:, 1])
    assert set(found) == {*MUSCLES, ANGLE}
    assert {name for name, value in found.items() if np.abs(value).max() > 0.01} == {ANGLE}
    assert found[ANGLE].argmax(axis=1).tolist() == [2, 2]
    ran = Ran(of, tensors, Bending().run(tensors), Bending())
    first = SYSTEM.explained(SYSTEM.interpret(of, ran.outputs, card()), ran)[0][0]
    assert first.evidence.channels[0] == ANGLE
    assert first.evidence.start_s in (pytest.approx(2.5, abs=0.01), pytest.approx(6.5, abs=0.01))
    assert first.evidence.end_s - first.evidence.start_s == pytest.approx(1.0)


def test_attention_is_drawn_over_the_recording_as_a_multiple_of_looking_at_all_alike():
    of = replace(recording("angle"), start_s=100.0)
    weights = np.full((2, 25), 0.5 / 24)
    weights[:, 10] = 0.5
    curve = attention_curve(of, weights.astype(np.float32), simulated=False)
    assert len(curve.time_s) == 50 and curve.time_s[0] == pytest.approx(100.5 + 0.08)
    assert curve.lines["attention"][10] == pytest.approx(12.5) and not curve.simulated
    shown = attention_curve(of, weights.astype(np.float32), simulated=True)
    assert shown.simulated and "simulation" in shown.title


@pytest.mark.parametrize(("system", "simulated"), [(KneePain(), False), (KneePainDemo(), True)])
def test_figures_go_through_the_file_of_an_assessment(system, simulated):
    of = recording("emg", "angle")
    tensors = system.prepare(of)
    ran = Ran(of, tensors, Bending().run(tensors), Bending())
    figures = system.explained(system.interpret(of, ran.outputs, card()), ran)[1]
    assert [one.simulated for one in figures] == [simulated, simulated]
    assert set(figures[1].lines) == {*MUSCLES, ANGLE} and len(figures[1].time_s) == 8
    field = Assessment.model_fields["figures"]
    assert field.is_required() is False and all(one.kind == "curves" for one in figures)
