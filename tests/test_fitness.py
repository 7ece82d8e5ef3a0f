"""Fitness of a recording: what is refused, what is only said."""

from dataclasses import replace

import numpy as np
import pytest

from rehabkit.exercises import library
from rehabkit.fitness import check_container, check_skeleton
from rehabkit.kinematics.view import estimate_view

TIME_S = np.arange(0, 4, 1 / 30)
KNEE_DEG = 45 * (1 - np.cos(2 * np.pi * TIME_S / 4))
SQUAT = library.load("squat")


def verdicts(skeleton, exercise=SQUAT, luma=120.0, n_people=1):
    checks = check_skeleton(
        skeleton, estimate_view(skeleton), exercise, np.full(5, luma), n_people, "the person on the left, 1 of 2"
    )
    return {check.name: check for check in checks}


@pytest.mark.parametrize(
    ("size_and_rate", "statuses"),
    [
        ((1280, 720, 30.0), ["ok", "ok"]),
        ((720, 1280, 60.0), ["ok", "ok"]),
        ((3840, 2160, 30.0), ["unfit", "ok"]),
        ((1280, 720, 5.0), ["ok", "unfit"]),
        ((1280, 720, 15.0), ["ok", "warning"]),
        ((1280, 720, 240.0), ["ok", "unfit"]),
        ((320, 180, 30.0), ["warning", "ok"]),
    ],
)
def test_size_and_rate(size_and_rate, statuses):
    results = check_container(*size_and_rate)
    assert [r.status for r in results] == statuses
    assert all(r.remedy for r in results if r.status != "ok")
    assert all("--anyway" in r.remedy for r in results if r.status == "unfit")


def test_a_good_recording_has_no_complaint(squatting):
    assert {c.status for c in verdicts(squatting(TIME_S, KNEE_DEG)).values()} == {"ok"}


def test_a_person_cut_off_at_the_knees_is_unfit_for_a_squat_and_said_otherwise(squatting):
    skeleton = squatting(TIME_S, KNEE_DEG)
    cut = replace(skeleton, positions=skeleton.positions + np.array([0.0, 200.0]))
    assert verdicts(cut)["framing"].status == "unfit"
    assert "ankle" in verdicts(cut)["framing"].message
    assert verdicts(cut, exercise=None)["framing"].status == "warning"
    assert verdicts(cut, exercise=library.load("elbow_flexion"))["framing"].status == "ok"


@pytest.mark.parametrize(("luma", "remedy"), [(20.0, "more light"), (240.0, "window")])
def test_light(squatting, luma, remedy):
    light = verdicts(squatting(TIME_S, KNEE_DEG), luma=luma)["light"]
    assert light.status == "warning"
    assert remedy in light.remedy


def test_somebody_far_away(squatting):
    skeleton = squatting(TIME_S, KNEE_DEG)
    small = replace(skeleton, positions=640 + 0.2 * (skeleton.positions - 640))
    assert verdicts(small)["distance"].status == "warning"


def test_who_is_followed_among_several(squatting):
    people = verdicts(squatting(TIME_S, KNEE_DEG), n_people=2)["people"]
    assert people.status == "warning"
    assert "the person on the left" in people.message


def test_the_view_that_the_exercise_does_not_support(squatting):
    view = verdicts(squatting(TIME_S, KNEE_DEG), exercise=library.load("shoulder_abduction"))["view"]
    assert view.status == "warning"
    assert "front" in view.remedy
