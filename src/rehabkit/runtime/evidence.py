"""Why a network said what it said, without torch: what happens to its answer when parts of the input are hidden.

Occlusion: Zeiler & Fergus 2014, ECCV, section 4. A part is replaced by what stands for "nothing there" (a person's own
mean over time by default) and the fall of the answer is that part's share in it.

Class activation: Zhou et al. 2016, CVPR. A network that averages over time before its last layer can say exactly what
each moment added; such a network has an output ``activation`` (n_rows, n_times), and :func:`moments` reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.runtime.bundle import Bundle, Tensors

Array = NDArray[np.float64]
Answer = Callable[[Tensors], NDArray[Any]]
"""Outputs → (n_rows,) the one number to be explained."""


@dataclass(frozen=True)
class Part:
    """A piece of one input, e.g. a joint or a stretch of time.

    Parameters
    ----------
    input : tensor name.
    index : indexes one row of it, e.g. ``(slice(None), 7)`` for joint 7 of (time, joint, coordinate).
    """

    input: str
    index: tuple[Any, ...]


def occlusion(
    bundle: Bundle, tensors: Tensors, answer: Answer, parts: Mapping[str, Part], *, time_axis: int = 0
) -> dict[str, Array]:
    """How much of the answer rests on each part.

    Parameters
    ----------
    tensors : input name → (n_rows, …).
    answer : which number of the outputs to explain, e.g. ``lambda out: out["probability"][:, 1]``.
    parts : name → part.
    time_axis : axis of one row along which the mean stands for "no movement here".

    Returns
    -------
    dict
        Part name → (n_rows,) fall of the answer when it is hidden; negative where hiding it raised the answer.
    """
    whole = answer(bundle.run(tensors)).astype(np.float64)
    return {
        name: whole - answer(bundle.run(_hidden(tensors, part, time_axis))).astype(np.float64)
        for name, part in parts.items()
    }


def _hidden(tensors: Tensors, part: Part, time_axis: int) -> Tensors:
    value = tensors[part.input].copy()
    still = np.broadcast_to(value.mean(axis=time_axis + 1, keepdims=True), value.shape)
    where = (slice(None), *part.index)
    value[where] = still[where]
    return {**tensors, part.input: value}


def stretches(input_name: str, n_times: int, n_parts: int) -> dict[str, Part]:
    """The time axis (the first of a row) in ``n_parts`` equal stretches, named by their order: 0, 1 …"""
    edges = np.linspace(0, n_times, n_parts + 1).round().astype(int)
    return {str(i): Part(input_name, (slice(edges[i], edges[i + 1]),)) for i in range(n_parts)}


def moments(activation: NDArray[Any], share: float = 0.2, *, against: bool = True) -> Array:
    """The stretch that speaks most against what the network asks for, or most for it.

    Parameters
    ----------
    activation : (n_rows, n_times) what each moment adds to the answer.
    share : length of the stretch, as a share of the whole.

    Returns
    -------
    (n_rows, 2) start and end, shares of the whole, 0 to 1.

    Examples
    --------
    >>> moments(np.array([[0.0, 0.0, 0.0, -1.0, -2.0, 0.0, 0.0, 0.0, 0.0, 0.0]])).tolist()
    [[0.3, 0.5]]
    """
    n_times = activation.shape[1]
    width = min(max(1, round(share * n_times)), n_times)
    sums = np.lib.stride_tricks.sliding_window_view(np.asarray(activation, dtype=np.float64), width, axis=1).sum(axis=2)
    start = (sums.argmin(axis=1) if against else sums.argmax(axis=1))[:, None]
    return np.asarray(np.concatenate([start, start + width], axis=1) / n_times)


def strongest(shares: Mapping[str, Array], row: int = 0) -> list[tuple[str, float]]:
    """Parts of one row by their share, the largest first; those that spoke against it last."""
    listed = [(name, float(values[row])) for name, values in shares.items()]
    return sorted(listed, key=lambda one: -one[1])
