"""Simulated scans against geometry that is known, how parts are scored, and one quick run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from rehabkit.kinematics.angles import unit
from rehabkit.learning import bench
from rehabkit.learning.examples import Examples
from rehabkit.learning.networks.hand_axes import HandAxes
from rehabkit.learning.networks.hand_surface import PointNet
from rehabkit.learning.protocols import check_split
from rehabkit.learning.recipes import hand_surface_models, hand_surface_scans
from rehabkit.learning.recipes.hand_surface import HandSurfaceRecipe
from rehabkit.learning.recipes.hand_surface_data import VARIANTS, other_shapes, shapes
from rehabkit.learning.recipes.hand_surface_models import UNLABELLED, NewScans, SharesModel, axes_loss, loss, scan
from rehabkit.learning.recipes.hand_surface_scans import (
    N_FOREARM,
    N_SURFACE,
    NO_HAND,
    ONE_VIEW,
    TRAINING,
    rim,
    scanned,
    surface,
    visible,
)
from rehabkit.learning.recipes.hand_surface_scores import iou, mean_iou, mean_iou_there, overall_accuracy
from rehabkit.recordings.datasets.anny_synth_hands import AnnyHands, read
from rehabkit.recordings.mesh import Mesh

RECIPE = HandSurfaceRecipe()


@pytest.fixture(scope="module")
def hands(shared: Path) -> AnnyHands:
    return read(shared / "hands" / "anny_synth_hands")


@pytest.fixture(scope="module")
def quick(shared: Path) -> Examples:
    return RECIPE.examples(shared, quick=True)


@pytest.fixture(scope="module")
def whole(hands: AnnyHands) -> np.ndarray:
    return surface(hands.mesh(0), 0)


def ball(n_points: int = 6000, radius_m: float = 0.08) -> np.ndarray:
    way = np.random.default_rng(0).normal(size=(n_points, 3))
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    return np.column_stack([radius_m * way, way, np.zeros(n_points)])


def test_of_a_ball_the_near_side_is_seen() -> None:
    """From a distance d the cap with cos > r / d is seen: no point beyond it, and nearly all within."""
    eye = np.array([0.0, 0.0, 0.5])
    points = ball()
    cosine = points[:, 5]
    seen = visible(points, eye) > 0
    assert cosine[seen].min() >= 0.08 / 0.5
    assert seen[cosine > 0.4].mean() > 0.97


def test_what_is_behind_is_hidden() -> None:
    front = ball(radius_m=0.03)
    front[:, 2] += 0.1
    both = np.concatenate([front, ball(radius_m=0.03)])
    seen = visible(both, np.array([0.0, 0.0, 0.5])) > 0
    assert seen[: len(front)].mean() > 0.35  # (1 - 0.03 / 0.4) / 2 is 0.46, less what is seen too flat
    assert seen[len(front) :].sum() < 0.05 * seen.sum()


def test_an_open_box_has_a_rim() -> None:
    """A tetrahedron without its ground is open along three edges."""
    corners = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    assert rim(Mesh(corners, np.array([[0, 1, 3], [1, 2, 3], [2, 0, 3]]))).shape == (3, 2, 3)


def test_a_forearm_goes_on_from_the_wrist_and_is_palm(hands: AnnyHands, whole: np.ndarray) -> None:
    forearm = whole[N_SURFACE:]
    assert forearm.shape == (N_FOREARM, 7) and not forearm[:, 6].any()
    wrist = rim(hands.mesh(0)).mean(axis=(0, 1))
    assert forearm[:, 1].max() < wrist[1] + 0.02
    assert 0.12 < wrist[1] - forearm[:, 1].min() < 0.21
    assert np.allclose(np.linalg.norm(whole[:, 3:6], axis=1), 1)


def test_noise_is_as_large_as_it_is_said_and_along_the_ray(whole: np.ndarray) -> None:
    """The same seed with and without noise; only the distance to the sensor differs, by its standard deviation."""
    calm = replace(ONE_VIEW, noise_m=(0.0, 0.0), flying=0.0)
    one, _ = scanned(whole, np.random.default_rng(1), 1000, calm)
    other, _ = scanned(whole, np.random.default_rng(1), 1000, replace(calm, noise_m=(0.004, 0.004)))
    off = other.points - one.points
    ray = one.points - np.array(one.viewpoint)
    ray /= np.linalg.norm(ray, axis=1, keepdims=True)
    along = (off * ray).sum(axis=1)
    assert np.abs(off - along[:, None] * ray).max() < 1e-9
    assert along.std() == pytest.approx(0.004, rel=0.1)


def test_one_view_sees_no_point_that_looks_away(whole: np.ndarray) -> None:
    cloud, _ = scanned(whole, np.random.default_rng(0), 500, replace(ONE_VIEW, noise_m=(0.0, 0.0), flying=0.0))
    way = whole[:, :3] * np.array([-1.0, 1, 1]), whole[:, :3]
    exact = [np.linalg.norm(side[None] - cloud.points[:40, None], axis=2).min(axis=1).max() for side in way]
    assert min(exact) < 1e-9 < max(exact)  # of a left or of a right hand


def test_training_sees_left_and_right_hands_and_other_things(whole: np.ndarray) -> None:
    kinds = [scanned(whole, np.random.default_rng(seed), 200, TRAINING)[1] for seed in range(200)]
    share = np.bincount(kinds, minlength=3) / 200
    assert share[NO_HAND] == pytest.approx(TRAINING.no_hand, abs=0.06)
    assert share[0] == pytest.approx(share[1], abs=0.2)  # four standard deviations


def test_labels_follow_their_points_into_the_slots(whole: np.ndarray) -> None:
    """A scan without noise: each slot's point stands where a point of the same part stands on the surface."""
    calm = replace(ONE_VIEW, noise_m=(0.0, 0.0), flying=0.0)
    cloud, _ = scanned(whole, np.random.default_rng((3, 1)), 300, calm)
    mirrored = whole[:, :3] * np.array([-1.0, 1, 1])
    apart = [np.linalg.norm(side[None] - cloud.points[:, None], axis=2) for side in (mirrored, whole[:, :3])]
    nearest = min(apart, key=lambda one: one.min(axis=1).max()).argmin(axis=1)
    assert (whole[nearest, 6] == cloud.labels).mean() > 0.99
    one = scan(whole, (3, 1), 256)
    n_points = int(one.tensors["present"].sum())
    assert 128 <= n_points <= 256
    assert (one.target[n_points:] == UNLABELLED).all()


