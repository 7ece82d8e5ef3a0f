"""What S7 says of a task: desynchronisation and its p, the side that was found, muscles at work."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rehabkit.findings import Evidence, Finding
from rehabkit.recordings.biosignal import Biosignal
from rehabkit.signals.eeg import stretches
from rehabkit.signals.eeg_measures import ERD_BANDS, Desynchronisation, lateralisation, moved
from rehabkit.systems.recovery_prognosis.analysis import REST, Task

SURE_P = 0.05


def in_task(task: Task | str, affected_side: str) -> list[Finding]:
    """Desynchronisation of mu and beta with its p, the side that was found of each task, and muscle."""
    if isinstance(task, str):
        name, label = "desynchronisation", "Desynchronisation in the task"
        return [Finding(name=name, label=label, category="signal", not_measurable=task)]
    findings = [_changed(task, i, band) for i, band in enumerate(ERD_BANDS)]
    findings += [_side(task, label, affected_side) for label in task.labels]
    return [*findings, _muscle(task)]


def _changed(task: Task, row: int, band: str) -> Finding:
    change, p = task.change.percent[row], task.change.p[row]
    sure = [i for i in np.argsort(change) if p[i] < SURE_P]
    strongest = surest(task.change, row)
    said = f"{len(sure)} of {len(p)} electrodes with p < 0.05" if sure else "no electrode changed more than by chance"
    return Finding(
        name=f"desynchronisation_{band}",
        label=f"Change of {band} power in the task at {task.names[strongest]}, p = {p[strongest]:.3f}; {said}",
        category="signal",
        value=round(float(change[strongest]), 1),
        unit="%",
        provisional=True,
        evidence=Evidence(
            channels=[task.names[i] for i in sure] or [task.names[strongest]],
            method=f"{task.change.n_task} task and {task.change.n_rest} rest trials, (task - rest) / rest; p by "
            f"permuting trials, corrected for {len(p)} electrodes and two bands",
            source="Pfurtscheller, Lopes da Silva 1999, Clin. Neurophysiol. 110:1842",
        ),
    )


def surest(change: Desynchronisation, row: int) -> int:
    """The electrode with the smallest p in a band; of several the one whose power fell most."""
    return int(np.argmin(np.where(change.p[row] == change.p[row].min(), change.percent[row], np.inf)))


@dataclass(frozen=True)
class MuSide:
    """Over which hemisphere mu fell more in one task: what was found, whatever a textbook expects.

    Parameters
    ----------
    side : left where ln(C3/C4) fell.
    p : two-sided, by permuting trials.
    percent : change at C3 and C4.
    """

    side: Literal["left", "right"]
    p: float
    percent: tuple[float, float]


def mu_side(task: Task, label: str) -> MuSide:
    """The side of one task against rest."""
    places = [task.names.index(name) for name in ("C3", "C4")]
    own, rest = (task.power[name][:, 0][:, places] for name in (label, REST))
    difference, p = lateralisation(own, rest)
    left, right = 100 * (own.mean(axis=0) - rest.mean(axis=0)) / rest.mean(axis=0)
    return MuSide("left" if difference < 0 else "right", p, (float(left), float(right)))


def _side(task: Task, label: str, affected_side: str) -> Finding:
    found = mu_side(task, label)
    side, p = found.side, found.p
    lesion = {"left": "right", "right": "left"}.get(affected_side)
    of_lesion = "" if lesion is None else f", {'' if side == lesion else 'not '}the lesion's side"
    return Finding(
        name=f"mu_side_{re.sub('[^a-z0-9]+', '_', label.casefold()).strip('_')}",
        label=f"Mu fell more over, in '{label}'",
        category="signal",
        value=f"{side} hemisphere{of_lesion}, p = {p:.3f}{'' if p < SURE_P else ': no more than chance'}",
        provisional=True,
        evidence=Evidence(
            channels=["C3", "C4"],
            pairs=[("C3", "C4")],
            method=f"{len(task.power[label])} trials: C3 {found.percent[0]:+.0f} %, C4 {found.percent[1]:+.0f} %; "
            "two-sided p of the change of "
            "ln(C3/C4) by permuting trials, not corrected for several tasks",
        ),
    )


def _muscle(task: Task) -> Finding:
    change: Desynchronisation = task.muscle
    percent, p = change.percent[0], change.p[0]
    grown = [i for i in np.argsort(percent)[::-1] if p[i] < SURE_P and percent[i] > 0]
    at = grown[0] if grown else int(percent.argmax())
    return Finding(
        name="muscle_in_task",
        label=f"Largest growth of 30 to 45 Hz in the task, at {task.names[at]}, p = {p[at]:.3f}",
        category="signal",
        value=round(float(percent[at]), 1),
        unit="%",
        provisional=True,
        attention=bool(grown),
        text="Muscles were tense during the task, so its map may show muscle, not brain." if grown else "",
        evidence=Evidence(
            channels=[task.names[i] for i in grown],
            method=f"as the map of mu and beta, corrected for {len(p)} electrodes",
        ),
    )


def covert_movement(recording: Biosignal) -> Finding:
    """In how many task trials the muscles worked, by the EMG recorded beside the EEG."""
    name, label = "covert_movement", "Task trials with muscles at work (EMG)"
    marked = stretches(recording)
    tasks = [one for stretch_label, ones in marked.items() if stretch_label != REST for one in ones]
    why_not = _no_emg(recording, bool(tasks) and REST in marked)
    if why_not:
        return Finding(name=name, label=label, category="signal", not_measurable=why_not)
    emg = recording.of_kind("emg")
    active = moved(emg, tasks, marked[REST]) > 3.0
    return Finding(
        name=name,
        label=label,
        category="signal",
        value=f"{int(active.sum())} of {len(tasks)}",
        attention=bool(active.any()),
        provisional=True,
        text="Muscles worked in some trials, so these were not imagined alone." if active.any() else "",
        evidence=Evidence(channels=list(emg.names), method="EMG above the mean of rest by three standard deviations"),
    )


def _no_emg(recording: Biosignal, marked: bool) -> str:
    if all(channel.kind != "emg" for channel in recording.channels):
        return "no EMG was recorded beside the EEG; electrodes on the head can't show whether a hand moved"
    return "" if marked else "stretches of rest and of the task must be marked, got none"
