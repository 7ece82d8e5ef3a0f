"""A bundle is one ONNX file with its card inside, and what isn't one is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from rehabkit.errors import ModelError, RecordingError
from rehabkit.runtime import bundle as bundles
from rehabkit.runtime.card import Card, TensorSpec


def network() -> bytes:
    """y = 2 x, rows of 3, with metadata that another tool wrote."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 3])
    two = helper.make_tensor("two", TensorProto.FLOAT, [1], [2.0])
    graph = helper.make_graph([helper.make_node("Mul", ["x", "two"], ["y"])], "double", [x], [y], [two])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    helper.set_model_props(model, {"tool": "of somebody else"})
    return model.SerializeToString()


@pytest.fixture()
def card() -> Card:
    spec = TensorSpec(shape=[3], axes=["coordinate"], unit="m")
    return Card(system="toy", network="double", title="Toy", inputs={"x": spec}, outputs={"y": spec})


def test_the_file_keeps_network_and_card(card: Card, tmp_path: Path) -> None:
    bundles.pack(network(), card).save(tmp_path / "toy.onnx")
    loaded = bundles.load(tmp_path / "toy.onnx")
    assert loaded.card.model_copy(update={"sha256": ""}) == card
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    np.testing.assert_array_equal(loaded.run({"x": x})["y"], 2 * x)


def test_the_onnx_package_reads_the_same_file(card: Card) -> None:
    model = onnx.load_model_from_string(bundles.pack(network(), card).content)
    onnx.checker.check_model(model)
    props = {entry.key: entry.value for entry in model.metadata_props}
    assert list(props) == ["rehabkit.card"]
    assert Card.model_validate_json(props["rehabkit.card"]).system == "toy"


def test_one_changed_byte_of_graph_or_card_is_noticed(card: Card) -> None:
    content = bundles.pack(network(), card).content
    for old, new in ((b"double", b"triple"), (b'"title":"Toy"', b'"title":"Tox"')):
        assert old in content
        with pytest.raises(ModelError, match="checksum"):
            bundles.loads(content.replace(old, new, 1))


@pytest.mark.parametrize("cut", [1, 10, 100])
def test_a_truncated_file_is_refused(card: Card, cut: int) -> None:
    content = bundles.pack(network(), card).content
    with pytest.raises(ModelError):
        bundles.loads(content[:-cut])


@pytest.mark.parametrize("content", [b"", b"\xff" * 50, b"PK\x03\x04 a zip", b"\x0a\xff\xff\xff\xff\x0f", network()])
def test_what_is_no_bundle_is_refused_with_the_reason(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="bundle"):
        bundles.load(path)


def test_a_card_of_another_schema_is_refused(card: Card) -> None:
    content = bundles.pack(network(), card).content.replace(b'"schema_version":1', b'"schema_version":9')
    with pytest.raises(ModelError, match="schema_version"):
        bundles.loads(content)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.onnx"):
        bundles.load(tmp_path / "none.onnx")


@pytest.mark.parametrize(
    "tensors", [{}, {"z": np.zeros((1, 3))}, {"x": np.zeros((1, 4))}, {"x": np.zeros((0, 3))}, {"x": np.zeros(3)}]
)
def test_inputs_of_other_names_or_shapes_are_refused(card: Card, tensors: dict[str, np.ndarray]) -> None:
    with pytest.raises(ModelError, match="inputs of toy must be rows of"):
        bundles.pack(network(), card).run(tensors)


def test_values_that_are_no_numbers_are_refused(card: Card) -> None:
    with pytest.raises(RecordingError, match="x must be finite"):
        bundles.pack(network(), card).run({"x": np.full((1, 3), np.nan)})


def test_a_network_that_cannot_run_is_refused(card: Card) -> None:
    model = onnx.load_model_from_string(network())
    model.graph.node[0].op_type = "NoSuchOperator"
    with pytest.raises(ModelError, match="network that runs"):
        bundles.pack(model.SerializeToString(), card).run({"x": np.zeros((1, 3))})
