"""Trained model → ONNX → Bundle, with the proof that both say the same."""

from __future__ import annotations

import io
import logging
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, compose, helper
from torch import Tensor, nn

from rehabkit.errors import ModelError
from rehabkit.learning.examples import Examples
from rehabkit.learning.model import ClassicalModel, Model
from rehabkit.learning.recipe import Recipe
from rehabkit.runtime.bundle import Bundle, pack
from rehabkit.runtime.card import Card

OPSET = 20
TOLERANCE = 1e-4
MEDIAN_TOLERANCE, LABELS_EQUAL = 1e-5, 0.999
"""Of graphs over neighbours that are found inside, where ties flip: largest median difference, least share."""
N_TIMED, MOST_TIMED_S = 200, 2.0
"""Rows that are timed, and how long that may take."""
LEAST_HALVED = 256
"""Numbers of a weight for which half the room is worth a node."""
BATCH = "batch"


@dataclass(frozen=True)
class Cost:
    """What a network takes: bytes, parameters, and milliseconds for one row on one CPU core."""

    size_bytes: int
    n_parameters: int
    p50_ms: float
    p99_ms: float


def to_onnx(model: Model, recipe: Recipe, example: Examples) -> bytes:
    """A trained model as ONNX with a free batch axis.

    Parameters
    ----------
    example : at least two rows; with one, an LSTM's batch would be frozen.

    Raises
    ------
    ModelError
        If the model can't be exported, or what it says there differs by more than 1e-4.
    """
    module = model.module()
    if module is not None:
        content = network_to_onnx(module, recipe, example)
    elif isinstance(model, ClassicalModel):
        content = classical_to_onnx(model, example)
    else:
        raise ModelError(f"model must be a network or a classical one to be exported, got {type(model).__name__}")
    require_parity(content, model, example, list(recipe.outputs))
    return content


class _Ordered(nn.Module):
    """The named outputs as a tuple, in the recipe's order."""

    def __init__(self, inner: nn.Module, names: Sequence[str]) -> None:
        super().__init__()
        self.inner, self.names = inner, list(names)

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        outputs = self.inner(*inputs)
        return tuple(outputs[name] for name in self.names)


def network_to_onnx(module: nn.Module, recipe: Recipe, example: Examples) -> bytes:
    """A torch module as ONNX."""
    inputs = tuple(torch.as_tensor(value[:2]) for value in example.inputs.values())
    buffer = io.BytesIO()
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own deprecations
        torch.onnx.export(
            _Ordered(module, list(recipe.outputs)).eval(),
            inputs,
            buffer,  # type: ignore[arg-type]
            input_names=list(example.inputs),
            output_names=list(recipe.outputs),
            dynamic_axes={name: {0: BATCH} for name in [*example.inputs, *recipe.outputs]},
            opset_version=OPSET,
            dynamo=False,
            external_data=False,
        )
    return halved(buffer.getvalue())


def halved(content: bytes) -> bytes:
    """The same graph; weights that are numbers of half precision anyway are kept as such, and take half the room."""
    model = onnx.load_from_string(content)
    graph, casts = model.graph, []
    for kept in graph.initializer:
        values = onnx.numpy_helper.to_array(kept)
        if kept.data_type == TensorProto.FLOAT and values.size >= LEAST_HALVED:
            with np.errstate(over="ignore"):
                half = values.astype(np.float16)
            if (half == values).all():
                casts.append(helper.make_node("Cast", [f"{kept.name}_half"], [kept.name], to=TensorProto.FLOAT))
                kept.CopyFrom(onnx.numpy_helper.from_array(half, f"{kept.name}_half"))
    for number, cast in enumerate(casts):
        graph.node.insert(number, cast)
    return bytes(model.SerializeToString()) if casts else content


def classical_to_onnx(model: ClassicalModel, example: Examples) -> bytes:
    """A scikit-learn estimator over flattened inputs as ONNX: flattening, joining and estimator in one graph.

    Raises
    ------
    ModelError
        If it looks at features that aren't part of the graph.
    """
    from skl2onnx import to_onnx as convert

    if model.features is not Examples.flat:
        raise ModelError("classical model must look at the flattened inputs to be exported; use a torch module")
    options = {"zipmap": False} if model.classes else {}
    flat = example.flat()[:2]
    inner = convert(model.estimator, flat, options={id(model.estimator): options}, target_opset=OPSET)
    name = "probability" if model.classes else "value"
    front = _flattening(example, inner)
    whole = compose.merge_models(front, inner, io_map=[("flat", inner.graph.input[0].name)])
    return bytes(_only_output(whole, inner.graph.output[-1].name, name).SerializeToString())


def _flattening(example: Examples, like: onnx.ModelProto) -> onnx.ModelProto:
    """Graph: each input flattened, all side by side."""
    nodes, inputs, names = [], [], []
    for name, value in example.inputs.items():
        inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [BATCH, *value.shape[1:]]))
        nodes.append(helper.make_node("Flatten", [name], [f"{name}_flat"], axis=1))
        names.append(f"{name}_flat")
    nodes.append(helper.make_node("Concat", names, ["flat"], axis=1))
    width = example.flat().shape[1]
    graph = helper.make_graph(
        nodes, "flatten", inputs, [helper.make_tensor_value_info("flat", TensorProto.FLOAT, [BATCH, width])]
    )
    return helper.make_model(graph, opset_imports=like.opset_import, ir_version=like.ir_version)


