"""Compares the grids of two images: whether voxel by voxel they show the same place."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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


class _Steps(NamedTuple):
    """How the voxels of one grid are counted on another that has the same points in space."""

    axis: tuple[int, ...]
    """For each axis of the other grid the axis of ours that runs along it."""
    sign: tuple[int, ...]
    """1: in the same direction; -1: against it."""
    shift: tuple[int, ...]
    """Where our first voxel is, counted on the other grid."""


def on_one_grid(first: Volume, second: Volume) -> tuple[Volume, Volume]:
    """Return two volumes on one grid where one comes from a file that may leave slices out (`Volume.is_part`).

    Such a volume is turned, mirrored and filled up with background so that it has the grid of the other; of two of
    them both have the smallest grid that holds both. Nothing is resampled: where the points of the grids are not the
    same, or something would be cut off, both are returned as they are, and `differences` says why.
    """
    if not (first.is_part or second.is_part) or first.voxels.ndim != second.voxels.ndim:
        return first, second
    if not first.is_part:
        second, first = _filled_up(second, first), first
    elif not second.is_part:
        first = _filled_up(first, second)
    elif steps := _steps(second, first):
        low, high = _ends(second, steps)
        wanted = [(min(0, a), max(n, b)) for a, b, n in zip(low, high, first.shape, strict=True)]
        first, second = (_filled_up(each, _frame(first, wanted)) for each in (first, second))
    return first, second


def _frame(volume: Volume, ends: list[tuple[int, int]]) -> Volume:
    """Return an empty volume from and to these indices of a grid; it takes no memory."""
    assert volume.affine is not None
    affine = volume.affine.copy()
    affine[:3, 3] += volume.affine[:3, : len(ends)] @ [low for low, _ in ends]
    shape = tuple(high - low for low, high in ends)
    return replace(volume, affine=affine, voxels=np.broadcast_to(np.uint8(0), shape))


def _steps(volume: Volume, other: Volume) -> _Steps | None:
    """Return how voxels are counted on the other grid; None: its points in space are others."""
    if volume.affine is None or other.affine is None:
        return None
    turn = np.linalg.inv(other.affine) @ volume.affine
    whole = np.rint(turn)
    one_each = (np.abs(whole[:3, :3]).sum(axis=0) == 1).all()
    if not one_each or not (np.abs(whole[:3, :3]).sum(axis=1) == 1).all():
        return None
    ends = [(0, size - 1) for size in volume.shape]
    corners = np.array([(*corner, 1) for corner in product(*ends)], dtype=float)
    if np.abs(corners @ (turn - whole).T).max() > CORNER_VOXELS:
        return None
    axis = np.abs(whole[:3, :3]).argmax(axis=1)
    sign = whole[np.arange(3), axis]
    return _Steps(*(tuple(int(each) for each in every) for every in (axis, sign, whole[:3, 3])))


def _ends(volume: Volume, steps: _Steps) -> tuple[list[int], list[int]]:
    """Return the first index and the one behind the last of a volume, along each axis of the other grid."""
    low, high = [], []
    for axis, sign, shift in zip(*steps, strict=True):
        size = volume.shape[axis]
        low.append(shift if sign > 0 else shift - size + 1)
        high.append(low[-1] + size)
    return low, high


def _filled_up(volume: Volume, grid: Volume) -> Volume:
    """Return a volume on a larger grid; as it is where that cannot be without loss."""
    steps = _steps(volume, grid)
    if steps is None:
        return volume
    turned = volume.voxels.transpose(steps.axis)[tuple(slice(None, None, s) for s in steps.sign)]
    low, high = _ends(volume, steps)
    inside = tuple(
        slice(max(0, -a), n - a if b > n else b - a)
        for a, b, n in zip(low, high, grid.shape, strict=True)
    )
    if _cuts_off(turned, inside):
        return volume
    voxels = np.zeros(grid.shape, dtype=volume.voxels.dtype, order="F")
    at = tuple(slice(max(0, a), min(n, b)) for a, b, n in zip(low, high, grid.shape, strict=True))
    voxels[at] = turned[inside]
    return replace(volume, voxels=voxels, affine=grid.affine, spacing_mm=grid.spacing_mm)


def _cuts_off(voxels: NDArray[np.integer], inside: tuple[slice, ...]) -> bool:
    """Return whether something that is no background lies outside."""
    return bool(np.count_nonzero(voxels) != np.count_nonzero(voxels[inside]))


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
