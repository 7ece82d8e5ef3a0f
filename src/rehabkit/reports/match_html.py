"""The comparison of a learner with a template as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rehabkit.recordings.files import atomic
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.reports.html import environment
from rehabkit.reports.match_drawing import aligned_curve, bodies
from rehabkit.reports.text import clock, number, quantity, sentence, words
from rehabkit.systems.pose_matching.result import AngleDifference, MatchedRepetition, Phase, SequenceMatch

LISTED = 6
"""Angles listed for a repetition."""


def write_match(result: SequenceMatch, learner: Skeleton, template: Skeleton, path: str | Path) -> None:
    """Write the page.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    with atomic(Path(path)) as temporary:
        temporary.write_text(render_match(result, learner, template), encoding="utf-8")


def render_match(result: SequenceMatch, learner: Skeleton, template: Skeleton) -> str:
    """The comparison as a whole HTML document.

    Parameters
    ----------
    learner, template : the cleaned skeletons that were compared.
    """
    shown = [_repetition(one, learner, template) for one in result.repetitions]
    return environment().get_template("match.html.j2").render(match=result, repetitions=shown, summary=summary(result))


def summary(result: SequenceMatch) -> list[str]:
    """What a person should know first, worst repetition first; the terminal prints the same."""
    ordered = sorted(result.repetitions, key=lambda r: -r.mean_difference_deg)
    told = [sentence(f"repetition {r.number}: {said(r.differences[0])}") for r in ordered if r.differences[0].told]
    if told:
        return told
    widest = max((r.differences[0] for r in result.repetitions), key=lambda one: abs(one.difference_deg))
    return [f"No angle differs by more than the sensors' own error. The widest: {said(widest)}."]


def said(one: AngleDifference) -> str:
    """One difference in a sentence without its full stop."""
    way = "more" if one.difference_deg > 0 else "less"
    amount = quantity(abs(one.difference_deg), "deg", one.uncertainty_deg)
    when = words(one.phase).lower() + (", provisional" if one.provisional else "")
    return f"{one.label.lower()} is {amount} {way} than the template's at {clock(one.at_s)} ({when})"


def _repetition(one: MatchedRepetition, learner: Skeleton, template: Skeleton) -> dict[str, Any]:
    worst = one.differences[0]
    moments = [("Worst moment", worst.at_s, worst.template_at_s)]
    moments += [
        (words(p.name), (p.start_s + p.end_s) / 2, (p.template_start_s + p.template_end_s) / 2) for p in one.phases
    ]
    mine = bodies(learner, [at for _, at, _ in moments], worst, "Learner")
    theirs = bodies(template, [at for _, _, at in moments], worst, "Template")
    values = [f"{number(worst.learner_deg, 0)}°", f"{number(worst.template_deg, 0)}°"]
    return {
        "number": one.number,
        "side": {"left": "left side", "right": "right side"}.get(one.side, ""),
        "time": f"{clock(one.start_s)} to {clock(one.end_s)}",
        "worst": sentence(said(worst)),
        "told": worst.told,
        "pairs": [
            {
                "title": title,
                "drawings": [(mine[i], f"Learner, {clock(at)}"), (theirs[i], f"Template, {clock(other)}")],
                "caption": f"{worst.label}: learner {values[0]}, template {values[1]}" if i == 0 else "",
            }
            for i, (title, at, other) in enumerate(moments)
        ],
        "curve": aligned_curve(one.curve, [("worst", worst.template_at_s)]),
        "curve_label": one.curve.label,
        "phases": [_phase(phase, one) for phase in one.phases],
        "angles": [_angle(difference) for difference in one.differences[:LISTED]],
        "scored": any(phase.pose for phase in one.phases),
    }


def _phase(phase: Phase, one: MatchedRepetition) -> dict[str, str]:
    labels = {difference.angle: difference.label for difference in one.differences}
    widest = "–"
    if phase.angle is not None and phase.difference_deg is not None:
        widest = f"{labels[phase.angle]}, {_signed(phase.difference_deg)}"
    pose = "–"
    if phase.pose is not None:
        pose = f"{number(phase.pose.cosine, 2)}" + (f", look at the {phase.pose.limb}" if phase.pose.limb else "")
    mean = "–" if phase.mean_difference_deg is None else f"{number(phase.mean_difference_deg, 0)}°"
    return {"name": words(phase.name), "time": f"{clock(phase.start_s)} to {clock(phase.end_s)}", "mean": mean,
            "widest": widest, "pose": pose}  # fmt: skip


def _angle(one: AngleDifference) -> dict[str, Any]:
    return {
        "label": one.label,
        "values": (f"{number(one.learner_deg, 0)}°", f"{number(one.template_deg, 0)}°"),
        "difference": f"{_signed(one.difference_deg)} ± {number(one.uncertainty_deg, 0)}°",
        "mean": f"{number(one.mean_deg, 0)}°",
        "when": f"{clock(one.at_s)}, {words(one.phase).lower()}",
        "told": one.told,
        "verdict": "more than the sensors' error" if one.told else "within the sensors' error",
        "provisional": one.provisional,
    }


def _signed(degrees: float) -> str:
    text = number(degrees, 0)
    return f"+{text}°" if degrees > 0 and text != "0" else f"{text}°"
