"""What is said of a lying body: each statement with its uncertainty, all of them provisional."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from rehabkit.findings import Evidence, Finding, Side
from rehabkit.kinematics.depth.bed import floor_below
from rehabkit.kinematics.depth.segments import ANGLES, SEGMENTS, angle_spread_deg, joint_angles, posture, segments
from rehabkit.runtime.card import Card
from rehabkit.systems.contract import seen
from rehabkit.systems.lying_pose.body import Body, best_of
from rehabkit.systems.lying_pose.picture import JOINTS, LyingPerson

METHOD = (
    "joints of the picture lifted with depth, completed over a tree of bones, and refined by a network trained on "
    "rendered people; no real depth picture of a lying person was at hand to measure its error on"
)
ADULT_M = (1.35, 2.1)
"""A body's length that isn't worth a second look."""
TWICE = 1.96
"""From 68 % of what is possible to 95 %."""
LEAST_SHARE = 0.8
"""A posture that fewer of the pictures show isn't the only one."""


def findings_of(recording: LyingPerson, bodies: Sequence[Body], card: Card) -> list[Finding]:
    """All findings; directions and angles are those of the picture in which most joints were seen.

    Parameters
    ----------
    bodies : one a picture.
    """
    number = best_of(bodies)
    body, time_s = bodies[number], float(recording.time_s[number])
    whole = seen(recording, card, METHOD)
    one = whole.model_copy(update={"start_s": time_s, "end_s": time_s})
    return [
        *_postures(bodies, whole),
        _hidden(body, one),
        *_segments(body, one),
        *_angles(body, one),
        _length(bodies, whole),
        _bed(recording, number, body, one),
        _tilt(body, one),
        *_without(recording, whole),
    ]


def _finding(name: str, label: str, evidence: Evidence, **what: object) -> Finding:
    return Finding.model_validate(
        {"category": "posture", "provisional": True, "simulated": True}
        | what
        | {"name": name, "label": label, "evidence": evidence}
    )


def _postures(bodies: Sequence[Body], evidence: Evidence) -> list[Finding]:
    """What the body lies on in most pictures, and its roll there."""
    told = [posture(JOINTS, body.positions, body.bed) for body in bodies]
    count = Counter(name for name, _ in told)
    name, n = count.most_common(1)[0]
    roll = float(np.median([roll for other, roll in told if other == name]))
    others = ", ".join(f"{other} {k}" for other, k in count.most_common()[1:])
    text = f"You lay {'on your ' if 'side' in name else ''}{name}." if n >= LEAST_SHARE * len(told) else ""
    where = {"supine": "on your back", "prone": "on your belly"}
    text = text.replace(name, where.get(name, name))
    return [
        _finding("posture", "Lying on", evidence, value=name, text=text, attention=n < LEAST_SHARE * len(told)),
        _finding(
            "trunk_roll",
            "Roll of the trunk: 0 on the back, 90 on the right side, -90 on the left",
            evidence,
            value=round(roll, 1),
            unit="deg",
            uncertainty=round(float(np.median([_roll_spread(body) for body in bodies])), 1),
            text=f"Of {len(told)} pictures {n} show: {name}; {others}." if others else "",
        ),
    ]


def _roll_spread(body: Body) -> float:
    """Half of the central 95 %: the ends of shoulders and hips against each other, about the trunk."""
    pairs = [[JOINTS.index(f"{side}_{joint}") for side in ("left", "right")] for joint in ("shoulder", "hip")]
    off = [np.hypot(*body.spread_m[pair]) / np.linalg.norm(np.subtract(*body.positions[pair])) for pair in pairs]
    return float(TWICE * np.degrees(np.arctan(np.hypot(*off) / 2)))


def _hidden(body: Body, evidence: Evidence) -> Finding:
    names = [name.replace("_", " ") for name, marked in zip(JOINTS, body.marked, strict=True) if marked]
    return _finding(
        "hidden_joints",
        "Joints that weren't seen",
        evidence.model_copy(update={"joints": [name.replace(" ", "_") for name in names]}),
        value=", ".join(names) or "none",
        attention=len(names) > len(JOINTS) // 3,
        text=f"Not seen, and put where the rest of the body makes them likely: {', '.join(names)}." if names else "",
    )


