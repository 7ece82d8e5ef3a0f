"""Where a lying body is, from the pictures to the joints in space → results/lying_end_to_end.json.

    python benchmarks/lying_end_to_end.py ../shared/data/lying/anny_synth_rgbd CACHE

CACHE holds what benchmarks/lying_views.py found in the pictures: colour_heavy.npy of all, and of every third
dark_heavy.npy, whole_heavy.npy and colour_full.npy.
"""

from __future__ import annotations

import dataclasses
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lying_pose import RENDERED, with_interval
from rehabkit.errors import RecordingError
from rehabkit.kinematics.depth.lift import rays, surface_at
from rehabkit.kinematics.depth.orientation import voted
from rehabkit.learning.pose_error import aligned, joint_error_mm, share_within
from rehabkit.picture_pipeline.lying_look import LEAST_FOUND, Looker, seen_by
from rehabkit.pose.lying import Looked
from rehabkit.recordings.datasets.anny_synth_rgbd import LyingFrame, read
from rehabkit.runtime.bundles import bundle
from rehabkit.systems.lying_points import found_by, inside
from rehabkit.systems.lying_pose.body import of_outputs
from rehabkit.systems.lying_pose.picture import JOINTS, LyingPerson, LyingPicture, on_bed
from rehabkit.systems.registry import system
from result_file import save

Array = NDArray[np.float64]
Views = NDArray[np.float32]
TURNS, EVERY = (0, 90, 180, 270), 3
DARK = "what ships in the dark: depth alone"
PROTOCOL = f"""219 single pictures of 69 people, {RENDERED} (anny_synth_rgbd: no blanket, no pillow, no hair, a model
of the sensor's noise). No real depth picture of a lying person could be had, so nothing here says how well it goes on
one. Joints' points come from MediaPipe's pose network and from the shipped lying_points bundle, which looks at the
relief and weighs both; places in space from the shipped lying_pose bundle. Both bundles were trained on own rendered
people in poses drawn by rehabkit; none of the 69 people, and none of their pictures, was used to train or fit
anything. The bodies of these pictures and those that the bundles learned from are of one generator (Anny). How many
views are shown was decided on the points' error in all pictures (with the usual network), that the large network is
used on every sixth picture, and that joints which views disagree about are kept on every third, and that own people's
mattress gives and their hands reach on all; how far trunks, heads, shoulders, hips and knees of own people move, and
how much bodies differ in size, was set beside these people's means and spreads (no single pose or picture). How the
networks' points are weighed was set on rendered people of rehabkit's own while these pictures' figures were known,
and that each view and exchanged sides are weighed was thought of at the worst of these pictures. A picture in which
nobody is found has no error and is counted; it is a miss of PCK3D. Intervals: 95 %, bootstrap over people."""


@dataclasses.dataclass(frozen=True)
class Found:
    """What one way gives: points (n_pictures, 16, 2) and joints (n_pictures, 16, 3), NaN where nobody was found."""

    title: str
    pixels: Array
    joints: Array


@dataclasses.dataclass(frozen=True)
class Pictures:
    """The evaluation pictures, opened once."""

    rows: list[LyingFrame]
    blank: list[LyingPicture]

    @classmethod
    def of(cls, folder: Path) -> Pictures:
        rows, nowhere = read(folder), np.full((len(JOINTS), 2), np.nan)
        return cls(rows, [LyingPicture(row.frame(), nowhere, np.zeros(len(JOINTS))) for row in rows])

    def every(self, step: int) -> Pictures:
        """Some of them."""
        return Pictures(self.rows[::step], self.blank[::step])

    def array(self, name: str) -> NDArray[Any]:
        """A column of what is known of each picture."""
        return np.array([getattr(row, name) for row in self.rows])

    def points(self, views: Views) -> list[LyingPicture | None]:
        """(n_pictures, n_views, 33, 3) landmarks → the joints' points, ``None`` where nobody was found."""
        return [self._of(number, one.astype(np.float64)) for number, one in enumerate(views)]

    def _of(self, number: int, views: Array) -> LyingPicture | None:
        blank = self.blank[number]
        if np.isfinite(views[:, 0, 0]).mean() < LEAST_FOUND:
            return None
        return seen_by(Looked(views[..., :2], views[..., 2]), blank.frame, blank.bed, blank.body)

    def plain(self, title: str, views: Views) -> Found:
        """Points of the surface at the joints: the lift of the paper."""
        pictures, pixels = self.points(views), np.full((len(views), len(JOINTS), 2), np.nan)
        joints = np.full((*pixels.shape[:2], 3), np.nan)
        for number, one in enumerate(pictures):
            if one is not None:
                pixels[number] = one.pixels
                surface = surface_at(one.frame.depth, one.pixels, half_px=2, largest_px=2, least=1)
                joints[number] = rays(one.frame.intrinsics, one.pixels) * surface.depth_m[:, None]
        return Found(title, pixels, joints)

    def weighed(self, views: Views) -> list[LyingPicture | None]:
        """The joints' points by both networks, as an assessment takes them."""
        network = bundle("lying_points")
        return [None if one is None else found_by(network, one) for one in self.points(views)]

    def true_points(self) -> list[LyingPicture | None]:
        """The joints' points as they truly are: what no network can better."""
        both = zip(self.blank, self.rows, strict=True)
        return [on_bed(inside(one.frame, row.pixels, np.ones(len(JOINTS))), one.bed, one.body) for one, row in both]

    def relief(self) -> list[LyingPicture | None]:
        """The joints' points by the relief alone."""
        network = bundle("lying_points")
        return [found_by(network, one) for one in self.blank]

    def by_system(self, title: str, pictures: Sequence[LyingPicture | None]) -> Found:
        """Joints by the whole system, each picture by itself."""
        network, reader = bundle("lying_pose"), system("lying_pose")
        pixels = np.full((len(pictures), len(JOINTS), 2), np.nan)
        joints = np.full((len(pictures), len(JOINTS), 3), np.nan)
        for number, one in enumerate(pictures):
            if one is None:
                continue
            pixels[number] = one.pixels
            try:
                person = LyingPerson((one,))
                joints[number] = of_outputs(person, network.run(reader.prepare(person)))[0].positions
            except RecordingError:
                continue  # counted as not found
        return Found(title, pixels, joints)


