"""``rehabkit predict``: one system, one recording, as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from rehabkit.cli import options as given
from rehabkit.cli.assess import renamed, source_of, words
from rehabkit.cli.console import progress
from rehabkit.errors import InputError


def predict(
    system: Annotated[str, typer.Argument(metavar="SYSTEM", help="A name that `rehabkit systems` lists.")],
    sources: Annotated[
        list[str], typer.Argument(metavar="RECORDING", help="What it reads; two of them where it compares.")
    ],
    bundle: Annotated[
        Path | None, typer.Option("--bundle", metavar="FILE.onnx", help="Another network than the system's own.")
    ] = None,
    start: Annotated[float | None, typer.Option("--start", min=0, help="Only from here, seconds.")] = None,
    end: Annotated[float | None, typer.Option("--end", min=0, help="Only to here, seconds.")] = None,
    worn_on: given.WornOn = None,
    units: given.Units = "",
    description: given.Description = None,
    rename: given.Rename = "",
    rate: given.Rate = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but JSON and errors.")] = False,
) -> None:
    """Run one system's network on one recording, or a stretch of it, and print what it says as JSON."""
    from rehabkit.judgement import judge
    from rehabkit.recordings import biosignals, inertial_csv
    from rehabkit.runtime.bundle import load
    from rehabkit.systems.registry import system as find_system

    kind = find_system(system).reads.__name__
    wanted = 2 if kind == "PosePair" else 1
    if len(sources) != wanted:
        raise InputError(f"{system} reads {wanted} recording{'s' * (wanted > 1)}, got {len(sources)}; name as many")
    if (kind != "Inertial" and worn_on) or (kind not in ("Inertial", "Biosignal") and units):
        raise InputError(f"--worn-on and --units must go with a sensor's file, got {system}; leave them out")
    if kind != "Biosignal" and (description or rename or rate):
        raise InputError(f"--description, --rename, --rate must go with an electrodes' file, got {system}")
    if kind == "Biosignal":
        how: dict[str, Any] = {
            "description": description,
            "units": words(units),
            "rename": dict(renamed(rename)),
            "rate_hz": rate,
        }
        recordings: list[Any] = [biosignals.read(sources[0], **how)]
    elif kind == "Inertial":
        recordings = [inertial_csv.read(sources[0], side=worn_on, units=words(units))]
    else:
        with progress("reading", quiet=quiet) as report:
            recordings = [_skeleton(source, report) for source in sources]
    recordings = [cut(recording, start, end) for recording in recordings]
    judged = judge(system, _joined(kind, recordings), load(bundle) if bundle else None)
    said = {
        "system": system,
        "network": judged.bundle.card.network,
        "sha256": judged.bundle.card.sha256,
        "labels": judged.bundle.card.labels,
        "outputs": {name: value.tolist() for name, value in judged.outputs.items()},
        "findings": [finding.model_dump(mode="json", exclude_defaults=True) for finding in judged.findings],
    }
    typer.echo(json.dumps(said, indent=1, ensure_ascii=False))


def cut(recording: Any, start: float | None, end: float | None) -> Any:
    """The stretch that was asked for.

    Raises
    ------
    InputError
        If nothing is left.
    """
    if start is None and end is None:
        return recording
    first, last = float(recording.time_s[0]), float(recording.time_s[-1])
    low, high = first if start is None else start, last if end is None else end
    if not ((recording.time_s >= low) & (recording.time_s <= high)).any():
        raise InputError(f"--start and --end must leave something of {first:g} to {last:g} s, got {low:g} to {high:g}")
    return recording.between(low, high)


def _skeleton(source: str, report: Callable[[int, int | None], None]) -> Any:
    from rehabkit.pipeline import record
    from rehabkit.pose.smoothing import clean

    return clean(record(source_of(source), anyway=True, progress=report).skeleton)


def _joined(kind: str, recordings: list[Any]) -> Any:
    if kind != "PosePair":
        return recordings[0]
    from rehabkit.systems.pose_matching.system import PosePair

    learner, template = recordings
    return PosePair(learner, template)
