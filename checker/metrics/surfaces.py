"""Surfaces of masks: border voxels and surface elements, and the distances between two surfaces."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product

import numpy as np

from checker.metrics.base import Bools, Floats, Undefined
from checker.metrics.nearest import distances, margin

Spacing = tuple[float, ...]
Corners = frozenset[tuple[int, ...]]

ONE_EMPTY = "one of both masks is empty, so there is no surface to measure to"


@dataclass(frozen=True, slots=True, eq=False)
class Directed:
    """Distances from each point of one surface to the nearest point of the other, and what each point stands for."""

    distance: Floats
    """Shape (points,)."""
    area: Floats
    """Area of the surface element (3-D) or length of the contour (2-D); 1 for border voxels."""

    @property
    def largest(self) -> float:
        """Return the largest distance."""
        return float(self.distance.max())

    @property
    def mean(self) -> float:
        """Return the mean distance, weighted by area."""
        return float(self.distance @ self.area / self.area.sum())

    @property
    def root_mean_square(self) -> float:
        """Return the root of the mean squared distance, weighted by area."""
        return float(np.sqrt(self.distance**2 @ self.area / self.area.sum()))

    def percentile(self, share: float) -> float:
        """Return the smallest distance within which this share of the area lies."""
        order = np.argsort(self.distance)
        covered = np.cumsum(self.area[order]) / self.area.sum()
        at = min(int(np.searchsorted(covered, share)), len(order) - 1)
        return float(self.distance[order[at]])

    def within(self, tolerance: float) -> float:
        """Return the area within a tolerance."""
        return float(self.area[self.distance <= tolerance].sum())


@dataclass(frozen=True, slots=True)
class SurfaceDistances:
    """Both directions between the surfaces of a reference and a prediction."""

    of_reference: Directed
    of_prediction: Directed

    @property
    def both(self) -> Directed:
        """Return the points of both surfaces together."""
        pairs = (self.of_reference, self.of_prediction)
        return Directed(
            np.concatenate([each.distance for each in pairs]),
            np.concatenate([each.area for each in pairs]),
        )


def surface_distances(
    reference: Bools, prediction: Bools, spacing: Spacing, *, elements: bool = True
) -> SurfaceDistances:
    """Return the distances between the surfaces of two masks, in the unit of the spacing.

    Args:
        reference: mask, 2-D or 3-D.
        prediction: mask of the same shape.
        spacing: along each axis.
        elements: surface elements, each weighted by its area (Nikolov et al. 2021, section 4.2): a surface lies
            between voxels, so plates one voxel thick have two sides. False: border voxels, each counted once:
            voxels of the mask that share a face (an edge in 2-D) with the background, or lie at the image's border.

    Raises:
        Undefined: a mask is empty.
    """
    if not (reference.any() and prediction.any()):
        raise Undefined(ONE_EMPTY)
    frame = [(each + 1, each + 1) for each in margin(spacing)]
    first, second = (np.pad(mask, frame) for mask in (reference, prediction))
    if elements:
        return _between_elements(_codes(first), _codes(second), spacing)
    borders = border(first), border(second)
    ones = (np.ones(int(np.count_nonzero(each))) for each in borders)
    return _between(*borders, next(ones), next(ones), spacing)


def border(mask: Bools) -> Bools:
    """Return the voxels of a mask that have a neighbour across a face in the background; outside is background."""
    inner = mask.copy(order="K")
    for axis in range(mask.ndim):
        ahead, behind = _shifted(mask.ndim, axis)
        inner[ahead] &= mask[behind]
        inner[behind] &= mask[ahead]
        for end in (0, -1):
            inner[(slice(None),) * axis + (end,)] = False
    return np.asarray(mask & ~inner)


def _shifted(axes: int, axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    whole = [slice(None)] * axes
    ahead, behind = whole.copy(), whole.copy()
    ahead[axis], behind[axis] = slice(1, None), slice(None, -1)
    return tuple(ahead), tuple(behind)


def _codes(mask: Bools) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """Return which of the voxels around each grid corner are in the mask: bit i + 2 j + 4 k is that at (i, j, k)."""
    found = mask.view(np.uint8)
    width = 1
    for axis in range(mask.ndim):
        ahead, behind = _shifted(mask.ndim, axis)
        found = found[behind] | (found[ahead] << np.uint8(width))
        width *= 2
    return np.ascontiguousarray(found)


def _between_elements(
    first: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]",
    second: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]",
    spacing: Spacing,
) -> SurfaceDistances:
    areas = element_areas(spacing)
    whole = np.uint8(len(areas) - 1)
    # neither no corner (0) nor every one: what is below 0 wraps around
    surfaces = first - np.uint8(1) < whole - np.uint8(1), second - np.uint8(1) < whole - np.uint8(1)
    return _between(*surfaces, areas[first[surfaces[0]]], areas[second[surfaces[1]]], spacing)


def _between(
    first: Bools, second: Bools, area: Floats, other_area: Floats, spacing: Spacing
) -> SurfaceDistances:
    return SurfaceDistances(
        Directed(distances(np.flatnonzero(first), second, spacing), area),
        Directed(distances(np.flatnonzero(second), first, spacing), other_area),
    )


@lru_cache(maxsize=64)
def element_areas(spacing: Spacing) -> Floats:
    """Return the area of the surface inside the cell between neighbouring voxel centres, by the voxels in the mask.

    The surface is that of marching cubes (Lorensen & Cline 1987) through the midpoints of the cell's edges: it cuts
    off each group of corners that hang together along edges; where more than half of the corners are in the mask,
    the groups of the others. In 2-D it is the length of the contour.

    Returns:
        Shape (256,) in 3-D, (16,) in 2-D: by code, bit i + 2 j + 4 k for the corner (i, j, k); 0 without a surface.
    """
    corners = [each[::-1] for each in product((0, 1), repeat=len(spacing))]
    return np.array(
        [
            _cell_area(
                frozenset(each for bit, each in enumerate(corners) if code >> bit & 1), spacing
            )
            for code in range(2 ** len(corners))
        ]
    )


def _cell_area(inside: Corners, spacing: Spacing) -> float:
    every = frozenset(product((0, 1), repeat=len(spacing)))
    fewer = inside if 2 * len(inside) <= len(every) else every - inside
    cut = _cut_in_space if len(spacing) == 3 else _cut_in_plane
    return sum(cut(group, spacing) for group in _groups(fewer))


def _groups(corners: Corners) -> Iterator[Corners]:
    """Yield the corners that hang together along edges."""
    left = set(corners)
    while left:
        group, fresh = set[tuple[int, ...]](), {left.pop()}
        while fresh:
            group |= fresh
            fresh = {each for each in left if any(len(_axes(each, one)) == 1 for one in fresh)}
            left -= fresh
        yield frozenset(group)


def _axes(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    """Return the axes along which two corners differ."""
    return tuple(axis for axis, (a, b) in enumerate(zip(one, other, strict=True)) if a != b)


def _edges(group: Corners) -> list[int]:
    """Return the axis of each edge between two corners of a group."""
    pairs = (_axes(one, other) for one, other in combinations(sorted(group), 2))
    return [axes[0] for axes in pairs if len(axes) == 1]


def _cut_in_plane(group: Corners, spacing: Spacing) -> float:
    edges = _edges(group)
    return spacing[edges[0]] if edges else float(np.hypot(spacing[0], spacing[1])) / 2


def _cut_in_space(group: Corners, spacing: Spacing) -> float:
    """Return the area that cuts a group of one to four corners off; triangles by their normals at unit spacing."""
    edges = _edges(group)
    along = sorted(set(edges))
    if len(group) == 1:
        return _area(spacing, 1 / 8, 1 / 8, 1 / 8)
    if len(group) == 2:
        return 2 * _area_of(spacing, {axis: 1 / 4 for axis in range(3) if axis not in along})
    if len(along) == 2:  # three corners of a face, or all four
        across = next(axis for axis in range(3) if axis not in along)
        if len(group) == 4:
            return _area_of(spacing, {across: 1.0})
        return _area_of(spacing, {across: 1 / 2}) + _area(spacing, 3 / 8, 3 / 8, 3 / 8)
    middle = _middle(group)
    if middle is None:  # one corner and its three neighbours: a plane hexagon
        return _area(spacing, 3 / 4, 3 / 4, 3 / 4)
    others = (axis for axis in range(3) if axis != middle)
    sides = (_area_of(spacing, {middle: 1 / 4, axis: 1 / 4}) for axis in others)
    return _area(spacing, 1 / 2, 1 / 2, 1 / 2) + sum(sides)


def _middle(group: Corners) -> int | None:
    """Return the axis of the middle edge of a path through four corners; None: all edges meet in one corner."""
    for one, other in combinations(sorted(group), 2):
        axes = _axes(one, other)
        if len(axes) == 3:  # the ends of the path
            inner = sorted(group - {one, other})
            return _axes(*inner)[0]
    return None


def _area(spacing: Spacing, *normal: float) -> float:
    volume = float(np.prod(spacing))
    return float(np.sqrt(sum((n * volume / s) ** 2 for n, s in zip(normal, spacing, strict=True))))


def _area_of(spacing: Spacing, normal: dict[int, float]) -> float:
    return _area(spacing, *(normal.get(axis, 0.0) for axis in range(3)))
