"""From what a sensor recorded of rehabilitation training to an assessment that a clinician can check.

The names below are the public ones. Each is loaded when first used, so that ``import rehabkit`` is cheap.

Examples
--------
>>> import rehabkit as rk
>>> rk.load_exercise("squat").name
'deep_squat'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rehabkit.corrections import correct
    from rehabkit.demo import demo_recording
    from rehabkit.errors import RehabkitError
    from rehabkit.exercises.library import load as load_exercise
    from rehabkit.exercises.library import names as exercise_names
    from rehabkit.findings import Assessment, Finding, Patient, Prescription, Repetition
    from rehabkit.pipeline import assess, check
    from rehabkit.recordings.assessments import read_assessment, write_assessment
    from rehabkit.recordings.landmarks import read as read_skeleton
    from rehabkit.recordings.landmarks import write as write_skeleton
    from rehabkit.recordings.skeleton import Skeleton
    from rehabkit.reports.compare import compare

__all__ = [
    "Assessment",
    "Finding",
    "Patient",
    "Prescription",
    "RehabkitError",
    "Repetition",
    "Skeleton",
    "assess",
    "check",
    "compare",
    "correct",
    "demo_recording",
    "exercise_names",
    "load_exercise",
    "read_assessment",
    "read_skeleton",
    "write_assessment",
    "write_skeleton",
]

_HOMES = {
    "Assessment": "findings.Assessment",
    "Finding": "findings.Finding",
    "Patient": "findings.Patient",
    "Prescription": "findings.Prescription",
    "RehabkitError": "errors.RehabkitError",
    "Repetition": "findings.Repetition",
    "Skeleton": "recordings.skeleton.Skeleton",
    "assess": "pipeline.assess",
    "check": "pipeline.check",
    "compare": "reports.compare.compare",
    "correct": "corrections.correct",
    "demo_recording": "demo.demo_recording",
    "exercise_names": "exercises.library.names",
    "load_exercise": "exercises.library.load",
    "read_assessment": "recordings.assessments.read_assessment",
    "read_skeleton": "recordings.landmarks.read",
    "write_assessment": "recordings.assessments.write_assessment",
    "write_skeleton": "recordings.landmarks.write",
}
"""Where each public name lives inside the package."""


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("rehabkit")
    if name not in _HOMES:
        raise AttributeError(f"module 'rehabkit' has no attribute {name!r}")
    home, _, attribute = _HOMES[name].rpartition(".")
    value = getattr(import_module(f"rehabkit.{home}"), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
