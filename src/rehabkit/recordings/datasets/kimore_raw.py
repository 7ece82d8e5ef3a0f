"""KIMORE as it is published: Kinect joints and clinical scores, into Skeletons and into the compact form.

``CG`` and ``GPP``, then group, person (``E_ID1``) and ``Es1`` … ``Es5``, each with ``Raw`` and ``Label``. ``Raw`` has
``JointPosition*.csv`` (25 joints times x, y, z in metres and the tracking state 0, 1 or 2; no header, often an empty
cell at the end of each line and empty lines at the start) and ``TimeStamp*.csv`` (one number a frame). ``Label`` has
``ClinicalAssessment_*.xlsx`` with TS (0 to 50), PO (to 15) and CF (to 35) of all five exercises.

The published set has flaws that users of it have described: folders without files or with two recordings, tables of
201 columns, score sheets that name another person. What can't be taken for certain is left out and named.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.assemble import assemble
from rehabkit.recordings.datasets.arrays import read_arrays
from rehabkit.recordings.datasets.kimore import RATE_HZ
from rehabkit.recordings.datasets.text_table import read_numbers
from rehabkit.recordings.datasets.workbook import read_sheet
from rehabkit.recordings.joint_names import KINECT_JOINTS
from rehabkit.recordings.skeleton import Skeleton

Array = NDArray[np.float64]

CONFIDENCE = (0.0, 0.5, 1.0)
"""Of the tracking states: not tracked, inferred, tracked."""
GROUPS = {"E": "expert", "NE": "not_expert", "B": "back_pain", "P": "parkinson", "S": "stroke"}
PERSON = re.compile(r"(?P<group>NE|E|B|P|S)_ID\d+")
EXERCISES = (1, 2, 3, 4, 5)
TICKS_S = (1e-7, 1e-3, 1.0)
"""Clocks that the times may count in: 100 ns (the Kinect's), milliseconds, seconds."""
PLAUSIBLE_HZ = (5.0, 60.0)


def read_positions(positions: Path, times: Path | None = None) -> Skeleton:
    """One recording: 25 joints, metres, y up.

    Parameters
    ----------
    positions : ``JointPosition*.csv``.
    times : ``TimeStamp*.csv``; without it the Kinect's nominal 30 Hz.

    Raises
    ------
    RecordingError
        If a file is damaged, or the times don't grow at a rate that a Kinect has.
    """
    columns = 4 * len(KINECT_JOINTS)
    table = read_numbers(positions, columns, most_columns=columns + 1).reshape(-1, len(KINECT_JOINTS), 4)
    return skeleton_of(table, None if times is None else _seconds(times, len(table)), positions.name)


def skeleton_of(table: Array, time_s: Array | None, name: str) -> Skeleton:
    """A Skeleton of (n_frames, 25, 4) x, y, z in metres and the tracking state.

    Raises
    ------
    RecordingError
        If a state is none of 0, 1, 2, or the positions are no person in metres.
    """
    states = table[..., 3]
    if not np.isin(states, (0, 1, 2)).all():
        raise RecordingError(f"{name}: tracking states must be 0, 1 or 2, got {states.max():g}; is it another file?")
    confidence = np.array(CONFIDENCE)[states.astype(int)]
    return assemble(
        KINECT_JOINTS,
        np.arange(len(table)) / RATE_HZ if time_s is None else time_s,
        np.where(confidence[..., None] > 0, table[..., :3], np.nan),
        confidence,
        "y_up",
        "kinect",
        history=(f"KIMORE, read {name}" + (", nominal rate" if time_s is None else ""),),
    )


def read_scores(workbook: Path) -> dict[str, float]:
    """Clinical scores by column (``TS_Ex1``), NaN where a cell is empty.

    Raises
    ------
    RecordingError
        If the sheet has no such columns or names another person than the file.
    """
    head, *rows = read_sheet(workbook)
    if not rows:
        raise RecordingError(f"{workbook.name} must have a line of scores below its header, got none; copy it again")
    named = dict(zip((_plain(cell) for cell in head), rows[0], strict=False))
    wanted = {f"{kind}_Ex{n}": f"clinical{kind.lower()}ex{n}" for kind in ("TS", "PO", "CF") for n in EXERCISES}
    if not set(wanted.values()) & set(named):
        raise RecordingError(f"{workbook.name} must have columns like 'clinical TS Ex#1', got {head[:4]}; check it")
    person, inside = PERSON.search(workbook.name), _plain(named.get("subjectid", ""))
    if person and inside and inside != _plain(person[0]):
        raise RecordingError(
            f"{workbook.name} must be about {person[0]}, got {named['subjectid']!r} inside; leave it out"
        )
    return {column: _score(named.get(title, ""), workbook, column) for column, title in wanted.items()}


def convert(folder: Path, target: Path) -> list[str]:
    """Turn the published folders into ``clinical_scores.csv`` and ``skeletons.npz``.

    The latter has ``Es1__P_ID6`` (n_frames, 25, 4) and, where the times are known, ``Es1__P_ID6__time_s``.

    Returns
    -------
    list of str
        What was left out, and why.

    Raises
    ------
    RecordingError
        If no recording can be read.
    """
    left_out: list[str] = []
    skeletons: dict[str, NDArray[np.float32] | Array] = {}
    scores: dict[str, Mapping[str, float]] = {}
    for person, exercise, place in _places(folder):
        try:
            positions, times = _raw(place)
            skeleton = read_positions(positions, times)
        except RecordingError as error:
            left_out.append(f"{person} Es{exercise}: {error}")
        else:
            states = np.searchsorted(CONFIDENCE, skeleton.confidence)[..., None]
            table = np.concatenate([np.nan_to_num(skeleton.positions), states], axis=-1)
            skeletons[f"Es{exercise}__{person}"] = table.astype(np.float32)
            skeletons[f"Es{exercise}__{person}__time_s"] = skeleton.time_s
        if person not in scores:
            _add_scores(person, place, scores, left_out)
    if not skeletons:
        raise RecordingError(
            f"folder of KIMORE must hold E_ID1/Es1/Raw/JointPosition….csv and so on, got {folder}"
            + (f" ({left_out[0]})" if left_out else "")
            + "; name the folder that holds CG and GPP"
        )
    np.savez_compressed(target / "skeletons.npz", allow_pickle=False, **skeletons)
    _write_scores(target, scores)
    return left_out


def read_compact(folder: Path) -> Iterator[tuple[str, Skeleton]]:
    """Yield (name, Skeleton) of the compact form: ``Es1__P_ID6`` from ``skeletons.npz``, or the samples.

    Raises
    ------
    RecordingError
        If neither is there.
    """
    path = next((p for name in ("skeletons.npz", "skeleton_samples.npz") if (p := folder / name).is_file()), None)
    if path is None:
        raise RecordingError(f"KIMORE folder must hold skeletons.npz, got {folder}; import the published set")
    arrays = read_arrays(path)
    for name, table in arrays.items():
        if name.endswith("__time_s"):
            continue
        if table.ndim != 3 or table.shape[1:] != (len(KINECT_JOINTS), 4) or table.dtype.kind != "f":
            raise RecordingError(
                f"{path.name}, {name} must have 25 joints of 4 numbers, got {table.shape}; copy it again"
            )
        yield name, skeleton_of(table.astype(np.float64), arrays.get(f"{name}__time_s"), name)


def _places(folder: Path) -> Iterator[tuple[str, int, Path]]:
    """(person, exercise, folder) of each exercise of each person."""
    for exercise in EXERCISES:
        for place in sorted(folder.rglob(f"Es{exercise}")):
            if place.is_dir() and PERSON.fullmatch(place.parent.name):
                yield place.parent.name, exercise, place


def _raw(place: Path) -> tuple[Path, Path | None]:
    found = {kind: sorted(place.glob(f"Raw/{kind}*.csv*")) for kind in ("JointPosition", "TimeStamp")}
    if len(found["JointPosition"]) != 1 or len(found["TimeStamp"]) > 1:
        raise RecordingError(f"Raw must hold one recording, got {len(found['JointPosition'])}")
    return found["JointPosition"][0], next(iter(found["TimeStamp"]), None)


def _seconds(times: Path, n_frames: int) -> Array:
    """(n_frames,) seconds from the first frame, the clock's unit told by its rate."""
    ticks = read_numbers(times, 1, most_columns=2, largest=1e19)[:, 0]
    if len(ticks) != n_frames or n_frames < 2 or not (np.diff(ticks) > 0).all():
        raise RecordingError(f"{times.name} must hold {n_frames} growing times, one a frame; use the nominal rate")
    step = float(np.median(np.diff(ticks)))
    for unit in TICKS_S:
        if PLAUSIBLE_HZ[0] <= 1 / (step * unit) <= PLAUSIBLE_HZ[1]:
            return np.asarray((ticks - ticks[0]) * unit)
    raise RecordingError(f"{times.name} must count 100 ns, ms or s at some 30 Hz, got steps of {step:g}; check it")


def _add_scores(person: str, place: Path, scores: dict[str, Mapping[str, float]], left_out: list[str]) -> None:
    for workbook in sorted(place.glob(f"Label/ClinicalAssessment_{person}.xlsx")):
        try:
            scores[person] = read_scores(workbook)
        except RecordingError as error:
            left_out.append(f"{person} {place.name}: {error}")


def _write_scores(target: Path, scores: Mapping[str, Mapping[str, float]]) -> None:
    columns = [f"{kind}_Ex{n}" for kind in ("TS", "PO", "CF") for n in EXERCISES]
    with (target / "clinical_scores.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["subject", "group", *columns, "group_name"])
        for person, row in scores.items():
            group = person.split("_")[0]
            cells = ["" if np.isnan(row[c]) else f"{row[c]:.10g}" for c in columns]
            writer.writerow([person, group, *cells, GROUPS[group]])


def _plain(cell: str) -> str:
    """A title without case, spaces and signs: ``Clinical TS Ex #1`` → ``clinicaltsex1``."""
    return re.sub(r"[^a-z0-9]", "", cell.lower())


def _score(cell: str, workbook: Path, column: str) -> float:
    if not cell.strip():
        return float("nan")
    try:
        return float(cell)
    except ValueError as error:
        raise RecordingError(f"{workbook.name}, {column} must be a number, got {cell!r:.40}; check it") from error
