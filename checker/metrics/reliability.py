"""Intraclass correlations: six forms from one analysis of variance, for two methods or several raters."""

from collections.abc import Callable
from math import isfinite
from typing import Any, NamedTuple

import numpy as np

from checker.metrics.agreement import TASK
from checker.metrics.base import (
    Codes,
    Floats,
    Metric,
    Uncertainty,
    Undefined,
    derived,
    metric,
    over,
)
from checker.metrics.distributions import f_quantile
from checker.metrics.moments import about_mean
from checker.metrics.patients import ByPatient, Weight, sums_by_patient, totals
from checker.metrics.ratings import TASK as RATERS
from checker.metrics.ratings import Measurements, left_out, rated_by_everyone
from checker.model.estimate import Interval

ALL_EQUAL = "all ratings are equal"
PERFECT = "the raters agree perfectly, so F is infinite and has no interval"


class RatingSums(NamedTuple):
    """Sums over the cases of each patient."""

    by_patient: ByPatient
    """Shape (patients, 3 + raters): cases, squares of all ratings, squares of the cases' totals, each rater's total."""
    raters: int


class MeanSquares(NamedTuple):
    """Of all cases, or of each resample (the last axis)."""

    cases: Floats
    raters: int
    rows: Floats
    columns: Floats
    error: Floats
    within: Floats
    """Rows alone are a factor: columns and error together."""


def rating_sums(ratings: Floats, patient: Codes) -> RatingSums:
    """Return the sums of ratings, shape (cases, raters), about their median."""
    off = ratings - np.median(ratings)
    columns = (np.ones(len(off)), (off**2).sum(axis=1), off.sum(axis=1) ** 2, *off.T)
    return RatingSums(sums_by_patient(patient, *columns), off.shape[1])


@derived(TASK)
def agreement_sums(reference: Floats, measured: Floats, patient: Codes) -> RatingSums:
    """Return the sums of both values as two ratings of each case."""
    return rating_sums(np.column_stack([reference, measured]), patient)


@derived(TASK)
def mean_squares(agreement_sums: RatingSums, weight: Weight) -> MeanSquares:
    """Return the analysis of variance of cases and methods."""
    return mean_squares_of(agreement_sums, weight)


@derived(RATERS)
def measured_sums(measurements: Measurements) -> RatingSums:
    """Return the sums of the cases that every rater rated."""
    return rating_sums(measurements.values, measurements.patient)


@derived(RATERS)
def rater_mean_squares(measured_sums: RatingSums, weight: Weight) -> MeanSquares:
    """Return the analysis of variance of cases and raters."""
    return mean_squares_of(measured_sums, weight)


def mean_squares_of(sums: RatingSums, weight: Weight) -> MeanSquares:
    """Return the two-way analysis of variance without replicates (McGraw & Wong 1996, table 3).

    Raises:
        Undefined: fewer than two cases.
    """
    cases, squares, rows, *columns = totals(sums.by_patient, weight)
    if np.ndim(cases) == 0 and cases < 2:
        raise Undefined("needs at least two cases that every rater rated")
    k, n = sums.raters, np.where(cases < 2, np.nan, cases)
    total = sum(columns)
    whole = about_mean(squares, total, n * k)
    between = about_mean(rows / k, total, n * k)
    raters = about_mean(sum(each**2 for each in columns) / n, total, n * k)
    error = whole - between - raters
    error = np.where(error <= 1e-12 * whole, 0.0, error)
    within = np.asarray((raters + error) / (n * (k - 1)))
    return MeanSquares(
        cases, k, between / (n - 1), raters / (k - 1), error / ((n - 1) * (k - 1)), within
    )


def icc_1_1_of(m: MeanSquares) -> Floats:
    """Return ICC(1,1)."""
    return over(m.rows - m.within, m.rows + (m.raters - 1) * m.within, ALL_EQUAL)


def icc_2_1_of(m: MeanSquares) -> Floats:
    """Return ICC(2,1)."""
    return over(m.rows - m.error, _below_2_1(m), ALL_EQUAL)


def _below_2_1(m: MeanSquares) -> Floats:
    raters = m.raters * (m.columns - m.error) / np.maximum(m.cases, 1)
    return np.asarray(m.rows + (m.raters - 1) * m.error + raters)


