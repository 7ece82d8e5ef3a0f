"""Raw landmarks → clean ones: hidden joints and outliers removed, short gaps bridged, tremble filtered without lag.

Nothing is filled in silence: each step is noted in the skeleton's history, and gaps longer than 0.2 s stay gaps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.interpolate import make_smoothing_spline

from rehabkit.findings import Gap
from rehabkit.recordings.cuts import body_size, find_cuts
from rehabkit.recordings.skeleton import MEDIAPIPE_JOINTS, Array, Skeleton

Flags = NDArray[np.bool_]

SURE = 0.5
"""Confidence from which a joint is taken as seen."""
LONGEST_BRIDGE_S = 0.2
"""A longer gap stays one: a limb can go out and back in more time than this."""
FEWEST_FRAMES = 5
"""A spline needs this many."""
CUTOFF_HZ = 6.0
"""Half-amplitude frequency of the low-pass, usual for human movement (Winter, Biomechanics, 4th ed., ch. 3)."""
JUMP_SIZES = 0.08
"""A joint farther than this from its running median, in body sizes, and far more than usual, has jumped."""
HAMPEL_FRAMES, HAMPEL_LEAST_HZ = 7, 20.0
"""Window of the running median; below this rate a quick movement's peak may be one frame, so it isn't used."""
DETAILS = frozenset((*MEDIAPIPE_JOINTS[1:11], *MEDIAPIPE_JOINTS[17:23]))
"""Joints of face and fingers: no measure uses them, so their gaps aren't worth a line."""


def clean(skeleton: Skeleton) -> Skeleton:
    """Return the skeleton without hidden joints, outliers, short gaps and tremble.

    1. A joint whose confidence (running median of five frames) is below 0.5 becomes NaN.
    2. So does one that jumps away from its running median (Hampel's test).
    3. Gaps up to 0.2 s are bridged by a straight line, their confidence by that of both ends.
    4. What lies between gaps and cuts is smoothed by a spline that weighs truth against curvature, at its true
       times. For even times its gain is ``1 / (1 + (f / 6 Hz)⁴)``: that of a second-order Butterworth
       filter run forth and back, so it neither lags nor needs an even rate.

    Parameters
    ----------
    skeleton : raw; ``estimated_m`` is smoothed too, but keeps what the network guesses of hidden joints.

    Examples
    --------
    >>> t = np.arange(60) / 30
    >>> wave = np.sin(2 * np.pi * t)[:, None, None] * np.ones((1, 2, 3))
    >>> s = clean(Skeleton(("left_knee", "left_hip"), t, wave, np.ones((60, 2)), "y_up", "test"))
    >>> round(float(np.abs(s.positions - wave).max()), 2), s.history
    (0.01, ('low-pass 6 Hz without lag',))
    """
    time_s, cuts = skeleton.time_s, find_cuts(skeleton)
    hidden, jumped = _hidden(skeleton), _jumped(skeleton)
    positions = np.where((hidden | jumped)[..., None], np.nan, skeleton.positions)
    positions, confidence, bridged = _bridged(time_s, positions, skeleton.confidence, cuts)
    counts = {
        "hidden": (hidden & np.isfinite(skeleton.positions[..., 0])).sum(),
        "jumping": (jumped & ~hidden).sum(),
        f"bridged over {LONGEST_BRIDGE_S:g} s at most": bridged.sum(),
    }
    notes = [f"{count} joint positions {what}" for what, count in counts.items() if count]
    estimated_m = skeleton.estimated_m
    return replace(
        skeleton,
        positions=_low_pass(time_s, positions, cuts),
        confidence=confidence,
        estimated_m=None if estimated_m is None else _low_pass(time_s, estimated_m, cuts),
        history=(*skeleton.history, *notes, f"low-pass {CUTOFF_HZ:g} Hz without lag"),
    )


def find_gaps(skeleton: Skeleton) -> list[Gap]:
    """Return the stretches above 0.2 s in which the person, or one joint of a person seen, was hidden.

    Parameters
    ----------
    skeleton : as recorded, before :func:`clean`.
    """
    hidden = _hidden(skeleton) | np.isnan(skeleton.positions).any(axis=2)  # (frames, joints)
    nobody: Flags = np.all(hidden, axis=1)
    gaps = [Gap(start_s=start, end_s=end) for start, end in _long(skeleton.time_s, nobody)]
    for column, name in enumerate(skeleton.joint_names):
        if name not in DETAILS:
            stretches = _long(skeleton.time_s, hidden[:, column] & ~nobody)
            gaps += [Gap(start_s=start, end_s=end, joint=name) for start, end in stretches]
    return gaps


def _hidden(skeleton: Skeleton) -> Flags:
    """Return (frames, joints): the joint isn't surely seen, give or take a flicker of two frames."""
    return _running_median(skeleton.confidence, 5) < SURE


def _running_median(values: Array, n_frames: int) -> Array:
    """Return the median of each value and its neighbours in time, the first and last repeated at the ends."""
    half = n_frames // 2
    padded = np.pad(values, [(half, half)] + [(0, 0)] * (values.ndim - 1), mode="edge")
    median: Array = np.median(sliding_window_view(padded, n_frames, axis=0), axis=-1)
    return median


