"""Pruning: the channels that weigh least are cut out of a network, which becomes smaller and runs as before.

Which layers must lose a channel together is traced by torch-pruning (Fang et al. 2023, CVPR, DepGraph). It guesses from
names and shapes, so each cut is proven before it is kept: the smaller network must say what the whole one says with the
same weights set to zero. A layer whose cut can't be proven keeps its channels.
"""

from __future__ import annotations

import copy
import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
import torch_pruning as tp
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.modules.conv import _ConvNd

from rehabkit.errors import InputError, ModelError

AGREES = 1e-3
"""A proof's largest difference, as a share of what setting the weights to zero changes."""
ROUNDING = 100
"""Differences of so many rounding errors of an output are none."""
LEAST_SIZE = 0.01
"""Of the weights of a proof, to which the root mean square of the real ones is added: a layer may be all zeros."""
_RECURRENT = (nn.RNNBase, nn.RNNCellBase)
_LOST = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What the library, or a layer of the wrong size, raises where channels can't be followed."""


class _Kept(Exception):  # noqa: N818  # not an error: a layer keeps its channels
    """Why a layer keeps its channels."""


def prune(module: nn.Module, inputs: Sequence[Tensor], share: float) -> nn.Module:
    """A smaller copy of a network without the channels that weigh least.

    Parameters
    ----------
    module : any network; it stays as it is. Outputs may be a tensor, or several by name or in order.
    inputs : what ``forward`` takes, for a row or more that are like real ones.
    share : of the channels of each layer to remove, above 0 and below 1; rounded down to whole channels.

    Returns
    -------
    nn.Module
        Same inputs, same shapes of outputs, fewer parameters. It wants to be trained on.

    Raises
    ------
    InputError
        If the share isn't between 0 and 1.
    ModelError
        If there is no channel that can be removed; it names each layer and says why.

    Notes
    -----
    A channel weighs the squared size of its weights in all layers that it runs through (magnitude, averaged over layers
    as in DepGraph). What feeds or leaves an LSTM or GRU keeps its channels, and so does the last layer.

    Examples
    --------
    >>> _ = torch.manual_seed(0)
    >>> network = nn.Sequential(nn.Linear(4, 10), nn.ReLU(), nn.Linear(10, 2))
    >>> prune(network, [torch.rand(20, 4)], 0.5)
    Sequential(
      (0): Linear(in_features=4, out_features=5, bias=True)
      (1): ReLU()
      (2): Linear(in_features=5, out_features=2, bias=True)
    )
    """
    if not 0 < share < 1:
        raise InputError(f"share of channels must be between 0 and 1, got {share}; 0.5 removes half of each layer's")
    layers = [name for name, layer in module.named_modules() if isinstance(layer, (_ConvNd, nn.Linear))]
    cut: set[str] = set()
    kept: dict[str, str] = {}
    stage = _first(module, inputs) if layers else None
    for name in layers:
        try:
            if stage is not None and name not in cut:
                stage, together = _without(stage, inputs, name, share)
                cut |= together
        except _Kept as reason:
            kept[name] = str(reason)
    if stage is None or not cut:
        named = ", ".join(f"{name or 'itself'}: {reason}" for name, reason in kept.items())
        raise ModelError(
            "network must have channels that can be removed, "
            f"got {named or 'no convolution and no linear layer'}; build it with a smaller hidden size and train it"
        )
    return _as_it_was(stage.module, module)


@dataclass(frozen=True)
class _Stage:
    """A network after some cuts.

    Parameters
    ----------
    drawn : weights for proofs.
    said : its outputs with them.
    """

    module: nn.Module
    drawn: dict[str, Tensor]
    said: list[Tensor]


def _first(module: nn.Module, inputs: Sequence[Tensor]) -> _Stage:
    """A whole copy; proofs are in double precision where the network runs in it."""
    whole = copy.deepcopy(module).eval().requires_grad_()  # it is traced by its gradients
    drawn = _drawn(whole)
    precise = {key: value.double() for key, value in drawn.items()}
    try:
        return _Stage(whole, precise, _said(whole, precise, inputs))
    except RuntimeError:
        return _Stage(whole, drawn, _said(whole, drawn, inputs))


