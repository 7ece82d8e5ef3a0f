"""Smoothness against values that follow from the definitions by hand."""

import numpy as np
import pytest
from scipy.integrate import quad

from rehabkit.errors import RecordingError
from rehabkit.kinematics.smoothness import ldlj, sparc


def minimum_jerk_speed(rate_hz: float, duration_s: float = 1.0, distance: float = 1.0) -> np.ndarray:
    """(n_times,) Flash and Hogan 1985: v = 30 d/T τ² (1 - τ)²."""
    tau = np.linspace(0.0, 1.0, round(rate_hz * duration_s) + 1)
    return 30.0 * distance / duration_s * tau**2 * (1 - tau) ** 2


@pytest.mark.parametrize(("duration_s", "distance"), [(1.0, 1.0), (0.7, 90.0), (4.0, 0.2)])
def test_ldlj_of_minimum_jerk(duration_s, distance):
    # ∫ jerk² dt = 720 d²/T⁵ and v_peak = 15/8 d/T, so T³/v_peak² · ∫ = 720 · 64/225 = 204.8
    assert ldlj(minimum_jerk_speed(1000.0, duration_s, distance), 1000.0) == pytest.approx(-np.log(204.8), abs=0.02)


def test_ldlj_of_half_a_sine():
    # v = sin(πt/T): v'' = -(π/T)² v, ∫ v''² dt = (π/T)⁴ T/2, so T³ · ∫ = π⁴/2
    speed = np.sin(np.pi * np.linspace(0, 1, 2001))
    assert ldlj(speed, 2000.0) == pytest.approx(-np.log(np.pi**4 / 2), abs=0.01)


def test_sparc_of_minimum_jerk_is_the_arc_of_its_spectrum():
    duration_s, cut = 2.0, 0.05

    def magnitude(hz: float) -> float:
        def v(t: float) -> float:
            return 30 / duration_s * (t / duration_s) ** 2 * (1 - t / duration_s) ** 2

        real = quad(v, 0, duration_s, weight="cos", wvar=2 * np.pi * hz)[0]
        imaginary = quad(v, 0, duration_s, weight="sin", wvar=2 * np.pi * hz)[0]
        return float(np.hypot(real, imaginary))

    hz = np.arange(0.0, 10.0, 0.02)
    spectrum = np.array([1.0, *(magnitude(f) for f in hz[1:])])
    last = np.flatnonzero(spectrum >= cut)[-1]
    arc = -np.sum(np.hypot(1 / last, np.diff(spectrum[: last + 1])))
    assert sparc(minimum_jerk_speed(200.0, duration_s), 200.0) == pytest.approx(arc, abs=0.02)


def test_two_movements_in_one_are_less_smooth_and_units_do_not_matter():
    one = minimum_jerk_speed(100.0)
    two = np.concatenate([minimum_jerk_speed(100.0, 0.5), np.zeros(30), minimum_jerk_speed(100.0, 0.5)])
    assert sparc(two, 100.0) < sparc(one, 100.0) - 0.5
    assert ldlj(two, 100.0) < ldlj(one, 100.0) - 1
    assert sparc(1000 * one, 100.0) == pytest.approx(sparc(one, 100.0))
    assert ldlj(1000 * one, 100.0) == pytest.approx(ldlj(one, 100.0))


def test_nothing_that_moves_has_no_smoothness():
    assert np.isnan(sparc(np.zeros(50), 30.0))
    assert np.isnan(ldlj(np.zeros(50), 30.0))
    assert np.isnan(ldlj(np.ones(50), 30.0))
    assert np.isnan(sparc(np.ones(2), 30.0))


@pytest.mark.parametrize("measure", [sparc, ldlj])
def test_malformed_speed_is_refused(measure):
    with pytest.raises(RecordingError, match="one axis of finite numbers"):
        measure(np.array([0.0, np.nan, 1.0, 0.0, 1.0]), 30.0)
    with pytest.raises(RecordingError, match="rate above 0"):
        measure(np.ones(9), 0.0)
