"""Lesions in masks: parts of a mask that hang together, and which part of the prediction is which of the reference."""

from dataclasses import dataclass

import numpy as np

from checker.metrics.base import Bools, Floats

MORE_THAN_HALF = 0.5
"""Two parts are one lesion if their intersection over union is larger: no part then fits two (Kirillov et al. 2019)."""


@dataclass(frozen=True, slots=True)
class Parts:
    """How the parts of a reference and of a prediction overlap."""

    reference: Floats
    """Voxels of each part of the reference, shape (lesions,)."""
    prediction: Floats
    """Voxels of each part of the prediction, shape (marks,)."""
    shared: Floats
    """Voxels that a part of each share, shape (lesions, marks)."""

    @property
    def overlap(self) -> Floats:
        """Return the intersection over union of each pair, shape (lesions, marks)."""
        union = self.reference[:, None] + self.prediction[None, :] - self.shared
        return np.asarray(self.shared / union)

    def matched(self) -> Floats:
        """Return the intersection over union of the pairs that are one lesion (`MORE_THAN_HALF`)."""
        found = self.overlap
        return np.asarray(found[found > MORE_THAN_HALF])

    def touched(self) -> tuple[int, int]:
        """Return the parts of the reference, and of the prediction, that share a voxel with the other mask."""
        touching = self.shared > 0
        return int(touching.any(axis=1).sum()), int(touching.any(axis=0).sum())


def parts(reference: Bools, prediction: Bools, *, corners: bool = True) -> Parts:
    """Return the parts of two masks of one shape.

    Args:
        reference: mask, 2-D or 3-D.
        prediction: mask.
        corners: voxels that touch in an edge or a corner hang together (26 neighbours in 3-D, 8 in 2-D); False:
            only those that share a face (6 and 4).
    """
    from scipy import ndimage

    neighbours = ndimage.generate_binary_structure(reference.ndim, reference.ndim if corners else 1)
    (first, lesions), (second, marks) = (
        ndimage.label(mask, structure=neighbours) for mask in (reference, prediction)
    )
    both = reference & prediction
    pairs = (first[both].astype(np.int64) - 1) * marks + second[both] - 1
    shared = np.bincount(pairs, minlength=lesions * marks).reshape(lesions, marks)
    sizes = (
        np.bincount(labels[mask], minlength=count + 1)[1:]
        for labels, mask, count in ((first, reference, lesions), (second, prediction, marks))
    )
    return Parts(next(sizes).astype(float), next(sizes).astype(float), shared.astype(float))
