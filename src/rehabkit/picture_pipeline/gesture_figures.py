"""What a report draws of a hand: opening, gestures and finger angles over time."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from rehabkit.figures import Curves, Figure
from rehabkit.hand_training.rules import Rules
from rehabkit.kinematics.hand import FINGERS
from rehabkit.picture_pipeline.gesture_reading import HandRecording

Array = NDArray[np.float64]
MOST_POINTS, MOST_LINES = 1500, 6


def recording_figures(recording: HandRecording, rules: Rules) -> list[Figure]:
    """Opening and probabilities with the gestures shaded, and the middle joints' flexion."""
    shown = recording.shown(rules)
    stretches: dict[str, list[tuple[float, float]]] = {}
    for one in shown:
        stretches.setdefault(one.gesture, []).append((one.start_s, one.end_s))
    often = sorted(stretches, key=lambda name: -sum(end - start for start, end in stretches[name]))[:MOST_LINES]
    lines = {"opening of the hand": recording.opening}
    lines |= {name: recording.probability[:, recording.labels.index(name)] for name in often}
    angles = recording.angles
    bent = {f"{finger} PIP": angles[f"{finger}_pip_flexion"].degrees for finger in FINGERS}
    return [
        _curves(
            "Opening of the hand and probability of each gesture", "share", recording.time_s, lines, stretches,
            "0 is a closed fist, 1 a straight hand, by the fingers' flexion. Probabilities are the network's, of each "
            "picture by itself; shaded is where a gesture was held long enough to be a command.",
        ),
        _curves(
            "Flexion of the middle joints", "deg", recording.time_s, bent, {},
            "From single camera pictures, whose depth is guessed; the errors stand beside the values in the table.",
        ),
    ]  # fmt: skip


def _curves(
    title: str, unit: str, time_s: Array, lines: dict[str, Array], shaded: dict[str, list[tuple[float, float]]],
    caption: str,
) -> Curves:  # fmt: skip
    step = max(1, -(-len(time_s) // MOST_POINTS))
    return Curves(
        title=title,
        caption=caption,
        unit=unit,
        time_s=[round(float(value), 3) for value in time_s[::step]],
        lines={name: _rounded(values[::step]) for name, values in lines.items()},
        shaded=shaded,
    )


def _rounded(values: Iterable[float]) -> list[float | None]:
    return [round(float(value), 3) if np.isfinite(value) else None for value in values]
