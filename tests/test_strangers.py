"""Strangers' videos: what they do to a recording is done here to real landmarks, and the count must stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import rehabkit as rk
from rehabkit.exercises.library import load
from rehabkit.fitness import check_skeleton
from rehabkit.kinematics.view import estimate_view
from rehabkit.pose.smoothing import clean
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.systems.exercise_session.movement import prepare

CLIPS = Path(__file__).parent / "data" / "clips"

Change = Callable[[Skeleton], Skeleton]


def recording(name: str) -> Skeleton:
    """A real one: from the tests' clips or those that ship with the package."""
    path = CLIPS / f"{name}.npz"
    return rk.read_skeleton(path if path.exists() else rk.demo_recording(name))


def at(skeleton: Skeleton, frames: np.ndarray, time_s: np.ndarray | None = None) -> Skeleton:
    """These frames of it, at these times or else at its own rate."""
    assert skeleton.estimated_m is not None
    return replace(
        skeleton,
        time_s=np.arange(len(frames)) / 30 if time_s is None else time_s,
        positions=skeleton.positions[frames],
        confidence=skeleton.confidence[frames],
        estimated_m=skeleton.estimated_m[frames],
    )


def played(skeleton: Skeleton, n_times: int) -> Skeleton:
    return at(skeleton, np.tile(np.arange(skeleton.n_frames), n_times))


def frozen(skeleton: Skeleton, frame: int, seconds: float) -> Skeleton:
    """One frame for a while, with the tremble of a pose network."""
    still = at(skeleton, np.full(round(30 * seconds), frame))
    return replace(still, positions=still.positions + np.random.default_rng(0).normal(0, 1, still.positions.shape))


def title(like: Skeleton, seconds: float = 2.0) -> Skeleton:
    """Nobody in view."""
    blank = at(like, np.zeros(round(30 * seconds), dtype=int))
    return replace(
        blank,
        positions=np.full_like(blank.positions, np.nan),
        confidence=np.zeros_like(blank.confidence),
        estimated_m=np.full_like(blank.estimated_m, np.nan),
    )


def joined(*parts: Skeleton) -> Skeleton:
    """Parts cut together, all at 30 frames a second."""
    return replace(
        parts[0],
        time_s=np.arange(sum(part.n_frames for part in parts)) / 30,
        positions=np.concatenate([part.positions for part in parts]),
        confidence=np.concatenate([part.confidence for part in parts]),
        estimated_m=np.concatenate([part.estimated_m for part in parts]),
    )


def moved(skeleton: Skeleton, offset_px: np.ndarray, scale: np.ndarray | float = 1.0) -> Skeleton:
    """The picture shifted and scaled, frame by frame; what the network estimates in metres stays."""
    scale = np.broadcast_to(scale, (skeleton.n_frames,))[:, None, None]
    return replace(skeleton, positions=skeleton.positions * scale + offset_px[:, None, :])


def mirrored(skeleton: Skeleton) -> Skeleton:
    """As a front camera stores it: right and left change places."""
    assert skeleton.frame_size_px is not None and skeleton.estimated_m is not None
    others = [name.replace("left", "*").replace("right", "left").replace("*", "right") for name in skeleton.joint_names]
    columns = [skeleton.joint_names.index(name) for name in others]
    return replace(
        skeleton,
        positions=(skeleton.positions * [-1, 1] + [skeleton.frame_size_px[0], 0])[:, columns],
        confidence=skeleton.confidence[:, columns],
        estimated_m=(skeleton.estimated_m * [-1, 1, 1])[:, columns],
    )


def irregular(skeleton: Skeleton) -> Skeleton:
    """A phone's variable frame rate: three frames of ten dropped, the others up to 12 ms late."""
    numbers = np.random.default_rng(0)
    kept = np.sort(numbers.choice(skeleton.n_frames, round(0.7 * skeleton.n_frames), replace=False))
    return at(skeleton, kept, kept / 30 + numbers.uniform(0, 0.012, len(kept)))


