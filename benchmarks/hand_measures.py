"""Lengths, girths and volumes of modelled hands, scanned again and again: test-retest error and error to the truth.

    python benchmarks/hand_measures.py ../shared/data/hands/anny_synth_hands

Writes results/hand_measures.json and src/rehabkit/systems/hand_surface/measurement_error.toml.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelled_hands import Scanner, closed, posed, scan
from rehabkit.recordings.cloud import PointCloud
from rehabkit.recordings.datasets import anny_synth_hands
from rehabkit.recordings.datasets.hand_parts import PARTS
from rehabkit.recordings.mesh import Mesh
from rehabkit.runtime.bundles import bundle
from rehabkit.systems.hand_surface import centreline, measures, palm, views
from rehabkit.systems.hand_surface.shape import FINGERS, shape_of
from rehabkit.systems.hand_surface.system import HandSurface, labelled
from result_file import ROOT, save

Array = NDArray[np.float64]
SEED, N_SHAPES, N_POSES = 505, 10, 3
NOISES_M, SHARES = (0.0005, 0.0015), (0.25, 1.0)
N_VIEWS = 6
ROUND = f"{N_VIEWS} views in one frame"
POSES = {ROUND: 2}
"""Of each hand that are scanned in a way that takes long."""
Row = tuple[int, str, float | None, float]
TOML = ROOT / "src" / "rehabkit" / "systems" / "hand_surface" / "measurement_error.toml"


def truth_of(mesh: Mesh) -> dict[str, float]:
    """Every measure on a whole surface without noise; girths and volumes by the mesh's own triangles."""
    dense = mesh.sampled(40_000, 1)
    shape = shape_of(dense, "right")
    if shape.axes is None:
        return {}
    known = {one.name: one.value for one in measures.measures_of(shape) if one.value is not None}
    palms = shape.of("palm")
    for name in FINGERS:
        line = centreline.fitted(shape.of(name), palms, shape.reach_m, -shape.axes.back)
        if line is not None:
            known[f"{name}_length_palm"] = 1000 * line.length_m
        line = shape.lines.get(name)
        if line is not None:
            part = mesh_of(mesh, name)
            known[f"{name}_girth"] = 1000 * girth(part, line.at(0.5), line.direction(0.5))
            known[f"{name}_volume"] = 1e6 * volume(part, line.at(0.25), line.direction(0.25))
    axes = shape.axes
    wrist = axes.knuckles + axes.wrist_m * axes.along
    known["palm_girth"] = 1000 * girth(
        mesh_of(mesh, "palm", *PARTS[2:]), axes.knuckles - palm.LEVEL * axes.span_m * axes.along, axes.along
    )
    known["wrist_girth"] = 1000 * girth(mesh_of(mesh, "palm"), wrist, axes.along)
    known["hand_volume"] = 1e6 * volume(mesh, wrist, axes.along)
    return known


def mesh_of(mesh: Mesh, *parts: str) -> Mesh:
    """The triangles of some parts."""
    kept = np.isin(mesh.face_labels, [PARTS.index(part) for part in parts])
    return Mesh(mesh.vertices, mesh.faces[kept])


def girth(mesh: Mesh, at: Array, normal: Array) -> float:
    """Of the hull around where a plane cuts the triangles, metres."""
    from scipy.spatial import ConvexHull

    height = (mesh.vertices - at) @ normal
    cuts = []
    for a, b in ((0, 1), (1, 2), (2, 0)):
        first, second = mesh.faces[:, a], mesh.faces[:, b]
        through = height[first] * height[second] < 0
        share = (height[first] / (height[first] - height[second]))[through][:, None]
        cuts.append(mesh.vertices[first[through]] * (1 - share) + mesh.vertices[second[through]] * share)
    across = np.linalg.svd(normal[None])[2][1:]
    return float(ConvexHull((np.concatenate(cuts) - at) @ across.T).area)


def volume(mesh: Mesh, at: Array, normal: Array) -> float:
    """Beyond a plane, m³: 80 000 points drawn evenly from the triangles, each with its share of their area."""
    drawn = mesh.sampled(80_000, 2)
    off = drawn.points - at
    kept = off @ normal > 0
    if drawn.normals is None:
        return float("nan")
    return float((off[kept] * drawn.normals[kept]).sum() * mesh.areas.sum() / drawn.n_points / 3)


