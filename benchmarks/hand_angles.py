"""How wrong finger angles are that come from a camera's picture of a hand → results/hand_angles.json.

    python benchmarks/hand_angles.py ../shared/data

Rendered pictures of modelled hands, whose joints are known. No picture of a person with true finger angles was at hand.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from rehabkit.kinematics.hand import FINGERS, hand_angles
from rehabkit.learning.rendered_hands.arm import arm, landmarks
from rehabkit.learning.rendered_hands.drawing import UPRIGHT, lit, normals, projected, shown
from rehabkit.learning.rendered_hands.picture import ITA, albedo, camera, halved
from rehabkit.pose.hands import HandFinder
from rehabkit.recordings.datasets import anny_synth_hands
from rehabkit.recordings.datasets.anny_synth_hands import AnnyHands
from result_file import save

Array = NDArray[np.float64]
SIDE_PX, SEED, STEP, LEAN_DEG, SURE = 384, 0, 4, 20.0, 0.8
FACING = {"palm": 0.0, "back": 180.0}
TONES = {
    "dark skin (ITA below 10°)": (-90.0, 10.0),
    "medium (10° to 41°)": (10.0, 41.0),
    "light (above 41°)": (41.0, 90.0),
}
KINDS = {
    "MCP flexion": [f"{finger}_mcp_flexion" for finger in FINGERS],
    "PIP flexion": [f"{finger}_pip_flexion" for finger in FINGERS],
    "DIP flexion": [f"{finger}_dip_flexion" for finger in FINGERS],
    "MCP abduction": [f"{finger}_mcp_abduction" for finger in FINGERS],
    "thumb MCP flexion": ["thumb_mcp_flexion"],
    "thumb IP flexion": ["thumb_ip_flexion"],
    "thumb abduction": ["thumb_abduction"],
}
PROTOCOL = f"""RENDERED pictures, no person: every {STEP}th of 800 modelled right hands (Anny, Apache-2.0; 16
poses, a quarter with random flexion) is drawn by rehabkit's own renderer as a hand is held before a camera:
fingers up, once with the palm and once with the back to it, turned and leaning by {LEAN_DEG:g}° (standard
deviation), with a forearm, a random skin tone and light, before a plain wall, half of them mirrored to left hands,
{SIDE_PX} x {SIDE_PX} px. MediaPipe's picture landmarks give the angles; the truth is the same formulas on the
model's own joints (fingertips: the end of the flesh). Error is measured minus true, bias
included. As on videos, a picture counts if the landmarker is sure of it ({SURE:g}) and took the hand for one of
the right side; what is left out stands beside. Within the half-width lie 95 % of the errors: it is the ± of every
finger angle, and provisional, since no picture of a person with true finger angles was at hand. The table of
formulas is without a camera: the model's joints against its own joint rotations."""


class Drawn(NamedTuple):
    """A picture with its truth: (21, 2) px, the side, the skin's typology angle."""

    rgb: NDArray[np.uint8]
    landmarks: Array
    side: str
    ita: float


class Row(NamedTuple):
    """One rendered hand."""

    ita: float
    facing: str
    found: bool
    side_right: bool
    sure: bool
    errors: Mapping[str, float]
    true: Mapping[str, float]


def main(data: Path) -> None:
    started = time.perf_counter()
    folder = data / "hands" / "anny_synth_hands"
    hands = anny_synth_hands.read(folder)
    true_points = np.stack([landmarks(hands, place) for place in range(hands.n_hands)])
    rows = list(measured(hands, true_points))
    used = [row for row in rows if row.side_right and row.sure]
    widths = {kind: half_width(errors_of(used, names)) for kind, names in KINDS.items()}
    result: dict[str, Any] = {
        "title": "Finger angles from a camera's picture",
        "protocol": " ".join(PROTOCOL.split()),
        "headline": [
            f"Finger angles by a camera, on rendered hands: PIP within ±{widths['PIP flexion']:.0f}°, MCP within "
            f"±{widths['MCP flexion']:.0f}° of the truth in 95 % ({len(used)} of {len(rows)} pictures could be used)"
        ],
        "tables": [
            camera_table(used),
            kept_table(rows),
            posture_table(used),
            tone_table(rows),
            geometry_table(hands, true_points),
        ],
        "half_width_95_deg": {kind: round(width, 1) for kind, width in widths.items()},
        "share_used": len(used) / len(rows),
        "seed": SEED,
    }
    save("hand_angles", result, data=sorted(folder.glob("*.npz")), started=started)
    print(*result["headline"], sep="\n")
    for table in result["tables"]:
        print(table["title"], table["columns"], *table["rows"], sep="\n  ")