def _as_it_was(smaller: nn.Module, module: nn.Module) -> nn.Module:
    """Training or not, and which parameters are trained, as in the module."""
    trained = {name: parameter.requires_grad for name, parameter in module.named_parameters()}
    for name, parameter in smaller.named_parameters():
        parameter.requires_grad_(trained[name])
    return smaller.train(module.training)


def _without(stage: _Stage, inputs: Sequence[Tensor], name: str, share: float) -> tuple[_Stage, set[str]]:
    """The network without some of one layer's channels, and the layers that lost channels with it."""
    smaller = copy.deepcopy(stage.module)
    try:
        with _uncollected():
            graph = _traced(smaller, inputs)
            group, together = _group(graph, smaller.get_submodule(name), share)
            _number(part.dep.target.module for part in group)
            group.prune()
        origin = _moved(smaller, stage.drawn)
        left = _taken(stage.drawn, origin)
        said = _said(smaller, left, inputs)
        _prove(said, _said(stage.module, _silenced(stage.drawn, origin), inputs), stage.said)
    except _LOST as error:
        raise _Kept("its channels can't be followed through the network") from error
    values = _taken({key: tensor.detach() for key, tensor in _tensors(stage.module).items()}, origin)
    for key, tensor in _tensors(smaller).items():
        tensor.data = values[key]
    return _Stage(smaller, left, said), together


@contextmanager
def _uncollected() -> Iterator[None]:
    """The library makes millions of small tuples and no cycles: looking for some would double its time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _number(cut: Iterable[nn.Module | nn.Parameter]) -> None:
    """Put into each tensor that will be cut, for each number, where it stands, which then says where it came from."""
    for one in cut:
        for tensor in [one] if isinstance(one, nn.Parameter) else _tensors(one).values():
            tensor.data = torch.arange(tensor.numel(), dtype=torch.float64).reshape(tensor.shape)


def _moved(smaller: nn.Module, before: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Where the numbers came from, for each tensor that has become smaller."""
    now = _tensors(smaller)
    return {key: tensor.detach().long() for key, tensor in now.items() if tensor.shape != before[key].shape}