def one_view(mesh: Mesh, side: float, rng: np.random.Generator) -> list[PointCloud]:
    """From before the back (1) or the palm (−1), 30 to 60 cm away, tilted by up to about 25 deg."""
    direction = np.array([side, rng.normal(0, 0.25), rng.normal(0, 0.25)])
    return [scan(mesh, eye(mesh, direction, rng), rng, scanner(rng))]


def eye(mesh: Mesh, direction: Array, rng: np.random.Generator) -> Array:
    middle: Array = mesh.vertices.mean(axis=0)
    return middle + rng.uniform(0.3, 0.6) * direction / np.linalg.norm(direction)


def scanner(rng: np.random.Generator) -> Scanner:
    return Scanner(noise_m=rng.uniform(*NOISES_M), share=rng.uniform(*SHARES))


def ring_of_views(mesh: Mesh, rng: np.random.Generator) -> list[PointCloud]:
    """Six sensors around the forearm's axis, in one frame."""
    start, one = rng.uniform(0, 2 * np.pi), scanner(rng)
    seen = []
    for k in range(N_VIEWS):
        turn = start + 2 * np.pi * k / N_VIEWS
        direction = np.array([np.cos(turn), rng.uniform(-0.1, 0.5), np.sin(turn)])
        seen.append(scan(mesh, eye(mesh, direction, rng), rng, one))
    return seen


WAYS = {
    "one view of the back": lambda mesh, rng: one_view(mesh, 1.0, rng),
    "one view of the palm": lambda mesh, rng: one_view(mesh, -1.0, rng),
    ROUND: ring_of_views,
}


def by_network(view: PointCloud) -> PointCloud | None:
    """The view with the parts that the shipped network tells, or ``None`` where it is too unsure to measure on."""
    network, system = bundle(HandSurface.name), HandSurface("right")
    outputs = network.run(system.prepare(view))
    unsure = {"hand_confidence", "hand_measures"}
    found = system.interpret(view, outputs, network.card)
    return None if any(one.name in unsure and one.not_measurable for one in found) else labelled(view, outputs)


LABELS = {"true parts": lambda view: view, "the network's parts": by_network}


def taken(
    hands: Array, of: anny_synth_hands.AnnyHands, truths: list[dict[str, float]], way: str
) -> Iterator[tuple[str, Row]]:
    """By whose parts, and shape, family, value and truth of every measure of every scan."""
    rng = np.random.default_rng(SEED)
    for shape, (poses, truth) in enumerate(zip(hands, truths, strict=True)):
        for vertices in poses[1 : 1 + POSES.get(way, N_POSES)]:
            seen = WAYS[way](closed(vertices, of), rng)
            names: list[tuple[str, str]] = []
            for whose, label in LABELS.items():
                known = [view for one in seen if (view := label(one)) is not None]
                found = measures.measured(views.merged(known), "right") if len(known) == len(seen) else []
                names = names or [(one.name, one.family) for one in found]  # those of the true parts come first
                values = {one.name: one.value for one in found}
                for name, family in names:
                    if name in truth:
                        yield whose, (shape, family, values.get(name), truth[name])


def rows_of(
    hands: Array, of: anny_synth_hands.AnnyHands, truths: list[dict[str, float]], way: str
) -> dict[str, list[Row]]:
    """All at once, so that another process can do it; by whose parts."""
    every = list(taken(hands, of, truths, way))
    return {whose: [row for by, row in every if by == whose] for whose in LABELS}


def figures_of(rows: list[Row]) -> dict[str, Any]:
    """Family → figures, where there are any."""
    return {one: figures for one in dict.fromkeys(row[1] for row in rows) if (figures := agreement(rows, one))}


