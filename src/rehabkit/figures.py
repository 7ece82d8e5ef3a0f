"""What a report draws of electrodes, curves and bodies in space, as numbers: the Assessment keeps these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Drawn(BaseModel):
    """What every figure has; unknown keys and non-finite numbers are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, validate_assignment=True)
    title: str
    caption: str = Field("", description="one or two sentences: what it shows, from what, and what it doesn't say")
    simulated: bool = Field(False, description="made from simulated signals or by a network trained on them")


class ScalpMap(Drawn):
    """One value an electrode, on the head seen from above."""

    kind: Literal["scalp_map"] = "scalp_map"
    unit: str = ""
    values: dict[str, float] = Field(description="electrode by its 10-20 name: value")
    marked: list[str] = Field([], description="electrodes to point out, e.g. p < 0.05")
    diverging: bool = Field(True, description="colours part at zero")


class Spectrum(Drawn):
    """Power over frequency, one line a channel."""

    kind: Literal["spectrum"] = "spectrum"
    unit: str = "dB"
    frequency_hz: list[float]
    lines: dict[str, list[float]]
    bands: dict[str, tuple[float, float]] = Field({}, description="shaded, e.g. alpha: (8, 13)")

    @model_validator(mode="after")
    def _as_long(self) -> Spectrum:
        _require_as_long(self.lines, self.frequency_hz, "frequency_hz")
        return self


class Pair(Drawn):
    """Two electrodes and how strongly they are connected."""

    title: str = ""
    first: str
    second: str
    value: float


class Connectivity(Drawn):
    """Pairs of electrodes, drawn as a circle and on the head."""

    kind: Literal["connectivity"] = "connectivity"
    measure: str = Field(description="e.g. wPLI, 8 to 13 Hz")
    nodes: list[str]
    pairs: list[Pair] = Field(description="the strongest only, at most a few dozen")


class Curves(Drawn):
    """Lines over time, e.g. an angle measured and estimated, or attention of a network."""

    kind: Literal["curves"] = "curves"
    unit: str
    time_s: list[float]
    lines: dict[str, list[float | None]]
    shaded: dict[str, list[tuple[float, float]]] = Field({}, description="label: stretches in seconds")

    @model_validator(mode="after")
    def _as_long(self) -> Curves:
        _require_as_long(self.lines, self.time_s, "time_s")
        return self


Place = tuple[float, float, float]
"""x, y, z in metres."""


class SceneJoint(BaseModel):
    """A joint in space; one that something hides has a wide ``spread_m``."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)
    at_m: Place
    spread_m: float = Field(0.0, ge=0, description="half of the central 68 % of where it may be")
    hidden: bool = False


class Scene(Drawn):
    """Points, joints and a bed in space, as one looks at them from where the sensor was or from any other side."""

    kind: Literal["scene"] = "scene"
    unit: str = "m"
    points_m: list[Place] = []
    labels: list[int] = Field([], description="which of label_names each point is; empty where none is known")
    label_names: list[str] = []
    colours: list[tuple[int, int, int]] = Field([], description="red, green, blue of each point; empty where unknown")
    joints: dict[str, SceneJoint] = {}
    bones: list[tuple[str, str]] = Field([], description="pairs of joints that a line joins")
    bed_m: list[Place] = Field([], description="corners of the mattress in order; empty without one")
    up: Place = Field((0.0, -1.0, 0.0), description="which way is up, in the axes of the points")

    @model_validator(mode="after")
    def _fits(self) -> Scene:
        n_points = len(self.points_m)
        wrong = [
            f"{name} must be one a point, {n_points}, got {len(values)}"
            for name, values in (("labels", self.labels), ("colours", self.colours))
            if values and len(values) != n_points
        ]
        if self.labels and not 0 <= min(self.labels) <= max(self.labels) < len(self.label_names):
            wrong.append(
                f"labels must name one of {len(self.label_names)}, got {min(self.labels)} to {max(self.labels)}"
            )
        if unknown := sorted({end for bone in self.bones for end in bone} - set(self.joints)):
            wrong.append(f"bones must join joints of the scene, got {', '.join(unknown)}")
        if wrong:
            raise ValueError("; ".join(wrong))
        return self


def _require_as_long(lines: Mapping[str, Sequence[float | None]], along: Sequence[float], name: str) -> None:
    wrong = [f"{len(values)} of {line}" for line, values in lines.items() if len(values) != len(along)]
    if wrong:
        raise ValueError(f"lines must have as many values as {name}, {len(along)}, got {', '.join(wrong[:5])}")


Figure = Annotated[ScalpMap | Spectrum | Connectivity | Curves | Scene, Field(discriminator="kind")]
"""Any of them."""
