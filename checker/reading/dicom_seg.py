"""Reads segmentations in DICOM: segments by their labels, which may overlap, and the slices that hold something."""

import struct
import warnings
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from checker.reading.dicom_files import SEGMENTATIONS
from checker.reading.image_data import (
    LPS,
    Affine,
    FileData,
    Stored,
    Voxels,
    bad,
    bounded,
    checked_affine,
    checked_spacing,
    needed,
    spacing_of,
)
from checker.reading.segments import Layers, named

DEFLATED = "1.2.840.10008.1.2.1.99"
"""Encoding of a file that is packed as a whole, so that its size is not known before."""
BESIDE = 0.05
"""Voxels that a slice may lie beside its place in an even grid: positions are written with few digits."""
FAILURES = (
    *(AttributeError, KeyError, ValueError, TypeError, IndexError, EOFError),
    *(struct.error, NotImplementedError, RuntimeError, OSError),
)
"""What reading a damaged file or one of an unknown kind raises."""


class _Grid(NamedTuple):
    """Where the frames of a file lie."""

    depth: int
    at: list[int]
    """The slice of each frame."""
    affine: Affine | None
    spacing: tuple[float, ...] | None


def read(file: FileData) -> Stored:
    """Return the segments of a DICOM file; numbers are those of the segments, names their labels.

    Its grid ends with the outermost slices that are in the file.

    Raises:
        BadSubmission: the file is no segmentation, damaged, holds probabilities, or its slices lie unevenly.
    """
    needed("pydicom", file.name, "dicom")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = _data(file)
        try:
            return _stored(data, file.name)
        except FAILURES as error:
            said = str(error).split("\n")[0][:120]
            raise bad(
                file.name, f"the segmentation cannot be read, it is damaged or incomplete: {said}"
            ) from None


def _data(file: FileData) -> Any:
    from pydicom import dcmread
    from pydicom.errors import BytesLengthException, InvalidDicomError

    try:
        start = dcmread(BytesIO(file.data[: 2**16]), stop_before_pixels=True, specific_tags=[])
        if getattr(start.file_meta, "TransferSyntaxUID", "") == DEFLATED:
            raise bad(
                file.name,
                "the file is packed as a whole (deflated), and its size is not known before",
                "write it with another transfer syntax, such as explicit little endian",
            )
        data = dcmread(BytesIO(file.data))
    except InvalidDicomError:
        raise bad(file.name, "the file is not DICOM") from None
    except (BytesLengthException, *FAILURES):
        raise bad(file.name, "the DICOM file cannot be read: it is damaged or cut off") from None
    if str(data.get("SOPClassUID", "")) not in SEGMENTATIONS:
        kind = str(data.get("Modality", "")) or "unknown"
        raise bad(
            file.name,
            f"this DICOM file is no segmentation (its modality is {kind})",
            "name the file of the segmentation, whose modality is SEG",
        )
    return data


def _stored(data: Any, name: str) -> Stored:
    frames = int(data.get("NumberOfFrames", 1))
    rows, columns = int(data.Rows), int(data.Columns)
    grid = _grid(data, frames, name)
    shape = (columns, rows, grid.depth) if grid.affine is not None else (columns, rows)
    kind = str(data.get("SegmentationType", "BINARY"))
    pixels = _frames(data, kind, frames, (rows, columns), name)
    at = [(..., each) if grid.affine is not None else (...,) for each in grid.at]
    if kind == "LABELMAP":
        voxels, members = _label_map(pixels, at, shape, name), None
    else:
        layers = Layers(shape, name)
        for i, frame in enumerate(pixels):
            layers.add(at[i], frame.T, _segment(data, i))
        voxels, members = layers.stored()
    segments = (
        (int(each.SegmentNumber), str(each.get("SegmentLabel", "") or ""))
        for each in data.SegmentSequence
    )
    return Stored(
        voxels=voxels,
        affine=grid.affine,
        spacing_mm=grid.spacing,
        names={label: number for label, number in named(segments).items() if number},
        members=members,
        is_part=grid.affine is not None,
    )


def _label_map(
    pixels: Iterator[Voxels], at: Sequence[Any], shape: tuple[int, ...], name: str
) -> Voxels:
    voxels: Voxels | None = None
    for i, frame in enumerate(pixels):
        if voxels is None:
            bounded(int(np.prod(shape, dtype=object)) * frame.itemsize, name)
            voxels = np.zeros(shape, dtype=frame.dtype, order="F")
        voxels[at[i]] = frame.T
    assert voxels is not None
    return voxels


def _frames(
    data: Any, kind: str, frames: int, shape: tuple[int, int], name: str
) -> Iterator[Voxels]:
    """Yield the frames, (rows, columns): of one segment whether a pixel is in it, of a map of labels these."""
    if int(data.BitsAllocated) == 1 and not data.file_meta.TransferSyntaxUID.is_encapsulated:
        yield from _bits(data.PixelData, frames, shape, name)
        return
    from pydicom.pixels.utils import iter_pixels

    top = int(data.get("MaximumFractionalValue", 1))
    count = 0
    for frame in iter_pixels(data, raw=True):
        count += 1
        if kind == "FRACTIONAL":
            _require_no_parts(frame, top, name)
        yield frame if kind == "LABELMAP" else np.asarray(frame != 0)
    if count != frames:
        raise bad(name, f"the header announces {frames} frames, and the file holds {count}")


def _require_no_parts(frame: Voxels, top: int, name: str) -> None:
    if ((frame != 0) & (frame != top)).any():
        raise bad(
            name,
            "the segmentation holds probabilities or parts of voxels (FRACTIONAL)",
            "write it as BINARY, cut off where you decide",
        )


