"""The joints of a lying body as a tree of bones, and its mirror image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import InputError

BONES: tuple[tuple[str, str], ...] = (
    ("pelvis", "neck"), ("neck", "head"), ("head", "nose"),
    ("neck", "left_shoulder"), ("left_shoulder", "left_elbow"), ("left_elbow", "left_wrist"),
    ("neck", "right_shoulder"), ("right_shoulder", "right_elbow"), ("right_elbow", "right_wrist"),
    ("pelvis", "left_hip"), ("left_hip", "left_knee"), ("left_knee", "left_ankle"),
    ("pelvis", "right_hip"), ("right_hip", "right_knee"), ("right_knee", "right_ankle"),
)  # fmt: skip
"""(parent, child), parents before their children."""

WIDTHS: tuple[tuple[str, str], ...] = (
    ("left_shoulder", "right_shoulder"), ("left_hip", "right_hip"),
    ("left_shoulder", "left_hip"), ("right_shoulder", "right_hip"),
    ("left_knee", "right_knee"), ("left_ankle", "right_ankle"),
)  # fmt: skip
"""Further pairs whose distance tells whether one of them lies deeper than it looks."""

Pairs = tuple[tuple[int, int], ...]
Order = NDArray[np.int64]


def numbered(pairs: Sequence[tuple[str, str]], joint_names: Sequence[str]) -> Pairs:
    """Pairs of names as numbers into ``joint_names``.

    Raises
    ------
    InputError
        If a joint is missing.
    """
    missing = sorted({name for pair in pairs for name in pair} - set(joint_names))
    if missing:
        raise InputError(f"joints must hold those of the body's tree, got none of {', '.join(missing)}; add them")
    return tuple((joint_names.index(a), joint_names.index(b)) for a, b in pairs)


def mirrored_name(name: str) -> str:
    """The same joint of the other side.

    >>> mirrored_name("left_knee"), mirrored_name("nose")
    ('right_knee', 'nose')
    """
    if name.startswith("left_"):
        return f"right_{name.removeprefix('left_')}"
    return f"left_{name.removeprefix('right_')}" if name.startswith("right_") else name


def mirrored_joints(joint_names: Sequence[str]) -> Order:
    """(n_joints,) number of each joint's counterpart."""
    return np.array([list(joint_names).index(mirrored_name(name)) for name in joint_names])


def mirrored_pairs(pairs: Sequence[tuple[str, str]]) -> Order:
    """(n_pairs,) number of each pair's counterpart."""
    both = [frozenset(pair) for pair in pairs]
    return np.array([both.index(frozenset(map(mirrored_name, pair))) for pair in pairs])
