"""The whole way on raw EEG of real people: what could be used, established measures, the task's map and the side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from rehabkit.errors import RecordingError
from rehabkit.findings import Finding
from rehabkit.judgement import judge
from rehabkit.learning.recipe import Table
from rehabkit.recordings.biosignal import Biosignal
from rehabkit.recordings.datasets import eegmmidb, mi_openbci
from rehabkit.runtime.bundle import Bundle
from rehabkit.runtime.datasets import locate
from rehabkit.signals.eeg_measures import Desynchronisation
from rehabkit.systems.recovery_prognosis.analysis import Task, task_of
from rehabkit.systems.recovery_prognosis.task_findings import mu_side, surest

N_QUICK = 2
COLUMNS = [
    "recording", "left out", "replaced", "pdBSI", "delta/alpha", "mu in the task", "beta in the task",
    "side of mu, by task", "30 to 45 Hz in the task", "s",
]  # fmt: skip


def raw(source: Path | None, quick: bool, bundle: Bundle | None = None) -> Table:
    """One row a recording; whatever is found is told, textbook or not.

    Parameters
    ----------
    bundle : of recovery_prognosis; the shipped one by default.
    """
    rows = [_row(name, recording, bundle) for name, recording in _recordings(source, quick)]
    note = (
        "From the file's samples to findings and figures, with the demonstration network, whose output is left out "
        "here. In brackets the p, corrected for all electrodes and both bands, of the electrode with the smallest; "
        "of the side, not corrected for several tasks. Ten of the people have five trials a task, so that no p of a "
        "side is below 2 in 252. No accuracy is claimed. T1 is the left fist, T2 the right, both imagined; R02 is "
        "rest with eyes closed. s: seconds on this machine, others working on it too."
    )
    return Table("recovery_prognosis: raw EEG of eleven healthy people", COLUMNS, rows, note)


def _recordings(source: Path | None, quick: bool) -> Iterator[tuple[str, Biosignal]]:
    runs = eegmmidb.read(locate("eegmmidb", source))
    for run in runs[:N_QUICK] if quick else runs:
        yield f"eegmmidb {run.subject} R{run.number:02d}, {run.task}", run.recording
    sessions = mi_openbci.read(locate("mi_openbci", source) / "eeg_R0_10subj.npz")
    for session in sessions[:N_QUICK] if quick else sessions:
        yield f"mi_openbci {session.subject}", session.recording


def _row(name: str, recording: Biosignal, bundle: Bundle | None) -> list[Any]:
    started = perf_counter()
    try:
        findings = {one.name: one for one in judge("recovery_prognosis", recording, bundle).findings}
    except RecordingError as error:
        return [name, f"refused: {error}", *[None] * (len(COLUMNS) - 3), round(perf_counter() - started, 1)]
    seconds, task = round(perf_counter() - started, 1), task_of(recording)
    of_task = [None] * 4 if isinstance(task, str) else _of_task(task)
    measures = [_measure(findings[key]) for key in ("brain_symmetry_index", "delta_alpha_ratio")]
    return [
        name, f"{findings['artefacts'].value} %", findings["bad_electrodes"].value, *measures, *of_task, seconds,
    ]  # fmt: skip


def _of_task(task: Task) -> list[str]:
    """Mu, beta, the side of mu in each task, and muscle."""
    changes = [_change(task, change, row) for change, row in ((task.change, 0), (task.change, 1), (task.muscle, 0))]
    sides = [(label, mu_side(task, label)) for label in task.labels]
    said = "; ".join(
        f"{label}: {found.side} (C3 {found.percent[0]:+.0f} %, C4 {found.percent[1]:+.0f} %, p {found.p:.3f})"
        for label, found in sides
    )
    return [*changes[:2], said, changes[2]]


def _measure(finding: Finding) -> str:
    return f"{finding.value} ± {finding.uncertainty}"


def _change(task: Task, change: Desynchronisation, row: int) -> str:
    at = surest(change, row)
    return f"{change.percent[row, at]:+.0f} % at {task.names[at]} ({change.p[row, at]:.3f})"
