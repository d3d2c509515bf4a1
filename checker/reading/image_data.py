"""What is in an image file before anybody asks what its values mean: its bytes, decoded within bounds, and its grid."""

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from checker.reading.extras import bad as bad
from checker.reading.extras import needed as needed

MOST_BYTES = 4 * 2**30
"""Largest image that is read, in bytes once decoded; a file that says or holds more is refused."""
PIECE = 2**18
"""Bytes of a compressed file that are decoded at once."""
GROWTH = 2**22
"""Most bytes that one piece may become before it is looked at again."""
GZIP = 31
"""Window bits by which zlib expects the header and the checksum of gzip."""
ZLIB = 15
"""Window bits by which zlib expects its own header."""

Voxels = NDArray[Any]
Affine = NDArray[np.float64]


class FileData(NamedTuple):
    """The bytes of a file."""

    name: str
    """For messages."""
    path: Path
    data: bytes
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stored:
    """An image as its file has it."""

    voxels: Voxels
    """Axes x, y and, of a volume, z."""
    affine: Affine | None = None
    """(4, 4), index of a voxel to its centre in mm, x to the right, y to the front, z up; None: not said."""
    spacing_mm: tuple[float, ...] | None = None
    """Of each axis; None: not said."""
    slope: float = 1.0
    """A value is `slope` times what is stored, plus `intercept`."""
    intercept: float = 0.0
    names: Mapping[str, int] = field(default_factory=dict)
    """Name of a label to its number, where the file knows."""
    members: Mapping[int, frozenset[int]] | None = None
    """Stored number to the labels it stands for, where labels may overlap; None: it stands for itself."""
    sha256: str = ""
    """Of header and voxels, where they are two files; empty: it is that of the file."""
    is_part: bool = False
    """Slices without anything may be left out, as DICOM allows."""


def file_data(path: Path, name: str) -> FileData:
    """Return the bytes of a file.

    Raises:
        BadSubmission: it is missing, empty, too large, no ordinary file or cannot be read.
    """
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            raise bad(name, "this is not an ordinary file", "write the image as a file")
        size = found.st_size
        data = b"" if size > MOST_BYTES else path.read_bytes()
    except OSError as error:
        if path.is_symlink():
            raise bad(
                name,
                "this is a link to a file that is not there",
                "copy the file itself into the folder (of a data set in git-annex or DataLad: get it first)",
            ) from None
        raise bad(
            name, f"the file cannot be read: {error.strerror or type(error).__name__}"
        ) from None
    if size > MOST_BYTES:
        raise bad(name, _too_large(size), "crop or resample the image")
    if not data:
        raise bad(name, "the file is empty", "write the image again")
    return FileData(name, path, data, hashlib.sha256(data).hexdigest())


def beside(file: FileData, other: str) -> FileData:
    """Return the file that holds the voxels of a header; it lies in the same folder.

    Args:
        file: the header.
        other: the name of the file with the voxels.

    Raises:
        BadSubmission: it lies elsewhere, also by a link, or cannot be read.
    """
    if not other or other in (".", "..") or any(sign in other for sign in "/\\:\0"):
        raise bad(
            file.name,
            f'the header names "{other[:80]}" for its voxels, and a file in the same folder is expected',
            "put both files into one folder, or write them as one file",
        )
    path = file.path.parent / other
    if not path.is_file():
        raise bad(file.name, f"there is no {other} beside this header")
    if path.is_symlink() and path.resolve().parent != file.path.parent.resolve():
        raise bad(
            file.name, f"{other} is a link to another folder", "copy the file into the folder"
        )
    return file_data(path, f"{file.name.removesuffix(file.path.name)}{other}")


def two_hashes(file: FileData, other: FileData) -> str:
    """Return the SHA-256 that stands for a header and the file with its voxels."""
    return hashlib.sha256(f"{file.sha256}{other.sha256}".encode()).hexdigest()


def bounded(size: int, name: str) -> int:
    """Return the number of bytes that a header announces.

    Raises:
        BadSubmission: it is more than is read.
    """
    if size > MOST_BYTES:
        raise bad(name, _too_large(size), "crop or resample the image")
    return size


def _too_large(size: int) -> str:
    return f"the image has {size / 2**30:.1f} GiB, and at most {MOST_BYTES // 2**30} GiB are read"


def _zlib() -> tuple[Any, Any]:
    """Return what decodes, and its error: zlib-ng, which is faster, where it is installed."""
    try:
        from zlib_ng import zlib_ng
    except ModuleNotFoundError:
        import zlib

        return zlib.decompressobj, zlib.error
    return zlib_ng.decompressobj, zlib_ng.error


def beginning(data: bytes, size: int, name: str) -> bytes:
    """Return the first bytes of what is in a gzip file, fewer where it holds less.

    Raises:
        BadSubmission: it is no gzip file, or damaged.
    """
    decoder, error = _zlib()
    try:
        return bytes(decoder(GZIP).decompress(data[:PIECE], size))
    except error:
        raise bad(name, "the file cannot be decompressed: it is no gzip file, or damaged") from None


