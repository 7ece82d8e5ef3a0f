"""Hiding parts of the input of a network whose weights are known gives exactly their share."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from rehabkit.runtime.bundle import Bundle, pack
from rehabkit.runtime.card import Card, TensorSpec
from rehabkit.runtime.evidence import Part, occlusion, stretches, strongest

WEIGHTS = np.array([[1.0, 0.0], [2.0, 0.0], [3.0, -1.0], [4.0, 0.0]], dtype=np.float32)


@pytest.fixture()
def weighted_sum() -> Bundle:
    """y = sum over (4 times, 2 channels) of weight times input."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 4, 2])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n"])
    nodes = [
        helper.make_node("Mul", ["x", "w"], ["p"]),
        helper.make_node("ReduceSum", ["p", "axes"], ["y"], keepdims=0),
    ]
    constants = [numpy_helper.from_array(WEIGHTS, "w"), numpy_helper.from_array(np.array([1, 2]), "axes")]
    graph = helper.make_graph(nodes, "sum", [x], [y], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    onnx.checker.check_model(model)
    card = Card(
        system="toy",
        network="sum",
        title="",
        inputs={"x": TensorSpec(shape=[4, 2])},
        outputs={"y": TensorSpec(shape=[])},
    )
    return pack(model.SerializeToString(), card)


def test_each_channel_has_the_share_that_its_weights_give(weighted_sum: Bundle) -> None:
    x = np.array([[[0, 5], [0, 5], [0, 5], [4, 9]]], dtype=np.float32)
    parts = {"left": Part("x", (slice(None), 0)), "right": Part("x", (slice(None), 1))}
    shares = occlusion(weighted_sum, {"x": x}, lambda out: out["y"], parts)
    # left: 4·4 = 16 against its mean 1 everywhere = 10; right: −5 against its mean 6 = −6
    assert shares["left"][0] == pytest.approx(16 - 10)
    assert shares["right"][0] == pytest.approx(-5 + 6)
    assert [name for name, _ in strongest(shares)] == ["left", "right"]


def test_each_stretch_of_time_has_its_share_and_the_input_stays(weighted_sum: Bundle) -> None:
    x = np.zeros((2, 4, 2), dtype=np.float32)
    x[:, 3, 0] = [4, 8]
    before = x.copy()
    shares = occlusion(weighted_sum, {"x": x}, lambda out: out["y"], stretches("x", 4, 2))
    # first half: 0 becomes the mean (1, 2) with weights 1 + 2; second: 16 → 1·(3 + 4), 32 → 2·(3 + 4)
    np.testing.assert_allclose(shares["0"], [-3, -6])
    np.testing.assert_allclose(shares["1"], [16 - 7, 32 - 14])
    np.testing.assert_array_equal(x, before)
