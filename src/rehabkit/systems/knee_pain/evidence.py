"""What an answer of knee_pain rests on: each channel in each second hidden in turn, and where the network looked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rehabkit.figures import Curves
from rehabkit.recordings.biosignal import Biosignal
from rehabkit.runtime.bundle import Bundle, Tensors
from rehabkit.runtime.evidence import Part, occlusion
from rehabkit.systems.knee_pain.tensors import (
    ANGLE,
    ELECTRODES,
    MODALITIES,
    MUSCLES,
    RATE_HZ,
    WINDOW_S,
    window_starts,
)

Array = NDArray[np.float64]
Answer = Callable[[Tensors], NDArray[np.float32]]
SECONDS = round(WINDOW_S)


def shares(bundle: Bundle, tensors: Tensors, answer: Answer) -> dict[str, Array]:
    """How far the answer falls when a channel's course is replaced by its mean over the window, second by second.

    A muscle's level stays; its course goes. Channels of absent modalities are left out.

    Returns
    -------
    dict
        Channel → (n_windows, 4), one a second; negative where hiding it raised the answer.
    """
    names = {"emg": MUSCLES, "angle": (ANGLE,), "eeg": ELECTRODES}
    there = tensors["present"][0] > 0
    parts = {
        f"{name} {second}": Part(modality, (_second(second), _columns(modality, i)))
        for modality, is_there in zip(MODALITIES, there, strict=True)
        if is_there
        for i, name in enumerate(names[modality])
        for second in range(SECONDS)
    }
    falls = occlusion(bundle, tensors, answer, parts)
    channels = list(dict.fromkeys(part.rsplit(" ", 1)[0] for part in parts))
    return {name: np.stack([falls[f"{name} {second}"] for second in range(SECONDS)], axis=1) for name in channels}


def _second(number: int) -> slice:
    return slice(round(number * RATE_HZ), round((number + 1) * RATE_HZ))


def _columns(modality: str, place: int) -> list[int]:
    """Columns of one channel: a muscle has one in each band."""
    return [place, place + len(MUSCLES)] if modality == "emg" else [place]


def attention_curve(recording: Biosignal, attention: NDArray[np.float32], *, simulated: bool) -> Curves:
    """Where in time the network looked, over the whole recording; 1 is looking at all times alike.

    Parameters
    ----------
    attention : (n_windows, n_steps), sums to 1 in each window.
    """
    starts_s, n_steps = window_starts(recording), attention.shape[1]
    step_s = WINDOW_S / n_steps
    time_s = recording.start_s + starts_s[:, None] + step_s * (0.5 + np.arange(n_steps))
    return Curves(
        title="Where the network looked" + (" (trained on simulation)" if simulated else ""),
        caption=(
            "Attention over time, in each window of 4 s as a multiple of looking at all times alike. It says where the "
            "network looked, not why, and nothing of where it hurts."
        ),
        simulated=simulated,
        unit="× alike",
        time_s=time_s.ravel().round(3).tolist(),
        lines={"attention": (attention * n_steps).round(4).ravel().tolist()},
    )


def shares_curve(recording: Biosignal, found: dict[str, Array], *, simulated: bool) -> Curves:
    """What each channel's course adds to the answer, second by second."""
    starts_s = window_starts(recording)
    time_s = recording.start_s + starts_s[:, None] + 0.5 + np.arange(SECONDS)
    return Curves(
        title="What each channel adds to the answer" + (" (trained on simulation)" if simulated else ""),
        caption=(
            "How far the answer's probability falls when that second of a channel is replaced by its mean; below zero "
            "where it spoke against the answer."
        ),
        simulated=simulated,
        unit="probability",
        time_s=time_s.ravel().round(3).tolist(),
        lines={name: value.round(5).ravel().tolist() for name, value in found.items()},
    )