def icc_3_1_of(m: MeanSquares) -> Floats:
    """Return ICC(3,1)."""
    return over(m.rows - m.error, m.rows + (m.raters - 1) * m.error, ALL_EQUAL)


NO_VARIANCE = "the estimated variance of a mean rating is not above 0, so it has no reliability"
NO_ROWS = "the cases do not differ, so the reliability of a mean divides by zero"


def icc_1_k_of(m: MeanSquares) -> Floats:
    """Return ICC(1,k)."""
    return over(m.rows - m.within, m.rows, NO_ROWS)


def icc_2_k_of(m: MeanSquares) -> Floats:
    """Return ICC(2,k)."""
    below = m.rows + (m.columns - m.error) / np.maximum(m.cases, 1)
    return over(m.rows - m.error, np.where(below > 0, below, 0.0), NO_VARIANCE)


def icc_3_k_of(m: MeanSquares) -> Floats:
    """Return ICC(3,k)."""
    return over(m.rows - m.error, m.rows, NO_ROWS)


def one_way_limits(m: MeanSquares, level: float) -> tuple[float, float]:
    """Return the F-based limits of ICC(1,k); those of ICC(1,1) follow by Spearman-Brown."""
    return _ratio_limits(m.rows, m.within, m.cases - 1, m.cases * (m.raters - 1), level)


def consistency_limits(m: MeanSquares, level: float) -> tuple[float, float]:
    """Return the F-based limits of ICC(3,k); those of ICC(3,1) follow by Spearman-Brown."""
    return _ratio_limits(m.rows, m.error, m.cases - 1, (m.cases - 1) * (m.raters - 1), level)


def _ratio_limits(
    rows: Floats, left: Floats, degrees: Floats, below: Floats, level: float
) -> tuple[float, float]:
    share, f = (1 + level) / 2, float(rows / left)
    low = f / f_quantile(share, float(degrees), float(below))
    high = f * f_quantile(share, float(below), float(degrees))
    return 1 - 1 / low, 1 - 1 / high


def agreement_limits(m: MeanSquares, level: float) -> tuple[float, float]:
    """Return the limits of ICC(2,1), degrees of freedom by Satterthwaite (McGraw & Wong 1996, table 7)."""
    rho, n, k = float(icc_2_1_of(m)), float(m.cases), m.raters
    rows, columns, error = float(m.rows), float(m.columns), float(m.error)
    # a and b of McGraw & Wong, both times n (1 - rho), which divides out
    a, b = k * rho, n * (1 + (k - 1) * rho) - k * rho
    below = (a * columns) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1))
    if not below > 0:
        raise Undefined(PERFECT)
    degrees, share = (a * columns + b * error) ** 2 / below, (1 + level) / 2
    left = k * columns + (k * n - k - n) * error
    f_low, f_high = f_quantile(share, n - 1, degrees), f_quantile(share, degrees, n - 1)
    if not (isfinite(f_low) and isfinite(f_high)):
        raise Undefined("the degrees of freedom are too few for an interval")
    return (
        n * (rows - f_low * error) / (f_low * left + n * rows),
        n * (f_high * rows - error) / (left + n * f_high * rows),
    )


def _of_mean(value: float, k: int) -> float:
    """Return the reliability of the mean of k ratings (Spearman 1910, Brown 1910)."""
    return k * value / (1 + (k - 1) * value)


def _of_one(value: float, k: int) -> float:
    return value / (k - (k - 1) * value)


Limits = tuple[float, float]


def _interval(limits: Limits, level: float, method: str) -> Interval:
    return Interval(low=limits[0], high=limits[1], level=level, method=method)


def one_way_single(m: MeanSquares, level: float) -> Uncertainty:
    """Return the exact F-based interval of ICC(1,1)."""
    low, high = (_of_one(each, m.raters) for each in _checked(m, m.within, one_way_limits, level))
    return Uncertainty(_interval((low, high), level, "F"))


def one_way_mean(m: MeanSquares, level: float) -> Uncertainty:
    """Return the exact F-based interval of ICC(1,k)."""
    return Uncertainty(_interval(_checked(m, m.within, one_way_limits, level), level, "F"))


def consistency_single(m: MeanSquares, level: float) -> Uncertainty:
    """Return the exact F-based interval of ICC(3,1)."""
    low, high = (
        _of_one(each, m.raters) for each in _checked(m, m.error, consistency_limits, level)
    )
    return Uncertainty(_interval((low, high), level, "F"))


