"""Masks and maps: an image file becomes a `Volume`, or the sentence why it cannot."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.reading.dicom_files import is_segmentation, the_segmentation
from checker.reading.image_data import (
    Affine,
    FileData,
    Stored,
    Voxels,
    bad,
    file_data,
)

SUFFIXES = (
    *(".nii.gz", ".nii", ".hdr", ".seg.nrrd", ".nrrd", ".mha", ".mhd"),
    *(".png", ".tif", ".tiff", ".npy", ".dcm"),
)
"""Endings of image files, the longer of two that fit first."""
CHUNK = 2**20
"""Voxels that are looked at together, so that no second copy of an image is held."""
TABLE = 2**16
"""Most distinct stored numbers of a scaled mask."""
FEW_VALUES = 4
"""Up to so many labels are compared one after the other; more by a table."""
SHOWN = 3
"""Values that a message shows."""
ROUNDING = 1e-5
"""How far a scaled value may lie beside a whole number: the factor of a header has seven digits."""

AXIS_LETTERS = (("L", "R"), ("P", "A"), ("I", "S"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Volume:
    """An image in memory: of labels (`read_mask`) or of real numbers (`read_map`).

    A mask is asked by `mask` and `labels`, never by its voxels: where segments overlap, a stored number stands for
    several labels.
    """

    voxels: Voxels
    """(x, y) or (x, y, z), in the order and, where possible, the type of the file; shared, never written to."""
    affine: Affine | None
    """(4, 4): index of a voxel to its centre in mm, to the right, to the front, up (RAS+); None: not said."""
    spacing_mm: tuple[float, ...] | None
    """Of each axis; None: not said, and lengths are in voxels."""
    file: str
    """Its name in messages."""
    sha256: str
    """Of the bytes of the file, or of both where voxels lie beside their header."""
    names: Mapping[str, int] = field(default_factory=dict)
    """Name of a label to its number, where the file knows."""
    members: Mapping[int, frozenset[int]] | None = None
    """Stored number to the labels it stands for, where segments may overlap."""
    is_part: bool = False
    """Slices without a label may be left out, as in DICOM; `grids.on_one_grid` puts them back."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the number of voxels along each axis."""
        return self.voxels.shape

    @property
    def orientation(self) -> str:
        """Return where each axis points, such as ``RAS``: right, anterior, superior; empty: not said."""
        return orientation(self.affine, self.voxels.ndim)

    @property
    def voxel_ml(self) -> float | None:
        """Return the volume of a voxel in ml; None without spacing or of a picture with two axes."""
        if self.spacing_mm is None or len(self.spacing_mm) != 3:
            return None
        return float(np.prod(self.spacing_mm)) / 1000

    @property
    def is_right_angled(self) -> bool:
        """Say whether the axes are at right angles, so that lengths follow from the spacing; unknown counts as yes."""
        if self.affine is None:
            return True
        axes = self.affine[:3, :3] / np.linalg.norm(self.affine[:3, :3], axis=0)
        return bool(np.allclose(axes.T @ axes, np.eye(3), atol=1e-3))

    def labels(self) -> frozenset[int]:
        """Return the labels that at least one voxel has, without the background 0."""
        stored = _seen(self.voxels)
        if self.members is None:
            return frozenset(stored) - {0}
        return frozenset(label for each in stored for label in self.members[each]) - {0}

    def mask(self, values: frozenset[int]) -> NDArray[np.bool_]:
        """Return which voxels have one of these labels, with the shape and memory order of the voxels."""
        return _is_one_of(self.voxels, self._stored(values))

    def _stored(self, values: frozenset[int]) -> frozenset[int]:
        if self.members is None:
            return values
        return frozenset(each for each, labels in self.members.items() if labels & values)


def orientation(affine: Affine | None, axes: int = 3) -> str:
    """Return the letter of the direction each axis of a grid is nearest to; empty without an affine."""
    if affine is None:
        return ""
    cosines = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    letters, free = [""] * 3, cosines.copy()
    for _ in range(3):
        world, axis = np.unravel_index(np.nanargmax(np.abs(free)), free.shape)
        letters[axis] = AXIS_LETTERS[world][int(cosines[world, axis] > 0)]
        free[world, :], free[:, axis] = 0, 0
    return "".join(letters[:axes])


def suffix_of(file: str) -> str:
    """Return the ending by which a file is an image, as written; empty: it is none."""
    folded = file.casefold()
    found = next((each for each in SUFFIXES if folded.endswith(each)), "")
    return file[len(file) - len(found) :] if found else ""


