"""What S7 says: established measures of the person's own EEG, and that recovery can't be told."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rehabkit.findings import Evidence, Finding
from rehabkit.recordings.biosignal import Biosignal
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.card import Card
from rehabkit.signals.eeg import stretches
from rehabkit.signals.eeg_measures import ERD_BANDS, Desynchronisation, brain_symmetry, lateralisation, moved, slowing
from rehabkit.systems.recovery_prognosis.analysis import PAIRS, REST, SITES, Analysis, Array, Task

NO_PROGNOSIS = "no network trained on recovery exists: public data hold none"
DEMONSTRATION = "Demonstration (trained on simulated EEG), no prognosis"
N_DRAWN = 200
SURE_P = 0.05


def recovery(outputs: Tensors, card: Card) -> list[Finding]:
    """That there is no prognosis, and what the demonstration network gave."""
    refused = Finding(
        name="recovery",
        label="Recovery to be expected",
        category="prognosis",
        not_measurable=NO_PROGNOSIS,
        text="Nobody can tell from this recording how well you will recover.",
    )
    shown = Finding(
        name="recovery_demonstration",
        label=DEMONSTRATION,
        category="prognosis",
        value=round(float(outputs["value"][0]), 2),
        unit="simulated points",
        uncertainty=card.settings.get("half_width_95"),
        provisional=True,
        simulated=True,
        evidence=Evidence(
            method="dual-input network over connectivity and spectrum; it shows that the way through works, nothing of "
            "the person",
            source="; ".join(data.title for data in card.data),
        ),
    )
    return [refused, shown]


def established(found: Analysis, over: Evidence) -> list[Finding]:
    """Symmetry and slowing, each with a 95 % interval from drawing epochs anew."""
    frequency, spectra = found.spectra

    def symmetry(power: Array) -> float:
        return brain_symmetry(frequency, power, PAIRS)

    said: list[tuple[str, str, Callable[[Array], float], str, str]] = [
        ("brain_symmetry_index", "Brain symmetry index (pdBSI), 0 symmetric to 1", symmetry, BSI_METHOD, BSI_SOURCE),
        ("delta_alpha_ratio", "Delta/alpha ratio", lambda p: slowing(frequency, p)[0], SLOW_METHOD, SLOW_SOURCE),
        (
            "slow_fast_ratio", "(Delta + theta)/(alpha + beta) ratio", lambda p: slowing(frequency, p)[1],
            SLOW_METHOD, SLOW_SOURCE,
        ),
    ]  # fmt: skip
    return [
        Finding(
            name=name,
            label=label,
            category="signal",
            value=round(measure(spectra.mean(axis=0)), 3),
            uncertainty=round(_half_width(measure, spectra), 3),
            provisional=True,
            evidence=over.model_copy(
                update={"method": f"{how}, {len(spectra)} epochs of 2 s", "source": source}
                | ({"pairs": _uneven(frequency, spectra.mean(axis=0))} if name == "brain_symmetry_index" else {})
            ),
        )
        for name, label, measure, how, source in said
    ]


BSI_METHOD = "mean of |R - L| / (R + L) over six pairs and 1 to 25 Hz, electrodes against their mean"
BSI_SOURCE = "Sheorajpanday et al. 2009, Clin. Neurophysiol. 120:845; van Putten 2007, Clin. Neurophysiol. 118:2362"
SLOW_METHOD = "ratio of band powers, mean over 15 electrodes"
SLOW_SOURCE = "Finnigan, van Putten 2013, Clin. Neurophysiol. 124:10"


def _half_width(measure: Callable[[Array], float], spectra: Array) -> float:
    rng = np.random.default_rng(0)
    drawn = [measure(spectra[rng.integers(len(spectra), size=len(spectra))].mean(axis=0)) for _ in range(N_DRAWN)]
    return float(1.96 * np.std(drawn))


def _uneven(frequency: Array, power: Array) -> list[tuple[str, str]]:
    """Pairs of electrodes, the least symmetric first."""
    own = [brain_symmetry(frequency, power, [pair]) for pair in PAIRS]
    return [(SITES[PAIRS[i][0]], SITES[PAIRS[i][1]]) for i in np.argsort(own)[::-1]]


def quality(found: Analysis) -> list[Finding]:
    """Bad electrodes, and how much was left out for artefacts."""
    bad = ", ".join(f"{name} ({why})" for name, why in found.eeg.bad.items())
    lost = 100 * (1 - len(found.epochs) / found.n_cut)
    return [
        Finding(
            name="bad_electrodes",
            label="Electrodes replaced by their neighbours",
            category="signal",
            value=bad or "none",
            attention=bool(bad),
            evidence=Evidence(channels=list(found.eeg.bad), method="strength and 30 to 45 Hz beside the other ones'"),
        ),
        Finding(
            name="artefacts",
            label="Left out for artefacts",
            category="signal",
            value=round(lost, 1),
            unit="%",
            evidence=Evidence(
                method=f"{found.n_cut} epochs of 2 s: {_when(found.large_s)} with a large deflection, "
                f"{_when(found.muscle_s)} with muscle activity from 30 to 45 Hz"
            ),
        ),
    ]


def _when(start_s: Sequence[float]) -> str:
    """How many epochs, and from which second each.

    >>> _when(()), _when((4.0, 10.0))
    ('0', '2 (from 4, 10 s)')
    """
    return f"{len(start_s)} (from {', '.join(f'{at:g}' for at in start_s)} s)" if start_s else "0"


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


def with_evidence(finding: Finding, channels: Sequence[str], pairs: Sequence[tuple[str, str]]) -> Finding:
    """The demonstration with the channels and pairs that moved its output most."""
    evidence = finding.evidence.model_copy(update={"channels": list(channels), "pairs": list(pairs)})
    return finding.model_copy(update={"evidence": evidence})