def agreement(rows: list[Row], family: str) -> dict[str, float] | None:
    """Test-retest error and error to the truth of one measure; ``None`` where it was hardly ever taken."""
    rows = [row for row in rows if row[1] == family]
    known = [(shape, value - truth) for shape, _, value, truth in rows if value is not None]
    if len(known) < max(10, 0.2 * len(rows)):
        return None
    of_shape: dict[tuple[int, float], list[float]] = defaultdict(list)
    for (shape, error), row in zip(known, [r for r in rows if r[2] is not None], strict=True):
        of_shape[shape, row[3]].append(error)
    groups = [np.array(one) for one in of_shape.values() if len(one) > 1]
    if not groups:
        return None
    within = sum(((one - one.mean()) ** 2).sum() for one in groups) / sum(len(one) - 1 for one in groups)
    error = np.array([one for _, one in known])
    sem = float(np.sqrt(within))
    return {
        "n": len(known), "measured": len(known) / len(rows), "truth": float(np.mean([row[3] for row in rows])),
        "bias": float(error.mean()), "half_width_95": float(np.quantile(np.abs(error), 0.95)),
        "sem": sem, "mdc95": float(1.96 * np.sqrt(2) * sem),
    }  # fmt: skip


def main(data: Path) -> None:
    started = time.perf_counter()
    of = anny_synth_hands.read(data)
    hands = posed(N_SHAPES, N_POSES, SEED)
    with ProcessPoolExecutor(2) as pool:
        truths = list(pool.map(truth_of, [closed(poses[0], of) for poses in hands]))
        every = pool.map(rows_of, *zip(*((hands, of, truths, way) for way in reversed(WAYS)), strict=True))
        rows = dict(zip(reversed(WAYS), every, strict=True))
    found = {whose: {way: figures_of(rows[way][whose]) for way in WAYS} for whose in LABELS}
    TOML.write_text(toml(found), encoding="utf-8")
    save("hand_measures", result(found), data=[data / anny_synth_hands.FILE], started=started)


def result(found: dict[str, dict[str, dict[str, Any]]]) -> dict[str, Any]:
    columns = ["measure", "true mean", "measured", "bias", "95 % within ±", "SEM", "MDC95"]
    keys = ("truth", "measured", "bias", "half_width_95", "sem", "mdc95")
    return {
        "title": "Hand: lengths, girths and volumes (simulated scans of modelled hands)",
        "protocol": (
            f"{N_SHAPES} modelled hands (Anny, other shapes than any network was trained on), each laid open anew "
            f"{N_POSES} times ({POSES[ROUND]} for views all round) and scanned from 30 to 60 cm with noise of 0.5 to "
            "1.5 mm, 25 to 100 % of the points of a 1.2 mm grid. Parts are the true ones, or those that the shipped "
            "network tells, where it is sure enough. SEM: within a hand; MDC95 = 1.96·√2·SEM; bias and ± against the "
            "whole noise-free mesh as it was modelled. No real hand was scanned: simulated throughout. mm, volumes ml."
        ),
        "tables": [
            {"title": f"{way}, {whose}", "columns": columns, "rows": [row(name, one, keys) for name, one in of.items()]}
            for whose, ways in found.items()
            for way, of in ways.items()
        ],
        "seed": SEED,
        "agreement": found,
    }  # fmt: skip


def row(name: str, one: dict[str, Any], keys: Iterable[str]) -> list[Any]:
    return [name.replace("_", " "), *(one[key] for key in keys)]


def toml(found: dict[str, dict[str, dict[str, Any]]]) -> str:
    """What the system says beside its values: lengths from one view, the rest from several."""
    lines = ["# Error of what is measured on a hand: written by benchmarks/hand_measures.py, simulated scans.", ""]
    for whose, whom in (("true parts", "given"), ("the network's parts", "network")):
        ways = list(found[whose])
        for section, chosen in (("one", ways[:2]), ("round", ways[2:3])):
            for name in dict.fromkeys(name for way in chosen for name in found[whose][way]):
                of = [found[whose][way][name] for way in chosen if name in found[whose][way]]
                lines += entry(f"{whom}.{section}.{name}", of, whose)
    return "\n".join(lines)


def entry(name: str, of: list[dict[str, Any]], whose: str) -> list[str]:
    """One section: the larger error of the two sides of a hand."""
    worst = {key: max(one[key] for one in of) for key in ("half_width_95", "sem", "mdc95")}
    n = sum(one["n"] for one in of)
    said = f"{n} simulated scans of {N_SHAPES} modelled hands, {whose} (results/hand_measures.json)"
    return [
        f"[{name}]",
        *(f"{key} = {value:.2f}" for key, value in worst.items()),
        "provisional = true",
        f'source = "error from {said}"',
        "",
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
