"""Every shipped bundle runs where torch isn't installed. Run by `make core` in an environment with rehabkit alone."""

from __future__ import annotations

import importlib.util
import sys

import numpy as np

from rehabkit.runtime import bundles
from rehabkit.systems.registry import SYSTEMS

TRAINING_ONLY = ("torch", "sklearn", "onnx", "onnxscript", "skl2onnx", "joblib", "ray")


def main() -> int:
    """Run each bundle on rows of noise, between 0 and 1 as an envelope or a coherence is, and say what came out."""
    there = [name for name in TRAINING_ONLY if importlib.util.find_spec(name)]
    if there:
        sys.stderr.write(f"this must run in an environment without {', '.join(there)}\n")
        return 1
    found = bundles.available()
    missing = [name for name in SYSTEMS if name not in found]
    rng = np.random.default_rng(0)
    for name in found:
        bundle = bundles.bundle(name)
        rows = {key: rng.random((3, *spec.shape), dtype=np.float32) for key, spec in bundle.card.inputs.items()}
        outputs = bundle.run(rows)
        if not outputs or any(len(value) != 3 or not np.isfinite(value).all() for value in outputs.values()):
            missing.append(name)
        sys.stdout.write(f"{name}: {', '.join(f'{key} {value.shape}' for key, value in outputs.items())}\n")
    if missing:
        sys.stderr.write(f"no bundle, or none that works: {', '.join(missing)}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
