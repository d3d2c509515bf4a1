"""What is measured of one saliency map: where its saliency lies, beside what a region's area gives by chance."""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from checker.metrics.base import Bools, Floats, Undefined
from checker.metrics.classical_tests import shared_ranks
from checker.model.maps import AREA, ENERGY, PEAK, TOP, TOP_BY_CHANCE

Values = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Top:
    """Which voxels of a map are its top; neither number: as many as the region has."""

    threshold: float | None = None
    """Voxels with at least this share of the largest saliency."""
    share: float | None = None
    """This share of the voxels that are searched, those with the largest saliency."""

    @property
    def words(self) -> str:
        """Return what the top is, as it stands in a sentence."""
        if self.threshold is not None:
            return f"voxels with at least {self.threshold:g} of the largest saliency"
        if self.share is not None:
            return f"the {100 * self.share:g}% of voxels with the largest saliency"
        return "as many voxels as the region has, those with the largest saliency"


AS_THE_REGION = Top()


def saliency(values: Values, *, absolute: bool = False) -> Values:
    """Return the saliency that counts: the positive values, or with `absolute` the size of all of them.

    Args:
        values: a map, any shape, finite.
        absolute: values below 0 count as much as those above.
    """
    if not values.size or values.min() >= 0:
        return values
    return np.abs(values) if absolute else np.maximum(values, 0)


def measured_map(found: Values, region: Bools, top: Top = AS_THE_REGION) -> dict[str, float]:
    """Return every measure of a map and a region by its name; what does not exist is not among them.

    Without saliency there is the share of the area alone; of a region without a voxel nothing.

    Args:
        found: shape (voxels,): saliency of the voxels that are searched, 0 or more (`saliency`).
        region: shape (voxels,): which of them lie in the region.
        top: which voxels are compared with the region.
    """
    area = area_share(region)
    if not area:
        return {}
    if not len(found) or not found.max() > 0:
        return {AREA: area}
    overlap, by_chance = top_overlap(found, region, top)
    return {
        ENERGY: energy_share(found, region),
        AREA: area,
        PEAK: peak_share(found, region),
        TOP: overlap,
        TOP_BY_CHANCE: by_chance,
    }


def area_share(region: Bools) -> float:
    """Return the share of the voxels searched that lie in the region: of saliency without any aim the expected share.

    0 where no voxel is searched.
    """
    return float(np.count_nonzero(region) / len(region)) if len(region) else 0.0


def energy_share(found: Values, region: Bools) -> float:
    """Return the share of all saliency that lies in the region (energy-based pointing game, Wang et al. 2020).

    Raises:
        Undefined: there is no saliency.
    """
    every = float(found.sum(dtype=np.float64))
    if not every > 0:
        raise Undefined("the map has no saliency")
    return min(1.0, float(found[region].sum(dtype=np.float64)) / every)


def peak_share(found: Values, region: Bools) -> float:
    """Return 1 where the largest saliency lies in the region, else 0 (pointing game, Zhang et al. 2018).

    Of several voxels with the largest saliency the share that lies in the region: the chance that one of them,
    drawn at random, does. There is no tolerance around the region.

    Raises:
        Undefined: there is no saliency.
    """
    if not len(found) or not found.max() > 0:
        raise Undefined("the map has no saliency")
    peak = found == found.max()
    return float(np.count_nonzero(peak & region) / np.count_nonzero(peak))


def top_overlap(found: Values, region: Bools, top: Top = AS_THE_REGION) -> tuple[float, float]:
    """Return the Dice of the top of a map and the region, and what a top of that size laid at random gives.

    Where more voxels share a saliency than the top still has room for, as large a part of them counts. Voxels
    without saliency are never in the top. By chance k voxels out of n meet k r / n of a region of r voxels, so that
    the Dice is 2 k r / (n (k + r)) on average.

    Raises:
        Undefined: there is no saliency, the region has no voxel, or the top has none.
    """
    size = int(np.count_nonzero(region))
    if not size or not found.max() > 0:
        raise Undefined("the map has no saliency, or the region no voxel")
    inside, count = _top(found, region, top, size)
    if not count:
        raise Undefined("the top of the map has no voxel")
    by_chance = 2 * count * size / (len(found) * (count + size))
    return 2 * inside / (count + size), by_chance


def _top(found: Values, region: Bools, top: Top, size: int) -> tuple[float, float]:
    """Return how many voxels of the top lie in the region, and how many there are."""
    if top.threshold is not None:
        active = (found >= top.threshold * found.max()) & (found > 0)
        return float(np.count_nonzero(active & region)), float(np.count_nonzero(active))
    asked = size if top.share is None else max(1, round(top.share * len(found)))
    count = min(asked, int(np.count_nonzero(found > 0)))
    last = np.partition(found, len(found) - count)[len(found) - count]
    above, tied = found > last, found == last
    room = count - np.count_nonzero(above)
    part = room / np.count_nonzero(tied)
    inside = np.count_nonzero(above & region) + part * np.count_nonzero(tied & region)
    return float(inside), float(count)


def rank_similarity(first: Values, second: Values) -> float:
    """Return Spearman's rank correlation of two maps over their voxels; tied voxels share their mean rank.

    Args:
        first: shape (voxels,).
        second: likewise.

    Raises:
        Undefined: a map has the same value everywhere.
    """
    ranks = [shared_ranks(cast(Floats, each))[0] for each in (first, second)]
    off = [each - each.mean() for each in ranks]
    below = float(np.sqrt((off[0] @ off[0]) * (off[1] @ off[1])))
    if not below > 0:
        raise Undefined("a map has the same value everywhere")
    return max(-1.0, min(1.0, float(off[0] @ off[1]) / below))


def is_flat(values: Values) -> bool:
    """Return whether a map has the same value everywhere."""
    return not len(values) or bool(values.min() == values.max())