def every(n: int) -> Change:
    return lambda s: at(s, np.arange(0, s.n_frames, n), np.arange(0, s.n_frames, n) / 30)


def slower(times: int) -> Change:
    """Slow motion that stays slow when played: each frame is shown several times."""
    return lambda s: at(s, np.repeat(np.arange(s.n_frames), times))


def doubled(skeleton: Skeleton) -> Skeleton:
    """60 frames a second made of 30."""
    frames = np.repeat(np.arange(skeleton.n_frames), 2)
    return at(skeleton, frames, np.arange(len(frames)) / 60)


def shaken(skeleton: Skeleton) -> Skeleton:
    """Hand-held: a tremble of 1 % of the picture on a sway of 5 %."""
    size = np.array(skeleton.frame_size_px)
    sway = 0.05 * size * np.sin(2 * np.pi * 0.4 * skeleton.time_s)[:, None]
    return moved(skeleton, sway + np.random.default_rng(0).normal(0, 0.01, (skeleton.n_frames, 2)) * size)


def zoomed(skeleton: Skeleton) -> Skeleton:
    """By 5 % a second."""
    scale = 1.0 + 0.05 * skeleton.time_s
    return moved(skeleton, (1 - scale)[:, None] * np.array(skeleton.frame_size_px) / 2, scale)


