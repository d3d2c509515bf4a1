"""The distance from each point of one set to the nearest point of another, where both lie on one regular grid."""

from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from checker.metrics.base import Bools, Codes, Floats

NEAR = 150
"""Neighbours that are looked up one after the other, nearest first, before the search tree may take over.

A lookup costs about a two-hundredth of a query of the tree, and most surface points find their partner early.
"""
FARTHER = 600
"""Neighbours that are looked up for the last few points, for which no tree is worth its making."""
FEW = 3_000
"""Points."""
LOOK, WORTH = 25, 0.1
"""After so many neighbours the tree takes over unless this share of the points was found among them."""


@lru_cache(maxsize=64)
def neighbours(spacing: tuple[float, ...]) -> tuple[NDArray[np.int64], Floats]:
    """Return the nearest offsets on a grid, the own point first, and their lengths in ascending order.

    Whole shells only: every grid point that is not listed is at least as far away as the last one.

    Returns:
        Offsets, shape (up to `FARTHER`, axes), and lengths in the unit of the spacing.
    """
    axes, finest = len(spacing), min(spacing)
    most = round(FARTHER ** (1 / axes)) + 1
    reach = [max(1, int(most * finest / each)) for each in spacing]
    offsets = np.array(list(product(*(range(-each, each + 1) for each in reach))))
    lengths = np.sqrt(((offsets * np.array(spacing)) ** 2).sum(axis=1))
    inside = lengths < min((r + 1) * s for r, s in zip(reach, spacing, strict=True))
    offsets, lengths = offsets[inside], lengths[inside]
    order = np.argsort(lengths, kind="stable")[:FARTHER]
    return offsets[order], lengths[order]


def margin(spacing: tuple[float, ...]) -> tuple[int, ...]:
    """Return how many empty points each axis needs on either side, so that a lookup stays inside the grid."""
    return tuple(int(each) for each in np.abs(neighbours(spacing)[0]).max(axis=0))


def distances(of: Codes, to: Bools, spacing: tuple[float, ...]) -> Floats:
    """Return the distance from each point to the nearest point of a set, exact to rounding.

    Args:
        of: flat indices into `to`, shape (points,).
        to: the set; the outermost `margin(spacing)` points on either side of each axis are empty.
        spacing: along each axis.

    Returns:
        Shape (points,), in the unit of the spacing; infinite where the set is empty.
    """
    found = np.full(len(of), np.inf)
    offsets, lengths = neighbours(spacing)
    strides = np.array(to.strides) // to.itemsize
    flat = to.reshape(-1)
    left, where, before = of, np.arange(len(of)), len(of)
    for at, (step, length) in enumerate(zip(offsets @ strides, lengths, strict=True)):
        if not len(left):
            return found
        if len(left) > FEW and at % LOOK == 0:
            if at >= NEAR or (at and len(left) > (1 - WORTH) * before):
                break
            before = len(left)
        hit = flat[left + step]
        found[where[hit]] = length
        left, where = left[~hit], where[~hit]
    if len(left):
        found[where] = _by_tree(left, to, spacing)
    return found


def _by_tree(of: Codes, to: Bools, spacing: tuple[float, ...]) -> Floats:
    from scipy.spatial import cKDTree

    there = np.argwhere(to)
    if not len(there):
        return np.full(len(of), np.inf)
    tree = cKDTree(there * np.array(spacing), balanced_tree=False, compact_nodes=False, leafsize=16)
    asked = np.stack(np.unravel_index(of, to.shape), axis=1) * np.array(spacing)
    return np.asarray(tree.query(asked)[0])
