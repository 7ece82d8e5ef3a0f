"""Norms of joint range of motion, by age and sex, each with its source (``norms.toml``).

A norm is how far a joint usually goes. It isn't what an exercise asks for, and a patient's other side is a
better yardstick than any table.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

Sex = Literal["female", "male"]
NORMAL_SDS = 1.96
"""95 % of healthy people lie within this many standard deviations of the mean."""


@dataclass(frozen=True)
class Norm:
    """How far a joint usually goes.

    Parameters
    ----------
    measure : name of the measure, as in :data:`rehabkit.kinematics.measures.MEASURES`.
    mean : degrees; a median where ``source`` says so.
    sd : standard deviation in degrees, ``None`` where none is published.
    low, high : degrees between which 95 % of healthy people lie, ``None`` without ``sd``.
    source : who measured it, and how.
    age_band : completed years, both included; ``None``: one figure for all adults.
    sex : ``None``: both together.
    """

    measure: str
    mean: float
    sd: float | None
    source: str
    age_band: tuple[int, int] | None
    sex: Sex | None

    @property
    def low(self) -> float | None:
        """Degrees above which all but 2.5 % of healthy people get."""
        return None if self.sd is None else round(self.mean - NORMAL_SDS * self.sd, 1)

    @property
    def high(self) -> float | None:
        """Degrees above which only 2.5 % of healthy people get."""
        return None if self.sd is None else round(self.mean + NORMAL_SDS * self.sd, 1)

    def fits(self, measure: str, age_years: float | None, sex: Sex | None) -> bool:
        """Whether this norm stands for such a person; an unknown age or sex fits norms that need none."""
        if self.measure != measure or self.sex not in (None, sex):
            return False
        if self.age_band is None:
            return True
        return age_years is not None and self.age_band[0] <= int(age_years) <= self.age_band[1]


def norm(measure: str, age_years: float | None = None, sex: Sex | None = None) -> Norm | None:
    """The norm that fits a person best, ``None`` where there is none for this measure.

    Parameters
    ----------
    measure : name without side, e.g. ``knee_flexion``.
    age_years, sex : ``None`` where unknown.

    Examples
    --------
    >>> woman = norm("ankle_plantarflexion", 52, "female")
    >>> woman.mean, woman.sd, woman.low, woman.high, woman.age_band
    (56.5, 8.5, 39.8, 73.2, (45, 69))
    >>> norm("ankle_plantarflexion").mean
    50.0
    """
    return next((one for one in all_norms() if one.fits(measure, age_years, sex)), None)


@cache
def all_norms() -> tuple[Norm, ...]:
    """All norms, preferred ones first."""
    text = (resources.files("rehabkit.exercises") / "norms.toml").read_text(encoding="utf-8")
    return tuple(one for source in tomllib.loads(text)["source"] for one in _norms_of(source))


def _norms_of(source: dict[str, Any]) -> Iterator[Norm]:
    groups: dict[str, Sex | None] = {"both": None, "female": "female", "male": "male"}
    bands = [(band[0], band[1]) for band in source["ages"]] if "ages" in source else [None]
    for group, sex in groups.items():
        for measure, figures in source.get(group, {}).items():
            for band, (mean, *sd) in zip(bands, figures, strict=True):
                yield Norm(measure, float(mean), float(sd[0]) if sd else None, source["citation"], band, sex)
