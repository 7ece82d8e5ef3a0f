"""Where surface electrodes go, muscle by muscle (``emg_placement.toml``), after the SENIAM recommendations.

Hermens, Freriks, Disselhorst-Klug, Rau (2000), Development of recommendations for SEMG sensors and sensor placement
procedures, J. Electromyogr. Kinesiol. 10:361-374.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rehabkit.errors import InputError
from rehabkit.exercises.files import read_text, validated

SHIPPED = "emg_placement.toml"
PAGE = "docs/electrodes.md"
View = Literal["leg_front", "leg_back", "arm_front", "arm_back"]
THIGH = ("rectus_femoris", "vastus_medialis", "biceps_femoris", "semitendinosus")
"""What joint_intention and knee_pain read."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Landmark(_Part):
    """A bone that is felt through the skin."""

    title: str
    find: str


class Placement(_Part):
    """Where the two electrodes of one muscle go."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="as the channel is called")
    title: str
    view: View
    start: str = Field(alias="from", description="landmark at which the line begins")
    end: str = Field(alias="to", description="landmark at which it ends")
    share: float = Field(ge=0, le=1, description="of the way from the one to the other")
    turned_deg: float = Field(0.0, ge=-90, le=90, description="pair against the line, clockwise in the drawing")
    beside_mm: float = Field(0.0, ge=-100, le=100, description="of the line; below zero is towards the body")
    where: str
    direction: str
    posture: str
    test: str
    reference: str


class Placements(_Part):
    """All of them, and what holds for each."""

    source: str
    distance_mm: float = Field(gt=0, le=100, description="between the centres of a pair")
    largest_electrode_mm: float = Field(gt=0, le=100)
    skin: tuple[str, ...]
    landmarks: dict[str, Landmark]
    muscle: tuple[Placement, ...]

    @model_validator(mode="after")
    def _landmarks_exist(self) -> Placements:
        unknown = sorted({mark for m in self.muscle for mark in (m.start, m.end) if mark not in self.landmarks})
        if unknown:
            raise ValueError(f"from and to must be landmarks of the file, got {', '.join(unknown)}; add them")
        names = [m.name for m in self.muscle]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"names of muscles must differ, got {', '.join(twice)} twice; rename one")
        return self

    def of(self, names: Sequence[str]) -> list[Placement]:
        """The placements of these muscles, in the order asked for.

        Raises
        ------
        InputError
            Naming every muscle that is not there.

        Examples
        --------
        >>> [one.share for one in shipped().of(["rectus_femoris", "vastus_medialis"])]
        [0.5, 0.8]
        """
        known = {m.name: m for m in self.muscle}
        missing = [name for name in names if name not in known]
        if missing or not names:
            got = ", ".join(missing) or "none"
            raise InputError(f"muscles must be among {', '.join(known)}, got {got}; name others")
        return [known[name] for name in dict.fromkeys(names)]


@cache
def shipped() -> Placements:
    """What comes with rehabkit."""
    text = resources.files("rehabkit.exercises").joinpath(SHIPPED).read_text("utf-8")
    return validated(text, SHIPPED, Placements, PAGE)


def load(path: Path | None = None) -> Placements:
    """Placements of an own file, or the shipped ones.

    Raises
    ------
    ExerciseError
        If the file can't be read or doesn't describe placements: file, line and key.
    """
    return shipped() if path is None else validated(read_text(path), path.name, Placements, PAGE)
