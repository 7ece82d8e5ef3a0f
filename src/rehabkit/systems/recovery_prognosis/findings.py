"""What S7 says: established measures of the person's own EEG, and that recovery can't be told."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from rehabkit.findings import Evidence, Finding
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.card import Card
from rehabkit.signals.eeg_measures import brain_symmetry, slowing
from rehabkit.systems.recovery_prognosis.analysis import PAIRS, SITES, Analysis, Array

NO_PROGNOSIS = "no network trained on recovery exists: public data hold none"
DEMONSTRATION = "Demonstration (trained on simulated EEG), no prognosis"
N_DRAWN = 200


def recovery(outputs: Tensors, card: Card) -> tuple[Finding, Finding]:
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
    return refused, shown


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


def with_evidence(finding: Finding, channels: Sequence[str], pairs: Sequence[tuple[str, str]]) -> Finding:
    """The demonstration with the channels and pairs that moved its output most."""
    evidence = finding.evidence.model_copy(update={"channels": list(channels), "pairs": list(pairs)})
    return finding.model_copy(update={"evidence": evidence})
