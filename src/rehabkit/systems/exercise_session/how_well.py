"""How: tempo, smoothness and fatigue over the set."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rehabkit.findings import Finding
from rehabkit.kinematics.trends import theil_sen
from rehabkit.systems.exercise_session.movement import ENOUGH_FOR_TREND, Movement
from rehabkit.systems.exercise_session.statements import whole


def tempo(movement: Movement) -> Iterator[Finding]:
    exercise = movement.exercise
    phases = ("out", "hold", "return")
    for phase, words in zip(phases, exercise.phases if exercise else phases, strict=True):
        pairs = [(r, r.tempo_s[phase]) for r in movement.complete if phase in r.tempo_s]
        if not pairs:
            continue
        mean = float(np.mean([seconds for _, seconds in pairs]))
        low, high = getattr(exercise.tempo, f"{phase}_s", (0.0, np.inf)) if exercise else (0.0, np.inf)
        verdict = "faster than asked" if mean < low else "slower than asked" if mean > high else ""
        yield Finding(
            name=f"tempo_{phase}",
            label=f"Tempo, {words}",
            value=round(mean, 2),
            unit="s",
            uncertainty=round(2.0 / max(movement.skeleton.rate_hz, 1.0), 2),
            category="tempo",
            attention=bool(verdict),
            text=f"{words.capitalize()}: {mean:.1f} s on average"
            + (f", {verdict} ({low:g} to {high:g} s)." if verdict else "."),
            evidence=whole(movement, [r for r, _ in pairs], "mean of the set; the error is two frames"),
        )


def smoothness(movement: Movement) -> Iterator[Finding]:
    pairs = [(r, r.smoothness) for r in movement.complete if r.smoothness is not None]
    if pairs:
        yield Finding(
            name="smoothness_sparc",
            label="Smoothness (SPARC)",
            value=round(float(np.mean([value for _, value in pairs])), 2),
            category="smoothness",
            text="Nearer 0 is smoother; compare it only with the same exercise, tempo and camera.",
            evidence=whole(
                movement,
                [r for r, _ in pairs],
                f"spectral arc length of the speed of {movement.signal_name.replace('_', ' ')}, mean of the set",
            ).model_copy(update={"source": "Balasubramanian et al., J. NeuroEng. Rehabil. 12:112, 2015"}),
        )


def fatigue(movement: Movement) -> Iterator[Finding]:
    timed = [r for r in movement.complete if r.side in ("both", "none")] or movement.complete
    if len(timed) < ENOUGH_FOR_TREND:
        return
    durations = np.array([r.end_s - r.start_s for r in timed])
    trend = theil_sen(durations)
    told = trend.low > 0 or trend.high < 0
    direction = "slower" if trend.slope > 0 else "faster"
    yield Finding(
        name="fatigue_duration_trend",
        label="Change of duration from one repetition to the next",
        value=round(trend.slope, 3),
        unit="s",
        uncertainty=round(0.5 * (trend.high - trend.low), 3),
        category="fatigue",
        attention=told and trend.slope > 0,
        text=f"Repetitions became {direction} during the set." if told else "No steady change of tempo in this set.",
        evidence=whole(movement, timed, "Theil–Sen slope with its 95 % interval"),
    )
