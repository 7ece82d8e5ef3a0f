"""What is known of simulated people before a picture is looked at."""

from __future__ import annotations

import numpy as np
import pytest

from rehabkit.kinematics.depth.prior import LyingPrior, fitted

from .lying_people import NAMES, simulated


@pytest.fixture(scope="session")
def prior() -> LyingPrior:
    """Fitted on twelve simulated people of different size."""
    sizes = np.linspace(0.88, 1.12, 12)
    people = [simulated(seed, 10, size) for seed, size in enumerate(sizes)]
    return fitted(
        NAMES,
        [sight for person in people for sight in person.sights],
        np.concatenate([person.joints for person in people]),
        ~np.concatenate([person.hidden for person in people]),
        np.repeat(np.arange(12), 10),
    )
