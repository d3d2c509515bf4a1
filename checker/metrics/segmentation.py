"""The task segmentation: what was measured of each case and structure, and how it is summarised over patients."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from checker.metrics.base import (
    Bools,
    Codes,
    Floats,
    Undefined,
    derived,
    over,
    task,
)
from checker.metrics.patients import ByPatient, Weight, sums_by_patient, totals
from checker.model.measures import CENTRELINE, EVERY, LESIONS
from checker.needs import DoesNotApply

TASK = "segmentation"
OVER_CASES: Mapping[str, Sequence[object]] = {"summary": ("mean", "median")}
WITH_POOLED: Mapping[str, Sequence[object]] = {"summary": ("mean", "median", "pooled")}
BOTH_EMPTY = "both masks are empty in every case"
ONE_EMPTY = "a mask is empty in every case"


@task(
    TASK,
    "measures",
    incomplete="a case has no measure",
    defaults={"quantities": (), "structures": ("structure",), "tolerance_mm": None},
)
def measured_cases(measures: ArrayLike) -> tuple[Bools, tuple[Floats]]:
    """Return which cases have a measure, and these cases.

    Args:
        measures: shape (cases, structures, quantities), as `mask_measures.measured` names them; NaN where a
            structure was not scored in a case, or a quantity does not exist for it.
    """
    found = np.asarray(measures, float)
    known = ~np.isnan(found).all(axis=(1, 2))
    return known, (found[known],)


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """The measures of one structure, or of all."""

    measures: Floats
    """Shape (cases, structures chosen, quantities)."""
    at: Mapping[str, int]

    def has(self, name: str) -> bool:
        """Return whether the quantity is there for some case."""
        return not np.isnan(self.look(name)).all()

    def look(self, name: str) -> Floats:
        """Return a quantity as it was measured, or made from others, shape (cases, structures); NaN where it is not."""
        if name in self.at:
            return np.asarray(self.measures[..., self.at[name]])
        for make, names in MADE_FROM.get(name, ()):
            if all(each in self.at for each in names):
                with np.errstate(divide="ignore", invalid="ignore"):
                    return np.asarray(make(*(self.look(each) for each in names)))
        return np.full(self.measures.shape[:2], np.nan)

    def of(self, name: str) -> Floats:
        """Return a quantity, shape (cases, structures that have it); NaN where it does not exist.

        Raises:
            DoesNotApply: it was not measured; or the mean over structures is asked, and one structure has it.
            Undefined: it was, and exists for no case.
        """
        found = self.look(name)
        missing = np.isnan(found)
        if not missing.all():
            kept = np.asarray(found[:, ~missing.all(axis=0)])
            if kept.shape[1] == 1 < found.shape[1]:
                raise DoesNotApply(f"one structure has {name}")
            return kept
        of_every_mask = name not in (*CENTRELINE, *LESIONS)
        if not of_every_mask or not self.has("reference_voxels") or self.there("both").any():
            raise DoesNotApply(f"{name} was not measured")
        raise Undefined(ONE_EMPTY if self.there("either").any() else BOTH_EMPTY)

    def there(self, which: str) -> Bools:
        """Return where both masks have a voxel, or either of them; shape (cases, structures chosen)."""
        sizes = [self.look(name) > 0 for name in ("reference_voxels", "predicted_voxels")]
        return np.asarray(sizes[0] & sizes[1] if which == "both" else sizes[0] | sizes[1])


Made = tuple[Callable[..., Floats], tuple[str, ...]]
VOXELS = ("reference_voxels", "predicted_voxels", "shared_voxels")
BOTH_VOLUMES = ("reference_volume_ml", "predicted_volume_ml")
ERROR = "volumetric_overlap_error"
MADE_FROM: Mapping[str, tuple[Made, ...]] = {
    "dice": (
        (lambda jaccard: 2 * jaccard / (1 + jaccard), ("jaccard",)),
        (lambda error: 2 * (1 - error) / (2 - error), (ERROR,)),
    ),
    "jaccard": ((lambda dice: dice / (2 - dice), ("dice",)), (lambda error: 1 - error, (ERROR,))),
    ERROR: (
        (lambda jaccard: 1 - jaccard, ("jaccard",)),
        (lambda dice: 2 * (1 - dice) / (2 - dice), ("dice",)),
    ),
    "voxel_sensitivity": ((lambda a, b, both: both / a, VOXELS),),
    "voxel_precision": ((lambda a, b, both: both / b, VOXELS),),
    "volume_difference_ml": ((lambda a, b: b - a, BOTH_VOLUMES),),
    "absolute_volume_difference_ml": ((lambda a, b: abs(b - a), BOTH_VOLUMES),),
    "relative_volume_difference": ((lambda a, b: (b - a) / a, BOTH_VOLUMES),),
    "absolute_relative_volume_difference": ((lambda a, b: abs(b - a) / a, BOTH_VOLUMES),),
}
"""What follows from other measures where a table has these alone."""


@derived(TASK)
def chosen(
    measures: Floats, quantities: Sequence[str], structures: Sequence[str], structure: str
) -> Chosen:
    """Return the measures of the structure.

    Raises:
        DoesNotApply: the mean over structures is asked of one structure.
    """
    at = {name: i for i, name in enumerate(quantities)}
    if structure == EVERY:
        if len(structures) < 2:
            raise DoesNotApply("there is one structure")
        return Chosen(measures, at)
    found = tuple(structures).index(structure)
    return Chosen(measures[:, found : found + 1], at)


def summarised(values: Floats, summary: str, patient: Codes, weight: Weight) -> Floats:
    """Return the mean or median over patients, of several structures the mean over them.

    A patient with several cases counts once, with the mean over the cases that have a value.

    Args:
        values: shape (cases, structures), NaN where there is none.
        summary: mean or median.
        patient: shape (cases,): codes 0, 1, ... without gaps.
        weight: as in `patients`.
    """
    make = mean_over_patients if summary == "mean" else median_over_patients
    found = [make(values[:, each], patient, weight) for each in range(values.shape[1])]
    return np.asarray(sum(found) / len(found))


def of_patients(values: Floats, patient: Codes) -> Floats:
    """Return the mean of each patient over the cases that have a value, NaN without one; shape (patients,)."""
    sums = sums_by_patient(
        patient, np.where(np.isnan(values), 0.0, values), ~np.isnan(values) * 1.0
    )
    nothing = np.full(len(sums), np.nan)
    return np.asarray(np.divide(sums[:, 0], sums[:, 1], out=nothing, where=sums[:, 1] > 0))


NOBODY = "no patient has a value"


def mean_over_patients(values: Floats, patient: Codes, weight: Weight) -> Floats:
    """Return the mean over patients of their means."""
    each = of_patients(values, patient)
    there = ~np.isnan(each)
    found, counted = totals(np.column_stack([np.where(there, each, 0.0), there * 1.0]), weight)
    return over(found, counted, NOBODY)


def median_over_patients(values: Floats, patient: Codes, weight: Weight) -> Floats:
    """Return the median over patients of their means; halfway between the middle two of an even number."""
    each = of_patients(values, patient)
    if isinstance(weight, str):
        return each
    order = np.argsort(each)[: int(np.count_nonzero(~np.isnan(each)))]
    if not len(order):
        raise Undefined(NOBODY)
    if weight is None:
        return np.asarray(np.median(each[order]))
    upto = np.cumsum(weight[..., order], axis=-1)
    people = upto[..., -1:]
    middle = [
        np.minimum((upto <= rank).sum(axis=-1), len(order) - 1)
        for rank in ((people - 1) // 2, people // 2)
    ]
    found = (each[order][middle[0]] + each[order][middle[1]]) / 2
    return np.where(people[..., 0] > 0, found, np.nan)


def sums_of(values: Floats, patient: Codes) -> ByPatient:
    """Return the sums over the cases of each patient, shape (patients, structures); a missing value adds nothing."""
    return sums_by_patient(patient, *np.nan_to_num(values).T)


def pooled(
    above: Sequence[tuple[float, Floats]],
    below: Sequence[tuple[float, Floats]],
    patient: Codes,
    weight: Weight,
) -> Floats:
    """Return a quotient of sums over all cases; of several structures the mean over them.

    Args:
        above: factors and values, shape (cases, structures), that are added up above.
        below: the same below.
        patient: shape (cases,).
        weight: as in `patients`.
    """
    sums = [
        np.asarray(
            sum(factor * totals(sums_of(values, patient), weight) for factor, values in part)
        )
        for part in (above, below)
    ]
    quotients = [over(a, b, BOTH_EMPTY) for a, b in zip(*sums, strict=True)]
    return np.asarray(sum(quotients) / len(quotients))


def counted(values: Floats) -> int:
    """Return the number of cases with a value of some structure."""
    return int(np.count_nonzero(~np.isnan(values).all(axis=1)))


def empties(chosen: Chosen, summary: str) -> str:
    """Return the sentence about empty masks that belongs beside an overlap, which is 0 where one is empty."""
    return about_empties(chosen, summary, 0)


def about_empties(chosen: Chosen, summary: str, one_empty: int) -> str:
    """Return the sentence about empty masks that belongs beside an overlap or its opposite.

    Args:
        chosen: the measures.
        summary: over the cases.
        one_empty: what the measure is where one mask is empty.
    """
    if summary == "pooled" or not chosen.has("reference_voxels"):
        return ""
    reference, prediction = (chosen.look(name) for name in VOXELS[:2])
    both, one = (reference + prediction) == 0, (reference == 0) ^ (prediction == 0)
    one &= ~np.isnan(reference)
    said = (
        f"Both masks empty in {np.count_nonzero(both)}, left out." if both.any() else "",
        f"One empty in {np.count_nonzero(one)}, counted as {one_empty}." if one.any() else "",
    )
    return " ".join(filter(None, said))


def without_distance(chosen: Chosen) -> str:
    """Return the sentence about empty masks that belongs beside a distance."""
    if not chosen.has("reference_voxels"):
        return ""
    one = chosen.there("either") & ~chosen.there("both")
    return f"One mask empty in {np.count_nonzero(one)}: no distance, left out." if one.any() else ""
