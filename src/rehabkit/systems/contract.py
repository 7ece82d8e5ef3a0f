"""What every system with a network offers: recording → tensors, and the network's outputs → findings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from numpy.typing import NDArray

from rehabkit.figures import Figure
from rehabkit.findings import Evidence, Finding, Patient
from rehabkit.runtime.bundle import Bundle, Tensors
from rehabkit.runtime.card import Card, TensorSpec

R = TypeVar("R")


@dataclass(frozen=True)
class Ran(Generic[R]):
    """One run of a network: on what, what went in, what came out.

    Parameters
    ----------
    recording : the one that was prepared.
    tensors : of :meth:`System.prepare`.
    outputs : output name → (n_rows, …).
    bundle : the network.
    """

    recording: R
    tensors: Tensors
    outputs: Tensors
    bundle: Bundle


class System(ABC, Generic[R]):
    """One published method.

    numpy only: it must work where torch isn't installed, and its two halves are what a browser repeats.
    Everything that can be inside the network's graph (normalising, differences, softmax) is there, not here.

    Attributes
    ----------
    name, title : for machines, for people.
    reads : the kind of recording it takes.
    inputs : tensor name → shape of one row (no batch axis), axes, unit.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    reads: ClassVar[type]
    inputs: ClassVar[Mapping[str, TensorSpec]]

    def of_patient(self, recording: R, patient: Patient) -> R:
        """The recording with what a clinician stated of the person and this method needs; as it is by default."""
        return recording

    @abstractmethod
    def prepare(self, recording: R) -> Tensors:
        """The network's inputs, tensor name → (n_rows, …): one row a repetition, or many windows.

        Each recording is prepared by itself: nothing here may depend on any other one.

        Raises
        ------
        RecordingError
            If the recording lacks what the system needs; the message names it.
        """

    @abstractmethod
    def interpret(self, recording: R, outputs: Tensors, card: Card) -> list[Finding]:
        """What the network's outputs mean; what can't be said is a finding too.

        Parameters
        ----------
        recording : the one that was prepared.
        outputs : output name → (n_rows, …).
        card : of the network that ran: labels, thresholds in ``settings``.
        """

    def explained(self, findings: list[Finding], ran: Ran[R]) -> tuple[list[Finding], list[Figure]]:
        """The findings with what they rest on, and what the report should draw; as they are, and nothing, by default.

        Both in one place: what a finding rests on is what is drawn, and may take running the network again
        (:mod:`rehabkit.runtime.evidence`).

        Parameters
        ----------
        findings : of :meth:`interpret`.
        ran : the run that they came from.
        """
        return findings, []


class Timed(Protocol):
    """A recording with a time axis."""

    @property
    def time_s(self) -> NDArray[Any]:
        """(n_times,) seconds."""


def seen(recording: Timed, card: Card, method: str) -> Evidence:
    """The whole recording as evidence, by what method, and from how many people the network was made."""
    people = max((data.n_subjects for data in card.data), default=0)
    source = f"made from {people} people ({', '.join(data.title for data in card.data)})" if people else ""
    return Evidence(start_s=float(recording.time_s[0]), end_s=float(recording.time_s[-1]), method=method, source=source)
