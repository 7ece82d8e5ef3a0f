"""Whether a track is on its person, with two people who stand apart."""

from __future__ import annotations

import numpy as np
import pytest

from rehabkit.pose.landmarkers import Pose
from rehabkit.pose.people import Person, Scene, sighting
from rehabkit.pose.steering import lost, retargeted, scene_at, with_another

TIMES_S = [0.0, 0.5, 1.0, 1.5]
BODY = np.random.default_rng(0).uniform([-60, -150], [60, 150], (33, 2))


def pose_at(x: float) -> Pose:
    return Pose(BODY - BODY[[11, 12, 23, 24]].mean(axis=0) + [x, 350], np.ones(33), np.zeros((33, 3)))


def person_at(x: float) -> Person:
    picture = np.zeros((720, 1280, 3), np.uint8)
    return Person(tuple(sighting(pose_at(x), picture, t) for t in TIMES_S))


@pytest.fixture
def scene() -> Scene:
    """The target at x = 300, somebody else at x = 900."""
    target, other = person_at(300), person_at(900)
    return Scene(0.0, (target, other), (), target)


@pytest.mark.parametrize(("x", "another"), [(300, False), (340, False), (450, False), (840, True), (900, True)])
def test_a_pose_belongs_to_the_nearest(scene: Scene, x: float, another: bool) -> None:
    assert with_another(scene, pose_at(x), 0.7) is another


def test_a_track_on_the_target_is_kept(scene: Scene) -> None:
    assert not lost([scene], TIMES_S, [pose_at(300)] * 4)


def test_a_track_that_hops_once_is_lost(scene: Scene) -> None:
    assert lost([scene], TIMES_S, [pose_at(300), pose_at(900), pose_at(300), pose_at(300)])


def test_a_track_that_misses_the_target_is_lost(scene: Scene) -> None:
    assert lost([scene], TIMES_S, [pose_at(300), None, None, pose_at(300)])


def test_before_a_camera_the_track_decides(scene: Scene) -> None:
    target = retargeted(scene, TIMES_S, [pose_at(900)] * 4).target

    assert target is scene.people[1]


def test_a_time_belongs_to_the_scene_that_began_last() -> None:
    scenes = [Scene(start, (), (), None) for start in (0.0, 2.0, 5.0)]

    assert [scenes.index(scene_at(scenes, t)) for t in (0.0, 1.9, 2.0, 9.0)] == [0, 0, 1, 2]
