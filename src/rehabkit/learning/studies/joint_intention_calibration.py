"""Study of joint_intention: what a few seconds with the measured angle are worth, in men whom the network never saw."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.learning.examples import Examples
from rehabkit.learning.metrics import rmse
from rehabkit.learning.recipe import Recipe, Table
from rehabkit.learning.studies.joint_intention import TASKS, unseen
from rehabkit.runtime.bundle import Tensors
from rehabkit.systems.joint_intention_calibration import LEAST_SLOPES_S, LONGEST_S, SHARE, calibrate, parts
from rehabkit.systems.joint_intention_estimate import LEAST_CALIBRATES, LEAST_SCORED
from rehabkit.systems.joint_intention_live import FRAME_HZ, N_FRAMES

SECONDS = (1.0, 2.0, 3.0, 5.0, 7.0, 10.0)
LONG_S, LONG_CALIBRATES_S = 60.0, 30.0
Array = NDArray[np.float64]
Way = Callable[[Tensors, Array], Callable[[Tensors], Array]]
"""(outputs, measured angle) of the calibrating frames → outputs of any frames to degrees."""


def _uncalibrated(outputs: Tensors, measured: Array) -> Callable[[Tensors], Array]:
    return lambda rows: rows["value"].reshape(-1).astype(np.float64)


def _mean(outputs: Tensors, measured: Array) -> Callable[[Tensors], Array]:
    return lambda rows: np.full(len(rows["value"]), measured.mean())


def _gain(outputs: Tensors, measured: Array) -> Callable[[Tensors], Array]:
    """Offset and gain by least squares, the gain kept between 0 and 2."""
    value = outputs["value"].reshape(-1).astype(np.float64)
    spread = float(value.var())
    gain = (
        float(np.clip(np.mean((value - value.mean()) * (measured - measured.mean())) / spread, 0, 2)) if spread else 1.0
    )
    offset = float(measured.mean() - gain * value.mean())
    return lambda rows: gain * rows["value"].reshape(-1).astype(np.float64) + offset


WAYS: dict[str, Way] = {
    "not calibrated": _uncalibrated,
    "mean of the calibrating seconds (no EMG)": _mean,
    "offset": lambda outputs, measured: calibrate(outputs, measured, slope_s=np.inf),
    "offset and gain": _gain,
    "ridge on the features": lambda outputs, measured: calibrate(outputs, measured, least_slopes_s=0),
    f"offset below {LEAST_SLOPES_S:g} s, ridge from there on (what assess does)": calibrate,
}


def first_fifth(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """Calibrated on the first fifth of each file (at most 10 s), one window left out, the rest scored."""
    examples = recipe.examples(source, quick=quick)
    outputs = unseen(recipe, examples, str(recipe.ships), 1, quick)[0]
    rows: list[list[Any]] = []
    for name, way in WAYS.items():
        scored = [_one(examples, outputs, number, way, None) for number in np.unique(examples.recording)]
        rows.append([name, *_by_task(examples, scored)])
    n = sum(one is not None for one in scored)
    note = (
        f"{len(examples.subjects)} men, {n} of {len(scored)} recordings: those with at least {LEAST_CALIBRATES} frames "
        f"of 40 ms to calibrate and {LEAST_SCORED} to score. First {SHARE:.0%} of the file, at most {LONGEST_S:g} s, "
        f"then {N_FRAMES / FRAME_HZ:g} s left out. RMSE in degrees, mean over men; the network that ships, seed 0, "
        "that has not seen the man. How strongly calibration is drawn toward none was chosen on the 12 men with odd "
        f"numbers; the last column is the 9 others'. The {LEAST_SLOPES_S:g} s were chosen after a look at all 21."
    )
    columns = ["calibration", *TASKS, "all", "all, 9 men not looked at"]
    return Table("joint_intention, calibrated on the first fifth of each recording", columns, rows, note)


def seconds(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """Error over seconds of calibration, all lengths scored on the same rest."""
    examples = recipe.examples(source, quick=quick)
    outputs = unseen(recipe, examples, str(recipe.ships), 1, quick)[0]
    rows: list[list[Any]] = []
    for name, way in WAYS.items():
        figures: list[Any] = []
        for length in SECONDS:
            scored = [
                _one(examples, outputs, number, way, length, rest_from_s=max(SECONDS))
                for number in np.unique(examples.recording)
            ]
            figures.append(_by_task(examples, scored)[-2])
        rows.append([name, *figures])
    n = sum(one is not None for one in scored)
    men = len({str(examples.subject[examples.recording == i][0]) for i, one in enumerate(scored) if one is not None})
    note = (
        f"{n} recordings of {men} men that last long enough; all scored on the same part, from {max(SECONDS):g} s and "
        f"one window of {N_FRAMES / FRAME_HZ:g} s on. RMSE in degrees, mean over men. The first 0.5 s give no angle."
    )
    columns = ["calibration", *(f"{length:g} s" for length in SECONDS)]
    return Table("joint_intention, error over seconds of calibration", columns, rows, note)


def half_minute(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """30 s pooled over the tasks, in men who have a minute or more in all: a fifth of what each task has, and so on."""
    examples = recipe.examples(source, quick=quick)
    outputs = unseen(recipe, examples, str(recipe.ships), 1, quick)[0]
    men = [man for man in examples.subjects if _length(examples, man) >= LONG_S]
    rows = []
    for name, way in WAYS.items():
        own = [_pooled(examples, outputs, man, way) for man in men]
        rows.append([name, len(men), float(np.mean(own)) if own else None])
    note = (
        "Each of a man's three recordings gives the same share of its length to calibration, together 30 s; one "
        "calibration for all tasks; one window left out after each part. RMSE over all the rest, mean over men."
    )
    columns = ["calibration", "men with a minute or more", "RMSE, deg"]
    return Table("joint_intention, 30 s of calibration pooled over tasks", columns, rows, note)


def _length(examples: Examples, man: str) -> float:
    own = examples.subject == man
    return float(sum(_duration(examples, number) for number in np.unique(examples.recording[own])))


def _duration(examples: Examples, number: int) -> float:
    return float(examples.covariates["end_s"][examples.recording == number][0])


def _pooled(examples: Examples, outputs: Tensors, man: str, way: Way) -> float:
    own = examples.subject == man
    share = LONG_CALIBRATES_S / _length(examples, man)
    early, late = np.zeros(len(examples), dtype=bool), np.zeros(len(examples), dtype=bool)
    for number in np.unique(examples.recording[own]):
        at = np.flatnonzero(examples.recording == number)
        duration = _duration(examples, number)
        early[at], late[at] = parts(examples.covariates["time_s"][at], 0.0, duration, share * duration)
    fitted = way(_at(outputs, early), examples.target[early])
    return rmse(examples.target[late], fitted(_at(outputs, late)))


def _one(
    examples: Examples,
    outputs: Tensors,
    number: int,
    way: Way,
    length_s: float | None,
    rest_from_s: float | None = None,
) -> float | None:
    """RMSE of one recording's rest, or ``None`` where it is too short.

    Parameters
    ----------
    length_s : of calibration; the first fifth by default.
    rest_from_s : as if so many seconds had calibrated: what is scored begins a window later.
    """
    at = np.flatnonzero(examples.recording == number)
    time_s, duration = examples.covariates["time_s"][at], _duration(examples, number)
    early, late = parts(time_s, 0.0, duration, length_s)
    if rest_from_s is not None:
        late = parts(time_s, 0.0, duration, rest_from_s)[1]
    if early.sum() < LEAST_CALIBRATES or late.sum() < LEAST_SCORED:
        return None
    fitted = way(_at(outputs, at[early]), examples.target[at[early]])
    return rmse(examples.target[at[late]], fitted(_at(outputs, at[late])))


def _at(outputs: Tensors, rows: NDArray[Any]) -> Tensors:
    return {name: outputs[name][rows] for name in ("value", "features")}


def _by_task(examples: Examples, scored: list[float | None]) -> list[float | None]:
    """Mean over men of each task, of all, and of all of the men with even numbers."""
    first = examples.first_rows()
    task, man = examples.covariates["task"][first], examples.subject[first]

    def mean(chosen: NDArray[np.bool_]) -> float | None:
        own: dict[str, list[float]] = {}
        for i in np.flatnonzero(chosen):
            one = scored[i]
            if one is not None:
                own.setdefault(str(man[i]), []).append(one)
        return float(np.mean([np.mean(values) for values in own.values()])) if own else None

    unseen_men = np.array([int(name[1:]) % 2 == 0 for name in man])
    every = np.ones(len(first), dtype=bool)
    return [*(mean(task == number) for number in range(len(TASKS))), mean(every), mean(unseen_men)]
