"""Names of what is measured of one case and structure: columns of a table with a row for each of these pairs."""

import re
from typing import NamedTuple

EVERY = "all structures"
"""The structure of a mean over structures, each weighing the same."""
COUNTS = ("reference_voxels", "predicted_voxels", "shared_voxels", "voxel_volume_ml")
IMAGE_VOXELS = "image_voxels"
"""Of the whole image, but for those that nobody judged."""
OVERLAP = (
    "dice",
    "jaccard",
    "volumetric_overlap_error",
    "voxel_sensitivity",
    "voxel_precision",
    "voxel_specificity",
    "voxel_accuracy",
)
VOLUMES = (
    "reference_volume_ml",
    "predicted_volume_ml",
    "volume_difference_ml",
    "absolute_volume_difference_ml",
    "relative_volume_difference",
    "absolute_relative_volume_difference",
)
DISTANCES = (
    "hausdorff",
    "hausdorff_95",
    "hausdorff_95_voxel",
    "hausdorff_95_pooled",
    "average_surface_distance",
    "mean_average_surface_distance",
    "root_mean_square_surface_distance",
)
"""In mm; in voxels where the spacing is not known."""
OTHER_DISTANCES = (
    "hausdorff_elements",
    "hausdorff_95_elements_pooled",
    "average_surface_distance_elements",
    "mean_average_surface_distance_elements",
    "root_mean_square_surface_distance_elements",
    "distance_of_reference",
    "distance_of_prediction",
    "distance_of_reference_elements",
    "distance_of_prediction_elements",
)
"""Distances by other definitions in use: over surface elements, of one direction alone."""
OF_SETS = "hausdorff_sets"
"""Between the sets of voxels: a voxel inside the other mask is at 0."""
SLICES = ("slices", "slices_dice")
"""Slices in which a mask has a voxel, and the sum of their Dice."""
CENTRELINE = ("centreline_dice", "centreline_sensitivity", "centreline_precision")
LESIONS = (
    "reference_lesions",
    "predicted_lesions",
    "matched_lesions",
    "matched_overlap",
    "touched_lesions",
    "touching_lesions",
)
"""Parts of either mask, pairs that are one lesion with the sum of their overlap, parts that touch the other mask."""
SIGNED = ("volume_difference_ml", "relative_volume_difference")
SURFACE_DICE = "surface_dice"
AT_TOLERANCE = re.compile(r"surface_dice(?:_voxel)?_(\d+(?:\.\d+)?)")


def surface_dice_names(tolerance: float) -> tuple[str, str]:
    """Return the names of the surface Dice at a tolerance: by area, and by border voxels."""
    return f"{SURFACE_DICE}_{tolerance:g}", f"{SURFACE_DICE}_voxel_{tolerance:g}"


def in_voxels(name: str) -> str:
    """Return the name of a distance that is counted in voxels although the spacing is known."""
    return f"{name}_in_voxels"


NAMES = (
    *COUNTS,
    IMAGE_VOXELS,
    *OVERLAP,
    *VOLUMES,
    *DISTANCES,
    *OTHER_DISTANCES,
    OF_SETS,
    *map(in_voxels, DISTANCES),
    *SLICES,
    *CENTRELINE,
    *LESIONS,
)
"""All but the surface Dice, whose names hold the tolerance."""


class Bounds(NamedTuple):
    """Between which numbers a measure lies."""

    low: float
    high: float
    words: str


def bounds(name: str) -> Bounds:
    """Return the smallest and the largest possible value of a measure."""
    if name in SIGNED:
        return Bounds(float("-inf"), float("inf"), "a number")
    if name in (*OVERLAP, *CENTRELINE) or AT_TOLERANCE.fullmatch(name):
        return Bounds(0.0, 1.0, "0 to 1")
    return Bounds(0.0, float("inf"), "0 or more")


def is_measure(name: str) -> bool:
    """Return whether a column of this name is a measure."""
    return name in NAMES or AT_TOLERANCE.fullmatch(name) is not None


def tolerance_of(name: str) -> float | None:
    """Return the tolerance of a surface Dice, None of another measure."""
    found = AT_TOLERANCE.fullmatch(name)
    return float(found[1]) if found else None
