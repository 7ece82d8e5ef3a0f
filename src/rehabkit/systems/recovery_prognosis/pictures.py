"""What S7 draws: change in the task on the head, spectrum, connections, and what moved the demonstration network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rehabkit.figures import Connectivity, Figure, Pair, ScalpMap, Spectrum
from rehabkit.recordings.electrodes import hemisphere
from rehabkit.runtime.bundle import Bundle, Tensors
from rehabkit.runtime.evidence import Part, occlusion
from rehabkit.signals.connectivity import MEASURES
from rehabkit.signals.eeg_measures import ERD_BANDS
from rehabkit.signals.spectrum import BANDS
from rehabkit.systems.recovery_prognosis.analysis import SITES, Analysis, Array, Task

N_DRAWN_PAIRS = 20
UPPER = tuple((i, j) for i in range(len(SITES)) for j in range(i + 1, len(SITES)))
OF_SIMULATION = "Of a network trained on simulated EEG: it shows how such a map would look, and nothing of the person."


@dataclass(frozen=True)
class Saliency:
    """How far the network's output moves when a part of its input is hidden.

    Parameters
    ----------
    pairs : (first, second) → fall of the output with that connection as the mean of the electrode's others.
    channels : electrode → fall with its spectrum as the mean of all, and half of that of each of its pairs.
    """

    pairs: dict[tuple[str, str], float]
    channels: dict[str, float]

    def strongest(self, n: int) -> list[tuple[str, str]]:
        """The pairs that move the output most, either way."""
        return sorted(self.pairs, key=lambda pair: -abs(self.pairs[pair]))[:n]


def saliency(tensors: Tensors, bundle: Bundle) -> Saliency:
    """Occlusion of each of 105 pairs and 15 spectra (Zeiler & Fergus 2014); the first row."""
    first = {name: value[:1] for name, value in tensors.items()}
    of_pairs = {f"{i},{j}": Part("connectivity", (slice(None), [i, j], [j, i])) for i, j in UPPER}
    fallen = occlusion(bundle, first, lambda out: out["value"], of_pairs, time_axis=1)
    pairs = {(SITES[i], SITES[j]): float(fallen[f"{i},{j}"][0]) for i, j in UPPER}
    of_sites = {name: Part("spectrum", (i,)) for i, name in enumerate(SITES)}
    own = occlusion(bundle, first, lambda out: out["value"], of_sites, time_axis=0)
    channels = {
        name: float(own[name][0]) + 0.5 * sum(value for pair, value in pairs.items() if name in pair) for name in SITES
    }
    return Saliency(pairs, channels)


def of_network(found: Saliency) -> list[Figure]:
    """What moved the demonstration network: on the head, and as a circle; always marked as simulated."""
    pairs = [Pair(first=a, second=b, value=found.pairs[a, b]) for a, b in found.strongest(N_DRAWN_PAIRS)]
    return [
        ScalpMap(
            title="Demonstration: what moved the network, by electrode",
            caption=f"{OF_SIMULATION} Fall of its output when an electrode's spectrum and connections are hidden.",
            simulated=True,
            unit="simulated points",
            values=found.channels,
        ),
        Connectivity(
            title="Demonstration: what moved the network, by pair",
            caption=f"{OF_SIMULATION} The {N_DRAWN_PAIRS} pairs that move its output most when hidden.",
            simulated=True,
            measure="fall of the output, simulated points",
            nodes=list(SITES),
            pairs=pairs,
        ),
    ]


def of_task(task: Task | str) -> list[Figure]:
    """Maps of mu and beta; electrodes with a p below 0.05 are marked."""
    if isinstance(task, str):
        return []
    return [
        ScalpMap(
            title=f"Change of {band} in the task",
            caption=f"(task - rest) / rest of {task.change.n_task} and {task.change.n_rest} trials; negative is "
            f"desynchronisation. Smallest p {task.change.p[row].min():.3f}, corrected for all electrodes and both "
            "bands; marked where it is below 0.05.",
            unit="%",
            values={name: float(value) for name, value in zip(task.names, task.change.percent[row], strict=True)},
            marked=[name for name, p in zip(task.names, task.change.p[row], strict=True) if p < 0.05],
        )
        for row, band in enumerate(ERD_BANDS)
    ]


def of_spectrum(found: Analysis) -> Spectrum:
    """Power of either hemisphere and over either hand's area."""
    frequency, spectra = found.spectra
    shown = (frequency >= 1) & (frequency <= 40)
    power = spectra.mean(axis=0)[shown] * 1e12  # µV²/Hz
    lines = {
        f"{side} hemisphere": power[:, [hemisphere(site) == side for site in SITES]].mean(axis=1)
        for side in ("left", "right")
    }
    lines |= {site: power[:, SITES.index(site)] for site in ("C3", "C4")}
    return Spectrum(
        title="Spectrum",
        caption=f"{len(spectra)} epochs of 2 s without artefacts, rest and task together; dB of 1 µV²/Hz.",
        frequency_hz=frequency[shown].tolist(),
        lines={name: (10 * np.log10(line)).tolist() for name, line in lines.items()},
        bands=dict(BANDS),
    )


def of_connections(values: Array) -> Connectivity:
    """The strongest connections of the person's own EEG in the alpha band.

    Parameters
    ----------
    values : (n_bands, n_measures, 15, 15).
    """
    lagged = values[list(BANDS).index("alpha"), MEASURES.index("weighted phase lag index")]
    strongest = sorted(UPPER, key=lambda pair: -lagged[pair])[:N_DRAWN_PAIRS]
    return Connectivity(
        title="Connections in the alpha band",
        caption="The twenty strongest of 105 pairs. The index leaves out what spreads through the head without delay; "
        "how large it is by chance depends on the number of epochs, so no pair is said to be connected.",
        measure="wPLI, 8 to 13 Hz",
        nodes=list(SITES),
        pairs=[Pair(first=SITES[i], second=SITES[j], value=float(lagged[i, j])) for i, j in strongest],
    )