def read_mask(path: Path, name: str = "") -> Volume:
    """Return the labels of an image file.

    Whole numbers that are stored as real ones become the smallest type that holds them.

    Args:
        path: a file with one of the `SUFFIXES`, or a folder with one DICOM segmentation.
        name: for messages; else its path.

    Raises:
        BadSubmission: the file is no image with one whole number from 0 on for each voxel; says why.
    """
    file, stored = _stored(path, name or str(path), DICOM_MASKS)
    return _volume(file, replace(stored, voxels=_as_labels(stored, file.name)))


def read_map(path: Path, name: str = "") -> Volume:
    """Return the probabilities or the saliency of an image file as real numbers.

    Args:
        path: a file with one of the `SUFFIXES` except DICOM.
        name: for messages; else its path.

    Raises:
        BadSubmission: the file is no image with one finite number for each voxel; says why.
    """
    file, stored = _stored(path, name or str(path), {})
    return _volume(file, replace(stored, voxels=_as_real(stored, file.name)))


Reader = Callable[[FileData], Stored]


def _nifti(file: FileData) -> Stored:
    from checker.reading import nifti

    return nifti.read(file)


def _nrrd(file: FileData) -> Stored:
    from checker.reading import nrrd_files

    return nrrd_files.read(file)


def _metaimage(file: FileData) -> Stored:
    from checker.reading import metaimage

    return metaimage.read(file)


def _picture(file: FileData) -> Stored:
    from checker.reading import pictures

    return pictures.read_picture(file)


def _array(file: FileData) -> Stored:
    from checker.reading import pictures

    return pictures.read_array(file)


def _dicom(file: FileData) -> Stored:
    from checker.reading import dicom_seg

    return dicom_seg.read(file)


READERS: dict[str, Reader] = {
    ".nii": _nifti,
    ".nii.gz": _nifti,
    ".hdr": _nifti,
    ".nrrd": _nrrd,
    ".seg.nrrd": _nrrd,
    ".mha": _metaimage,
    ".mhd": _metaimage,
    ".png": _picture,
    ".tif": _picture,
    ".tiff": _picture,
    ".npy": _array,
}
DICOM_MASKS: dict[str, Reader] = {".dcm": _dicom}


def _stored(path: Path, name: str, more: Mapping[str, Reader]) -> tuple[FileData, Stored]:
    if path.is_dir() and more:
        path = the_segmentation(path, name)
    suffix = suffix_of(path.name).casefold() or (".dcm" if is_segmentation(path) else "")
    reader = {**READERS, **more}.get(suffix)
    if reader is None:
        known = ", ".join(sorted({**READERS, **more}))
        raise bad(
            name,
            "this is not the name of an image file that is read here",
            f"files may end in {known}",
        )
    file = file_data(path, name)
    stored = reader(file)
    if stored.voxels.flags.forc:
        return file, stored
    return file, replace(stored, voxels=np.asfortranarray(stored.voxels))


def _volume(file: FileData, stored: Stored) -> Volume:
    return Volume(
        voxels=stored.voxels,
        affine=stored.affine,
        spacing_mm=stored.spacing_mm,
        file=file.name,
        sha256=stored.sha256 or file.sha256,
        names=stored.names,
        members=stored.members,
        is_part=stored.is_part,
    )


def _flat(voxels: Voxels) -> Voxels:
    return voxels.ravel(order="K")


def _chunks(voxels: Voxels) -> Iterator[Voxels]:
    flat = _flat(voxels)
    return (flat[i : i + CHUNK] for i in range(0, len(flat), CHUNK))


def _seen(voxels: Voxels) -> list[int]:
    """Return the distinct values of whole numbers, sorted."""
    low, high = int(voxels.min()), int(voxels.max())
    if high - low >= 16 * TABLE:
        return sorted({int(each) for chunk in _chunks(voxels) for each in np.unique(chunk)})
    seen = np.zeros(high - low + 1, dtype=bool)
    for chunk in _chunks(voxels):
        seen[chunk.astype(np.int64) - low] = True
    return [int(each) + low for each in np.flatnonzero(seen)]


def _is_one_of(voxels: Voxels, values: frozenset[int]) -> NDArray[np.bool_]:
    limits = np.iinfo(voxels.dtype)
    wanted = sorted(each for each in values if limits.min <= each <= limits.max)
    if not wanted:
        return np.zeros_like(voxels, dtype=bool)
    if len(wanted) > FEW_VALUES:
        return np.asarray(np.isin(voxels, np.array(wanted, dtype=voxels.dtype)))
    found: NDArray[np.bool_] = voxels == wanted[0]
    for value in wanted[1:]:
        found |= voxels == value
    return found


