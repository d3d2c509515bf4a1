"""Reads pictures without a spacing: .png and .tiff, of which several pages are a volume, and arrays in .npy."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import numpy as np

from checker.reading.image_data import (
    FileData,
    Stored,
    Voxels,
    as_array,
    bad,
    bounded,
    needed,
    of_length,
)

FORMATS = {".png": "PNG", ".tif": "TIFF", ".tiff": "TIFF"}
GREY = ("1", "L", "P", "I", "F", "I;16", "I;16B", "I;16L", "I;16N")
"""Modes of one number for each pixel: shades of grey, or the index of a palette."""
EQUAL = ("RGB", "RGBA", "LA", "PA")
"""Modes that are read where their channels are all equal and nothing is transparent."""
ALPHA = ("RGBA", "LA", "PA")
STRETCHED = {2: 85, 4: 17}
"""Bits of a grey PNG to the factor by which shades are stretched to 255 when they are decoded."""
NPY = b"\x93NUMPY"
NPY_HEADER = 2**16
"""Longest header of an array that is read."""


def read_picture(file: FileData) -> Stored:
    """Return the pixels of a picture, x to the right and y down; the pages of a TIFF are its third axis.

    Raises:
        BadSubmission: the file is none, damaged, in colour, or its pages differ.
    """
    needed("PIL.Image", file.name)
    from PIL import Image

    kind = FORMATS[file.path.suffix.casefold()]
    if kind == "PNG":
        _require_whole_shades(file)
    failures = (OSError, SyntaxError, ValueError, EOFError, struct.error, KeyError, TypeError)
    with warnings.catch_warnings(), _whole_pictures():
        warnings.simplefilter("ignore")
        try:
            with Image.open(BytesIO(file.data), formats=[kind]) as picture:
                voxels = _pages(picture, file.name)
        except Image.DecompressionBombError:
            raise bad(
                file.name,
                f"the picture has more than {2 * (Image.MAX_IMAGE_PIXELS or 0):,} pixels",
                "crop or resample the image",
            ) from None
        except failures:
            raise bad(
                file.name, f"the file is not a {kind} picture that can be read, or damaged"
            ) from None
    if kind == "PNG" and _is_grey(file):
        voxels = voxels // STRETCHED.get(file.data[24], 1) if voxels.dtype.kind == "u" else voxels
    return Stored(voxels=voxels)


@contextmanager
def _whole_pictures() -> Iterator[None]:
    """Have a picture that was cut off refused, also where another package of this process has it filled up."""
    from PIL import ImageFile

    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _is_grey(file: FileData) -> bool:
    return len(file.data) > 25 and file.data[25] == 0


def _require_whole_shades(file: FileData) -> None:
    """Refuse colours of 16 bits, which would be rounded to 8.

    Raises:
        BadSubmission: they are of 16 bits.
    """
    if len(file.data) > 25 and file.data[24] == 16 and file.data[25] != 0:
        raise bad(
            file.name,
            "the picture is in colour or has transparency, of 16 bits, and one number for each pixel is expected",
            "write it as grey values, each the label or the value of the pixel",
        )


def _pages(picture: Any, name: str) -> Voxels:
    """Return the pages of a picture, (x, y) or (x, y, pages)."""
    count = getattr(picture, "n_frames", 1)
    if count > 1 and picture.format != "TIFF":
        raise bad(name, f"the file holds {count} pictures", "write one file for each")
    wide, high = picture.size
    bounded(wide * high * count * 8, name)
    first = _page(picture, name)
    if count == 1:
        return first.T
    out = np.empty((count, high, wide), dtype=first.dtype)
    for i in range(count):
        picture.seek(i)
        if picture.size != (wide, high):
            said = " x ".join(map(str, picture.size))
            raise bad(name, f"page 1 has {wide} x {high} pixels, page {i + 1} has {said}")
        page = _page(picture, name)
        if page.dtype != first.dtype:
            raise bad(name, f"page 1 holds {first.dtype}, page {i + 1} holds {page.dtype}")
        out[i] = page
    return out.T


def _page(picture: Any, name: str) -> Voxels:
    """Return the pixels of a page, (rows, columns).

    Raises:
        BadSubmission: they are in colour.
    """
    if picture.mode in GREY:
        found = np.asarray(picture)
        if found.dtype.kind == "b":
            return np.asarray(found.view(np.uint8) != 0)
        return found.astype(found.dtype.newbyteorder("="), copy=False)
    channels = np.asarray(picture) if picture.mode in EQUAL else None
    if channels is None or not _is_plain(channels, picture.mode):
        raise bad(
            name,
            f"the picture is in colour or has transparency ({picture.mode}), and one number for each pixel is expected",
            "write it as grey values or with a palette, each the label or the value of the pixel",
        )
    return np.ascontiguousarray(channels[..., 0])


def _is_plain(channels: Voxels, mode: str) -> bool:
    colours = channels[..., :-1] if mode in ALPHA else channels
    opaque = mode not in ALPHA or bool((channels[..., -1] == np.iinfo(channels.dtype).max).all())
    return opaque and all(
        np.array_equal(colours[..., 0], colours[..., i]) for i in range(1, colours.shape[-1])
    )


def read_array(file: FileData) -> Stored:
    """Return an array of numpy: of two axes rows and columns, as of a picture; of three as they are stored.

    Raises:
        BadSubmission: the file is none, damaged, or holds no numbers with two or three axes.
    """
    shape, is_fortran, dtype, offset = _array_header(file)
    if dtype.kind not in "biuf":
        said = "Python objects" if dtype.hasobject else f"the type {dtype}"
        raise bad(file.name, f"the array holds {said}, and whole or real numbers are expected")
    sizes = list(shape)
    while len(sizes) > 3 and sizes[-1] == 1:
        sizes.pop()
    if len(sizes) not in (2, 3) or min(sizes) < 1:
        said = " x ".join(map(str, shape)) or "none"
        raise bad(
            file.name, f"the array has the size {said}, and 2 or 3 axes are expected",
            "write one file for each time point, channel or class",
        )  # fmt: skip
    size = bounded(int(np.prod(sizes, dtype=object)) * dtype.itemsize, file.name)
    data = of_length(memoryview(file.data)[offset:], size, file.name)
    order = sizes if is_fortran else sizes[::-1]
    found = as_array(data, dtype, tuple(order))
    found = found if is_fortran else found.T
    return Stored(voxels=found.T if found.ndim == 2 else found)


def _array_header(file: FileData) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    """Return shape, whether the first axis runs fastest, type, and where the header ends."""
    if file.data[: len(NPY)] != NPY:
        raise bad(file.name, "the file is not an array of numpy", "write it by numpy.save")
    text = BytesIO(file.data)
    try:
        version = np.lib.format.read_magic(text)
        read = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, is_fortran, dtype = read(text, max_header_size=NPY_HEADER)
    except (ValueError, TypeError, SyntaxError):
        raise bad(file.name, "the header of the array cannot be read") from None
    return shape, is_fortran, dtype, text.tell()
