"""Picture files (PNG, JPEG, WebP, BMP) → Image, upright; sizes are looked at before anything is decoded."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from rehabkit.errors import RecordingError
from rehabkit.recordings.files import check_size
from rehabkit.recordings.frame import scaled
from rehabkit.recordings.image import Image

MOST_PX = 64_000_000
"""Pixels of a picture; decoded these take 192 MB."""
FORMATS = ("PNG", "JPEG", "WEBP", "BMP")
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
_DAMAGED = (OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, struct.error, zlib.error)
_TAG_ORIENTATION = 0x0112


@contextmanager
def opened(path: str | Path, formats: Sequence[str] = FORMATS) -> Iterator[Any]:
    """A Pillow picture whose size is bounded and whose bytes aren't decoded yet; Pillow's errors become ours.

    Raises
    ------
    RecordingError
        If the file is missing, of another format, too large, or damaged, which may show while it is decoded.
    """
    from PIL import Image as Pillow

    path = Path(path)
    check_size(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of metadata that nobody needs, and of sizes, which are looked at below
            with Pillow.open(path, formats=list(formats)) as picture:
                if picture.width * picture.height > MOST_PX:
                    raise RecordingError(
                        f"picture must have at most {MOST_PX} pixels, got {picture.width} x {picture.height} "
                        f"in {path.name}; scale it down"
                    )
                yield picture
    except RecordingError:
        raise
    except (*_DAMAGED, Pillow.DecompressionBombError) as error:
        known = ", ".join(formats)
        raise RecordingError(f"picture must be a whole {known}, got {path.name}, which isn't; copy it again") from error


def read(path: str | Path, max_side_px: int | None = None) -> Image:
    """The picture in a file, turned upright as its camera says.

    Parameters
    ----------
    max_side_px : larger pictures are scaled down to this.

    Raises
    ------
    RecordingError
        If the file is missing, damaged, too large, or holds depth.
    """
    from PIL import Image as Pillow
    from PIL import ImageOps

    with opened(path) as picture:
        if picture.mode.startswith(("I", "F")):
            raise RecordingError(f"picture must have 8 bits a colour, got 16 in {Path(path).name}; give it as depth")
        history = []
        if picture.getexif().get(_TAG_ORIENTATION, 1) != 1:
            history.append("turned upright as its camera says")
        upright = ImageOps.exif_transpose(picture).convert("RGB")
        size = scaled(upright.size, max_side_px or max(upright.size))
        if size != upright.size:
            history.append(f"scaled down from {upright.width} x {upright.height} px")
            upright = upright.resize(size, Pillow.Resampling.BOX)
        return Image(np.array(upright, dtype=np.uint8), history=tuple(history))
