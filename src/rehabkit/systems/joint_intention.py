"""S8 joint_intention: the angle of the knee from the EMG of four thigh muscles, of a person the network never saw.

After Li, Guo, Bu, Wang, Kawanishi 2023 (IEEE RA-L 8(10):6403): band-pass, notch, rectify, envelope, then convolution
and LSTM over short windows. A measured angle is never an input: where the recording has one, it scores the estimate
and calibrates it on the first fifth.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from rehabkit.errors import RecordingError
from rehabkit.figures import Figure
from rehabkit.findings import Evidence, Finding
from rehabkit.recordings.biosignal import Array, Biosignal
from rehabkit.recordings.datasets.uci_lower_limb import MUSCLES
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.card import Card, TensorSpec
from rehabkit.systems.contract import Ran, System, seen
from rehabkit.systems.joint_intention_estimate import LEAST_SCORED, Estimate, estimate
from rehabkit.systems.joint_intention_figures import angles, envelopes, muscle_shares
from rehabkit.systems.joint_intention_live import FRAME_HZ, LEAST_HZ, N_FRAMES, Frames, windows

SHORTEST_S = 2.0
AHEAD_S = (1 / FRAME_HZ, 0.3)
"""Persistence holds the measured angle of so long ago: the last frame, and the paper's delay."""
METHOD = (
    f"network over the last {N_FRAMES / FRAME_HZ:g} s of four muscles' envelopes, {FRAME_HZ:g} angles a second, "
    "no look ahead"
)


class JointIntention(System[Biosignal]):
    """Estimates how far the knee is bent from what the thigh's muscles do."""

    name: ClassVar[str] = "joint_intention"
    title: ClassVar[str] = "Knee angle from the thigh's EMG"
    reads: ClassVar[type] = Biosignal
    inputs: ClassVar[Mapping[str, TensorSpec]] = {
        "envelope": TensorSpec(
            shape=[N_FRAMES, len(MUSCLES)],
            axes=["time", "muscle"],
            unit="uV",
            description=f"{', '.join(MUSCLES)}: 20 to 450 Hz, mains notched, rectified, low-passed, {FRAME_HZ:g} Hz",
        ),
        "size": TensorSpec(
            shape=[N_FRAMES, len(MUSCLES)],
            axes=["time", "muscle"],
            unit="uV",
            description="root mean square of each envelope up to that moment, the last 30 s counting most",
        ),
    }

    def prepare(self, recording: Biosignal) -> Tensors:
        """The window up to each frame of 40 ms, from the end of the warm-up on.

        Raises
        ------
        RecordingError
            If a muscle is missing or not EMG, has missing samples, or the recording is too slow or too short.
        """
        muscles = _muscles(recording)
        _, frames = Frames(muscles.rate_hz).process(muscles.values)
        return windows(frames)

    def interpret(self, recording: Biosignal, outputs: Tensors, card: Card) -> list[Finding]:
        """The estimated angle, its error where one was measured, before and after calibration.

        ``card.settings`` may hold ``largest_distance``, beyond which EMG is unlike that of training.
        """
        found = estimate(recording, outputs, card)
        evidence = seen(recording, card, METHOD)
        return [*_angle(found, evidence), *_errors(found, evidence), _delay(recording, evidence)]

    def explained(self, findings: list[Finding], ran: Ran[Biosignal]) -> tuple[list[Finding], list[Figure]]:
        """Drawn: angle over time, the muscles at work, and on which of them the angle rests, second by second."""
        found = estimate(ran.recording, ran.outputs, ran.bundle.card)
        return findings, [angles(found), envelopes(found, ran.tensors), muscle_shares(found, ran.tensors, ran.bundle)]


def _muscles(recording: Biosignal) -> Biosignal:
    """The four muscles, in order."""
    muscles = recording.pick(MUSCLES)
    wrong = [f"{channel.name} is {channel.kind}" for channel in muscles.channels if channel.kind != "emg"]
    problems = [f"channels must be emg, got {', '.join(wrong)}; say their kind in the description"] if wrong else []
    if recording.duration_s < SHORTEST_S:
        problems.append(
            f"recording must last at least {SHORTEST_S:g} s, got {recording.duration_s:.3g} s; record longer"
        )
    if problems:
        raise RecordingError("; ".join(problems))
    muscles.require_rate(LEAST_HZ, "EMG reaches to 450 Hz, and no filling in gives that back")
    muscles.require_whole()
    return muscles


