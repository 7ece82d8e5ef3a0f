"""Does movement_quality's activation show when a repetition went wrong? Errors are put in at known times."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rehabkit.kinematics.canonical import CANONICAL_JOINTS
from rehabkit.kinematics.injection import INJECTED_JOINTS, TURNS, inject
from rehabkit.learning.examples import Examples
from rehabkit.learning.protocols import grouped
from rehabkit.learning.recipe import Recipe, Table
from rehabkit.learning.recipes.movement_quality_models import RocketModel
from rehabkit.learning.recipes.movement_quality_sets import KINECT, groups
from rehabkit.runtime.evidence import moments

DEGREES, FALL = 30.0, 1.0
STRETCHES = ((0.0, 0.3), (0.2, 0.5), (0.35, 0.65), (0.5, 0.8), (0.7, 1.0))
N_GROUPS = 3


def when(recipe: Recipe, source: Path | None, quick: bool) -> Table:
    """Share of repetitions in which the stretch that speaks most against them lies where the error was put in."""
    examples = recipe.examples(source, quick=quick)
    correct = (examples.covariates["sensor"] == KINECT) & (examples.target == 1)
    found: dict[tuple[float, float], list[NDArray[np.float64]]] = {one: [] for one in STRETCHES}
    for fold in grouped(N_GROUPS)(examples):
        model = RocketModel().quick() if quick else RocketModel()
        model.fit(examples.at(fold.train), 0)
        part = examples.at(np.intersect1d(fold.test, np.flatnonzero(correct)))
        clean = model.predict(part)["activation"]
        usual = _others_mean(clean, groups(part))
        for stretch in STRETCHES:
            wrong = model.predict(_with_errors(part, *stretch))["activation"]
            hit, by_chance = (_inside(moments(one - usual), stretch) for one in (wrong, clean))
            found[stretch].append(np.stack([hit, by_chance, (wrong - clean).mean(axis=1) <= -FALL], axis=1))
    rows = [[f"{start:.0%} to {end:.0%}", *_shares(np.concatenate(found[start, end]))] for start, end in STRETCHES]
    note = (
        f"{int(correct.sum())} correct repetitions of the Kinect, one of nine joints turned by {DEGREES:.0f} degrees "
        f"in the stretch; people in {N_GROUPS} groups, each judged by a network of the others. Compared with the "
        "person's other correct repetitions; a hit is when the middle of the fifth that speaks most against it lies "
        f"inside. Noticed: the error took {FALL:.0f} or more from the log odds of correct. Last column: where the same "
        "repetitions without an error would be pointed at."
    )
    columns = ["error at", "found there", "noticed", "of these found there", "without the error"]
    return Table("movement_quality: when it went wrong", columns, rows, note)


def _shares(found: NDArray[np.float64]) -> list[float]:
    hit, by_chance, noticed = found.T.astype(bool)
    return [float(share) for share in (hit.mean(), noticed.mean(), hit[noticed].mean(), by_chance.mean())]


def _with_errors(examples: Examples, start: float, end: float) -> Examples:
    """Each row with one joint turned: joints, axes and signs by turns."""
    positions = examples.inputs["positions"].copy()
    kinds = cycle([(joint, turn, sign) for joint in INJECTED_JOINTS for turn in TURNS for sign in (1.0, -1.0)])
    for row, (joint, turn, sign) in zip(range(len(positions)), kinds, strict=False):
        whole = positions[row].astype(np.float64)
        positions[row] = inject(whole, CANONICAL_JOINTS, joint, turn, sign * DEGREES, start, end)
    return Examples(
        {**examples.inputs, "positions": positions},
        examples.target,
        examples.subject,
        examples.recording,
        examples.covariates,
    )


def _others_mean(activation: NDArray[np.float32], group: NDArray[np.str_]) -> NDArray[np.float32]:
    """(n_rows, n_times) mean of the other rows of the same group; of itself where it is alone."""
    out = activation.copy()
    for one in np.unique(group):
        own = np.flatnonzero(group == one)
        if len(own) > 1:
            out[own] = (activation[own].sum(axis=0) - activation[own]) / (len(own) - 1)
    return out


def _inside(found: NDArray[np.float64], stretch: tuple[float, float]) -> NDArray[np.bool_]:
    middle = found.mean(axis=1)
    return np.asarray((middle > stretch[0]) & (middle < stretch[1]))
