"""Rendered hands: geometry with known answers, and pictures whose parts must fit each other."""

import numpy as np
import pytest

from rehabkit.imaging.colours import ita_deg
from rehabkit.imaging.masks import overlap
from rehabkit.learning.rendered_hands.arm import arm, wrist
from rehabkit.learning.rendered_hands.drawing import lit, normals, projected, shown
from rehabkit.learning.rendered_hands.pasted import pasted
from rehabkit.learning.rendered_hands.picture import albedo, rendered
from rehabkit.learning.rendered_hands.plain_wall import apart_from_wall
from rehabkit.recordings.datasets import anny_synth_hands

TENT = np.array([[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4]])
"""A pyramid without its base."""


def test_the_hole_of_a_pyramid_is_its_base():
    ring = wrist(TENT).tolist()
    assert sorted(ring) == [0, 1, 2, 3]
    assert {tuple(sorted(side)) for side in zip(ring, ring[1:] + ring[:1], strict=True)} == {
        (0, 1), (1, 2), (2, 3), (0, 3),
    }  # fmt: skip


def test_a_pinhole_halves_what_is_twice_as_far():
    places, depth = projected(np.array([[0.1, 0, 0], [0.1, 0, 1.0]]), np.eye(3), 1.0)
    assert depth.tolist() == [1.0, 2.0] and places[:, 0].tolist() == pytest.approx([0.1, 0.05])


def test_nearer_triangles_hide_farther_ones():
    corners = np.array([[0, 0], [20, 0], [0, 20]] * 2, float)
    faces = np.array([[0, 1, 2], [3, 4, 5]])
    for depth, front in (([1, 1, 1, 2, 2, 2], 0), ([2, 2, 2, 1, 1, 1], 1)):
        seen = shown(corners, np.array(depth, float), faces, (30, 30))
        assert seen[5, 5] == front and seen[25, 25] == -1


def test_light_falls_by_lamberts_cosine():
    square = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    assert normals(square, faces) == pytest.approx(np.array([[0, 0, 1.0]] * 2))
    slanted = np.array([[0, np.sin(1.0), np.cos(1.0), 0.5, 0.5, 0.5]])
    assert lit(normals(square, faces), slanted, np.full(3, 0.1)) == pytest.approx(0.1 + 0.5 * np.cos(1.0))


@pytest.mark.parametrize("ita", [55.0, 10.0, -40.0])
def test_skin_has_the_tone_that_was_asked_for(ita):
    assert float(ita_deg(albedo(ita, np.random.default_rng(0)))) == pytest.approx(ita, abs=1.0)


def test_a_modelled_hand_has_an_arm_and_landmarks_on_its_skin(shared):
    hands = anny_synth_hands.read(shared / "hands" / "anny_synth_hands")
    rng = np.random.default_rng(0)
    one = arm(hands, 3, rng)
    assert one.skin[: len(hands.faces)].all() and len(one.skin) == len(one.faces)
    assert one.faces.max() == len(one.vertices) - 1
    picture = rendered(hands, 3, 96, rng)
    again = rendered(hands, 3, 96, np.random.default_rng(7))
    same = rendered(hands, 3, 96, np.random.default_rng(7))
    assert (again.rgb == same.rgb).all() and not (again.rgb == picture.rgb).all()
    seen = picture.landmarks.round().astype(int)
    inside = ((seen >= 0) & (seen < 96)).all(axis=1)
    assert picture.skin[seen[inside, 1], seen[inside, 0]].mean() > 0.8  # some joints lie beside a finger seen end on


def before_a_wall():
    """A hand of one colour before a wall that is darker on one side, the arm coming from below."""
    y, x = np.indices((100, 100))
    hand = ((x - 50) ** 2 + (y - 45) ** 2 < 20**2) | ((abs(x - 50) < 9) & (y > 45))
    wall = (150 + 0.7 * x)[..., None] * [1, 1, 1.02]
    rgb = np.where(hand[..., None], [200.0, 150, 120], wall) + np.random.default_rng(0).normal(0, 3, (100, 100, 3))
    return np.clip(rgb, 0, 255).astype(np.uint8), hand


def test_what_is_no_wall_is_hand():
    rgb, hand = before_a_wall()
    found = apart_from_wall(rgb)
    assert found is not None and overlap(hand, found).f1 > 0.97
    assert apart_from_wall(np.full((100, 100, 3), 180, np.uint8)) is None


def test_a_pasted_hand_carries_its_mask_and_landmarks_along():
    rgb, hand = before_a_wall()
    points = np.full((21, 2), (50.0, 45.0))
    for seed in range(4):
        moved = pasted(rgb, hand, points, 96, np.random.default_rng(seed))
        assert moved.skin.any() and moved.rgb.shape == (96, 96, 3)
        middle = moved.landmarks[0].round().astype(int)
        if ((middle >= 0) & (middle < 96)).all():
            assert moved.skin[middle[1], middle[0]]
    edges = moved.skin[0].any(), moved.skin[-1].any(), moved.skin[:, 0].any(), moved.skin[:, -1].any()
    assert any(edges)  # the cut of the arm isn't seen
