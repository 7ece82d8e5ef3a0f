"""Depth pictures of someone in bed → where their joints are: a PNG with its colour picture, or a camera's recording."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from rehabkit.errors import InputError, RecordingError
from rehabkit.figures import Curves, Figure
from rehabkit.findings import Assessment, CheckResult, Evidence, Finding, RecordingInfo
from rehabkit.judgement import Judged, judge
from rehabkit.kinematics.depth.segments import ANGLES, joint_angles
from rehabkit.picture_pipeline.given import Asked, Progress
from rehabkit.picture_pipeline.lying_look import Looker, Sighted, best_model
from rehabkit.picture_pipeline.lying_quality import Extent, lying_quality, n_people
from rehabkit.recordings import depth_files
from rehabkit.recordings.files import sha256
from rehabkit.recordings.rgbd import RgbdFrame, RgbdSequence
from rehabkit.sensor_pipeline import assessment_of
from rehabkit.systems.lying_pose.body import of_outputs
from rehabkit.systems.lying_pose.picture import JOINTS, LyingPerson
from rehabkit.systems.lying_pose.tensors import seen

SYSTEM = "lying_pose"
EVERY_S, MOST = 0.5, 60
"""Pictures of a recording are looked at this far apart, and twice as far whenever so many have come together."""
LEAST_M = 0.4
"""What rises above the mattress and is shorter than a curled-up child is nobody."""
LEAST_SPAN = 0.4
"""Share of the length of what rises above the mattress that joints span at least."""
LEAST_OVER_TIME = 3
"""Pictures that curves are drawn of at least."""


@dataclass(frozen=True)
class Watched:
    """What was seen in the pictures of a recording that were looked at.

    Parameters
    ----------
    sighted : those that show a person whose joints could be found.
    why_not : for each of the others, what it lacks.
    first : the first picture, as it was recorded.
    lasting_s : time of the last picture that was read.
    n_pictures : that were read, looked at or not.
    """

    sighted: list[Sighted]
    why_not: list[str]
    first: RgbdFrame
    lasting_s: float
    n_pictures: int

    @property
    def n_looked(self) -> int:
        """Pictures that were looked at."""
        return len(self.sighted) + len(self.why_not)

    @property
    def best(self) -> Sighted:
        """The one whose joints were found most surely."""
        return max(self.sighted, key=lambda one: float(one.confidence.sum()))

    @property
    def person(self) -> LyingPerson:
        """What the system reads."""
        return LyingPerson(tuple(one.picture for one in self.sighted if one.picture is not None), len(self.why_not))


def way(asked: Asked) -> Assessment:
    """Assess how somebody lies.

    Raises
    ------
    RecordingError
        If a file is missing or malformed, shows no mattress or nobody on it, or is unfit and ``anyway`` isn't set.
    InputError
        If something was given that belongs to another system.
    ModelError
        If a network is missing.
    """
    path, sequence = opened(asked)
    with Looker(best_model()) as looker:
        watched = watch(sequence, looker, asked.progress)
        if not watched.sighted:
            raise RecordingError(f"{path.name}: {_most_common(watched.why_not)}")
        models = looker.models
    checks = _checks_of(watched)
    if (unfit := [c for c in checks if c.status == "unfit"]) and not asked.anyway:
        raise RecordingError(f"{path.name}: " + "; ".join(f"{c.message}; {c.remedy}" for c in unfit))
    judged = judge(SYSTEM, watched.person)
    findings = [*judged.findings, *_in_the_dark(watched)]
    judged = replace(judged, findings=findings, figures=[*judged.figures, *over_time(watched.person, judged)])
    return assessment_of(SYSTEM, judged, _info(path, watched, checks), asked.patient, models)


def check(asked: Asked) -> list[CheckResult]:
    """Is a depth picture or recording fit to be assessed, and where should the camera go?

    Errors as those of :func:`way`, but for an unfit recording, which is a result here.
    """
    path, sequence = opened(asked)
    with Looker(best_model()) as looker:
        watched = watch(sequence, looker, asked.progress)
        if not watched.sighted:
            why = f"{path.name}: {_most_common(watched.why_not)}"
            return [CheckResult(name="person", status="unfit", message=why, remedy="show the whole bed from above")]
        return _checks_of(watched)


def opened(asked: Asked) -> tuple[Path, RgbdSequence]:
    """The file, and the depth pictures in it.

    Raises
    ------
    RecordingError, InputError
        If a file is malformed, or something was given that has no place here.
    """
    asked.beside.only(SYSTEM, "files", "intrinsics", "units")
    path, files = asked.path(SYSTEM), asked.beside.files
    if len(files) > 1:
        raise InputError(
            f"{SYSTEM} must have at most one colour picture beside {path.name}, got {len(files)}; leave the others out"
        )
    if files and not depth_files.is_depth(path) and depth_files.is_depth(files[0]):
        raise RecordingError(f"depth must come before colour, got {path.name} first; write {files[0].name} {path.name}")
    colour = files[0] if files else None
    return path, depth_files.read(path, colour, asked.beside.intrinsics, asked.beside.units)


def watch(sequence: RgbdSequence, looker: Looker, progress: Progress | None = None) -> Watched:
    """Look through a recording, every so often.

    Raises
    ------
    RecordingError
        If it can't be read.
    """
    sighted: list[Sighted] = []
    why_not: list[str] = []
    first: RgbdFrame | None = None
    number, every_s, next_s, last_s = 0, EVERY_S, -np.inf, 0.0
    for number, frame in enumerate(sequence, 1):
        first, last_s = first or frame, frame.time_s
        if frame.time_s < next_s:
            continue
        one, lacking = _looked(frame, looker)
        if one is not None:
            sighted.append(one)
        else:
            why_not.append(lacking)
        if len(sighted) == MOST:
            sighted, every_s = sighted[::2], 2 * every_s
            why_not = why_not[::2]
        next_s = frame.time_s + every_s
        if progress is not None:
            progress(number, None)
    return Watched(sighted, why_not, first or sequence.first(), last_s, number)


def _looked(frame: RgbdFrame, looker: Looker) -> tuple[Sighted | None, str]:
    """What one picture shows, or what it lacks."""
    try:
        one = looker.look(frame)
    except RecordingError as error:
        return None, str(error)
    if one.picture is None or not _spans(one):
        return None, nobody(one)
    try:
        seen(one.picture)  # what the system would refuse
    except RecordingError as error:
        return None, str(error)
    return one, ""


def _spans(one: Sighted) -> bool:
    """Whether what rises above the mattress is long enough, and the joints fill it: in things they crowd together."""
    extent = Extent.of(one.frame, one.bed, one.body)
    points = one.picture.pixels[one.picture.found] if one.picture is not None else np.zeros((0, 2))
    span_px = float(np.hypot(*np.ptp(points, axis=0))) if len(points) else 0.0
    return extent.length_m >= LEAST_M and span_px >= LEAST_SPAN * extent.length_px


def nobody(one: Sighted) -> str:
    """Why a picture shows no person, and what to do."""
    remedy = "show the whole bed from above, without a blanket, with intrinsics of this very camera"
    if not one.body.any():
        return f"a person must lie on the mattress, got nothing that rises above it; {remedy}"
    length_m = Extent.of(one.frame, one.bed, one.body).length_m
    got = f"something {length_m:.2f} m long in which the pose network finds somebody in {one.found:.0%} of the views"
    return f"a person must lie on the mattress, got {got}; {remedy}"


def _checks_of(watched: Watched) -> list[CheckResult]:
    """Of the best picture, and how many showed anybody."""
    best = watched.best
    checks = lying_quality(best.frame, best.bed, best.body, best.picture)
    if watched.n_looked == 1:
        return checks
    message = f"{len(watched.sighted)} of {watched.n_looked} pictures show a person"
    enough = len(watched.sighted) >= watched.n_looked / 2
    remedy = "" if enough else f"of the others most say: {_most_common(watched.why_not)}"
    return [*checks, CheckResult.of("pictures", message, remedy, fit=enough)]


def _most_common(texts: Sequence[str]) -> str:
    return max(texts, key=texts.count)


def _in_the_dark(watched: Watched) -> list[Finding]:
    """That joints weren't found by colour."""
    if watched.best.by_colour:
        return []
    method = (
        f"MediaPipe pose landmarks in {len(watched.best.views)} views of the person's part, made visible by shading"
    )
    return [
        Finding(
            name="joints_found_in", label="Joints of the picture found in", category="recording", value="depth alone",
            text="There was no colour picture: joints were found in depth alone, which is less sure.",
            attention=True, evidence=Evidence(method=method),
        )
    ]  # fmt: skip


