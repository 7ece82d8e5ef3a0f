"""The tree in torch against the library in numpy, on simulated people whose numbers are counted there."""

import dataclasses

import numpy as np
import pytest
import torch

from rehabkit.kinematics.angles import unit
from rehabkit.kinematics.depth import completion
from rehabkit.kinematics.depth.bed import Plane
from rehabkit.kinematics.depth.completion import complete
from rehabkit.kinematics.depth.hidden import cues_of
from rehabkit.kinematics.depth.prior import LyingPrior, fitted
from rehabkit.kinematics.depth.sight import Sight
from rehabkit.kinematics.depth.tree import BONES, WIDTHS
from rehabkit.learning.networks import lying_pose_tree
from rehabkit.learning.networks.lying_pose_tree import Tree
from rehabkit.systems.lying_pose.picture import JOINTS
from rehabkit.systems.lying_pose.tensors import N_FEATURES

UP = unit(np.array([0.1, 0.3, -1.0]))


def sight(rng: np.random.Generator, size: float = 1.0) -> Sight:
    """Someone flat on a mattress 2 m away: nothing but lines of sight and a surface 6 cm before each joint, or 15."""
    across = np.stack([unit(np.cross([0.0, 1.0, 0.0], UP)), unit(np.cross(UP, [1.0, 0.0, 0.0]))])
    x = [0, 0, 0, 0.18, -0.18, 0.2, -0.2, 0.22, -0.22, 0.11, -0.11, 0.12, -0.12, 0.12, -0.12, 0]
    y = [0.7, 0.62, 0.5, 0.45, 0.45, 0.2, 0.2, 0, 0, -0.05, -0.05, -0.45, -0.45, -0.85, -0.85, 0]
    flat = size * np.array([x, y]).T + rng.normal(0, 0.02, (16, 2))
    joints = np.array([0, 0, 2.0]) + flat @ across + (0.1 + rng.uniform(0, 0.05, (16, 1))) * UP
    far = np.linalg.norm(joints, axis=1, keepdims=True)
    behind = np.where(rng.random((16, 1)) < 0.2, 0.15, 0.06)
    surface = joints * (1 - behind / far)
    return Sight(
        joints / joints[:, 2:], surface[:, 2], Plane(UP, float(UP @ [0, 0, 2.0])), rng.normal(0, 0.05, (21, 2))
    )


@pytest.fixture(scope="module")
def sights() -> list[Sight]:
    rng = np.random.default_rng(0)
    return [sight(rng, size) for size in np.linspace(0.9, 1.1, 60)]


@pytest.fixture(scope="module")
def prior(sights: list[Sight]) -> LyingPrior:
    centre = np.stack([s.surface * (1 + 0.06 / np.linalg.norm(s.surface, axis=1, keepdims=True)) for s in sights])
    hidden = np.random.default_rng(1).random((60, 16)) < 0.2
    return fitted(JOINTS, sights, centre, ~hidden, np.arange(60) // 5)


def tensors(sights: list[Sight]) -> list[torch.Tensor]:
    """As the system gives them, in axes that lie on the mattress."""
    rows = []
    for one in sights:
        up = one.plane.up
        first = unit(np.cross(up, [0.3, 1.0, 0.2]))
        axes = np.stack([first, np.cross(up, first), up])
        origin = np.array([0.1, -0.2, 0.0])
        origin = origin - one.plane.height(origin) * up
        found = np.isfinite(one.surface).all(axis=1)
        joints = np.zeros((16, N_FEATURES))
        joints[:, :3] = np.nan_to_num((one.surface - origin) @ axes.T) * found[:, None]
        rays = unit(one.rays) @ axes.T
        joints[:, 3:6], joints[:, 6] = np.where(np.isfinite(rays), rays, (0, 0, -1)), found
        rows.append((joints, one.relief_m, np.concatenate([origin[None], axes])))
    return [torch.as_tensor(np.stack(column), dtype=torch.float32) for column in zip(*rows, strict=True)]


def test_it_says_what_the_library_says(sights: list[Sight], prior: LyingPrior, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completion, "SIZES", np.array(lying_pose_tree.SIZES))
    tree = Tree()
    tree.count(prior)
    told = tree(*tensors(sights[:6])).numpy()
    for one, row in zip(sights[:6], told, strict=True):
        done = complete([one], prior)[0]
        behind = np.linalg.norm(done.positions, axis=1) - np.linalg.norm(one.surface, axis=1)
        np.testing.assert_allclose(row[:, 0], behind, atol=0.002)
        np.testing.assert_allclose(row[:, 1], done.spread_m, atol=0.002)
        np.testing.assert_allclose(row[:, 2], done.hidden, atol=0.02)
        np.testing.assert_allclose(row[:, 3], prior.judge.share(cues_of(one, prior.offsets)), atol=0.001)


def test_a_joint_without_a_point_is_told_as_unknown_and_the_rest_as_the_library_does(
    sights: list[Sight], prior: LyingPrior, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "SIZES", np.array(lying_pose_tree.SIZES))
    knee = JOINTS.index("left_knee")
    rays, surface = sights[3].rays.copy(), sights[3].surface_m.copy()
    rays[knee], surface[knee] = np.nan, np.nan
    without = dataclasses.replace(sights[3], rays=rays, surface_m=surface)
    tree = Tree()
    tree.count(prior)
    told = tree(*tensors([without])).numpy()[0]
    assert told[knee].tolist() == [0.0, 0.5, 1.0, 1.0]
    done = complete([without], prior)[0]
    behind = np.linalg.norm(done.positions, axis=1) - np.linalg.norm(without.surface, axis=1)
    others = np.arange(16) != knee
    np.testing.assert_allclose(told[others, 0], behind[others], atol=0.003)


def test_it_has_a_number_for_each_cue_and_bone(prior: LyingPrior) -> None:
    assert prior.judge.mean.shape[1] == lying_pose_tree.N_CUES
    assert prior.bones == lying_pose_tree.TREE
    assert len(lying_pose_tree.PAIRS) == len(BONES) + len(WIDTHS)
