"""S7 recovery_prognosis on SIMULATED patients: the way through, on EEG with a known effect; never a prognosis."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from rehabkit.learning.examples import Examples, Sample, build
from rehabkit.learning.metrics import Metric, mae, r_squared, spearman
from rehabkit.learning.model import Model
from rehabkit.learning.networks.recovery_prognosis import published, small
from rehabkit.learning.protocols import Protocol, grouped
from rehabkit.learning.recipe import Recipe, Study
from rehabkit.learning.recipes.recovery_models import DualModel, RidgeModel
from rehabkit.learning.recipes.recovery_simulated import cohort
from rehabkit.learning.studies.recovery_power import power
from rehabkit.learning.studies.recovery_raw import raw
from rehabkit.learning.studies.recovery_saliency import pointed_at
from rehabkit.learning.studies.recovery_severity import severity
from rehabkit.learning.training import TrainConfig
from rehabkit.learning.trivial import covariates_only, mean
from rehabkit.runtime.card import TensorSpec
from rehabkit.systems.recovery_prognosis.system import RecoveryPrognosis

N_PATIENTS, N_QUICK = 200, 12
CONFIG = TrainConfig(epochs=40, batch_size=32, learning_rate=3e-3, weight_decay=0.05)


class RecoveryPrognosisRecipe(Recipe):
    """Two hundred simulated patients, twenty at a time left out."""

    name: ClassVar[str] = RecoveryPrognosis.name
    title: ClassVar[str] = "EEG after a stroke: demonstration on simulated patients, no prognosis"
    system: ClassVar[RecoveryPrognosis] = RecoveryPrognosis()
    data: ClassVar[tuple[str, ...]] = ("stroke_liu2024", "eegmmidb", "mi_openbci")
    simulated: ClassVar[str] = (
        "computed EEG in which 60 % of the variance of a made-up recovery hangs on a hidden state that "
        "C3 and C4 show through noise; no patient's EEG or recovery is in it"
    )
    outputs: ClassVar[Mapping[str, TensorSpec]] = {
        "value": TensorSpec(shape=[], unit="simulated points", description="no prognosis")
    }
    models: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "published": lambda: DualModel(published, CONFIG),
        "small": lambda: DualModel(small, CONFIG, n_members=3),
        "classical": RidgeModel,
    }
    baselines: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "mean": mean,
        "clinical score": lambda: covariates_only(["baseline"], n_classes=None),
    }
    ships: ClassVar[str] = "small"
    metrics: ClassVar[Mapping[str, Metric]] = {"R²": r_squared, "MAE": mae, "Spearman": spearman}
    protocols: ClassVar[Mapping[str, Protocol]] = {
        "grouped": Protocol("grouped", "ten groups of simulated patients, each left out", grouped(10))
    }
    studies: ClassVar[Mapping[str, Study]] = {
        "severity": severity,
        "power": lambda source, quick: power(RecoveryPrognosisRecipe(), quick),
        "saliency": lambda source, quick: pointed_at(quick),
        "raw": raw,
    }
    intended_use: ClassVar[str] = (
        "Shows that recordings, tensors, network, maps and report fit together. It is not for any patient: nobody's "
        "recovery was among what it learned from."
    )
    limits: ClassVar[tuple[str, ...]] = (
        "Its output for a real recording means nothing, whatever its size.",
        "Its half width of 95 % holds for the simulated patients alone.",
    )

    def examples(self, source: Path | None, *, quick: bool = False) -> Examples:
        """One row a simulated patient, each whole; ``source`` isn't looked at."""
        patients = cohort(N_QUICK if quick else N_PATIENTS)
        samples = [
            Sample(p.recording, p.recovery, p.name, {"baseline": p.baseline, "state": p.state}) for p in patients
        ]
        return build(self.system, samples, classes=False)

    def settings(self, examples: Examples, scored: Mapping[str, Any]) -> dict[str, Any]:
        """Half width of the 95 % interval: the ⌈0.95 (n + 1)⌉-th smallest error on simulated patients left out.

        As in split conformal prediction (Lei et al. 2018, J. Am. Stat. Assoc. 113:1094-1111), but with the errors of
        ten networks, each on the patients that it hadn't seen, for one that has seen all.
        """
        if "value" not in scored:
            return {"simulated": True}
        residual = np.sort(np.abs(np.asarray(scored["value"]) - examples.target))
        place = min(int(np.ceil(0.95 * (len(residual) + 1))), len(residual)) - 1
        return {"simulated": True, "half_width_95": round(float(residual[place]), 2)}