def decoded(
    data: bytes | memoryview, size: int, name: str, *, window: int = GZIP
) -> NDArray[np.uint8]:
    """Return what is in compressed data, (size,), and never hold more than that.

    Args:
        data: of one gzip or zlib stream or several.
        size: how many bytes there must be.
        name: of the file.
        window: `GZIP` or `ZLIB`.

    Raises:
        BadSubmission: there are fewer or more bytes, the data are cut off or damaged.
    """
    out = np.empty(bounded(size, name), dtype=np.uint8)
    filled = _fill(out, data, name, window)
    if filled < size:
        raise bad(
            name,
            f"the header announces {size} bytes, and the file holds {filled}",
            "the file was cut off while it was written or copied; write it again",
        )
    return out


def _fill(out: NDArray[np.uint8], data: bytes | memoryview, name: str, window: int) -> int:
    """Decode into `out` and return how many bytes there were.

    Raises:
        BadSubmission: there is more than `out` takes, or the data are cut off or damaged.
    """
    make, error = _zlib()
    decoder, filled, at, pending = make(window), 0, 0, False
    try:
        while at < len(data) or pending:
            piece = decoder.unconsumed_tail
            if not pending:
                piece, at = data[at : at + PIECE], min(at + PIECE, len(data))
            made = decoder.decompress(piece, GROWTH)
            pending = bool(decoder.unconsumed_tail) or len(made) == GROWTH
            if filled + len(made) > len(out):
                raise bad(
                    name, f"the file holds more than the {len(out)} bytes its header announces"
                )
            out[filled : filled + len(made)] = np.frombuffer(made, np.uint8)
            filled += len(made)
            if decoder.eof:
                at -= len(decoder.unused_data)
                if not bytes(data[at:]).strip(b"\0"):
                    return filled
                decoder, pending = make(window), False
    except error:
        raise bad(name, "the compressed data are damaged", "copy or write the file again") from None
    raise bad(
        name,
        "the compressed data end too early",
        "the file was cut off while copying; copy it again",
    )


def of_length(data: memoryview, size: int, name: str) -> memoryview:
    """Return data that are not compressed, if there are as many as there must be.

    Raises:
        BadSubmission: there are fewer or more.
    """
    if len(data) == size:
        return data
    raise bad(
        name,
        f"the header announces {size} bytes of voxels, and the file holds {len(data)}",
        "the file was cut off or put together wrongly; write it again",
    )


def unpacked_bz2(data: memoryview, size: int, name: str) -> NDArray[np.uint8]:
    """Return what is in data of bzip2, (size,), and never hold more than that.

    Raises:
        BadSubmission: there are fewer or more bytes, the data are cut off or damaged.
    """
    import bz2

    try:
        with bz2.BZ2File(BytesIO(data)) as file:
            made = file.read(size + 1)
    except (OSError, EOFError):
        raise bad(name, "the compressed data are damaged", "copy or write the file again") from None
    if len(made) == size:
        return np.frombuffer(made, np.uint8)
    more = "more than" if len(made) > size else f"{len(made)} of"
    raise bad(name, f"the file holds {more} the {size} bytes its header announces")


def as_array(
    data: NDArray[np.uint8] | memoryview, dtype: np.dtype[Any], shape: tuple[int, ...]
) -> Voxels:
    """Return bytes as an array whose first axis runs fastest, in the byte order of this machine; copies nothing.

    Foreign byte order is turned round in place if the bytes are ours, else in a copy.
    """
    found = np.frombuffer(data, dtype=dtype).reshape(shape, order="F")
    if dtype.isnative:
        return found
    if not found.flags.writeable:
        found = found.copy(order="F")
    return found.byteswap(inplace=True).view(dtype.newbyteorder("="))


def spacing_of(affine: Affine, axes: int) -> tuple[float, ...]:
    """Return the mm between neighbours along the first axes of a grid."""
    return tuple(float(np.linalg.norm(affine[:3, i])) for i in range(axes))


def checked_spacing(spacing: tuple[float, ...], name: str) -> tuple[float, ...]:
    """Return the spacing, each number finite and above 0.

    Raises:
        BadSubmission: one is not.
    """
    if all(np.isfinite(each) and each > 0 for each in spacing):
        return spacing
    said = " x ".join(f"{each:g}" for each in spacing)
    raise bad(
        name,
        f"the spacing of the voxels is {said}, and each must be above 0",
        "write the file again from the image with its spacing in mm",
    )


def checked_affine(affine: Affine, name: str) -> Affine:
    """Return the affine, finite and with three axes that span a space.

    Raises:
        BadSubmission: it is not.
    """
    axes = affine[:3, :3]
    flat = not np.isfinite(affine).all() or abs(np.linalg.det(axes)) <= 1e-6 * np.prod(
        np.linalg.norm(axes, axis=0)
    )
    if flat:
        raise bad(
            name,
            "the axes of the grid do not span a space: its matrix is not finite or singular",
            "write the file again from the image with its orientation",
        )
    return affine


LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
"""Turns coordinates to the left, the back and up (DICOM, ITK) into those to the right, the front and up."""
