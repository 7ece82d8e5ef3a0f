"""S2 hand_surface: which part of a hand each point of a laser or depth cloud lies on.

After HSSN (Xing et al. 2025, IEEE Internet of Things J.): edge convolutions over several scales and densities, with
normals. What is measured of the parts is in :mod:`.measures`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.figures import Figure, Scene
from rehabkit.findings import Evidence, Finding
from rehabkit.recordings.cloud import PointCloud
from rehabkit.recordings.datasets.hand_parts import PARTS
from rehabkit.recordings.lengths import HAND
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.card import Card, TensorSpec
from rehabkit.systems.contract import Ran, System
from rehabkit.systems.hand_surface import measure_findings
from rehabkit.systems.hand_surface.arrange import MOST_POINTS, N_NEIGHBOURS, N_SLOTS, arranged, dealt

Side = Literal["left", "right"]
SIDES: tuple[Side, Side] = ("left", "right")
"""What the second output tells apart; a third is no hand."""
SURE_SIDE = 0.8
"""Probability from which a side is named."""
FEWEST = 64
"""Points below which nothing is said: a finger then has two or three."""
APART_M, LARGE_PIECE = 0.03, 0.3
"""Gap between separate things, and the share of the points from which a second one is told."""
METHOD = "network over neighbours in space; a point's part is the most probable one"


class HandSurface(System[PointCloud]):
    """Parts of a hand in a point cloud, and what is measured of them.

    Parameters
    ----------
    hand : whose hand it is, where somebody says so; else it is told by its shape, where that is sure.
    """

    name: ClassVar[str] = "hand_surface"
    title: ClassVar[str] = "Parts of a hand's surface"
    reads: ClassVar[type] = PointCloud
    inputs: ClassVar[Mapping[str, TensorSpec]] = {
        "points": TensorSpec(
            shape=[N_SLOTS, 3],
            axes=["slot", "coordinate"],
            description="around their mean, along their principal axes, to the sensor; root mean square distance 1",
        ),
        "normals": TensorSpec(
            shape=[N_SLOTS, 3], axes=["slot", "coordinate"], description="away from the surface; 0 where unknown"
        ),
        "neighbours": TensorSpec(
            shape=[N_SLOTS, N_NEIGHBOURS], axes=["slot", "neighbour"], description="slots that a point looks at"
        ),
        "present": TensorSpec(shape=[N_SLOTS], axes=["slot"], description="1 where a slot holds a point, 0 beyond"),
        "handed": TensorSpec(shape=[1], description="1 where the axes are right-handed, 0 where they mirror the cloud"),
    }

    def __init__(self, hand: Side | None = None) -> None:
        self.hand = hand

    def prepare(self, recording: PointCloud) -> Tensors:
        """Rows of at most 1024 points, 2048 in all; a row that isn't full is padded.

        Raises
        ------
        RecordingError
            If the cloud isn't as long as a hand.
        """
        if not HAND.holds(recording.length_m):
            raise RecordingError(
                f"length of a hand must be {HAND.least_m} to {HAND.most_m} m, got {recording.length_m:.3g} m; "
                "cut the cloud to the hand, or state its unit with --units"
            )
        return arranged(recording).tensors

    def interpret(self, recording: PointCloud, outputs: Tensors, card: Card) -> list[Finding]:
        """How sure it is, which hand it looks like, how much of each part is seen, and what is measured of them.

        ``card.settings`` may hold ``least_confidence`` and ``most_no_hand``, beyond which it abstains, and
        ``least_to_measure``, the confidence below which nothing is measured.
        """
        evidence = _evidence(recording, card)
        probability = by_point(recording, outputs)
        sure = float(probability.max(axis=1).mean())
        why_not = _why_not(recording, sure, float(outputs["kind"][:, 2].mean()), card)
        confidence = _confidence(sure, why_not, evidence)
        if why_not:
            return [confidence]
        kind = outputs["kind"].mean(axis=0)
        if sure < card.settings.get("least_to_measure", 0.0):
            measured = [_not_measured(sure, evidence)]
        else:
            named, hand = labelled(recording, outputs), self.hand or side_of(kind)
            measured = measure_findings.findings(named, hand, by_network=True)
        shares = _shares(probability.argmax(axis=1), evidence)
        return [_side(kind, self.hand, evidence), *measured, confidence, *shares]

    def explained(self, findings: list[Finding], ran: Ran[PointCloud]) -> tuple[list[Finding], list[Figure]]:
        """The points that were looked at, with their parts where they are named."""
        places = np.concatenate(dealt(ran.recording.n_points))
        named = not any(one.name == "hand_confidence" and one.not_measurable for one in findings)
        labels = by_point(ran.recording, ran.outputs).argmax(axis=1).tolist() if named else []
        what = "each with the part that the network gives it" if named else "without parts, which it doesn't name here"
        scene = Scene(
            title="Parts of the hand",
            caption=f"{len(places)} points, {what}.",
            points_m=[(float(x), float(y), float(z)) for x, y, z in ran.recording.points[places].round(5)],
            labels=labels,
            label_names=list(PARTS) if named else [],
        )
        return findings, [scene]


def by_point(recording: PointCloud, outputs: Tensors) -> NDArray[np.float32]:
    """(n_looked_at, n_parts) probabilities, in the order of :func:`.arrange.dealt`."""
    rows = dealt(recording.n_points)
    return np.concatenate([one[: len(row)] for one, row in zip(outputs["probability"], rows, strict=True)])


def labelled(recording: PointCloud, outputs: Tensors) -> PointCloud:
    """The cloud with the part of each point; points that weren't looked at get that of the nearest one that was."""
    from scipy.spatial import cKDTree

    places = np.concatenate(dealt(recording.n_points))
    found = by_point(recording, outputs).argmax(axis=1).astype(np.int64)
    nearest = cKDTree(recording.points[places]).query(recording.points)[1]
    nearest[places] = np.arange(len(places))  # points at one place keep their own
    return recording.noted("labelled by hand_surface", labels=found[nearest], label_names=PARTS)


