"""The camera's own error, measure by measure and sensor by sensor.

The figures stand in ``measurement_error.toml``, written from results/*.json. A clinic that has measured its own
puts them in a file of the same form and names it in the environment variable ``REHABKIT_MEASUREMENT_ERROR``;
what that file holds replaces the shipped figure, the rest stays.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from rehabkit.errors import InputError
from rehabkit.kinematics.measures import measure as known_measure

SHIPPED = Path(__file__).with_name("measurement_error.toml")
OWN_FILE = "REHABKIT_MEASUREMENT_ERROR"


@dataclass(frozen=True)
class CameraError:
    """Error of one measure with one sensor, in the measure's unit.

    Parameters
    ----------
    half_width_95 : within ± this much of the true value lie about 95 of 100 values, bias included.
    sem : standard error of measurement, bias left out.
    mdc95 : the least change between two sessions that isn't the camera: 1.96·√2·sem.
    provisional : not measured for this kind of sensor on enough people.
    source : where the figures come from.
    """

    half_width_95: float
    sem: float
    mdc95: float
    provisional: bool
    source: str


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    half_width_95: float = Field(gt=0)
    sem: float = Field(gt=0)
    mdc95: float = Field(gt=0)
    provisional: bool
    source: str = Field(min_length=1)


_Table = TypeAdapter(dict[str, dict[str, _Entry]])


def camera_error(measure: str, sensor: str) -> CameraError:
    """The error of a measure with a sensor; for a sensor that no file knows, the widest known one.

    Parameters
    ----------
    measure : name of a measure of :data:`rehabkit.kinematics.measures.MEASURES`.
    sensor : as a skeleton names it: ``mediapipe-full`` finds the section ``mediapipe-full``, else ``mediapipe``.

    Raises
    ------
    InputError
        If there is no such measure, or a clinic's own file can't be read.

    Examples
    --------
    >>> camera_error("knee_flexion", "mediapipe-full").provisional
    True
    """
    known_measure(measure)
    own = os.environ.get(OWN_FILE)
    tables = [*([_read(Path(own))] if own else []), _read(SHIPPED)]
    for table in tables:
        sections = [s for s in table if sensor.lower().startswith(s) and measure in table[s]]
        if sections:
            return table[max(sections, key=len)][measure]
    candidates = [section[measure] for table in tables for section in table.values() if measure in section]
    widest = max(candidates, key=lambda error: error.half_width_95)
    return replace(
        widest,
        provisional=True,
        source=f"no figure for the sensor {sensor!r}, the widest known stands in: {widest.source}",
    )


@lru_cache(maxsize=8)
def _read(path: Path) -> dict[str, dict[str, CameraError]]:
    """Sensor section to measure to error."""
    try:
        entries = _Table.validate_python(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"measurement error file must be readable TOML, got {path}: {error}; mend it") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise InputError(f"measurement error file {path} must follow the shipped one, got {wrong}; mend it") from error
    for section in entries.values():
        for name in section:
            known_measure(name)
    return {
        sensor: {name: CameraError(**entry.model_dump()) for name, entry in section.items()}
        for sensor, section in entries.items()
    }
