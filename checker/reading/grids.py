"""Compares the grids of two images: whether voxel by voxel they show the same place."""

from collections.abc import Iterator
from itertools import product

import numpy as np

from checker.reading.image_data import Affine
from checker.reading.images import Volume

CORNER_VOXELS = 0.05
"""Voxels that the farthest corner of two equal grids may lie apart: headers round to seven digits, people to four."""
SPACING_AGREES = 1e-3
"""Relative difference up to which a spacing was only rounded."""
ANGLE_DEGREES = 0.01
"""Angle between two axes below which it is not worth saying."""
SHOWN_MM = 1e-3
"""Millimetres below which a difference of the origin is not worth saying."""


def differences(first: Volume, second: Volume) -> tuple[str, ...]:
    """Return how two grids differ, a sentence for each way, both values in it; empty: they are the same.

    Compared are shape, spacing, orientation, direction of the axes and origin. What one file says and the other
    does not is a difference; what neither says is none.
    """
    found = [*_shape(first, second), *_spacing(first, second)]
    if (first.affine is None) != (second.affine is None):
        found += _place_unsaid(first, second)
    elif first.affine is not None and second.affine is not None:
        found += _place(first, second, first.affine, second.affine, bool(found))
    return tuple(found)


def _shape(first: Volume, second: Volume) -> Iterator[str]:
    if first.shape != second.shape:
        yield f"{first.file} has {_size(first)} voxels, {second.file} has {_size(second)}"


def _size(volume: Volume) -> str:
    return " x ".join(map(str, volume.shape))


def _spacing(first: Volume, second: Volume) -> Iterator[str]:
    one, other = first.spacing_mm, second.spacing_mm
    if one is None and other is None:
        return
    if one is None or other is None:
        silent, said = (first, second) if one is None else (second, first)
        yield f"{silent.file} does not say how large its voxels are, {said.file} says {_mm(said)}"
    elif len(one) == len(other) and not np.allclose(one, other, rtol=SPACING_AGREES, atol=0):
        yield f"{first.file} has voxels of {_mm(first)}, {second.file} of {_mm(second)}"


def _mm(volume: Volume) -> str:
    return " x ".join(f"{each:.6g}" for each in volume.spacing_mm or ()) + " mm"


def _place_unsaid(first: Volume, second: Volume) -> Iterator[str]:
    silent, said = (first, second) if first.affine is None else (second, first)
    if silent.spacing_mm is not None:
        yield (
            f"{silent.file} does not say how it lies in space, {said.file} says {said.orientation} "
            f"with its origin at {_point(said.affine)}"
        )


def _place(
    first: Volume, second: Volume, one: Affine, other: Affine, differ: bool
) -> Iterator[str]:
    """Yield how orientation, direction and origin differ, if the corners lie apart.

    Args:
        first: an image.
        second: the other.
        one: affine of the first.
        other: affine of the second.
        differ: shape or spacing do, which alone moves the corners.
    """
    apart = _corners_apart(first, one, other)
    if first.shape == second.shape and apart <= CORNER_VOXELS:
        return
    said = list(_turned(first, second, one, other))
    origins = float(np.linalg.norm(one[:3, 3] - other[:3, 3]))
    if origins > max(SHOWN_MM, CORNER_VOXELS * min(first.spacing_mm or (1,))):
        said.append(
            f"{first.file} has its first voxel at {_point(one)}, {second.file} at {_point(other)}"
        )
    yield from said
    if not said and not differ:
        yield f"the farthest corners of {first.file} and {second.file} lie {apart:.3g} voxels apart"


def _corners_apart(volume: Volume, one: Affine, other: Affine) -> float:
    """Return the largest distance of the same corner in two grids, in voxels."""
    ends = [(0, size - 1) for size in (*volume.shape, 1)[:3]]
    corners = np.array([(*corner, 1) for corner in product(*ends)], dtype=float)
    apart = np.linalg.norm((corners @ (one - other).T)[:, :3], axis=1)
    return float(apart.max() / np.linalg.norm(one[:3, :3], axis=0)[: volume.voxels.ndim].min())


def _turned(first: Volume, second: Volume, one: Affine, other: Affine) -> Iterator[str]:
    if first.orientation != second.orientation:
        yield f"{first.file} is oriented {first.orientation}, {second.file} {second.orientation}"
        return
    axes, others = (each[:3, :3] / np.linalg.norm(each[:3, :3], axis=0) for each in (one, other))
    cosines = np.clip(np.sum(axes * others, axis=0), -1, 1)
    angle = float(np.degrees(np.arccos(cosines)).max())
    if angle > ANGLE_DEGREES:
        yield f"the axes of {first.file} and {second.file} are turned by {angle:.3g} degrees"


def _point(affine: Affine | None) -> str:
    assert affine is not None
    return "(" + ", ".join(f"{each:.6g}" for each in affine[:3, 3]) + ") mm"
