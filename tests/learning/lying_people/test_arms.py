"""Arms that are laid: bones end where they should, hands lie where they were meant to, elbows bend one way."""

import numpy as np
import pytest

from rehabkit.kinematics.angles import unit
from rehabkit.learning.lying_people import arms
from rehabkit.learning.lying_people.body import skeleton
from rehabkit.learning.lying_people.laid import Lying
from rehabkit.learning.lying_people.people import shape_of
from rehabkit.learning.lying_people.poses import ON_BACK
from rehabkit.learning.lying_people.turns import about


def on_back() -> Lying:
    lying = Lying(skeleton(shape_of(3)), {"root": ON_BACK}, 0.1, 0.02)
    lying.add(lying.at("root"), lying.at("spine01"), 0.135)
    lying.add(lying.at("head"), lying.at("head") + np.array([0, 0.1, 0]), 0.1)
    return lying


def test_two_bones_end_where_they_should_or_as_near_as_an_elbow_lets_them() -> None:
    rng = np.random.default_rng(0)
    way = rng.normal(size=(60, 3)) * 0.25
    upper, fore = arms._two_bones(way, 0.28, 0.33, rng.uniform(0, 360, 60))
    np.testing.assert_allclose(np.linalg.norm(upper, axis=1), 1, atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(fore, axis=1), 1, atol=1e-9)
    end = 0.28 * upper + 0.33 * fore
    far = np.linalg.norm(way, axis=1)
    reached = (far > 0.17) & (far < 0.6)
    assert reached.sum() > 30
    np.testing.assert_allclose(end[reached], way[reached], atol=1e-9)
    assert np.all(np.linalg.norm(np.cross(end, way), axis=1) < 1e-9)  # else it is on the way there
    assert np.degrees(np.arccos((upper * fore).sum(1))).max() < 150 + 1e-6


@pytest.mark.parametrize("place", [place for place in arms.PLACES if place != arms.ANYWHERE])
@pytest.mark.parametrize("side", ["L", "R"])
def test_a_hand_gets_to_every_place_that_is_within_reach(place: str, side: str) -> None:
    lying, rng = on_back(), np.random.default_rng(1)
    arm = arms._Arm.of(lying, side)
    goals = []
    real = arms._two_bones
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arms, "_two_bones", lambda way, *rest: (goals.append(way), real(way, *rest))[1])
        turns = arms._reaching(lying, arm, place, rng)
    shoulder, elbow, wrist = (lying.at(f"{bone}.{side}", turns) for bone in ("upperarm01", "lowerarm01", "wrist"))
    middle = wrist + arms.HAND_M * unit(wrist - elbow)
    far = np.linalg.norm(goals[0], axis=1)
    within = (far > 0.2) & (far < 0.995 * (arm.upper_m + arm.fore_m + arms.HAND_M))
    off = np.linalg.norm(middle - shoulder - goals[0], axis=1)
    assert np.all(off[within] < 0.02)  # Anny's arm bones aren't quite straight


def test_strain_is_none_at_rest_and_grows_behind_the_back_across_and_twisted() -> None:
    arm = arms._Arm.of(on_back(), "L")
    assert arm.strain(np.eye(3)[None])[0] == pytest.approx(0, abs=1e-9)
    for axis, degrees in ((np.array([1.0, 0, 0]), 90.0), (np.array([0, 1.0, 0]), 130.0), (arm.upper, 130.0)):
        one, other = arm.strain(np.stack([about(axis, degrees), about(axis, -degrees)]))
        assert max(one, other) > 0.5


def test_blades_go_along_with_arms_that_are_raised_or_reach_forward() -> None:
    arm = arms._Arm.of(on_back(), "L")
    down, up, ahead = np.array([[0, 0, -1.0], [0, 0, 1.0], [0, -1.0, 0]])
    blades = [arm.blade(way[None], np.random.default_rng(2))[0] @ [1.0, 0, 0] for way in (down, up, ahead)]
    assert blades[1][2] > blades[0][2] + 0.3  # the shoulder rises
    assert blades[2][1] < blades[0][1] - 0.2  # the shoulder goes forward


def test_shoulder_blades_lie_farther_forward_on_a_side() -> None:
    down = np.array([[0, 0, -1.0]])
    forward = []
    for root in (ON_BACK, about(np.array([0, 1.0, 0]), 90.0) @ ON_BACK):
        arm = arms._Arm.of(Lying(skeleton(shape_of(3)), {"root": root}, 0.1, 0.02), "R")
        forward.append(-(arm.blade(down, np.random.default_rng(2))[0] @ [-1.0, 0, 0])[1])
    assert np.degrees(np.arcsin(forward[1]) - np.arcsin(forward[0])) == pytest.approx(arms.FORWARD_ON_SIDE_DEG, abs=2)