def _taken(values: Mapping[str, Tensor], origin: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The values that stay."""
    return {key: value.flatten()[origin[key]] if key in origin else value for key, value in values.items()}


def _silenced(values: Mapping[str, Tensor], origin: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """All values, those that don't stay set to zero."""
    silenced = dict(values)
    for key, places in origin.items():
        silenced[key] = torch.zeros_like(values[key])
        silenced[key].view(-1)[places.flatten()] = values[key].flatten()[places.flatten()]
    return silenced


def _traced(module: nn.Module, inputs: Sequence[Tensor]) -> Any:
    """Which layers pass channels on to which."""
    graph = tp.DependencyGraph()
    graph.REGISTERED_PRUNERS[tp.ops.OPTYPE.OUTPUT] = graph.REGISTERED_PRUNERS[tp.ops.OPTYPE.ELEMENTWISE]
    axes = dict(_bare(module))
    graph.build_dependency(
        module,
        list(inputs),
        forward_fn=lambda network, rows: network(*rows),
        output_transform=lambda outputs: [one for one in tp.utils.flatten_as_list(outputs) if one.requires_grad],
        unwrapped_parameters=[(parameter, axis) for parameter, axis in axes.items() if axis is not None],
        ignored_params=[parameter for parameter, axis in axes.items() if axis is None],
        verbose=False,
    )
    for node in graph.module2node.values():
        if node.type == tp.ops.OPTYPE.SLICE and node.module.dim != 1:
            _passes_on(node)
    return graph


def _passes_on(node: Any) -> None:
    """Part of the time or of a picture has all channels; the library takes the last of three axes for channels."""
    node.type = tp.ops.OPTYPE.ELEMENTWISE
    back = [dependency for before in node.inputs for dependency in before.dependencies if dependency.target is node]
    for dependency in [*node.dependencies, *back]:
        dependency.index_mapping[0] = None


def _bare(module: nn.Module) -> Iterator[tuple[nn.Parameter, int | None]]:
    """Parameters that stand in no known layer, and which of their axes is as long as some layer has channels."""
    widths = {len(layer.weight) for layer in module.modules() if isinstance(layer, (_ConvNd, nn.Linear))}
    for owner in module.modules():
        if tp.ops.module2type(owner) == tp.ops.OPTYPE.ELEMENTWISE:
            for parameter in owner.parameters(recurse=False):
                axes = [axis for axis, length in enumerate(parameter.shape) if length in widths]
                yield parameter, axes[0] if axes and not isinstance(owner, _RECURRENT) else None


def _group(graph: Any, layer: nn.Module, share: float) -> tuple[Any, set[str]]:
    """What is cut with a layer's lightest channels, and the names of the layers whose outputs become fewer."""
    function = graph.get_pruner_of_module(layer).prune_out_channels
    n_channels = graph.get_out_channels(layer)
    n_removed = int(share * n_channels)
    if n_removed == 0:
        raise _Kept("too few channels")
    whole = graph.get_pruning_group(layer, function, list(range(n_channels)))
    if any(isinstance(part.dep.target.module, _RECURRENT) for part in whole):
        raise _Kept("a recurrent layer is beside it")
    lightest = tp.importance.GroupMagnitudeImportance(p=2)(whole).argsort()[:n_removed]
    group = graph.get_pruning_group(layer, function, lightest.tolist())
    targets = [part.dep.target for part in group if graph.is_out_channel_pruning_fn(part.dep.handler)]
    names = {module: name for name, module in graph.model.named_modules()}
    return group, {names[target.module] for target in targets if target.module in names}


def _said(module: nn.Module, values: dict[str, Tensor], inputs: Sequence[Tensor]) -> list[Tensor]:
    """Outputs with other weights."""
    dtype = next(iter(values.values())).dtype
    rows = tuple(one.to(dtype) if one.is_floating_point() else one for one in inputs)
    with torch.no_grad():
        outputs: list[Tensor] = tp.utils.flatten_as_list(functional_call(module, values, rows))
    return outputs


def _prove(smaller: list[Tensor], silenced: list[Tensor], whole: list[Tensor]) -> None:
    """Check that a network without weights says what it says with them set to zero, and that this can be told."""
    if [one.shape for one in smaller] != [one.shape for one in silenced]:
        raise _Kept("its channels are outputs")
    told = False
    for one, other, before in zip(smaller, silenced, whole, strict=True):
        rounding = ROUNDING * torch.finfo(other.dtype).eps * other.abs().max() if other.is_floating_point() else 0.0
        change = (before - other).abs().max()
        told = told or bool(change > rounding)
        if not (one - other).abs().max() <= AGREES * change + rounding:
            raise _Kept("the outputs depend on how many channels there are")
    if not told:
        raise _Kept("no output tells whether it is there")


def _drawn(module: nn.Module) -> dict[str, Tensor]:
    """Parameters and statistics drawn anew, of the same size, the same each time.

    A fresh layer of zeros, or of equal numbers, would hide that a channel was mistaken for another; so would a channel
    that never wakes.
    """
    generator = torch.Generator().manual_seed(0)
    drawn: dict[str, Tensor] = {}
    for key, tensor in _tensors(module).items():
        value = tensor.detach()
        noise = torch.randn(value.shape, generator=generator).to(value)
        if key.endswith("running_var"):
            value = value * (0.1 * noise).exp()  # variances stay positive
        elif isinstance(tensor, nn.Parameter) or key.endswith("running_mean"):
            value = (value.square().mean().sqrt() + LEAST_SIZE) * noise
        drawn[key] = value
    return drawn


def _tensors(module: nn.Module) -> dict[str, Tensor]:
    """Parameters and buffers of real numbers by name."""
    named = [*module.named_parameters(), *module.named_buffers()]
    return {name: tensor for name, tensor in named if tensor.is_floating_point()}
