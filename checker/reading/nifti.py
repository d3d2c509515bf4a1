"""Reads NIfTI: .nii, .nii.gz and the pair .hdr and .img."""

from pathlib import Path
from typing import Any

import numpy as np

from checker.reading.image_data import (
    MOST_BYTES,
    Affine,
    FileData,
    Stored,
    Voxels,
    as_array,
    bad,
    beginning,
    beside,
    bounded,
    checked_affine,
    checked_spacing,
    decoded,
    needed,
    spacing_of,
    two_hashes,
)

FIRST = 544
"""Bytes that hold the header of either version."""
MAGIC = {348: (344, b"n+1\0", b"ni1\0"), 540: (4, b"n+2\0", b"ni2\0")}
"""Size of a header to where it says what it is, of a single file and of a pair."""
EXTENSIONS = 4
"""Bytes between the header and the voxels that say whether something else follows."""
MM = {0: 1.0, 1: 1e3, 2: 1.0, 3: 1e-3}
"""Code of the unit of length to its mm; unknown is taken as mm, as every reader does."""
SPACINGS_AGREE = 1e-3
"""Relative difference between the two spacings of a header above which one of them is wrong."""
AXES = 3


def read(file: FileData) -> Stored:
    """Return the image of a NIfTI file.

    The grid is that of the sform, else of the qform; a header with neither has a spacing and no place.

    Raises:
        BadSubmission: the file is not NIfTI, damaged, has more than three axes, or no valid grid.
    """
    zipped = file.data[:2] == b"\x1f\x8b"
    start = beginning(file.data, FIRST, file.name) if zipped else file.data[:FIRST]
    header, single = _header(start, file.name)
    shape = _shape(header, file.name)
    dtype = _dtype(header, file.name)
    affine, spacing = _grid(header, shape, file.name)
    slope, intercept = _rescaled(header, file.name)
    source = file if single else _other(file)
    offset = _offset(header, file.name) if single else 0
    return Stored(
        voxels=_voxels(source, offset, dtype, shape),
        affine=affine,
        spacing_mm=spacing,
        slope=slope,
        intercept=intercept,
        sha256="" if single else two_hashes(file, source),
    )


def _header(start: bytes, name: str) -> tuple[Any, bool]:
    """Return the header, and whether the voxels are in the same file."""
    order = "<" if int.from_bytes(start[:4], "little") in MAGIC else ">"
    size = int.from_bytes(start[:4], "little" if order == "<" else "big")
    if size not in MAGIC or len(start) < size:
        raise bad(name, "the file is not a NIfTI image", "write it as NIfTI (.nii or .nii.gz)")
    at, single, pair = MAGIC[size]
    magic = start[at : at + 4]
    if magic not in (single, pair):
        raise bad(
            name,
            "the file is an Analyze image, which does not say how it lies in space",
            "write it as NIfTI (.nii or .nii.gz)",
        )
    needed("nibabel", name)
    from nibabel.nifti1 import Nifti1Header
    from nibabel.nifti2 import Nifti2Header

    made: Any = Nifti1Header if size == min(MAGIC) else Nifti2Header
    return made(start[:size], endianness=order, check=False), magic == single


def _shape(header: Any, name: str) -> tuple[int, ...]:
    axes, sizes = int(header["dim"][0]), [int(each) for each in header["dim"][1:]]
    if not 1 <= axes <= len(sizes) or min(sizes[:axes]) < 1:
        said = " x ".join(map(str, sizes[: max(1, min(axes, len(sizes)))]))
        raise bad(name, f"the header gives {axes} axes and the size {said}, which is no image")
    shape = sizes[:axes]
    while len(shape) > AXES and shape[-1] == 1:
        shape.pop()
    if len(shape) > AXES:
        said = " x ".join(map(str, shape))
        raise bad(
            name,
            f"the image has {len(shape)} axes ({said}), and 2 or 3 are expected",
            "write one file for each time point, channel or class",
        )
    return tuple(shape) if len(shape) > 1 else (shape[0], 1)


