"""Distances between surfaces, and differences of volume, over patients."""

from collections.abc import Callable

import numpy as np

from checker.metrics.base import Codes, Floats, metric
from checker.metrics.patients import Weight
from checker.metrics.segmentation import (
    OVER_CASES,
    TASK,
    Chosen,
    counted,
    empties,
    summarised,
    without_distance,
)
from checker.model.measures import surface_dice_names

ALL = (-np.inf, np.inf)
LENGTH = (0, np.inf)


def _cases(name: str) -> Callable[..., int]:
    def cases(chosen: Chosen) -> int:
        return counted(chosen.of(name))

    return cases


def _of_distance(chosen: Chosen, spacing_known: bool) -> str:
    unit = "" if spacing_known else "In voxels: the masks carry no spacing."
    return " ".join(filter(None, (unit, without_distance(chosen))))


@metric(
    "hausdorff", task=TASK, goal="lower", bounds=LENGTH, source="huttenlocher-1993",
    places=OVER_CASES, cases=_cases("hausdorff"), beside=_of_distance, per_case=True,
)  # fmt: skip
def hausdorff(chosen: Chosen, summary: str, patient: Codes, weight: Weight) -> Floats:
    """Return the largest distance of a border voxel of either mask to the other border (Huttenlocher et al. 1993)."""
    return summarised(chosen.of("hausdorff"), summary, patient, weight)


@metric(
    "hausdorff_95", task=TASK, goal="lower", bounds=LENGTH, source="nikolov-2021",
    places=OVER_CASES, cases=_cases("hausdorff_95"), beside=_of_distance, per_case=True,
)  # fmt: skip
def hausdorff_95(chosen: Chosen, summary: str, patient: Codes, weight: Weight) -> Floats:
    """Return the larger of the two directed 95th percentiles, over surface elements weighted by area."""
    return summarised(chosen.of("hausdorff_95"), summary, patient, weight)


@metric(
    "hausdorff_95_voxel", task=TASK, goal="lower", bounds=LENGTH, source="maier-hein-2024",
    places=OVER_CASES, cases=_cases("hausdorff_95_voxel"), beside=_of_distance, per_case=True,
)  # fmt: skip
def hausdorff_95_voxel(chosen: Chosen, summary: str, patient: Codes, weight: Weight) -> Floats:
    """Return the larger of the two directed 95th percentiles over border voxels, interpolated."""
    return summarised(chosen.of("hausdorff_95_voxel"), summary, patient, weight)


@metric(
    "hausdorff_95_pooled", task=TASK, goal="lower", bounds=LENGTH, source="maier-hein-2024",
    places=OVER_CASES, cases=_cases("hausdorff_95_pooled"), beside=_of_distance, per_case=True,
)  # fmt: skip
def hausdorff_95_pooled(chosen: Chosen, summary: str, patient: Codes, weight: Weight) -> Floats:
    """Return the 95th percentile of the distances of both borders together."""
    return summarised(chosen.of("hausdorff_95_pooled"), summary, patient, weight)


@metric(
    "average_surface_distance", task=TASK, goal="lower", bounds=LENGTH, source="heimann-2009",
    places=OVER_CASES, cases=_cases("average_surface_distance"), beside=_of_distance,
    per_case=True,
)  # fmt: skip
def average_surface_distance(
    chosen: Chosen, summary: str, patient: Codes, weight: Weight
) -> Floats:
    """Return the mean distance of the border voxels of both masks together (ASSD; Heimann et al. 2009)."""
    return summarised(chosen.of("average_surface_distance"), summary, patient, weight)


@metric(
    "mean_average_surface_distance", task=TASK, goal="lower", bounds=LENGTH,
    source="maier-hein-2024", places=OVER_CASES, cases=_cases("mean_average_surface_distance"),
    beside=_of_distance, per_case=True,
)  # fmt: skip
def mean_average_surface_distance(
    chosen: Chosen, summary: str, patient: Codes, weight: Weight
) -> Floats:
    """Return the mean of the two directed mean distances over border voxels (MASD)."""
    return summarised(chosen.of("mean_average_surface_distance"), summary, patient, weight)


