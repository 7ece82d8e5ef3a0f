"""The model against physics that can be worked out by hand."""

from __future__ import annotations

from math import cos, degrees, pi, radians, sqrt

import numpy as np
import pytest

from rehabkit.errors import InputError
from rehabkit.exoskeleton.patients import spastic
from rehabkit.exoskeleton.plant import DT_S, GovernedTorque, Limb, Machine, Plant

FREE = Limb(0.5, 14.0, friction_nms=0.0)
EXACT = Machine(
    lag_s=0.0, encoder_step_deg=0.0, encoder_noise_deg=0.0, emf_gain=1, emf_offset_deg_s=0, emf_noise_deg_s=0
)


def moved(plant: Plant, seconds: float, torque: float = 0.0, braked: bool = False) -> np.ndarray:
    """(n, 2) angle and energy at each step."""
    rows = []
    for _ in range(round(seconds / DT_S)):
        plant.advance(GovernedTorque(torque), braked=braked)
        rows.append((plant.angle_deg, plant.energy_j))
    return np.array(rows)


def test_a_small_swing_has_the_period_of_a_pendulum() -> None:
    angle = moved(Plant(FREE, EXACT, angle_deg=92.0), 8.0)[:, 0] - 90.0
    rising = np.flatnonzero((angle[:-1] < 0) & (angle[1:] >= 0))
    assert np.diff(rising).mean() * DT_S == pytest.approx(2 * pi * sqrt(0.5 / 14.0), rel=2e-3)


def test_without_friction_energy_stays_and_friction_only_takes() -> None:
    free = moved(Plant(FREE, EXACT, angle_deg=60.0), 10.0)[:, 1]
    assert free.max() - free.min() < 0.02 * free.mean()
    damped = moved(Plant(Limb(0.5, 14.0, friction_nms=0.8), EXACT, angle_deg=30.0), 10.0)[:, 1]
    assert damped[-1] < 1e-3 * damped[0]
    assert np.diff(damped[::10]).max() < 0.01  # J; the integrator itself errs by about this much within a swing


def test_a_constant_torque_rests_where_it_equals_the_weight() -> None:
    at_rest = Plant(Limb(0.5, 14.0, friction_nms=3.0), EXACT, angle_deg=90.0)
    assert moved(at_rest, 15.0, torque=-7.0)[-1, 0] == pytest.approx(60.0, abs=0.05)  # 14 cos 60° = 7


def test_constant_torque_on_a_weightless_limb_accelerates_by_newton() -> None:
    plant = Plant(Limb(0.5, 0.0, friction_nms=0.0), EXACT, angle_deg=20.0)
    angle = moved(plant, 0.5, torque=2.0)[-1, 0]
    assert angle == pytest.approx(20 + degrees(0.5 * (2.0 / 0.5) * 0.25), rel=2e-3)


def test_torque_is_saturated_and_lags() -> None:
    plant = Plant(Limb(0.5, 0.0), Machine(peak_nm=10.0, lag_s=0.01))
    for _ in range(10):
        plant.advance(GovernedTorque(1000.0))
    assert plant.torque_nm == pytest.approx(10 * (1 - np.exp(-1)), rel=1e-9)


def test_shorted_windings_let_a_level_leg_sink_slowly() -> None:
    limb = Limb(0.5, 14.0, friction_nms=0.0)
    plant = Plant(limb, Machine(brake_nms=25.0), angle_deg=0.0)
    moved(plant, 0.5, torque=30.0, braked=True)
    assert plant.velocity_deg_s == pytest.approx(degrees(14 * cos(radians(plant.angle_deg)) / 25), rel=0.02)


def test_end_stops_hold() -> None:
    angle = moved(Plant(FREE, EXACT, angle_deg=120.0), 3.0, torque=40.0)[:, 0]
    assert angle.max() < 130 + degrees(60 / FREE.stop_nm_rad) + 3


def test_the_encoder_counts_in_steps_and_its_velocity_follows() -> None:
    plant = Plant(
        Limb(0.5, 0.0, friction_nms=0.0),
        Machine(encoder_step_deg=0.5, encoder_noise_deg=0.0),
        angle_deg=20.0,
        velocity_deg_s=40.0,
    )
    readings = []
    for _ in range(500):
        plant.advance(GovernedTorque(0.0))
        readings.append(plant.sense())
    assert all(reading.angle_deg % 0.5 == 0 for reading in readings)
    assert np.mean([reading.velocity_deg_s for reading in readings[100:]]) == pytest.approx(40, rel=0.05)
    assert np.mean([reading.back_emf_deg_s for reading in readings]) == pytest.approx(40 * 1.03 + 0.3, abs=0.3)


def test_spastic_muscles_only_take_energy() -> None:
    energy = moved(Plant(FREE, EXACT, spastic(), angle_deg=10.0), 3.0)[:, 1]
    assert energy[-1] < energy[0]
    assert np.diff(energy[::50]).max() < 0.02


def test_an_impossible_limb_is_refused_with_everything_that_is_wrong() -> None:
    with pytest.raises(InputError, match=r"inertia_kg_m2 .* got -1; gravity_nm .* got nan; low_deg must be below"):
        Limb(-1, float("nan"), low_deg=50, high_deg=20)
