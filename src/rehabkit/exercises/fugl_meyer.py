"""Fugl-Meyer Assessment of the upper extremity: its 33 items and the rules for those that a camera can see.

The shipped rules stand in ``fugl_meyer.toml``, whose head explains every key. A clinician who wants other thresholds
edits a copy of it and names that.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rehabkit.errors import InputError
from rehabkit.exercises.files import read_text, validated
from rehabkit.kinematics.measures import MEASURES

SHIPPED = Path(__file__).with_name("fugl_meyer.toml")
TIMED = "finger_to_nose_time"
"""The one thing that is looked at and is no measure of :mod:`rehabkit.kinematics.measures`."""
POINTS = 2
ITEMS_IN = {"A": 18, "B": 5, "C": 7, "D": 3}
"""Items of each section: 36, 10, 14 and 6 points, 66 in all."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


class Keep(_Strict):
    """What must hold from the start of a movement to its peak."""

    measure: str
    least: float | None = None
    most: float | None = None
    early: float | None = Field(None, description="broken before the movement has reached this, it gives 0 points")
    say: str = Field(min_length=1, description="what must hold, in words")

    @model_validator(mode="after")
    def _makes_sense(self) -> Keep:
        if self.measure not in MEASURES:
            raise ValueError(f"measure must be one of rehabkit's, got {self.measure!r}")
        if self.least is None and self.most is None:
            raise ValueError("keep must give least or most, got neither")
        return self


class Item(_Strict):
    """One of the 33 items; either ``measure`` with its rule, or ``needs_clinician`` with the reason."""

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    section: Literal["A", "B", "C", "D"]
    part: str = Field(min_length=1)
    name: str = Field(min_length=1)
    ask: str = Field(min_length=1)
    needs_clinician: str | None = Field(None, min_length=1)
    measure: str | None = None
    toward: Literal["highest", "lowest", "range"] | None = None
    start: float | None = None
    partial: float | None = None
    full: float | None = None
    keep: tuple[Keep, ...] = ()
    not_checked: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _makes_sense(self) -> Item:
        if (self.measure is None) == (self.needs_clinician is None):
            raise ValueError(f"{self.id} must give either measure or needs_clinician, got both or neither")
        if self.measure is None:
            return self
        if self.measure != TIMED and self.measure not in MEASURES:
            raise ValueError(f"measure of {self.id} must be one of rehabkit's or {TIMED}, got {self.measure!r}")
        if self.toward is None or self.partial is None or self.full is None:
            raise ValueError(f"{self.id} must give toward, partial and full, got less")
        if (self.partial > self.full) != (self.toward == "lowest"):
            raise ValueError(f"full of {self.id} must be harder to reach than partial, got {self.partial}, {self.full}")
        return self

    @property
    def visible(self) -> bool:
        """Whether a camera can see it at all."""
        return self.measure is not None

    def points(self, value: float) -> int:
        """Points for a value, whatever else must hold.

        Raises
        ------
        InputError
            If only a clinician scores this item.
        """
        if self.partial is None or self.full is None:
            raise InputError(f"{self.id} must be an item that a camera can see, got one for a clinician")
        sign = -1.0 if self.toward == "lowest" else 1.0
        return int(sign * value >= sign * self.partial) + int(sign * value >= sign * self.full)


class FuglMeyer(_Strict):
    """The whole assessment, as a file holds it."""

    title: str = Field(min_length=1)
    source: str = Field(min_length=1)
    items: tuple[Item, ...]

    @model_validator(mode="after")
    def _is_whole(self) -> FuglMeyer:
        found = dict(Counter(item.section for item in self.items))
        if found != ITEMS_IN:
            raise ValueError(f"items must be {ITEMS_IN} by section, got {found}; edit rules, but keep every item")
        twice = [name for name, n in Counter(item.id for item in self.items).items() if n > 1]
        if twice:
            raise ValueError(f"ids must differ, got {twice[0]} twice")
        return self

    @property
    def visible(self) -> tuple[Item, ...]:
        """The items that a camera can see."""
        return tuple(item for item in self.items if item.visible)

    def item(self, name: str) -> Item:
        """The item of this id.

        Raises
        ------
        InputError
            If there is none.
        """
        found = next((item for item in self.items if item.id == name), None)
        if found is None:
            seen = ", ".join(item.id for item in self.visible)
            raise InputError(f"item must be one of {seen}, got {name!r}; `rehabkit fugl-meyer items` shows all 33")
        return found


def load(path: Path | None = None) -> FuglMeyer:
    """The shipped rules, or those of a file that a clinician edited.

    Raises
    ------
    ExerciseError
        If the file can't be read or is malformed; the message names every line and key.

    Examples
    --------
    >>> fugl_meyer = load()
    >>> len(fugl_meyer.items), len(fugl_meyer.visible)
    (33, 9)
    """
    chosen = path or SHIPPED
    return validated(read_text(chosen), chosen.name, FuglMeyer, "docs/systems/fugl_meyer.md")