def over_time(person: LyingPerson, judged: Judged) -> Iterator[Figure]:
    """Angles between the body's parts, where there are pictures enough to draw them over time."""
    if len(person.pictures) < LEAST_OVER_TIME:
        return
    angles = [joint_angles(JOINTS, body.positions) for body in of_outputs(person, judged.outputs)]
    lines = {name.replace("_", " "): [_known(one[name]) for one in angles] for name in ANGLES}
    yield Curves(
        title="Angles between parts of the body", unit="deg", time_s=[round(float(t), 3) for t in person.time_s],
        lines=lines, simulated=True,
        caption="0 is straight. By a network that was made with rendered people; not measured on a real camera.",
    )  # fmt: skip


def _known(angle_deg: float) -> float | None:
    return round(angle_deg, 1) if np.isfinite(angle_deg) else None


def _info(path: Path, watched: Watched, checks: list[CheckResult]) -> RecordingInfo:
    first, best, lasting_s = watched.first, watched.best, watched.lasting_s
    how = ("colour" if best.by_colour else "depth alone") + (" and the bed's relief" if best.by_relief else "")
    lean = float(np.degrees(np.arccos(np.clip(-best.bed.plane.up[2], -1, 1))))
    return RecordingInfo(
        name=path.name,
        kind="depth",
        sha256=sha256(path),
        sensor=first.sensor,
        duration_s=round(lasting_s, 3),
        n_frames=watched.n_pictures,
        rate_hz=round((watched.n_pictures - 1) / lasting_s, 3) if lasting_s > 0 else 0.0,
        frame_size_px=(first.intrinsics.width, first.intrinsics.height),
        view=f"lying, from {lean:.0f} degrees beside straight above",
        n_people=n_people(best.frame, best.bed, best.body),
        checks=checks,
        history=[
            *best.frame.history,
            f"joints found by {how}, {watched.n_looked} pictures looked at",
        ],
    )
