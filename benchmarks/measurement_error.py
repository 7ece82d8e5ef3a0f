"""results/angle_error_*.json → kinematics/measurement_error.toml and the tables of docs/validity.md.

    python benchmarks/measurement_error.py [--check]

``--check`` writes nothing and exits with 1 where a file is not what the results say.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from rehabkit.kinematics.measures import MEASURES

ROOT = Path(__file__).parents[1]
TOML = ROOT / "src" / "rehabkit" / "kinematics" / "measurement_error.toml"
PAGE = ROOT / "docs" / "validity.md"
BEGIN, END = "<!-- errors: written by benchmarks/measurement_error.py -->\n", "<!-- end of errors -->"
STAND_INS = {
    "mediapipe": {
        "hip_flexion": "knee_flexion", "hip_abduction": "knee_flexion", "ankle_dorsiflexion": "knee_flexion",
        "ankle_plantarflexion": "knee_flexion", "knee_valgus": "knee_flexion", "body_line": "knee_flexion",
        "trunk_lean_forward": "knee_flexion", "pelvic_tilt_side": "knee_flexion",
        "wrist_flexion": "elbow_flexion", "forearm_rotation": "elbow_flexion", "shoulder_rotation": "elbow_flexion",
        "heel_rise": "shoulder_hike",
    },
    "kinect": {
        "ankle_dorsiflexion": "hip_flexion", "ankle_plantarflexion": "hip_flexion", "body_line": "hip_flexion",
        "pelvic_tilt_side": "trunk_lean_side", "wrist_flexion": "elbow_flexion",
        "forearm_rotation": "shoulder_rotation", "heel_rise": "shoulder_hike",
    },
}  # fmt: skip
"""What stands in for a measure without a figure: the widest of the same limb, or of the same view."""


@dataclass(frozen=True)
class Figure:
    """One section of the file."""

    half_width_95: float
    sem: float
    provisional: bool
    source: str

    @property
    def mdc95(self) -> float:
        return float(1.96 * np.sqrt(2) * self.sem)


def results(name: str) -> dict[str, Any]:
    return dict(json.loads((ROOT / "results" / f"angle_error_{name}.json").read_text(encoding="utf-8")))


def measured_kinect() -> dict[str, Figure]:
    """Each measure that UI-PRMD can show: the widest ± and the widest SEM of its exercises, range or peak."""
    found: dict[str, Figure] = {}
    for key, one in results("kinect_vicon")["agreement"].items():
        exercise, name = key.split("/")
        for quantity in ("range", "peak") if one["usable"] else ():
            a, before = one[quantity], found.get(name)
            source = (
                f"Kinect v2 against Vicon, UI-PRMD, {a['n_subjects']} healthy adults, {a['n']} repetitions; widest "
                f"exercise: {quantity} in {exercise.replace('_', ' ')} (results/angle_error_kinect_vicon.json)"
            )
            sem = max(a["sem"], before.sem if before else 0.0)
            if before is None or a["half_width_95"] > before.half_width_95:
                found[name] = Figure(a["half_width_95"], sem, False, source)
            else:
                found[name] = replace(before, sem=sem)
    return found


def measured_phone() -> dict[str, Figure]:
    """What KERAAL's one person shows of BlazePose."""
    source = "BlazePose against markers, KERAAL's sample, one person ({} series; results/angle_error_phone.json)"
    return {
        name: Figure(1.96 * one["rms"], one["sd"], True, source.format(one["series"]))
        for name, one in results("phone")["pooled"]["BlazePose"].items()
    }


def published(sensor: str) -> dict[str, Figure]:
    """Published figures in use, as the phone's results quote them."""
    found = {}
    for one in results("phone")["published"]:
        for name in one.get("use", ()) if one["sensor"] == sensor else ():
            year = f" {one['year']}" if "year" in one else ""
            source = f"published: {one['authors']}{year}, {one['what']}: {one['as_printed']} ({one['address']})"
            found[name] = Figure(1.96 * float(np.hypot(one["bias"], one["sd"])), one["sd"], True, source)
    return found


def figures() -> dict[str, dict[str, Figure]]:
    """Every measure of every kind of sensor."""
    tables = {
        "mediapipe": measured_phone() | published("mediapipe"),
        "kinect": published("kinect") | measured_kinect(),
    }
    for sensor, found in tables.items():
        for name, other in STAND_INS[sensor].items():
            stand_in = found[other]
            source = f"no figure of its own, that of {MEASURES[other].label} stands in: {stand_in.source}"
            found[name] = Figure(stand_in.half_width_95, stand_in.sem, True, source)
    return {sensor: {name: found[name] for name in MEASURES} for sensor, found in tables.items()}


def as_toml(tables: dict[str, dict[str, Figure]]) -> str:
    lines = [
        "# The camera's own error: written by benchmarks/measurement_error.py from results/angle_error_*.json.",
        "# A clinic's own file has the same form; docs/validity.md says how to measure it.",
    ]
    for sensor, found in tables.items():
        for name, one in found.items():
            lines += [
                "",
                f"[{sensor}.{name}]  # {MEASURES[name].unit}",
                f"half_width_95 = {one.half_width_95:.1f}",
                f"sem = {one.sem:.1f}",
                f"mdc95 = {one.mdc95:.1f}",
                f"provisional = {str(one.provisional).lower()}",
                f"source = {json.dumps(one.source, ensure_ascii=False)}",
            ]
    return "\n".join(lines) + "\n"


def as_markdown(tables: dict[str, dict[str, Figure]]) -> str:
    titles = {"mediapipe": "A phone or webcam (MediaPipe)", "kinect": "A depth camera (Kinect class)"}
    lines = []
    for sensor, found in tables.items():
        lines += [f"### {titles[sensor]}", "", "| measure | ± | MDC95 | | from |", "| --- | --- | --- | --- | --- |"]
        for name, one in found.items():
            unit = "°" if MEASURES[name].unit == "deg" else " %"
            state = "provisional" if one.provisional else "measured"
            cells = [f"{one.half_width_95:.1f}{unit}", f"{one.mdc95:.1f}{unit}", state, one.source]
            lines.append(f"| {MEASURES[name].label} | {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


def main(check: bool) -> int:
    """Write both files, or say which are out of step."""
    tables = figures()
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    wanted = {TOML: as_toml(tables), PAGE: f"{before}{BEGIN}{as_markdown(tables)}{END}{rest.split(END)[1]}"}
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text("utf-8") != text]
    for path in stale:
        if check:
            print(f"{path.relative_to(ROOT)} is not what results/*.json say; run benchmarks/measurement_error.py")
        else:
            path.write_text(wanted[path], encoding="utf-8")
            print(f"written: {path.relative_to(ROOT)}")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
