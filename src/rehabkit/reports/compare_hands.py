"""Hands compared: one hand over time, or the left one beside the right one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from rehabkit.errors import AssessmentError
from rehabkit.findings import Assessment, Finding

Of = Literal["sessions", "sides"]


def hand_of(assessment: Assessment) -> str | None:
    """``left`` or ``right``, if lengths or girths of a hand were measured; else ``None``."""
    sides = {f.side for f in assessment.findings if f.category == "hand" and f.side in ("left", "right")}
    return sides.pop() if len(sides) == 1 else None


def compared(assessments: Sequence[Assessment]) -> tuple[Of, list[Assessment]]:
    """Whether sides are compared, and the assessments: left before right, else as they come.

    Raises
    ------
    AssessmentError
        If both hands are there, and not each of them once.
    """
    hands = [hand_of(one) for one in assessments]
    if not {"left", "right"} <= set(hands):
        return "sessions", list(assessments)
    if len(assessments) != 2:
        got = f"{hands.count('left')} of the left and {hands.count('right')} of the right one"
        raise AssessmentError(
            f"hands to compare must be one hand over time, or one assessment of each hand, got {got}; name two files"
        )
    return "sides", sorted(assessments, key=lambda one: hand_of(one) != "left")


def is_measured(finding: Finding) -> bool:
    """Whether its change may say something of the person: a hand's must have an error, shares of points have none."""
    return finding.category != "hand" or finding.mdc95 is not None
