"""Where skin is, by its colour: a fixed box of Cb and Cr, and a mask that takes the colour from the picture itself.

The box (Chai and Ngan 1999, IEEE Trans. Circuits Syst. Video Technol. 9:551, as used by Shan and Zhou 2024) was drawn
around light skin in plain light. The adaptive mask asks the picture: a seed that is skin (a hand's landmarks, or else
the largest redder part by Otsu's threshold on Cr) gives the histogram of its colours, the rest of the picture the
other, and a pixel is skin where the first outweighs the second (Jones and Rehg 2002, Int. J. Computer Vision 46:81).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import InputError
from rehabkit.imaging.colours import Array, Picture, ycbcr
from rehabkit.imaging.masks import Mask, cleaned, largest

CB, CR = (77, 127), (133, 173)
"""The box, both ends inside."""
RADIUS = 0.006
"""Of the disc that cleans a mask, as a share of the picture's longer side."""
ROUNDS, BIN, SMOOTH = 2, 4, 1.0
"""Times that histogram and mask follow each other; width of a bin of Cb and Cr; how much bins are smeared, in bins."""
BONE = 0.12
"""How thick a finger is taken to be around its bones, as a share of the palm's length."""
FINGERS = tuple((0, *range(4 * finger + 1, 4 * finger + 5)) for finger in range(5))
"""The 21 landmarks of a hand, finger by finger from the wrist (MediaPipe's order)."""


def box_mask(rgb: Picture) -> Mask:
    """(rows, columns) where Cb and Cr lie in the fixed box, cleaned, its largest part.

    Parameters
    ----------
    rgb : (rows, columns, 3) uint8.
    """
    _, blue, red = np.moveaxis(np.rint(ycbcr(rgb)), -1, 0)
    inside = (blue >= CB[0]) & (blue <= CB[1]) & (red >= CR[0]) & (red <= CR[1])
    return _hand(inside)


def otsu_mask(rgb: Picture) -> Mask:
    """(rows, columns) where Cr is above Otsu's threshold of this picture, cleaned, its largest part."""
    red = np.rint(ycbcr(rgb)[..., 2])
    return _hand(red > otsu(red))


def adaptive_mask(rgb: Picture, seed: Mask | None = None) -> Mask:
    """(rows, columns) where colours are rather those of the seed than those of the rest; cleaned, its largest part.

    Parameters
    ----------
    rgb : (rows, columns, 3) uint8.
    seed : (rows, columns) pixels that are skin, not necessarily all; without one, Otsu's threshold on Cr gives it.

    Raises
    ------
    InputError
        If the seed is of another size than the picture, or empty.
    """
    if seed is None:
        skin = otsu_mask(rgb)
    elif seed.shape == rgb.shape[:2] and seed.any():
        skin = seed
    else:
        got = f"{seed.shape} with {int(seed.sum())} pixels"
        raise InputError(f"seed must mark pixels of a picture of {rgb.shape[:2]}, got {got}; leave it out")
    bins = _bins(rgb)
    for _ in range(ROUNDS):
        if not skin.any() or skin.all():
            break
        skin = _hand(_likelier(bins, skin))
    return skin


def likelihood(rgb: Picture, seed: Mask) -> Array:
    """(rows, columns) 0 to 1: how much likelier a pixel's colour is among the seed's than among the rest's.

    inside / (inside + outside) of the smeared histograms of Cb and Cr that :func:`adaptive_mask` compares; one half
    where a colour was seen in neither, and everywhere if the seed is empty or holds all.
    """
    if not seed.any() or seed.all():
        return np.full(seed.shape, 0.5)
    bins = _bins(rgb)
    inside, outside = (_histogram(bins[part]) for part in (seed, ~seed))
    both = inside + outside
    share = np.divide(inside, both, out=np.full_like(both, 0.5), where=both > 0)
    return np.asarray(share[bins[..., 0], bins[..., 1]])


