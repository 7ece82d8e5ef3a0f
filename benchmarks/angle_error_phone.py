"""A phone's angles against a marker system, as far as public data go → results/angle_error_phone.json.

    python benchmarks/angle_error_phone.py ../shared/data/exercise/keraal_sample

One person, three exercises, and what others published: every figure is provisional.
"""

from __future__ import annotations

import argparse
import time
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rehabkit.kinematics.measures import MEASURES, clinical_series
from rehabkit.recordings.datasets import keraal
from rehabkit.recordings.skeleton import Skeleton
from result_file import save

PUBLISHED = Path(__file__).with_name("published_angle_errors.toml")
MOST_LAG_S, LAG_STEP_S, LEAST_SHARED, LEAST_RANGE = 0.5, 1 / 60, 0.6, 10.0
READERS = {
    "BlazePose": ("BP", "json", keraal.read_blazepose),
    "OpenPose": ("OP", "json", keraal.read_openpose),
    "AlphaPose": ("AP", "json", keraal.read_alphapose),
    "Kinect": ("Kinect", "txt", keraal.read_kinect),
}
FRONTAL = ("shoulder_abduction", "shoulder_elevation", "trunk_lean_side", "shoulder_hike")
COMPARED = {"CTK": FRONTAL, "ELK": (*FRONTAL, "elbow_flexion"), "RTK": ("trunk_lean_side",)}
"""Only what lies in the picture: in ELK the arms bend in it, in RTK the trunk turns out of it."""
PROTOCOL = """KERAAL's sample: one seated person seen from the front doing three exercises (raising the bent arms,
leaning sideways with the arms up, turning the trunk), one correct trial each, by BlazePose, OpenPose, AlphaPose, a
Kinect v2 and an ART marker system with targets on the segments (joint centres by symmetrical centre-of-rotation
estimation). In-plane angles of the pictures against the projections of the markers on the trunk's frontal plane,
frame by frame after shifting by the lag of best correlation (half a second at most). One person can't show how
people differ, so no interval is given; ± is 1.96 times the root mean square difference over both sides and the
exercises. What this person doesn't show comes from published figures, quoted as printed; where neither speaks, a
related measure stands in and says so."""


@dataclass(frozen=True)
class Difference:
    """One angle of one side in one trial: a system minus the markers, after the best lag."""

    system: str
    exercise: str
    measure: str
    side: str
    n_frames: int
    lag_s: float
    correlation: float | None
    bias: float
    rms: float
    range_system: float
    range_markers: float


def differences(folder: Path) -> Iterator[Difference]:
    """Every system, trial, angle and side."""
    for exercise, measures in COMPARED.items():
        markers = keraal.read_art(folder / f"G3-Vicon-{exercise}-P1T1-Unknown-C-0.txt.gz")
        for system, (short, suffix, reader) in READERS.items():
            skeleton = reader(folder / f"G3-{short}-{exercise}-P1T1-Unknown-C-0.{suffix}.gz")
            for measure in measures:
                for side in ("left", "right") if MEASURES[measure].sided else ("left",):
                    found = difference(system, exercise, measure, side, skeleton, markers)
                    if found is not None:
                        yield found


def difference(
    system: str, exercise: str, measure: str, side: str, skeleton: Skeleton, markers: Skeleton
) -> Difference | None:
    """One comparison, or None where the two share too little."""
    truth, values = clinical_series(markers, measure, side), clinical_series(skeleton, measure, side)
    known = np.isfinite(truth)
    best = None
    for lag in np.arange(-MOST_LAG_S, MOST_LAG_S + LAG_STEP_S / 2, LAG_STEP_S):
        at = np.interp(skeleton.time_s + lag, markers.time_s[known], truth[known], left=np.nan, right=np.nan)
        both = np.isfinite(at) & np.isfinite(values)
        if np.mean(both) < LEAST_SHARED:
            continue
        moves = np.ptp(at[both]) >= LEAST_RANGE and np.ptp(values[both]) > 0
        score = float(np.corrcoef(at[both], values[both])[0, 1]) if moves else -abs(float(lag))
        if best is None or score > best[0]:
            best = (score, round(float(lag), 3) + 0.0, at[both], values[both], moves)
    if best is None:
        return None
    score, lag, at, seen, moves = best
    return Difference(
        system, exercise, measure, side, len(at), lag, score if moves else None,
        float(np.mean(seen - at)), float(np.sqrt(np.mean((seen - at) ** 2))), float(np.ptp(seen)), float(np.ptp(at)),
    )  # fmt: skip


