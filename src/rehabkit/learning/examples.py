"""Examples: prepared recordings with what is known of each, the one thing that models are trained and scored on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import InputError
from rehabkit.runtime.bundle import Tensors
from rehabkit.systems.contract import System

R = TypeVar("R")
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Sample(Generic[R]):
    """One recording with its truth.

    Parameters
    ----------
    recording : of the kind that the system reads.
    target : class number, or the value to be predicted.
    subject : whose it is; the only unit of splitting.
    covariates : what no network sees: strata, and what trivial baselines look at.
    """

    recording: R
    target: float
    subject: str
    covariates: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Examples:
    """Rows that a network takes, each with its truth.

    Parameters
    ----------
    inputs : tensor name → (n_rows, …) float32.
    target : (n_rows,) class number (int64) or value (float64).
    subject : (n_rows,) text.
    recording : (n_rows,) number of the recording that a row was cut from; its rows are scored together.
    covariates : name → (n_rows, …), never a network's input.

    Raises
    ------
    InputError
        If the lengths differ or an input is not finite.
    """

    inputs: Tensors
    target: NDArray[Any]
    subject: NDArray[np.str_]
    recording: NDArray[np.int64]
    covariates: dict[str, NDArray[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        columns = {"subject": self.subject, "recording": self.recording, **self.inputs, **self.covariates}
        wrong = [name for name, value in columns.items() if len(value) != len(self.target)]
        wrong += [f"{name} (not finite)" for name, value in self.inputs.items() if not np.isfinite(value).all()]
        if wrong or not len(self.target):
            got = ", ".join(wrong) or "no rows"
            raise InputError(f"examples must be finite and of one length of at least 1, got otherwise: {got}")

    def __len__(self) -> int:
        return len(self.target)

    @property
    def subjects(self) -> list[str]:
        """Each subject once, sorted."""
        return sorted(set(self.subject.tolist()))

    def at(self, rows: NDArray[Any]) -> Examples:
        """These rows (numbers or a mask)."""
        return Examples(
            {name: value[rows] for name, value in self.inputs.items()},
            self.target[rows],
            self.subject[rows],
            self.recording[rows],
            {name: value[rows] for name, value in self.covariates.items()},
        )

    def digests(self) -> NDArray[np.str_]:
        """(n_rows,) SHA-256 of each row's inputs: two equal ones are one recording twice."""
        columns = [np.ascontiguousarray(value) for _, value in sorted(self.inputs.items())]
        rows = (b"".join(value[i].tobytes() for value in columns) for i in range(len(self)))
        return np.array([hashlib.sha256(row).hexdigest() for row in rows])

    def flat(self) -> NDArray[np.float32]:
        """(n_rows, n_features) every input of a row side by side, in the inputs' order."""
        return np.concatenate([value.reshape(len(self), -1) for value in self.inputs.values()], axis=1)

    def first_rows(self) -> Rows:
        """The first row of each recording, in order: where what is known of a whole recording stands."""
        return np.unique(self.recording, return_index=True)[1]


def build(system: System[R], samples: Iterable[Sample[R]], *, classes: bool) -> Examples:
    """Prepare each recording by itself and stack the rows.

    Parameters
    ----------
    classes : whether targets are class numbers.

    Raises
    ------
    RecordingError
        If a recording can't be prepared.
    InputError
        If there are none.
    """
    prepared = [(sample, system.prepare(sample.recording)) for sample in samples]
    if not prepared:
        raise InputError("examples must be at least one, got none; name a folder that holds the data set")
    counts = [len(next(iter(tensors.values()))) for _, tensors in prepared]

    def repeated(values: list[Any]) -> NDArray[Any]:
        return np.repeat(np.asarray(values), counts, axis=0)

    names = prepared[0][0].covariates
    return Examples(
        inputs={name: np.concatenate([tensors[name] for _, tensors in prepared]) for name in system.inputs},
        target=repeated([sample.target for sample, _ in prepared]).astype(np.int64 if classes else np.float64),
        subject=repeated([sample.subject for sample, _ in prepared]),
        recording=np.repeat(np.arange(len(prepared)), counts),
        covariates={name: repeated([sample.covariates[name] for sample, _ in prepared]) for name in names},
    )


def merged(parts: Iterable[Examples]) -> Examples:
    """Several sets as one; recordings keep apart."""
    listed = list(parts)
    offsets = np.cumsum([0, *(int(part.recording.max()) + 1 for part in listed[:-1])])
    return Examples(
        {name: np.concatenate([part.inputs[name] for part in listed]) for name in listed[0].inputs},
        np.concatenate([part.target for part in listed]),
        np.concatenate([part.subject for part in listed]),
        np.concatenate([part.recording + offset for part, offset in zip(listed, offsets, strict=True)]),
        {name: np.concatenate([part.covariates[name] for part in listed]) for name in listed[0].covariates},
    )
