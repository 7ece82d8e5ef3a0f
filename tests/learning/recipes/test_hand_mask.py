"""hand_mask's recipe runs through on a few pictures; the research on hgr1 starts from the weights that ship."""

import numpy as np
import pytest
import torch

from rehabkit.errors import ModelError
from rehabkit.learning import bench
from rehabkit.learning.export import network_to_onnx
from rehabkit.learning.networks.hand_mask import HandMask
from rehabkit.learning.recipes.hand_crop_hgr1 import HandCrops, landmarks_of, skin
from rehabkit.learning.recipes.hand_mask import THIRD, HandMaskRecipe
from rehabkit.learning.studies import hand_skin
from rehabkit.recordings.image import Image
from rehabkit.runtime.bundle import pack
from rehabkit.runtime.card import Card
from rehabkit.systems.hand_gesture.reading import HandSeen
from rehabkit.systems.hand_mask import SIDE


@pytest.fixture(scope="module")
def examples(shared):
    return HandMaskRecipe().examples(shared, quick=True)


def test_rendered_and_photographed_hands_have_masks_and_hints(examples):
    modelled = np.char.startswith(examples.subject, "modelled")
    assert modelled.sum() == (~modelled).sum() > 0
    assert ((examples.target > 0).mean(axis=(1, 2)) > 0.005).all()
    known = examples.inputs["hints"][modelled][..., 0]
    inside, outside = (known[examples.target[modelled] == part].mean() for part in (1, 0))
    assert inside > 0.7 > 0.3 > outside  # colours around the bones are those of skin


def test_the_bench_runs_it_and_knows_who_is_left_out(examples):
    recipe = HandMaskRecipe()
    fold = THIRD.split(examples)[0]
    assert not set(examples.subject[fold.train]) & set(examples.subject[fold.test])
    done = bench.evaluate(
        recipe, examples, THIRD, bench.Settings(quick=True), models=["small", "classical", "mean mask"]
    )
    f1 = {name: one.estimates["F1"].value for name, one in done.outcomes.items()}
    assert f1["classical"] > f1["mean mask"] and f1["classical"] > 0.5


def graph(network):
    rng = np.random.default_rng(0)
    inputs = {"picture": rng.random((2, SIDE, SIDE, 3)), "hints": rng.random((2, SIDE, SIDE, 2))}
    rows = hand_skin.Examples(
        {name: value.astype(np.float32) for name, value in inputs.items()},
        np.zeros(2), np.array(["a", "b"]), np.arange(2),
    )  # fmt: skip
    card = Card(system="hand_mask", network="", title="", inputs={}, outputs={})
    return pack(network_to_onnx(network, HandMaskRecipe(), rows), card)


def test_weights_come_back_out_of_the_graph():
    torch.manual_seed(0)
    network = HandMask().eval()
    with torch.no_grad():
        for value in network.parameters():
            value += 0.1 * torch.randn_like(value)
    found = hand_skin.weights_of(graph(network))
    assert all(torch.equal(found[name], value) for name, value in network.state_dict().items())
    with pytest.raises(ModelError, match="graph must hold the 44 weights"):
        hand_skin.weights_of(graph(HandMask((8, 16)).eval()))


def red_hand():
    """A red palm with a finger in a blue picture, an arm from below."""
    rgb = np.full((120, 100, 3), (40, 60, 180), np.uint8)
    rgb[60:, 40:60] = rgb[20:60, 47:53] = (200, 120, 90)
    rgb[45:75, 35:65] = (200, 120, 90)
    points = np.zeros((21, 3))
    points[:, :2] = np.stack([np.full(21, 50.0), np.linspace(78, 24, 21)], axis=1)
    return HandSeen(points, "right", Image(rgb))


@pytest.mark.parametrize("kind", ["fixed", "adaptive"])
def test_skin_is_cut_out_by_colour(kind):
    seen = red_hand()
    assert skin(seen, kind).mean() == pytest.approx((seen.picture.rgb[..., 0] == 200).mean(), rel=0.1)
    crop = HandCrops(kind).prepare(seen)["crop"]
    assert crop.shape == (1, 64, 64, 3) and 0.03 < (crop.sum(axis=-1) > 0).mean() < 0.6
    assert landmarks_of(HandSeen(np.full((21, 3), np.nan), "left")) is None


def test_true_masks_are_squeezed_as_shares():
    skin_of_half = np.zeros((SIDE * 2, SIDE * 2), bool)
    skin_of_half[: SIDE + 1] = True
    small = hand_skin.squeezed(skin_of_half)
    assert small[SIDE // 2 - 1, 5] == 1 and small[SIDE // 2, 5] == 0.5 and small[SIDE // 2 + 1, 5] == 0
