"""Lengths, girths and volumes of a hand of solids: what is measured against what it is by hand."""

from __future__ import annotations

import numpy as np
import pytest

from rehabkit.systems.hand_surface.measure import ONE_SIDE
from rehabkit.systems.hand_surface.measures import measured
from rehabkit.systems.hand_surface.shape import shape_of

from .hand_solids import BASES_M, LENGTHS_M, RADIUS_M, WIDE_M, girth_of_palm_m, hand, seen

BACK, PALM = (0.0, 0.0, 0.4), (0.0, 0.0, -0.4)


def values(cloud, side="right"):
    return {one.name: one for one in measured(cloud, side)}


@pytest.fixture(scope="module")
def whole():
    return values(hand())


def test_lengths_all_round(whole) -> None:
    for name, length_m in LENGTHS_M.items():
        assert whole[f"{name}_length_back"].value == pytest.approx(1000 * length_m, abs=2.5)


def test_girths(whole) -> None:
    for name in LENGTHS_M:
        assert whole[f"{name}_girth"].value == pytest.approx(2000 * np.pi * RADIUS_M, rel=0.02)
    assert whole["palm_girth"].value == pytest.approx(1000 * girth_of_palm_m(), rel=0.02)
    assert whole["wrist_girth"].value == pytest.approx(1000 * girth_of_palm_m(), rel=0.02)
    assert whole["palm_breadth"].value == pytest.approx(2000 * WIDE_M, rel=0.03)


def test_volume_of_a_finger(whole) -> None:
    for name in BASES_M:
        tube_m = 0.75 * LENGTHS_M[name] - RADIUS_M
        expected_ml = 1e6 * np.pi * RADIUS_M**2 * (tube_m + 2 / 3 * RADIUS_M)
        assert whole[f"{name}_volume"].value == pytest.approx(expected_ml, rel=0.08)


@pytest.mark.parametrize(("eye", "face"), [(BACK, "back"), (PALM, "palm")])
def test_one_view_shows_lengths_and_nothing_round(eye, face) -> None:
    one = values(seen(hand(), eye))
    for name in BASES_M:
        assert one[f"{name}_length_{face}"].value == pytest.approx(1000 * LENGTHS_M[name], abs=3)
    round_ = [measure for name, measure in one.items() if name.endswith(("girth", "volume"))]
    assert len(round_) == 13
    assert {measure.value for measure in round_} == {None}
    assert {measure.why_not for measure in round_} == {ONE_SIDE}


def test_a_left_hand_mirrors_the_sides() -> None:
    mirrored = seen(hand(), BACK).mirrored()
    assert shape_of(mirrored, "left").face == "back"
    assert shape_of(mirrored, "right").face == "palm"


def test_edge_on_nothing_is_measured() -> None:
    assert all(one.value is None for one in measured(seen(hand(), (0.4, -0.05, 0.0)), "right"))


def test_a_swollen_finger_is_thicker() -> None:
    cloud = hand()
    axis = np.array([BASES_M["index"], 0.0, 0.0])
    mine = cloud.labels == 2
    points = cloud.points.copy()
    points[mine] = axis + (points[mine] - axis) * [1.1, 1.0, 1.1]
    swollen, before = values(cloud.noted("swollen", points=points)), values(cloud)
    assert swollen["index_girth"].value / before["index_girth"].value == pytest.approx(1.1, abs=0.01)
    assert swollen["index_volume"].value / before["index_volume"].value == pytest.approx(1.21, abs=0.06)
    assert swollen["ring_girth"].value == pytest.approx(before["ring_girth"].value, abs=0.2)


def test_a_missing_tip_is_noticed() -> None:
    cloud = seen(hand(), BACK)
    gone = (cloud.labels == 3) & (cloud.points[:, 1] > 0.03)
    why_not = values(cloud.chosen(~gone, "cut"))["middle_length_back"].why_not
    assert why_not is not None
    assert "hidden or missing" in why_not


def test_a_bent_finger_is_not_measured() -> None:
    cloud = seen(hand(), BACK)
    mine = (cloud.labels == 2) & (cloud.points[:, 1] > 0.03)
    points = cloud.points.copy()
    beyond = points[mine, 1] - 0.03
    points[mine, 1] = 0.03 + 0.0 * beyond + points[mine, 2]
    points[mine, 2] = -beyond
    why_not = values(cloud.noted("bent", points=points))["index_length_back"].why_not
    assert why_not is not None
    assert "bent" in why_not


def test_without_labels_of_a_palm_nothing_is_measured() -> None:
    cloud = hand(3000)
    only = cloud.chosen(cloud.labels == 2, "one finger")
    assert all(one.value is None and one.why_not for one in measured(only, "right"))
