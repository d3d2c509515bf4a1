"""Centrelines of vessels: how much of each lies inside the other mask."""

from typing import Any, NamedTuple

import numpy as np

from checker.metrics.base import Bools

METHOD = "thinning of Lee, Kashyap and Chu 1994 (scikit-image)"


class CentrelineCounts(NamedTuple):
    """Voxels of both centrelines, and how many lie inside the other mask."""

    reference: int
    reference_inside: int
    prediction: int
    prediction_inside: int


def centreline_counts(reference: Bools, prediction: Bools) -> CentrelineCounts:
    """Return what centreline Dice counts (Shit et al. 2021), after thinning both masks to lines one voxel wide.

    Args:
        reference: mask, 2-D or 3-D.
        prediction: mask of the same shape.

    Raises:
        ModuleNotFoundError: scikit-image is not installed.
    """
    lines = [centreline(each) for each in (reference, prediction)]
    return CentrelineCounts(
        int(np.count_nonzero(lines[0])),
        int(np.count_nonzero(lines[0] & prediction)),
        int(np.count_nonzero(lines[1])),
        int(np.count_nonzero(lines[1] & reference)),
    )


def centreline(mask: Bools) -> Bools:
    """Return the centreline of a mask as voxels (`METHOD`; in 2-D, Zhang and Suen 1984)."""
    from skimage.morphology import skeletonize

    if not mask.any():
        return np.zeros_like(mask)
    method = "lee" if mask.ndim == 3 else "zhang"
    framed = np.pad(mask, 1)
    thinned: Any = skeletonize
    found = thinned(framed, method=method).astype(bool)
    return np.asarray(found[(slice(1, -1),) * mask.ndim])
