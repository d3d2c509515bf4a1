"""Reads NRRD: .nrrd, and .seg.nrrd with the names of its segments, which may lie in several layers."""

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np

from checker.reading.image_data import (
    LPS,
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
    needed,
    of_length,
    spacing_of,
    two_hashes,
    unpacked_bz2,
)
from checker.reading.segments import Layers, named

TYPES = {
    "i1": "signed char, int8, int8_t",
    "u1": "uchar, unsigned char, uint8, uint8_t",
    "i2": "short, short int, signed short, signed short int, int16, int16_t",
    "u2": "ushort, unsigned short, unsigned short int, uint16, uint16_t",
    "i4": "int, signed int, int32, int32_t",
    "u4": "uint, unsigned int, uint32, uint32_t",
    "i8": "longlong, long long, long long int, signed long long, signed long long int, int64, int64_t",
    "u8": "ulonglong, unsigned long long, unsigned long long int, uint64, uint64_t",
    "f4": "float",
    "f8": "double",
}
"""Type of numpy to the names of NRRD for it."""
DTYPES = {name: dtype for dtype, names in TYPES.items() for name in names.split(", ")}
TO_RAS = {
    "right-anterior-superior": np.eye(4),
    "ras": np.eye(4),
    "left-posterior-superior": LPS,
    "lps": LPS,
    "left-anterior-superior": np.diag([-1.0, 1.0, 1.0, 1.0]),
    "las": np.diag([-1.0, 1.0, 1.0, 1.0]),
}
"""Space of a header to the matrix that turns it to the right, the front and up."""
MM = {"m": 1e3, "cm": 10.0, "um": 1e-3, "µm": 1e-3}
"""Unit of length to its mm; any other is taken as mm."""
COLOURS = re.compile(r"(rgb|rgba|hsv|xyz)-color|[34]-color", re.IGNORECASE)
SEGMENT = re.compile(r"Segment(\d+)_(Name|LabelValue|Layer)")
AXES = (2, 3)


class _Segment(NamedTuple):
    """A segment as Slicer writes it."""

    name: str
    label: int
    layer: int


def read(file: FileData) -> Stored:
    """Return the image of an NRRD file.

    Segments in several layers keep their label values where these are all different, else they are numbered from
    1 in the order of the file.

    Raises:
        BadSubmission: the file is not NRRD, damaged, has more than three axes, or no valid grid.
    """
    header, offset = _header(file)
    sizes = _sizes(header, file.name)
    keep = _kept_axes(header, sizes, file.name)
    affine, spacing = _grid(header, keep, file.name)
    voxels, sha256 = _voxels(file, header, offset, sizes)
    segments = _segments(header)
    members = None
    if len(keep) < len(sizes) and max(_others(sizes, keep), default=1) > 1:
        segments = _numbered(segments)
        voxels, members = _flattened(voxels, _segments(header), segments, file.name)
    else:
        voxels = voxels.reshape([sizes[i] for i in keep], order="F")
    names = named((each.label, each.name) for each in segments)
    return Stored(
        voxels=voxels,
        affine=affine,
        spacing_mm=spacing,
        names=names,
        members=members,
        sha256=sha256,
    )


def _header(file: FileData) -> tuple[Mapping[str, Any], int]:
    """Return the fields of the header, and where it ends."""
    nrrd = needed("nrrd", file.name)
    if file.data[:4] != b"NRRD":
        raise bad(file.name, "the file is not an NRRD image", "write it as NRRD (.nrrd)")
    text = BytesIO(file.data)
    try:
        header = nrrd.read_header(text)
    except (nrrd.NRRDError, ValueError, KeyError, IndexError, TypeError) as error:
        raise bad(file.name, f"its NRRD header cannot be read: {_brief(error)}") from None
    return {_plain(name): value for name, value in header.items()}, text.tell()


def _plain(name: str) -> str:
    """Return a field's name; standard ones may be written with or without the space in them."""
    return {"datafile": "data file", "byteskip": "byte skip", "lineskip": "line skip"}.get(
        name, name
    )


def _brief(error: Exception) -> str:
    return str(error).split("\n")[0].strip().rstrip(".")[:120] or type(error).__name__