def half_size(skeleton: Skeleton) -> Skeleton:
    assert skeleton.frame_size_px is not None
    width, height = skeleton.frame_size_px
    small = moved(skeleton, np.zeros((skeleton.n_frames, 2)), 0.5)
    return replace(small, frame_size_px=(width // 2, height // 2))


def between_titles(skeleton: Skeleton) -> Skeleton:
    return joined(title(skeleton), skeleton, title(skeleton))


def standing_about(skeleton: Skeleton) -> Skeleton:
    return joined(frozen(skeleton, 0, 3.0), skeleton, frozen(skeleton, -1, 3.0))


def walking_in(skeleton: Skeleton) -> Skeleton:
    """In from the left at a body's height in 3 s, with steps, and out again on the same way."""
    time_s = np.arange(90) / 30
    height_px = float(np.nanmax(np.ptp(skeleton.positions[0], axis=0)))
    steps = frozen(skeleton, 0, 3.0)
    positions = steps.positions.copy()
    for side, phase in (("left", 0.0), ("right", np.pi)):
        swing = 0.1 * height_px * np.sin(2 * np.pi * time_s + phase)
        for share, joint in ((0.5, "knee"), (1.0, "ankle"), (1.0, "heel"), (1.0, "foot_index")):
            positions[:, steps.joint_names.index(f"{side}_{joint}"), 0] += share * swing
    steps = replace(steps, positions=positions)
    way = np.stack([height_px * (time_s / 3.0 - 1.0), np.zeros(90)], axis=1)
    return joined(moved(steps, way), skeleton, moved(steps, way[::-1]))


CHANGES: dict[str, Change] = {
    "mirrored": mirrored,
    "15 frames a second": every(2),
    "10 frames a second": every(3),
    "60 frames a second": doubled,
    "variable rate": irregular,
    "slow motion, 2 times": slower(2),
    "slow motion, 4 times": slower(4),
    "shaken": shaken,
    "zoomed": zoomed,
    "half the size": half_size,
    "between titles": between_titles,
    "standing about": standing_about,
    "walking in and out": walking_in,
}
RECORDINGS = {
    "squat front": (played(recording("squat_front"), 3), "squat", 3),
    "squat side": (played(recording("squat_quick"), 3), "squat", 3),
    "push-up": (recording("push_up"), "push-up", 2),
    "curl": (at(recording("elbow_flexion"), np.arange(72, 432)), "curl", 3),
}
"""Recording, exercise, repetitions; all start and end at rest (the curl as a whole starts with bent arms)."""


@pytest.fixture
def assess(tmp_path):
    def assess(skeleton: Skeleton, exercise: str | None) -> rk.Assessment:
        rk.write_skeleton(skeleton, tmp_path / "stranger.npz")
        return rk.assess(tmp_path / "stranger.npz", exercise, anyway=True)

    return assess


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", RECORDINGS)
def test_the_count_survives(name, change):
    skeleton, exercise, n_complete = RECORDINGS[name]
    changed = clean(CHANGES[change](skeleton))
    for definition in (load(exercise), None):
        assert len(prepare(changed, estimate_view(changed), definition).complete) == n_complete


@pytest.mark.parametrize("exercise", ["squat", None])
def test_two_clips_cut_together_add_up(assess, exercise):
    front, side = played(recording("squat_front"), 2), played(recording("squat_quick"), 3)
    assert assess(joined(front, side), exercise).n_repetitions == 5


def test_a_repetition_that_ends_at_a_cut_was_on_the_spot(assess):
    """The next scene shows the person elsewhere, and lying."""
    squats = played(recording("squat_quick"), 3)
    assert assess(joined(squats, recording("push_up")), "squat").n_repetitions == 3


@pytest.mark.parametrize("exercise", ["squat", None])
def test_a_title_between_two_sets(assess, exercise):
    squats = played(recording("squat_quick"), 2)
    assert assess(joined(squats, title(squats), squats), exercise).n_repetitions == 4


@pytest.mark.parametrize("exercise", ["squat", None])
def test_a_repetition_that_a_title_cuts_is_partial(assess, exercise):
    squat = recording("squat_front")
    cut = at(squat, np.arange(35))
    assessment = assess(joined(squat, cut, title(squat), squat), exercise)
    assert (assessment.n_repetitions, assessment.n_partial) == (2, 1)
    assert any("not seen" in (r.reason or "") for r in assessment.repetitions)


@pytest.mark.parametrize("n_times", [1, 3, 5])
def test_from_the_bottom_to_the_bottom_without_a_name(assess, n_times):
    """The knee's rest is straight: what a recording cuts off at both ends are two halves."""
    assessment = assess(played(recording("squat_from_the_bottom"), n_times), None)
    assert (assessment.n_repetitions, assessment.n_partial) == (n_times - 1, 2)


def test_rising_from_a_chair_without_a_name(assess):
    """Rest is at the bent end where the recording starts and ends there, seated."""
    squats = played(recording("squat_front"), 4)
    low = np.flatnonzero(np.diff(np.sign(np.diff(squats.joint("nose")[:, 1]))) < 0)  # turning at the bottom
    bottom = int(max(low[:20], key=lambda i: squats.joint("nose")[i, 1]))
    rises = at(squats, np.arange(bottom, bottom + 3 * 75 + 1))
    seated = joined(frozen(rises, 0, 1.0), rises, frozen(rises, -1, 1.0))
    assert assess(seated, None).n_repetitions == 3
    assert assess(seated, "sit to stand").n_repetitions == 3


@pytest.mark.parametrize(
    ("name", "exercise", "instead"),
    [
        ("push_up", "squat", "elbow flexion is done 2 times"),
        ("squat_quick", "push-up", "is done once"),
        ("plank", "push-up", ""),
    ],
)
def test_the_wrong_exercise_is_said(assess, name, exercise, instead):
    assessment = assess(recording(name), exercise)
    assert assessment.n_repetitions == 0
    (count,) = (f for f in assessment.findings if f.name == "n_repetitions")
    assert count.attention
    assert count.text.startswith("No complete repetition of")
    assert instead in count.text


def test_another_person_is_offered_where_the_one_followed_is_cut_off(squatting):
    time_s = np.arange(60) / 30
    legs_out = replace(squatting(time_s, np.full(60, 5.0)), frame_size_px=(1280, 400))
    view = estimate_view(legs_out)
    for n_people, offered in ((1, False), (2, True)):
        checks = check_skeleton(legs_out, view, load("squat"), np.empty(0), n_people, "the person on the left")
        (framing,) = (c for c in checks if c.name == "framing")
        assert framing.status == "unfit"
        assert ("--person" in framing.remedy) is offered