@metric(
    "root_mean_square_surface_distance", task=TASK, goal="lower", bounds=LENGTH,
    source="heimann-2009", places=OVER_CASES, cases=_cases("root_mean_square_surface_distance"),
    beside=_of_distance, per_case=True,
)  # fmt: skip
def root_mean_square_surface_distance(
    chosen: Chosen, summary: str, patient: Codes, weight: Weight
) -> Floats:
    """Return the root of the mean squared distance of the border voxels of both masks (RMSD; Heimann et al. 2009)."""
    found = chosen.of("root_mean_square_surface_distance")
    return summarised(found, summary, patient, weight)


def _near(chosen: Chosen, tolerance_mm: float) -> int:
    return counted(chosen.of(surface_dice_names(tolerance_mm)[0]))


@metric(
    "surface_dice", task=TASK, goal="higher", bounds=(0, 1), source="nikolov-2021",
    places=OVER_CASES, cases=_near, beside=empties, per_case=True,
)  # fmt: skip
def surface_dice(
    chosen: Chosen, tolerance_mm: float, summary: str, patient: Codes, weight: Weight
) -> Floats:
    """Return the share of both surfaces, by area, within a tolerance of the other (NSD; Nikolov et al. 2021)."""
    return summarised(chosen.of(surface_dice_names(tolerance_mm)[0]), summary, patient, weight)


@metric(
    "reference_volume_ml", task=TASK, goal="target", bounds=LENGTH, source="heimann-2009",
    places=OVER_CASES, cases=_cases("reference_volume_ml"), per_case=True,
)  # fmt: skip
def reference_volume_ml(chosen: Chosen, summary: str, patient: Codes, weight: Weight) -> Floats:
    """Return the volume of the reference in ml."""
    return summarised(chosen.of("reference_volume_ml"), summary, patient, weight)


@metric(
    "predicted_volume_ml", task=TASK, goal="target", bounds=LENGTH, source="heimann-2009",
    places=OVER_CASES, cases=_cases("predicted_volume_ml"), per_case=True,
)  # fmt: skip
def predicted_volume_ml(chosen: Chosen, summary: str, patient: Codes, weight: Weight) -> Floats:
    """Return the volume of the prediction in ml."""
    return summarised(chosen.of("predicted_volume_ml"), summary, patient, weight)


@metric(
    "volume_difference_ml", task=TASK, goal="target", bounds=ALL, source="heimann-2009",
    places=OVER_CASES, cases=_cases("volume_difference_ml"), per_case=True,
)  # fmt: skip
def volume_difference_ml(chosen: Chosen, summary: str, patient: Codes, weight: Weight) -> Floats:
    """Return predicted minus reference volume in ml."""
    return summarised(chosen.of("volume_difference_ml"), summary, patient, weight)


@metric(
    "absolute_volume_difference_ml", task=TASK, goal="lower", bounds=LENGTH,
    source="heimann-2009", places=OVER_CASES, cases=_cases("absolute_volume_difference_ml"),
    per_case=True,
)  # fmt: skip
def absolute_volume_difference_ml(
    chosen: Chosen, summary: str, patient: Codes, weight: Weight
) -> Floats:
    """Return the size of the volume difference in ml."""
    return summarised(chosen.of("absolute_volume_difference_ml"), summary, patient, weight)


@metric(
    "relative_volume_difference", task=TASK, goal="target", bounds=ALL, source="heimann-2009",
    places=OVER_CASES, cases=_cases("relative_volume_difference"), per_case=True,
)  # fmt: skip
def relative_volume_difference(
    chosen: Chosen, summary: str, patient: Codes, weight: Weight
) -> Floats:
    """Return the volume difference over the reference volume (Heimann et al. 2009)."""
    return summarised(chosen.of("relative_volume_difference"), summary, patient, weight)


@metric(
    "absolute_relative_volume_difference", task=TASK, goal="lower", bounds=LENGTH,
    source="heimann-2009", places=OVER_CASES, cases=_cases("absolute_relative_volume_difference"),
    per_case=True,
)  # fmt: skip
def absolute_relative_volume_difference(
    chosen: Chosen, summary: str, patient: Codes, weight: Weight
) -> Floats:
    """Return the size of the volume difference over the reference volume."""
    return summarised(chosen.of("absolute_relative_volume_difference"), summary, patient, weight)