def test_along_a_scans_axes_it_is_a_right_hand(whole: np.ndarray) -> None:
    """The same scan as it was drawn, mirrored if it is a left hand: every point stands where it stood, in units."""
    for seed in range(6):
        one = scan(whole, (seed, 1), 512)
        rng = np.random.default_rng((seed, 1))
        cloud, kind = scanned(whole, rng, int(rng.integers(256, 513)), TRAINING)
        true = (cloud.points - cloud.points.mean(axis=0)) * np.array([-1.0 if kind == 0 else 1.0, 1, 1])
        true /= np.sqrt((true**2).sum(axis=1).mean())
        points = (one.tensors["points"] @ one.tensors["axes"])[: cloud.n_points]
        assert np.linalg.norm(points[:, None] - true[None], axis=2).min(axis=1).max() < 1e-4
        as_it_is = np.linalg.det(one.tensors["axes"]) > 0
        assert kind == NO_HAND or one.tensors["handed"][0] == float(as_it_is == (kind == 1))


def test_a_shaken_scan_is_the_same_hand_in_other_axes(whole: np.ndarray) -> None:
    """Without stretch, what lies along the hand's axes stays where it was, and so does which hand it is."""
    shake = NewScans({256: 1.0}, 1, 4096, stretch=0.0, turned=0.5, mirrored=1.0)
    batch = {
        "hand": torch.arange(900, 908),
        "surface": torch.as_tensor(whole)[None].expand(8, -1, -1),
        "target": torch.zeros(8),
    }
    found = shake(batch, torch.Generator().manual_seed(0))
    for row in range(8):
        one = hand_surface_models._MADE[900 + row, 256, 0, shake.sight]
        before = one.tensors["points"] @ one.tensors["axes"]
        assert np.allclose(found["points"][row] @ found["axes"][row], before, atol=1e-4)
        proper = bool(torch.det(found["axes"][row]) > 0)
        assert one.kind == NO_HAND or bool(found["handed"][row, 0]) == (proper == (one.kind == 1))
    assert len({bool(torch.det(one) > 0) for one in found["axes"]}) == 2


