"""Systems with a network, run on a recording: prepare, bundle, interpret, and what the provenance must keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rehabkit.errors import ModelError
from rehabkit.findings import Finding
from rehabkit.runtime.bundle import Bundle, Tensors
from rehabkit.runtime.bundles import bundle as find_bundle
from rehabkit.systems.registry import system as find_system


@dataclass(frozen=True)
class Judged:
    """What one system says of one recording.

    Parameters
    ----------
    findings : in words and numbers.
    outputs : the network's own outputs, name → (n_rows, …).
    bundle : the network that ran.
    """

    findings: list[Finding]
    outputs: Tensors
    bundle: Bundle

    @property
    def model(self) -> dict[str, str]:
        """Name and checksum, for the provenance."""
        card = self.bundle.card
        return {f"{card.system} ({card.network})": card.sha256}


def judge(name: str, recording: Any, bundle: Bundle | None = None) -> Judged:
    """Run one system on one recording.

    Parameters
    ----------
    name : a registered system.
    recording : of the kind that the system reads.
    bundle : its network; the user's own or the shipped one by default.

    Raises
    ------
    InputError
        If there is no such system.
    ModelError
        If its bundle is missing, damaged, or that of another system.
    RecordingError
        If the recording lacks what the system needs.
    """
    system = find_system(name)
    found = bundle or find_bundle(name)
    if found.card.system != name:
        raise ModelError(f"bundle must be one of {name}, got one of {found.card.system}; name another file")
    outputs = found.run(system.prepare(recording))
    return Judged(system.interpret(recording, outputs, found.card), outputs, found)