def turned(whole: Views) -> Views:
    """The quarter turn of each picture that most joints are found best in, as one view."""
    chosen = []
    for one in whole:
        vote = voted({turn: np.nan_to_num(view[:, 2]) for turn, view in zip(TURNS, one, strict=True)})
        chosen.append(one[[TURNS.index(vote.turn_deg)]])
    return np.stack(chosen)


def compared(some: Pictures, cache: Path) -> list[Found]:
    """Each way from the pictures to the joints, the plainest first."""
    whole, colour = np.load(cache / "whole_heavy.npy"), np.load(cache / "colour_heavy.npy")[::EVERY]
    usual, dark = np.load(cache / "colour_full.npy"), np.load(cache / "dark_heavy.npy")
    return [
        some.plain("picture as it is, plain lift", whole[:, :1]),
        some.plain("+ turned: four quarter turns voted", turned(whole)),
        some.plain("+ the person's part in four views, their median", colour),
        some.by_system("+ lying_pose's network", some.points(colour)),
        some.by_system("+ weighed against the relief: what ships, large pose network", some.weighed(colour)),
        some.by_system("the same with the usual pose network", some.weighed(usual)),
        some.by_system(DARK, some.weighed(dark)),
        some.by_system("in the dark, the pose network alone", some.points(dark)),
        some.by_system("in the dark, the relief alone", some.relief()),
    ]


def way_table(pictures: Pictures, found: list[Found], title: str) -> dict[str, Any]:
    true, seen, subject = pictures.array("joints"), pictures.array("visible"), pictures.array("subject")
    rows = []
    for one in found:
        error = joint_error_mm(true, one.joints)
        there = np.isfinite(error).any(axis=1)
        turned_on = [joint_error_mm(t, aligned(t, f)) for t, f in zip(true[there], one.joints[there], strict=True)]
        apart = [np.where(part, error, np.nan) for part in (seen, ~seen)]
        beside = np.linalg.norm(one.pixels - pictures.array("pixels"), axis=-1)
        cells: list[Any] = [one.title, int((~there).sum()), float(np.nanmean(beside))]
        cells += [with_interval(e, subject) for e in (error, *apart)]
        cells += [float(np.nanmedian(error)), float(np.nanmean(turned_on))]
        rows.append([*cells, *(share_within(error, limit) for limit in (50.0, 100.0, 150.0))])
    columns = ["way", "pictures without person", "points off, px", "MPJPE mm", "seen joints", "hidden joints"]
    columns += ["median mm", "PA-MPJPE mm", "PCK3D 50 mm", "100 mm", "150 mm"]
    note = "Aim, end to end: MPJPE ≤ 60 mm. A pixel is about 8 mm at the body."
    return {"title": title, "columns": columns, "rows": rows, "note": note}


def posture_table(pictures: Pictures, found: list[Found]) -> dict[str, Any]:
    rows = []
    postures, subject, seen = (pictures.array(name) for name in ("posture", "subject", "visible"))
    for name in np.unique(postures):
        of_it = postures == name
        cells: list[Any] = [name, int(of_it.sum())]
        for one in found:
            error = joint_error_mm(pictures.array("joints"), one.joints)[of_it]
            cells += [with_interval(error, subject[of_it]), float(np.nanmean(error[~seen[of_it]]))]
        rows.append(cells)
    columns = ["posture", "pictures", *(f"{one.title}: {what}" for one in found for what in ("MPJPE mm", "hidden"))]
    return {"title": f"End to end by posture, {RENDERED}", "columns": columns, "rows": rows}


