"""The governor and the watchdog by themselves: each rule against a value worked out by hand."""

from __future__ import annotations

import ast
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

import rehabkit
from rehabkit.errors import InputError
from rehabkit.exoskeleton.dose import Dose
from rehabkit.exoskeleton.faults import Fault
from rehabkit.exoskeleton.governor import Consent, Governor, Mode
from rehabkit.exoskeleton.injection import Injection
from rehabkit.exoskeleton.limits import SANE, Limits
from rehabkit.exoskeleton.plant import DT_S, Limb, Sensed
from rehabkit.exoskeleton.reference import Reference
from rehabkit.exoskeleton.speed_limit import SpeedLimiter
from rehabkit.exoskeleton.watchdog import Seen, Watchdog

LIMB = Limb.of()
NOTHING: frozenset[Fault] = frozenset()
HELD, LET_GO, CONFIRMED = Consent(enable=True), Consent(), Consent(enable=True, confirm=True)


def at(angle_deg: float, velocity_deg_s: float = 0.0) -> Sensed:
    return Sensed(angle_deg, velocity_deg_s, velocity_deg_s)


def step(governor: Governor, consent: Consent, faults: frozenset[Fault] = NOTHING, wanted: float = 50.0) -> Mode:
    released = frozenset() if consent.enable else frozenset({Fault.RELEASED})
    return governor.step(wanted, at(60.0), faults | released, consent).mode


def started() -> Governor:
    governor = Governor(Limits(), LIMB)
    modes = [step(governor, consent) for consent in (LET_GO, HELD, CONFIRMED)]
    assert modes == [Mode.SUPPORT, Mode.SUPPORT, Mode.FOLLOWING]
    return governor


@pytest.mark.parametrize("acts", [
    [HELD, CONFIRMED],  # never let go
    [LET_GO, CONFIRMED, CONFIRMED],  # confirmation stuck from before the press
    [LET_GO, HELD],  # not confirmed
    [HELD, LET_GO, Consent(confirm=True), CONFIRMED],  # confirmed before pressing
])  # fmt: skip
def test_nothing_less_than_letting_go_pressing_and_then_confirming_starts(acts: list[Consent]) -> None:
    governor = Governor(Limits(), LIMB)
    assert {step(governor, act) for act in acts} == {Mode.SUPPORT}


def test_pressing_while_something_is_wrong_does_not_count() -> None:
    governor = Governor(Limits(), LIMB)
    step(governor, LET_GO)
    step(governor, HELD, frozenset({Fault.STALE}))
    assert step(governor, CONFIRMED) is Mode.SUPPORT
    assert [step(governor, act) for act in (LET_GO, HELD, CONFIRMED)][-1] is Mode.FOLLOWING


def test_a_limb_that_moves_is_not_taken_over() -> None:
    governor = Governor(Limits(), LIMB)
    for consent in (LET_GO, HELD):
        step(governor, consent)
    assert governor.step(50.0, at(60.0, 20.0), NOTHING, CONFIRMED).mode is Mode.SUPPORT