def measured(hands: AnnyHands, true_points: Array) -> Iterator[Row]:
    """Each hand, drawn and looked at."""
    angles = hand_angles(true_points, "right")
    with HandFinder() as finder:
        for place in range(0, hands.n_hands, STEP):
            true = {name: float(angle.degrees[place]) for name, angle in angles.items()}
            for number, (facing, degrees) in enumerate(FACING.items()):
                one = drawn(hands, place, np.random.default_rng((SEED, place, number)), degrees)
                yield looked_at(finder, one, true, facing)


def looked_at(finder: HandFinder, one: Drawn, true: Mapping[str, float], facing: str = "") -> Row:
    """What MediaPipe makes of one picture."""
    seen = finder.find(one.rgb)
    if not seen:
        return Row(one.ita, facing, False, False, False, {}, true)
    hand = min(seen, key=lambda found: float(np.abs(found.positions - one.landmarks).mean()))
    got = hand_angles(hand.estimated_px, hand.side)
    errors = {name: float(angle.degrees) - true[name] for name, angle in got.items()}
    return Row(one.ita, facing, True, hand.side == one.side, hand.confidence >= SURE, errors, true)


def drawn(hands: AnnyHands, place: int, rng: np.random.Generator, facing_deg: float) -> Drawn:
    """A hand as it is held before a camera."""
    one, size = arm(hands, place, rng), 2 * SIDE_PX
    angles = rng.normal([0.0, 0.0, facing_deg], LEAN_DEG)
    turn = Rotation.from_euler("ZXY", angles, degrees=True).as_matrix() @ UPRIGHT
    side = "right" if rng.random() < 0.5 else "left"
    turn = turn if side == "right" else np.diag([-1.0, 1.0, 1.0]) @ turn
    flat, depth = projected(one.vertices, turn, 0.5)
    points, _ = projected(one.landmarks, turn, 0.5)
    reach = float(np.ptp(points, axis=0).max())
    scale = rng.uniform(0.4, 0.7) * size / reach
    shift = size * rng.uniform(0.45, 0.55, 2) - scale * (points.min(axis=0) + points.max(axis=0)) / 2
    face = shown(flat * scale + shift, depth, one.faces, (size, size))
    normal = normals(one.vertices, one.faces) @ turn.T
    lamp = np.array([*rng.normal(0, 0.5, 2), -1.0]) - [0, 0.4, 0]
    lamps = np.array([[*(lamp / np.linalg.norm(lamp)), *np.full(3, rng.uniform(0.4, 0.9))]])
    ita = float(rng.uniform(*ITA))
    light = albedo(ita, rng) * lit(normal, lamps, np.full(3, rng.uniform(0.3, 0.5)))
    wall = np.full((size, size, 3), rng.uniform(0.1, 0.5)) * rng.uniform(0.9, 1.1, 3)
    scene = np.where((face >= 0)[..., None], light[face], wall)
    return Drawn(camera(halved(scene), rng), (points * scale + shift) / 2, side, ita)


def half_width(errors: Array) -> float:
    """Within ± this lie 95 % of the errors."""
    return float(np.nanpercentile(np.abs(errors), 95))


def errors_of(rows: list[Row], names: list[str]) -> Array:
    """Errors of several angles in one list."""
    return np.array([row.errors[name] for row in rows for name in names])