def _sizes(header: Mapping[str, Any], name: str) -> tuple[int, ...]:
    sizes = tuple(int(each) for each in header.get("sizes", ()))
    if not sizes or len(sizes) != header.get("dimension") or min(sizes) < 1:
        said = " x ".join(map(str, sizes)) or "none"
        raise bad(
            name,
            f"the header gives {header.get('dimension')} axes and the sizes {said}, which is no image",
        )
    return sizes


def _kept_axes(header: Mapping[str, Any], sizes: tuple[int, ...], name: str) -> list[int]:
    """Return the axes that lie in space: all but those of length one and that of the layers of segments.

    Raises:
        BadSubmission: there are others.
    """
    kinds = [str(each) for each in header.get("kinds", ())] or [""] * len(sizes)
    if any(COLOURS.fullmatch(kind) and size > 1 for kind, size in zip(kinds, sizes, strict=False)):
        raise bad(name, "the image is in colour, and one number for each voxel is expected")
    if len(sizes) in AXES and not (kinds[0] == "list" and _segments(header)):
        return list(range(len(sizes)))
    spatial = _spatial(header, len(sizes))
    if len(spatial) not in AXES:
        spatial = [i for i in range(len(sizes)) if sizes[i] > 1 or i < AXES[-1]]
    others = _others(sizes, spatial)
    layers = bool(_segments(header)) and 0 not in spatial
    if len(spatial) not in AXES or (
        max(others, default=1) > 1 and not (layers and len(others) == 1)
    ):
        said = " x ".join(map(str, sizes))
        raise bad(
            name,
            f"the image has {len(sizes)} axes ({said}), and 2 or 3 are expected",
            "write one file for each time point, channel or class",
        )
    return spatial


def _spatial(header: Mapping[str, Any], axes: int) -> list[int]:
    directions = header.get("space directions")
    if directions is None or len(directions) != axes:
        return []
    return [
        i for i in range(axes) if directions[i] is not None and np.isfinite(directions[i]).all()
    ]


def _others(sizes: tuple[int, ...], keep: list[int]) -> list[int]:
    return [size for i, size in enumerate(sizes) if i not in keep]


def _grid(
    header: Mapping[str, Any], keep: list[int], name: str
) -> tuple[Affine | None, tuple[float, ...] | None]:
    """Return the affine and the spacing; no affine where the header names no anatomical space or no origin."""
    vectors = _vectors(header, keep)
    if vectors is None:
        said = header.get("spacings")
        if said is None or len(said) <= max(keep) or not np.isfinite(np.take(said, keep)).any():
            return None, None
        scales = _scales(header.get("units"), len(said))
        return None, checked_spacing(tuple(float(said[i]) * scales[i] for i in keep), name)
    spacing = checked_spacing(tuple(float(np.linalg.norm(each)) for each in vectors), name)
    turn = TO_RAS.get(str(header.get("space", "")).casefold().removesuffix("-time"))
    origin = header.get("space origin")
    if turn is None or origin is None or len(origin) < 3 or vectors.shape[1] != 3:
        return None, spacing
    affine = np.eye(4)
    affine[:3, : len(keep)] = vectors.T
    if len(keep) == 2:
        affine[:3, 2] = np.cross(vectors[0] / spacing[0], vectors[1] / spacing[1])
    affine[:3, 3] = np.multiply(origin[:3], _scales(header.get("space units"), 3)[:3])
    affine = checked_affine(turn @ affine, name)
    return affine, spacing_of(affine, len(keep))


def _vectors(header: Mapping[str, Any], keep: list[int]) -> Any:
    """Return the step along each axis in mm, a row for each; None: the header has none."""
    directions = header.get("space directions")
    if directions is None or len(directions) <= max(keep):
        return None
    rows = [directions[i] for i in keep]
    if any(row is None or not np.isfinite(row).all() for row in rows):
        return None
    found = np.array(rows, dtype=float)[:, :3]
    return found * _scales(header.get("space units"), found.shape[1])[: found.shape[1]]


def _scales(units: Any, count: int) -> list[float]:
    said = [str(each).strip('"') for each in units] if units is not None else []
    return [MM.get(said[i], 1.0) if i < len(said) else 1.0 for i in range(count)]