def _bins(rgb: Picture) -> NDArray[np.int_]:
    """(rows, columns, 2) number of the bin of Cb and of Cr."""
    return np.asarray(np.clip(ycbcr(rgb)[..., 1:], 0, 255) // BIN, dtype=int)


def _likelier(bins: NDArray[np.int_], skin: Mask) -> Mask:
    """Where a pixel's bin is likelier under the skin's histogram than under that of the rest, as shares of each."""
    inside, outside = (_histogram(bins[part]) for part in (skin, ~skin))
    return np.asarray((inside > outside)[bins[..., 0], bins[..., 1]])


def _histogram(bins: NDArray[np.int_]) -> Array:
    """(256 / BIN, 256 / BIN) share of each bin, smeared."""
    from scipy import ndimage

    n_bins = 256 // BIN
    counts = np.bincount(bins[:, 0] * n_bins + bins[:, 1], minlength=n_bins**2).reshape(n_bins, n_bins)
    return np.asarray(ndimage.gaussian_filter(counts / max(len(bins), 1), SMOOTH, mode="constant"))


def otsu(values: Array) -> float:
    """The threshold between two groups of whole numbers 0 to 255: the larger between-class variance wins.

    Otsu 1979, IEEE Trans. Syst. Man Cybern. 9:62. Values up to it are one group; equal values: that value.

    Examples
    --------
    >>> otsu(np.array([10.0, 11, 12, 200, 201]))
    12.0
    """
    counts = np.bincount(np.clip(values, 0, 255).astype(int).ravel(), minlength=256).astype(float)
    below, total = np.cumsum(counts), counts.sum()
    moment = np.cumsum(counts * np.arange(256))
    apart = (moment[-1] * below - moment * total) ** 2
    spread = below * (total - below)
    between = np.divide(apart, spread, out=np.zeros(256), where=spread > 0)
    return float(between.argmax()) if between.any() else float(counts.argmax())


def landmark_seed(points_px: Array, size: tuple[int, int]) -> Mask:
    """(rows, columns) around the bones of a hand: pixels that are skin if the landmarks are right.

    Parameters
    ----------
    points_px : (21, 2) x, y of a hand's landmarks in MediaPipe's order.
    size : rows and columns of the picture.

    Raises
    ------
    InputError
        If there aren't 21 finite points.
    """
    return bone_distance(points_px, size) <= BONE


def bone_distance(points_px: Array, size: tuple[int, int]) -> Array:
    """(rows, columns) how far each pixel is from the nearest bone of a hand, in lengths of its palm.

    Parameters
    ----------
    points_px : (21, 2) x, y of a hand's landmarks in MediaPipe's order.
    size : rows and columns of the picture.

    Raises
    ------
    InputError
        If there aren't 21 finite points.
    """
    if points_px.shape != (21, 2) or not np.isfinite(points_px).all():
        raise InputError(f"landmarks must be 21 finite points x, y, got shape {points_px.shape}; find the hand again")
    palm = max(float(np.linalg.norm(points_px[9] - points_px[0])), 1e-9)
    nearest = np.full(size, np.inf, dtype=np.float32)
    for finger in FINGERS:
        for start, end in zip(points_px[list(finger[:-1])], points_px[list(finger[1:])], strict=True):
            np.minimum(nearest, _squared_distance(size, start, end), out=nearest)
    return np.asarray(np.sqrt(nearest) / palm, dtype=float)


def _squared_distance(size: tuple[int, int], start: Array, end: Array) -> NDArray[np.float32]:
    """(rows, columns) of each pixel to a line from start to end, px²; single precision is enough, and faster."""
    x = (np.arange(size[1])[None] - start[0]).astype(np.float32)
    y = (np.arange(size[0])[:, None] - start[1]).astype(np.float32)
    way = (end - start).astype(np.float32)
    share = x * (way[0] / max(way @ way, np.float32(1e-12))) + y * (way[1] / max(way @ way, np.float32(1e-12)))
    np.clip(share, 0, 1, out=share)
    return np.asarray(np.square(x - share * way[0]) + np.square(y - share * way[1]), dtype=np.float32)


def _hand(mask: Mask) -> Mask:
    return largest(cleaned(mask, max(1, round(RADIUS * max(mask.shape)))))
