"""Straight lines of measured value on reference: least squares (also on a covariate) and Deming."""

import numpy as np

from checker.metrics.agreement import TASK
from checker.metrics.base import Codes, Floats, Uncertainty, Undefined, derived, metric, over
from checker.metrics.distributions import student
from checker.metrics.moments import Moments, PairSums, moments_of, pair_sums, without_each
from checker.metrics.patients import Weight
from checker.model.estimate import Interval
from checker.needs import DoesNotApply

ON = {"label": ("reference", "covariate")}
"""What the measured value is regressed on, as the facet `label`."""
ALL_EQUAL = {
    "reference": "all reference values are equal, so there is no slope",
    "covariate": "all values of the covariate are equal, so there is no slope",
}


@derived(TASK)
def line_sums(
    reference: Floats, covariate: Floats, measured: Floats, patient: Codes, label: str
) -> PairSums:
    """Return the sums of the cases whose predictor is known; x is the reference or the covariate.

    Raises:
        DoesNotApply: the table has no covariate.
    """
    if label not in ON["label"]:
        raise DoesNotApply(f"a regression is on the reference or the covariate, not on {label}")
    x = reference if label == "reference" else covariate
    known = np.isfinite(x)
    if not known.any():
        raise DoesNotApply("the table has no covariate")
    return pair_sums(np.where(known, x, 0.0), measured, patient, known)


@derived(TASK)
def line(line_sums: PairSums, weight: Weight) -> Moments:
    """Return means, squares and products of predictor (x) and measured value (y)."""
    return moments_of(line_sums, weight)


def _residual(line: Moments, slope: float) -> tuple[float, float]:
    """Return the residual variance and its degrees of freedom."""
    degrees = float(line.cases) - 2
    if degrees <= 0:
        raise Undefined("needs more than 2 cases")
    left = float(line.y_squares) - slope * float(line.products)
    if left <= 1e-13 * float(line.y_squares):
        raise Undefined("all cases lie on the line, so there is no variance")
    return left / degrees, degrees


def _student(value: float, variance: float, degrees: float, level: float) -> Uncertainty:
    half = student(level, degrees) * variance**0.5
    return Uncertainty(
        Interval(low=value - half, high=value + half, level=level, method="Student's t")
    )


def slope_interval(line: Moments, measured: Floats, level: float) -> Uncertainty:
    """Return Student's interval of the slope, n - 2 degrees of freedom."""
    variance, degrees = _residual(line, float(measured))
    return _student(float(measured), variance / float(line.x_squares), degrees, level)


def intercept_interval(line: Moments, measured: Floats, level: float) -> Uncertainty:
    """Return Student's interval of the intercept, n - 2 degrees of freedom."""
    variance, degrees = _residual(line, float(line.products / line.x_squares))
    spread = 1 / float(line.cases) + float(line.x_mean) ** 2 / float(line.x_squares)
    return _student(float(measured), variance * spread, degrees, level)


@metric(
    "regression_slope", task=TASK, goal="target", bounds=(-np.inf, np.inf),
    interval=slope_interval, source="draper-smith-1998", places=ON,
)  # fmt: skip
def regression_slope(line: Moments, label: str) -> Floats:
    """Return the least-squares slope of the measured value on the reference, or on a covariate column."""
    return over(line.products, line.x_squares, ALL_EQUAL[label])


@metric(
    "regression_intercept", task=TASK, goal="target", bounds=(-np.inf, np.inf),
    interval=intercept_interval, source="draper-smith-1998", places=ON,
)  # fmt: skip
def regression_intercept(line: Moments, label: str) -> Floats:
    """Return the intercept of that line."""
    return line.y_mean - over(line.products, line.x_squares, ALL_EQUAL[label]) * line.x_mean


def deming_line(moments: Moments, error_ratio: float) -> tuple[Floats, Floats]:
    """Return slope and intercept of the line with errors in both (Linnet 1993, eq. 1; Deming 1943).

    Args:
        moments: x is the reference, y the measured value.
        error_ratio: variance of the error of the measured value over that of the reference, positive.

    Raises:
        Undefined: the ratio is not positive, or no linear correlation decides between rising and falling.
    """
    if not error_ratio > 0:
        raise Undefined(f"the ratio of error variances is {error_ratio:g}; expected more than 0")
    apart = moments.y_squares - error_ratio * moments.x_squares
    root = np.hypot(apart, 2 * np.sqrt(error_ratio) * moments.products)
    # of the two forms of the same root, the one that adds what has the same sign
    up = over(apart + root, 2 * moments.products, "the two methods are not correlated")
    with np.errstate(divide="ignore", invalid="ignore"):
        down = 2 * error_ratio * moments.products / (root - apart)
    slope = np.where(apart >= 0, up, down)
    return np.asarray(slope), np.asarray(moments.y_mean - slope * moments.x_mean)


def _jackknife(sums: PairSums, error_ratio: float, which: int, level: float) -> Uncertainty:
    """Return the interval from pseudo-values without each patient, patients - 2 degrees of freedom (Linnet 1993)."""
    n = len(sums.by_patient)
    if n < 3:
        raise Undefined("needs more than 2 patients")
    value = float(deming_line(moments_of(sums, None), error_ratio)[which])
    left = deming_line(without_each(sums), error_ratio)[which]
    if np.isnan(left).any():
        raise Undefined("without one of the patients the line does not exist")
    pseudo = n * value - (n - 1) * left
    variance = float(pseudo.var(ddof=1)) / n
    if not variance > 1e-24 * (1 + value**2):
        raise Undefined("all cases lie on the line, so there is no variance")
    half = student(level, n - 2) * variance**0.5
    method = "jackknife (Linnet)"
    return Uncertainty(Interval(low=value - half, high=value + half, level=level, method=method))


def deming_slope_interval(
    sums: PairSums, error_ratio: float, level: float, patient: Codes
) -> Uncertainty:
    """Return the jackknife interval of the slope, leaving out one patient at a time."""
    return _jackknife(sums, error_ratio, 0, level)


def deming_intercept_interval(
    sums: PairSums, error_ratio: float, level: float, patient: Codes
) -> Uncertainty:
    """Return the jackknife interval of the intercept."""
    return _jackknife(sums, error_ratio, 1, level)


def ratio_beside(error_ratio: float) -> str:
    """Return a sentence that names the ratio of variances."""
    return f"Ratio of error variances (measured over reference): {error_ratio:g}."


@metric(
    "deming_slope", task=TASK, goal="target", bounds=(-np.inf, np.inf),
    interval=deming_slope_interval, beside=ratio_beside, source="linnet-1993",
)  # fmt: skip
def deming_slope(moments: Moments, error_ratio: float) -> Floats:
    """Return the slope of the line with errors in both methods; `error_ratio` 1 is orthogonal regression."""
    return deming_line(moments, error_ratio)[0]


@metric(
    "deming_intercept", task=TASK, goal="target", bounds=(-np.inf, np.inf),
    interval=deming_intercept_interval, beside=ratio_beside, source="linnet-1993",
)  # fmt: skip
def deming_intercept(moments: Moments, error_ratio: float) -> Floats:
    """Return the intercept of that line."""
    return deming_line(moments, error_ratio)[1]
