"""An assessment of electrodes whose every number is known; its map is a plane, its lines are straight."""

from __future__ import annotations

from typing import Any

from rehabkit.figures import Connectivity, Curves, Pair, ScalpMap, Spectrum
from rehabkit.findings import (
    Assessment,
    CheckResult,
    Evidence,
    Finding,
    Patient,
    Provenance,
    RecordingInfo,
)
from rehabkit.recordings.electrodes import TEN_TWENTY, positions

HOSTILE = "<script>alert('x')</script> & [red]"


def plane() -> ScalpMap:
    """Ten times how far an electrode lies to the right: the field between them is known as well."""
    values = {name: 10 * positions()[name][0] for name in TEN_TWENTY}
    return ScalpMap(title="Power to the right", unit="µV²", values=values, marked=["C4", "T8"], simulated=True)


def connected() -> Connectivity:
    strongest = Pair(first="C3", second="C4", value=0.8)
    pairs = [strongest, Pair(first="F3", second="P4", value=0.3), Pair(first="O1", second="O2", value=-0.5)]
    return Connectivity(title="Connected", measure="wPLI, 8 to 13 Hz", nodes=list(TEN_TWENTY), pairs=pairs)


def peaked() -> Spectrum:
    lines = {"O1": [1.0, 9.0, 2.0, 1.0], "O2": [1.0, 7.0, 2.0, 1.0]}
    return Spectrum(title="Spectrum", frequency_hz=[1.0, 10.0, 20.0, 40.0], lines=lines, bands={"alpha": (8, 13)})


def knee() -> Curves:
    """Ten seconds: measured rises by 6 degrees a second, estimated lacks a second."""
    time_s = [i / 10 for i in range(101)]
    estimated = [None if 4 < t < 5 else 6 * t + 3 for t in time_s]
    lines = {"measured": [6 * t for t in time_s], "estimated": estimated}
    return Curves(title="Knee", unit="deg", time_s=time_s, lines=lines, shaded={"calibration": [(0, 2)]})


def findings() -> list[Finding]:
    where = Evidence(channels=["C3", "C4"], pairs=[("C3", "C4")], start_s=2, end_s=62.5, method="by a network")
    return [
        Finding(name="change", label="Change of the score", value=3.2, unit="points", uncertainty=8.1, attention=True,
                category="prognosis", text="Not better than the mean.", evidence=where),
        Finding(name="pain", label="Pain level", value="moderate", category="pain", simulated=True, text="A show."),
        Finding(name="dar", label="Delta/alpha ratio", value=0.61, category="signal", text="Below one."),
        Finding(name="lag", label="Lag of the estimate", value=0.12, unit="s", category="intention", text="Late."),
        Finding(name="side", label="Side of the lesion", category="prognosis", not_measurable="nobody stated it"),
    ]  # fmt: skip


def make_sensor(**changes: Any) -> Assessment:
    """The assessment; ``changes`` replace its fields."""
    recording = RecordingInfo(
        name="rest.edf", kind="biosignal", sensor="edf", duration_s=65.0, n_frames=10400, rate_hz=160.0, view="19 EEG",
        checks=[CheckResult(name="mains_hum", status="warning", message="C3", remedy="move cables away")],
        history=["average reference"],
    )  # fmt: skip
    fields: dict[str, Any] = {
        "exercise": "recovery_prognosis", "exercise_title": "Recovery from EEG", "n_repetitions": 0,
        "findings": findings(), "summary": ["No recovery can be foretold."], "patient": Patient(reference="P-9"),
        "figures": [plane(), connected(), peaked(), knee()], "recording": recording,
        "provenance": Provenance(rehabkit_version="0", created="2026-11-29T11:00:00+00:00"),
    }  # fmt: skip
    return Assessment(**(fields | changes))
