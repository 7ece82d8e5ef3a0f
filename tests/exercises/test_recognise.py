"""Recordings resemble the exercise that they show, by the library's own definitions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import rehabkit as rk
from rehabkit.exercises import library
from rehabkit.exercises.recognise import recognise
from rehabkit.pose.smoothing import clean

CLIPS = Path(__file__).parents[1] / "data" / "clips"
SHOWN = {
    "elbow_flexion": rk.demo_recording("elbow_flexion"),
    "push_up": rk.demo_recording("push_up"),
    "deep_squat": rk.demo_recording("deep_squat"),
    "plank": CLIPS / "plank.npz",
}
"""What each recording shows, by eye."""


def opened(path: Path):
    return clean(rk.read_skeleton(path))


@pytest.mark.parametrize("name", SHOWN)
def test_the_likest_exercise_is_the_one_shown(name):
    candidates = recognise(opened(SHOWN[name]))
    assert candidates[0].name == name
    assert 0.5 <= candidates[0].score <= 1.0
    assert [one.score for one in candidates] == sorted((one.score for one in candidates), reverse=True)


def test_the_reason_says_what_repeated_and_how_often():
    assert "elbow flexion repeats 2 times" in recognise(opened(SHOWN["push_up"]))[0].reason


def test_a_person_who_stands_still_resembles_nothing(squatting):
    rng = np.random.default_rng(0)
    still = squatting(np.arange(150) / 30, np.full(150, 3.0) + rng.normal(0, 0.5, 150))
    assert recognise(still) == []


def test_both_legs_at_once_are_no_lunge_of_one_side(squatting):
    time_s = np.arange(180) / 30
    knee_deg = 50 - 50 * np.cos(2 * np.pi * time_s / 3)
    names = [one.name for one in recognise(squatting(time_s, knee_deg))]
    assert names[0] == "deep_squat"
    assert "side_lunge" not in names and "hurdle_step" not in names


def test_it_chooses_among_the_exercises_given():
    only = [library.load("push up"), library.load("plank")]
    assert recognise(opened(SHOWN["elbow_flexion"]), exercises=only) == []
    assert [one.name for one in recognise(opened(SHOWN["push_up"]), exercises=only)] == ["push_up"]


def test_an_exercise_of_the_users_own_is_found_by_its_name(squatting):
    time_s = np.arange(180) / 30
    own = library.load("deep squat").model_copy(update={"name": "my_squat", "title": "My squat"})
    found = recognise(squatting(time_s, 50 - 50 * np.cos(2 * np.pi * time_s / 3)), exercises=[own])
    assert [(one.name, one.title) for one in found] == [("my_squat", "My squat")]


def test_hidden_people_resemble_nothing():
    seen = opened(SHOWN["push_up"])
    hidden = replace(seen, positions=np.full_like(seen.positions, np.nan), estimated_m=None)
    assert recognise(hidden) == []
