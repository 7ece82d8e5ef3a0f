"""Is a recording fit to be assessed, and what to do about it.

Two sets of questions: what the container says (before the pose network is run), and what the skeleton says.
``unfit`` stops an assessment unless it is asked for anyway; ``warning`` is kept with the result.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rehabkit.exercises.definition import Exercise
from rehabkit.findings import CheckResult
from rehabkit.kinematics.measures import MEASURES, supported
from rehabkit.kinematics.view import ViewEstimate
from rehabkit.recordings.skeleton import Skeleton

Array = NDArray[np.float64]

LOWEST_RATE_HZ, GOOD_RATE_HZ, HIGHEST_RATE_HZ = 10.0, 20.0, 130.0
"""Below 10 frames/s a quick repetition has too few frames; above 130 it is slow motion, whose clock may not be real."""
LARGEST_SIDE_PX, SMALLEST_SIDE_PX = 3000, 240
DARK, BRIGHT = 40.0, 225.0
"""Mean luma (0 to 255) below or above which landmarks get unsteady."""
NEAR_SHARE, FAR_SHARE = 0.95, 0.25
"""Share of the picture's height that the whole body should fill."""
CUT_OFF_SHARE = 0.5
"""A joint outside the picture for more than this share of the frames with a person is cut off."""
SURE = 0.5
"""MediaPipe's visibility from which a joint is taken as seen."""


def check_container(width_px: int, height_px: int, rate_hz: float) -> list[CheckResult]:
    """What the size and rate of a video say, before any frame is looked at.

    Parameters
    ----------
    width_px, height_px : size of the upright picture.
    rate_hz : mean frame rate.

    Examples
    --------
    >>> [r.status for r in check_container(1280, 720, 30.0)], [r.status for r in check_container(1280, 720, 5.0)]
    (['ok', 'ok'], ['ok', 'unfit'])
    """
    return [_check_size(width_px, height_px), _check_rate(rate_hz)]


def check_skeleton(
    skeleton: Skeleton,
    view: ViewEstimate,
    exercise: Exercise | None,
    brightness: Array,
    n_people: int,
    person: str,
) -> list[CheckResult]:
    """What the skeleton says of view, distance, light and framing.

    Parameters
    ----------
    skeleton : raw skeleton, NaN where nobody was seen.
    view : the estimated view.
    exercise : the exercise to be assessed, ``None`` if unknown.
    brightness : (n_samples,) mean luma of sampled frames, 0 to 255; empty when there is no picture.
    n_people : how many people were seen.
    person : which of them was followed, in words.
    """
    parts = (
        _check_presence(skeleton),
        _check_people(n_people, person),
        _check_light(brightness),
        _check_framing(skeleton, exercise, n_people),
        _check_distance(skeleton),
        _check_view(skeleton, view, exercise),
    )
    return [result for part in parts for result in part]


def _check_size(width_px: int, height_px: int) -> CheckResult:
    if max(width_px, height_px) > LARGEST_SIDE_PX:
        return CheckResult(
            name="size",
            status="unfit",
            message=f"picture must be at most {LARGEST_SIDE_PX} px on its long side, got {width_px}×{height_px}",
            remedy="film in 1080p or 720p, which is all that the pose network uses, or add --anyway to scale it down",
        )
    if min(width_px, height_px) < SMALLEST_SIDE_PX:
        return CheckResult(
            name="size",
            status="warning",
            message=f"picture is small: {width_px}×{height_px} px",
            remedy="film in 720p",
        )
    return CheckResult(name="size", status="ok", message=f"{width_px}×{height_px} px")


def _check_rate(rate_hz: float) -> CheckResult:
    if rate_hz < LOWEST_RATE_HZ:
        message = f"frame rate must be at least {LOWEST_RATE_HZ:g} frames/s, got {rate_hz:.3g}"
        remedy = "film at 30 frames/s, or add --anyway: quick repetitions may then be missed"
        return CheckResult(name="rate", status="unfit", message=message, remedy=remedy)
    if rate_hz > HIGHEST_RATE_HZ:
        message = f"frame rate must be at most {HIGHEST_RATE_HZ:g} frames/s, got {rate_hz:.4g}"
        remedy = "film at 30 or 60 frames/s without slow motion, or add --anyway: it takes longer, and tempo is only right if the file's clock is"  # noqa: E501
        return CheckResult(name="rate", status="unfit", message=message, remedy=remedy)
    if rate_hz < GOOD_RATE_HZ:
        message = f"{rate_hz:.3g} frames/s: tempo and smoothness of quick movements are uncertain"
        return CheckResult(name="rate", status="warning", message=message, remedy="film at 30 frames/s")
    return CheckResult(name="rate", status="ok", message=f"{rate_hz:.3g} frames/s")


