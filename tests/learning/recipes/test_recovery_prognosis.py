"""Simulated patients with a known effect, the networks that see them, and the power of the study."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from rehabkit.learning import results
from rehabkit.learning.bench import Settings, evaluate
from rehabkit.learning.examples import Examples
from rehabkit.learning.export import require_parity, to_onnx
from rehabkit.learning.recipes.recovery_prognosis import RecoveryPrognosisRecipe
from rehabkit.learning.recipes.recovery_simulated import LAG_S, RATE_HZ, cohort, eeg
from rehabkit.learning.ship import make_bundle
from rehabkit.learning.studies.recovery_power import expected_power, hand_asymmetry, power
from rehabkit.learning.studies.recovery_saliency import pointed_at
from rehabkit.signals.connectivity import MEASURES, connectivity
from rehabkit.signals.eeg import cut
from rehabkit.signals.spectrum import BANDS
from rehabkit.systems.recovery_prognosis.analysis import SITES


@pytest.fixture(scope="module")
def recipe() -> RecoveryPrognosisRecipe:
    return RecoveryPrognosisRecipe()


@pytest.fixture(scope="module")
def examples(recipe):
    return recipe.examples(None, quick=True)


def test_the_hidden_state_is_where_it_was_put():
    """At ±2: ln amplitude differs by 0.35 a unit, so ln power by 2.8 between them; the right follows the left."""
    imaginary, asymmetry = {}, {}
    for state in (-2.0, 2.0):
        recording = eeg(state, np.random.default_rng(1))
        at = [SITES.index("C3"), SITES.index("C4")]
        epochs = cut(recording, 2.0)
        imaginary[state] = connectivity(epochs, RATE_HZ)[2, MEASURES.index("imaginary coherence")][at[0], at[1]]
        band = np.abs(np.fft.rfft(epochs[:, :, at], axis=1)[:, 16:26]) ** 2
        asymmetry[state] = np.log(band.sum(axis=(0, 1))) @ [1, -1]
    assert imaginary[2.0] > imaginary[-2.0] + 0.15
    assert 1.0 < asymmetry[2.0] - asymmetry[-2.0] < 4 * 0.35 * 2
    assert abs(1 / (4 * LAG_S) - 10.4) < 0.1 and BANDS["alpha"][0] < 10.4 < BANDS["alpha"][1]


def test_a_seed_gives_the_same_people_and_says_that_they_are_nobody():
    first, second, other = (next(cohort(2, seed=seed)) for seed in (0, 0, 1))
    assert np.array_equal(first.recording.values, second.recording.values) and first.recovery == second.recovery
    assert not np.array_equal(first.recording.values, other.recording.values)
    assert first.name.startswith("simulated") and first.recording.sensor == "simulated"


def test_every_model_learns_what_it_was_shown_in_the_targets_unit(recipe, examples):
    for name, make in recipe.models.items():
        model = make()
        model.fit(examples, 0)
        value = model.predict(examples)["value"]
        assert np.corrcoef(value, examples.target)[0, 1] > 0.8, name
        assert abs(value.mean() - examples.target.mean()) < 1.5, name
    classical = recipe.models["classical"]()
    classical.fit(examples, 0)
    assert require_parity(to_onnx(classical, recipe, examples), classical, examples, ["value"]) < 1e-4


def test_card_table_and_interval_say_that_it_is_simulated(recipe, examples):
    settings = Settings(quick=True)
    run = evaluate(recipe, examples, recipe.protocols["grouped"], settings, models=["small"])
    card = make_bundle(recipe, examples, settings, evaluation=run).card
    assert results.note(run).startswith("SIMULATED: ") and "12 simulated people" in results.note(run)
    assert "simulated" in card.title and card.limits[0].startswith("Trained on SIMULATED") and "prognosis" in card.title
    assert [data.name for data in card.data] == ["simulated"] and card.outputs["value"].unit == "simulated points"
    residual = np.abs(run.outcomes["small"].outputs["value"] - examples.target[run.outcomes["small"].rows])
    assert card.settings["half_width_95"] == pytest.approx(residual.max(), abs=0.01)  # ⌈0.95 · 13⌉ of 12 is all


def test_expected_power_is_what_simulation_gives():
    rng = np.random.default_rng(0)
    n, correlation = 15, 0.5
    x = rng.normal(size=(4000, n))
    y = correlation * x + np.sqrt(1 - correlation**2) * rng.normal(size=(4000, n))
    found = np.mean(stats.pearsonr(x, y, axis=1).pvalue < 0.05)
    assert expected_power(correlation, n) == pytest.approx(found, abs=0.025)
    assert expected_power(0.76, 60) == pytest.approx(1.0, abs=1e-6)


def test_a_known_effect_is_found_as_often_as_it_must_be(recipe, monkeypatch):
    """Sixty cohorts: shares agree with the expected ones within what sixty cohorts allow."""
    monkeypatch.setattr(RecoveryPrognosisRecipe, "examples", lambda self, source, quick=False: _pool(60))
    rows = power(recipe, True).rows
    for share, n, said, expected, _ in rows:
        found = round(float(said.split()[0]) * 60)
        assert stats.binomtest(found, 60, min(max(expected, 0.05), 1.0)).pvalue > 0.002, (share, n)
    by_size = {n: float(said.split()[0]) for share, n, said, *_ in rows if share == 0.6}
    assert by_size[60] > 0.9 > by_size[11]


def test_the_maps_of_the_shipped_network_point_to_where_the_effect_was_put():
    """On four simulated patients that it never saw: one of 15 electrodes, one of 105 pairs, the latter in all four."""
    rows = pointed_at(True).rows
    assert rows[0][:3] == ["electrode", 1, "C3"]
    assert rows[3][:3] == ["pair", 1, "C3–C4"] and rows[3][4] == 1.0


def _pool(n):
    """Examples whose asymmetry shows the state with a correlation of 0.9, without any EEG."""
    rng = np.random.default_rng(0)
    state = rng.normal(size=n)
    spectrum = np.ones((n, 15, 40), dtype=np.float32)
    shown = 0.9 * state + np.sqrt(1 - 0.81) * rng.normal(size=n)
    spectrum[:, SITES.index("C3")] *= np.exp(shown)[:, None].astype(np.float32)
    inputs = {"connectivity": np.zeros((n, 1, 1, 1), dtype=np.float32), "spectrum": spectrum}
    made = Examples(inputs, state, np.array([f"s{i}" for i in range(n)]), np.arange(n), {"state": state})
    assert hand_asymmetry(made) == pytest.approx(shown, abs=1e-5)
    return made
