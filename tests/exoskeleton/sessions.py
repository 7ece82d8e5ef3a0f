"""Makes sessions for the tests: who wants what, who pushes, and what happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from rehabkit.exoskeleton.drive import Drive, Hands
from rehabkit.exoskeleton.governor import Governor, Mode
from rehabkit.exoskeleton.injection import Injection, Line
from rehabkit.exoskeleton.limits import Limits, SpeedLimit
from rehabkit.exoskeleton.patients import Patient, elastic
from rehabkit.exoskeleton.plant import DT_S, Limb, Plant
from rehabkit.exoskeleton.session import MODES, SessionLog, simulate

LIMB = Limb.of()
LIMITS = Limits()
FOLLOWING, STOPPING, SUPPORT, BRAKED = (MODES.index(mode) for mode in Mode)
START_S = 0.5
HOP_S = 0.02


def cosine(seconds: float, period_s: float = 4.0, middle: float = 50.0, swing: float = 35.0) -> np.ndarray:
    """Angles each 20 ms that go to and fro."""
    return middle + swing * np.cos(2 * np.pi * np.arange(0, seconds + 1, HOP_S) / period_s)


def noise(seconds: float, rate_hz: float = 1000.0, seed: int = 0) -> np.ndarray:
    """(n, 4) V, such as muscles give."""
    return np.random.default_rng(seed).normal(0, 1e-4, (round(seconds * rate_hz), 4))


def hold(
    angles: Sequence[float] | np.ndarray,
    seconds: float,
    injected: Sequence[Injection] = (),
    *,
    hands: Hands | None = None,
    patient: Patient | None = None,
    limits: Limits = LIMITS,
    weight_error: float = 1.0,
    start_deg: float = 90.0,
    further: SpeedLimit | None = None,
) -> tuple[SessionLog, Governor]:
    """One session in which these angles, one each 20 ms and the last for ever, are wanted."""
    angles = np.asarray(angles, dtype=float)
    wanted = np.concatenate([angles, np.full(max(int(seconds / HOP_S) + 2 - len(angles), 0), angles[-1])])
    drive = Drive(HOP_S * np.arange(len(wanted)), wanted, "test", noise(seconds + 1))
    real = replace(LIMB, gravity_nm=LIMB.gravity_nm * weight_error)
    governor = Governor(limits, LIMB, further)
    plant = Plant(real, patient=patient or elastic(), angle_deg=start_deg)
    lines: Callable[[float], Line] = drive.lines(hands or Hands(START_S))
    return simulate(lines, plant, governor, seconds, injected=injected), governor


def left_following(log: SessionLog, after_s: float) -> float:
    """First second from ``after_s`` at which the machine no longer follows; infinity if never."""
    there = np.flatnonzero((log.time_s >= after_s - DT_S / 2) & (log.mode != FOLLOWING))
    return float(log.time_s[there[0]]) if len(there) else float("inf")


def stops(log: SessionLog) -> list[str]:
    """Why it stopped, each time."""
    return [event.text for event in log.events if event.kind in ("stopping", "braked")]


def within_limits(log: SessionLog, hung_s: float = float("inf"), until_s: float = float("inf")) -> None:
    """What is exact whatever happens: torque in each mode, and the reference's range and speed.

    Between ``hung_s`` and ``until_s`` the control loop hangs and moves no reference.
    """
    limits = log.limits
    led = (log.mode == FOLLOWING) & ~((log.time_s >= hung_s - DT_S / 2) & (log.time_s < until_s))
    assert np.isfinite(log.torque_nm).all()
    assert np.abs(log.torque_nm).max() <= limits.torque_nm
    assert np.abs(log.torque_nm[log.mode == SUPPORT]).max(initial=0) <= limits.support_nm
    begins = led & ~np.roll(led, 1)
    for first in np.flatnonzero(begins):  # the reference comes from the measured place, and then stays in the range
        last = first + int(np.argmin(np.append(led[first:], False)))
        reference = log.reference_deg[first:last]
        assert reference.min() >= min(limits.low_deg, reference[0]) and reference.max() <= max(
            limits.high_deg, reference[0]
        )
        speed = np.diff(reference) / DT_S
        assert np.abs(speed).max(initial=0) <= limits.speed_deg_s + 1e-6
        assert np.abs(np.diff(speed)).max(initial=0) / DT_S <= limits.stop_deg_s2 + 1e-3
