"""The bench: figures that repeat, runs that resume, folds on a Ray cluster, tables that say what they are."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pytest
from toy import SwingRecipe

from rehabkit.errors import InputError
from rehabkit.learning import bench, results
from rehabkit.learning.bench import Settings, evaluate
from rehabkit.learning.examples import Examples
from rehabkit.learning.protocols import LOSO, RANDOM
from rehabkit.learning.ship import make_bundle


def test_the_same_seed_gives_the_same_figure(recipe: SwingRecipe, examples: Examples) -> None:
    runs = [evaluate(recipe, examples, LOSO, Settings(seed=3), models=["small"]) for _ in range(2)]
    first, second = (run.outcomes["small"].outputs["probability"] for run in runs)
    np.testing.assert_array_equal(first, second)
    other = evaluate(recipe, examples, LOSO, Settings(seed=4), models=["small"])
    assert np.abs(other.outcomes["small"].outputs["probability"] - first).max() > 0


def test_models_beat_knowing_nothing(recipe: SwingRecipe, examples: Examples) -> None:
    run = evaluate(recipe, examples, LOSO, Settings())
    value = {name: one.estimates["accuracy"].value for name, one in run.outcomes.items()}
    assert value["majority"] == 0.5
    assert min(value["small"], value["classical"]) > 0.9
    assert run.outcomes["small"].cost is not None and run.outcomes["majority"].cost is None


def test_an_interrupted_run_goes_on_where_it_was(
    recipe: SwingRecipe, examples: Examples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(cache=tmp_path)
    whole = evaluate(recipe, examples, LOSO, settings, models=["small"])
    kept = sorted(tmp_path.glob("*.npz"))
    assert len(kept) == 5
    kept[0].unlink()
    fitted = []
    fit = recipe.models["small"]().__class__.fit
    monkeypatch.setattr(
        "rehabkit.learning.model.NetworkModel.fit", lambda self, *a: (fitted.append(1), fit(self, *a))[1]
    )
    again = evaluate(recipe, examples, LOSO, settings, models=["small"])
    assert len(fitted) == 1
    np.testing.assert_array_equal(
        again.outcomes["small"].outputs["probability"], whole.outcomes["small"].outputs["probability"]
    )
    evaluate(recipe, examples, LOSO, Settings(cache=tmp_path, seed=1), models=["small"])
    assert len(fitted) == 6


def test_folds_run_on_a_ray_cluster_of_two_workers(recipe: SwingRecipe, examples: Examples) -> None:
    ray = pytest.importorskip("ray")
    here = {"env_vars": {"PYTHONPATH": str(Path(__file__).parent)}}  # where the workers find the toy
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False, runtime_env=here)
    try:
        far = evaluate(recipe, examples, LOSO, Settings(engine="ray", jobs=2), models=["classical"])
    finally:
        ray.shutdown()
    near = evaluate(recipe, examples, LOSO, Settings(), models=["classical"])
    np.testing.assert_array_equal(
        far.outcomes["classical"].outputs["probability"], near.outcomes["classical"].outputs["probability"]
    )


def test_the_table_says_what_it_is(recipe: SwingRecipe, examples: Examples) -> None:
    run = evaluate(recipe, examples, RANDOM, Settings(leak_demo=True, quick=True), models=["small", "majority"])
    table = results.table(recipe, run)
    assert "LEAK DEMONSTRATION" in table.note and "quick run" in table.note
    assert "Configuration: small: {'epochs': " in table.note and "seed 0" in table.note
    assert [row[0] for row in table.rows] == ["small", "majority (trivial)"]
    assert results.figures(recipe, run, "small") == []
    with pytest.raises(InputError, match="leak demonstration must not be exported"):
        make_bundle(recipe, examples, Settings(quick=True), evaluation=run)


def test_what_was_trained_on_simulated_people_says_so(recipe: SwingRecipe, examples: Examples) -> None:
    class Simulated(SwingRecipe):
        simulated = "wrists that nobody has"

    run = evaluate(Simulated(), examples, LOSO, Settings(), models=["classical"])
    assert results.note(run).startswith("SIMULATED: wrists that nobody has. 60 recordings of 5 simulated people;")
    card = make_bundle(Simulated(), examples, Settings(quick=True), model="classical", evaluation=run).card
    assert card.limits[0].startswith("Trained on SIMULATED signals (wrists that nobody has)")
    assert [data.title for data in card.data] == ["SIMULATED: wrists that nobody has"]
    assert card.figures[0].protocol == "leave one subject out, 5 simulated people, 60 recordings"


def test_an_unknown_model_is_named(recipe: SwingRecipe, examples: Examples) -> None:
    with pytest.raises(InputError, match="model must be one of small, classical, majority, got huge"):
        evaluate(recipe, examples, LOSO, Settings(), models=["huge"])


def test_intervals_are_over_subjects(recipe: SwingRecipe, examples: Examples) -> None:
    run = evaluate(recipe, examples, LOSO, Settings(), models=["classical"])
    e = run.outcomes["classical"].estimates["accuracy"]
    assert e.low_95 <= e.value <= e.high_95
    probability = run.outcomes["classical"].outputs["probability"]
    rows = run.outcomes["classical"].rows
    own = [
        np.mean(
            probability[examples.subject[rows] == s].argmax(1) == examples.target[rows][examples.subject[rows] == s]
        )
        for s in examples.subjects
    ]
    assert e.worst == pytest.approx(min(own))


def test_a_change_of_a_network_changes_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recipe and its network in files of their own: only a change of what it imports counts."""
    folder = tmp_path / "rehabkit_toys"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "recipe.py").write_text("from rehabkit_toys.net import width\nclass Toy: pass\n")
    (folder / "net.py").write_text("width = 3\n")
    (folder / "other.py").write_text("width = 3\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(bench, "MADE_OF", ("rehabkit_toys.",))
    toy = importlib.import_module("rehabkit_toys.recipe").Toy()
    before = bench.code_digest(toy)
    (folder / "other.py").write_text("width = 4\n")
    assert bench.code_digest(toy) == before
    (folder / "net.py").write_text("width = 4\n")
    assert bench.code_digest(toy) != before