def _voxels(
    file: FileData, header: Mapping[str, Any], offset: int, sizes: tuple[int, ...]
) -> tuple[Voxels, str]:
    dtype = _dtype(header, file.name)
    size = bounded(int(np.prod(sizes, dtype=object)) * dtype.itemsize, file.name)
    other = str(header.get("data file", ""))
    if other and (other.startswith("LIST") or "%" in other):
        raise bad(
            file.name, "its voxels are spread over several files", "write it as one NRRD file"
        )
    source = beside(file, other) if other else file
    data = memoryview(source.data)[0 if other else offset :]
    found = _unpacked(_skipped(data, header, size, file.name), header, size, source.name)
    return as_array(found, dtype, sizes), two_hashes(file, source) if other else ""


def _dtype(header: Mapping[str, Any], name: str) -> np.dtype[Any]:
    said = str(header.get("type", ""))
    if said.casefold() not in DTYPES:
        raise bad(
            name, f"the voxels are of the type {said}, and whole or real numbers are expected"
        )
    order = ">" if str(header.get("endian", "little")).casefold() == "big" else "<"
    return np.dtype(order + DTYPES[said.casefold()])


def _skipped(data: memoryview, header: Mapping[str, Any], size: int, name: str) -> memoryview:
    """Return the data behind the lines and bytes that the header wants skipped."""
    for _ in range(int(header.get("line skip", 0))):
        end = bytes(data[: 2**16]).find(b"\n")
        if end < 0:
            raise bad(name, "the file ends within the lines that its header wants skipped")
        data = data[end + 1 :]
    skip = int(header.get("byte skip", 0))
    if skip == -1:
        return data[max(0, len(data) - size) :]
    return data[max(0, skip) :]


def _unpacked(data: memoryview, header: Mapping[str, Any], size: int, name: str) -> Any:
    match str(header.get("encoding", "")).casefold():
        case "raw":
            return of_length(data, size, name)
        case "gzip" | "gz":
            return decoded(data, size, name)
        case "bzip2" | "bz2":
            return unpacked_bz2(data, size, name)
        case other:
            raise bad(
                name,
                f'its encoding is "{other}", and raw, gzip or bzip2 is expected',
                "write the file again with gzip",
            )


def _segments(header: Mapping[str, Any]) -> list[_Segment]:
    found: dict[int, dict[str, str]] = {}
    for key, value in header.items():
        if match := SEGMENT.fullmatch(key):
            found.setdefault(int(match[1]), {})[match[2]] = str(value)
    return [_segment(i, found[i]) for i in sorted(found)]


def _segment(i: int, said: Mapping[str, str]) -> _Segment:
    """Return a segment; older files have one for each layer, of label 1."""
    if "LabelValue" not in said:
        return _Segment(said.get("Name", ""), 1, i)
    label, layer = (_number(said.get(each, "0")) for each in ("LabelValue", "Layer"))
    return _Segment(said.get("Name", ""), label, layer)


def _number(text: str) -> int:
    return int(text) if text.strip().isdecimal() else 0


def _numbered(segments: list[_Segment]) -> list[_Segment]:
    """Return the segments with different labels: their own, else numbers in their order."""
    if len({each.label for each in segments}) == len(segments):
        return segments
    return [each._replace(label=i) for i, each in enumerate(segments, start=1)]


def _flattened(
    voxels: Voxels, stored: list[_Segment], wanted: list[_Segment], name: str
) -> tuple[Voxels, dict[int, frozenset[int]] | None]:
    """Return the layers as one array.

    Raises:
        BadSubmission: the file names a layer that it does not have.
    """
    layers = Layers(voxels.shape[1:], name)
    for segment, numbered in zip(stored, wanted, strict=True):
        if segment.layer >= voxels.shape[0]:
            raise bad(
                name,
                f"the segment {segment.name} is in layer {segment.layer}, and there are {voxels.shape[0]}",
            )
        for part in _slabs(voxels.shape[1:]):
            layers.add(part, voxels[segment.layer][part] == segment.label, numbered.label)
    return layers.stored()


def _slabs(shape: tuple[int, ...]) -> Iterator[tuple[Any, ...]]:
    """Yield the index of each slice along the last axis, so that little is compared at once."""
    return ((..., i) for i in range(shape[-1]))