def test_a_sensor_that_was_put_inside_looks_again_from_elsewhere(
    whole: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    middle, outside = whole[:, :3].mean(axis=0), np.array([0.0, 0.0, 0.6])
    ball = whole.astype(np.float64)
    ball[:, 3:6] = unit(ball[:, :3] - middle)  # all of it looks away from its middle
    eyes = iter([middle, middle, outside])
    monkeypatch.setattr(hand_surface_scans, "_eye", lambda *_: next(eyes))
    seen, eye = hand_surface_scans._seen(ball, np.random.default_rng(0), 256, hand_surface_scans.ONE_VIEW)
    assert eye is outside and len(seen) == 256


def test_axes_that_are_right_cost_nothing_and_things_are_not_asked_for_theirs(whole: np.ndarray) -> None:
    axes = torch.linalg.qr(torch.randn(2, 3, 3, generator=torch.Generator().manual_seed(0)))[0]
    looked_in = torch.eye(3).expand(2, 1, 3, 3)
    right = {"said": axes[:, None].clone(), "looked_in": looked_in}
    assert float(axes_loss(right, {"axes": axes, "kind": torch.tensor([0, 1])})) == pytest.approx(0.0, abs=0.04)
    right["said"][1] = -right["said"][1]  # two units off along each axis
    assert float(axes_loss(right, {"axes": axes, "kind": torch.tensor([0, NO_HAND])})) == pytest.approx(0.0, abs=0.04)
    assert float(axes_loss(right, {"axes": axes, "kind": torch.tensor([0, 1])})) == pytest.approx(1.0, abs=0.05)


def test_shapes_are_groups_of_hands_with_like_bones(hands: AnnyHands) -> None:
    group = shapes(hands)
    assert len(np.unique(group)) == 40
    middle = np.linalg.norm(hands.joints[:, 10] - hands.joints[:, 9], axis=1)  # a bone of the middle finger
    within = np.mean([middle[group == one].std() for one in np.unique(group)])
    assert within < 0.7 * middle.std()


def test_no_shape_is_on_both_sides_and_variants_are_tested_only(quick: Examples) -> None:
    (fold,) = other_shapes(quick)
    check_split(quick, fold)
    assert not set(quick.covariates["shape"][fold.train]) & set(quick.covariates["shape"][fold.test])
    assert set(quick.covariates["variant"][fold.train]) == {0}
    assert set(quick.covariates["variant"][fold.test]) == set(range(len(VARIANTS)))
    judged = (quick.target != UNLABELLED).any(axis=1)
    assert np.array_equal(judged, quick.covariates["variant"] == 0)


def test_intersection_over_union_by_hand() -> None:
    """Two clouds of four points; in the second one part isn't there and isn't said."""
    target = np.array([[0, 0, 1, 1], [0, 0, 0, UNLABELLED]])
    said = np.eye(6)[np.array([[0, 1, 1, 1], [0, 0, 1, 4]])]
    # first: palm 1/2, thumb 2/3; second: palm 2/3, thumb 0/1; the other four parts are nowhere
    assert iou(target[0], said[0].argmax(axis=1))[:2] == pytest.approx([1 / 2, 2 / 3])
    assert mean_iou(target, said) == pytest.approx(np.mean([(7 / 6 + 4) / 6, (2 / 3 + 4) / 6]))
    assert mean_iou_there(target, said) == pytest.approx(np.mean([7 / 12, 1 / 3]))
    assert overall_accuracy(target, said) == pytest.approx(np.mean([3 / 4, 2 / 3]))


def test_points_of_no_hand_pull_at_no_part() -> None:
    logits = torch.zeros(1, 4, 6, requires_grad=True)
    batch = {"target": torch.tensor([[0, UNLABELLED, UNLABELLED, 3]]), "kind": torch.tensor([1])}
    loss({"logits": logits, "kind_logits": torch.zeros(1, 3)}, batch).backward()
    pulled = logits.grad.abs().sum(dim=2)[0]
    assert pulled[[1, 2]].tolist() == [0.0, 0.0] and (pulled[[0, 3]] > 0).all()


def test_a_seed_fixes_a_batch_of_new_scans(quick: Examples) -> None:
    batch = {name: torch.as_tensor(quick.covariates[name][:4]) for name in ("hand", "surface")}
    batch["target"] = torch.as_tensor(quick.target[:4])
    new = NewScans({128: 1.0}, n_points=512)
    one, again, other = (new(batch, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1))
    assert all(torch.equal(value, again[name]) for name, value in one.items())
    assert not torch.equal(one["points"], other["points"])
    assert one["points"].shape == (4, 128, 3) and one["target"].shape == (4, 128)
    assert set(one["kind"].tolist()) <= {0, 1, 2}


def test_shares_of_the_majority_are_counted(quick: Examples) -> None:
    model = SharesModel()
    model.fit(quick, 0)
    labels = quick.target[quick.target != UNLABELLED]
    said = model.predict(quick)["probability"]
    assert said[0, 0, 0] == pytest.approx(np.mean(labels == 0), abs=1e-6)


def test_a_network_is_trained_once_on_the_training_shapes_alone(
    quick: Examples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rehabkit.learning.kept.home", lambda: tmp_path)
    monkeypatch.setattr(hand_surface_models, "HandAxes", lambda: HandAxes(6))
    make = hand_surface_models.network(lambda axes: PointNet((8, 16), axes), 1, axes_epochs=1)
    first, second = make(), make()
    first.augment = second.augment = NewScans({128: 1.0}, n_points=256)
    first.fit(quick, 0)
    assert len(list((tmp_path / "folds").iterdir())) == 2  # the network, and what finds its axes
    trained = first.axes.module().state_dict()
    kept = first.module().axes.state_dict()
    assert all(torch.equal(kept[name], value) for name, value in trained.items())
    second.fit(quick.at(quick.covariates["learn"] > 0), 0)
    assert len(list((tmp_path / "folds").iterdir())) == 2
    some = quick.at(np.arange(2))
    assert np.array_equal(first.predict(some)["probability"], second.predict(some)["probability"])


def test_a_quick_run_of_what_is_cheap(quick: Examples) -> None:
    run = bench.evaluate(
        RECIPE,
        quick,
        RECIPE.protocols["other_shapes"],
        bench.Settings(quick=True),
        models=["pointnet", "classical", "nearest template", "majority"],
    )
    for outcome in run.outcomes.values():
        assert 0 <= outcome.estimates["mIoU"].value <= 1
    assert run.outcomes["classical"].estimates["mIoU"].value > run.outcomes["majority"].estimates["mIoU"].value
    assert run.subjects_are == "groups of modelled hands"


def test_what_little_seen_parts_cost_adds_up(shared: Path) -> None:
    rows = RECIPE.studies["sizes"](shared, True).rows
    for whose in ("left out", "learned from"):
        (_, _, n_parts, mean, lacks), *each = [row for row in rows if row[0] == whose]
        assert n_parts == sum(row[2] for row in each) > 0
        assert float(lacks) == pytest.approx(sum(float(row[4]) for row in each), abs=0.003)
        assert float(mean) + float(lacks) == pytest.approx(1, abs=0.001)
