"""Does the map of what moved the network point to where the effect was put? SIMULATED patients it hasn't seen."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from rehabkit.learning.recipe import Table
from rehabkit.learning.recipes.recovery_simulated import cohort
from rehabkit.runtime.bundle import Bundle
from rehabkit.runtime.bundles import bundle as find_bundle
from rehabkit.systems.recovery_prognosis.pictures import saliency
from rehabkit.systems.recovery_prognosis.system import RecoveryPrognosis

N_PATIENTS, N_QUICK, SEED, N_SHOWN = 40, 4, 99, 3


def pointed_at(quick: bool, bundle: Bundle | None = None) -> Table:
    """Electrodes and pairs by the mean size of their share in the output.

    Parameters
    ----------
    bundle : of recovery_prognosis; the shipped one by default.
    """
    network, system = bundle or find_bundle("recovery_prognosis"), RecoveryPrognosis()
    n = N_QUICK if quick else N_PATIENTS
    maps = [saliency(system.prepare(one.recording), network) for one in cohort(n, seed=SEED)]
    rows: list[list[object]] = []
    for kind, sizes in (
        ("electrode", [{name: abs(value) for name, value in one.channels.items()} for one in maps]),
        ("pair", [{"–".join(pair): abs(value) for pair, value in one.pairs.items()} for one in maps]),
    ):
        total: dict[str, list[float]] = defaultdict(list)
        for one in sizes:
            for name, value in one.items():
                total[name].append(value)
        first = [max(one, key=lambda name: one[name]) for one in sizes]
        ranked = sorted(total, key=lambda name: -float(np.mean(total[name])))
        rows += [
            [kind, i + 1, name, float(np.mean(total[name])), float(np.mean([name == best for best in first]))]
            for i, name in enumerate(ranked[:N_SHOWN])
        ]
    note = (
        f"SIMULATED. {n} further simulated patients, in whom C3, C4 and their connection carry the effect. Mean size "
        "of the fall of the output when the part is hidden, simulated points; last column: share of patients in whom "
        "the part comes first of 15 electrodes or 105 pairs."
    )
    columns = ["part", "rank", "name", "mean share", "first in"]
    return Table("recovery_prognosis: where its maps point, SIMULATED patients", columns, rows, note)
