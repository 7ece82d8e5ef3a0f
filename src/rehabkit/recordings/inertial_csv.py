"""CSV of a watch or another inertial sensor: one row a sample, the unit in each column's name.

What rehabkit writes, and reads best; the first line says what the columns can't::

    # rehabkit inertial {"side": "left", "sensor": "watch"}
    time_s,ax_m_s2,ay_m_s2,az_m_s2,gx_rad_s,gy_rad_s,gz_rad_s
    0.000000,0.12,-9.75,0.40,0.011,-0.032,0.004

Acceleration holds gravity, as at rest +9.81 m/s² upward. What loggers write is read too, e.g. ``acc_x``,
``Acceleration x (m/s^2)``, ``gyro_x [deg/s]``, ``accelerometerAccelerationX(G)``, times in s, ms, µs or ns, separated
by commas, semicolons or tabs. A unit that no header states is taken as the caller says (``units``, on the command line
``--units``), else found by magnitude and noted in the history, else an error; so is a stated unit that the magnitude
contradicts. A sensor that reads -9.81 upward (Apple's) is said with
``"gravity": "down"`` in the first line; of SensorLog's own column names it is known.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Literal, NamedTuple, TextIO

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from rehabkit.errors import InputError, RecordingError
from rehabkit.recordings import table
from rehabkit.recordings.files import check_size, reading_text
from rehabkit.recordings.inertial import STANDARD_GRAVITY, Array, Inertial, WornOn

_MARK = "# rehabkit inertial"
_EXAMPLE = "time_s,ax_m_s2,ay_m_s2,az_m_s2,gx_rad_s,gy_rad_s,gz_rad_s"
Quantity = Literal["time", "acceleration", "angular_velocity"]
UNITS: Mapping[Quantity, Mapping[str, float]] = {
    "time": {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9},
    "acceleration": {"ms2": 1.0, "ms²": 1.0, "g": STANDARD_GRAVITY, "mg": STANDARD_GRAVITY / 1000},
    "angular_velocity": {"rads": 1.0, "degs": np.pi / 180, "dps": np.pi / 180},
}
"""Factor to s, m/s² and rad/s by the letters and digits of a unit: ``m/s^2`` and ``m_s2`` are ``ms2``."""
_STEMS: Mapping[Quantity, str] = {
    "time": r"t|time|timestamp|(?:seconds)?elapsed|accelerometertimestampsincereboot",
    "acceleration": r"a|acc|accel|acceleration|accelerometer|accelerometeracceleration",
    "angular_velocity": r"g|w|gyr|gyro|gyroscope|gyrorotation|rotationrate|motionrotationrate|angularvelocity|omega",
}
_APPLE = "accelerometeracceleration"
_GRAVITY_RANGE, _FASTEST_RAD_S, _SLOWEST_RAD_S = (0.6, 2.8), 40.0, 0.02
"""Median magnitude of acceleration in g; a 2000 °/s sensor saturates at 35 rad/s, a resting one drifts less."""
_CLEARLY_DEGREES, _CLEARLY_RADIANS = 40.0, 15.0


class _About(BaseModel):
    """What the first line says."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    side: WornOn = "unknown"
    sensor: str = "csv"
    gravity: Literal["up", "down"] | None = None
    history: tuple[str, ...] = ()


class _Column(NamedTuple):
    quantity: Quantity
    axis: str
    unit: str
    stem: str
    place: int


def read(path: str | Path, *, side: WornOn | None = None, units: Collection[str] = ()) -> Inertial:
    """The Inertial in a CSV file.

    Parameters
    ----------
    side : the arm that wore it, where the file doesn't say.
    units : such as ``("g", "deg/s")``, for columns whose names have none.

    Raises
    ------
    RecordingError
        If the file is missing or malformed; naming the file, and line and column where it can.
    InputError
        If a unit is unknown, or two are of one quantity.
    """
    path = Path(path)
    check_size(path)
    with reading_text(path) as file:
        return load(file, side=side, units=units)


def is_inertial(path: str | Path) -> bool:
    """Whether a file's first lines look like those of an inertial sensor: three columns of acceleration.

    Examples
    --------
    >>> is_inertial("no/such/file.csv")
    False
    """
    try:
        with Path(path).open(encoding="utf-8-sig", errors="replace", newline="") as file:
            lines = [file.readline(10_000) for _ in range(2)]
    except OSError:
        return False
    header = lines[1] if lines[0].startswith("#") else lines[0]
    names = next(csv.reader([header], delimiter=max(",;\t", key=header.count)), [])
    known = [column for index, name in enumerate(names) if (column := _parse_name(name.strip(), index))]
    return {column.axis for column in known if column.quantity == "acceleration"} == set("xyz")


