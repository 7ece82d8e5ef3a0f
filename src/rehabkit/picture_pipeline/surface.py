"""A cloud, a mesh or a depth picture of a hand, or several views of it → its parts, and what is measured of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rehabkit.errors import RecordingError
from rehabkit.figures import Scene
from rehabkit.findings import Assessment, CheckResult, Finding, RecordingInfo
from rehabkit.picture_pipeline.given import Asked, Beside
from rehabkit.picture_pipeline.hand_cut import Cut, hand_in
from rehabkit.picture_pipeline.surface_checks import checks_of
from rehabkit.recordings import clouds, depth_files
from rehabkit.recordings.cloud import PointCloud
from rehabkit.recordings.datasets.hand_parts import PARTS
from rehabkit.recordings.files import sha256
from rehabkit.recordings.lengths import HAND
from rehabkit.runtime.bundle import Bundle, Tensors
from rehabkit.runtime.bundles import bundle as find_bundle
from rehabkit.sensor_pipeline import provenance_of
from rehabkit.systems.hand_surface import measure_findings, views
from rehabkit.systems.hand_surface.shape import HandShape, shape_of
from rehabkit.systems.hand_surface.system import HandSurface, Side, labelled, side_of

SYSTEM = "hand_surface"
TITLE = "Hand surface"
FLAT_M = 0.002
"""Thickness below which points are on a plane, and width below which they are on a line: no hand is so thin."""
_NAMED = CheckResult(
    name="parts",
    status="warning",
    message="the file names the parts; who named them isn't known",
    remedy="look at the coloured cloud before you trust a measure",
)
DRAWN = 30_000
"""Points of the scene, which an assessment keeps; of more, these many are drawn."""


@dataclass(frozen=True)
class Looked:
    """One view of a hand after the network.

    Parameters
    ----------
    cloud : its points with their parts; without, where the network abstains.
    findings : what the network says of it.
    kind : (3,) probability of left, right and no hand.
    """

    cloud: PointCloud
    findings: list[Finding]
    kind: np.ndarray[tuple[int, ...], np.dtype[np.float32]]

    @property
    def named(self) -> bool:
        """Whether the parts are known."""
        return self.cloud.labels is not None

    @property
    def by_network(self) -> bool:
        """Whether the network was asked, not the file: it always says something."""
        return bool(self.findings)


def way(asked: Asked) -> Assessment:
    """Assess a hand's surface.

    Raises
    ------
    RecordingError
        If a file is missing, malformed, in another unit or no surface, or views don't fit each other.
    InputError
        If something was given that belongs to another system.
    ModelError
        If the network's bundle is missing.
    """
    asked.beside.only(SYSTEM, "files", "intrinsics", "units", "hand")
    paths = [asked.path(SYSTEM), *asked.beside.files]
    read = [_read(path, asked.beside) for path in paths]
    network = None if all(_has_parts(cloud) for cloud, _ in read) else find_bundle(SYSTEM)
    looked = [_looked(cloud, asked.beside.hand, network) for cloud, _ in read]
    cloud, hand, found = _together(looked, asked.beside.hand)
    shape = shape_of(cloud, hand) if hand is not None and cloud.labels is not None else None
    info = _info(paths, cloud, shape, hand)
    info.checks = checks_of([one for one, _ in read], [cut for _, cut in read], shape)
    if any(_has_parts(one) for one, _ in read):
        info.checks = [*info.checks, _NAMED]
    return _assessment(asked, found, cloud, info, network)


def _read(path: Path, beside: Beside) -> tuple[PointCloud, Cut | None]:
    """A file's points; of a depth picture the hand's."""
    if depth_files.is_depth(path):
        cut = hand_in(depth_files.read(path, None, beside.intrinsics, beside.units).first())
        return _solid(cut.cloud, path), cut
    if beside.intrinsics is not None:
        raise RecordingError(f"--intrinsics must come with a depth picture, got {path.name}; leave it out")
    return _solid(clouds.read(path, beside.units, HAND), path), None


def _solid(cloud: PointCloud, path: Path) -> PointCloud:
    """The cloud, unless its points are all on a line or a plane."""
    centred = cloud.points - cloud.points.mean(axis=0)
    size = 4 * np.sqrt(np.linalg.eigvalsh(centred.T @ centred / len(centred)).clip(0))  # about its extents, ascending
    if size[1] < FLAT_M or size[0] < FLAT_M:
        what = "line" if size[1] < FLAT_M else "plane"
        raise RecordingError(f"{path.name} must hold the surface of a hand, got points on one {what}; scan it again")
    return cloud


def _has_parts(cloud: PointCloud) -> bool:
    """Whether the file names the parts itself: one that rehabkit wrote, and a person may have mended."""
    return cloud.labels is not None and cloud.label_names == PARTS


def _looked(cloud: PointCloud, hand: Side | None, network: Bundle | None) -> Looked:
    """A view with the parts that its file names, else those that the network tells."""
    if network is None or _has_parts(cloud):
        return Looked(cloud.noted("parts as the file names them"), [], np.zeros(3, dtype=np.float32))
    system = HandSurface(hand)
    outputs: Tensors = network.run(system.prepare(cloud))
    findings = system.interpret(cloud, outputs, network.card)
    abstains = any(one.name == "hand_confidence" and one.not_measurable for one in findings)
    cloud = cloud.noted("parts not named", labels=None) if abstains else labelled(cloud, outputs)
    return Looked(cloud, findings, outputs["kind"].mean(axis=0))


def _together(looked: Sequence[Looked], stated: Side | None) -> tuple[PointCloud, Side | None, list[Finding]]:
    """The whole cloud, whose hand it is, and what is found: what the network says of the first, measured on all."""
    for number, one in enumerate(looked, start=1):
        if not one.named and len(looked) > 1:
            why = next(f.not_measurable for f in one.findings if f.name == "hand_confidence")
            raise RecordingError(f"view {number} must show a hand, got another thing: {why}; leave it out")
    first, hand = looked[0], stated or side_of(np.mean([one.kind for one in looked], axis=0))
    if not first.named:
        return first.cloud, hand, first.findings
    unsure = [f for one in looked for f in one.findings if f.name == "hand_measures" and f.not_measurable][:1]
    if unsure and len(looked) > 1:  # nothing is registered by parts that are too unsure to measure on
        raise RecordingError(f"views must show their parts clearly to be taken together: {unsure[0].not_measurable}")
    together = first.cloud if len(looked) == 1 else views.together([one.cloud for one in looked])
    of_network = [f for f in first.findings if not measure_findings.is_measure(f)]
    by_network = any(one.by_network for one in looked)
    return together, hand, [*of_network, *(unsure or measure_findings.findings(together, hand, by_network=by_network))]


def _info(paths: Sequence[Path], cloud: PointCloud, shape: HandShape | None, hand: Side | None) -> RecordingInfo:
    n = len(paths)
    seen = "all round" if shape and shape.all_round else shape.face if shape and shape.face else "one side"
    return RecordingInfo(
        name=paths[0].name if n == 1 else f"{paths[0].name} and {n - 1} more",
        kind="cloud",
        sha256=sha256(paths[0]) if n == 1 else None,
        sensor=cloud.sensor,
        duration_s=0.0,
        n_frames=n,
        rate_hz=0.0,
        view=seen,
        person_description=f"{hand} hand" if hand else "a hand",
        history=list(cloud.history),
    )


def _assessment(
    asked: Asked, found: list[Finding], cloud: PointCloud, info: RecordingInfo, network: Bundle | None
) -> Assessment:
    models = {} if network is None else {f"{SYSTEM} ({network.card.network})": network.card.sha256}
    return Assessment(
        exercise=SYSTEM,
        exercise_title=TITLE,
        n_repetitions=0,
        findings=found,
        summary=[one.text for one in found if one.text],
        patient=asked.patient,
        figures=[scene_of(cloud)],
        recording=info,
        provenance=provenance_of(models, {"system": SYSTEM, "hand": asked.beside.hand}),
    )


def scene_of(cloud: PointCloud) -> Scene:
    """The cloud with its parts and colours, at its own density up to ``DRAWN`` points."""
    some = cloud.sampled(DRAWN, how="random")
    of = "all" if some.n_points == cloud.n_points else f"{some.n_points} of"
    parts = "each with its part" if some.labels is not None else "without parts, which aren't named"
    return Scene(
        title="Parts of the hand",
        caption=f"{of} {cloud.n_points} points, {parts}.".capitalize(),
        points_m=[(float(x), float(y), float(z)) for x, y, z in some.points.round(5)],
        labels=[] if some.labels is None else some.labels.tolist(),
        label_names=[] if some.labels is None else list(PARTS),
        colours=[] if some.colours is None else [(int(r), int(g), int(b)) for r, g, b in some.colours],
    )
