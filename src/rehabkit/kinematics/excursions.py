"""Excursions: the movements away from rest and back in one signal, and when each begins and ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rehabkit.kinematics.strokes import AT_REST, EvenTrack, turning_points

Array = NDArray[np.float64]

SHALLOW = 0.3
"""A movement that reaches this share of the usual range may be an attempt; a smaller one is none."""
MINIMUM_WIDTH_S = 0.2
"""No limb goes out and back faster than this, measured at half of the height."""
EDGE_LEVEL, EDGE_SPEED = 0.15, 0.05
"""A movement begins where, below this share of its height, it has this share of its fastest speed."""
CUT_OFF = 0.1
"""At the very start or end of a recording a movement is noticed from this share of the usual range on …"""
CUT_OFF_SPEED, CUT_OFF_NOISES = 0.3, 6.0
"""… if it is at least this share as fast as the others are at their fastest, and clear of the noise."""
NEIGHBOURS = 2
"""Rest is the median of this many low points on each side, so it may drift slowly."""


@dataclass(frozen=True)
class Excursion:
    """One movement away from rest.

    Parameters
    ----------
    before, after : samples of the low points around it; ``None`` where the recording starts or ends higher.
    peak : sample of its extreme.
    rest : level of rest around it.
    height : of the peak above rest.
    from_rest, to_rest : whether it is seen to leave rest and to come back.
    """

    before: int | None
    peak: int
    after: int | None
    rest: float
    height: float
    from_rest: bool = True
    to_rest: bool = True


def find_excursions(track: EvenTrack, speed: Array, usual: float) -> list[Excursion]:
    """Every movement of at least :data:`SHALLOW` of the usual range, in order.

    A movement that dips at its target and goes on is one movement; it ends where it came back by more than
    ``1 - AT_REST`` of its own height.

    Parameters
    ----------
    track : rest is low, target is high.
    speed : (n_times,) its derivative, unsmoothed by any wider median.
    usual : the set's usual range, in the track's unit.
    """
    x = track.value
    points = turning_points(x, SHALLOW * usual)
    first = 0 if len(points) < 2 or x[points[0]] > x[points[1]] else 1
    lows = _lows(x, turning_points(x, (1.0 - AT_REST) * usual))
    found = []
    for n in range(first, len(points), 2):
        before = points[n - 1] if n else None
        after = points[n + 1] if n + 1 < len(points) else None
        rest = min(_rest(x, lows, points[n]), float(x[points[n]]) - SHALLOW * usual)
        found.append(Excursion(before, points[n], after, rest, float(x[points[n]] - rest)))
    merged = [one for one in _merged(track, found) if not _is_glitch(track, one)]
    return _with_ends(track, speed, merged, usual)


def edges(track: EvenTrack, speed: Array, one: Excursion) -> tuple[int, int]:
    """Samples at which a movement leaves rest and is back at rest.

    The onset criterion is the usual one of motor control, 5 % of the fastest speed, sought only near rest.

    Parameters
    ----------
    speed : (n_times,) derivative of ``track.value``.
    """
    start = 0 if one.before is None else one.before
    end = len(track.value) - 1 if one.after is None else one.after
    return _edge(track.value, speed, one, start), _edge(track.value, speed, one, end)


def _edge(x: Array, speed: Array, one: Excursion, last: int) -> int:
    way = 1 if last > one.peak else -1
    walk = np.arange(one.peak, last + way, way)
    floor = max(float(x[last]), one.rest)
    near = np.flatnonzero(x[walk] <= floor + EDGE_LEVEL * (x[one.peak] - floor))
    if not len(near):
        return last
    toward = -way * speed[walk]
    slow = np.flatnonzero(toward[near[0] :] <= EDGE_SPEED * np.max(toward[: near[0] + 1]))
    return int(walk[near[0] + slow[0]]) if len(slow) else last


def _lows(x: Array, points: list[int]) -> list[int]:
    first = 0 if len(points) < 2 or x[points[0]] < x[points[1]] else 1
    return points[first::2]


def _rest(x: Array, lows: list[int], peak: int) -> float:
    here = int(np.searchsorted(lows, peak))
    return float(np.median(x[lows[max(0, here - NEIGHBOURS) : here + NEIGHBOURS]]))


def _merged(track: EvenTrack, found: list[Excursion]) -> list[Excursion]:
    """Join neighbours between which the signal did not come back, the least return first."""
    found = list(found)
    left = [_left_over(track, a, b) for a, b in pairwise(found)]
    while left and max(left) > AT_REST:
        n = left.index(max(left))
        a, b = found[n], found[n + 1]
        top = a if track.value[a.peak] >= track.value[b.peak] else b
        found[n : n + 2] = [replace(top, before=a.before, after=b.after)]
        around = found[max(n - 1, 0) : n + 2]
        left[max(n - 1, 0) : n + 2] = [_left_over(track, one, other) for one, other in pairwise(around)]
    return found


def _left_over(track: EvenTrack, a: Excursion, b: Excursion) -> float:
    """Share of the smaller one's height left between the two; all of it for a dip too quick to be real."""
    x, smaller = track.value, a if a.height <= b.height else b
    between = x[a.peak : b.peak]
    quick = np.count_nonzero(between < smaller.rest + 0.5 * smaller.height) * track.step_s < MINIMUM_WIDTH_S
    return 1.0 if quick else float(np.min(between) - smaller.rest) / smaller.height


def _is_glitch(track: EvenTrack, one: Excursion) -> bool:
    """Whether it is out and back quicker than any limb; one that is cut off may have been longer."""
    if one.before is None or one.after is None:
        return False
    out = np.count_nonzero(track.value[one.before : one.after] > one.rest + 0.5 * one.height)
    return bool(out * track.step_s < MINIMUM_WIDTH_S)


def _with_ends(track: EvenTrack, speed: Array, found: list[Excursion], usual: float) -> list[Excursion]:
    """Say of the first and last whether rest was seen, and add a movement that was just cut off there."""
    if not found:
        return found
    x = track.value
    found[0] = replace(found[0], from_rest=_is_rest(x, found[0], found[0].before))
    found[-1] = replace(found[-1], to_rest=_is_rest(x, found[-1], found[-1].after))
    tops = [np.max(np.abs(speed[slice(*edges(track, speed, one))]), initial=0.0) for one in found]
    fast = CUT_OFF_SPEED * float(np.median(tops))
    least, first, last = max(CUT_OFF * usual, CUT_OFF_NOISES * track.noise), found[0], found[-1]
    if first.before is not None and _cut_off(x[: first.before + 1], least) and -speed[0] >= fast:
        height = float(x[0] - first.rest)
        found.insert(0, Excursion(None, 0, first.before, first.rest, height, from_rest=False))
    if last.after is not None and _cut_off(x[last.after :][::-1], least) and speed[-1] >= fast:
        height = float(x[-1] - last.rest)
        found.append(Excursion(last.after, len(x) - 1, None, last.rest, height, to_rest=False))
    return found


def _is_rest(x: Array, one: Excursion, low: int | None) -> bool:
    return low is not None and bool(x[low] <= one.rest + AT_REST * one.height)


def _cut_off(x: Array, least: float) -> bool:
    """Whether ``x``, from the outermost sample to the nearest low point, falls by ``least`` from its start."""
    return bool(np.argmax(x) == 0 and x[0] - x[-1] >= least)
