"""S7 recovery_prognosis: connectivity and spectrum of motor-imagery EEG → two tensors, measures, and no prognosis.

After "CNN-Based Prognosis of BCI Rehabilitation Using EEG From First Session BCI Training" (2021). No public data hold
EEG and recovery, so its network is a demonstration trained on simulated EEG, and the findings say so; what is said of
the person are established measures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from rehabkit.figures import Figure
from rehabkit.findings import Finding, Patient
from rehabkit.recordings.biosignal import Biosignal
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.card import Card, TensorSpec
from rehabkit.signals.connectivity import MEASURES, connectivity
from rehabkit.signals.eeg import at_sites, mirrored
from rehabkit.signals.spectrum import BANDS
from rehabkit.systems.contract import Ran, System, seen
from rehabkit.systems.recovery_prognosis import findings as said
from rehabkit.systems.recovery_prognosis import pictures, task_findings
from rehabkit.systems.recovery_prognosis.analysis import SITES, Array, PatientEeg, analysed, task_of

N_SITES, N_BINS = len(SITES), 40
LAYERS = [f"{band} {measure}" for band in BANDS for measure in MEASURES]
N_STRONGEST = 5


class RecoveryPrognosis(System[Biosignal]):
    """Measures of the EEG after a stroke; of recovery it says that nothing can be said."""

    name: ClassVar[str] = "recovery_prognosis"
    title: ClassVar[str] = "EEG after a stroke (no prognosis)"
    reads: ClassVar[type] = Biosignal
    inputs: ClassVar[Mapping[str, TensorSpec]] = {
        "connectivity": TensorSpec(
            shape=[len(LAYERS), N_SITES, N_SITES],
            axes=["band and measure", "electrode", "electrode"],
            description=f"{', '.join(LAYERS)}; sizes, 0 to 1, between {', '.join(SITES)}; the lesion's side is the "
            "left where the affected side is known; 0 on the diagonal",
        ),
        "spectrum": TensorSpec(
            shape=[N_SITES, N_BINS],
            axes=["electrode", "frequency"],
            unit="µV²/Hz",
            description="1 to 40 Hz, against the mean of the 15 electrodes",
        ),
    }

    def of_patient(self, recording: Biosignal, patient: Patient) -> Biosignal:
        """The recording with the side of the body that is affected, which the network's input is turned by."""
        if patient.affected_side not in ("left", "right"):
            return recording
        own = {name: getattr(recording, name) for name in Biosignal.__dataclass_fields__}
        turned = "; the network sees left and right exchanged" if patient.affected_side == "left" else ""
        stated = f"affected side of the body: {patient.affected_side}, as stated{turned}"
        return PatientEeg(**own | {"history": (*recording.history, stated)}, affected_side=patient.affected_side)

    def prepare(self, recording: Biosignal) -> Tensors:
        """One row: connectivity and spectrum of all epochs without artefacts, rest and task together.

        Raises
        ------
        RecordingError
            If an electrode or samples are missing, the rate is too low, or too little is free of artefacts.
        """
        turned = mirrored(at_sites(recording)) if _affected(recording) == "left" else recording
        found = analysed(turned)
        frequency, spectra = found.spectra
        shown = (frequency >= 1) & (frequency <= N_BINS)
        values = np.abs(connectivity(found.epochs, found.eeg.recording.rate_hz)).reshape(-1, N_SITES, N_SITES)
        values[:, range(N_SITES), range(N_SITES)] = 0.0
        power = 1e12 * spectra.mean(axis=0)[shown].T
        return {"connectivity": values[None].astype(np.float32), "spectrum": power[None].astype(np.float32)}

    def interpret(self, recording: Biosignal, outputs: Tensors, card: Card) -> list[Finding]:
        """No prognosis, the established measures, and last, by its name, the demonstration."""
        found, task = analysed(recording), task_of(recording)
        over = seen(recording, card, "").model_copy(update={"source": ""})
        refused, demonstration = said.recovery(outputs, card)
        return [
            refused,
            *said.established(found, over),
            *task_findings.in_task(task, _affected(recording)),
            task_findings.covert_movement(recording),
            *said.quality(found),
            demonstration,
        ]

    def explained(self, findings: list[Finding], ran: Ran[Biosignal]) -> tuple[list[Finding], list[Figure]]:
        """The demonstration with the electrodes and pairs that moved it most.

        Drawn: maps of the task, spectrum, connections; then what moved the demonstration, marked as simulated.
        """
        moved = pictures.saliency(ran.tensors, ran.bundle)
        channels = sorted(moved.channels, key=lambda name: -abs(moved.channels[name]))[:N_STRONGEST]
        pairs = moved.strongest(N_STRONGEST)
        told = [
            said.with_evidence(one, channels, pairs) if one.name == "recovery_demonstration" else one
            for one in findings
        ]
        found = analysed(ran.recording)
        values: Array = connectivity(found.epochs, found.eeg.recording.rate_hz)
        own = [*pictures.of_task(task_of(ran.recording)), pictures.of_spectrum(found), pictures.of_connections(values)]
        return told, [*own, *pictures.of_network(moved)]


def _affected(recording: Biosignal) -> str:
    return recording.affected_side if isinstance(recording, PatientEeg) else "unknown"
