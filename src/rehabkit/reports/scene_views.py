"""From where a scene in space is looked at: the same few views in the report's drawings and on the 3-D page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.figures import Place, Scene

Array = NDArray[np.float64]
STEEP = 0.7
"""Cosine from which on two directions count as one: within 45 degrees."""


@dataclass(frozen=True)
class View:
    """One way to look at a scene, without perspective.

    Parameters
    ----------
    name : for people, e.g. ``from above``.
    forward : (3,) of length 1, from the eye into the scene.
    up : (3,) of length 1, what is up on the sheet; at a right angle to ``forward``.
    """

    name: str
    forward: Array
    up: Array

    @property
    def right(self) -> Array:
        """(3,) what is to the right on the sheet."""
        return np.cross(self.forward, self.up)

    def flat(self, places: Array) -> Array:
        """(n, 3) metres → (n, 3): to the right, downwards and away from the eye, metres."""
        return places @ np.stack([self.right, -self.up, self.forward], axis=1)


def views(scene: Scene) -> tuple[View, View, View]:
    """From the sensor, and from two sides at right angles to it.

    A sensor's axes are x right, y down, z away; where ``scene.up`` says that they aren't (+y or +z is up), the first
    view is the front of those axes. A sensor above a bed looks down: then the others are the bed's side and foot.

    Examples
    --------
    >>> [view.name for view in views(Scene(title="Hand"))]
    ['from the sensor', 'from above', 'from its left']
    >>> [view.name for view in views(Scene(title="Lying", up=(0, 0, -1)))]
    ['from the sensor, above', "from the picture's right", "from the picture's lower edge"]
    """
    up = unit(scene.up)
    first = _first(up)
    if abs(up @ first.forward) > STEEP:
        return (
            View(f"{first.name}, above", first.forward, first.up),
            _across("from the picture's right", -first.right, up),
            _across("from the picture's lower edge", first.up, up),
        )
    level = _level(first.forward, up)
    return first, View("from above", -up, level), _across("from its left", first.right, up)


def upright(scene: Scene) -> Array:
    """(3, 3) rotation of a scene's axes to x right, y up, z towards who looks from the first view's side."""
    up, first = unit(scene.up), views(scene)[0]
    ahead = _level(first.forward if abs(up @ first.forward) <= STEEP else first.up, up)
    return np.stack([np.cross(ahead, up), up, -ahead])


def unit(place: Place) -> Array:
    """Of length 1; a sensor's upwards where there is no direction."""
    direction = np.array(place, dtype=np.float64)
    length = float(np.linalg.norm(direction))
    return direction / length if length > 0 else np.array([0.0, -1.0, 0.0])


def _first(up: Array) -> View:
    _, y, z = np.eye(3)
    if up @ y > STEEP:
        return View("from the front", -z, y)
    if up @ z > STEEP:
        return View("from the front", y, z)
    return View("from the sensor", z, -y)


def _across(name: str, forward: Array, up: Array) -> View:
    """Looked at across what is up."""
    return View(name, _level(forward, up), up)


def _level(direction: Array, up: Array) -> Array:
    """The part of a direction at a right angle to what is up, of length 1."""
    level = direction - (direction @ up) * up
    one: Array = level / np.linalg.norm(level)
    return one
