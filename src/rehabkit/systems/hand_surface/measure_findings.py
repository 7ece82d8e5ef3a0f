"""Measures of a hand as findings, each with its error and the least change that isn't error."""

from __future__ import annotations

from dataclasses import replace

from rehabkit.findings import Evidence, Finding
from rehabkit.recordings.cloud import PointCloud
from rehabkit.systems.hand_surface.measure import Measure
from rehabkit.systems.hand_surface.measurement_error import hand_error
from rehabkit.systems.hand_surface.measures import measures_of
from rehabkit.systems.hand_surface.palm import Hand
from rehabkit.systems.hand_surface.shape import HandShape, shape_of

METHOD = "geometry of the points of each part; landmarks are on the surface, see the documentation"
NO_ERROR = "how large its error is isn't known; name the parts in the file, or add views"
UNKNOWN_HAND = "whose hand it is isn't known, so that back and palm can't be told apart; say --hand left or right"


def findings(cloud: PointCloud, hand: Hand | None, *, by_network: bool) -> list[Finding]:
    """What is measured on a labelled hand.

    Parameters
    ----------
    cloud : metres, labelled with :data:`.hand_parts.PARTS`, with its viewpoint; with normals, if volumes are wanted.
    hand : whose hand it is; ``None`` where nobody says and it can't be seen.
    by_network : whether the network named the parts, whose mistakes are then in the error.
    """
    if hand is None:
        return [_unknown()]
    shape = shape_of(cloud, hand)
    return [_finding(one, shape, hand, by_network) for one in measures_of(shape)]


def is_measure(finding: Finding) -> bool:
    """Whether a finding is one of these, and not what the network says."""
    return finding.name == "hand_measures" or finding.evidence.method == METHOD


def _unknown() -> Finding:
    return Finding(name="hand_measures", label="Lengths and girths", category="hand", not_measurable=UNKNOWN_HAND)


def _finding(one: Measure, shape: HandShape, hand: Hand, by_network: bool) -> Finding:
    error = hand_error(one.family, all_round=shape.all_round, by_network=by_network)
    if one.value is not None and error is None:
        one = replace(one, value=None, why_not=NO_ERROR)
    known = None if one.value is None else error
    return Finding(
        name=one.name,
        label=one.label,
        value=one.value,
        unit=one.unit,
        uncertainty=known and known.half_width_95,
        mdc95=known and known.mdc95,
        provisional=True,
        side=hand,
        category="hand",
        not_measurable=one.why_not,
        evidence=Evidence(
            method=METHOD, view="all round" if shape.all_round else shape.face, source=known.source if known else ""
        ),
    )