def load(file: TextIO, *, side: WornOn | None = None, units: Collection[str] = ()) -> Inertial:
    """The Inertial in an open CSV file; parameters and errors as :func:`read`."""
    stated = stated_units(units)
    first = file.readline(1_000_000)
    about = _about(first)
    n_before = int(first.startswith("#"))
    rest = file if n_before else chain([first], file)
    head = next(iter(rest), "")
    reader = csv.reader(chain([head], rest), delimiter=max(",;\t", key=head.count))
    try:
        header = [name.strip() for name in next(reader, [])]
        columns = _columns(header)
        numbered = ((reader.line_num + n_before, cells) for cells in reader)
        values, lines = table.parse(numbered, header, [column.place for column in columns])
    except csv.Error as error:
        line = reader.line_num + n_before
        raise RecordingError(f"line {line} must be CSV text, got '{error}'; export it as CSV") from error
    _check_whole(values, lines, columns, header)
    of_time, of_acceleration, of_rate = (_unit(columns[i], header, stated) for i in (0, 1, 4))
    time_s, notes = _times(values[:, 0], lines, of_time)
    gravity = about.gravity or ("down" if columns[1].stem == _APPLE else None)
    acceleration, said = _acceleration(values[:, 1:4], of_acceleration, downward=gravity == "down")
    if gravity != about.gravity:
        said.append("sign of acceleration turned: SensorLog's columns read gravity downward")
    angular_velocity, also = _angular_velocity(values[:, 4:], of_rate)
    history = (*about.history, *notes, *said, *also)
    return Inertial(time_s, acceleration, angular_velocity, side or about.side, about.sensor, history)


def dumps(recording: Inertial) -> str:
    """The CSV text: times with 6 decimals, values with 5.

    Examples
    --------
    >>> still = Inertial([0.0, 0.02], [[0, 0, 9.81]] * 2, [[0, 0, 0.5]] * 2, "left", "watch")
    >>> print(dumps(still), end="")
    # rehabkit inertial {"side": "left", "sensor": "watch"}
    time_s,ax_m_s2,ay_m_s2,az_m_s2,gx_rad_s,gy_rad_s,gz_rad_s
    0.000000,0.00000,0.00000,9.81000,0.00000,0.00000,0.50000
    0.020000,0.00000,0.00000,9.81000,0.00000,0.00000,0.50000
    """
    about = {key: getattr(recording, key) for key in ("side", "sensor", "history") if getattr(recording, key)}
    rows = io.StringIO()
    values = np.column_stack([recording.time_s, recording.acceleration, recording.angular_velocity])
    np.savetxt(rows, values, fmt=["%.6f", *["%.5f"] * 6], delimiter=",")
    return f"{_MARK} {json.dumps(about, ensure_ascii=False)}\n{_EXAMPLE}\n{rows.getvalue()}"


def _about(line: str) -> _About:
    if not line.startswith(_MARK):
        return _About()
    try:
        return _About.model_validate_json(line.removeprefix(_MARK))
    except ValidationError as error:
        what = error.errors()[0]
        key = repr(".".join(map(str, what["loc"]))) if what["loc"] else "the text in braces"
        raise RecordingError(f'line 1, {key} is wrong: {what["msg"]}; write {_MARK} {{"side": "left"}}') from error


def _columns(header: Sequence[str]) -> list[_Column]:
    """Time, three of acceleration, three of angular velocity.

    Raises
    ------
    RecordingError
        If one is missing, named twice, or of another unit than its neighbours.
    """
    known = [column for index, name in enumerate(header) if (column := _parse_name(name, index))]
    wanted = [("time", ""), *((quantity, axis) for quantity in ("acceleration", "angular_velocity") for axis in "xyz")]
    found = {key: [column for column in known if (column.quantity, column.axis) == key] for key in wanted}
    missing = [" ".join(filter(None, key)) for key, columns in found.items() if not columns]
    twice = [header[columns[1].place] for key, columns in found.items() if len(columns) > 1 and key[0] != "time"]
    chosen = [columns[0] for columns in found.values() if columns]
    mixed = [q for q in UNITS if len({column.unit for column in chosen if column.quantity == q}) > 1]
    problems = [f"no column for {', '.join(missing)}"] if missing else []
    problems += [f"more than one column like {', '.join(twice)}"] if twice else []
    problems += [f"several units of {', '.join(mixed)}"] if mixed else []
    if problems:
        got = ",".join(header)[:80]
        raise RecordingError(f"columns must be {_EXAMPLE} or alike, got {'; '.join(problems)} in {got!r}; rename them")
    return chosen


def _parse_name(name: str, index: int) -> _Column | None:
    plain = _plain(name)
    for quantity, stems in _STEMS.items():
        axis = "" if quantity == "time" else "[xyz]"
        match = re.fullmatch(f"(?P<stem>{stems})(?P<axis>{axis})(?P<unit>{'|'.join(UNITS[quantity])})?", plain)
        if match:
            return _Column(quantity, match["axis"], match["unit"] or "", match["stem"], index)
    return None


