"""Clouds as the network takes them, and what is said of its answers; the answers here are made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.recordings.cloud import PointCloud
from rehabkit.runtime.card import Card
from rehabkit.systems.contract import Ran
from rehabkit.systems.hand_surface.arrange import (
    LEVELS,
    N_NEIGHBOURS,
    N_SLOTS,
    NEAREST,
    READ,
    SPANS,
    aligned,
    arranged,
    dealt,
    facing,
    neighbours,
)
from rehabkit.systems.hand_surface.system import HandSurface, by_point, labelled

SYSTEM = HandSurface()
EYE = np.array([0.0, 0.0, 0.5])


def slab(n_points: int, seed: int = 0) -> PointCloud:
    """An uneven slab as large as a hand, half a metre before the sensor."""
    rng = np.random.default_rng(seed)
    points = rng.random((n_points, 3)) ** np.array([2.0, 1.5, 1.0]) * np.array([0.18, 0.09, 0.02])
    return PointCloud(points + EYE)


def card(**settings: float) -> Card:
    return Card(system="hand_surface", network="small", title="", inputs={}, outputs={}, settings=settings)


def outputs(cloud: PointCloud, sure: float = 0.9, kind: tuple[float, ...] = (0.1, 0.9, 0.0)) -> dict[str, np.ndarray]:
    """Points in the far half of x are the index finger, the others the palm."""
    rows = dealt(cloud.n_points)
    found = np.full((len(rows), N_SLOTS, 6), (1 - sure) / 5, dtype=np.float32)
    for row, places in enumerate(rows):
        part = np.where(cloud.points[places, 0] > 0.09, 2, 0)
        found[row, np.arange(len(places)), part] = sure
    return {"probability": found, "kind": np.repeat(np.array([kind], dtype=np.float32), len(rows), axis=0)}


@pytest.mark.parametrize("turn", range(4))
def test_a_turned_moved_and_larger_cloud_is_arranged_alike(turn: int) -> None:
    cloud, none = slab(300), np.zeros((300, 3))
    rotation = np.linalg.qr(np.random.default_rng(turn).normal(size=(3, 3)))[0]
    rotation[:, 0] *= np.linalg.det(rotation)
    other = PointCloud(1.3 * cloud.points @ rotation.T + 1.0)
    assert np.allclose(aligned(other.points, none)[0], aligned(cloud.points, none)[0], atol=1e-9)


def test_a_mirrored_cloud_looks_alike_and_says_that_it_is_mirrored() -> None:
    cloud, none = slab(300), np.zeros((300, 3))
    points, turn = aligned(cloud.points, none)
    others, other = aligned(cloud.mirrored().points, none)
    assert np.allclose(points, others, atol=1e-9)
    assert np.linalg.det(turn) == pytest.approx(-np.linalg.det(other))
    handed = [SYSTEM.prepare(one)["handed"][0, 0] for one in (cloud, cloud.moved(np.diag([-1.0, 1, 1]), np.zeros(3)))]
    assert sorted(handed) == [0.0, 1.0]


def test_the_third_axis_looks_to_where_the_surface_looks() -> None:
    points = slab(300).points
    for way in (-1.0, 1.0):
        turn = aligned(points, np.tile([[0.0, 0.0, way]], (300, 1)))[1]
        assert turn[2, 2] * way > 0.9  # the slab is thin along z


def test_neighbours_on_a_line_are_those_beside() -> None:
    """64 points at 0, 1, 2 …: of so few, each span has the fewest points, and every second point is half as many."""
    line = np.column_stack([np.arange(64.0), np.zeros(64), np.zeros(64)])
    near = neighbours(line)
    assert near.shape == (64, N_NEIGHBOURS)
    assert set(near[30, SPANS[0]]) == {30, 29, 31, 28, 32} | set(near[30, SPANS[0]]) & {27, 33}
    half = near[30, len(SPANS) * READ :][:NEAREST]
    assert set(half) == {15, 14, 16}  # places 30, 28 and 32, counted in twos
    quarter = near[30, len(SPANS) * READ + NEAREST + READ :][:NEAREST]
    assert set(quarter[:2]) == {7, 8} and quarter[2] in (6, 9)  # places 28 and 32, counted in fours
    assert [step for step, _ in LEVELS] == [2, 4]


def test_a_thin_cloud_looks_as_far_as_a_dense_one() -> None:
    """The widest span holds 40 of 1024 points: 4 % of the surface, whatever the number of points."""
    rng = np.random.default_rng(0)
    reach = []
    for n in (1024, 256):
        points = np.column_stack([rng.random((n, 2)), np.zeros(n)])
        far = points[neighbours(points)[:, SPANS[2]]] - points[:, None]
        reach.append(np.median(np.linalg.norm(far, axis=2).max(axis=1)))
    assert reach[0] == pytest.approx(np.sqrt(40 / 1024 / np.pi), rel=0.2)
    assert reach[1] == pytest.approx(reach[0], rel=0.15)


def test_fewer_points_than_slots_are_padded_and_more_are_dealt_to_two_rows() -> None:
    small = SYSTEM.prepare(slab(100))
    assert small["present"].sum() == 100 and not small["points"][0, 100:].any()
    assert small["neighbours"].max() < 100
    large = arranged(slab(5000))
    assert [len(row) for row in large.places] == [N_SLOTS, N_SLOTS]
    assert len(set(np.concatenate(large.places))) == 2 * N_SLOTS


@pytest.mark.parametrize("n_points", [1, 2, 5])
def test_as_few_points_as_there_may_be_are_arranged(n_points: int) -> None:
    tensors = arranged(PointCloud(slab(n_points).points)).tensors
    assert all(np.isfinite(value).all() for value in tensors.values())
    assert tensors["present"].sum() == n_points


def test_normals_are_the_given_ones_or_look_at_the_sensor_or_are_none() -> None:
    cloud = slab(200)
    places = np.arange(200)
    given = np.tile([[0.0, 1.0, 0.0]], (200, 1))
    assert np.array_equal(facing(replace(cloud, normals=given), places), given)
    toward = -cloud.points / np.linalg.norm(cloud.points, axis=1, keepdims=True)
    assert ((facing(cloud, places) * toward).sum(axis=1) >= 0).all()
    inside = PointCloud(cloud.points, viewpoint=tuple(cloud.points.mean(axis=0)))
    assert not facing(inside, places).any()


@pytest.mark.parametrize("factor", [1000.0, 0.1])
def test_a_cloud_that_isnt_as_long_as_a_hand_is_refused(factor: float) -> None:
    with pytest.raises(RecordingError, match=r"length of a hand must be 0.04 to 0.6 m, got .*--units"):
        SYSTEM.prepare(PointCloud(slab(300).points * factor))


def test_shares_of_parts_and_the_side_are_told() -> None:
    cloud = slab(1500)
    found = {one.name: one for one in SYSTEM.interpret(cloud, outputs(cloud), card())}
    share = 100 * np.mean(cloud.points[:, 0] > 0.09)
    assert found["hand_share_index"].value == pytest.approx(share, abs=0.06)
    assert found["hand_share_palm"].value == pytest.approx(100 - share, abs=0.06)
    assert found["hand_confidence"].value == pytest.approx(0.9)
    assert found["hand_side_seen"].value == "right"


def test_a_side_that_is_a_guess_isnt_named() -> None:
    cloud = slab(300)
    found = SYSTEM.interpret(cloud, outputs(cloud, kind=(0.45, 0.55, 0.0)), card())
    side = next(one for one in found if one.name == "hand_side_seen")
    assert side.value is None and "left 45%, right 55%" in side.not_measurable


def test_nothing_is_measured_on_parts_that_are_too_unsure() -> None:
    cloud = slab(300)
    said = outputs(cloud, sure=0.8)
    found = {one.name: one for one in HandSurface("right").interpret(cloud, said, card(least_to_measure=0.9))}
    assert "too unsure to measure on them: 80%" in found["hand_measures"].not_measurable
    assert not any("length" in name for name in found)
    found = {one.name: one for one in HandSurface("right").interpret(cloud, said, card(least_to_measure=0.7))}
    assert any("length" in name for name in found)


def test_a_left_hand_that_was_said_to_be_right_is_noticed() -> None:
    cloud = slab(300)
    said = outputs(cloud, kind=(0.95, 0.05, 0.0))
    for stated, noticed in (("right", True), ("left", False), (None, False)):
        found = {one.name: one for one in HandSurface(stated).interpret(cloud, said, card())}
        assert found["hand_side_seen"].attention == noticed
    assert "left hand, but right was stated" in HandSurface("right").interpret(cloud, said, card())[0].text


def test_nothing_is_said_of_too_few_points_no_hand_two_hands_or_a_guess() -> None:
    cloud, few = slab(300), slab(40)
    two = PointCloud(np.concatenate([cloud.points, cloud.points + np.array([0.0, 0.2, 0.0])]))
    cases = [
        (few, outputs(few), card(), "too few points: 40"),
        (cloud, outputs(cloud, kind=(0.2, 0.2, 0.6)), card(), "doesn't look like a hand"),
        (two, outputs(two), card(), "two things of like size"),
        (cloud, outputs(cloud, sure=0.5), card(least_confidence=0.6), "not sure enough which part is which: 50%"),
    ]
    for seen, said, of, why in cases:
        (only,) = SYSTEM.interpret(seen, said, of)
        assert only.value is None and why in only.not_measurable and only.attention


def test_of_a_large_cloud_it_is_said_how_many_points_were_looked_at_and_all_are_labelled() -> None:
    cloud = slab(20_000)
    said = outputs(cloud)
    first = SYSTEM.interpret(cloud, said, card())[0]
    assert "2048 of 20000 points, drawn at random" in first.evidence.method
    whole = labelled(cloud, said)
    assert whole.n_points == 20_000 and whole.label_names[2] == "index"
    right = np.where(cloud.points[:, 0] > 0.09, 2, 0) == whole.labels
    assert right.mean() > 0.97  # but beside the border between both


def test_the_scene_shows_the_points_that_were_looked_at() -> None:
    cloud = slab(300)
    said = outputs(cloud)
    _, (scene,) = SYSTEM.explained([], Ran(cloud, {}, said, None))  # type: ignore[arg-type]
    assert len(scene.points_m) == len(scene.labels) == 300
    assert scene.labels == by_point(cloud, said).argmax(axis=1).tolist()
    unsure = SYSTEM.interpret(cloud, said, card(least_confidence=0.99))
    _, (bare,) = SYSTEM.explained(unsure, Ran(cloud, {}, said, None))  # type: ignore[arg-type]
    assert len(bare.points_m) == 300 and not bare.labels