def _only_output(model: onnx.ModelProto, old: str, new: str) -> onnx.ModelProto:
    """Keep one output, under another name."""
    graph = model.graph
    graph.node.append(helper.make_node("Identity", [old], [new]))
    kept = next(output for output in graph.output if output.name == old)
    kept.name = new
    del graph.output[:]
    graph.output.append(kept)
    return model


def require_parity(content: bytes, model: Model, example: Examples, names: Sequence[str]) -> float:
    """Check that ONNX Runtime says what the model says.

    Returns
    -------
    float
        Largest difference, absolute or, for outputs beyond ±1, as a share of their largest size; the median one of a
        model that looks for neighbours.

    Raises
    ------
    ModelError
        If it is over 1e-4, or one row alone gives another answer than in a batch; of a model that looks for neighbours
        if the median is over 1e-5 or fewer than 99.9 % of the labels agree.
    """
    bundle = Bundle(Card(system="parity", network="", title="", inputs={}, outputs={}), content)
    feed = {name: np.ascontiguousarray(value[:16], dtype=np.float32) for name, value in example.inputs.items()}
    expected = model.predict(example.at(np.arange(min(16, len(example)))))
    got = bundle.session.run(list(names), feed)
    alone = bundle.session.run(list(names), {name: value[:1] for name, value in feed.items()})
    pairs = [(expected[name], value) for name, value in zip(names, got, strict=True)]
    pairs += [(many[:1], one) for many, one in zip(got, alone, strict=True)]
    if model.looks_for_neighbours:
        return require_labels(pairs)
    gap = max(float(np.abs(one - many).max() / max(1.0, np.abs(many).max())) for many, one in pairs)
    if not gap <= TOLERANCE:
        raise ModelError(f"exported network must agree with the trained one to {TOLERANCE}, got {gap:.2g}; report it")
    return gap


def require_labels(pairs: Sequence[tuple[NDArray[Any], NDArray[Any]]]) -> float:
    """Median difference of outputs (…, label) of two graphs, if it is small and nearly all labels agree.

    Raises
    ------
    ModelError
        If the median is over 1e-5, or fewer than 99.9 % of the labels agree.
    """
    gap = max(float(np.median(np.abs(one - many))) for many, one in pairs)
    equal = min(float(np.mean(one.argmax(axis=-1) == many.argmax(axis=-1))) for many, one in pairs)
    if not (gap <= MEDIAN_TOLERANCE and equal >= LABELS_EQUAL):
        raise ModelError(
            f"exported network must agree with the trained one to a median of {MEDIAN_TOLERANCE} and in {LABELS_EQUAL} "
            f"of its labels, got {gap:.2g} and {equal:.4f}; report it"
        )
    return gap


def cost(content: bytes, example: Examples, n_parameters: int) -> Cost:
    """Size, and the time of one row on one core of this machine (p50 and p99 of 200, of fewer if it is slow)."""
    bundle = Bundle(Card(system="cost", network="", title="", inputs={}, outputs={}), content)
    feed = {name: np.ascontiguousarray(value[:1], dtype=np.float32) for name, value in example.inputs.items()}
    bundle.session.run(None, feed)
    times: list[float] = []
    while len(times) < N_TIMED and sum(times) < 1000 * MOST_TIMED_S:
        start = time.perf_counter()
        bundle.session.run(None, feed)
        times.append(1000 * (time.perf_counter() - start))
    p50, p99 = np.percentile(times, [50, 99])
    return Cost(len(content), n_parameters, float(p50), float(p99))


def count_parameters(model: Model, content: bytes) -> int:
    """Trainable numbers of a network, or those that were fitted in closed form; for a classical model its graph's."""
    module = model.module()
    if module is not None:
        trained = sum(parameter.numel() for parameter in module.parameters())
        return trained or sum(buffer.numel() for buffer in module.buffers() if buffer.dtype != torch.int64)
    graph = onnx.load_model_from_string(content).graph
    stored = sum(int(np.prod(tensor.dims)) for tensor in graph.initializer)
    return stored + sum(len(a.floats) + len(a.ints) for node in graph.node for a in node.attribute)


def bundle_of(model: Model, model_name: str, recipe: Recipe, example: Examples, facts: Mapping[str, object]) -> Bundle:
    """The trained model as a Bundle.

    Parameters
    ----------
    facts : further keys of the card: data, figures, settings, protocol …
    """
    content = to_onnx(model, recipe, example)
    card = Card.model_validate(
        {
            "system": recipe.name,
            "network": model_name,
            "title": recipe.title,
            "labels": list(recipe.labels),
            "inputs": dict(recipe.system.inputs),
            "outputs": dict(recipe.outputs),
            "n_parameters": count_parameters(model, content),
            "intended_use": recipe.intended_use,
            "limits": list(recipe.limits),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "rehabkit_version": version("rehabkit"),
            **facts,
        }
    )
    return pack(content, card)