def pooled(found: list[Difference], system: str) -> dict[str, dict[str, float]]:
    """Root mean square and standard deviation of all differences of a measure, each trial and side alike."""
    out = {}
    for measure in dict.fromkeys(one.measure for one in found):
        mine = [one for one in found if one.system == system and one.measure == measure]
        if mine:
            rms = float(np.sqrt(np.mean([one.rms**2 for one in mine])))
            bias = float(np.mean([one.bias for one in mine]))
            out[measure] = {
                "bias": bias, "rms": rms, "sd": float(np.sqrt(max(rms**2 - bias**2, 0))), "series": len(mine)
            }  # fmt: skip
    return out


def tables(found: list[Difference], published: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """BlazePose in full, all systems beside each other, published figures."""
    blaze = [one for one in found if one.system == "BlazePose"]
    by_system = {system: pooled(found, system) for system in READERS}
    measures = list(dict.fromkeys(one.measure for one in found))
    return [
        {
            "title": "BlazePose against markers, one person (provisional)",
            "columns": [
                "exercise", "angle", "side", "frames", "lag, s", "r", "bias", "RMS", "range, BlazePose", "markers"
            ],
            "rows": [
                [
                    one.exercise, MEASURES[one.measure].label, one.side if MEASURES[one.measure].sided else "–",
                    one.n_frames, f"{one.lag_s:.2f}", None if one.correlation is None else f"{one.correlation:.3f}",
                    f"{one.bias:+.1f}", f"{one.rms:.1f}", f"{one.range_system:.0f}", f"{one.range_markers:.0f}",
                ]
                for one in blaze
            ],
            "note": "r is left out where the angle moves less than 10. Shoulder hike in % of the trunk's length.",
        },
        {
            "title": "Four systems, the same person: root mean square difference to the markers (provisional)",
            "columns": ["angle", *READERS],
            "rows": [
                [
                    MEASURES[m].label,
                    *(f"{by_system[s][m]['rms']:.1f}" if m in by_system[s] else None for s in READERS),
                ]
                for m in measures
            ],
        },
        {
            "title": "Published figures, as printed",
            "columns": ["source", "what was compared", "figure"],
            "rows": [
                [cited(one), one["what"], one["as_printed"]]
                for one in published
            ],
        },
    ]  # fmt: skip


def cited(one: dict[str, Any]) -> str:
    """A published figure's source in one line."""
    year = f" {one['year']}" if "year" in one else ""
    return f"{one['authors']}{year}: {one['title']} ({one['address']})"


def main(folder: Path) -> None:
    started = time.perf_counter()
    found = list(differences(folder))
    published = tomllib.loads(PUBLISHED.read_text(encoding="utf-8"))["figure"]
    blaze = pooled(found, "BlazePose")
    result = {
        "title": "Angle error of a phone (provisional)",
        "protocol": " ".join(PROTOCOL.split()),
        "headline": [
            "Shoulder abduction and side lean from BlazePose against markers (KERAAL, one person, provisional): root "
            f"mean square difference {blaze['shoulder_abduction']['rms']:.1f}° and "
            f"{blaze['trunk_lean_side']['rms']:.1f}°"
        ],
        "tables": tables(found, published),
        "pooled": {system: pooled(found, system) for system in READERS},
        "differences": [asdict(one) for one in found],
        "published": published,
    }
    save("angle_error_phone", result, data=sorted(folder.glob("G3-*.gz")), started=started)
    print(*result["headline"], sep="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of KERAAL's sample")
    main(parser.parse_args().folder)
