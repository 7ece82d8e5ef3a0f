"""Filters against physics: what passes, what doesn't, how late; and chunks of any length give the whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehabkit.errors import InputError
from rehabkit.signals.filters import EmgFilter, Envelope, RunningScale, Sections, band_pass, group_delay_ms, low_pass

RATE = 1000.0
EMG = np.random.default_rng(0).normal(0.3, 1.0, (700, 3))


def in_chunks(make, signal, cuts):
    whole = make().process(signal)
    one = make()
    parts = [one.process(part) for part in np.split(signal, sorted(cuts))]
    return whole, np.concatenate(parts)


@pytest.mark.parametrize(
    "make",
    [
        lambda: EmgFilter(RATE),
        lambda: Envelope(RATE),
        lambda: Sections(band_pass(2000.0)),
        lambda: RunningScale(RATE, memory_s=0.2),
        lambda: RunningScale(RATE, memory_s=5.0, prior=np.array([1.0, 2.0, 3.0]), prior_s=0.1),
    ],
    ids=["emg", "envelope", "sections", "scale", "scale with prior"],
)
@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, 700), max_size=8))
def test_chunk_by_chunk_is_exactly_the_whole(make, cuts):
    whole, parts = in_chunks(make, EMG, cuts)
    np.testing.assert_array_equal(whole, parts)


def wave(hz, rate_hz=RATE, seconds=4.0):
    return np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz)[:, None]


@pytest.mark.parametrize(
    ("hz", "least", "most"), [(2.0, 0, 0.01), (50.0, 0, 0.02), (60.0, 0, 0.02), (180.0, 0, 0.02), (90.0, 0.95, 1.05)]
)
def test_what_passes(hz, least, most):
    late = EmgFilter(RATE).process(wave(hz))[2000:]
    assert least <= np.abs(late).max() <= most


def test_without_mains_nothing_is_notched():
    assert np.abs(EmgFilter(RATE, ()).process(wave(60.0))[2000:]).max() > 0.95


def test_the_band_is_capped_below_half_the_rate_and_needs_one():
    assert np.isfinite(EmgFilter(500.0).process(wave(90.0, 500.0))).all()
    with pytest.raises(InputError, match="rate must leave a band above 20 Hz, got 40 Hz"):
        band_pass(40.0)
    with pytest.raises(InputError, match="rate must be above 12 Hz, got 10 Hz"):
        low_pass(10.0, 6.0)


def test_an_offset_gives_no_jolt():
    assert np.abs(EmgFilter(RATE).process(np.full((500, 2), 0.7))).max() < 1e-9


def test_the_delay_is_what_the_signal_shows():
    """A slow wave comes out of the envelope's low-pass as much later as is said; a burst at 100 Hz out of the band."""
    late = Sections(low_pass(RATE)).process(wave(0.5, seconds=6.0))[:, 0]
    assert (late[2000:4000].argmax() - 500) == pytest.approx(Envelope(RATE).delay_ms, abs=2)
    time_s = np.arange(2000) / RATE
    shape = np.exp(-(((time_s - 1.0) / 0.1) ** 2))
    out = EmgFilter(RATE, ()).process((shape * np.sin(2 * np.pi * 100 * time_s))[:, None])[:, 0]
    centre = np.sum(time_s * out**2) / np.sum(out**2)
    assert 1000 * (centre - 1.0) == pytest.approx(EmgFilter(RATE).delay_ms, abs=0.5)


def test_delay_agrees_with_scipy():
    from scipy.signal import group_delay, sos2tf

    _, samples = group_delay(sos2tf(band_pass(RATE)), w=[100.0], fs=RATE)
    assert group_delay_ms(band_pass(RATE), RATE, 100.0) == pytest.approx(samples[0], rel=1e-3)


def test_an_envelope_is_the_mean_of_the_rectified():
    """Of a sine of amplitude 1: 2 / π."""
    late = Envelope(RATE).process(wave(97.0))[2000:]  # no whole number of samples a period
    np.testing.assert_allclose(late, 2 / np.pi, rtol=0.01)


def test_the_scale_forgets_the_prior_and_follows():
    scale = RunningScale(10.0, memory_s=5.0, prior=100.0, prior_s=2.0)
    sizes = scale.process(np.full((1000, 1), 3.0))
    assert 90 < sizes[0, 0] < 100
    assert sizes[-1, 0] == pytest.approx(3.0, rel=1e-3)
    assert RunningScale(10.0, least=0.5).process(np.zeros((5, 1))).min() == 0.5


def test_the_scale_knows_only_the_past():
    changed = EMG.copy()
    changed[400:] *= 50
    before, after = RunningScale(RATE).process(EMG), RunningScale(RATE).process(changed)
    np.testing.assert_array_equal(before[:400], after[:400])
