"""A training's log → findings: repetitions of each gesture, reaction times, stops and why."""

from __future__ import annotations

from statistics import median

import numpy as np
from numpy.typing import NDArray

from rehabkit.figures import Curves
from rehabkit.findings import Evidence, Finding
from rehabkit.hand_training.robot import FINGERS
from rehabkit.hand_training.session import TrainingLog

MOST_POINTS = 1500
"""Of a curve in a report."""
METHOD = "simulated: a modelled hand robot, no hardware"


def findings(log: TrainingLog) -> list[Finding]:
    """What the training shows, each labelled as simulated."""
    evidence = Evidence(start_s=float(log.time_s[0]), end_s=float(log.time_s[-1]), method=METHOD)
    gestures = sorted({move.gesture for move in log.moves} | {prompt.gesture for prompt in log.prompts})
    counts = [finding for gesture in gestures for finding in _of_gesture(log, gesture, evidence)]
    return [*counts, *stops(log)]


def times(count: int) -> str:
    """How often, in words.

    Examples
    --------
    >>> times(0), times(1), times(3)
    ('never', 'once', '3 times')
    """
    return {0: "never", 1: "once"}.get(count, f"{count} times")


def _of_gesture(log: TrainingLog, gesture: str, evidence: Evidence) -> list[Finding]:
    done = sum(move.reached for move in log.moves if move.gesture == gesture)
    asked = [prompt for prompt in log.prompts if prompt.gesture == gesture]
    answers = [(prompt, log.answer(prompt)) for prompt in asked]
    delays = [move.shown_s - prompt.time_s for prompt, move in answers if move is not None]
    text = f"In the simulation the hand was led to “{gesture}” {times(done)}; it was asked for {times(len(asked))}."
    why_not = None if delays else "it was not asked for, or never answered"
    label = f"Reaction time to “{gesture}”, median of {len(delays)}: from prompt to first picture of it"
    reaction = round(median(delays), 2) if delays else None
    return [
        _finding(f"{gesture}_repetitions", f"Repetitions of “{gesture}”", done, evidence, category="count", text=text),
        _finding(f"{gesture}_reaction", label, reaction, evidence, unit="s", category="tempo", why_not=why_not),
    ]


def stops(log: TrainingLog) -> list[Finding]:
    """Each stop of a machine that was ready or moving: when and why."""
    whole = Evidence(start_s=float(log.time_s[0]), end_s=float(log.time_s[-1]), method=METHOD)
    found = [_finding("stops", "Safe stops", len(log.stops), whole, category="count")]
    for number, stop in enumerate(log.stops, 1):
        why = ", ".join(stop.reasons)
        at = Evidence(start_s=stop.time_s, method=METHOD)
        text = f"At {stop.time_s:.1f} s it stopped: {why}."
        found.append(_finding(f"stop_{number}", f"Stop {number}, why", why, at, text=text, category="recording"))
    return found


def _finding(
    name: str, label: str, value: float | str | None, evidence: Evidence, *, category: str, unit: str = "",
    text: str = "", why_not: str | None = None,
) -> Finding:  # fmt: skip
    return Finding.model_validate(
        {
            "name": f"training_{name}",
            "label": label,
            "value": value,
            "unit": unit,
            "simulated": True,
            "category": category,
            "text": text,
            "not_measurable": why_not,
            "evidence": evidence,
            "attention": name.startswith("stop_"),
        }
    )


def curves(log: TrainingLog) -> list[Curves]:
    """Of each finger, where it was led to and where it was, with the commands shaded."""
    step = max(1, -(-len(log.time_s) // MOST_POINTS))
    shaded: dict[str, list[tuple[float, float]]] = {}
    for move in log.moves:
        shaded.setdefault(move.gesture, []).append((move.start_s, move.end_s))
    return [
        Curves(
            title=f"{finger.capitalize()} of the modelled robot",
            caption="A modelled hand robot, no hardware. Commanded is where a command led it.",
            simulated=True,
            unit="deg",
            time_s=[round(float(time_s), 3) for time_s in log.time_s[::step]],
            lines={
                "commanded": _points(log.wanted_deg[::step, number]),
                "reached": _points(log.angles_deg[::step, number]),
            },
            shaded=shaded,
        )
        for number, finger in enumerate(FINGERS)
    ]


def _points(values: NDArray[np.float64]) -> list[float | None]:
    return [round(float(value), 2) if np.isfinite(value) else None for value in values]
