"""Counting by an exercise's own rule, on drawn bodies and on real recordings."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rehabkit.exercises.counting import count, signals_of
from rehabkit.exercises.library import load
from rehabkit.recordings.datasets.uiprmd import UiPrmd
from rehabkit.recordings.skeleton import MEDIAPIPE_JOINTS, Skeleton

RATE_HZ = 30.0


def complete(name: str, time_s: np.ndarray, **signals: np.ndarray) -> int:
    found = count(load(name), time_s, signals)
    return sum(one.kind == "complete" for _, one in found)


def cycles(n: int, low: float, high: float, starts_high: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """n smooth movements of 2 s from one angle to the other and back, a second of rest before and after."""
    time_s = np.arange(0, 2 * n + 2, 1 / RATE_HZ)
    phase = np.clip((time_s - 1) / 2, 0, n)
    share = (1 - np.cos(2 * np.pi * phase)) / 2
    return time_s, low + (high - low) * (1 - share if starts_high else share)


@pytest.mark.parametrize("n", [1, 2, 5, 12])
def test_squats_of_a_drawn_body(squatting: Callable[..., Skeleton], n: int):
    time_s, knee_deg = cycles(n, 5, 95)
    skeleton = squatting(time_s, knee_deg)
    exercise = load("squat")
    assert complete("squat", skeleton.time_s, **signals_of(exercise, skeleton)) == n


def test_a_weak_attempt_counts_and_standing_about_does_not():
    time_s, small = cycles(4, 5, 35)
    assert complete("squat", time_s, both=small) == 4
    sway = 5 + 4 * np.sin(time_s)
    assert complete("squat", time_s, both=sway) == 0


@pytest.mark.parametrize("starts_sitting", [True, False])
@pytest.mark.parametrize("n", [1, 3, 5])
def test_sit_to_stand_counts_from_either_end(n: int, starts_sitting: bool):
    time_s, knee_deg = cycles(n, 5, 90, starts_high=starts_sitting)
    assert complete("sit to stand", time_s, left=knee_deg, right=knee_deg) == n


def test_squat_counts_only_from_standing():
    time_s, knee_deg = cycles(3, 5, 90, starts_high=True)
    assert complete("squat", time_s, both=knee_deg) == 2


def test_marching_counts_every_knee():
    time_s, left = cycles(4, 5, 80)
    still = np.full_like(left, 5.0)
    both_sides = {"left": np.concatenate([left, still]), "right": np.concatenate([still, left])}
    time_s = np.arange(2 * len(left)) / RATE_HZ
    found = count(load("marching"), time_s, both_sides)
    assert [side for side, _ in found] == ["left"] * 4 + ["right"] * 4


def test_a_held_exercise_has_no_repetitions():
    time_s, angle = cycles(3, 0, 90)
    assert count(load("plank"), time_s, {"both": angle}) == []


def lying_down(seconds_up: float, seconds_down: float) -> Skeleton:
    """A straight body, seen from its right side, that stands and then is in a plank; shoulder to ankle in a line."""
    along = {"shoulder": 1.4, "elbow": 1.1, "wrist": 0.9, "hip": 0.9, "knee": 0.45, "ankle": 0.0, "heel": -0.05}
    time_s = np.arange(0, seconds_up + seconds_down, 1 / RATE_HZ)
    lean = np.where(time_s < seconds_up, 0.0, np.radians(85))
    metres = np.zeros((len(time_s), len(MEDIAPIPE_JOINTS), 3))
    for i, joint in enumerate(MEDIAPIPE_JOINTS):
        height = along.get(joint.partition("_")[2], 1.6 if "foot" not in joint else -0.03)
        ahead = 0.12 if "foot" in joint or joint == "nose" else 0.0
        metres[:, i, 0] = height * np.sin(lean) + ahead * np.cos(lean)
        metres[:, i, 1] = -(height * np.cos(lean) - ahead * np.sin(lean))
        metres[:, i, 2] = 0.15 if joint.startswith("left") else -0.15
    return Skeleton(
        MEDIAPIPE_JOINTS, time_s, metres[..., :2] * 300 + 500, np.ones(metres.shape[:2]), "image", "mediapipe-full",
        (1280, 720), metres,
    )  # fmt: skip


def test_standing_before_a_plank_is_not_part_of_it():
    signals = signals_of(load("plank"), lying_down(3, 6))
    seen_s = np.isfinite(signals["right"]).sum() / RATE_HZ
    assert seen_s == pytest.approx(6, abs=0.1)


def test_push_up_at_a_wall_is_still_counted_on():
    """Where hardly anything is face down, the position isn't asked for."""
    signals = signals_of(load("push_up"), lying_down(9, 0))
    assert np.isfinite(signals["right"]).all()


@pytest.fixture(scope="module")
def uiprmd(shared: Path) -> UiPrmd:
    return UiPrmd(shared / "exercise" / "uiprmd")


@pytest.mark.parametrize("name", ["deep_squat", "sit_to_stand", "shoulder_abduction", "shoulder_scaption"])
@pytest.mark.parametrize("subject", [6, 7, 8])
def test_real_sets_of_ten(uiprmd: UiPrmd, name: str, subject: int):
    episodes = [r for r in uiprmd.repetitions if (r.movement, r.subject, r.correct) == (name, subject, True)]
    parts = [uiprmd.kinect(one) for one in sorted(episodes, key=lambda one: one.episode)]
    exercise = load(name)
    signals = [signals_of(exercise, part) for part in parts]
    joined = {side: np.concatenate([one[side] for one in signals]) for side in signals[0]}
    time_s = np.arange(sum(part.n_frames for part in parts)) / RATE_HZ
    assert complete(name, time_s, **joined) == len(parts) == 10
