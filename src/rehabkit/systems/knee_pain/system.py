"""S3 knee_pain: EMG of the thigh, knee angle and EEG in one network with attention over time, any of them absent.

After Mukherjee & Halder Roy 2025 (Biomed. Signal Process. Control 100:107178), who tell the degree of knee pain. No
public recordings hold these signals with pain. So the shipped network tells what its sensors could be tested on:
whether muscles and knee move more like those of men with a diagnosed knee abnormality or like those of men without.
A pain level comes from :class:`KneePainDemo` alone, whose network has seen nothing but simulation and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from rehabkit.figures import Figure
from rehabkit.findings import Evidence, Finding
from rehabkit.recordings.biosignal import Biosignal
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.card import Card, TensorSpec
from rehabkit.systems.contract import Ran, System, seen
from rehabkit.systems.emg_findings import emg_findings
from rehabkit.systems.knee_pain import tensors as knee_tensors
from rehabkit.systems.knee_pain.evidence import Answer, attention_curve, shares, shares_curve
from rehabkit.systems.knee_pain.tensors import MODALITIES

TITLES = {"emg": "EMG of the thigh", "angle": "Knee angle", "eeg": "EEG of frontal, temporal and parietal sites"}
METHOD = "network with attention over windows of 4 s; the recording is the mean of their probabilities"
NO_PAIN = (
    "no recordings with measured pain were there to learn from; `--system knee_pain_demo` shows a network that was "
    "trained on simulated signals"
)


class KneePain(System[Biosignal]):
    """Whether muscles and knee look like those with a known knee abnormality: a research finding, no diagnosis."""

    name: ClassVar[str] = "knee_pain"
    title: ClassVar[str] = "Knee from EMG, angle and EEG (research)"
    reads: ClassVar[type] = Biosignal
    inputs: ClassVar[Mapping[str, TensorSpec]] = knee_tensors.INPUTS
    simulated: ClassVar[bool] = False

    def prepare(self, recording: Biosignal) -> Tensors:
        """Windows of 4 s of every modality, zeros for one that is absent.

        Raises
        ------
        RecordingError
            If no modality is whole, or the recording is too short, too slow or has gaps.
        """
        return knee_tensors.prepare(recording)

    def interpret(self, recording: Biosignal, outputs: Tensors, card: Card) -> list[Finding]:
        """Which group it resembles or why that isn't said, what was absent, and the established EMG measures.

        ``card.settings`` may hold ``least_probability``, below which it abstains, and ``trained_on``, the modalities
        that its training recordings had.
        """
        evidence = seen(recording, card, METHOD)
        pattern = _pattern(outputs["probability"].mean(axis=0), card, evidence)
        no_pain = Finding(name="pain_level", label="Pain level", category="pain", not_measurable=NO_PAIN)
        return [*pattern, no_pain, *unused(recording, card), *emg_findings(recording)]

    def explained(self, findings: list[Finding], ran: Ran[Biosignal]) -> tuple[list[Finding], list[Figure]]:
        """The first finding with the channels that mattered most and the second in which they did.

        Drawn: attention over time, and what each channel adds second by second.
        """
        found = shares(ran.bundle, ran.tensors, _answer(ran.outputs))
        channels = sorted(found, key=lambda name: -float(found[name].sum()))
        by_second = np.sum(list(found.values()), axis=0).ravel()  # (windows · 4,)
        first = findings[0]
        starts_s = (first.evidence.start_s or 0.0) + _lead_s(first.evidence, len(by_second))
        start_s = starts_s + int(by_second.argmax())
        evidence = first.evidence.model_copy(
            update={"channels": channels, "start_s": round(start_s, 3), "end_s": round(start_s + 1.0, 3)}
        )
        drawn: list[Figure] = [
            attention_curve(ran.recording, ran.outputs["attention"], simulated=self.simulated),
            shares_curve(ran.recording, found, simulated=self.simulated),
        ]
        return [first.model_copy(update={"evidence": evidence}), *findings[1:]], drawn


class KneePainDemo(KneePain):
    """The pain level that a network trained on simulated signals alone would give: a demonstration of the method."""

    name: ClassVar[str] = "knee_pain_demo"
    title: ClassVar[str] = "Knee pain level (demonstration: trained on simulated EEG)"
    simulated: ClassVar[bool] = True

    def interpret(self, recording: Biosignal, outputs: Tensors, card: Card) -> list[Finding]:
        """The level with the warning that it says nothing of a person, and what was absent."""
        probability = outputs["probability"].mean(axis=0)
        best = int(probability.argmax())
        warning = "Demonstration: trained on simulated EEG, EMG and angles; it says nothing about this person's pain."
        evidence = seen(recording, card, f"{METHOD}; demonstration, trained on simulated EEG")
        level = Finding(
            name="pain_level_demonstration",
            label="Pain level (demonstration: trained on simulated EEG)",
            value=card.labels[best],
            provisional=True,
            simulated=True,
            category="pain",
            text=f"{warning} Its answer to these signals: {card.labels[best]} ({probability[best]:.0%}).",
            evidence=evidence,
        )
        sure = _number(
            "pain_level_demonstration_probability",
            "Probability that the demonstration gives its answer (trained on simulated EEG)",
            probability[best],
            "pain",
            evidence,
        )
        return [level, sure.model_copy(update={"simulated": True}), *unused(recording, card)]


def unused(recording: Biosignal, card: Card) -> list[Finding]:
    """One finding for each modality that the answer doesn't rest on: absent, or unknown to the network."""
    found = knee_tensors.find(recording)
    trained_on = card.settings.get("trained_on", list(MODALITIES))
    why = dict(found.missing)
    for modality in MODALITIES:
        if modality in found.channels and modality not in trained_on:
            why[modality] = "it was recorded, but the network has not learned from any and did not look at it"
    return [
        Finding(name=f"{modality}_not_used", label=TITLES[modality], category="signal", not_measurable=why[modality])
        for modality in MODALITIES
        if modality in why
    ]


