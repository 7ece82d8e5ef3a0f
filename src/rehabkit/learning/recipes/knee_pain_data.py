"""The 21 men of uci_lower_limb as knee_pain sees them: as much of each man as of every other, and of each task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from rehabkit.learning.examples import Examples, Sample, build
from rehabkit.learning.recipes.knee_pain_nuisance import nuisances
from rehabkit.recordings.biosignal import Biosignal
from rehabkit.recordings.datasets import uci_lower_limb
from rehabkit.recordings.datasets.uci_lower_limb import Trial
from rehabkit.runtime.datasets import locate
from rehabkit.systems.knee_pain.system import KneePain
from rehabkit.systems.knee_pain.tensors import WINDOW_S

FILE = "uci_lower_limb_1000hz.npz"
WINDOWS: Mapping[str, int] = {"gait": 1, "standing": 2, "sitting": 3}
"""Task → windows from the middle of a man's recording: as many as the shortest recording of that task has."""
QUICK_MEN = ("A01", "A04", "A08", "N01", "N05", "N09")


def trials(source: Path | None, *, quick: bool = False) -> list[Trial]:
    """All recordings, or those of six men."""
    found = uci_lower_limb.read(locate("uci_lower_limb", source) / FILE)
    return [one for one in found if not quick or one.subject in QUICK_MEN]


def middle(recording: Biosignal, n_windows: int) -> Biosignal:
    """So many windows' time from the middle, cut before anything is filtered, so that nothing outside is seen."""
    start_s = recording.start_s + round((recording.duration_s - n_windows * WINDOW_S) / 2, 3)
    return recording.between(start_s, start_s + n_windows * WINDOW_S)


def examples(found: Sequence[Trial]) -> Examples:
    """Six windows a man; his three recordings count as one, so that men are scored, not tasks."""
    cut = [(one, middle(one.recording, WINDOWS[one.task])) for one in found]
    built = build(
        KneePain(),
        [
            Sample(part, float(one.abnormal), one.subject, {"task": one.task, "nuisance": nuisances(part)})
            for one, part in cut
        ],
        classes=True,
    )
    man = np.unique(built.subject, return_inverse=True)[1].astype(np.int64)
    return Examples(built.inputs, built.target, built.subject, man, built.covariates)
