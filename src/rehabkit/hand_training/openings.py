"""How open one patient's neutral and wide open hand are → the rules of that patient's training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rehabkit.errors import InputError
from rehabkit.hand_training.rules import SANE, Rules

MARGIN = 0.05
"""A hand may be so much less open than the least open of the examples."""
APART = 0.1
"""So much more open than a closed hand a neutral and a wide one must be: else a spasm would pass for either."""
WIDE = "open"


def own_rules(openings: Mapping[str, Sequence[float]], rules: Rules | None = None) -> Rules:
    """The rules with the openings of one patient.

    Parameters
    ----------
    openings : gesture → how open the hand is in each of its examples; those of the neutral gesture, of ``open``, and
        of what a spasm makes too are looked at, and what isn't there leaves its rule as it is.
    rules : the usual ones by default.

    Raises
    ------
    InputError
        If this patient's neutral or wide open hand can't be told from a closed one by how open it is.

    Examples
    --------
    >>> rules = own_rules({"relaxed": [0.52, 0.48], "open": [0.68, 0.7], "fist": [0.2]})
    >>> round(rules.neutral_opening, 2), round(rules.wide_opening, 2)
    (0.43, 0.63)
    """
    rules = rules or Rules()
    closed = max((value for name in rules.closing for value in openings.get(name, ())), default=0.0)
    neutral = _least(openings.get(rules.neutral, ()), rules.neutral_opening, "neutral_opening")
    wide = _least(openings.get(WIDE, ()), rules.wide_opening, "wide_opening")
    wide = max(wide, neutral)
    problems = [
        f"{name} hand must be open by {closed + APART:.2f} or more, {APART:g} above a closed one's, got {least:.2f}"
        for name, least in ((rules.neutral, neutral), (WIDE, wide))
        if least < closed + APART
    ]
    if problems:
        raise InputError(f"examples: {'; '.join(problems)}; take them again, or train without gestures that close")
    return replace(rules, neutral_opening=neutral, wide_opening=wide)


def _least(values: Sequence[float], otherwise: float, rule: str) -> float:
    low, high = SANE[rule]
    return min(max(min(values) - MARGIN, low), high) if values else otherwise