def consistency_mean(m: MeanSquares, level: float) -> Uncertainty:
    """Return the exact F-based interval of ICC(3,k)."""
    return Uncertainty(_interval(_checked(m, m.error, consistency_limits, level), level, "F"))


def agreement_single(m: MeanSquares, level: float) -> Uncertainty:
    """Return the F-based interval of ICC(2,1)."""
    limits = _checked(m, m.error, agreement_limits, level)
    return Uncertainty(_interval(limits, level, "F (Satterthwaite)"))


def agreement_mean(m: MeanSquares, level: float) -> Uncertainty:
    """Return the interval of ICC(2,k) that follows from that of ICC(2,1) by Spearman-Brown (Shrout & Fleiss 1979)."""
    low, high = _checked(m, m.error, agreement_limits, level)
    if 1 + (m.raters - 1) * low <= 0:
        raise Undefined("the lower limit of ICC(2,1) is too low for one of ICC(2,k)")
    limits = (_of_mean(low, m.raters), _of_mean(high, m.raters))
    return Uncertainty(_interval(limits, level, "F (Satterthwaite)"))


def _checked(
    m: MeanSquares, left: Floats, limits: Callable[[MeanSquares, float], Limits], level: float
) -> Limits:
    if not float(left) > 0:
        raise Undefined(PERFECT)
    if not float(m.rows) > 0:
        raise Undefined("the cases do not differ, so F is 0 and has no interval")
    return limits(m, level)


class Form(NamedTuple):
    """One of the six forms."""

    name: str
    says: str
    value: Callable[[MeanSquares], Floats]
    interval: Callable[[MeanSquares, float], Uncertainty]
    source: str


FORMS = (
    Form(
        "intraclass_correlation",
        "Return ICC(2,1): two-way random, absolute agreement, one measurement.",
        icc_2_1_of,
        agreement_single,
        "mcgraw-wong-1996",
    ),
    Form(
        "icc_1_1",
        "Return ICC(1,1): one-way random, one measurement.",
        icc_1_1_of,
        one_way_single,
        "shrout-fleiss-1979",
    ),
    Form(
        "icc_3_1",
        "Return ICC(3,1): two-way mixed, consistency, one measurement.",
        icc_3_1_of,
        consistency_single,
        "shrout-fleiss-1979",
    ),
    Form(
        "icc_1_k",
        "Return ICC(1,k): one-way random, the mean of all.",
        icc_1_k_of,
        one_way_mean,
        "shrout-fleiss-1979",
    ),
    Form(
        "icc_2_k",
        "Return ICC(2,k): two-way random, absolute agreement, the mean of all.",
        icc_2_k_of,
        agreement_mean,
        "shrout-fleiss-1979",
    ),
    Form(
        "icc_3_k",
        "Return ICC(3,k): two-way mixed, consistency, the mean of all.",
        icc_3_k_of,
        consistency_mean,
        "shrout-fleiss-1979",
    ),
)


def _register(form: Form) -> tuple[Metric, Metric]:
    """Return the metric of both tasks; the parameter names the mean squares of either."""

    def of_methods(mean_squares: MeanSquares) -> Floats:
        return form.value(mean_squares)

    def of_raters(rater_mean_squares: MeanSquares) -> Floats:
        return form.value(rater_mean_squares)

    def methods_interval(mean_squares: MeanSquares, level: float) -> Uncertainty:
        return form.interval(mean_squares, level)

    def raters_interval(rater_mean_squares: MeanSquares, level: float) -> Uncertainty:
        return form.interval(rater_mean_squares, level)

    of_methods.__doc__ = of_raters.__doc__ = form.says
    about: dict[str, Any] = {"goal": "higher", "bounds": (-np.inf, 1), "source": form.source}
    methods = metric(form.name, task=TASK, interval=methods_interval, **about)
    raters = metric(
        form.name, task=RATERS, interval=raters_interval,
        cases=rated_by_everyone, beside=left_out, **about,
    )  # fmt: skip
    return methods(of_methods), raters(of_raters)


BY_NAME = {form.name: _register(form) for form in FORMS}
"""Name to the metric of two methods and the metric of several raters."""
