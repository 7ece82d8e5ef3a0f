"""The contract: whatever is registered keeps it; what is registered without a row, or the other way round, fails."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))

from rows import ROWS

from rehabkit.errors import ModelError, RecordingError
from rehabkit.judgement import judge
from rehabkit.learning.compression.pruning import prune
from rehabkit.learning.examples import Examples
from rehabkit.learning.export import TOLERANCE, network_to_onnx, require_parity, to_onnx
from rehabkit.learning.model import Model, NetworkModel, run
from rehabkit.learning.recipe import Recipe
from rehabkit.learning.registry import RECIPES
from rehabkit.learning.training import load_weights, save_weights
from rehabkit.runtime import bundles
from rehabkit.runtime.bundle import Tensors
from rehabkit.systems.registry import SYSTEMS

MADE = [name for name in SYSTEMS if name in RECIPES]
SHIPPED = [name for name in MADE if RECIPES[name].ships is not None]
NETWORKS = [
    (name, model) for name in MADE for model, make in RECIPES[name].models.items() if isinstance(make(), NetworkModel)
]


def untrained(name: str, model: str) -> Model:
    made = RECIPES[name].models[model]()
    if isinstance(made, NetworkModel):
        made.initialise(0)
    return made


LIKE_ANOTHER = {("hand_surface", "published")}
"""The same network as another one, but wider: what is said of pruning is said of that one."""
SAID_UNPRUNABLE = [(name, model) for name in MADE for model in sorted(ROWS[name].unprunable)]
UNPRUNABLE = [pair for pair in SAID_UNPRUNABLE if pair not in LIKE_ANOTHER]
PRUNABLE = [pair for pair in NETWORKS if pair not in SAID_UNPRUNABLE]


class Pruned(Model):
    """A network that was pruned, as the exporter wants it."""

    def __init__(self, network: torch.nn.Module) -> None:
        self.network = network

    def fit(self, examples: Examples, seed: int) -> None:
        raise NotImplementedError

    def predict(self, examples: Examples) -> Tensors:
        return run(self.network, examples)


def test_every_system_has_a_row_and_a_recipe_and_nothing_else_has() -> None:
    assert set(ROWS) == set(SYSTEMS)
    assert set(SYSTEMS) <= set(RECIPES)
    assert all(recipe.system.name == name for name, recipe in RECIPES.items() if name in SYSTEMS)


@pytest.fixture(scope="module")
def tensors() -> dict[str, Tensors]:
    return {name: SYSTEMS[name].prepare(row.sample()) for name, row in ROWS.items()}


def rows_of(recipe: Recipe, tensors: Tensors, n_rows: int) -> Examples:
    """Real rows, a little shaken so that they differ."""
    rng = np.random.default_rng(0)
    inputs = {
        key: np.resize(value, (n_rows, *value.shape[1:])) + rng.normal(0, 0.01, (n_rows, *value.shape[1:]))
        for key, value in tensors.items()
    }
    target = np.zeros(n_rows, dtype=np.int64 if recipe.classes else np.float64)
    inputs = {key: value.astype(np.float32) for key, value in inputs.items()}
    return Examples(inputs, target, np.array(["a"] * n_rows), np.arange(n_rows))


@pytest.mark.parametrize("name", SYSTEMS)
def test_prepare_gives_what_the_system_says(name: str, tensors: dict[str, Tensors]) -> None:
    system = SYSTEMS[name]
    assert list(tensors[name]) == list(system.inputs)
    n_rows = {len(value) for value in tensors[name].values()}
    assert len(n_rows) == 1 and n_rows != {0}
    for key, value in tensors[name].items():
        assert value.dtype == np.float32 and np.isfinite(value).all()
        assert list(value.shape[1:]) == system.inputs[key].shape
    again = system.prepare(ROWS[name].sample())
    assert all(np.array_equal(again[key], value) for key, value in tensors[name].items())


@pytest.mark.parametrize("name", SYSTEMS)
def test_malformed_recordings_are_refused_by_name(name: str) -> None:
    faults = ROWS[name].malformed()
    assert faults
    for recording, named in faults:
        with pytest.raises(RecordingError, match=named):
            SYSTEMS[name].prepare(recording)


@pytest.mark.parametrize(("name", "model"), NETWORKS)
def test_a_network_gives_its_outputs_for_one_row_and_three(name: str, model: str, tensors: dict[str, Tensors]) -> None:
    recipe = RECIPES[name]
    network = recipe.models[model]()
    network.initialise(0)
    for n_rows in (1, 3):
        outputs = network.predict(rows_of(recipe, tensors[name], n_rows))
        for key, spec in recipe.outputs.items():
            assert outputs[key].shape == (n_rows, *spec.shape), key


@pytest.mark.parametrize(("name", "model"), NETWORKS)
def test_gradients_reach_every_parameter(name: str, model: str, tensors: dict[str, Tensors]) -> None:
    network = RECIPES[name].models[model]()
    network.initialise(0)
    module = network.module().train()
    with torch.no_grad():  # off the identity and the zeros that some layers start from
        for parameter in module.parameters():
            parameter += 0.01 * torch.randn_like(parameter)
    examples = rows_of(RECIPES[name], tensors[name], 3)
    outputs = module(*(torch.as_tensor(value) for value in examples.inputs.values()))
    torch.manual_seed(0)
    trained = [value for value in outputs.values() if value.requires_grad]
    sum((value * torch.randn_like(value)).sum() for value in trained).backward()
    silent = [key for key, p in module.named_parameters() if p.requires_grad and (p.grad is None or not p.grad.any())]
    assert silent == []


@pytest.mark.parametrize(("name", "model"), NETWORKS)
def test_a_seed_fixes_the_first_weights_and_weights_go_round(
    name: str, model: str, tensors: dict[str, Tensors], tmp_path: Path
) -> None:
    recipe = RECIPES[name]
    first, second, other = (recipe.models[model]() for _ in range(3))
    first.initialise(0)
    second.initialise(0)
    other.initialise(1)
    examples = rows_of(recipe, tensors[name], 3)
    expected = first.predict(examples)
    assert all(np.array_equal(value, expected[key]) for key, value in second.predict(examples).items())
    save_weights(first.module(), tmp_path / "weights.npz")
    load_weights(other.module(), tmp_path / "weights.npz")
    assert all(np.array_equal(value, expected[key]) for key, value in other.predict(examples).items())


@pytest.mark.parametrize(("name", "model"), NETWORKS)
def test_onnx_says_what_torch_says_with_a_free_batch_axis(name: str, model: str, tensors: dict[str, Tensors]) -> None:
    recipe = RECIPES[name]
    network = recipe.models[model]()
    network.initialise(0)
    examples = rows_of(recipe, tensors[name], 3)
    content = to_onnx(network, recipe, examples)
    assert require_parity(content, network, examples, list(recipe.outputs)) <= TOLERANCE


def n_parameters(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(("name", "model"), PRUNABLE)
def test_pruning_makes_a_network_smaller_that_still_runs_and_exports(
    name: str, model: str, tensors: dict[str, Tensors]
) -> None:
    recipe = RECIPES[name]
    network = untrained(name, model).module()
    examples = rows_of(recipe, tensors[name], 2)
    before = n_parameters(network)
    pruned = prune(network, [torch.as_tensor(value[:1]) for value in examples.inputs.values()], 0.5)
    assert n_parameters(network) == before
    assert n_parameters(pruned) < 0.75 * before  # half of the channels of most layers, not a few of one
    expected, outputs = run(network, examples), run(pruned, examples)
    assert {key: value.shape for key, value in outputs.items()} == {key: v.shape for key, v in expected.items()}
    assert all(np.isfinite(value).all() for value in outputs.values())
    content = network_to_onnx(pruned, recipe, examples)
    assert require_parity(content, Pruned(pruned), examples, list(recipe.outputs)) <= TOLERANCE
    if before > 20_000:
        assert len(content) < len(network_to_onnx(network, recipe, examples))


@pytest.mark.parametrize(("name", "model"), UNPRUNABLE)
def test_a_network_that_cannot_be_pruned_says_so(name: str, model: str, tensors: dict[str, Tensors]) -> None:
    inputs = [torch.as_tensor(value[:1]) for value in tensors[name].values()]
    with pytest.raises(ModelError, match="network must have channels that can be removed, got "):
        prune(untrained(name, model).module(), inputs, 0.5)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_bundle_is_small_carries_its_figures_and_finds_something(name: str) -> None:
    bundle = bundles.bundle(bundles.SHIPPED / f"{name}.onnx")
    recipe = RECIPES[name]
    assert len(bundle.content) <= ROWS[name].size_budget
    card = bundle.card
    assert (card.system, card.network, card.leak_demo) == (name, recipe.ships, False)
    assert card.figures and card.data and card.intended_use and card.limits and card.settings
    assert list(card.outputs) == list(recipe.outputs) and list(card.labels) == list(recipe.labels)
    judged = judge(name, ROWS[name].sample(), bundle)
    assert judged.findings
    assert all(f.value is not None or f.not_measurable for f in judged.findings)


@pytest.mark.parametrize("name", SHIPPED)
def test_what_occlusion_shows_depends_on_what_was_learned(name: str, tensors: dict[str, Tensors]) -> None:
    """Sanity check of Adebayo et al. 2018: with other weights the map must be another one."""
    from rehabkit.runtime.bundle import pack
    from rehabkit.runtime.evidence import occlusion, stretches

    recipe = RECIPES[name]
    bundle = bundles.bundle(bundles.SHIPPED / f"{name}.onnx")
    output = next(iter(recipe.outputs))
    key, value = next(iter(tensors[name].items()))
    own = ROWS[name].parts
    parts = own or stretches(key, value.shape[1], min(8, value.shape[1]))
    some = {k: v[:: len(v) // 8 + 1] if own else v[:1] for k, v in tensors[name].items()}
    label = int(bundle.run(some)[output][:1].reshape(1, -1).argmax())

    def shares(of):
        found = occlusion(of, some, lambda out: out[output].reshape(len(out[output]), -1)[:, label], parts)
        return np.concatenate(list(found.values()))

    assert np.abs(shares(bundle)).max() > 0
    network = recipe.models[recipe.ships]()
    if isinstance(network, NetworkModel):
        network.initialise(1)
        untrained = pack(to_onnx(network, recipe, rows_of(recipe, tensors[name], 3)), bundle.card)
        alike = np.corrcoef(shares(bundle), shares(untrained))[0, 1]
        assert not alike > 0.95
