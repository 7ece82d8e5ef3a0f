"""Exercise: what one exercise is, read from one TOML file.

Angles and measures are named without a side (``knee_flexion``), as in
:data:`rehabkit.kinematics.measures.MEASURES`; rehabkit measures each on both sides where there are two.
docs/exercises.md explains every key to those who write one.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

View = Literal["front", "back", "side", "lying_side", "any"]


def _ascending(pair: tuple[float, float]) -> tuple[float, float]:
    if not 0 <= pair[0] <= pair[1]:
        raise ValueError("must be the least and the most seconds, in this order")
    return pair


Seconds = Annotated[tuple[float, float], AfterValidator(_ascending)]
"""The least and the most seconds."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Primary(_Part):
    """The angle that tells the repetitions apart."""

    angle: str
    direction: Literal["increase", "decrease"] = Field(
        default="increase", description="which way the angle goes from rest to target"
    )
    sides: Literal["together", "each", "single"] = Field(
        default="together",
        description="together: both sides move as one repetition; each: every left or right movement is one; "
        "single: one limb does the whole set, found by itself",
    )
    minimum_range_deg: float = Field(
        gt=0, le=180, description="a movement smaller than this is not an attempt at the exercise"
    )
    either_end: bool = Field(
        default=False, description="a repetition may start at either end of the movement, e.g. sitting or standing"
    )


class Target(_Part):
    """Range of the primary angle, degrees, in which a repetition should end.

    The side that matters is the one that the movement comes to first: ``low_deg`` when the angle increases,
    ``high_deg`` when it decreases.
    """

    low_deg: float = Field(ge=-180, le=360)
    high_deg: float = Field(ge=-180, le=360)

    @model_validator(mode="after")
    def _ascending(self) -> Target:
        if self.low_deg >= self.high_deg:
            raise ValueError("low_deg must be below high_deg")
        return self


class Tempo(_Part):
    """Seconds that each phase should take; findings, never a reason not to count."""

    out_s: Seconds = (0.5, 4.0)
    hold_s: Seconds = (0.0, 3600.0)
    return_s: Seconds = (0.5, 4.0)


class HoldRule(_Part):
    """The exercise is a position to hold: the angle stays inside the band."""

    angle: str
    low_deg: float = Field(ge=-180, le=360)
    high_deg: float = Field(ge=-180, le=360)
    minimum_s: float = Field(default=5.0, gt=0, description="a shorter stay is not an attempt to hold")

    @model_validator(mode="after")
    def _ascending(self) -> HoldRule:
        if self.low_deg >= self.high_deg:
            raise ValueError("low_deg must be below high_deg")
        return self


class Compensation(_Part):
    """A cheat to look for, and the sentence that the patient hears."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    measure: str = Field(description="name of a measure of rehabkit.kinematics; limits are in its unit")
    above: float | None = Field(default=None, description="the check fails where the measure goes above this")
    below: float | None = Field(default=None, description="the check fails where the measure goes below this")
    relative: bool = Field(default=True, description="change from the start of the repetition, not the value itself")
    views: tuple[View, ...] = Field(default=(), description="for people: from where the camera can judge it")
    say: str = Field(min_length=1)

    @model_validator(mode="after")
    def _one_limit(self) -> Compensation:
        if (self.above is None) == (self.below is None):
            raise ValueError("exactly one of above, below must be given")
        return self


class Exercise(_Part):
    """One exercise.

    Raises
    ------
    ExerciseError
        From :func:`rehabkit.exercises.library.load`, naming file, line and key.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()
    description: str
    instructions: tuple[str, ...] = Field(min_length=1, description="what the patient is told, step by step")
    position: Literal["standing", "sitting", "lying", "plank", "any"]
    views: tuple[View, ...] = Field(min_length=1, description="from where to film it")
    primary: Primary | None = None
    hold: HoldRule | None = None
    target: Target | None = None
    tempo: Tempo = Tempo()
    phases: tuple[str, str, str] = Field(
        default=("out", "hold", "return"), description="what way out, turning point and way back are called"
    )
    also_measure: tuple[str, ...] = Field(default=(), description="further angles shown beside the primary one")
    compensations: tuple[Compensation, ...] = ()
    stop_if: str = Field(min_length=1, description="when the patient must stop")
    source: str = Field(min_length=1, description="where the definition and the target come from")

    @model_validator(mode="after")
    def _moves_or_holds(self) -> Exercise:
        if (self.primary is None) == (self.hold is None):
            raise ValueError("exactly one of [primary], [hold] must be given")
        if self.target is not None and self.primary is None:
            raise ValueError("[target] belongs to [primary]; the band of a position to hold stands in [hold]")
        return self

    @property
    def measures(self) -> tuple[str, ...]:
        """Names of the measures to take, the primary one (or the one held) first."""
        first = self.primary.angle if self.primary else self.hold.angle if self.hold else ""
        return (first, *(name for name in self.also_measure if name != first))
