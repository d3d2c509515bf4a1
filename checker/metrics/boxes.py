"""The smallest box that holds everything in a volume that is not background."""

import numpy as np
from numpy.typing import NDArray

from checker.metrics.base import Bools

Box = tuple[slice, ...]


def occupied(*volumes: "NDArray[np.generic]") -> Box | None:
    """Return the smallest box outside of which every volume is zero; None where all of them are empty.

    Args:
        volumes: of one shape, whatever their order in memory.
    """
    axes = volumes[0].ndim
    there = [np.zeros(size, bool) for size in volumes[0].shape]
    for volume in volumes:
        for axis, some in enumerate(_profiles(volume)):
            np.logical_or(there[axis], some, out=there[axis])
    if not all(each.any() for each in there):
        return None
    return tuple(_span(there[axis]) for axis in range(axes))


def within(outer: Box, inner: Box) -> Box:
    """Return a box that is told inside another one as a box of the whole volume."""
    return tuple(
        slice(o.start + i.start, o.start + i.stop) for o, i in zip(outer, inner, strict=True)
    )


def _span(there: Bools) -> slice:
    at = np.flatnonzero(there)
    return slice(int(at[0]), int(at[-1]) + 1)


def _profiles(volume: "NDArray[np.generic]") -> tuple[Bools, ...]:
    """Return for each axis which of its planes hold something; one pass over the memory, in its order."""
    order = sorted(range(volume.ndim), key=lambda axis: -abs(volume.strides[axis]))
    turned = volume.transpose(order)
    outermost = _planes(turned)
    found = {order[0]: outermost}
    at = np.flatnonzero(outermost)
    if turned.ndim == 1:
        return (outermost,)
    inside = turned[at[0] : at[-1] + 1] if len(at) else turned[:0]
    flat = np.zeros(turned.shape[1:], bool)
    for plane in inside:
        np.logical_or(flat, plane, out=flat)
    for position, axis in enumerate(order[1:]):
        others = tuple(each for each in range(flat.ndim) if each != position)
        found[axis] = np.asarray(flat.any(axis=others))
    return tuple(found[axis] for axis in range(volume.ndim))


def _planes(turned: "NDArray[np.generic]") -> Bools:
    """Return which planes of the outermost axis hold something, looking at eight bytes at once where it can be."""
    if turned.dtype.kind in "bui" and turned.flags.c_contiguous:
        rows = turned.reshape(len(turned), -1)
        if rows.shape[1] * rows.itemsize % 8 == 0 and turned.dtype.itemsize < 8:
            rows = rows.view(np.uint64)
        return np.asarray(rows.any(axis=1) if rows.dtype == bool else rows.max(axis=1) != 0)
    return np.array([bool((plane != 0).any()) for plane in turned], bool)