def _seen(skeleton: Skeleton) -> NDArray[np.bool_]:
    return np.asarray(np.isfinite(skeleton.positions[..., 0]).any(axis=1))


def _check_presence(skeleton: Skeleton) -> Iterator[CheckResult]:
    share = float(_seen(skeleton).mean())
    message = f"a person is seen in {share:.0%} of the frames"
    remedy = "keep the whole body in view, and cut titles and other scenes away"
    yield CheckResult.of("person", message, remedy, fit=share >= 0.8)


def _check_people(n_people: int, person: str) -> Iterator[CheckResult]:
    if n_people > 1:
        yield CheckResult(
            name="people",
            status="warning",
            message=f"{n_people} people are in view; followed: {person}",
            remedy="choose another with --person, or film one person alone",
        )


def _check_light(brightness: Array) -> Iterator[CheckResult]:
    if not len(brightness):
        return
    luma = float(np.median(brightness))
    message = f"mean brightness is {luma:.0f} of 255"
    remedy = "put more light on, from the front" if luma < DARK else "turn away from the bright window"
    yield CheckResult.of("light", message, remedy, fit=DARK <= luma <= BRIGHT)


def cut_off_joints(skeleton: Skeleton, joints: tuple[str, ...]) -> list[str]:
    """Joints that lie outside the picture in most frames with a person."""
    if skeleton.frame_size_px is None:
        return []
    seen = _seen(skeleton)
    size = np.array(skeleton.frame_size_px, dtype=float)
    cut = []
    for name in (j for j in joints if skeleton.has(j)):
        position = skeleton.joint(name)[seen]
        outside = ~np.isfinite(position).all(axis=1) | (position < 0).any(axis=1) | (position > size).any(axis=1)
        if outside.mean() > CUT_OFF_SHARE:
            cut.append(name)
    return cut


def _check_framing(skeleton: Skeleton, exercise: Exercise | None, n_people: int) -> Iterator[CheckResult]:
    if skeleton.frame_size_px is None:
        return
    remedy = "move the camera back until the whole body is in the picture all the time"
    if n_people > 1:
        remedy = f"follow another of the {n_people} people with --person, or {remedy}"
    cut = {side: cut_off_joints(skeleton, _needed(exercise, side)) for side in ("left", "right")}
    named = ", ".join(joint.replace("_", " ") for side in cut.values() for joint in side)
    if all(cut.values()) and exercise is not None:
        message = f"person is cut off: {named} outside the picture most of the time"
        yield CheckResult(name="framing", status="unfit", message=message, remedy=remedy + ", or add --anyway")
    elif named:
        message = f"{named} outside the picture most of the time"
        yield CheckResult(name="framing", status="warning", message=message, remedy=remedy)
    else:
        yield CheckResult(name="framing", status="ok", message="the body is inside the picture")


def _needed(exercise: Exercise | None, side: str) -> tuple[str, ...]:
    if exercise is None:
        return tuple(f"{side}_{joint}" for joint in ("shoulder", "hip", "knee", "ankle"))
    return MEASURES[exercise.measures[0]].joints_of(side)


def _check_distance(skeleton: Skeleton) -> Iterator[CheckResult]:
    if skeleton.frame_size_px is None:
        return
    size = np.array(skeleton.frame_size_px, dtype=float)
    inside = np.clip(skeleton.positions[_seen(skeleton)], 0.0, size)  # (frames, joints, x and y)
    extent = np.nanmax(inside, axis=1) - np.nanmin(inside, axis=1)
    share = float(np.median((extent / size).max(axis=1)))
    message = f"the body fills {share:.0%} of the picture"
    remedy = "come nearer to the camera" if share < FAR_SHARE else "step back from the camera"
    yield CheckResult.of("distance", message, remedy, fit=not (share < FAR_SHARE or share > NEAR_SHARE))


def _check_view(skeleton: Skeleton, view: ViewEstimate, exercise: Exercise | None) -> Iterator[CheckResult]:
    if exercise is None:
        yield CheckResult(name="view", status="ok", message=view.text.rstrip("."))
        return
    why_not = supported(exercise.measures[0], view.name, skeleton)
    remedy = f"repetitions can be counted, but {why_not}"
    yield CheckResult.of("view", view.text.rstrip("."), remedy, fit=why_not is None)
