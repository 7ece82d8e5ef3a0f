"""What is done to an exported graph on top of what torch writes."""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from rehabkit.learning.export import OPSET, halved


def graph(weights):
    """y = x @ weights."""
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 40]) for name in "xy")
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    whole = helper.make_graph([node], "product", [x], [y], [numpy_helper.from_array(weights, "w")])
    opset = [helper.make_opsetid("", OPSET)]
    return helper.make_model(whole, opset_imports=opset, ir_version=9).SerializeToString()


def answer(content):
    x = np.random.default_rng(0).normal(size=(1, 40)).astype(np.float32)
    return onnxruntime.InferenceSession(content).run(None, {"x": x})[0]


def test_numbers_of_half_precision_take_half_the_room_and_say_the_same():
    weights = np.random.default_rng(1).normal(size=(40, 40)).astype(np.float32)
    assert halved(graph(weights)) == graph(weights)  # nothing that has more digits is touched
    rounded = graph(weights.astype(np.float16).astype(np.float32))
    small = halved(rounded)
    onnx.checker.check_model(onnx.load_from_string(small))
    assert len(small) < 0.6 * len(rounded)
    np.testing.assert_array_equal(answer(small), answer(rounded))
