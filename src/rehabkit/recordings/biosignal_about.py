"""What rehabkit's own files say of a Biosignal beside its numbers: one JSON text in CSV, npz and HDF5 alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rehabkit.errors import RecordingError
from rehabkit.recordings import biosignal_units, channel_names, sampling
from rehabkit.recordings.biosignal import UNITS, Annotation, Array, Biosignal, Channel, Kind


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class AboutChannel(_Strict):
    """One column; its unit is V of electric kinds, deg of angles."""

    name: str = Field(min_length=1, max_length=200)
    kind: Kind
    unit: str = Field(max_length=50)


class AboutMark(_Strict):
    """One annotation."""

    start_s: float
    duration_s: float = 0.0
    label: str = Field(max_length=1000)


class About(_Strict):
    """All of it; ``channels`` may be left out in a CSV whose column names say the same."""

    version: Literal[1] = 1
    rate_hz: float | None = None
    start_s: float = 0.0
    sensor: str = "biosignal"
    montage: str = ""
    channels: list[AboutChannel] | None = Field(default=None, max_length=1024)
    annotations: list[AboutMark] = Field(default_factory=list, max_length=1_000_000)
    history: list[str] = Field(default_factory=list, max_length=1000)

    @property
    def marks(self) -> tuple[Annotation, ...]:
        """The annotations."""
        return tuple(Annotation(one.start_s, one.duration_s, one.label) for one in self.annotations)


def about(recording: Biosignal) -> About:
    """What to write of a recording."""
    return About(
        rate_hz=recording.rate_hz,
        start_s=recording.start_s,
        sensor=recording.sensor,
        montage=recording.montage,
        channels=[AboutChannel(name=c.name, kind=c.kind, unit=c.unit) for c in recording.channels],
        annotations=[
            AboutMark(start_s=a.start_s, duration_s=a.duration_s, label=a.label) for a in recording.annotations
        ],
        history=list(recording.history),
    )


def dumps(recording: Biosignal) -> str:
    """The JSON text, on one line."""
    return about(recording).model_dump_json(exclude_defaults=True)


def loads(text: str | bytes, where: str) -> About:
    """What a JSON text says.

    Raises
    ------
    RecordingError
        If it is none, or says something else; naming ``where``.
    """
    try:
        return About.model_validate_json(text)
    except ValidationError as error:
        what = error.errors()[0]
        key = repr(".".join(map(str, what["loc"]))) if what["loc"] else "the text in braces"
        raise RecordingError(f'{where}, {key} is wrong: {what["msg"]}; write e.g. {{"rate_hz": 1000}}') from error


def whole(
    values: Array,
    said: About,
    *,
    rename: Mapping[str, str] | None = None,
    units: Collection[str] = (),
    rate_hz: float | None = None,
) -> Biosignal:
    """The recording that rehabkit wrote, exactly; only what is renamed changes.

    Parameters
    ----------
    values : (n_times, n_channels) V and degrees.
    units : are in the file: stating others is an error.
    rate_hz : must be the one in the file.

    Raises
    ------
    RecordingError
        If channels or rate are missing, or contradict the numbers or the caller.
    """
    if said.channels is None:
        raise RecordingError("channels must be named, got none; write the file with rehabkit")
    stated = biosignal_units.stated_units(units)
    if any(unit not in ("V", "deg") for unit in stated.values()):
        raise RecordingError(f"units must be the file's own, V and deg, got {', '.join(units)}; leave --units out")
    names = channel_names.renamed([one.name for one in said.channels], rename or {})
    channels = tuple(Channel(name, one.kind, one.unit) for name, one in zip(names, said.channels, strict=True))
    rate = sampling.agreed_rate(None, {"the file": said.rate_hz, "--rate": rate_hz}, "the recording")
    changed = [f"renamed as stated: {old} → {new}" for old, new in (rename or {}).items()]
    recording = Biosignal(
        values, rate, channels, said.start_s, said.marks, said.montage, said.sensor, (*said.history, *changed)
    )
    biosignal_units.check_magnitude(recording, [UNITS.get(c.kind, c.unit) for c in channels])
    return recording
