"""A session's log → findings: how often, how far, how late, with what force, and why it stopped."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rehabkit.exoskeleton.governor import Mode
from rehabkit.exoskeleton.session import MODES, SessionLog
from rehabkit.exoskeleton.watchdog import DEADLINE_S
from rehabkit.figures import Curves
from rehabkit.findings import Evidence, Finding

Array = NDArray[np.float64]
METHOD = "simulated: a modelled knee in a modelled exoskeleton, no hardware"
LOG_HZ = 1000
LAG_HZ, LONGEST_LAG_S = 200, 1.0
LEAST_LED_S = 1.0
"""With less of being led nothing is said of tracking."""
FOLLOWING = MODES.index(Mode.FOLLOWING)
MOST_POINTS = 1500
"""Of a curve in a report."""


def findings(log: SessionLog) -> list[Finding]:
    """What the session shows, each labelled as simulated."""
    evidence = Evidence(start_s=float(log.time_s[0]), end_s=float(log.time_s[-1]), joints=["knee"], method=METHOD)
    return [*_dose(log, evidence), *_tracking(log, evidence), *_peaks(log, evidence), *_stops(log, evidence)]


def tracking(log: SessionLog) -> tuple[float, float] | None:
    """How late the limb is, seconds, and its error once that delay is taken off, degrees; ``None`` if hardly led.

    The delay is that shift, up to a second, at which the limb is nearest (least squares) to what was wanted, held
    inside the range. The time from sensor to desired angle comes on top.
    """
    step = LOG_HZ // LAG_HZ
    led = (log.mode == FOLLOWING)[::step]
    wanted = np.clip(log.desired_deg, log.limits.low_deg, log.limits.high_deg)[::step]
    angle, good = log.angle_deg[::step], led & np.isfinite(wanted)
    if good.sum() < LEAST_LED_S * LAG_HZ:
        return None
    errors = [_rms_shifted(wanted, angle, good, lag) for lag in range(int(LONGEST_LAG_S * LAG_HZ) + 1)]
    best = int(np.argmin(errors))
    return best / LAG_HZ, errors[best]


def _rms_shifted(wanted: Array, angle: Array, good: NDArray[np.bool_], lag: int) -> float:
    end = len(wanted) - lag
    both = good[:end] & good[lag:]
    if not both.any():
        return float("inf")
    return float(np.sqrt(np.mean((angle[lag:][both] - wanted[:end][both]) ** 2)))


def _dose(log: SessionLog, evidence: Evidence) -> list[Finding]:
    text = f"In the simulation the leg was led through {log.repetitions} repetitions."
    return [
        _finding("repetitions", "Repetitions led", log.repetitions, "", evidence, category="count", text=text),
        _finding("led", "Time of being led", log.led_s, "s", evidence),
        _finding("work", "Work moved by the motor, both ways", log.work_j, "J", evidence),
    ]


def _tracking(log: SessionLog, evidence: Evidence) -> list[Finding]:
    found = tracking(log)
    why = f"it was led for less than {LEAST_LED_S:g} s" if found is None else None
    delay, error = found or (None, None)
    still = found is not None and np.ptp(log.desired_deg[log.mode == FOLLOWING]) < 2
    late = "what was wanted did not move" if still else why
    return [
        _finding(
            "delay",
            "Delay behind the desired angle",
            None if late else 1000 * (delay or 0.0),
            "ms",
            evidence,
            why_not=late,
            digits=0,
        ),
        _finding(
            "tracking_error",
            "Error against the desired angle, that delay taken off",
            error,
            "deg",
            evidence,
            why_not=why,
        ),
        _finding(
            "too_fast",
            "Share of being led with the intact side faster than the limit",
            _too_fast(log),
            "",
            evidence,
            why_not=why,
            digits=2,
        ),
    ]


def _too_fast(log: SessionLog, over_s: float = 0.1) -> float | None:
    """Share of the time of being led; ``None`` if hardly led."""
    lag = round(over_s * LOG_HZ)
    led = (log.mode == FOLLOWING)[lag:]
    if led.sum() < LEAST_LED_S * LOG_HZ:
        return None
    wanted = np.clip(log.desired_deg, log.limits.low_deg, log.limits.high_deg)
    return float(np.mean(np.abs(wanted[lag:] - wanted[:-lag])[led] / over_s > log.limits.speed_deg_s))


def _peaks(log: SessionLog, evidence: Evidence) -> list[Finding]:
    led, limits = log.mode == FOLLOWING, log.limits
    speed = float(np.abs(log.velocity_deg_s[led]).max(initial=0))
    torque = float(np.abs(log.torque_nm).max())
    angle = log.angle_deg[led]
    low, high = (float(angle.min()), float(angle.max())) if led.any() else (None, None)
    why = None if led.any() else "it was never led"
    return [
        _finding("peak_torque", f"Highest torque (limit {limits.torque_nm:g} Nm)", torque, "N·m", evidence),
        _finding(
            "peak_speed", f"Highest speed (led with at most {limits.speed_deg_s:g} deg/s)", speed, "deg/s", evidence
        ),
        _finding("lowest_angle", f"Least flexion (limit {limits.low_deg:g} deg)", low, "deg", evidence, why_not=why),
        _finding("highest_angle", f"Most flexion (limit {limits.high_deg:g} deg)", high, "deg", evidence, why_not=why),
        _finding("torque_kept", "Torque never passed its limit", bool(torque <= limits.torque_nm), "", evidence),
    ]


def _stops(log: SessionLog, evidence: Evidence) -> list[Finding]:
    modes = [event for event in log.events if event.kind != "injected"]
    stopped = [now for before, now in pairwise(modes) if before.kind == Mode.FOLLOWING]
    put_in = [event for event in log.events if event.kind == "injected"]
    found = [_finding("stops", "Controlled stops", len(stopped), "", evidence, category="count")]
    for number, event in enumerate(stopped, 1):
        at = Evidence(start_s=event.time_s, joints=["knee"], method=METHOD)
        why = event.text.partition(": ")[2]
        text = f"At {event.time_s:.1f} s it stopped: {why}."
        found.append(_finding(f"stop_{number}", f"Stop {number}, why", why, "", at, text=text))
    if put_in:
        waited = [_waited(log, event.time_s) for event in put_in]
        slowest = max((wait for wait in waited if wait is not None), default=None)
        why_not = None if slowest is not None else "it was not following when the faults came, or never left following"
        label = f"Slowest way from an injected fault to the safe state (limit {DEADLINE_S * 1000:g} ms)"
        found.append(
            _finding(
                "to_safe_state", label, None if slowest is None else 1000 * slowest, "ms", evidence, why_not=why_not
            )
        )
    return found


def _waited(log: SessionLog, at_s: float) -> float | None:
    """Seconds from a fault until the machine no longer follows; ``None`` if it didn't follow then, or went on."""
    since = int(np.searchsorted(log.time_s, at_s - 1e-9))
    if since == 0 or since >= len(log.time_s) or log.mode[since - 1] != FOLLOWING:
        return None
    left = np.flatnonzero(log.mode[since:] != FOLLOWING)
    return float(log.time_s[since + left[0]] - at_s) if len(left) else None


