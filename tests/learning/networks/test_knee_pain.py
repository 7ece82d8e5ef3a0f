"""The recurrent cell by hand, attention, silence of what was absent or never learned."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rehabkit.learning.networks.knee_pain import (
    N_STEPS,
    Attention,
    CnnTlstm,
    MeasuresLinear,
    TanhLstm,
    UsualLstm,
    scaled_angle,
    scaled_emg,
)


def inputs(n_rows=3, present=(1.0, 1.0, 1.0)):
    generator = torch.Generator().manual_seed(0)
    emg = 5 + 50 * torch.rand(n_rows, 400, 8, generator=generator)
    angle = 40 + 20 * torch.randn(n_rows, 400, 1, generator=generator)
    eeg = 20 * torch.randn(n_rows, 400, 8, generator=generator)
    return emg, angle, eeg, torch.tensor([present]).repeat(n_rows, 1)


def network(gates="tanh", seed=0):
    torch.manual_seed(seed)
    return CnnTlstm(2, 8, 8, gates).eval()


def test_the_tanh_cell_step_by_step():
    """One unit, two steps, in plain numbers; a negative forget gate turns the cell's sign."""
    layer = TanhLstm(1, 1)
    with torch.no_grad():
        layer.from_input.weight[:, 0] = torch.tensor([1.0, -2.0, 0.5, 1.0])  # i, f, stored, o
        layer.from_input.bias.zero_()
        layer.from_state.weight[:, 0] = torch.tensor([0.1, 0.2, 0.3, 0.4])
    found = layer(torch.tensor([[[1.0], [2.0]]])).detach().numpy().ravel()
    hidden = cell = 0.0
    expected = []
    for x in (1.0, 2.0):
        i, f, stored, o = np.tanh(np.array([1.0, -2.0, 0.5, 1.0]) * x + np.array([0.1, 0.2, 0.3, 0.4]) * hidden)
        cell = f * cell + i * stored
        hidden = o * np.tanh(cell)
        expected.append(hidden)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert f < 0


def test_the_usual_cell_is_that_of_every_library_and_another_one():
    torch.manual_seed(0)
    usual, x = UsualLstm(3, 4), torch.randn(2, 5, 3)
    assert usual(x).shape == (2, 5, 4)
    tanh = TanhLstm(3, 4)
    with torch.no_grad():
        tanh.from_input.weight.copy_(usual.layer.weight_ih_l0)
        tanh.from_input.bias.copy_(usual.layer.bias_ih_l0 + usual.layer.bias_hh_l0)
        tanh.from_state.weight.copy_(usual.layer.weight_hh_l0)
    assert not torch.allclose(tanh(x), usual(x), atol=0.01)


def test_attention_adds_up_to_one_and_looks_where_its_score_is_high():
    layer = Attention(2)
    with torch.no_grad():
        layer.score[0].weight.copy_(torch.eye(2))
        layer.score[0].bias.zero_()
        layer.score[2].weight.copy_(torch.tensor([[5.0, 0.0]]))
    states = torch.zeros(1, 4, 2)
    states[0, 2] = torch.tensor([10.0, 7.0])
    context, weights = (found.detach() for found in layer(states))
    assert float(weights.sum()) == pytest.approx(1.0)
    assert float(weights[0, 2]) == pytest.approx(np.exp(5) / (np.exp(5) + 3), rel=1e-4)
    assert float(context[0, 1]) == pytest.approx(7 * float(weights[0, 2]), rel=1e-4)


@pytest.mark.parametrize("gates", ["tanh", "sigmoid"])
def test_shapes(gates):
    with torch.no_grad():
        found = network(gates)(*inputs())
    assert found["probability"].shape == (3, 2) and found["attention"].shape == (3, N_STEPS)
    np.testing.assert_allclose(found["attention"].sum(dim=1), 1, rtol=1e-5)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_absent_modality_is_not_looked_at(place):
    present = [1.0, 1.0, 1.0]
    present[place] = 0.0
    one = inputs(present=tuple(present))
    other = list(inputs(present=tuple(present)))
    other[place] = torch.rand_like(other[place]) * 100
    for module in (network(), MeasuresLinear(2).eval()):
        with torch.no_grad():
            assert torch.equal(module(*one)["logits"], module(*other)["logits"])
            there = module(*inputs())["logits"]
        assert not torch.allclose(module(*one)["logits"], there)


def test_a_stem_that_never_learned_keeps_silent_even_where_its_signal_is_there():
    module = network()
    module.get_buffer("known").copy_(torch.tensor([1.0, 1.0, 0.0]))
    with torch.no_grad():
        assert torch.equal(module(*inputs())["logits"], module(*inputs(present=(1.0, 1.0, 0.0)))["logits"])


def test_neither_gain_nor_zero_gets_through():
    emg, angle, _, _ = inputs()
    np.testing.assert_allclose(scaled_emg(100 * emg), scaled_emg(1000 * emg), atol=0.01)
    np.testing.assert_allclose(scaled_angle(angle), scaled_angle(angle + 25), atol=1e-5)
