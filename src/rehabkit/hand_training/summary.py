"""A training's log → findings: repetitions of each gesture, reaction times, stops and why."""

from __future__ import annotations

from statistics import median

from rehabkit.findings import Evidence, Finding
from rehabkit.hand_training.session import TrainingLog

METHOD = "simulated: a modelled hand robot, no hardware"


def findings(log: TrainingLog) -> list[Finding]:
    """What the training shows, each labelled as simulated."""
    evidence = Evidence(start_s=float(log.time_s[0]), end_s=float(log.time_s[-1]), method=METHOD)
    gestures = sorted({move.gesture for move in log.moves} | {prompt.gesture for prompt in log.prompts})
    counts = [finding for gesture in gestures for finding in _of_gesture(log, gesture, evidence)]
    return [*counts, _finding("stops", "Safe stops", len(log.stops), evidence, category="count"), *_stops(log)]


def _of_gesture(log: TrainingLog, gesture: str, evidence: Evidence) -> list[Finding]:
    done = sum(move.reached for move in log.moves if move.gesture == gesture)
    asked = [prompt for prompt in log.prompts if prompt.gesture == gesture]
    answers = [(prompt, log.answer(prompt)) for prompt in asked]
    delays = [move.shown_s - prompt.time_s for prompt, move in answers if move is not None]
    text = f"In the simulation the hand was led to “{gesture}” {done} times; it was asked for {len(asked)} times."
    why_not = None if delays else "it was not asked for, or never answered"
    label = f"Reaction time to “{gesture}”, median of {len(delays)}: from prompt to first picture of it"
    reaction = round(median(delays), 2) if delays else None
    return [
        _finding(f"{gesture}_repetitions", f"Repetitions of “{gesture}”", done, evidence, category="count", text=text),
        _finding(f"{gesture}_reaction", label, reaction, evidence, unit="s", category="tempo", why_not=why_not),
    ]


def _stops(log: TrainingLog) -> list[Finding]:
    found = []
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
