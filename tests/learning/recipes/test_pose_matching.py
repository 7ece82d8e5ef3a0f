"""Pairs of poses: who is in them, what new ones training makes, and one quick run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from rehabkit.learning import bench
from rehabkit.learning.examples import Examples
from rehabkit.learning.metrics import accuracy
from rehabkit.learning.recipes.pose_angles import AngleModel, LimbAngles
from rehabkit.learning.recipes.pose_matching import HALVES, UNJUDGED, PoseMatchingRecipe, judged
from rehabkit.learning.recipes.pose_new_pairs import BEYOND, NewPairs, on_sheet, turned
from rehabkit.learning.recipes.pose_pairs import (
    DUOS,
    KINDS,
    TURNED,
    draw_pairs,
    key_frames,
    key_poses,
    turned_pairs,
)
from rehabkit.recordings.datasets.uiprmd import UiPrmd
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.systems.pose_matching.stick_figure import JOINTS

RECIPE = PoseMatchingRecipe()


@pytest.fixture(scope="module")
def data(shared: Path) -> UiPrmd:
    return UiPrmd(shared / "exercise" / "uiprmd")


@pytest.fixture(scope="module")
def quick(shared: Path) -> Examples:
    return RECIPE.examples(shared, quick=True)


def figures(n: int) -> torch.Tensor:
    points = torch.rand(n, len(JOINTS), 2, generator=torch.Generator().manual_seed(0))
    return on_sheet(torch.cat([points, torch.ones(n, len(JOINTS), 1)], dim=2))


def test_key_frames_of_a_movement_that_is_known() -> None:
    """One joint goes out and back over 101 frames as a sine: farthest midway, half way at asin(1/2)/π of the time."""
    height = np.sin(np.linspace(0, np.pi, 101))
    positions = np.zeros((101, 1, 3))
    positions[:, 0, 1] = height
    skeleton = Skeleton(("left_wrist",), np.arange(101) / 30, positions, np.ones((101, 1)), "y_up", "test")
    start, half, peak = key_frames(skeleton)
    assert start == 2 and peak == 50 and half == pytest.approx(100 / 6, abs=2)


def test_a_pair_stays_within_its_duo_and_is_what_its_kind_says(data: UiPrmd) -> None:
    poses = key_poses(data, set(DUOS[0]) | set(DUOS[1]))
    kinds = set()
    for pair in draw_pairs(poses, 40, seed=3):
        first, second = pair.learner, pair.template
        kinds.add(pair.kind)
        assert {first.person, second.person} <= set(DUOS[pair.duo])
        assert second.correct and first.skeleton is not second.skeleton
        same_movement, same_phase = first.movement == second.movement, first.phase == second.phase
        assert (first.person == second.person) or pair.kind != 0
        assert (first.person != second.person) or pair.kind != 1
        assert same_movement == (pair.kind != 2) and same_phase == (pair.kind != 3)
        assert first.correct == (pair.kind != 4)
    assert kinds == set(range(len(KINDS)))


def test_a_turned_joint_moves_what_hangs_on_it_by_what_was_asked(data: UiPrmd) -> None:
    pairs = list(turned_pairs(key_poses(data, set(DUOS[0])), 1, seed=0))
    assert {(p.joint, p.degrees) for p in pairs} == {(j, d) for j in range(len(TURNED)) for d in (15.0, 30.0, 45.0)}
    for pair in (p for p in pairs if list(TURNED)[p.joint] == "left_elbow"):
        wrong = pair.learner.skeleton
        clean = min(
            (p.skeleton for p in key_poses(data, set(DUOS[0])) if p.skeleton.n_frames == wrong.n_frames),
            key=lambda s: float(np.abs(s.joint("left_elbow") - wrong.joint("left_elbow")).sum()),
        )
        before, after = ((s.joint("left_wrist") - s.joint("left_elbow"))[pair.learner.frame] for s in (clean, wrong))
        cosine = before @ after / np.linalg.norm(before) / np.linalg.norm(after)
        assert np.degrees(np.arccos(cosine)) == pytest.approx(pair.degrees, abs=0.5)


def test_the_figure_is_turned_about_the_joint_by_the_degrees() -> None:
    before = figures(40)
    after = turned(before, (30.0, 30.0), torch.Generator().manual_seed(1))
    for first, second in zip(before[..., :2], after[..., :2], strict=True):
        angles = {}
        for joint, moved in BEYOND.items():
            a, b = (xy[JOINTS.index(moved[0])] - xy[JOINTS.index(joint)] for xy in (first, second))
            angles[joint] = float(torch.rad2deg(torch.atan2(a[0] * b[1] - a[1] * b[0], a @ b)))
        changed = {joint for joint, angle in angles.items() if abs(angle) > 0.1}
        assert all(abs(angles[joint]) == pytest.approx(30, abs=0.1) for joint in changed)
        assert 1 <= len(changed) <= 2  # a shoulder takes the elbow along


def test_new_pairs_are_of_the_figures_at_hand_and_truthfully_labelled() -> None:
    """Each code has figures of one size, so a figure tells which code it has."""
    n = 60
    code = torch.arange(n) % 6 - 2  # -2, -1: wrong ones of the poses 1 and 0
    shape = figures(1).repeat(n, 1, 1)
    shape[:, JOINTS.index("left_wrist"), 2] = code.float()
    batch = {
        "learner": shape, "template": shape.flip(0), "learner_code": code, "template_code": code.flip(0),
        "target": torch.zeros(n, dtype=torch.int64),
    }  # fmt: skip
    made = NewPairs(turned=0.0, tremble=0.0)(batch, torch.Generator().manual_seed(0))
    learner, template = (made[name][:, JOINTS.index("left_wrist"), 2] for name in ("learner", "template"))
    assert bool((template >= 0).all())
    np.testing.assert_array_equal(made["target"].numpy() == 1, (learner == template).numpy())
    assert 0.3 < float((made["target"] == 1).float().mean()) < 0.7
    assert bool(((learner == -1 - template) == (learner < 0)).all())


def test_turned_figures_are_another_pose() -> None:
    code = torch.zeros(20, dtype=torch.int64)
    batch = {"learner": figures(20), "template": figures(20), "learner_code": code, "template_code": code,
             "target": code.clone()}  # fmt: skip
    made = NewPairs(same=1.0, turned=0.5, tremble=0.0)(batch, torch.Generator().manual_seed(0))
    assert made["target"].tolist() == [0] * 10 + [1] * 10


def test_examples_hold_pairs_to_judge_and_probes(quick: Examples) -> None:
    kind = quick.covariates["kind"]
    np.testing.assert_array_equal(quick.target == UNJUDGED, kind == len(KINDS))
    np.testing.assert_array_equal(quick.target == 1, kind <= 1)
    folds = HALVES.split(quick)
    assert len(folds) == 2
    for fold in folds:
        assert not np.any(quick.target[fold.train] == UNJUDGED)
        assert np.any(quick.target[fold.test] == UNJUDGED)


def test_metrics_leave_probes_out() -> None:
    output = np.array([[0.9, 0.1], [0.1, 0.9], [0.1, 0.9]])
    assert judged(accuracy)(np.array([0, 1, UNJUDGED]), output) == 1.0
    assert judged(accuracy).__name__ == "accuracy"


def test_limb_angles_are_those_of_the_picture() -> None:
    """The left forearm turned by 30 degrees about the elbow, everything else alike."""
    first = figures(1)
    second = first.clone()
    elbow, wrist = JOINTS.index("left_elbow"), JOINTS.index("left_wrist")
    c, s = np.cos(np.pi / 6), np.sin(np.pi / 6)
    turn = torch.tensor([[c, s], [-s, c]], dtype=torch.float32)
    second[0, wrist, :2] = first[0, elbow, :2] + (first[0, wrist, :2] - first[0, elbow, :2]) @ turn
    angle = torch.rad2deg(LimbAngles().features(first, second)[0])[0]
    assert float(angle[-1]) == pytest.approx(30, abs=0.1) and float(angle[:-1].max()) < 0.1


def test_the_classical_models_graph_says_what_scikit_learn_says(quick: Examples) -> None:
    train = quick.at(quick.target != UNJUDGED)
    model = AngleModel()
    model.fit(train, 0)
    with torch.no_grad():
        inputs = [torch.as_tensor(value) for value in train.inputs.values()]
        x = LimbAngles().features(*inputs)[1].numpy()
    np.testing.assert_allclose(model.predict(train)["probability"], model.estimator.predict_proba(x), atol=1e-4)


def test_a_quick_run_fills_every_table(quick: Examples, shared: Path) -> None:
    run = bench.evaluate(RECIPE, quick, HALVES, bench.Settings(quick=True), models=["small", "limb angles"])
    assert set(run.outcomes) == {"small", "limb angles"}
    assert run.outcomes["small"].outputs["limbs"].shape == (len(quick), 11)
