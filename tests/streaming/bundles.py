"""The smallest network that joint_intention's live half can run: its angle can be told by hand."""

from __future__ import annotations

from pathlib import Path

from rehabkit.runtime.bundle import pack
from rehabkit.runtime.card import Card, TensorSpec
from rehabkit.systems.joint_intention_live import N_FRAMES


def mean_envelope(path: Path) -> Path:
    """A bundle whose "angle" is the mean envelope of the window in µV, plus 0 times the sizes."""
    from onnx import TensorProto, helper

    shape = ["b", N_FRAMES, 4]
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("envelope", "size")]
    output = helper.make_tensor_value_info("value", TensorProto.FLOAT, ["b"])
    axes = helper.make_tensor("axes", TensorProto.INT64, [2], [1, 2])
    nothing = helper.make_tensor("nothing", TensorProto.FLOAT, [], [0.0])
    nodes = [
        helper.make_node("Mul", ["size", "nothing"], ["zeros"]),
        helper.make_node("Add", ["envelope", "zeros"], ["both"]),
        helper.make_node("ReduceMean", ["both", "axes"], ["value"], keepdims=0),
    ]
    graph = helper.make_graph(nodes, "mean_envelope", inputs, [output], [axes, nothing])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 8
    spec = TensorSpec(shape=shape[1:], unit="uV")
    card = Card(
        system="joint_intention",
        network="mean_envelope",
        title="Mean envelope, for tests",
        inputs={"envelope": spec, "size": spec},
        outputs={"value": TensorSpec(shape=[])},
    )
    pack(model.SerializeToString(), card).save(path)
    return path
