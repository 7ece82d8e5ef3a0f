"""Which gesture the network's outputs name, or why none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.card import Card

NO_COMMAND = ("relaxed",)
"""Hands that the network tells from gestures, and that command nothing."""


@dataclass(frozen=True)
class Named:
    """What one picture of a hand shows.

    Parameters
    ----------
    gesture : name of it; ``None`` where none is named.
    likeliest : the gesture with the largest probability, named or not.
    probability : of that one, 0 to 1.
    why_not : why none is named; empty where one is.
    """

    gesture: str | None
    likeliest: str
    probability: float
    why_not: str = ""


def named(outputs: Tensors, card: Card, row: int = 0) -> Named:
    """The gesture of one row of the network's outputs.

    ``card.settings`` may hold ``largest_distance`` and ``least_probability``, beyond which none is named.

    Parameters
    ----------
    outputs : ``probability`` (n_rows, n_gestures) and ``distance`` (n_rows,), how unlike every gesture it knows.

    Examples
    --------
    >>> card = Card(system="hand_gesture", network="", title="", labels=["fist", "open"], inputs={}, outputs={},
    ...     settings={"largest_distance": 1.5, "least_probability": 0.7})
    >>> sure, far = np.array([[0.1, 0.9]]), np.array([2.0])
    >>> named({"probability": sure, "distance": far / 2}, card).gesture
    'open'
    >>> named({"probability": sure, "distance": far}, card).why_not
    'none of the 2 gestures that are known: the hand is too unlike them'
    """
    probability = outputs["probability"][row]
    best = int(np.argmax(probability))
    likeliest, sure = card.labels[best], float(probability[best])
    why_not = ""
    if float(outputs["distance"][row]) > card.settings.get("largest_distance", np.inf):
        why_not = f"none of the {len(card.labels)} gestures that are known: the hand is too unlike them"
    elif sure < card.settings.get("least_probability", 0.0):
        second = card.labels[int(np.argsort(probability)[-2])]
        why_not = f"not sure enough: {likeliest} ({sure:.0%}) or {second}"
    return Named(None if why_not else likeliest, likeliest, sure, why_not)