def _as_labels(stored: Stored, name: str) -> Voxels:
    """Return whole numbers from 0 on.

    Raises:
        BadSubmission: other values are there.
    """
    voxels = stored.voxels
    if (stored.slope, stored.intercept) != (1.0, 0.0):
        return _scaled_labels(stored, name)
    if voxels.dtype.kind == "b":
        return voxels.view(np.uint8)
    if voxels.dtype.kind == "f":
        return _whole(voxels, name)
    if voxels.dtype.kind == "i" and (low := int(voxels.min())) < 0:
        raise _negative(low, name)
    return voxels


def _negative(low: float, name: str) -> Exception:
    return bad(
        name,
        f"the mask holds a negative value: {low:g}",
        "write the background as 0 and labels as 1, 2, 3; an image with intensities is no mask",
    )


def _whole(voxels: Voxels, name: str) -> Voxels:
    """Return real numbers that are all whole in the smallest type that holds them."""
    low, high = _range(voxels, name)
    found: set[float] = set()
    for chunk in _chunks(voxels):
        found.update(np.unique(chunk[chunk != np.rint(chunk)])[: SHOWN + 1].tolist())
        if len(found) > SHOWN:
            break
    if found:
        raise _broken(found, name)
    if low < 0:
        raise _negative(low, name)
    return voxels.astype(_smallest(high, name))


def _range(voxels: Voxels, name: str) -> tuple[float, float]:
    """Return the lowest and the highest value.

    Raises:
        BadSubmission: a value is not finite.
    """
    low, high = float(voxels.min()), float(voxels.max())
    if np.isfinite(low) and np.isfinite(high):
        return low, high
    count = sum(int(np.count_nonzero(~np.isfinite(chunk))) for chunk in _chunks(voxels))
    word = "is" if count == 1 else "are"
    raise bad(
        name,
        f"{count:,} of {voxels.size:,} voxels {word} not a finite number (NaN or infinite)",
        "write 0 where there is nothing",
    )


def _broken(found: set[float], name: str) -> Exception:
    shown = ", ".join(f"{each:.7g}" for each in sorted(found)[:SHOWN])
    more = " and others" if len(found) > SHOWN else ""
    return bad(
        name,
        f"the mask holds values that are no whole numbers: {shown}{more}",
        "resample masks by the nearest voxel, and write labels as whole numbers; a probability map needs a cut-off",
    )


def _smallest(high: float, name: str) -> np.dtype[Any]:
    if high > np.iinfo(np.uint32).max:
        raise bad(name, f"the mask holds the value {high:g}, which is too large for a label")
    return np.dtype(np.min_scalar_type(int(high)))


def _scaled_labels(stored: Stored, name: str) -> Voxels:
    """Return the labels of a mask whose header scales its values: a table from stored number to label."""
    if stored.voxels.dtype.kind == "f":
        return _whole(stored.voxels * stored.slope + stored.intercept, name)
    raw = _seen(stored.voxels)
    if len(raw) > TABLE or raw[-1] - raw[0] >= 16 * TABLE:
        raise bad(
            name,
            f"the mask holds {len(raw)} different values",
            "an image with intensities is no mask",
        )
    values = np.array(raw) * stored.slope + stored.intercept
    labels = np.rint(values)
    beside = np.abs(values - labels) > ROUNDING * np.maximum(1, np.abs(labels))
    if beside.any():
        raise _broken(set(values[beside].tolist()), name)
    if labels.min() < 0:
        raise _negative(float(labels.min()), name)
    table = np.zeros(raw[-1] - raw[0] + 1, dtype=_smallest(float(labels.max()), name))
    table[np.array(raw) - raw[0]] = labels
    return _looked_up(table, stored.voxels, raw[0])


def _looked_up(table: Voxels, voxels: Voxels, low: int) -> Voxels:
    """Return the entry of the table for each voxel, chunk by chunk, in the order of the voxels in memory."""
    out = np.empty_like(voxels, dtype=table.dtype)
    for to, chunk in zip(_chunks(out), _chunks(voxels), strict=True):
        to[:] = table[chunk.astype(np.int64) - low]
    return out


def _as_real(stored: Stored, name: str) -> Voxels:
    voxels = stored.voxels
    if voxels.dtype.kind != "f":
        voxels = voxels.astype(np.float32 if voxels.dtype.itemsize < 4 else np.float64)
    elif voxels.dtype.itemsize < 4:
        voxels = voxels.astype(np.float32)
    if (stored.slope, stored.intercept) != (1.0, 0.0):
        voxels = voxels * stored.slope + stored.intercept
    _range(voxels, name)
    return voxels