def _dtype(header: Any, name: str) -> np.dtype[Any]:
    """Return the type of the voxels; one that is no single real number is refused."""
    from nibabel.spatialimages import HeaderDataError

    try:
        dtype: np.dtype[Any] = np.dtype(header.get_data_dtype())
    except (HeaderDataError, KeyError):
        raise bad(
            name,
            f"the header gives the type of voxels {int(header['datatype'])}, which does not exist",
        ) from None
    if dtype.fields:
        raise bad(name, "the image is in colour (RGB), and one number for each voxel is expected")
    if dtype.kind not in "iuf":
        raise bad(
            name, f"the voxels are of the type {dtype}, and whole or real numbers are expected"
        )
    return dtype


def _grid(
    header: Any, shape: tuple[int, ...], name: str
) -> tuple[Affine | None, tuple[float, ...]]:
    """Return the affine in mm and the spacing; no affine where the header gives no place in space."""
    axes = len(shape)
    code = int(header["xyzt_units"]) & 7
    scale = MM.get(code, 1.0)
    said = tuple(float(each) * scale for each in header["pixdim"][1 : axes + 1])
    checked_spacing(said, name)
    affine = _affine(header, name)
    if affine is None:
        return None, said
    affine = checked_affine(np.diag([scale, scale, scale, 1.0]) @ affine, name)
    spacing = checked_spacing(spacing_of(affine, axes), name)
    if not np.allclose(said, spacing, rtol=SPACINGS_AGREE, atol=0):
        both = (" x ".join(f"{each:g}" for each in every) for every in (said, spacing))
        raise bad(
            name,
            "the header gives two spacings: pixdim {} mm, sform {} mm".format(*both),
            "write the file again with one of them",
        )
    return affine, spacing


def _rescaled(header: Any, name: str) -> tuple[float, float]:
    """Return slope and intercept of the stored numbers; 1 and 0 where the header gives none."""
    from nibabel.spatialimages import HeaderDataError

    try:
        slope, intercept = header.get_slope_inter()
    except HeaderDataError:
        said = f"{float(header['scl_slope']):g} and {float(header['scl_inter']):g}"
        raise bad(
            name,
            f"the header gives slope and intercept {said}, and two finite numbers are expected",
            "write the image again",
        ) from None
    return 1.0 if slope is None else float(slope), 0.0 if intercept is None else float(intercept)


def _offset(header: Any, name: str) -> int:
    """Return the byte at which the voxels begin, in a file that holds the header as well; 0 is the usual place."""
    offset, size = float(header["vox_offset"]), int(header["sizeof_hdr"])
    if offset == 0:
        return size + EXTENSIONS
    if not size <= offset <= MOST_BYTES:
        raise bad(
            name,
            f"the header says that the voxels begin at byte {offset:g}, where they cannot be",
            "write the image again",
        )
    return int(offset)


def _affine(header: Any, name: str) -> Affine | None:
    if int(header["sform_code"]) > 0:
        return np.asarray(header.get_sform(), dtype=float)
    if int(header["qform_code"]) > 0:
        try:
            return np.asarray(header.get_qform(), dtype=float)
        except ValueError:
            raise bad(name, "the orientation in the header (the qform) is no rotation") from None
    return None


def _other(file: FileData) -> FileData:
    """Return the file with the voxels of a pair."""
    names = [Path(file.path.name).with_suffix(each).name for each in (".img", ".img.gz")]
    there = (each for each in names if file.path.with_name(each).is_file())
    return beside(file, next(there, names[0]))


def _voxels(file: FileData, offset: int, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Voxels:
    size = bounded(int(np.prod(shape, dtype=object)) * dtype.itemsize, file.name)
    if file.data[:2] == b"\x1f\x8b":
        return as_array(decoded(file.data, offset + size, file.name)[offset:], dtype, shape)
    if len(file.data) != offset + size:
        raise bad(
            file.name,
            f"the header announces {offset + size} bytes, and the file holds {len(file.data)}",
            "the file was cut off or put together wrongly; write it again",
        )
    return as_array(memoryview(file.data)[offset:], dtype, shape)