def kept_table(rows: list[Row]) -> dict[str, Any]:
    """What was found and what was left out, by the side that faces the camera."""
    lines = []
    for facing in FACING:
        some = [row for row in rows if row.facing == facing]
        found = [row for row in some if row.found]
        used = [row for row in found if row.side_right and row.sure]
        shares = [
            len(found) / len(some),
            *(float(np.mean(x)) for x in ([r.side_right for r in found], [r.sure for r in found])),
        ]
        widths = [half_width(errors_of(used, KINDS[kind])) for kind in ("MCP flexion", "PIP flexion")]
        medians = [float(np.nanmedian(np.abs(errors_of(used, KINDS[kind])))) for kind in ("MCP flexion", "PIP flexion")]
        lines.append([facing, len(some), *shares, len(used), *medians, *widths])
    return {
        "title": "Palm or back to the camera",
        "columns": [
            "to the camera",
            "pictures",
            "found",
            "right side",
            "sure",
            "used",
            "MCP median error",
            "PIP median error",
            "MCP within ±",
            "PIP within ±",
        ],
        "rows": lines,
    }


def camera_table(found: list[Row]) -> dict[str, Any]:
    rows = []
    for kind, names in KINDS.items():
        errors = np.array([row.errors[name] for row in found for name in names])
        true = np.array([row.true[name] for row in found for name in names])
        good = np.isfinite(errors) & np.isfinite(true)
        slope = float(np.polyfit(true[good], (true + errors)[good], 1)[0])
        middle = [float(np.mean(errors[good])), float(np.std(errors[good])), float(np.median(np.abs(errors[good])))]
        rows.append([kind, int(good.sum()), float(1 - good.mean()), *middle, half_width(errors), slope])
    return {
        "title": "MediaPipe on rendered pictures against the model's joints, degrees",
        "columns": [
            "angle",
            "angles",
            "no value",
            "bias",
            "standard deviation",
            "median error",
            "95 % within ±",
            "slope",
        ],
        "rows": rows,
        "note": "Slope: measured over true; below 1 a camera sees less bending than there is.",
    }


def tone_table(rows: list[Row]) -> dict[str, Any]:
    lines = []
    for name, (low, high) in TONES.items():
        some = [row for row in rows if low <= row.ita < high]
        used = [row for row in some if row.side_right and row.sure]
        widths = [half_width(errors_of(used, KINDS[kind])) for kind in ("MCP flexion", "PIP flexion")]
        lines.append([name, len(some), float(np.mean([row.found for row in some])), len(used), *widths])
    return {
        "title": "The same by rendered skin tone",
        "columns": ["tone", "pictures", "found", "used", "MCP within ±", "PIP within ±"],
        "rows": lines,
    }


def posture_table(found: list[Row]) -> dict[str, Any]:
    """Where the true angle lies."""
    lines = []
    for kind in ("MCP flexion", "PIP flexion"):
        true = np.array([row.true[name] for row in found for name in KINDS[kind]])
        errors = np.array([row.errors[name] for row in found for name in KINDS[kind]])
        for low, high in ((-90, 30), (30, 60), (60, 180)):
            chosen = (true >= low) & (true < high) & np.isfinite(errors)
            lines.append(
                [
                    f"{kind}, true {low} to {high}°",
                    int(chosen.sum()),
                    float(errors[chosen].mean()),
                    half_width(errors[chosen]),
                ]
            )
    return {
        "title": "The same by how bent the joint is",
        "columns": ["angle", "angles", "bias", "95 % within ±"],
        "rows": lines,
    }


def geometry_table(hands: AnnyHands, points: Array) -> dict[str, Any]:
    """The formulas on the model's joints against its joint rotations; a rest pose that isn't straight is the offset."""
    angles, number = hand_angles(points, "right"), {name: i for i, name in enumerate(hands.joint_names)}
    rows = []
    for finger_number, finger in enumerate(FINGERS, start=2):
        for joint, bone in (("mcp", 1), ("pip", 2), ("dip", 3)):
            true = np.degrees(hands.rotations[:, number[f"finger{finger_number}-{bone}.R"], 0])
            got = angles[f"{finger}_{joint}_flexion"].degrees
            good = np.isfinite(got)
            slope, offset = np.polyfit(true[good], got[good], 1)
            rows.append(
                [
                    f"{finger} {joint.upper()}",
                    float(slope),
                    float(offset),
                    float(np.std(got[good] - slope * true[good] - offset)),
                ]
            )
    return {
        "title": "The formulas alone, on modelled joints without a camera",
        "columns": ["joint", "slope", "offset, degrees", "spread about that line, degrees"],
        "rows": rows,
        "note": "DIP rests on a fingertip that isn't among the model's joints.",
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of data sets")
    main(parser.parse_args().data)
