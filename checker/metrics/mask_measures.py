"""Everything that is measured of one case and structure: two masks in, numbers by name out."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from checker.metrics.base import Bools, Floats, Undefined
from checker.metrics.boxes import occupied
from checker.metrics.centrelines import centreline_counts
from checker.metrics.components import parts
from checker.metrics.nearest import distances, margin
from checker.metrics.surfaces import Directed, Spacing, SurfaceDistances, border, surface_distances
from checker.model.measures import (
    CENTRELINE,
    COUNTS,
    DISTANCES,
    IMAGE_VOXELS,
    LESIONS,
    OF_SETS,
    OTHER_DISTANCES,
    OVERLAP,
    VOLUMES,
    in_voxels,
    surface_dice_names,
)

NOTHING = float("nan")
SHARE = 0.95
"""Of the surface, in HD95."""
SLACK = 1 + 1e-6
"""A distance of exactly the tolerance is within it, although headers hold a spacing in seven digits."""


def measured(
    reference: Bools,
    prediction: Bools,
    spacing_mm: Spacing | None,
    *,
    tolerances_mm: Iterable[float] = (),
    vessel: bool = False,
    lesions: bool = False,
    slice_axis: int = -1,
    thorough: bool = False,
    image_voxels: int | None = None,
) -> dict[str, float]:
    """Return every measure of one structure in one case; NaN where it does not exist.

    Both masks empty: no overlap and no distance. One empty: overlap 0, the surface Dice with it, and no distance.
    Volumes need the spacing; without it distances are in voxels.

    Args:
        reference: mask, 2-D or 3-D.
        prediction: mask of the same shape, on the same grid.
        spacing_mm: along each axis; None: not known.
        tolerances_mm: at which the surface Dice is taken; none without a spacing.
        vessel: also measure centrelines.
        lesions: also count the parts that hang together.
        slice_axis: axis along which the slices of the Dice per slice lie.
        thorough: also measure what only some software means by a name (distances between sets of voxels,
            distances in voxels although the spacing is known).
        image_voxels: of the image from which the masks were cut; None: they are whole.

    Returns:
        Numbers by the names in `model.measures`; shares are fractions.
    """
    lines = (
        _centrelines(reference, prediction) if vessel else {}
    )  # thinning depends on the order of axes
    if (
        reference.strides[0] < reference.strides[-1]
    ):  # as images lie in files: the first axis runs fastest
        reference, prediction = reference.T, prediction.T
        spacing_mm = spacing_mm and spacing_mm[::-1]
        slice_axis = reference.ndim - 1 - slice_axis % reference.ndim
    whole = reference.size if image_voxels is None else image_voxels
    box = occupied(reference, prediction)
    tolerances = tuple(tolerances_mm) if spacing_mm else ()
    if box is not None:
        reference, prediction = reference[box], prediction[box]
    counts = _counts(reference, prediction, spacing_mm) | {IMAGE_VOXELS: float(whole)}
    found = {
        **counts,
        **_overlap(counts),
        **_volumes(counts),
        **_slices(reference, prediction, slice_axis),
        **(_lesions(reference, prediction) if lesions else {}),
        **lines,
    }
    spacing = spacing_mm or (1.0,) * reference.ndim
    if not (counts["reference_voxels"] and counts["predicted_voxels"]):
        return found | dict(_without_surface(counts, tolerances, thorough))
    found |= _distances(reference, prediction, spacing, tolerances)
    if thorough:
        found[OF_SETS] = _between_sets(reference, prediction, spacing)
        found |= dict(_in_voxels(reference, prediction, spacing, found))
    return found


def _without_surface(
    counts: Mapping[str, float], tolerances: tuple[float, ...], thorough: bool
) -> Iterator[tuple[str, float]]:
    more = (OF_SETS, *map(in_voxels, DISTANCES)) if thorough else ()
    yield from ((name, NOTHING) for name in (*DISTANCES, *OTHER_DISTANCES, *more))
    one = counts["reference_voxels"] or counts["predicted_voxels"]
    for each in tolerances:
        yield from ((name, 0.0 if one else NOTHING) for name in surface_dice_names(each))


def _counts(reference: Bools, prediction: Bools, spacing_mm: Spacing | None) -> dict[str, float]:
    volume = float(np.prod(spacing_mm)) / 1000 if spacing_mm and len(spacing_mm) == 3 else NOTHING
    shared = np.count_nonzero(reference & prediction)
    numbers = (np.count_nonzero(reference), np.count_nonzero(prediction), shared, volume)
    return dict(zip(COUNTS, (float(each) for each in numbers), strict=True))


def _over(above: float, below: float) -> float:
    return above / below if below else NOTHING


def _overlap(counts: Mapping[str, float]) -> dict[str, float]:
    reference, prediction, shared, _ = (counts[name] for name in COUNTS)
    image, either = counts[IMAGE_VOXELS], reference + prediction - shared
    found = (
        _over(2 * shared, reference + prediction),
        _over(shared, either),
        _over(either - shared, either),
        _over(shared, reference),
        _over(shared, prediction),
        _over(image - either, image - reference),
        _over(image - either + shared, image),
    )
    return dict(zip(OVERLAP, found, strict=True))


def _volumes(counts: Mapping[str, float]) -> dict[str, float]:
    reference, prediction, _, volume = (counts[name] for name in COUNTS)
    off = prediction - reference
    found = (
        reference * volume,
        prediction * volume,
        off * volume,
        abs(off) * volume,
        _over(off, reference),
        _over(abs(off), reference),
    )
    return dict(zip(VOLUMES, found, strict=True))


def _slices(reference: Bools, prediction: Bools, axis: int) -> dict[str, float]:
    """Return the number of slices in which a mask has a voxel, and the sum of their Dice."""
    if reference.ndim < 3:
        return {}
    others = tuple(each for each in range(reference.ndim) if each != axis % reference.ndim)
    sizes = reference.sum(axis=others) + prediction.sum(axis=others)
    shared = (reference & prediction).sum(axis=others)
    there = sizes > 0
    return {
        "slices": float(there.sum()),
        "slices_dice": float((2 * shared[there] / sizes[there]).sum()),
    }


def _lesions(reference: Bools, prediction: Bools) -> dict[str, float]:
    found = parts(reference, prediction)
    overlap = found.matched()
    touched, touching = found.touched()
    numbers: tuple[float, ...] = (
        len(found.reference),
        len(found.prediction),
        len(overlap),
        float(overlap.sum()),
        touched,
        touching,
    )
    return dict(zip(LESIONS, (float(each) for each in numbers), strict=True))


def _centrelines(reference: Bools, prediction: Bools) -> dict[str, float]:
    box = occupied(reference, prediction)
    if box is not None:
        reference, prediction = reference[box], prediction[box]
    counts = centreline_counts(reference, prediction)
    sensitivity = _over(counts.reference_inside, counts.reference)
    precision = _over(counts.prediction_inside, counts.prediction)
    both = _over(2 * sensitivity * precision, sensitivity + precision)
    if not counts.reference or not counts.prediction:
        both = 0.0 if counts.reference or counts.prediction else NOTHING
    elif sensitivity + precision == 0:
        both = 0.0
    return dict(zip(CENTRELINE, (both, sensitivity, precision), strict=True))


def _distances(
    reference: Bools, prediction: Bools, spacing: Spacing, tolerances: tuple[float, ...]
) -> dict[str, float]:
    voxels = surface_distances(reference, prediction, spacing, elements=False)
    elements = surface_distances(reference, prediction, spacing)
    return {
        **_by_voxels(voxels),
        **_by_elements(elements),
        **{
            name: _within(surfaces, tolerance * SLACK)
            for tolerance in tolerances
            for name, surfaces in zip(
                surface_dice_names(tolerance), (elements, voxels), strict=True
            )
        },
    }


def _by_voxels(found: SurfaceDistances) -> dict[str, float]:
    """Return the distances over border voxels, each counted once."""
    ways = (found.of_reference.distance, found.of_prediction.distance)
    both = np.concatenate(ways)
    means = [float(each.mean()) for each in ways]
    return {
        "hausdorff": float(both.max()),
        "hausdorff_95_voxel": max(float(np.percentile(each, 100 * SHARE)) for each in ways),
        "hausdorff_95_pooled": float(np.percentile(both, 100 * SHARE)),
        "average_surface_distance": float(both.mean()),
        "mean_average_surface_distance": sum(means) / 2,
        "root_mean_square_surface_distance": float(np.sqrt((both**2).mean())),
        "distance_of_reference": means[0],
        "distance_of_prediction": means[1],
    }


def _by_elements(found: SurfaceDistances) -> dict[str, float]:
    """Return the distances over surface elements, weighted by area."""
    ways, both = (found.of_reference, found.of_prediction), found.both
    means = [each.mean for each in ways]
    return {
        "hausdorff_95": max(each.percentile(SHARE) for each in ways),
        "hausdorff_elements": max(each.largest for each in ways),
        "hausdorff_95_elements_pooled": both.percentile(SHARE),
        "average_surface_distance_elements": both.mean,
        "mean_average_surface_distance_elements": sum(means) / 2,
        "root_mean_square_surface_distance_elements": both.root_mean_square,
        "distance_of_reference_elements": means[0],
        "distance_of_prediction_elements": means[1],
    }


def _within(found: SurfaceDistances, tolerance: float) -> float:
    ways: tuple[Directed, ...] = (found.of_reference, found.of_prediction)
    near = sum(each.within(tolerance) for each in ways)
    return near / sum(float(each.area.sum()) for each in ways)


def _between_sets(reference: Bools, prediction: Bools, spacing: Spacing) -> float:
    """Return the Hausdorff distance between the sets of voxels themselves: a voxel inside the other mask is at 0."""
    frame = [(each, each) for each in margin(spacing)]
    first, second = np.pad(reference, frame), np.pad(prediction, frame)
    farthest = 0.0
    for one, other in ((first, second), (second, first)):
        outside = np.flatnonzero(one & ~other)
        if len(outside):
            away: Floats = distances(outside, border(other), spacing)
            farthest = max(farthest, float(away.max()))
    return farthest


def _in_voxels(
    reference: Bools, prediction: Bools, spacing: Spacing, found: Mapping[str, float]
) -> Iterator[tuple[str, float]]:
    """Yield the distances as they come out where somebody forgets the spacing."""
    if len(set(spacing)) == 1:
        yield from ((in_voxels(name), found[name] / spacing[0]) for name in DISTANCES)
        return
    try:
        forgot = _distances(reference, prediction, (1.0,) * len(spacing), ())
    except Undefined:
        return
    yield from ((in_voxels(name), forgot[name]) for name in DISTANCES)
