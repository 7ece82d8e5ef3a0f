"""The Fugl-Meyer sheet: points with evidence for what a camera saw, a reason for the rest, never a total of 66."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from rehabkit.exercises.fugl_meyer import POINTS, FuglMeyer, Item
from rehabkit.findings import NOT_A_MEDICAL_DEVICE, Evidence, Record

ArmSide = Literal["left", "right"]


class ItemScore(Record):
    """One item: its points with evidence, or why it has none."""

    item: str
    name: str
    section: str
    score: int | None = None
    value: float | None = None
    unit: str = ""
    uncertainty: float | None = None
    could_be: list[int] = Field([], description="points within the camera's own error, where they differ")
    broken: list[str] = Field([])
    not_checked: list[str] = Field([])
    not_measurable: str | None = None
    needs_clinician: str | None = None
    evidence: Evidence = Evidence()


class Sheet(Record):
    """All 33 items. ``sub_score`` of ``sub_score_max`` concerns the items that were scored here, no others."""

    title: str
    affected_side: ArmSide
    items: list[ItemScore]
    sub_score: int
    sub_score_max: int
    camera_max: int
    n_needs_clinician: int
    summary: str
    rules_source: str
    recordings: dict[str, dict[str, str]] = Field({}, description="item → name, sha256, sensor and view")
    rules_sha256: str = ""
    rehabkit_version: str = ""
    notice: str = NOT_A_MEDICAL_DEVICE


def sheet(rules: FuglMeyer, scores: Mapping[str, ItemScore], side: ArmSide) -> Sheet:
    """The whole sheet, with what was scored and, for each other item, why it has no points."""
    items = [scores.get(item.id) or _unscored(item) for item in rules.items]
    points = [one.score for one in items if one.score is not None]
    most, clinician = POINTS * len(points), sum(not item.visible for item in rules.items)
    camera_max = POINTS * len(rules.visible)
    summary = (
        f"{sum(points)} of {most} points in the {len(points)} items that were scored here. A camera can see "
        f"{len(rules.visible)} items ({camera_max} points); {clinician} need a clinician. This is no Fugl-Meyer total."
    )
    return Sheet(
        title=rules.title,
        affected_side=side,
        items=items,
        sub_score=sum(points),
        sub_score_max=most,
        camera_max=camera_max,
        n_needs_clinician=clinician,
        summary=summary,
        rules_source=rules.source,
    )


def refused(item: Item, why: str) -> ItemScore:
    """An item that can't be measured in this recording, with the reason."""
    return ItemScore(item=item.id, name=item.name, section=item.section, not_measurable=why)


def _unscored(item: Item) -> ItemScore:
    why = (
        {"needs_clinician": item.needs_clinician} if not item.visible else {"not_measurable": "no recording was given"}
    )
    return ItemScore(item=item.id, name=item.name, section=item.section, **why)
