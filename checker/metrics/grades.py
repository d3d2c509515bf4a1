"""Grades that cut-offs make of a measurement and its reference: their agreement, sensitivity and specificity."""

from collections.abc import Mapping, Sequence

import numpy as np

from checker.metrics.agreement import TASK
from checker.metrics.base import NO_CASES, Codes, Floats, Share, Uncertainty, derived, metric
from checker.metrics.chance import (
    Pair,
    PairSums,
    identity_interval,
    kappa_of,
    linear_interval,
    pair_sums_of,
    quadratic_interval,
)
from checker.metrics.classification import share_interval
from checker.metrics.patients import ByPatient, Weight, sums_by_patient, totals
from checker.needs import DoesNotApply


def grade_of(values: Floats, cutoffs: Sequence[float]) -> Codes:
    """Return how many cut-offs each value reaches: a value at a cut-off is of the higher grade."""
    return np.searchsorted(np.sort(np.asarray(cutoffs, float)), values, side="right").astype(
        np.int64
    )


@derived(TASK)
def grades(reference: Floats, measured: Floats, patient: Codes, cutoffs: Sequence[float]) -> Pair:
    """Return the grades that reference and measured value mean.

    Raises:
        DoesNotApply: no cut-offs are named.
    """
    if not len(cutoffs):
        raise DoesNotApply("no cut-offs are named that turn the measurement into grades")
    codes = [grade_of(each, cutoffs) for each in (reference, measured)]
    return Pair(codes[0], codes[1], patient, len(cutoffs) + 1)


@derived(TASK)
def several_grades(grades: Pair) -> Pair:
    """Return the grades where there are three or more; of two, all weights are alike.

    Raises:
        DoesNotApply: there are two.
    """
    if grades.categories < 3:
        raise DoesNotApply("one cut-off makes two grades, of which kappa needs no weights")
    return grades


def of_grades(cutoffs: Sequence[float]) -> str:
    """Return the sentence that says of which grades a number is."""
    said = [f"{each:g}" for each in cutoffs]
    if len(said) == 1:
        return f"Of the two grades below the cut-off {said[0]} and from it on."
    return f"Of the grades that the cut-offs {', '.join(said[:-1])} and {said[-1]} make."


@derived(TASK)
def same_grade(grades: Pair) -> ByPatient:
    """Return cases of the same grade and all cases of each patient."""
    same = (grades.first == grades.second).astype(float)
    return sums_by_patient(grades.patient, same, np.ones(len(same)))


@metric(
    "percent_agreement", task=TASK, goal="higher", bounds=(0, 1),
    interval=share_interval, source="fleiss-1981", beside=of_grades,
)  # fmt: skip
def percent_agreement(same_grade: ByPatient, weight: Weight) -> Share:
    """Return the share of cases of which reference and measured value mean the same grade (`cutoffs`)."""
    same, cases = totals(same_grade, weight)
    return Share(same, cases, NO_CASES)


@derived(TASK)
def grade_sums(grades: Pair) -> PairSums:
    """Return the sums behind the unweighted kappa."""
    return pair_sums_of(grades, "identity")


@derived(TASK)
def linear_grade_sums(several_grades: Pair) -> PairSums:
    """Return the sums behind the linearly weighted kappa."""
    return pair_sums_of(several_grades, "linear")


@derived(TASK)
def quadratic_grade_sums(several_grades: Pair) -> PairSums:
    """Return the sums behind the quadratically weighted kappa."""
    return pair_sums_of(several_grades, "quadratic")


def grade_interval(grades: Pair, measured: Floats, level: float) -> Uncertainty:
    """Return the large-sample interval of Cohen's kappa (Fleiss, Cohen & Everitt 1969)."""
    return identity_interval(grades, measured, level)


def linear_grade_interval(several_grades: Pair, measured: Floats, level: float) -> Uncertainty:
    """Return the large-sample interval of the linearly weighted kappa."""
    return linear_interval(several_grades, measured, level)


def quadratic_grade_interval(several_grades: Pair, measured: Floats, level: float) -> Uncertainty:
    """Return the large-sample interval of the quadratically weighted kappa."""
    return quadratic_interval(several_grades, measured, level)


@metric(
    "cohen_kappa", task=TASK, goal="higher", bounds=(-1, 1),
    interval=grade_interval, source="cohen-1960", beside=of_grades,
)  # fmt: skip
def cohen_kappa(grade_sums: PairSums, weight: Weight) -> Floats:
    """Return the agreement beyond chance of the grades that reference and measured value mean (`cutoffs`)."""
    return kappa_of(grade_sums, weight)


@metric(
    "weighted_kappa", task=TASK, goal="higher", bounds=(-1, 1),
    interval=quadratic_grade_interval, source="cohen-1968", beside=of_grades,
)  # fmt: skip
def weighted_kappa(quadratic_grade_sums: PairSums, weight: Weight) -> Floats:
    """Return kappa of the grades with quadratic weights, by how many grades apart they are."""
    return kappa_of(quadratic_grade_sums, weight)


@metric(
    "linear_weighted_kappa", task=TASK, goal="higher", bounds=(-1, 1),
    interval=linear_grade_interval, source="cohen-1968", beside=of_grades,
)  # fmt: skip
def linear_weighted_kappa(linear_grade_sums: PairSums, weight: Weight) -> Floats:
    """Return kappa of the grades with linear weights, by how many grades apart they are."""
    return kappa_of(linear_grade_sums, weight)


def each_cutoff(cutoffs: Sequence[float]) -> Mapping[str, Sequence[object]]:
    """Return the cut-offs, at which values count as positive."""
    return {"threshold": tuple(cutoffs)}


@derived(TASK)
def at_cutoff(
    reference: Floats, measured: Floats, patient: Codes, threshold: float, cutoffs: Sequence[float]
) -> ByPatient:
    """Return, of each patient: cases at or above the cut-off by both, by the reference, below it by both and by it.

    Raises:
        DoesNotApply: it is no cut-off that was named.
    """
    if threshold not in cutoffs:
        raise DoesNotApply("the threshold is none of the cut-offs that are named")
    above, called = reference >= threshold, measured >= threshold
    counted = (above & called, above, ~above & ~called, ~above)
    return sums_by_patient(patient, *(each.astype(float) for each in counted))


@metric(
    "sensitivity", task=TASK, goal="higher", bounds=(0, 1),
    interval=share_interval, source="yerushalmy-1947", places=each_cutoff,
)  # fmt: skip
def sensitivity(at_cutoff: ByPatient, weight: Weight) -> Share:
    """Return the share of cases with a reference at or above the cut-off whose measured value is so too."""
    found, cases, *_ = totals(at_cutoff, weight)
    return Share(found, cases, "no reference value is at or above the cut-off")


@metric(
    "specificity", task=TASK, goal="higher", bounds=(0, 1),
    interval=share_interval, source="yerushalmy-1947", places=each_cutoff,
)  # fmt: skip
def specificity(at_cutoff: ByPatient, weight: Weight) -> Share:
    """Return the share of cases with a reference below the cut-off whose measured value is so too."""
    *_, found, cases = totals(at_cutoff, weight)
    return Share(found, cases, "no reference value is below the cut-off")