def _finding(
    name: str,
    label: str,
    value: float | str | bool | None,
    unit: str,
    evidence: Evidence,
    *,
    category: str = "intention",
    text: str = "",
    why_not: str | None = None,
    digits: int = 1,
) -> Finding:
    return Finding.model_validate(
        {
            "name": f"session_{name}",
            "label": label,
            "value": round(value, digits) if isinstance(value, float) else value,
            "unit": unit,
            "simulated": True,
            "side": "none",
            "joint": "knee",
            "category": category,
            "attention": name.startswith("stop_"),
            "text": text,
            "not_measurable": why_not,
            "evidence": evidence,
        }
    )


def curves(log: SessionLog) -> list[Curves]:
    """Angle and torque over time for a report, with the states shaded."""
    step = max(1, -(-len(log.time_s) // MOST_POINTS))
    shaded = {mode.value: log.stretches(mode) for mode in (Mode.FOLLOWING, Mode.STOPPING, Mode.BRAKED)}
    common = {
        "time_s": [round(float(t), 3) for t in log.time_s[::step]],
        "shaded": {name: stretches for name, stretches in shaded.items() if stretches},
        "simulated": True,
    }
    limits = log.limits
    angles = {"desired": log.desired_deg, "led to": log.reference_deg, "limb": log.angle_deg}
    return [
        Curves(
            title="Knee angle, simulated bilateral training",
            caption=f"A modelled limb led within {limits.low_deg:g} to {limits.high_deg:g}°. Not led: supported.",
            unit="deg",
            lines={name: _points(values, step) for name, values in angles.items()},
            **common,
        ),
        Curves(
            title="Torque of the motor, simulated bilateral training",
            caption=f"Asked of a modelled motor; never above {limits.torque_nm:g} Nm.",
            unit="N·m",
            lines={"torque": _points(log.torque_nm, step)},
            **common,
        ),
    ]


def _points(values: Array, step: int) -> list[float | None]:
    return [round(float(value), 2) if np.isfinite(value) else None for value in values[::step]]
