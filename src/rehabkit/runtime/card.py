"""The card of a trained network: what it is for, what it was trained on, how good it was, and its limits.

It lies inside the network's own file (:mod:`rehabkit.runtime.bundle`), so that neither goes anywhere without the other.
"""

from __future__ import annotations

import hashlib
from typing import Any, Literal

from pydantic import Field

from rehabkit.findings import NOT_A_MEDICAL_DEVICE, Record


class TensorSpec(Record):
    """One input or output: the shape of one row, without the batch axis."""

    shape: list[int]
    axes: list[str] = Field([], description="name of each axis, e.g. time, joint, coordinate")
    unit: str = ""
    description: str = ""


class DataUse(Record):
    """One data set that the network was trained on."""

    name: str
    title: str
    home: str = Field("", description="the data set's own public page")
    licence: str = ""
    n_subjects: int
    n_recordings: int
    sha256: dict[str, str] = Field({}, description="file name: checksum, as it was trained on")


class Figure(Record):
    """One measured figure with what it takes to understand it."""

    name: str
    value: float
    low_95: float | None = Field(None, description="lower end of the 95 % interval, bootstrap over subjects")
    high_95: float | None = None
    worst_subject: float | None = None
    protocol: str


class Card(Record):
    """What is known of one trained network.

    Examples
    --------
    >>> spec = {"x": TensorSpec(shape=[4])}
    >>> card = Card(system="movement_quality", network="small", title="t", inputs=spec, outputs=spec)
    >>> Card.model_validate_json(card.model_dump_json()) == card
    True
    """

    schema_version: Literal[1] = 1
    system: str
    network: str = Field(description="which of the system's models this is: published, small, classical …")
    title: str
    labels: list[str] = Field([], description="classes in the order of the output")
    inputs: dict[str, TensorSpec]
    outputs: dict[str, TensorSpec]
    settings: dict[str, Any] = Field({}, description="thresholds and the full configuration it was trained with")
    data: list[DataUse] = Field([])
    protocol: str = ""
    figures: list[Figure] = Field([])
    n_parameters: int = 0
    intended_use: str = ""
    limits: list[str] = Field([])
    licence: str = "Apache-2.0"
    leak_demo: bool = Field(False, description="evaluated with subjects on both sides: its figures mean nothing")
    created: str = ""
    rehabkit_version: str = ""
    notice: str = NOT_A_MEDICAL_DEVICE
    sha256: str = Field("", description="of the graph and of this card without this key")

    def digest(self, graph: bytes) -> str:
        """SHA-256 (hexadecimal) of a graph's bytes followed by this card without its own checksum."""
        text = self.model_copy(update={"sha256": ""}).model_dump_json()
        return hashlib.sha256(graph + text.encode()).hexdigest()
