"""The time item of Fugl-Meyer: five touches of the nose with each arm, and how much longer the affected one takes."""

from __future__ import annotations

import numpy as np

from rehabkit.exercises.fugl_meyer import Item
from rehabkit.exercises.fugl_meyer_sheet import ArmSide, ItemScore, refused
from rehabkit.findings import Evidence
from rehabkit.kinematics.repetitions import Counted, count_repetitions
from rehabkit.kinematics.view import estimate_view
from rehabkit.recordings.skeleton import Skeleton

LEAST_REACH = 0.3
"""A finger that comes this much nearer to the nose, in trunk lengths, goes there."""
TOUCHES = 5


def timed(item: Item, skeleton: Skeleton, side: ArmSide) -> ItemScore:
    """Seconds that five touches of the nose take longer with the affected arm than with the other."""
    found = {one: _touches(skeleton, one) for one in ("left", "right")}
    counts = {one: len(touches) for one, touches in found.items()}
    if min(counts.values()) < TOUCHES:
        return refused(
            item,
            f"the recording must show {TOUCHES} touches of the nose with each arm, got {counts['left']} left and "
            f"{counts['right']} right; record both arms, one after the other",
        )
    times = {one: touches[TOUCHES - 1].end_s - touches[0].start_s for one, touches in found.items()}
    slower = times[side] - times["left" if side == "right" else "right"]
    mine = found[side]
    return ItemScore(
        item=item.id,
        name=item.name,
        section=item.section,
        score=item.points(slower),
        value=round(slower, 2),
        unit="s",
        not_checked=list(item.not_checked),
        evidence=Evidence(
            joints=[f"{side}_{_tip(skeleton, side)}", _nose(skeleton)],
            start_s=round(mine[0].start_s, 3),
            end_s=round(mine[TOUCHES - 1].end_s, 3),
            view=estimate_view(skeleton).name,
            method=f"left {times['left']:.1f} s, right {times['right']:.1f} s for {TOUCHES} touches",
        ),
    )


def _touches(skeleton: Skeleton, side: str) -> list[Counted]:
    """Complete ways to the nose and back, by the finger's distance from it in trunk lengths."""
    if not skeleton.has("left_shoulder", "right_shoulder", "left_hip", "right_hip", f"{side}_wrist", _nose(skeleton)):
        return []
    trunk = np.linalg.norm(skeleton.middle("shoulder") - skeleton.middle("hip"), axis=-1)
    if not np.isfinite(trunk).any() or not np.nanmedian(trunk) > 0:
        return []
    gap = np.linalg.norm(skeleton.joint(f"{side}_{_tip(skeleton, side)}") - skeleton.joint(_nose(skeleton)), axis=-1)
    distance = gap / np.nanmedian(trunk)
    if np.isfinite(distance).sum() < 2 or np.nanmax(distance) - np.nanmin(distance) < LEAST_REACH:
        return []
    counted = count_repetitions(skeleton.time_s, distance, minimum_range=LEAST_REACH, direction="decrease")
    return [one for one in counted if one.kind == "complete"]


def _tip(skeleton: Skeleton, side: str) -> str:
    return "index" if skeleton.has(f"{side}_index") else "wrist"


def _nose(skeleton: Skeleton) -> str:
    return "nose" if skeleton.has("nose") else "head"