def _bits(
    packed: bytes, frames: int, shape: tuple[int, int], name: str
) -> Iterator[NDArray[np.bool_]]:
    """Yield frames of single bits, which do not begin at whole bytes."""
    size = shape[0] * shape[1]
    expected = (frames * size + 7) // 8
    if len(packed) not in (expected, expected + expected % 2):
        raise bad(
            name,
            f"the header announces {expected} bytes of voxels, and the file holds {len(packed)}",
            "the file was cut off or put together wrongly; write it again",
        )
    every = np.frombuffer(packed, np.uint8)
    for i in range(frames):
        begin, end = i * size, (i + 1) * size
        bits = np.unpackbits(every[begin // 8 : (end + 7) // 8], bitorder="little")
        yield bits[begin % 8 :][:size].view(bool).reshape(shape)


def _groups(data: Any, i: int) -> Iterator[Any]:
    """Yield what is said about a frame, then what is said about all of them."""
    if "PerFrameFunctionalGroupsSequence" in data:
        yield data.PerFrameFunctionalGroupsSequence[i]
    if data.get("SharedFunctionalGroupsSequence"):
        yield data.SharedFunctionalGroupsSequence[0]


def _said(data: Any, i: int, group: str, field: str) -> Any:
    """Return a field of a frame; None: it is not said."""
    for each in _groups(data, i):
        if each.get(group) and (value := each[group][0].get(field)) is not None:
            return value
    return None


def _segment(data: Any, i: int) -> int:
    return int(_said(data, i, "SegmentIdentificationSequence", "ReferencedSegmentNumber"))


def _grid(data: Any, frames: int, name: str) -> _Grid:
    """Return the grid of the frames; of a picture without a place in space its spacing, if that is said.

    Raises:
        BadSubmission: the frames do not say where they lie, are turned, or lie unevenly.
    """
    places = [
        _said(data, i, "PlanePositionSequence", "ImagePositionPatient") for i in range(frames)
    ]
    spacing = _said(data, 0, "PixelMeasuresSequence", "PixelSpacing")
    in_plane = None if spacing is None else (float(spacing[1]), float(spacing[0]))
    if all(each is None for each in places) and _is_flat(data, frames):
        return _Grid(1, [0] * frames, None, in_plane and checked_spacing(in_plane, name))
    turns = {
        tuple(
            map(float, _said(data, i, "PlaneOrientationSequence", "ImageOrientationPatient") or ())
        )
        for i in range(frames)
    }
    if in_plane is None or None in places or {len(each) for each in turns} != {6}:
        raise bad(name, "its frames do not all say where in the patient they lie")
    if len(turns) > 1:
        raise bad(name, "its frames are turned against each other, and one volume is expected")
    [turn] = turns
    return _even(np.array(places, dtype=float), np.reshape(turn, (2, 3)), in_plane, data, name)


def _is_flat(data: Any, frames: int) -> bool:
    """Return whether there is one frame for each segment, of a single picture."""
    numbers = [
        _said(data, i, "SegmentIdentificationSequence", "ReferencedSegmentNumber")
        for i in range(frames)
    ]
    return frames == 1 or (None not in numbers and len(set(numbers)) == frames)


def _even(
    places: NDArray[np.float64],
    turn: NDArray[np.float64],
    in_plane: tuple[float, float],
    data: Any,
    name: str,
) -> _Grid:
    """Return the grid of frames that lie evenly behind each other, some left out.

    Args:
        places: (frames, 3), of the first pixel.
        turn: (2, 3), direction of a row and of a column.
        in_plane: mm between columns and between rows.
        data: of the file.
        name: of the file.
    """
    along = places @ np.cross(*turn)
    first, last = int(along.argmin()), int(along.argmax())
    apart = _between(np.unique(along.round(4)), data, name)
    at = np.rint((along - along[first]) / apart).astype(int)
    bounded(int(at.max() + 1) * int(data.Rows) * int(data.Columns), name)
    step = np.cross(*turn) * apart
    if at[last]:
        step = (places[last] - places[first]) / at[last]
    off = np.linalg.norm(places - (places[first] + np.outer(at, step)), axis=1)
    if off.max() > BESIDE * min(*in_plane, apart):
        raise bad(
            name,
            f"its slices do not lie evenly behind each other: one is {off.max():.3g} mm beside its place",
            "write it on an even grid",
        )
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1] = turn[0] * in_plane[0], turn[1] * in_plane[1]
    affine[:3, 2], affine[:3, 3] = step, places[first]
    affine = checked_affine(LPS @ affine, name)
    return _Grid(
        int(at.max()) + 1, at.tolist(), affine, checked_spacing(spacing_of(affine, 3), name)
    )


def _between(along: NDArray[np.float64], data: Any, name: str) -> float:
    """Return the mm between slices: as the file says where the slices fit it, else the smallest there is."""
    said = _said(data, 0, "PixelMeasuresSequence", "SpacingBetweenSlices")
    if said is None and len(along) == 1:
        said = _said(data, 0, "PixelMeasuresSequence", "SliceThickness")
    gaps = np.diff(along)
    if said is not None and float(said) > 0:
        steps = gaps / float(said)
        if (np.abs(steps - np.rint(steps)) <= BESIDE).all() and (np.rint(steps) >= 1).all():
            return float(said)
    if not len(gaps):
        raise bad(name, "it has one slice and does not say how thick that is")
    return float(gaps.min())
