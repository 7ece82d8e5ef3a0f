"""A few pictures of one person's own gestures → a recogniser that leans on them. numpy only.

A patient's fist may be half a fist. Each picture's embedding (the network's last layer but one) is kept as the mean of
its gesture, and a new hand is judged by both: by what the network says, and by how near it lies to the person's own
examples (nearest class mean, Snell et al. 2017, NeurIPS, equation 2). How much the second counts is tried on the
examples, each left out in turn: where the network is right about them by itself, it doesn't count at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import InputError
from rehabkit.kinematics.hand import extensions
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.card import Card
from rehabkit.systems.hand_gesture.reading import HandSeen

Array = NDArray[np.float64]
MOST_EACH = 50
LEANINGS = (0.0, 0.25, 0.5, 1.0)
"""How much the own examples may count beside the network."""


@dataclass(frozen=True)
class OwnGestures:
    """What was learnt of one person.

    Parameters
    ----------
    means : gesture → (n_embedding,) mean embedding of the person's examples.
    extensions : gesture → (5,) how straight the person's fingers are in it.
    counts : gesture → of how many examples its mean is.
    leaning : how much nearness to them counts, 0 to 1.
    """

    means: Mapping[str, Array]
    extensions: Mapping[str, Array]
    counts: Mapping[str, int]
    leaning: float = 1.0

    def adapted(self, outputs: Tensors, card: Card) -> Tensors:
        """The network's outputs with ``probability`` as this person's examples change it.

        The hands that the network learnt from lie at a distance of 1 from their gesture's mean (root mean square), so
        that of n examples at a mean square of 1 + 1 / n from theirs: nearer than that to the own examples speaks for a
        gesture, farther against it. A gesture without own examples stays as the network has it.

        Parameters
        ----------
        outputs : ``probability`` (n_rows, n_gestures) and ``embedding`` (n_rows, n_embedding).

        Examples
        --------
        >>> card = Card(system="", network="", title="", labels=["fist", "open"], inputs={}, outputs={})
        >>> own = OwnGestures({"fist": np.zeros(2), "open": np.full(2, 2**0.5)}, {}, {"fist": 3, "open": 3})
        >>> unsure = {"probability": np.array([[0.4, 0.6]]), "embedding": np.array([[0.0, 0.0]])}
        >>> [round(float(p), 2) for p in own.adapted(unsure, card)["probability"][0]]
        [0.97, 0.03]
        """
        score = np.log(np.maximum(outputs["probability"].astype(np.float64), 1e-9))
        for name, mean in self.means.items():
            apart = np.square(outputs["embedding"] - mean).sum(axis=1)
            score[:, card.labels.index(name)] += self.leaning * (1.0 + 1.0 / self.counts[name] - apart)
        score -= score.max(axis=1, keepdims=True)
        probability = np.exp(score) / np.exp(score).sum(axis=1, keepdims=True)
        return {**outputs, "probability": probability.astype(np.float32)}


def learn(hands: Sequence[HandSeen], gestures: Sequence[str], outputs: Tensors, card: Card) -> OwnGestures:
    """What a person's own examples say.

    Parameters
    ----------
    hands, gestures : the examples, and what each was meant to be; three to five of each gesture are enough.
    outputs : of the network on the examples, in this order; ``embedding`` (n_hands, n_embedding) is looked at.
    card : of that network.

    Raises
    ------
    InputError
        If there are none, their number differs, or a gesture isn't the network's.
    """
    problems = []
    if not hands or not len(hands) == len(gestures) == len(outputs["embedding"]):
        got = f"{len(hands)} hands, {len(gestures)} names and {len(outputs['embedding'])} outputs"
        problems.append(f"as many hands as names and outputs must be there, at least one, got {got}")
    if unknown := sorted(set(gestures) - set(card.labels)):
        problems.append(f"gestures must be among {', '.join(card.labels)}, got {', '.join(unknown)}")
    if max((list(gestures).count(name) for name in set(gestures)), default=0) > MOST_EACH:
        problems.append(f"examples must be at most {MOST_EACH} a gesture, got more")
    if problems:
        raise InputError(f"own gestures: {'; '.join(problems)}")
    names = np.array(gestures)
    straight = np.array([extensions(hand.points_px, hand.side) for hand in hands])
    known = {name: straight[names == name].mean(axis=0) for name in dict.fromkeys(gestures)}
    return replace(learnt(gestures, outputs, card), extensions=known)


def learnt(gestures: Sequence[str], outputs: Tensors, card: Card) -> OwnGestures:
    """The same of outputs alone, without how straight the fingers are."""
    names = np.array(gestures)
    tried = list(_left_out(names, outputs))
    likely = {one: _likelihood(tried, card, one) for one in LEANINGS}
    return replace(_own(names, outputs), leaning=max(LEANINGS, key=lambda one: likely[one]))


def _own(names: NDArray[np.str_], outputs: Tensors) -> OwnGestures:
    """The means alone."""
    embedding = outputs["embedding"].astype(np.float64)
    each = [str(name) for name in dict.fromkeys(names.tolist())]
    means = {name: embedding[names == name].mean(axis=0) for name in each}
    return OwnGestures(means, {}, {name: int((names == name).sum()) for name in each})


def _left_out(names: NDArray[np.str_], outputs: Tensors) -> Iterator[tuple[str, Tensors, OwnGestures]]:
    """Yield each example's gesture, its outputs and what the others say; none of a gesture's only example."""
    for place, name in enumerate(names.tolist()):
        others = np.arange(len(names)) != place
        if name in names[others]:
            one = {key: outputs[key][place : place + 1] for key in ("probability", "embedding")}
            yield name, one, _own(names[others], {"embedding": outputs["embedding"][others]})


def _likelihood(tried: Sequence[tuple[str, Tensors, OwnGestures]], card: Card, leaning: float) -> float:
    """Mean logarithm of the probability of what each example is, judged by the others."""
    found = [
        replace(own, leaning=leaning).adapted(one, card)["probability"][0, card.labels.index(name)]
        for name, one, own in tried
    ]
    return round(float(np.mean(np.log(np.maximum(found, 1e-9)))), 3) if found else 0.0
