"""Range of motion of fingers: landmarks of a hand over time → the least and the largest of each angle, value ± error.

For whatever has a hand's landmarks. The reports of body exercises don't use it: hands are 20 to 42 px there, and
the error is larger than most differences between people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from rehabkit.findings import Evidence, Finding, Side
from rehabkit.kinematics.hand import ERROR_SOURCE, HandAngle

LEAST_PICTURES = 10
"""With fewer pictures of a joint there is no range of motion."""
ENDS = (5.0, 95.0)
"""Percentiles that stand for the least and the largest of an angle, so that single pictures don't make it."""
WORDS = {"mcp": "MCP", "pip": "PIP", "dip": "DIP", "ip": "IP"}


def finger_ranges(angles: Mapping[str, HandAngle], side: Side, evidence: Evidence) -> list[Finding]:
    """Two findings an angle, least and largest; of fewer than ten pictures one, the median.

    Parameters
    ----------
    angles : of :func:`rehabkit.kinematics.hand.hand_angles` on (n_pictures, 21, 3) landmarks, NaN where none was seen.
    side : of the hand.
    evidence : when and by what method.

    Examples
    --------
    >>> bent = HandAngle("index_pip_flexion", np.linspace(0, 100, 101), 55.0)
    >>> [(one.label, one.value) for one in finger_ranges({"": bent}, "left", Evidence())]
    [('Index PIP flexion, least', 5.0), ('Index PIP flexion, largest', 95.0)]
    """
    sourced = evidence.model_copy(update={"source": ERROR_SOURCE})
    return [finding for angle in angles.values() for finding in _range(angle, side, sourced)]


def _range(angle: HandAngle, side: Side, evidence: Evidence) -> Iterator[Finding]:
    degrees = angle.degrees[np.isfinite(angle.degrees)]
    n_pictures = len(angle.degrees)
    if n_pictures < LEAST_PICTURES:
        yield _finding(angle, "", float(np.median(degrees)) if degrees.size else None, side, evidence)
    elif len(degrees) < LEAST_PICTURES:
        yield _finding(angle, "", None, side, evidence, f"it was seen in only {len(degrees)} of {n_pictures} pictures")
    else:
        low, high = np.percentile(degrees, ENDS)
        yield _finding(angle, "least", float(low), side, evidence)
        yield _finding(angle, "largest", float(high), side, evidence)


def _finding(
    angle: HandAngle, end: str, value: float | None, side: Side, evidence: Evidence, why: str = "its landmarks lie so "
    "that it can't be told",
) -> Finding:  # fmt: skip
    said = " ".join(WORDS.get(word, word) for word in angle.name.split("_"))
    return Finding(
        name=f"{angle.name}_{end}" if end else angle.name,
        label=said[0].upper() + said[1:] + (f", {end}" if end else ""),
        value=None if value is None else round(value, 1),
        unit="deg",
        uncertainty=angle.uncertainty_deg,
        provisional=angle.provisional,
        side=side,
        joint=angle.name.rpartition("_")[0],
        category="range_of_motion",
        not_measurable=why if value is None else None,
        evidence=evidence,
    )
