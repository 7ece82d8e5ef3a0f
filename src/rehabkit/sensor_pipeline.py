"""The way through for sensors that take no picture: a watch, electrodes, a goniometer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from rehabkit.errors import InputError
from rehabkit.findings import Assessment, Patient, Provenance, RecordingInfo
from rehabkit.judgement import Judged, judge
from rehabkit.recordings import biosignals, inertial_csv
from rehabkit.recordings.biosignal import Biosignal
from rehabkit.recordings.files import sha256
from rehabkit.systems.registry import SYSTEMS


@dataclass(frozen=True)
class Stated:
    """What a recording of electrodes doesn't say itself.

    Parameters
    ----------
    description : file that names columns, kinds, units and rate (:mod:`rehabkit.recordings.biosignals`).
    units : of columns whose header has none.
    rename : names in the file → names in the field, e.g. ``{"EMG1": "rectus_femoris"}``.
    rate_hz : of a file that doesn't hold it.
    """

    description: Path | None = None
    units: tuple[str, ...] = ()
    rename: tuple[tuple[str, str], ...] = ()
    rate_hz: float | None = None


NOTHING_STATED = Stated()


def assess_inertial(
    path: Path, patient: Patient, worn_on: Literal["left", "right"] | None = None, units: Sequence[str] = ()
) -> Assessment:
    """Assess what a worn sensor felt: which exercise it was. Repetitions are not counted on it.

    Parameters
    ----------
    worn_on, units : the arm that wore it, and its units, where the file doesn't say.

    Raises
    ------
    RecordingError
        If the file is malformed or too short.
    ModelError
        If the network's bundle is missing.
    """
    recording = inertial_csv.read(path, side=worn_on, units=units)
    judged = judge("exercise_imu", recording)
    named = judged.findings[0]
    info = RecordingInfo(
        name=path.name,
        kind="inertial",
        sha256=sha256(path),
        sensor=recording.sensor,
        duration_s=round(recording.duration_s, 3),
        n_frames=recording.n_times,
        rate_hz=round(recording.rate_hz, 3),
        view="worn on the wrist",
        history=list(recording.history),
    )
    return Assessment(
        exercise="unknown",
        exercise_title=str(named.value) if named.value else "Unknown exercise",
        n_repetitions=0,
        findings=judged.findings,
        summary=[f.text for f in judged.findings if f.text],
        patient=patient,
        recording=info,
        provenance=provenance_of(judged.model, {}),
    )


def provenance_of(models: dict[str, str], settings: dict[str, Any]) -> Provenance:
    created = datetime.now(UTC).isoformat(timespec="seconds")
    return Provenance(rehabkit_version=version("rehabkit"), created=created, models=models, settings=settings)


def assess_biosignal(path: Path, system: str | None, patient: Patient, stated: Stated = NOTHING_STATED) -> Assessment:
    """Assess what electrodes and goniometers recorded, by one of the systems that read it.

    Raises
    ------
    InputError
        If no system is named, or one that reads something else.
    RecordingError
        If the file is malformed, or lacks a channel, a rate or a length that the system needs.
    ModelError
        If the network's bundle is missing.
    """
    offered = [name for name, one in SYSTEMS.items() if one.reads is Biosignal]
    if system not in offered:
        got = "none" if system is None else repr(system)
        raise InputError(f"--system must be one of {', '.join(offered)} for {path.name}, got {got}; name one")
    recording = SYSTEMS[system].of_patient(read_biosignal(path, stated), patient)
    judged = judge(system, recording)
    return assessment_of(system, judged, info_of(path, recording), patient)


def assessment_of(
    system: str, judged: Judged, info: RecordingInfo, patient: Patient, models: Mapping[str, str] | None = None
) -> Assessment:
    """What a system says of a recording, with what must be kept of both.

    Parameters
    ----------
    models : further networks that ran before it, name → checksum.
    """
    return Assessment(
        exercise=system,
        exercise_title=SYSTEMS[system].title,
        n_repetitions=0,
        findings=judged.findings,
        summary=[f.text for f in judged.findings if f.text],
        patient=patient,
        figures=judged.figures,
        recording=info,
        provenance=provenance_of({**(models or {}), **judged.model}, {"system": system}),
    )


def read_biosignal(path: Path, stated: Stated = NOTHING_STATED) -> Biosignal:
    """The recording in a file, with what its user stated of it.

    Raises
    ------
    RecordingError
        If the file is malformed, or doesn't say what its columns are.
    """
    return biosignals.read(
        path, description=stated.description, units=stated.units, rename=dict(stated.rename), rate_hz=stated.rate_hz
    )


def info_of(path: Path, recording: Biosignal) -> RecordingInfo:
    """What an assessment keeps of a recording of electrodes."""
    file, _ = biosignals.file_of(path)
    return RecordingInfo(
        name=path.name,
        kind="biosignal",
        sha256=sha256(file) if file.is_file() else None,
        sensor=recording.sensor,
        duration_s=round(recording.duration_s, 3),
        n_frames=recording.n_times,
        rate_hz=round(recording.rate_hz, 3),
        view=biosignals.described(recording),
        checks=biosignals.check(recording),
        history=list(recording.history),
    )
