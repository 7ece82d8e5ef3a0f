"""S9 exercise_imu: which shoulder exercise one inertial sensor on the wrist felt.

After Lee et al. 2024 (J. NeuroEng. Rehabil. 21:42): one sensor, a network over its signals. Here over windows of 4 s,
each judged by itself; the set is what its windows say on average.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import ClassVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.findings import Evidence, Finding
from rehabkit.recordings.inertial import Inertial
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.card import Card, TensorSpec
from rehabkit.systems.contract import System, seen

RATE_HZ = 50.0
N_TIMES, HOP = 200, 50
"""Samples of a window, and between the starts of two."""
SHORTEST_ELSE = 3
"""So many windows in a row must say another exercise before that is told."""
METHOD = "network over windows of 4 s, each second a new one; the set is the mean of their probabilities"


class ExerciseImu(System[Inertial]):
    """Recognises an exercise from a watch, or says that it is none it knows."""

    name: ClassVar[str] = "exercise_imu"
    title: ClassVar[str] = "Shoulder exercise from a watch"
    reads: ClassVar[type] = Inertial
    inputs: ClassVar[Mapping[str, TensorSpec]] = {
        "motion": TensorSpec(
            shape=[N_TIMES, 6],
            axes=["time", "component"],
            unit="m/s^2 and rad/s",
            description="specific force x y z, angular velocity x y z at 50 Hz, mirrored to the right wrist",
        )
    }

    def prepare(self, recording: Inertial) -> Tensors:
        """Windows of 4 s, one a second, as the right wrist would have felt them.

        Raises
        ------
        RecordingError
            If the side isn't known, or the recording is too short, too slow or has a gap.
        """
        if recording.side == "unknown":
            raise RecordingError(
                "side that wears the sensor must be left or right, got unknown; say --worn-on, or state it in the "
                'first line: # rehabkit inertial {"side": "left"}'
            )
        if recording.duration_s < (N_TIMES - 1) / RATE_HZ - 1e-6:
            raise RecordingError(f"recording must last at least 4 s, got {recording.duration_s:.3g} s; record longer")
        even = recording.resampled(RATE_HZ)
        right = even.mirrored() if even.side == "left" else even
        series = np.concatenate([right.acceleration, right.angular_velocity], axis=1)  # (time, 6)
        windows = sliding_window_view(series, N_TIMES, axis=0)[::HOP].swapaxes(1, 2)  # (window, time, 6)
        return {"motion": np.ascontiguousarray(windows, dtype=np.float32)}

    def interpret(self, recording: Inertial, outputs: Tensors, card: Card) -> list[Finding]:
        """Which exercise it is, how sure, how many windows agree, and when it was another one.

        ``card.settings`` may hold ``largest_distance`` and ``least_probability``, beyond which it abstains.
        """
        probability = outputs["probability"].mean(axis=0)
        best = int(probability.argmax())
        why_not = _why_not(probability, float(outputs["distance"].mean()), card)
        evidence = seen(recording, card, METHOD)
        named = _named(card.labels[best], why_not, evidence)
        chosen = outputs["probability"].argmax(axis=1)
        findings = [
            named,
            _share("probability", "Probability of the most likely exercise", probability[best], evidence),
        ]
        findings.append(_share("agreement", "Share of windows that agree", np.mean(chosen == best), evidence))
        return findings if why_not else [*findings, *_others(chosen, best, card.labels, float(recording.time_s[0]))]


def _why_not(probability: NDArray[np.float32], distance: float, card: Card) -> str | None:
    """Why no exercise is named, or ``None``."""
    if distance > card.settings.get("largest_distance", np.inf):
        return f"not one of the {len(card.labels)} exercises that this network knows: the movement is too unlike them"
    if probability.max() < card.settings.get("least_probability", 0.0):
        first, second = (card.labels[i] for i in np.argsort(-probability)[:2])
        return f"not sure enough: {first} ({probability.max():.0%}) or {second}"
    return None


def _named(label: str, why_not: str | None, evidence: Evidence) -> Finding:
    return Finding(
        name="exercise_recognised",
        label="Exercise recognised by the watch",
        value=None if why_not else label,
        not_measurable=why_not,
        provisional=True,
        category="recognition",
        attention=why_not is not None,
        text="" if why_not else f"The watch recognised: {label}.",
        evidence=evidence,
    )


def _share(name: str, label: str, value: float, evidence: Evidence) -> Finding:
    return Finding(
        name=f"exercise_{name}",
        label=label,
        value=round(float(value), 3),
        provisional=True,
        category="recognition",
        evidence=evidence,
    )


def _others(chosen: NDArray[np.intp], best: int, labels: list[str], from_s: float) -> list[Finding]:
    """One finding for each stretch of at least three windows that say another exercise."""
    findings: list[Finding] = []
    start = 0
    for label, windows in groupby(chosen.tolist()):
        end = start + len(list(windows))
        if label != best and end - start >= SHORTEST_ELSE:
            start_s = from_s + start * HOP / RATE_HZ
            end_s = from_s + ((end - 1) * HOP + N_TIMES) / RATE_HZ
            findings.append(
                Finding(
                    name=f"exercise_else_{len(findings) + 1}",
                    label="Looks like another exercise",
                    value=labels[label],
                    provisional=True,
                    category="recognition",
                    text=f"From {start_s:.0f} to {end_s:.0f} s it looked like: {labels[label]}.",
                    evidence=Evidence(start_s=start_s, end_s=end_s, method=METHOD),
                )
            )
        start = end
    return findings
