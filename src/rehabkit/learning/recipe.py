"""Recipe: how a system's bundle is made: data, models, protocols, metrics, and what its card says."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from rehabkit.learning.examples import Examples
from rehabkit.learning.metrics import Metric
from rehabkit.learning.model import Model
from rehabkit.learning.protocols import LOSO, RANDOM, Protocol
from rehabkit.runtime.card import TensorSpec
from rehabkit.systems.contract import System


@dataclass(frozen=True)
class Table:
    """One table of results: title, column names, rows, and a note with the protocol."""

    title: str
    columns: list[str]
    rows: list[list[Any]]
    note: str = ""


Study = Callable[[Path | None, bool], Table]
"""(data folder, quick) → a table of something that the standard protocols don't ask."""


class Recipe(ABC):
    """How one system's networks are trained and judged. The only place where a system meets torch.

    Attributes
    ----------
    name : of the system; also what the command line and the bundle call it.
    title : for people.
    system : whose recordings it prepares.
    data : names of its data sets in the catalogue.
    subjects_are : what is split by, in the plural.
    labels : classes in order; empty for a regression.
    outputs : output name → its shape without the batch, axes and unit. The exported graph gives these, in order.
    models : name → makes an untrained model; ``published``, ``small`` and ``classical`` at least.
    baselines : name → makes a trivial one.
    simulated : what the examples are where no person was recorded; empty where they are real. Card, tables and
        results then say so.
    ships : the model that becomes the bundle; ``None`` where the data's licence forbids to ship it.
    no_bundle : why no bundle at all may be made of it, not even one's own; empty where one may.
    metrics : name → metric; the first is the one that counts.
    series : whether a recording's rows are moments, each with a truth of its own; else they are averaged and scored
        as one.
    protocols : name → protocol; the first is the default.
    studies : name → further tables.
    intended_use, limits : for the card.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    system: ClassVar[System[Any]]
    data: ClassVar[tuple[str, ...]]
    simulated: ClassVar[str] = ""
    subjects_are: ClassVar[str] = "people"
    labels: ClassVar[tuple[str, ...]] = ()
    outputs: ClassVar[Mapping[str, TensorSpec]]
    models: ClassVar[Mapping[str, Callable[[], Model]]]
    baselines: ClassVar[Mapping[str, Callable[[], Model]]]
    ships: ClassVar[str | None]
    no_bundle: ClassVar[str] = ""
    metrics: ClassVar[Mapping[str, Metric]]
    series: ClassVar[bool] = False
    protocols: ClassVar[Mapping[str, Protocol]] = {LOSO.name: LOSO, RANDOM.name: RANDOM}
    studies: ClassVar[Mapping[str, Study]] = {}
    intended_use: ClassVar[str]
    limits: ClassVar[tuple[str, ...]]

    @abstractmethod
    def examples(self, source: Path | None, *, quick: bool = False) -> Examples:
        """Prepared recordings with their truth.

        Parameters
        ----------
        source : the data set's folder, or one that holds the sets' folders; ``None`` takes the imported one.
        quick : a small part of it (few subjects), for tests.

        Raises
        ------
        RecordingError
            If the data set is missing or damaged.
        """

    @property
    def classes(self) -> bool:
        """Whether it tells classes apart (else it predicts a value)."""
        return bool(self.labels)

    @property
    def output(self) -> str:
        """The output that metrics look at."""
        return "probability" if self.classes else "value"

    def settings(self, examples: Examples, scored: Mapping[str, Any]) -> dict[str, Any]:
        """Thresholds for the card, from predictions on people that the model had not seen.

        Parameters
        ----------
        scored : output name → (n_rows, …) of the shipped model, out of fold where a fold was run, in the
            examples' order; empty where nothing was evaluated.
        """
        return {}
