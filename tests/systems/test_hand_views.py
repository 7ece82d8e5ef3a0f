"""Views of one hand laid onto each other: the turn between them is found again, another hand is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from rehabkit.errors import RecordingError
from rehabkit.systems.hand_surface import registration, views
from rehabkit.systems.hand_surface.measures import measured

from .hand_solids import RADIUS_M, hand, seen

TURN = Rotation.from_euler("xyz", [40, -25, 110], degrees=True).as_matrix()


def around(n: int, cloud=None):
    """Views from a ring around the forearm, in one frame."""
    whole = hand(6000) if cloud is None else cloud
    angles = 2 * np.pi * np.arange(n) / n + np.pi / 2
    return [seen(whole, (0.4 * float(np.cos(a)), 0.1, 0.4 * float(np.sin(a)))) for a in angles]


def test_views_of_one_frame_are_taken_as_they_are() -> None:
    together = views.together(around(6))
    assert sum("lies on the others as it is" in step for step in together.history) == 5
    girth = {one.name: one.value for one in measured(together, "right")}["index_girth"]
    assert girth == pytest.approx(2000 * np.pi * RADIUS_M, rel=0.03)


def test_views_of_own_frames_are_registered() -> None:
    first, *others = around(6)
    moved = [view.moved(TURN, np.array([0.2, -0.1, 0.3])) for view in others]
    together = views.together([first, *moved])
    back = together.points[len(first.points) :]
    truth = np.concatenate([view.points for view in others])
    assert np.median(np.linalg.norm(back - truth, axis=1)) < 0.0015


def test_a_hand_that_moved_is_refused() -> None:
    first, second, *_ = around(6)
    points = second.points.copy()
    fingers = second.labels > 1
    points[fingers] = points[fingers] @ Rotation.from_euler("x", 50, degrees=True).as_matrix().T
    with pytest.raises(RecordingError, match="view 2 must fit the views before it"):
        views.together([first, second.noted("bent", points=points * 1.3)])


def test_rigid_finds_the_turn_again() -> None:
    points = np.random.default_rng(0).normal(size=(9, 3))
    turn, move = registration.rigid(points, points @ TURN.T + [1.0, 2.0, 3.0])
    assert np.allclose(turn, TURN)
    assert np.allclose(move, [1.0, 2.0, 3.0])