def _check_whole(values: Array, lines: NDArray[np.int64], columns: Sequence[_Column], header: Sequence[str]) -> None:
    empty = np.argwhere(np.isnan(values))
    if len(empty):
        row, column = empty[0]
        raise RecordingError(
            f"line {lines[row]}, column {header[columns[column].place]} must hold a number, got none "
            f"({len(np.unique(empty[:, 0]))} such lines); cut the recording there"
        )
    if len(values) < 2:
        raise RecordingError(f"file must have at least two samples, got {len(values)}; export the recording again")


def stated_units(units: Collection[str]) -> dict[Quantity, str]:
    """Each quantity's unit, by its letters and digits.

    Raises
    ------
    InputError
        If a unit is unknown, or two are of one quantity.

    Examples
    --------
    >>> stated_units(["g", "deg/s"])
    {'acceleration': 'g', 'angular_velocity': 'degs'}
    """
    stated: dict[Quantity, str] = {}
    for unit in units:
        plain = _plain(unit)
        quantity = next((q for q in UNITS if plain in UNITS[q]), None)
        if quantity is None or quantity in stated:
            raise InputError(
                "units must be one each of s, ms, us, ns; g, mg, m/s^2; deg/s, rad/s, "
                f"got {','.join(units)!r}; write --units g,deg/s"
            )
        stated[quantity] = plain
    return stated


def _plain(text: str) -> str:
    return "".join(c for c in text.lower().replace("°", "deg") if c.isalnum())


def _unit(column: _Column, header: Sequence[str], stated: Mapping[Quantity, str]) -> str:
    """What the column's name says, or the caller; nothing where neither does."""
    said = stated.get(column.quantity, column.unit)
    factor = UNITS[column.quantity]
    if column.unit and factor[said] != factor[column.unit]:
        raise RecordingError(
            f"unit of {header[column.place]} must be the one in its name, got {said} from --units; leave that out"
        )
    return said


def _times(values: Array, lines: NDArray[np.int64], unit: str) -> tuple[Array, list[str]]:
    """(n_times,) seconds from the first sample, and what was supposed."""
    table.check_times(values, lines)
    step = float(np.median(np.diff(values)))
    notes = []
    if not unit:
        unit = next((one for one in ("s", "ms", "us", "ns") if 5e-4 < step * UNITS["time"][one] < 0.5), "")
        notes = [f"unit of time not stated: taken as {unit}, the usual step is {step:g}"]
    step_s = step * UNITS["time"].get(unit, np.nan)
    if not 5e-4 < step_s < 0.5:
        raise RecordingError(
            f"time step must be 0.0005 to 0.5 s, got {step:g} {unit}; correct the unit: --units ms, or time_ms"
        )
    return (values - values[0]) * UNITS["time"][unit], notes


def _acceleration(values: Array, unit: str, *, downward: bool) -> tuple[Array, list[str]]:
    """(n_times, 3) m/s², pointing up at rest, and what was supposed."""
    low, high = (STANDARD_GRAVITY * share for share in _GRAVITY_RANGE)
    size = float(np.median(np.linalg.norm(values, axis=1)))
    notes = []
    if not unit:
        unit = next((one for one in ("ms2", "g", "mg") if low < size * UNITS["acceleration"][one] < high), "ms2")
        notes = [f"unit of acceleration not stated: taken as {unit}, its median magnitude is {size:.3g}"]
    size_m_s2 = size * UNITS["acceleration"][unit]
    if not low < size_m_s2 < high:
        raise RecordingError(
            f"acceleration must have gravity in it (median magnitude {low:.1f} to {high:.1f} m/s^2), "
            f"got {size_m_s2:.3g} m/s^2; record it with gravity, or correct its unit: --units g, or ax_g"
        )
    return values * UNITS["acceleration"][unit] * (-1.0 if downward else 1.0), notes


def _angular_velocity(values: Array, unit: str) -> tuple[Array, list[str]]:
    """(n_times, 3) rad/s, and what was supposed."""
    fast = float(np.percentile(np.linalg.norm(values, axis=1), 95))
    notes = []
    if not unit and (fast > _CLEARLY_DEGREES or _SLOWEST_RAD_S < fast < _CLEARLY_RADIANS):
        unit = "degs" if fast > _CLEARLY_DEGREES else "rads"
        notes = [f"unit of angular velocity not stated: taken as {unit}, its 95th percentile is {fast:.3g}"]
    fast_rad_s = fast * UNITS["angular_velocity"].get(unit, np.nan)
    if not _SLOWEST_RAD_S < fast_rad_s < _FASTEST_RAD_S:
        raise RecordingError(
            f"angular velocity must be that of a moving limb ({_SLOWEST_RAD_S:g} to {_FASTEST_RAD_S:g} rad/s "
            f"at its 95th percentile), got {fast:.3g} {unit or 'of no stated unit'}; "
            "state the unit: --units deg/s, or gx_deg_s"
        )
    return values * UNITS["angular_velocity"][unit], notes
