"""Exercise: what one exercise is, read from one TOML file.

An angle name is ``<joint>_<motion>`` without a side (``knee_flexion``); rehabkit measures it on each side.
``trunk_lean`` and the like have no side.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

View = Literal["front", "back", "side", "lying_side", "any"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Primary(_Part):
    """The angle that tells the repetitions apart."""

    angle: str
    direction: Literal["increase", "decrease"] = Field(
        "increase", description="which way the angle goes from rest to target"
    )
    sides: Literal["together", "each", "single"] = Field(
        "together",
        description="together: both sides move as one repetition; each: every left or right movement is one; "
        "single: one limb does the whole set, found by itself",
    )
    minimum_range_deg: float = Field(
        gt=0, le=180, description="a movement smaller than this is not an attempt at the exercise"
    )


class Target(_Part):
    """Range of the primary angle that a complete repetition should reach, degrees."""

    low_deg: float = Field(ge=-180, le=360)
    high_deg: float = Field(ge=-180, le=360)


class Tempo(_Part):
    """Seconds that each phase should take; findings, never a reason not to count."""

    out_s: tuple[float, float] = (0.5, 4.0)
    return_s: tuple[float, float] = (0.5, 4.0)


class HoldRule(_Part):
    """The exercise is a position to hold: the angle stays inside the band."""

    angle: str
    low_deg: float
    high_deg: float
    minimum_s: float = 5.0


class Compensation(_Part):
    """A cheat to look for, and the sentence that the patient hears."""

    name: str
    measure: str = Field(description="name of an angle or measure of rehabkit.kinematics")
    above: float | None = None
    below: float | None = None
    relative: bool = Field(True, description="change from the start of the repetition, not the value itself")
    views: tuple[View, ...] = ()
    say: str

    @model_validator(mode="after")
    def _one_limit(self) -> Compensation:
        if (self.above is None) == (self.below is None):
            raise ValueError("give exactly one of above, below")
        return self


class Exercise(_Part):
    """One exercise.

    Raises
    ------
    ExerciseError
        From :func:`rehabkit.exercises.load_exercise`, naming file, line and key.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    aliases: tuple[str, ...] = ()
    description: str
    instructions: tuple[str, ...] = Field(description="what the patient is told, step by step")
    position: Literal["standing", "sitting", "lying", "plank", "any"]
    views: tuple[View, ...] = Field(description="views from which the primary angle is a clinical value")
    primary: Primary | None = None
    hold: HoldRule | None = None
    target: Target | None = None
    tempo: Tempo = Tempo()
    phases: tuple[str, ...] = ("out", "hold", "return")
    also_measure: tuple[str, ...] = Field((), description="further angles shown beside the primary one")
    compensations: tuple[Compensation, ...] = ()
    stop_if: str = Field(description="when the patient must stop")
    source: str = Field(description="where the definition comes from")

    @model_validator(mode="after")
    def _moves_or_holds(self) -> Exercise:
        if (self.primary is None) == (self.hold is None):
            raise ValueError("an exercise has either [primary] or [hold]")
        if self.target is not None and self.target.low_deg >= self.target.high_deg:
            raise ValueError("target.low_deg must be below target.high_deg")
        return self