def _pattern(probability: NDArray[np.float32], card: Card, evidence: Evidence) -> list[Finding]:
    best = int(probability.argmax())
    least = float(card.settings.get("least_probability", 0.0))
    unsure = f"not sure enough: {card.labels[best]} with {probability[best]:.0%}, told from {min(least, 1.0):.0%} up"
    if least > 1:
        unsure = "on men it had not seen the network was at no certainty right often enough to be told"
    abstains = bool(probability[best] < least)
    named = Finding(
        name="knee_pattern",
        label="Muscles and knee movement look like",
        value=None if abstains else card.labels[best],
        not_measurable=unsure if abstains else None,
        provisional=True,
        category="recognition",
        text="" if abstains else f"Research finding, not a diagnosis: {_said(card, best)}",
        evidence=evidence,
    )
    name = f"Probability of: {card.labels[-1]}"
    return [named, _number("knee_pattern_probability", name, probability[-1], "recognition", evidence)]


def _said(card: Card, best: int) -> str:
    """The sentence of the report, with what the network was worth on men it had not seen."""
    worth = next(iter(card.figures), None)
    measured = "" if worth is None else f" ({worth.name} {worth.value:.2f} on men it had not seen)"
    return (
        f"muscles and knee movement look {card.labels[best]}{measured}. The two groups were recorded differently, so "
        "the network may know the recording and not the knee."
    )


def _number(name: str, label: str, value: float, category: str, evidence: Evidence) -> Finding:
    return Finding.model_validate(
        {
            "name": name,
            "label": label,
            "value": round(float(value), 3),
            "provisional": True,
            "category": category,
            "evidence": evidence,
        }
    )


def _answer(outputs: Tensors) -> Answer:
    """The probability of what the whole recording was taken for."""
    best = int(outputs["probability"].mean(axis=0).argmax())
    return lambda out: out["probability"][:, best]


def _lead_s(evidence: Evidence, n_seconds: int) -> float:
    """Seconds before the first window: the windows lie in the middle."""
    spare_s = (evidence.end_s or 0.0) - (evidence.start_s or 0.0) - n_seconds
    return max(spare_s, 0.0) / 2
