"""Reads MetaImage: .mha, and .mhd with its voxels in a file beside it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from checker.reading.image_data import (
    GZIP,
    LPS,
    ZLIB,
    Affine,
    FileData,
    Stored,
    Voxels,
    as_array,
    bad,
    beside,
    bounded,
    checked_affine,
    checked_spacing,
    decoded,
    of_length,
    spacing_of,
    two_hashes,
)

DTYPES = {
    "MET_CHAR": "i1",
    "MET_UCHAR": "u1",
    "MET_SHORT": "i2",
    "MET_USHORT": "u2",
    "MET_INT": "i4",
    "MET_UINT": "u4",
    "MET_LONG": "i4",
    "MET_ULONG": "u4",
    "MET_LONG_LONG": "i8",
    "MET_ULONG_LONG": "u8",
    "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}
"""Type of a header to that of numpy; a long has four bytes in this format."""
LAST = "ElementDataFile"
"""Field that ends a header."""
MOST_HEADER = 2**16
"""Bytes within which a header ends."""
AXES = (2, 3)
OTHER_NAMES = {
    "Rotation": "TransformMatrix",
    "Orientation": "TransformMatrix",
    "Origin": "Offset",
    "Position": "Offset",
    "ElementByteOrderMSB": "BinaryDataByteOrderMSB",
}
"""Older name of a field to the one that is written today."""


def read(file: FileData) -> Stored:
    """Return the image of a MetaImage file; its coordinates are those of ITK: to the left, the back and up.

    A header with neither an offset nor directions has no place in space.

    Raises:
        BadSubmission: the file is no MetaImage, damaged, has more than three axes or several channels, or no valid
            grid.
    """
    header, offset = _header(file)
    shape = _shape(header, file.name)
    affine, spacing = _grid(header, shape, file.name)
    voxels, sha256 = _voxels(file, header, offset, shape)
    return Stored(voxels=voxels, affine=affine, spacing_mm=spacing, sha256=sha256)


def _header(file: FileData) -> tuple[Mapping[str, str], int]:
    """Return the fields of the header, and where it ends."""
    fields: dict[str, str] = {}
    at = 0
    while LAST not in fields:
        end = file.data.find(b"\n", at, MOST_HEADER)
        end = len(file.data) if end < 0 else end
        key, equals, value = file.data[at:end].decode("latin-1").partition("=")
        if not equals or end > MOST_HEADER:
            raise bad(file.name, "the file is not a MetaImage", "write it as .mha")
        fields[OTHER_NAMES.get(key.strip(), key.strip())] = value.strip()
        at = end + 1
    return fields, at


def _numbers(header: Mapping[str, str], field: str, name: str) -> list[float] | None:
    if field not in header:
        return None
    try:
        return [float(each) for each in header[field].split()]
    except ValueError:
        raise bad(name, f'its header gives {field} as "{header[field][:80]}"') from None


def _is_true(header: Mapping[str, str], field: str, default: bool = False) -> bool:
    return header[field][:1].casefold() in ("t", "1", "y") if field in header else default


def _shape(header: Mapping[str, str], name: str) -> tuple[int, ...]:
    sizes = [int(each) for each in _numbers(header, "DimSize", name) or () if abs(each) < 2**40]
    if str(len(sizes)) != header.get("NDims") or min(sizes, default=0) < 1:
        said = header.get("DimSize", "none")[:80]
        raise bad(
            name,
            f"the header gives {header.get('NDims')} axes and the sizes {said}, which is no image",
        )
    channels = (_numbers(header, "ElementNumberOfChannels", name) or [1])[:1]
    if channels != [1]:
        raise bad(
            name,
            f"the image has {channels[0] if channels else 0:g} channels, and one number for each voxel is expected",
        )
    while len(sizes) > AXES[-1] and sizes[-1] == 1:
        sizes.pop()
    if len(sizes) not in AXES:
        said = " x ".join(map(str, sizes))
        raise bad(
            name,
            f"the image has {len(sizes)} axes ({said}), and 2 or 3 are expected",
            "write one file for each time point, channel or class",
        )
    return tuple(sizes)


def _grid(
    header: Mapping[str, str], shape: tuple[int, ...], name: str
) -> tuple[Affine | None, tuple[float, ...] | None]:
    axes, said_axes = len(shape), int(header["NDims"])
    said = _numbers(header, "ElementSpacing", name) or _numbers(header, "ElementSize", name)
    matrix, origin = (_numbers(header, each, name) for each in ("TransformMatrix", "Offset"))
    wrong = [
        field
        for field, found, count in (
            ("ElementSpacing", said, said_axes),
            ("TransformMatrix", matrix, said_axes**2),
            ("Offset", origin, said_axes),
        )
        if found is not None and len(found) != count
    ]
    if wrong:
        raise bad(name, f"its header gives {wrong[0]} not once for each of {said_axes} axes")
    if said is None:
        return None, None
    spacing = checked_spacing(tuple(said[:axes]), name)
    if axes < AXES[-1] or (matrix is None and origin is None):
        return None, spacing
    cosines = np.eye(said_axes) if matrix is None else np.reshape(matrix, (said_axes, said_axes))
    affine = np.eye(4)
    affine[:3, :3] = cosines[:3, :3].T * spacing
    affine[:3, 3] = [0.0] * 3 if origin is None else origin[:3]
    affine = checked_affine(LPS @ affine, name)
    return affine, spacing_of(affine, axes)


def _voxels(
    file: FileData, header: Mapping[str, str], offset: int, shape: tuple[int, ...]
) -> tuple[Voxels, str]:
    dtype = _dtype(header, file.name)
    size = bounded(int(np.prod(shape, dtype=object)) * dtype.itemsize, file.name)
    place = header[LAST]
    if place.split(" ")[0] == "LIST" or "%" in place:
        raise bad(
            file.name, "its voxels are spread over several files", "write it as one file (.mha)"
        )
    is_local = place.casefold() == "local"
    source = file if is_local else beside(file, place)
    data = memoryview(source.data)[offset if is_local else 0 :]
    found = _unpacked(_skipped(data, header, size, file.name), header, size, source.name)
    return as_array(found, dtype, shape), "" if is_local else two_hashes(file, source)


def _dtype(header: Mapping[str, str], name: str) -> np.dtype[Any]:
    said = header.get("ElementType", "")
    if said not in DTYPES:
        raise bad(
            name, f"the voxels are of the type {said}, and whole or real numbers are expected"
        )
    if not _is_true(header, "BinaryData", default=True):
        raise bad(name, "its voxels are written as text", "write them as binary data")
    order = ">" if _is_true(header, "BinaryDataByteOrderMSB") else "<"
    return np.dtype(order + DTYPES[said])


def _skipped(data: memoryview, header: Mapping[str, str], size: int, name: str) -> memoryview:
    [skip] = (_numbers(header, "HeaderSize", name) or [0.0])[:1]
    if skip == -1:
        return data[max(0, len(data) - size) :]
    return data[max(0, int(skip)) :]


def _unpacked(data: memoryview, header: Mapping[str, str], size: int, name: str) -> Any:
    if not _is_true(header, "CompressedData"):
        return of_length(data, size, name)
    return decoded(data, size, name, window=GZIP if bytes(data[:2]) == b"\x1f\x8b" else ZLIB)
