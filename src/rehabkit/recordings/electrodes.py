"""Electrodes of the international 10-20 system and its 10-10 extension: names, places, sides, regions.

The places follow from the definition of the system on a sphere, in angles. The scalp is larger than half a sphere:
from nasion over the vertex to inion it goes 230° around the sphere that fits the electrodes best, so each tenth of
that way is 23°. Fpz lies a tenth above the nasion, Cz at the vertex; the ring through Fpz, T7, Oz and T8 is 92° from
the vertex and its sites 18° apart. The sites between ring and midline divide the arc between them in quarters.
Nothing here was measured on a head: use the digitised places of a recording where it has them.

References: Jasper (1958), Electroenceph. clin. Neurophysiol. 10:370-375; Chatrian, Lettich, Nelson (1985),
Am. J. EEG Technol. 25:83-92; Oostenveld, Praamstra (2001), Clin. Neurophysiol. 112:713-719.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Hemisphere = Literal["left", "right", "midline"]
Region = Literal["frontal", "central", "parietal", "temporal", "occipital"]
REGIONS: tuple[Region, ...] = ("frontal", "central", "temporal", "parietal", "occipital")
"""In the order in which they are listed: front to back."""

OLD_NAMES: Mapping[str, str] = MappingProxyType({"T3": "T7", "T4": "T8", "T5": "P7", "T6": "P8"})
"""Names of the 10-20 system of 1958 → names of the 10-10 system."""
TEN_TWENTY = (
    "Fp1", "Fp2", "F7", "F3", "Fz", "F4", "F8", "T7", "C3", "Cz", "C4", "T8", "P7", "P3", "Pz", "P4", "P8", "O1", "O2",
)  # fmt: skip
"""The nineteen sites of the 10-20 system under their newer names."""
EARS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"A1": (90.0, 130.0), "A2": (-90.0, 130.0), "M1": (110.0, 126.0), "M2": (-110.0, 126.0)}
)
"""Ear lobes and mastoids: azimuth to the left of the nose and angle from the vertex, for drawings only."""

_AROUND_DEG, _TENTH_DEG = 18.0, 23.0
_RING_DEG, _LOW_DEG = 4 * _TENTH_DEG, 5 * _TENTH_DEG
_ROWS = (
    ("AF", "AF", 2), ("F", "F", 3), ("FC", "FT", 4), ("C", "T", 5), ("CP", "TP", 6), ("P", "P", 7), ("PO", "PO", 8),
)  # fmt: skip
"""Letters between midline and ring, letters on the ring, tenths of the way from nasion to inion."""
_LOW_ROWS = ("F", "FT", "T", "TP", "P", "PO")
"""Rows that have a site a tenth below the ring, 9 and 10."""
_REGION: dict[str, Region] = {
    "Fp": "frontal", "AF": "frontal", "F": "frontal", "FC": "central", "C": "central", "CP": "central",
    "FT": "temporal", "T": "temporal", "TP": "temporal", "P": "parietal", "PO": "occipital", "O": "occipital",
    "I": "occipital",
}  # fmt: skip
_PREFIX, _SUFFIX = re.compile(r"^(EEG)[\s_:-]+", re.IGNORECASE), re.compile(r"\s*[-:](REF|LE|AVG)$", re.IGNORECASE)


@cache
def directions() -> Mapping[str, Array]:
    """Every site of the scalp as a unit vector from the middle of the head: right, front, up.

    Examples
    --------
    >>> [round(float(part), 3) for part in directions()["T8"]]
    [0.999, 0.0, -0.035]
    """
    found = {"Fpz": _direction(0, _RING_DEG), "Oz": _direction(180, _RING_DEG), "Iz": _direction(180, _LOW_DEG)}
    for side, first in ((1.0, 1), (-1.0, 2)):  # azimuth grows to the left; odd numbers are left
        found[f"Fp{first}"] = _direction(side * _AROUND_DEG, _RING_DEG)
        found[f"O{first}"] = _direction(side * 9 * _AROUND_DEG, _RING_DEG)
        for inner, outer, tenths in _ROWS:
            azimuth = side * tenths * _AROUND_DEG
            middle, ring = _direction(0, (5 - tenths) * _TENTH_DEG), _direction(azimuth, _RING_DEG)
            found[f"{inner}z"] = middle
            for quarter in (1, 2, 3):
                found[f"{inner}{first + 2 * (quarter - 1)}"] = _between(middle, ring, quarter / 4)
            found[f"{outer}{first + 6}"] = ring
            if outer in _LOW_ROWS:
                found[f"{outer}{first + 8}"] = _direction(azimuth, _LOW_DEG)
    return MappingProxyType(found)


@cache
def positions() -> Mapping[str, tuple[float, float]]:
    """Every site seen from above: x to the right, y to the front, nasion at (0, 1), vertex at (0, 0).

    The projection is azimuthal and equidistant: the way from Cz is the angle from the vertex over that of the nasion.

    Examples
    --------
    >>> [tuple(round(part, 2) + 0.0 for part in positions()[name]) for name in ("C3", "Fz", "Oz")]
    [(-0.4, 0.0), (0.0, 0.4), (0.0, -0.8)]
    """
    ears = {name: _direction(*at) for name, at in EARS.items()}
    return MappingProxyType({name: projected(to) for name, to in {**directions(), **ears}.items()})


def projected(direction: Array) -> tuple[float, float]:
    """A direction (right, front, up) of any length on the sheet of :func:`positions`."""
    right, front, up = (float(part) for part in direction / np.linalg.norm(direction))
    across = np.hypot(right, front)
    share = np.arctan2(across, up) / np.radians(_LOW_DEG)
    return (float(share * right / across), float(share * front / across)) if across > 1e-12 else (0.0, 0.0)


@cache
def _spellings() -> Mapping[str, str]:
    known = {name.upper(): name for name in (*directions(), *EARS)}
    return MappingProxyType({**known, **OLD_NAMES})


def standard_name(name: str) -> str | None:
    """The name of an electrode as the 10-10 system writes it, ``None`` if it isn't one of its sites.

    Case, dots (``Fc5.``), ``EEG`` in front, and ``-REF``, ``-LE`` or ``-AVG`` behind are taken off; a pair such as
    ``C3-P3`` is no site.

    Examples
    --------
    >>> [standard_name(name) for name in ("Fc5.", "EEG FP1-REF", "T3", "c3", "C3-P3", "EMG1")]
    ['FC5', 'Fp1', 'T7', 'C3', None, None]
    """
    bare = _SUFFIX.sub("", _PREFIX.sub("", name.strip())).strip(". ")
    return _spellings().get(bare.upper())


def mirror(name: str) -> str:
    """The site on the other side of the head; of the midline, itself.

    Raises
    ------
    KeyError
        If it is no site; ask :func:`standard_name` first.

    Examples
    --------
    >>> [mirror(name) for name in ("C3", "F10", "Cz", "T3")]
    ['C4', 'F9', 'Cz', 'T8']
    """
    known = _site(name)
    letters, number = _split(known)
    if number == 0:
        return known
    return f"{letters}{number + 1 if number % 2 else number - 1}"


def mirror_pairs(names: Iterable[str]) -> list[tuple[str, str]]:
    """(left, right) of every pair of which both are among ``names``, in their order and spelling.

    Examples
    --------
    >>> mirror_pairs(["C4", "Cz", "C3", "T3", "T4", "O1"])
    [('C3', 'C4'), ('T3', 'T4')]
    """
    known = {site: name for name in names if (site := standard_name(name)) is not None}
    lefts = [site for site in known if hemisphere(site) == "left" and mirror(site) in known]
    return [(known[site], known[mirror(site)]) for site in lefts]


def hemisphere(name: str) -> Hemisphere:
    """Which side of the head a site is on.

    Raises
    ------
    KeyError
        If it is no site.

    Examples
    --------
    >>> hemisphere("C3"), hemisphere("TP10"), hemisphere("POz")
    ('left', 'right', 'midline')
    """
    number = _split(_site(name))[1]
    return "midline" if number == 0 else "left" if number % 2 else "right"


def region(name: str) -> Region:
    """The part of the head a site is over, by its letters; FC and CP count as central, FT and TP as temporal.

    Raises
    ------
    KeyError
        If it is no site of the scalp; ear lobes and mastoids are none.

    Examples
    --------
    >>> [region(name) for name in ("Fp1", "FC3", "TP7", "P3", "PO4")]
    ['frontal', 'central', 'temporal', 'parietal', 'occipital']
    """
    return _REGION[_split(_site(name))[0]]


def how_found(name: str) -> str:
    """How a site is measured on a head, in words.

    Raises
    ------
    KeyError
        If it is no site.

    Examples
    --------
    >>> [how_found(name) for name in ("Cz", "F3")]
    ['50 % of the way from nasion to inion', 'half the way from Fz to F7']
    >>> how_found("P7")
    'on the ring, left, 70 % of the way from Fpz to Oz'
    """
    known = _site(name)
    letters, number = _split(known)
    if known in EARS:
        return "lobe of the ear" if letters == "A" else "bone behind the ear"
    tenths = {"Fp": 1, "O": 9, "I": 10} | {row: n for inner, outer, n in _ROWS for row in (inner, outer)}
    if number == 0:
        return f"{10 * tenths[letters]} % of the way from nasion to inion"
    side = "left" if number % 2 else "right"
    if number > 8:
        return f"{side}, a tenth below {letters}{number - 2}"
    outer = {inner: outer for inner, outer, _ in _ROWS}.get(letters, letters)
    if number > 6 or letters in ("Fp", "O"):
        return f"on the ring, {side}, {10 * tenths[letters]} % of the way from Fpz to Oz"
    parts = ("a quarter of", "half", "three quarters of")
    return f"{parts[(number - 1) // 2]} the way from {letters}z to {outer}{7 if number % 2 else 8}"


def _site(name: str) -> str:
    known = standard_name(name)
    if known is None:
        raise KeyError(f"electrode must be a site of the 10-10 system, got {name!r}; rename it")
    return known


def _split(known: str) -> tuple[str, int]:
    """Letters and number; 0 for z."""
    letters = known.rstrip("0123456789z")
    return letters, int(known.removeprefix(letters).replace("z", "0"))


def _direction(azimuth_deg: float, from_vertex_deg: float) -> Array:
    """Unit vector; the azimuth grows from the nose to the left."""
    azimuth, tilt = np.radians([azimuth_deg, from_vertex_deg])
    return np.array([-np.sin(azimuth) * np.sin(tilt), np.cos(azimuth) * np.sin(tilt), np.cos(tilt)])


def _between(first: Array, last: Array, share: float) -> Array:
    """The point a share of the way along the great circle."""
    angle = np.arccos(np.clip(first @ last, -1.0, 1.0))
    return np.asarray((np.sin((1 - share) * angle) * first + np.sin(share * angle) * last) / np.sin(angle))
