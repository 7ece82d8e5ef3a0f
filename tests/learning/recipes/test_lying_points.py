"""lying_points' recipe runs through on a few reliefs, and its examples stay true when they are changed."""

import numpy as np
import pytest
import torch

from rehabkit.learning import bench
from rehabkit.learning.lying_people import reliefs as shelf
from rehabkit.learning.lying_people.people import pictures
from rehabkit.learning.lying_people.reliefs import reliefs, row_of
from rehabkit.learning.protocols import Fold, Protocol
from rehabkit.learning.recipes.lying_points import LyingPointsRecipe, mean_cm, off_cm, the_first, within
from rehabkit.learning.recipes.lying_points_models import OTHER, changed
from rehabkit.learning.training import batch_of
from rehabkit.systems.lying_points import SIDE
from rehabkit.systems.lying_pose.picture import JOINTS


@pytest.fixture(scope="module")
def examples():
    return LyingPointsRecipe().examples(None, quick=True)


def test_heads_lie_high_and_ankles_low_and_all_on_something(examples):
    relief, points = examples.inputs["relief"], examples.target
    there = np.isfinite(points).all(axis=2)
    at = np.clip(np.round(np.nan_to_num(points)), 0, SIDE - 1).astype(int)
    rows = np.arange(len(points))[:, None]
    assert (relief[rows, at[..., 1], at[..., 0]][there & (examples.covariates["visible"] > 0)] > 0.02).mean() > 0.9
    apart = np.linalg.norm(points[:, JOINTS.index("head")] - points[:, JOINTS.index("left_ankle")], axis=1)
    assert np.nanmax(apart) > SIDE / 3  # somebody is stretched out, along the long side


def test_an_example_that_is_changed_shows_the_same_person(examples):
    batch = batch_of(examples)
    new = changed(batch, torch.Generator().manual_seed(0))
    relief, points = new["relief"].numpy(), new["target"].numpy()
    rows = np.arange(len(points))[:, None]

    def heights(relief, points):
        at = np.clip(np.round(np.nan_to_num(points)), 0, SIDE - 1).astype(int)
        return relief[rows, at[..., 1], at[..., 0]]

    before, after = heights(batch["relief"].numpy(), batch["target"].numpy()), heights(relief, points)
    same, other = (np.abs(after - b) for b in (before, before[:, OTHER]))
    assert np.median(np.minimum(np.median(same, axis=1), np.median(other, axis=1))) < 0.03
    assert not np.allclose(points, batch["target"].numpy(), equal_nan=True)
    np.testing.assert_allclose(
        new["up"].norm(dim=1).numpy(), batch["up"].norm(dim=1).numpy(), rtol=1e-5
    )  # turned, not stretched


def test_who_lying_pose_learns_from_is_not_learned_from(examples):
    (fold,) = the_first(examples)
    assert (examples.covariates["person"][fold.train] >= 300).all() and len(fold.train)


def test_it_runs_through_the_bench_and_beats_nothing_at_all(examples):
    people = Protocol("people", "", lambda some: [Fold("all", np.arange(0, 8), np.arange(8, len(some)))])
    settings = bench.Settings(quick=True)
    done = bench.evaluate(LyingPointsRecipe(), examples, people, settings, models=["classical", "mean points"])
    assert all(one.estimates["off, cm"].value < 100 for one in done.outcomes.values())


def test_metrics_leave_out_joints_beyond_the_picture():
    true = np.full((1, 16, 2), 50.0)
    true[0, 3] = np.nan
    points = true + np.array([8.0, 0.0])
    points[0, 0] = 50
    assert np.isnan(off_cm(true, points)[0, 3])
    assert mean_cm(true, points) == pytest.approx(14 * 10 / 15)
    assert within(5.0)(true, points) == pytest.approx(1 / 15)


def test_the_shelf_keeps_what_was_rendered(tmp_path, monkeypatch):
    first = reliefs(0, 1, 1, tmp_path)
    monkeypatch.setattr(shelf, "pictures", lambda *_: pytest.fail("it was there"))
    again = reliefs(0, 1, 1, tmp_path)
    assert all(np.array_equal(first[name], again[name], equal_nan=True) for name in first)
    one = row_of(next(iter(pictures(0, 1))))
    assert np.array_equal(one["relief"], first["relief"][0])


def test_tables_of_who_sees_what(shared):
    for name in ("told", "real"):
        table = LyingPointsRecipe.studies[name](shared, True)
        assert "RENDERED" in table.title
        assert len(table.rows) == (3 if name == "told" else 1)
        assert all(len(row) == len(table.columns) for row in table.rows)
        assert "nan" not in table.rows[-1][1]
