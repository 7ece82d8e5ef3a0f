"""Bilateral training, simulated: a recording of the intact side drives a modelled exoskeleton on the other.

Simulation only: rehabkit ships no hardware driver.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from rehabkit.errors import InputError, RecordingError
from rehabkit.exoskeleton.drive import Drive, Hands
from rehabkit.exoskeleton.governor import Governor
from rehabkit.exoskeleton.injection import Injection
from rehabkit.exoskeleton.limits import Limits, SpeedLimit
from rehabkit.exoskeleton.patients import PATIENTS
from rehabkit.exoskeleton.plant import Limb, Plant
from rehabkit.exoskeleton.session import SessionLog, simulate
from rehabkit.exoskeleton.summary import curves, findings
from rehabkit.findings import Assessment, Finding
from rehabkit.judgement import judge
from rehabkit.recordings.biosignal import Biosignal
from rehabkit.sensor_pipeline import NOTHING_STATED, Stated, info_of, provenance_of, read_biosignal
from rehabkit.systems.joint_intention_estimate import estimate

SYSTEM = "joint_intention"
HOP_S = 0.02
"""Between two angles of a goniometer that drive."""
LET_GO_S = 1.0
"""Before the end of the recording the person lets go: a session ends by a stop, not by silence."""
SHORTEST_S = 4.0
NOTICE = "Simulation only: a modelled limb and exoskeleton; rehabkit ships no hardware driver."
Source = Literal["estimated", "measured"]


@dataclass(frozen=True)
class Rehearsed:
    """One simulated session: what it shows, and its log step by step."""

    assessment: Assessment
    log: SessionLog


def rehearse(
    path: str | Path,
    source: Source = "estimated",
    *,
    seconds: float | None = None,
    injected: Sequence[Injection] = (),
    resume_s: Sequence[float] = (),
    muscles: str = "elastic",
    limits: Limits | None = None,
    further: SpeedLimit | None = None,
    stated: Stated = NOTHING_STATED,
) -> Rehearsed:
    """Let a recording drive the modelled other side.

    Parameters
    ----------
    path : of EMG, of a goniometer, or both.
    source : the angle that joint_intention estimates from the EMG, or the one that was measured.
    seconds : how much of it; all by default.
    injected : faults put in on purpose.
    resume_s : when the person lets go, presses again and confirms.
    muscles : of the modelled person, a key of ``PATIENTS``.
    limits, further : what nothing passes, and a further limit of speed that can only lower.
    stated : what the file doesn't say itself.

    Raises
    ------
    InputError
        If a fault can't be put in, since it comes after the end or breaks what doesn't drive.
    RecordingError
        If the file is malformed or too short, or has no angle where that should drive.
    ModelError
        If the estimate should drive and there is no network.
    """
    recording = read_biosignal(Path(path), stated)
    drive, models, said = (_estimated if source == "estimated" else _measured)(recording)
    end_s = drive.end_s if seconds is None else min(seconds, drive.end_s)
    if end_s < SHORTEST_S:
        raise RecordingError(f"session must last at least {SHORTEST_S:g} s, got {end_s:.3g} s; drive it longer")
    _require_possible(injected, drive, end_s)
    limb, limits = Limb.of(), limits or Limits()
    hands = Hands(resume_s=tuple(resume_s), release_s=end_s - LET_GO_S)
    plant = Plant(limb, patient=PATIENTS[muscles], angle_deg=limb.hanging_deg)
    log = simulate(drive.lines(hands), plant, Governor(limits, limb, further), end_s, injected=injected)
    settings = {
        "simulated": True,
        "driven_by": drive.source,
        "latency_s": drive.latency_s,
        "muscles": muscles,
        "limits": asdict(limits),
        "limb": asdict(limb),
        "faults": [f"{one.kind}@{one.at_s:g}+{one.lasting_s:g}" for one in injected],
        "resume_s": list(resume_s),
    }
    found = [*said, *findings(log)]
    assessment = Assessment(
        exercise="bilateral_simulation",
        exercise_title="Bilateral training of a knee, simulated",
        n_repetitions=log.repetitions,
        findings=found,
        summary=[NOTICE, *(finding.text for finding in found if finding.text)],
        figures=list(curves(log)),
        recording=info_of(Path(path), recording),
        provenance=provenance_of(models, settings),
    )
    return Rehearsed(assessment, log)


def _require_possible(injected: Sequence[Injection], drive: Drive, end_s: float) -> None:
    """Refuse faults that would change nothing: a session that survived them would prove nothing."""
    problems = [
        f"fault must come within the session of {end_s:.1f} s, got {one.kind}@{one.at_s:g}"
        for one in injected
        if one.at_s >= end_s
    ]
    if drive.signal_v.size == 0 and any(one.kind == "saturated" for one in injected):
        problems.append(f"saturated must be put into electrodes, got {drive.source} that drives; choose another fault")
    if problems:
        raise InputError("; ".join(problems))


def _estimated(recording: Biosignal) -> tuple[Drive, dict[str, str], list[Finding]]:
    """The angle by joint_intention; where it was calibrated on the first part, only what comes after drives."""
    judged = judge(SYSTEM, recording)
    found = estimate(recording, judged.outputs, judged.bundle.card)
    from_s = float(found.time_s[found.scored][0] if found.calibrated_deg is not None else found.time_s[0])
    rest = recording.between(from_s, recording.start_s + recording.duration_s)
    used = found.time_s >= from_s
    calibrated = ", calibrated on the first fifth" if found.calibrated_deg is not None else ""
    drive = Drive(
        found.time_s[used] - from_s,
        found.best_deg[used],
        f"knee angle estimated from EMG{calibrated}",
        rest.of_kind("emg").values,
        rest.rate_hz,
    )
    return drive, judged.model, judged.findings


def _measured(recording: Biosignal) -> tuple[Drive, dict[str, str], list[Finding]]:
    """The first angle that was measured, fifty times a second."""
    angle = recording.of_kind("angle")
    name = angle.names[0]
    angle = angle.pick([name])
    angle.require_whole()
    angle.require_rate(1 / HOP_S, "estimates must come often enough for the watchdog")
    places = np.unique((np.arange(0, angle.duration_s, HOP_S) * angle.rate_hz + 1e-6).astype(int))
    places = places[places < angle.n_times]
    return Drive(places / angle.rate_hz, angle.values[places, 0], f"measured {name}", rate_hz=angle.rate_hz), {}, []
