"""Cleaning of EEG: faults put in by hand are found where they were put, and nowhere else. Signals are simulated."""

from __future__ import annotations

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.recordings.biosignal import Annotation, Biosignal, Channel
from rehabkit.signals.eeg import artefacts, at_sites, clean, cut, mirrored, stretches

RATE = 125.0
NAMES = ("F7", "F3", "Fz", "F4", "F8", "T7", "C3", "Cz", "C4", "T8", "P7", "P3", "Pz", "P4", "P8")
RNG = np.random.default_rng(0)


def simulated(seconds: float = 60.0, names: tuple[str, ...] = NAMES, seed: int = 0) -> Biosignal:
    """Pink noise of 10 µV on every channel."""
    rng = np.random.default_rng(seed)
    n = round(seconds * RATE)
    spectrum = np.fft.rfft(rng.normal(size=(n, len(names))), axis=0)
    pink = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.fft.rfftfreq(n, 1 / RATE), 0.5))[:, None], n, axis=0)
    return Biosignal(1e-5 * pink / pink.std(axis=0), RATE, tuple(Channel(name, "eeg") for name in names))


def changed(recording: Biosignal, name: str, change: np.ndarray | float, *, scale: float = 1.0) -> Biosignal:
    values = recording.values.copy()
    values[:, recording.names.index(name)] *= scale
    values[:, recording.names.index(name)] += change
    return recording.noted("changed", values=values)


def test_old_and_sloppy_names_are_read_and_unknown_ones_named() -> None:
    found = at_sites(simulated(names=("T3", "C4..", "EEG FP1-REF", "X1", "A1")))
    assert found.names == ("T7", "C4", "Fp1")
    assert "T3 as T7" in found.history[0] and "X1, A1" in found.history[1]
    with pytest.raises(RecordingError, match="names of the 10-20 system, got X1, X2"):
        at_sites(simulated(names=("X1", "X2")))
    with pytest.raises(RecordingError, match="T7 more than once"):
        at_sites(simulated(names=("T3", "T7")))


def test_mirroring_exchanges_sides_and_twice_is_none() -> None:
    recording = simulated()
    other = mirrored(recording)
    assert np.array_equal(other.column("C4"), recording.column("C3"))
    assert np.array_equal(other.column("P7"), recording.column("P8"))
    assert np.array_equal(other.column("Cz"), recording.column("Cz"))
    assert mirrored(other).names == recording.names


def test_good_channels_are_left_alone_and_referred_to_their_mean() -> None:
    found = clean(simulated())
    assert found.bad == {}
    assert np.abs(found.recording.values.mean(axis=1)).max() < 1e-18


def test_each_fault_is_found_by_its_name() -> None:
    muscle = 2e-5 * RNG.normal(size=7500)
    recording = changed(changed(changed(simulated(), "F8", 0.0, scale=0.0), "P3", 0.0, scale=8.0), "T7", muscle)
    found = clean(recording)
    why = {"F8": "flat", "T7": "full of muscle or noise", "P3": "far stronger than the others"}
    assert dict(found.bad) == why and "replaced by their neighbours: F8, T7, P3" in found.recording.history[-1]


def test_a_bad_channel_becomes_what_its_neighbours_say() -> None:
    """A field that runs smoothly over the head, plus a little noise, lost where it is strong."""
    from rehabkit.recordings.electrodes import directions

    source = simulated(names=("Cz",)).values
    field = np.array([directions()[name][1] + 1.5 for name in NAMES])  # stronger in front
    recording = simulated().noted("field", values=source * field + 0.2 * simulated(seed=3).values)
    whole, lost = clean(recording).recording, clean(changed(recording, "Fz", 0.0, scale=0.0)).recording
    assert np.corrcoef(whole.column("Fz"), lost.column("Fz"))[0, 1] > 0.95
    assert np.corrcoef(whole.column("P4"), lost.column("P4"))[0, 1] > 0.99


def test_what_cannot_be_used_is_refused() -> None:
    recording = simulated()
    with pytest.raises(RecordingError, match=r"NaN in Cz 1 from 0\.080 s"):
        values = recording.values.copy()
        values[10, 7] = np.nan
        clean(recording.noted("lost", values=values))
    with pytest.raises(RecordingError, match="rate must be at least 100 Hz, got 64"):
        clean(recording.noted("slow", rate_hz=64.0))
    with pytest.raises(RecordingError, match="at least 4 s"):
        clean(recording.between(0.0, 2.0))
    flat = recording.values.copy()
    flat[:, :4] = 0.0
    with pytest.raises(RecordingError, match=r"quarter at most, got F7 \(flat\), F3"):
        clean(recording.noted("loose", values=flat))


def test_a_blink_and_a_clenched_jaw_are_found_in_their_epochs_only() -> None:
    recording = simulated()
    values = recording.values.copy()
    values[1300:1350, :5] += 2e-4 * np.hanning(50)[:, None]  # 10.4 to 10.8 s: epoch 5
    rate_35 = np.sin(2 * np.pi * 35 * np.arange(250) / RATE)
    values[5000:5250] += 1.5e-5 * rate_35[:, None] * RNG.choice([-1, 1], 15)  # 40 to 42 s: epoch 20
    large, muscle = artefacts(cut(clean(recording.noted("faults", values=values)).recording, 2.0), RATE)
    assert np.flatnonzero(large & ~muscle).tolist() == [5] and np.flatnonzero(muscle).tolist() == [20]


def test_marks_become_stretches_by_label() -> None:
    marks = [Annotation(10.0 * i, 0.0, "T0" if i % 2 else "left hand") for i in range(10)]
    rare = Annotation(56.0, 1.0, "note")
    ordered = tuple(sorted([*marks, rare], key=lambda mark: mark.start_s))
    found = stretches(simulated(100.0).noted("marked", annotations=ordered))
    assert set(found) == {"rest", "left hand"}
    assert found["rest"][0] == (10.0, 14.0)  # no duration: until the next mark, four seconds at most
    assert stretches(simulated(100.0)) == {}
    timed = tuple(Annotation(10.0 * i, 3.0, "rest") for i in range(5))
    assert stretches(simulated(100.0).noted("marked", annotations=timed))["rest"][4] == (40.0, 43.0)