def joint_table(pictures: Pictures, one: Found) -> dict[str, Any]:
    error, seen = joint_error_mm(pictures.array("joints"), one.joints), pictures.array("visible")
    beside = np.linalg.norm(one.pixels - pictures.array("pixels"), axis=-1)
    rows = [
        [name.replace("_", " "), float(np.nanmean(beside[:, j])), float(np.nanmean(error[seen[:, j], j])),
         float(np.nanmean(error[~seen[:, j], j])), float(np.nanmedian(error[:, j]))]
        for j, name in enumerate(JOINTS)
    ]  # fmt: skip
    columns = ["joint", "points off, px", "seen: MPJPE mm", "hidden: MPJPE mm", "median mm"]
    return {"title": f"End to end by joint, {RENDERED}: {one.title}", "columns": columns, "rows": rows}


def speed_table(pictures: Pictures) -> dict[str, Any]:
    """Processor time of each step, a picture at a time."""
    rows, some = [], [row.frame() for row in pictures.rows[::11]]
    people: list[LyingPerson] = []
    for model in ("full", "heavy"):
        with Looker(model) as looker:
            sighted, times = timed(looker.look, some)
        people = [LyingPerson((one.picture,)) for one in sighted if one.picture is not None]
        rows.append([f"mattress, person and joints' points by both networks, pose network {model}", *times])
    network, reader = bundle("lying_pose"), system("lying_pose")
    fresh = [LyingPerson((dataclasses.replace(one.pictures[0]),)) for one in people]
    rows.append(["tensors, network, joints in space", *timed(lambda p: network.run(reader.prepare(p)), fresh)[1]])
    rows.append(["largest memory of this program, MB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, None])
    note = (
        "Processor time of all threads together, since the machine was shared while this was measured: on a free core "
        "it is the time that one waits, on two about half of the first rows."
    )
    columns = ["what", "p50, s", "p99, s"]
    return {"title": f"Speed, {len(some)} pictures of 320 x 288 px", "columns": columns, "rows": rows, "note": note}


def timed(step: Callable[[Any], Any], given: Sequence[Any]) -> tuple[list[Any], list[float]]:
    """What comes out, and the median and 99th percentile of the seconds of processor time."""
    made, seconds = [], []
    for one in given:
        began = time.process_time()
        made.append(step(one))
        seconds.append(time.process_time() - began)
    return made, [float(np.quantile(seconds, share)) for share in (0.5, 0.99)]


def main(folder: Path, cache: Path) -> None:
    started = time.perf_counter()
    pictures = Pictures.of(folder)
    some, colour = pictures.every(EVERY), np.load(cache / "colour_heavy.npy")
    plain = pictures.plain("the person's part in four views, plain lift", colour)
    pose = pictures.by_system("the pose network, lying_pose", pictures.points(colour))
    ships = pictures.by_system("both networks, lying_pose: what ships", pictures.weighed(colour))
    exact = pictures.by_system("true points, lying_pose", pictures.true_points())
    by_step = compared(some, cache)
    tables = [
        way_table(pictures, [plain, pose, ships, exact], f"From pictures to joints in space, all pictures, {RENDERED}"),
        posture_table(pictures, [plain, pose, ships, exact]),
        joint_table(pictures, ships),
        way_table(some, by_step, f"Each step's gain, every third picture, {RENDERED}"),
        speed_table(pictures),
    ]
    error, subject = joint_error_mm(pictures.array("joints"), ships.joints), pictures.array("subject")
    people = [float(np.nanmean(error[subject == one])) for one in np.unique(subject)]
    in_dark = next(one for one in by_step if one.title == DARK)
    dark = float(np.nanmean(joint_error_mm(some.array("joints"), in_dark.joints)))
    headline = (
        f"Joints of lying people from pictures, end to end, people not seen before, {RENDERED}: "
        f"{with_interval(error, subject)} mm, in the dark {dark:.0f} mm, worst person {max(people):.0f} mm; from true "
        f"points in the picture {np.nanmean(joint_error_mm(pictures.array('joints'), exact.joints)):.0f} mm"
    )
    result = {"title": f"Lying pose end to end, {RENDERED}", "protocol": " ".join(PROTOCOL.split()),
              "headline": [headline], "tables": tables}  # fmt: skip
    save("lying_end_to_end", result, data=[folder / "labels.npz", folder / "index.csv"], started=started)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
