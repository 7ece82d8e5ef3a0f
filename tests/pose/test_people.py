"""Who is who, with people drawn as points that move as told."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.pose.landmarkers import Pose
from rehabkit.pose.people import Person, Scan, Sighting, check_number, described, link, scene, sighting

BODY = np.random.default_rng(0).uniform([-60, -150], [60, 150], (33, 2))  # px around the trunk
RED, GREEN = np.array([160.0, 40, 40]), np.array([40.0, 160, 40])
Place = Callable[[float], tuple[float, float]]


def seen(x: float, y: float, time_s: float, colour: np.ndarray = RED, moving: float = 0.0) -> Sighting:
    """Somebody at (x, y), whose limbs swing by ``moving`` px twice in three seconds."""
    joints = BODY.copy()
    joints[13:17, 1] += moving * np.sin(2 * np.pi * time_s / 1.5)
    joints[25:29, 1] -= moving * np.sin(2 * np.pi * time_s / 1.5)
    pose = Pose(joints - joints[[11, 12, 23, 24]].mean(axis=0) + [x, y], np.ones(33), np.zeros((33, 3)))
    found = sighting(pose, np.zeros((720, 1280, 3), np.uint8), time_s)
    return Sighting(time_s, pose, found.centre, found.size, colour)


def scans(*people: Callable[[float], Sighting | None], end_s: float = 6.0) -> list[Scan]:
    """Three scans a second."""
    times_s = np.arange(0, end_s, 1 / 3)
    return [Scan(t, [s for person in people if (s := person(t)) is not None]) for t in times_s]


def patient(t: float) -> Sighting:
    return seen(400, 350 + 60 * np.sin(2 * np.pi * t / 3), t, RED, moving=80)


def bystander(t: float) -> Sighting:
    return seen(900, 350, t, GREEN, moving=15)


def passer_by(t: float) -> Sighting | None:
    x = -100 + 500 * (t - 2)
    return seen(x, 360, t, GREEN, moving=60) if 0 < x < 1280 else None


def poster(t: float) -> Sighting:
    return seen(1100, 200, t, GREEN)


def test_people_are_linked_by_place() -> None:
    people = link(scans(patient, bystander))

    assert [len(p.sightings) for p in people] == [18, 18]
    assert {round(p.x, -2) for p in people} == {400, 900}


def test_the_one_who_exercises_is_followed_not_the_bystander() -> None:
    found = scene(0.0, scans(bystander, patient), None)

    assert [round(p.x, -2) for p in found.people] == [400, 900]
    assert found.target is found.people[0]
    assert described([found], 1280) == (2, 1, "the person left of centre, 1 of 2 from the left")


def test_a_number_chooses_from_left_to_right() -> None:
    assert scene(0.0, scans(bystander, patient), 2).target.x == pytest.approx(900, abs=20)


def test_a_passer_by_is_not_followed_though_walking_moves_more() -> None:
    found = scene(0.0, scans(passer_by, patient), None)

    assert found.target is not None
    assert found.target.x == pytest.approx(400, abs=20)
    assert len(found.target.sightings) == 18


def test_people_who_cross_keep_their_identity() -> None:
    def other(t: float) -> Sighting:
        return seen(900 - 150 * t, 350, t, GREEN, moving=50)

    def one(t: float) -> Sighting:
        return seen(100 + 150 * t, 350, t, RED, moving=50)

    people = link(scans(one, other))
    assert len(people) == 2
    assert all(len({tuple(s.colour) for s in p.sightings}) == 1 for p in people)


def test_one_who_is_hidden_for_two_seconds_is_known_again() -> None:
    def hidden(t: float) -> Sighting | None:
        return None if 2 < t < 4 else patient(t)

    assert len(link(scans(hidden, bystander))) == 2


def test_one_who_comes_back_elsewhere_is_known_by_colour() -> None:
    def away(t: float) -> Sighting | None:
        return seen(200, 350, t) if t < 2 else seen(1000, 350, t) if t > 5 else None

    assert len(link(scans(away, end_s=8))) == 1


def test_another_who_comes_after_is_somebody_else() -> None:
    def first(t: float) -> Sighting | None:
        return seen(200, 350, t, np.array([20.0, 20, 20])) if t < 2 else None

    def second(t: float) -> Sighting | None:
        return seen(1000, 350, t, np.array([220.0, 220, 220])) if t > 5 else None

    assert len(link(scans(first, second, end_s=8))) == 2


def test_posters_and_glimpses_do_not_count_as_people() -> None:
    def glimpse(t: float) -> Sighting | None:
        return seen(700, 350, t, GREEN) if 2.9 < t < 3.1 else None

    found = scene(0.0, scans(patient, poster, glimpse), None)
    assert len(found.people) == 1
    assert len(found.others) == 2
    assert described([found], 1280)[0] == 1


def test_one_who_holds_still_alone_is_a_person() -> None:
    found = scene(0.0, scans(poster), None)

    assert len(found.people) == 1
    assert found.target is found.people[0]


def test_place_between_sightings_is_interpolated() -> None:
    person = Person((seen(100, 300, 0.0), seen(200, 300, 1.0)))
    centre, _ = person.at(0.25)

    assert centre == pytest.approx([125, 300], abs=1)


def test_an_empty_scene_has_nobody() -> None:
    found = scene(0.0, scans(end_s=1), None)

    assert (found.target, found.people) == (None, ())


@pytest.mark.parametrize("number", [0, 3])
def test_a_number_out_of_range_is_refused(number: int) -> None:
    with pytest.raises(RecordingError, match=f"must be 1 to 2 in this recording, got {number}"):
        check_number(number, [scene(0.0, scans(bystander, patient), None)])
