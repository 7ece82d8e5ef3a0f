"""Research on hgr1, whose licence lets nothing that was trained on it ship: the mask's network, one person left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from rehabkit.errors import ModelError
from rehabkit.imaging.masks import Mask
from rehabkit.learning.examples import Examples
from rehabkit.learning.model import NetworkModel
from rehabkit.learning.networks.hand_mask import HandMask, mask_loss
from rehabkit.learning.recipes.hand_mask_models import changed
from rehabkit.learning.training import TrainConfig
from rehabkit.runtime.bundle import Bundle
from rehabkit.systems import hand_mask
from rehabkit.systems.hand_gesture.reading import HandSeen

CONFIG = TrainConfig(epochs=4, batch_size=24, learning_rate=2e-3, mixed=True)
"""Few epochs: the shipped network's weights are where each fold starts."""
WEIGHTED = ("Conv", "Mul", "Add")
"""Nodes that a convolution and its normalisation become."""


@dataclass(frozen=True)
class Marked:
    """A hand in its picture, its skin marked.

    Parameters
    ----------
    recording : with the picture.
    skin : (rows, columns) of it.
    subject : who it is.
    """

    recording: HandSeen
    skin: Mask
    subject: str


def examples_of(marked: Sequence[Marked]) -> Examples:
    """What the network takes, and the masks squeezed like the pictures: shares of each pixel that are skin."""
    system = hand_mask.HandMask()
    prepared = [system.prepare(one.recording) for one in marked]
    return Examples(
        inputs={name: np.concatenate([one[name] for one in prepared]) for name in system.inputs},
        target=np.stack([squeezed(one.skin) for one in marked]),
        subject=np.array([one.subject for one in marked]),
        recording=np.arange(len(marked)),
    )


def squeezed(skin: Mask) -> NDArray[np.float32]:
    """(side, side) share of skin in each of the network's pixels."""
    from PIL import Image

    small = Image.fromarray(skin.astype(np.float32)).resize((hand_mask.SIDE,) * 2, Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32)


def without(person: str, examples: Examples, start: Bundle, seed: int = 0) -> nn.Module:
    """The shipped network, trained further on everybody but that person."""
    weights = weights_of(start)

    def started() -> HandMask:
        network = HandMask()
        network.load_state_dict(weights)
        return network

    model = NetworkModel(started, mask_loss, CONFIG, augment=changed)
    model.fit(examples.at(examples.subject != person), seed)
    return model.module()


def marked_by(network: nn.Module, recording: HandSeen) -> Mask:
    """(rows, columns) of the picture where a network of torch finds skin."""
    tensors = hand_mask.HandMask().prepare(recording)
    with torch.no_grad():
        outputs = network(*(torch.as_tensor(value) for value in tensors.values()))
    return hand_mask.skin_of(hand_mask.coloured(recording), {"mask": outputs["mask"].numpy()})


def weights_of(bundle: Bundle) -> Mapping[str, Tensor]:
    """The network's weights out of its graph, where they lie in the order in which they are used, some renamed.

    Raises
    ------
    ModelError
        If the graph is another network's.
    """
    wanted = HandMask().state_dict()
    graph = onnx.load_model_from_string(bundle.content).graph
    stored = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    stored |= {  # equal ones are stored once
        node.output[0]: stored[node.input[0]]
        for node in graph.node
        if node.op_type == "Identity" and node.input[0] in stored
    }
    used = [stored[name] for node in graph.node if node.op_type in WEIGHTED for name in node.input if name in stored]
    found = [value for value in used if value.size > 1]
    if [value.size for value in found] != [value.numel() for value in wanted.values()]:
        raise ModelError(
            f"graph must hold the {len(wanted)} weights of hand_mask's network, got others; train it again"
        )
    pairs = zip(wanted.items(), found, strict=True)
    return {name: torch.as_tensor(value.copy()).reshape(old.shape) for (name, old), value in pairs}
