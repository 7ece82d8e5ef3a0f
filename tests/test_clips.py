"""The real clips count right: once, looped, and without being told the exercise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import rehabkit as rk
from rehabkit.exercises import library
from rehabkit.recordings.skeleton import Skeleton

CLIPS = Path(__file__).parent / "data" / "clips"
RECORDINGS = {
    "curl": (rk.demo_recording("elbow_flexion"), "curl", 3, 1),
    "push_up": (rk.demo_recording("push_up"), "push-up", 2, 0),
    "squat_and_a_start": (rk.demo_recording("deep_squat"), "squat", 1, 1),
    "squat_front": (CLIPS / "squat_front.npz", "squat", 1, 0),
    "squat_quick": (CLIPS / "squat_quick.npz", "squat", 1, 0),
    "squat_from_the_bottom": (CLIPS / "squat_from_the_bottom.npz", "squat", 0, 2),
}
"""Recording, exercise, complete and partial repetitions as seen by eye."""


def looped(skeleton: Skeleton, n_times: int) -> Skeleton:
    """The recording played ``n_times`` without a pause between."""
    period_s = skeleton.duration_s + 1 / skeleton.rate_hz
    return replace(
        skeleton,
        time_s=np.concatenate([skeleton.time_s - skeleton.time_s[0] + i * period_s for i in range(n_times)]),
        positions=np.tile(skeleton.positions, (n_times, 1, 1)),
        confidence=np.tile(skeleton.confidence, (n_times, 1)),
        estimated_m=np.tile(skeleton.estimated_m, (n_times, 1, 1)),
    )


@pytest.fixture
def assess_looped(tmp_path):
    def assess(path: Path, exercise: str | None, n_times: int) -> rk.Assessment:
        rk.write_skeleton(looped(rk.read_skeleton(path), n_times), tmp_path / "looped.npz")
        return rk.assess(tmp_path / "looped.npz", exercise)

    return assess


@pytest.mark.parametrize("name", RECORDINGS)
def test_counts_what_is_seen_by_eye(name):
    path, exercise, n_complete, n_partial = RECORDINGS[name]
    assessment = rk.assess(path, exercise)
    assert (assessment.n_repetitions, assessment.n_partial) == (n_complete, n_partial)
    assert all(r.reason for r in assessment.repetitions if r.kind == "partial")


@pytest.mark.parametrize("name", ["curl", "push_up", "squat_and_a_start", "squat_front", "squat_quick"])
def test_counts_an_exercise_that_nobody_named(name):
    path, exercise, n_complete, _ = RECORDINGS[name]
    assessment = rk.assess(path)
    assert assessment.exercise in ("unknown", library.load(exercise).name)
    assert assessment.n_repetitions == n_complete


@pytest.mark.parametrize("n_times", [2, 3, 5, 10])
@pytest.mark.parametrize("name", ["push_up", "squat_front", "squat_quick"])
def test_a_clip_that_starts_and_ends_at_rest_counts_once_a_loop(assess_looped, name, n_times):
    path, exercise, n_complete, _ = RECORDINGS[name]
    assert assess_looped(path, exercise, n_times).n_repetitions == n_times * n_complete


@pytest.mark.parametrize("n_times", [2, 3, 5, 10])
def test_a_clip_from_bottom_to_bottom_holds_one_less_and_two_partials(assess_looped, n_times):
    assessment = assess_looped(CLIPS / "squat_from_the_bottom.npz", "squat", n_times)
    assert (assessment.n_repetitions, assessment.n_partial) == (n_times - 1, 2)


def test_a_plank_is_a_hold_and_no_repetition():
    assessment = rk.assess(CLIPS / "plank.npz", "plank")
    assert assessment.n_repetitions == 0
    (hold,) = assessment.holds
    assert hold.duration_s == pytest.approx(117 / 30, abs=0.3)
    assert rk.assess(CLIPS / "plank.npz").n_repetitions == 0


@pytest.mark.parametrize("exercise", ["squat", "push-up", "curl"])
def test_a_plank_is_none_of_the_moving_exercises(exercise):
    assert rk.assess(CLIPS / "plank.npz", exercise, anyway=True).n_repetitions == 0