@pytest.mark.parametrize("wanted", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_number_stops_by_itself(wanted: float) -> None:
    governor = started()
    assert step(governor, HELD, wanted=wanted) is Mode.STOPPING
    assert governor.reasons == {Fault.NOT_A_NUMBER}


def test_a_limb_that_is_thrown_stops_the_session() -> None:
    governor = started()
    modes = [governor.step(50.0, at(60.0, 100.0), NOTHING, HELD).mode for _ in range(25)]
    assert modes[18] is Mode.FOLLOWING and modes[-1] is Mode.STOPPING
    assert governor.reasons == {Fault.OVERSPEED}


def test_support_carries_the_weight_and_gives_way_to_more_than_its_hold() -> None:
    governor = Governor(Limits(), LIMB)
    first = governor.step(0.0, at(30.0), NOTHING, LET_GO)
    assert first.torque_nm == pytest.approx(-LIMB.weight_nm(30.0))
    pushed = governor.step(0.0, at(50.0), NOTHING, LET_GO)  # 20° away: held by no more than 4 N·m
    assert pushed.torque_nm == pytest.approx(-LIMB.weight_nm(50.0) - 4.0)


def test_a_torque_that_is_no_number_never_comes_of_a_sensor_that_gives_none() -> None:
    governor = started()
    torques = [governor.step(50.0, Sensed(*[float("nan")] * 3), NOTHING, HELD).torque_nm for _ in range(3)]
    assert torques[0] == pytest.approx(-LIMB.weight_nm(60.0))
    assert np.isfinite(torques).all()


def test_the_reference_moves_as_newton_would_have_it() -> None:
    reference = Reference(Limits(speed_deg_s=60, acceleration_deg_s2=300), 90.0)
    places = []
    for _ in range(1000):
        reference.towards(10.0, 60.0)
        places.append(reference.angle_deg)
    assert places[199] == pytest.approx(90 - 0.5 * 300 * 0.2**2, abs=0.1)  # 60 °/s are reached after 0.2 s
    assert places[699] == pytest.approx(90 - 6 - 60 * 0.5, abs=0.1)


def test_a_controlled_stop_takes_speed_over_deceleration() -> None:
    reference = Reference(Limits(stop_deg_s2=600), 90.0)
    for _ in range(500):
        reference.towards(10.0, 60.0)
    steps = 1
    while not reference.stop():
        steps += 1
    assert steps * DT_S == pytest.approx(60 / 600, abs=2e-3)


def test_a_sine_of_five_rounds_is_five_repetitions_and_work_is_torque_times_way() -> None:
    dose = Dose(Limits(repetition_deg=15))
    time_s = np.arange(0, 10, DT_S)
    angle, velocity = 60 - 20 * np.sin(np.pi * time_s), -20 * np.pi * np.cos(np.pi * time_s)
    for where, speed in zip(angle, velocity, strict=True):
        dose.add(where, speed, 3.0)
    assert dose.repetitions == 5
    assert dose.work_j == pytest.approx(3.0 * np.radians(5 * 80), rel=1e-3)
    assert dose.led_s == pytest.approx(10.0)


def test_a_tremor_is_no_repetition() -> None:
    dose = Dose(Limits(repetition_deg=15))
    for where in 60 + 7 * np.sin(np.arange(0, 60, 0.01)):
        dose.add(where, 0.0, 0.0)
    assert dose.repetitions == 0


@pytest.mark.parametrize("name", SANE)
@pytest.mark.parametrize("beyond", [float("nan"), float("inf"), -1e9, 1e9])
def test_limits_beyond_what_is_sane_are_refused(name: str, beyond: float) -> None:
    with pytest.raises(InputError, match=f"{name} must be"):
        Limits(**{name: beyond})


def test_every_limit_has_a_sane_range() -> None:
    assert {field.name for field in fields(Limits)} == set(SANE)


def test_support_that_would_drop_the_limb_is_refused() -> None:
    with pytest.raises(InputError, match="to carry the limb"):
        Governor(Limits(support_nm=10), LIMB)


def test_the_limiter_of_pain_can_only_slow_the_governor() -> None:
    limiter = SpeedLimiter()
    limits = Limits(speed_deg_s=20)
    assert limits.speed_at(50.0, lambda angle_deg: limiter.update(angle_deg, 0.0)) <= 20


STILL = Seen(1, 0.0, 40.0, 1, (), True, False, 40.0, 0.0, 1)


def watched(change: dict[str, object], seconds: float) -> set[str]:
    """Faults of a watchdog to whom everything beats but what ``change`` holds."""
    dog, faults = Watchdog(), NOTHING
    watch, _ = dog.look(None, 0.0, STILL)
    for tick in range(1, round(seconds / DT_S) + 1):
        now = tick * DT_S
        beats = {"beat": tick, "stamp_s": now, "packet": tick, "loop_beat": tick}
        watch, faults = dog.look(watch, now, STILL._replace(**{**beats, **change}))
    return {str(fault) for fault in faults}


@pytest.mark.parametrize(("change", "quiet_s", "fault"), [
    ({"beat": 1}, 0.09, Fault.HEARTBEAT),
    ({"stamp_s": 0.0}, 0.09, Fault.STALE),
    ({"packet": 1}, 0.06, Fault.SIGNAL_LOST),
    ({"loop_beat": 1}, 0.01, Fault.LOOP),
])  # fmt: skip
def test_silence_is_a_fault_after_its_time_and_not_before(
    change: dict[str, object], quiet_s: float, fault: Fault
) -> None:
    assert watched(change, quiet_s) == set()
    assert watched(change, quiet_s + 0.002) == {str(fault)}


@pytest.mark.parametrize(("change", "fault"), [
    ({"enable": False}, Fault.RELEASED),
    ({"patient_stop": True}, Fault.PATIENT_STOP),
    ({"wanted_deg": float("nan")}, Fault.NOT_A_NUMBER),
    ({"stamp_s": 1.0}, Fault.CLOCK),
    ({"angle_deg": float("nan")}, Fault.POSITION_INVALID),
    ({"angle_deg": 41.6}, Fault.POSITION_JUMP),
    ({"back_emf_deg_s": float("nan")}, Fault.MOTOR_SENSE),
])  # fmt: skip
def test_what_is_wrong_at_once_is_said_at_once(change: dict[str, object], fault: Fault) -> None:
    assert watched(change, DT_S) == {str(fault)}


def test_an_encoder_that_misses_two_degrees_of_motor_is_frozen_but_noise_is_none() -> None:
    assert watched({"back_emf_deg_s": 60.0}, 0.034) == set()
    assert watched({"back_emf_deg_s": 60.0}, 0.037) == {
        str(Fault.POSITION_FROZEN)
    }  # 60 °/s for 35 ms, leaking a little
    assert watched({"back_emf_deg_s": 5.0}, 10.0) == set()


def test_an_electrode_at_full_scale_or_torn_off_is_said() -> None:
    dog = Watchdog()
    for values, fault in (((5e-3, -5e-3), Fault.SATURATED), ((1e-5, 1e-5), Fault.SIGNAL_LOST)):
        watch, faults = None, NOTHING
        for tick in range(70):
            now, sign = tick * DT_S, (-1) ** tick
            value = values[0] * sign if fault is Fault.SATURATED else values[0]
            seen = STILL._replace(
                beat=tick, stamp_s=now, packet=tick, loop_beat=tick, signal_v=(value, 1e-5 * sign)
            )  # fmt: skip
            watch, faults = dog.look(watch, now, seen)
        assert faults == {fault}


def test_a_watchdog_too_slow_for_its_deadline_is_refused() -> None:
    with pytest.raises(InputError, match=r"stale_s .* got 0.2.*loop_s"):
        Watchdog(stale_s=0.2, loop_s=0.0)


@pytest.mark.parametrize(
    "text", ["stale", "stale@", "stale@x", "@3", "explode@3", "stale@-1", "stale@3+0", "stale@nan"]
)
def test_a_fault_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="fault must be"):
        Injection.parse(text)


SOURCES = sorted(Path(rehabkit.__file__).parent.rglob("*.py"))


def calls(name: str) -> dict[str, int]:
    """File → how often something of that name is called in it, in the whole package."""
    found: dict[str, int] = {}
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if f"{name}(" in text else ():
            if isinstance(node, ast.Call) and name in (getattr(node.func, "id", ""), getattr(node.func, "attr", "")):
                found[path.name] = found.get(path.name, 0) + 1
    return found


def test_no_way_from_a_network_to_the_motor_avoids_the_governor() -> None:
    """Only the governor makes a governed torque; the plant takes nothing else (mypy), and only the session moves it."""
    assert set(calls("GovernedTorque")) == {"governor.py", "session.py"}
    assert calls("GovernedTorque")["session.py"] == 1  # zero, before the first step
    session = Path(rehabkit.__file__).parent / "exoskeleton" / "session.py"
    assert "GovernedTorque(0.0)" in session.read_text(encoding="utf-8")
    assert calls("advance") == {"session.py": 1}