def _evidence(recording: PointCloud, card: Card) -> Evidence:
    n_seen = min(recording.n_points, MOST_POINTS)
    of = f"{n_seen} of {recording.n_points} points, drawn at random" if n_seen < recording.n_points else "all points"
    source = f"trained on {', '.join(data.title for data in card.data)}" if card.data else ""
    return Evidence(method=f"{METHOD}; {of}", source=source)


def _why_not(recording: PointCloud, sure: float, no_hand: float, card: Card) -> str | None:
    """Why nothing is said, or ``None``."""
    if recording.n_points < FEWEST:
        return f"too few points: {recording.n_points}, at least {FEWEST} are needed"
    if no_hand > card.settings.get("most_no_hand", 0.5):
        return f"this doesn't look like a hand ({no_hand:.0%} sure of that)"
    if _second_piece(recording) > LARGE_PIECE:
        return "there are two things of like size, apart from each other; cut the cloud to one hand"
    if sure < card.settings.get("least_confidence", 0.0):
        return f"not sure enough which part is which: {sure:.0%}"
    return None


def _second_piece(recording: PointCloud) -> float:
    """Share of the points in the second largest piece, where pieces lie 3 cm apart."""
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    thin = recording.sampled(512, how="random")
    tree = cKDTree(thin.points)
    number = connected_components(tree.sparse_distance_matrix(tree, APART_M), directed=False)[1]
    sizes = np.sort(np.bincount(number))[::-1]
    return float(sizes[1] / thin.n_points) if len(sizes) > 1 else 0.0


def _confidence(sure: float, why_not: str | None, evidence: Evidence) -> Finding:
    return Finding(
        name="hand_confidence",
        label="Mean probability of the points' parts",
        value=None if why_not else round(sure, 3),
        not_measurable=why_not,
        provisional=True,
        category="hand",
        attention=why_not is not None,
        evidence=evidence,
    )


def _not_measured(sure: float, evidence: Evidence) -> Finding:
    why = f"the parts are too unsure to measure on them: {sure:.0%}"
    return Finding(
        name="hand_measures", label="Lengths and girths", category="hand", not_measurable=why, evidence=evidence
    )


def _side(kind: NDArray[np.float32], stated: Side | None, evidence: Evidence) -> Finding:
    """Left or right by shape, and whether that contradicts what was stated."""
    seen = side_of(kind)
    wrong = stated is not None and seen is not None and seen != stated
    return Finding(
        name="hand_side_seen",
        label="Looks like a left or a right hand",
        value=seen,
        not_measurable=None if seen else f"left {kind[0]:.0%}, right {kind[1]:.0%}: not sure enough",
        provisional=True,
        category="hand",
        attention=wrong,
        text=f"This looks like a {seen} hand, but {stated} was stated: please check." if wrong else "",
        evidence=evidence,
    )


def side_of(kind: NDArray[np.float32]) -> Side | None:
    """Left or right, where the probability is high enough; a flat hand seen from one side is told by little.

    Examples
    --------
    >>> side_of(np.array([0.9, 0.1, 0.0], dtype=np.float32)), side_of(np.array([0.6, 0.4, 0.0], dtype=np.float32))
    ('left', None)
    """
    best = int(kind[:2].argmax())
    return SIDES[best] if kind[best] >= SURE_SIDE else None


def _shares(labels: NDArray[np.intp], evidence: Evidence) -> list[Finding]:
    share = np.bincount(labels, minlength=len(PARTS)) / len(labels)
    return [
        Finding(
            name=f"hand_share_{part}",
            label=f"{part.capitalize()}, share of the points",
            value=round(100 * float(one), 1),
            unit="%",
            provisional=True,
            category="hand",
            evidence=evidence,
        )
        for part, one in zip(PARTS, share, strict=True)
    ]