def _side(name: str) -> Side:
    return "left" if name.startswith("left_") else "right" if name.startswith("right_") else "none"


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _segments(body: Body, evidence: Evidence) -> list[Finding]:
    """How far each part rises above the mattress and where it points to on it."""
    found = []
    for name, one in segments(JOINTS, body.positions, body.spread_m, body.bed).items():
        own = _with_joints(evidence, SEGMENTS[name], body)
        off = round(min(TWICE * one.spread_deg, 180.0), 1)
        for what, says, value in (
            ("elevation", "rise of its far end above the mattress", one.elevation_deg),
            ("heading", "direction on the mattress, 0 towards the head's end", one.heading_deg),
        ):
            found.append(
                _finding(
                    f"{name}_{what}", f"{_words(name)}: {says}", own, side=_side(name), unit="deg",
                    value=round(value, 1), uncertainty=off,
                )
            )  # fmt: skip
    return found


def _angles(body: Body, evidence: Evidence) -> list[Finding]:
    found, off = joint_angles(JOINTS, body.positions), angle_spread_deg(JOINTS, body.positions, body.spread_m)
    findings = []
    for name, chain in ANGLES.items():
        own = _with_joints(evidence, chain, body)
        findings.append(
            _finding(
                name, f"{_words(name)}, lying", own, side=_side(name), joint=chain[1], unit="deg",
                value=round(found[name], 1), uncertainty=round(off[name], 1),
            )
        )  # fmt: skip
    return findings


def _with_joints(evidence: Evidence, chain: Sequence[str], body: Body) -> Evidence:
    """The evidence with these joints, and which of them weren't seen."""
    unseen = [name.replace("_", " ") for name in chain if body.marked[JOINTS.index(name)]]
    method = f"{evidence.method}; not seen: {', '.join(unseen)}" if unseen else evidence.method
    return evidence.model_copy(update={"joints": list(chain), "method": method})


def _length(bodies: Sequence[Body], evidence: Evidence) -> Finding:
    """Whether bones are those of an adult: the first thing that wrong intrinsics change."""
    length = float(np.median([body.stature_m for body in bodies]))
    odd = not ADULT_M[0] <= length <= ADULT_M[1]
    why = "That isn't an adult's: a child, or the camera's intrinsics or unit are wrong."
    return _finding(
        "body_length", "Body length, estimated from the bones", evidence, value=round(length, 2), unit="m",
        category="recording", attention=odd, text=why if odd else "",
    )  # fmt: skip


def _bed(recording: LyingPerson, number: int, body: Body, evidence: Evidence) -> Finding:
    height = floor_below(recording.pictures[number].frame, body.bed)
    return _finding(
        "bed_height", "Height of the mattress above the floor", evidence, unit="m", category="recording",
        value=None if height is None else round(height, 2),
        not_measurable="the picture shows too little of the floor" if height is None else None,
    )  # fmt: skip


def _tilt(body: Body, evidence: Evidence) -> Finding:
    tilt = float(np.degrees(np.arccos(np.clip(-body.bed.plane.up[2], -1, 1))))
    return _finding(
        "camera_tilt", "Angle of the camera to straight down on the mattress", evidence, value=round(tilt, 1),
        unit="deg", category="recording",
    )  # fmt: skip


def _without(recording: LyingPerson, evidence: Evidence) -> list[Finding]:
    if not recording.n_empty:
        return []
    n = recording.n_empty + len(recording.pictures)
    return [
        _finding(
            "pictures_without_person", "Pictures in which nobody was found", evidence, value=recording.n_empty,
            category="recording", attention=recording.n_empty > n / 2, text=f"{recording.n_empty} of {n} pictures.",
        )
    ]  # fmt: skip
