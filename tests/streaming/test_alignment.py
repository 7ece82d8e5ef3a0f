"""Clocks of known offset and drift, simulated, and what cannot be fitted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehabkit.errors import InputError
from rehabkit.streaming.alignment import fit


@settings(max_examples=50, deadline=None)
@given(offset_s=st.floats(-1e6, 1e6), ppm=st.floats(-2000, 2000), start_s=st.floats(0, 2e9))
def test_an_exact_clock_is_found_exactly(offset_s, ppm, start_s):
    device = start_s + np.arange(0, 60, 0.5)
    common = device[0] + offset_s + (device - device[0]) * (1 + ppm * 1e-6)
    found = fit(device, common)
    assert found.drift_ppm == pytest.approx(ppm, abs=0.05)
    assert found.offset_s == pytest.approx(offset_s, abs=2e-5)  # a double of 2e9 s is good to 2e-7
    assert found.residual_p99_ms < 0.01
    np.testing.assert_allclose(found.common_s(device), common, atol=2e-5)


def test_late_packets_dont_pull_and_show_in_the_residual():
    rng = np.random.default_rng(0)
    device = np.arange(0, 100, 0.05)
    delay = 0.004 + rng.exponential(0.0005, len(device))
    delay[rng.random(len(device)) < 0.05] += 0.2  # every twentieth packet hangs for 200 ms
    found = fit(device, 12.5 + device * (1 + 150e-6) + delay)
    assert found.drift_ppm == pytest.approx(150, abs=3)
    # the delay that all packets have can't be told from the offset: its median stays in it
    assert found.offset_s == pytest.approx(12.5 + np.median(delay), abs=1e-4)
    assert found.residual_median_ms < 1 and 150 < found.residual_p99_ms < 250


@pytest.mark.parametrize("device", [[], [1.0] * 50, [np.nan] * 50, [0, 1, 2, 3]])
def test_too_few_times_are_refused(device):
    with pytest.raises(InputError, match="ten different times"):
        fit(np.array(device), np.arange(len(device), dtype=float))