def _jumped(skeleton: Skeleton) -> Flags:
    """Return (frames, joints): outliers by Hampel's test, three scaled median deviations from the running median."""
    if skeleton.rate_hz < HAMPEL_LEAST_HZ or skeleton.n_frames < HAMPEL_FRAMES:
        return np.zeros(skeleton.confidence.shape, dtype=bool)
    half = HAMPEL_FRAMES // 2
    # a median of what is there: unseen joints stand at their last place, and are dropped anyway
    known = _held(skeleton.positions)
    away = np.linalg.norm(known - _running_median(known, HAMPEL_FRAMES), axis=2)  # (frames, joints)
    usual = _running_median(away, HAMPEL_FRAMES)
    jumped: Flags = (away > JUMP_SIZES * body_size(skeleton)) & (away > 3 * 1.4826 * usual)
    jumped[:half] = jumped[-half:] = False  # no median on both sides here
    return jumped


def _held(positions: Array) -> Array:
    """Return (frames, joints, dims) with each NaN replaced by the last value before it, or else 0."""
    seen: Flags = np.all(np.isfinite(positions), axis=2)  # (frames, joints)
    last = np.maximum.accumulate(np.where(seen, np.arange(len(seen))[:, None], 0), axis=0)
    return np.nan_to_num(np.take_along_axis(positions, last[..., None], axis=0))


def _bridged(time_s: Array, positions: Array, confidence: Array, cuts: list[int]) -> tuple[Array, Array, Flags]:
    """Return positions and confidence with short gaps filled linearly, and (frames, joints) where that is."""
    positions, confidence = positions.copy(), confidence.copy()
    missing: Flags = np.any(np.isnan(positions), axis=2)
    bridged = np.zeros_like(missing)
    for part in _parts(len(time_s), cuts):
        for joint in np.flatnonzero(missing[part].any(axis=0) & ~missing[part].all(axis=0)):
            for start, stop in _runs(missing[part, joint]):
                inner = slice(part.start + start, part.start + stop)
                if start > 0 and stop < part.stop - part.start and _short(time_s, inner):
                    bridged[inner, joint] = True
    for joint in np.flatnonzero(bridged.any(axis=0)):
        fill, known = bridged[:, joint], ~missing[:, joint]
        for values in (*positions[:, joint].T, confidence[:, joint]):  # views: filled in place
            values[fill] = np.interp(time_s[fill], time_s[known], values[known])
    return positions, confidence, bridged


def _low_pass(time_s: Array, values: Array, cuts: list[int]) -> Array:
    """Return (frames, joints, dims) smoothed at their own times, each side of a gap or cut by itself."""
    smooth = values.copy()
    seen: Flags = np.all(np.isfinite(values), axis=2)  # (frames, joints)
    for part in _parts(len(time_s), cuts):
        # joints seen at the same times are smoothed together
        patterns, which = np.unique(seen[part], axis=1, return_inverse=True)
        for number, pattern in enumerate(patterns.T):
            joints = np.flatnonzero(which.ravel() == number)
            for start, stop in _runs(pattern):
                inner = slice(part.start + start, part.start + stop)
                smooth[inner, joints] = _spline(time_s[inner], values[inner, joints])
    return smooth


def _spline(time_s: Array, values: Array) -> Array:
    """Return (frames, joints, dims) without what is faster than the cut-off; too few frames stay as they are."""
    if len(time_s) < FEWEST_FRAMES:
        return values
    rate_hz = (len(time_s) - 1) / (time_s[-1] - time_s[0])
    stiffness = rate_hz / (2 * np.pi * CUTOFF_HZ) ** 4
    flat = values.reshape(len(values), -1)  # (frames, joints · dims)
    smooth: Array = make_smoothing_spline(time_s, flat, lam=stiffness)(time_s)
    return smooth.reshape(values.shape)


def _parts(n_frames: int, cuts: list[int]) -> Iterator[slice]:
    """Yield the frames from cut to cut."""
    for start, stop in pairwise([0, *cuts, n_frames]):
        yield slice(start, stop)


def _runs(flags: Flags) -> Iterator[tuple[int, int]]:
    """Yield (start, stop) of each run of true flags.

    Examples
    --------
    >>> list(_runs(np.array([True, False, True, True])))
    [(0, 1), (2, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    yield from ((int(start), int(stop)) for start, stop in edges.reshape(-1, 2))


def _short(time_s: Array, gap: slice) -> bool:
    """Whether the time that the frames of a gap stand for is 0.2 s at most; there are frames on both sides."""
    step_s = float(np.median(np.diff(time_s)))
    return bool(time_s[gap.stop] - time_s[gap.start - 1] - step_s <= LONGEST_BRIDGE_S + 1e-6)


def _long(time_s: Array, missing: Flags) -> Iterator[tuple[float, float]]:
    """Yield (start, end) s of each stretch of missing frames above 0.2 s, from its first to its last frame."""
    step_s = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 0.0
    for start, stop in _runs(missing):
        if time_s[stop - 1] - time_s[start] + step_s > LONGEST_BRIDGE_S + 1e-6:
            yield float(time_s[start]), float(time_s[stop - 1])