def _angle(found: Estimate, evidence: Evidence) -> list[Finding]:
    """Range and mean of the best estimate there is."""
    best = found.best_deg
    share = float(found.known.mean())
    why_not = None
    if share < 0.5:
        why_not = f"the EMG is unlike that of training {1 - share:.0%} of the time; look at units, electrodes, names"
    low, high = np.percentile(best[found.known], [5, 95]) if found.known.any() else (np.nan, np.nan)
    mean = float(best[found.known].mean()) if found.known.any() else float("nan")
    values = {
        "range": ("Estimated knee flexion, range", float(high - low), "From the 5th to the 95th percentile."),
        "mean": ("Estimated knee flexion, mean", mean, ""),
    }
    findings = [
        _finding(f"knee_angle_{name}", label, None if why_not else value, evidence, why_not=why_not, method=more)
        for name, (label, value, more) in values.items()
    ]
    findings[0].attention = why_not is not None
    if why_not is None:
        findings[0].text = f"From the muscles alone, the knee seems to move through {high - low:.0f}°."
    known = _finding("emg_known", "Share of the time with EMG like that of training", share, evidence, unit="")
    return [*findings, known]


def _errors(found: Estimate, evidence: Evidence) -> list[Finding]:
    """How far off the estimate is, where the angle was measured."""
    if found.measured_deg is None:
        why = "no angle was measured beside the EMG"
        return [_finding("knee_angle_rmse", "Error against the measured angle", None, evidence, why_not=why)]
    if found.scored.sum() < LEAST_SCORED:
        why = "too little of the measured angle is left to score on"
        return [_finding("knee_angle_rmse", "Error against the measured angle", None, evidence, why_not=why)]
    truth, raw = found.measured_deg[found.scored], found.angle_deg[found.scored]
    miss = raw - truth
    out = [
        _finding("knee_angle_rmse", "Error against the measured angle (RMSE)", _rms(miss), evidence),
        _finding("knee_angle_rmse_offset_free", "The same, the mean difference taken off", float(miss.std()), evidence),
    ]
    variance = float(truth.var())
    r2 = 1 - _rms(miss) ** 2 / variance if variance else None
    flat = None if variance else "the measured angle did not change"
    out.append(
        _finding("knee_angle_r2", "Share of the angle's variance explained", r2, evidence, unit="", why_not=flat)
    )
    out += [_skill(found, ahead, evidence) for ahead in AHEAD_S]
    if found.calibration is None or found.calibrated_deg is None:
        return out
    how = (
        f"Calibrated on the first {found.calibration.seconds:.1f} s of frames with the measured angle; one window of "
        f"{N_FRAMES / FRAME_HZ:g} s left out after it; both errors on the rest."
    )
    calibrated = _rms(found.calibrated_deg[found.scored] - truth)
    one = _finding("knee_angle_rmse_calibrated", "Error once calibrated (RMSE)", calibrated, evidence, method=how)
    one.text = (
        f"The first {found.calibration.seconds:.0f} s with the measured angle calibrated the estimate: on the rest it "
        f"is off by {calibrated:.0f}° instead of {_rms(miss):.0f}°."
    )
    return [*out, one]


def _skill(found: Estimate, ahead_s: float, evidence: Evidence) -> Finding:
    """1 - the ratio of squared errors to those of holding the measured angle of ``ahead_s`` ago."""
    n = round(ahead_s * FRAME_HZ)
    truth = found.measured_deg
    if truth is None:
        raise RecordingError("skill must have a measured angle, got none; record one")
    both = found.scored[n:] & np.isfinite(truth[:-n])
    held = np.mean((truth[n:] - truth[:-n])[both] ** 2) if both.any() else 0.0
    ours = np.mean((found.angle_deg[n:] - truth[n:])[both] ** 2) if both.any() else 0.0
    why = None if held > 0 else "the measured angle did not change"
    ms = round(1000 * ahead_s)
    label = f"Skill over the measured angle held for {ms} ms"
    value = float(1 - ours / held) if held > 0 else None
    how = "Below 0: holding the angle is better, which an estimate that never sees the angle can't."
    return _finding(f"knee_angle_skill_{ms}_ms", label, value, evidence, unit="", why_not=why, method=how)


def _delay(recording: Biosignal, evidence: Evidence) -> Finding:
    delays = Frames(recording.rate_hz).delay_ms
    how = ", ".join(f"{name} {ms:.0f} ms" for name, ms in delays.items())
    how += f"; a frame takes up to {1000 / FRAME_HZ:.0f} ms more to fill when streamed"
    return _finding("filter_delay", "Delay of the filters", sum(delays.values()), evidence, unit="ms", method=how)


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _finding(
    name: str,
    label: str,
    value: float | None,
    evidence: Evidence,
    *,
    unit: str = "deg",
    why_not: str | None = None,
    method: str = "",
) -> Finding:
    """One finding of this system; ``method`` goes behind the network's own."""
    said = evidence.model_copy(
        update={"method": f"{evidence.method}. {method}".removesuffix(". "), "channels": list(MUSCLES)}
    )
    return Finding(
        name=name,
        label=label,
        value=None if value is None else round(float(value), 3),
        unit=unit,
        provisional=True,
        category="intention",
        joint="knee",
        not_measurable=why_not,
        evidence=said,
    )
