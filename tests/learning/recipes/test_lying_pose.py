"""The lying_pose recipe: measures by hand calculation, training data that can't leak, every step on a few people."""

from pathlib import Path

import numpy as np
import pytest
import torch

from rehabkit.learning.bench import Settings, evaluate
from rehabkit.learning.examples import Examples
from rehabkit.learning.recipes.lying_pose import (
    LyingPoseRecipe,
    hidden_mpjpe,
    left_out,
    mpjpe,
    pa_mpjpe,
    pck,
    seen_mpjpe,
)
from rehabkit.learning.recipes.lying_pose_models import PlainLift, UsualHeight, augmented, sights, widen
from rehabkit.learning.training import batch_of
from rehabkit.systems.lying_pose.picture import JOINTS

RECIPE = LyingPoseRecipe()
DATA = Path(__file__).parents[4] / "shared" / "data"


@pytest.fixture(scope="module")
def examples() -> Examples:
    return RECIPE.examples(None, quick=True)


def test_measures_are_those_of_a_hand_calculation() -> None:
    true = np.zeros((1, 4, 4))
    true[0, :, :3] = [[0, 0, 2], [0, 1, 2], [1, 0, 2], [0, 0, 3]]
    true[0, 3, 3] = 1  # the last is hidden
    found = true[..., :3] + [[[0.03, 0.04, 0]] * 3 + [[0, 0, 0.2]]]
    assert mpjpe(true, found) == pytest.approx((3 * 50 + 200) / 4)
    assert seen_mpjpe(true, found) == pytest.approx(50)
    assert hidden_mpjpe(true, found) == pytest.approx(200)
    assert np.isnan(hidden_mpjpe(true[:, :3], found[:, :3]))
    assert pck(100)(true, found) == pytest.approx(0.75)
    assert pa_mpjpe(true, 2 * true[..., :3] + 1) == pytest.approx(0, abs=1e-6)


def test_people_left_out_are_apart_and_have_true_points(examples: Examples) -> None:
    (fold,) = left_out(examples)
    assert not set(examples.subject[fold.train]) & set(examples.subject[fold.test])
    assert (examples.covariates["kind"][fold.test] == 0).all()
    assert set(examples.covariates["kind"][fold.train]) == {0, 1, 2}


def test_a_mirrored_person_is_a_person(examples: Examples) -> None:
    batch = batch_of(examples)
    twice = batch
    generator = torch.Generator().manual_seed(0)
    changed = augmented(batch, generator)
    view = batch["view"]

    def own(target: torch.Tensor) -> torch.Tensor:
        return (target[..., :3] - view[:, :1]) @ view[:, 1:].transpose(1, 2)

    before, after = own(batch["target"]), own(changed["target"])
    left, right = JOINTS.index("left_knee"), JOINTS.index("right_knee")
    same = after[:, left, 0] * before[:, left, 0] > 0
    size = after[:, JOINTS.index("neck"), 1] / before[:, JOINTS.index("neck"), 1]
    flipped = torch.isclose(after[:, left, 0], -size * before[:, right, 0], atol=1e-4)
    kept = torch.isclose(after[:, left, 0], size * before[:, left, 0], atol=1e-4)
    assert bool((flipped | kept).all()) and bool(flipped.any()) and bool(kept.any()) and len(same) == len(twice["view"])
    # the surface stays on the line between camera and joint: where the joint goes, its surface goes
    gap = (changed["joints"][..., :3] - after).norm(dim=-1)
    old = (batch["joints"][..., :3] - before).norm(dim=-1)
    usable = batch["joints"][..., 6].bool().all(dim=1) & kept
    torch.testing.assert_close(gap[usable], old[usable] * size[usable, None], atol=2e-3, rtol=2e-2)


def test_the_plain_lift_is_the_surface_and_the_usual_height_is_learned(examples: Examples) -> None:
    exact = examples.at(np.flatnonzero(examples.covariates["kind"] == 0))
    plain, usual = PlainLift(), UsualHeight()
    plain.fit(exact, 0)
    usual.fit(exact, 0)
    surface = np.stack([one.surface for one in sights(exact)])
    known = np.isfinite(surface).all(axis=-1)
    np.testing.assert_allclose(plain.predict(exact)["position"][known], surface[known], atol=1e-4)
    assert 20 < mpjpe(exact.target, usual.predict(exact)["position"]) < 400


def test_the_spread_is_widened_to_hold_what_it_says(examples: Examples) -> None:
    model = RECIPE.models["direct"]()
    model.initialise(0)
    module = model.module()
    widen(module, examples)
    outputs = model.predict(examples)
    apart = np.linalg.norm(outputs["position"] - examples.target[..., :3], axis=-1)
    marked = outputs["hidden"] > 0.5
    within = (apart <= outputs["spread"])[~marked].mean()
    assert within == pytest.approx(0.68, abs=0.15)


def test_every_model_runs_and_says_that_its_people_are_rendered(examples: Examples) -> None:
    chosen = ["published", "small", "classical"]
    evaluation = evaluate(RECIPE, examples, RECIPE.protocols["people"], Settings(quick=True), models=chosen)
    assert set(evaluation.outcomes) == set(chosen)
    assert "rendered as a depth camera sees them" in evaluation.simulated
    for outcome in evaluation.outcomes.values():
        assert 0 < outcome.estimates["MPJPE, mm"].value < 500


@pytest.mark.skipif(not (DATA / "lying" / "anny_synth_rgbd").is_dir(), reason="data set anny_synth_rgbd isn't at hand")
def test_studies_say_from_what_their_pictures_are() -> None:
    source = DATA / "lying" / "anny_synth_rgbd"
    table = RECIPE.studies["postures"](source, True)
    assert "RENDERED FROM REAL LYING POSES" in table.note and table.rows
    sure = RECIPE.studies["sureness"](source, True)
    assert len(sure.rows) == 4
